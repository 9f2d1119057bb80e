//! The cells of a file of scaffold 3 or BSB 3: `cells/placement/<type>/{identifiers, positions, rotations}`.
//!
//! `cells/positions` with `cells/type_maps` and `entities` say the same up to BSB 3.8; they are compared where both are there,
//! since a writer that was interrupted leaves them unequal, and stand in where `placement` is missing.

use super::cells::{Cells, MOST_ENTITIES, identifier, runs_of};
use super::names;
use crate::error::{Result, ensure};
use crate::hdf5::{Node, Store};
use std::collections::{BTreeMap, BTreeSet};

const REMEDY: &str = "compile the network again";
/// Path of the table of all cells.
pub(super) const POSITIONS: &str = "cells/positions";

/// The cells of a file.
pub(super) struct Placed {
    pub cells: Vec<Cells>,
    /// lobule's names of types with rotations other than zero.
    pub rotated: BTreeSet<String>,
}

/// Reads the cells of all types, in order of their stored name, or of `types` where there is no placement.
pub(super) fn read(store: &Store, group: &Node) -> Result<Placed> {
    let members = store.members(group)?;
    let mut placed = Placed { cells: Vec::new(), rotated: BTreeSet::new() };
    if let Some(placement) = members.get("placement") {
        for (stored, node) in store.members(placement)? {
            let cells = cell_type(store, &stored, &node, &mut placed.rotated)?;
            placed.cells.push(cells);
            check_entities(store, &placed.cells)?;
        }
        if members.contains_key("positions") {
            compare_tables(store, &members, &placed.cells)?;
        }
    } else {
        let attributes = store.attributes(group)?;
        placed.cells = super::positions::named(store, POSITIONS, &attributes.texts("types")?, |stored| {
            names::cell_type(stored).to_string()
        })?;
        placed.cells.retain(|cells| cells.len() > 0);
        for (stored, (ids, object)) in entities(store)? {
            let name = names::cell_type(&stored).to_string();
            let runs = runs_of(ids);
            placed.cells.push(Cells { stored, name, runs, object, ..Cells::default() });
        }
    }
    compare_statistics(store, &placed.cells)?;
    Ok(placed)
}

/// Refuses more cells without positions than are read.
fn check_entities(store: &Store, cells: &[Cells]) -> Result<()> {
    let entities = || cells.iter().filter(|c| c.is_entity());
    let n: u64 = entities().map(|c| c.len() as u64).sum();
    ensure(n <= MOST_ENTITIES, || {
        let (object, of) = entities().next_back().map_or(("", ""), |c| (&c.object, &c.stored));
        let what =
            format!("makes {n} cells without positions with those of `{of}`; up to {MOST_ENTITIES} are read");
        store.error(object, format!("{what}: {REMEDY}"))
    })
}

fn cell_type(store: &Store, stored: &str, node: &Node, rotated: &mut BTreeSet<String>) -> Result<Cells> {
    let members = store.members(node)?;
    let path = format!("{}/identifiers", node.path);
    let missing = || store.error(&path, format!("is missing; each type has it: {REMEDY}"));
    members.get("identifiers").ok_or_else(missing)?;
    let name = names::cell_type(stored).to_string();
    let runs = runs(store, &path, stored)?;
    let n: u64 = runs.iter().map(|(_, n)| u64::from(*n)).sum();
    let mut cells = Cells { stored: stored.into(), name, runs, object: path.clone(), positions: Vec::new() };
    let Some(positions) = members.get("positions") else { return Ok(cells) };
    // Rows are compared before they are read: a few bytes can stand for very many.
    let rows = store.rows(&positions.path, Some(3))?;
    ensure(rows as u64 == n, || {
        let what = format!("has {rows} rows, but `identifiers` count {n} cells of `{stored}`");
        store.error(&positions.path, format!("{what}: {REMEDY}"))
    })?;
    let table = store.floats(&positions.path, Some(3))?;
    let table = table.as_chunks::<3>().0;
    if let Some(row) = table.iter().position(|p| p.iter().any(|v| !v.is_finite())) {
        let what = format!("row {row} is {:?}; a position is three finite numbers in µm", table[row]);
        return Err(store.error(&positions.path, format!("{what}: {REMEDY}")));
    }
    cells.positions = table.to_vec();
    if let Some(rotations) = members.get("rotations") {
        let m = store.rows(&rotations.path, Some(2))?;
        ensure(m as u64 <= n, || {
            store.error(&rotations.path, format!("has {m} rows for {n} cells: {REMEDY}"))
        })?;
        if store.floats(&rotations.path, Some(2))?.iter().any(|angle| *angle != 0.0) {
            rotated.insert(cells.name.clone());
        }
    }
    Ok(cells)
}

