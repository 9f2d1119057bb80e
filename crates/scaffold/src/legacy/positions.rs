//! The table of all cells: identifier, type number, x, y, z; the only place of cells in files before scaffold 3.

use super::cells::{Cells, identifier, runs_of};
use super::names;
use crate::error::{Result, ensure, listed};
use crate::hdf5::Store;

/// One cell of the table.
struct Row {
    id: u32,
    of: i64,
    position: [f64; 3],
}

fn rows(store: &Store, path: &str) -> Result<Vec<Row>> {
    let table = store.floats(path, Some(5))?;
    let row = |(k, row): (usize, &[f64; 5])| {
        let [id, of, position @ ..] = *row;
        let wrong = |what: String| store.error(path, format!("row {k} {what}: compile the network again"));
        let id = identifier(id)
            .ok_or_else(|| wrong(format!("has identifier {id}; it is a whole number from 0 to 2^32 - 1")))?;
        ensure(of.fract() == 0.0 && of.abs() < 1e6, || {
            wrong(format!("has type number {of}; it is a whole number"))
        })?;
        ensure(position.iter().all(|v| v.is_finite()), || {
            wrong(format!("is at {position:?}; a position is three finite numbers in µm"))
        })?;
        Ok(Row { id, of: of as i64, position })
    };
    table.as_chunks::<5>().0.iter().enumerate().map(row).collect()
}

/// Cells of one type number, in stored order.
fn cells(rows: &[Row], of: i64, stored: &str, name: &str, object: &str) -> Cells {
    let own = || rows.iter().filter(|row| row.of == of);
    Cells {
        stored: stored.into(),
        name: name.into(),
        runs: runs_of(own().map(|row| row.id)),
        positions: own().map(|row| row.position).collect(),
        object: object.into(),
    }
}

/// Cells whose type numbers count the given names.
pub(super) fn named(
    store: &Store,
    path: &str,
    types: &[String],
    name: impl Fn(&str) -> String,
) -> Result<Vec<Cells>> {
    let rows = rows(store, path)?;
    let known = 0..types.len() as i64;
    if let Some(k) = rows.iter().position(|row| !known.contains(&row.of)) {
        let (of, n) = (rows[k].of, types.len());
        let what = format!("row {k} has type number {of}, but `types` names {n}, numbered from 0");
        return Err(store.error(path, format!("{what}: compile the network again")));
    }
    let one = |(k, stored): (usize, &String)| cells(&rows, k as i64, stored, &name(stored), path);
    Ok(types.iter().enumerate().map(one).collect())
}

/// Cells of Casali et al. 2019, whose type numbers are known.
pub(super) fn numbered(store: &Store, path: &str) -> Result<Vec<Cells>> {
    let rows = rows(store, path)?;
    let mut found: Vec<i64> = rows.iter().map(|row| row.of).collect();
    found.sort_unstable();
    found.dedup();
    if found.iter().any(|of| names::numbered_cell_type(*of).is_none()) {
        let known = listed(names::NUMBERED.iter().zip(1..).map(|(name, k)| format!("{k} {name}")));
        let found = listed(found.iter().take(20).map(i64::to_string));
        let what = format!("has type numbers {found}; known are {known}: number the types so");
        return Err(store.error(path, what));
    }
    let one = |of: &i64| {
        let name = names::numbered_cell_type(*of).unwrap_or_default();
        cells(&rows, *of, &of.to_string(), name, path)
    };
    Ok(found.iter().map(one).collect())
}