/// Runs of identifiers: first, count, first, count, ...
fn runs(store: &Store, path: &str, stored: &str) -> Result<Vec<(u32, u32)>> {
    let values = store.integers(path, None)?;
    let shown = || {
        let most: Vec<i64> = values.iter().copied().take(12).collect();
        if most.len() < values.len() { format!("{most:?} and further ones") } else { format!("{most:?}") }
    };
    let wrong = |what: String| {
        let all = format!("is {} for `{stored}`: {what}", shown());
        store.error(path, format!("{all}; runs are first, count, first, count, ...: {REMEDY}"))
    };
    let (pairs, rest) = values.as_chunks::<2>();
    ensure(rest.is_empty(), || wrong(format!("an odd number, {}, of numbers", values.len())))?;
    let run = |&[first, count]: &[i64; 2]| {
        ensure(first >= 0 && count >= 0, || wrong(format!("the run {first}, {count} is negative")))?;
        ensure(first.saturating_add(count) <= 1 << 32, || {
            wrong(format!("the run {first}, {count} goes beyond 2^32 - 1"))
        })?;
        // A run of all identifiers at once has no count of 32 bits, and no file has so many cells.
        let whole = u32::try_from(first).ok().zip(u32::try_from(count).ok());
        whole.ok_or_else(|| wrong(format!("the run {first}, {count} goes beyond 2^32 - 1")))
    };
    let runs = pairs.iter().map(run).collect::<Result<Vec<_>>>()?;
    Ok(runs.into_iter().filter(|(_, n)| *n > 0).collect())
}

/// Identifiers of the types without positions, by type, each with its object.
fn entities(store: &Store) -> Result<BTreeMap<String, (Vec<u32>, String)>> {
    let root = store.root();
    let Some(group) = store.member(&root, "entities")? else { return Ok(BTreeMap::new()) };
    let list = |(stored, node): (String, Node)| {
        let ids = identifiers(store, &node.path)?;
        Ok((stored, (ids, node.path)))
    };
    store.members(&group)?.into_iter().map(list).collect()
}

/// A list of identifiers.
pub(super) fn identifiers(store: &Store, path: &str) -> Result<Vec<u32>> {
    let id = |(k, value): (usize, &f64)| {
        identifier(*value).ok_or_else(|| {
            let what = format!("entry {k} is {value}; identifiers are whole numbers from 0 to 2^32 - 1");
            store.error(path, format!("{what}: {REMEDY}"))
        })
    };
    store.floats(path, None)?.iter().enumerate().map(id).collect()
}

/// Compares the placement with the table of all cells, its maps of types and the entities.
fn compare_tables(store: &Store, members: &BTreeMap<String, Node>, cells: &[Cells]) -> Result<()> {
    let table = store.floats(POSITIONS, Some(5))?;
    let table = table.as_chunks::<5>().0;
    let placed: usize = cells.iter().filter(|c| !c.is_entity()).map(Cells::len).sum();
    let disagree = |object: &str, what: String| {
        store.error(object, format!("{what}: the file was not written whole; {REMEDY}"))
    };
    ensure(table.len() == placed, || {
        disagree(POSITIONS, format!("has {} rows, but `placement` has {placed} cells", table.len()))
    })?;
    let maps = match members.get("type_maps") {
        Some(group) => store.members(group)?,
        None => BTreeMap::new(),
    };
    for cells in cells.iter().filter(|c| !c.is_entity()) {
        let Some(map) = maps.get(&format!("{}_map", cells.stored)) else { continue };
        let rows = store.integers(&map.path, None)?;
        let (n, m) = (cells.len(), rows.len());
        ensure(n == m, || {
            disagree(&map.path, format!("has {m} cells of `{}`, but `placement` has {n}", cells.stored))
        })?;
        let id = |row: i64| usize::try_from(row).ok().and_then(|row| table.get(row)).map(|row| row[0]);
        let Some((first, last)) = cells.ends() else { continue };
        for (row, placed) in [(rows[0], first), (rows[m - 1], last)] {
            let is_same = id(row) == Some(f64::from(placed));
            ensure(is_same, || {
                let found = id(row).map_or("no cell".to_string(), |id| format!("identifier {id}"));
                let what = format!("leads to {found} at row {row} of `positions`, but `placement` has");
                disagree(&map.path, format!("{what} {placed} there for `{}`", cells.stored))
            })?;
        }
    }
    for (stored, (ids, object)) in entities(store)? {
        let Some(cells) = cells.iter().find(|c| c.stored == stored) else {
            return Err(disagree(
                &object,
                format!("has {} of `{stored}`, which has no placement", ids.len()),
            ));
        };
        let listed = ids.first().copied().zip(ids.last().copied());
        ensure(ids.len() == cells.len() && listed == cells.ends(), || {
            let (n, m) = (ids.len(), cells.len());
            let what =
                format!("has {n} entities `{stored}`, first and last {listed:?}, but `placement` has {m},");
            disagree(&object, format!("{what} {:?}", cells.ends()))
        })?;
    }
    Ok(())
}

/// Compares the cells with the counts that the file states.
fn compare_statistics(store: &Store, cells: &[Cells]) -> Result<()> {
    let root = store.root();
    let Some(statistics) = store.member(&root, "statistics")? else { return Ok(()) };
    let Some(placed) = store.member(&statistics, "cells_placed")? else { return Ok(()) };
    let counts = store.attributes(&placed)?;
    // Types whose cells are missing altogether are counted, too.
    for stored in counts.names() {
        let n = cells.iter().find(|c| c.stored == *stored).map_or(0, Cells::len);
        let counted = counts.integers(stored)?;
        ensure(counted == [n as i64], || {
            let what = format!("counts {counted:?} cells, but the file has {n}");
            counts.error(stored, format!("{what}: it was not written whole; {REMEDY}"))
        })?;
    }
    Ok(())
}
