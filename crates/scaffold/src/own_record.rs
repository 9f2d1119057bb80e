//! What lobule writes beside a format's own data, so that reading gives back the
//! same [`Anatomy`]: HDF5 lists members by name, and formats have no place for the rest.
//!
//! It holds as long as the file has the types and sets, of the sizes, that it
//! lists; another program may have changed the file since.

use crate::{Anatomy, CellSites, ConnectionSet};
use serde_json::{Value, json};

/// The record of an anatomy in a file.
pub(crate) struct OwnRecord {
    /// [`Anatomy::size`].
    pub size: [f64; 3],
    /// [`Anatomy::source`].
    pub source: String,
    /// [`Anatomy::notes`].
    pub notes: Vec<String>,
    cell_types: Sizes,
    connection_sets: Sizes,
}

/// Names and numbers of cells or rows, in order.
type Sizes = Vec<(String, usize)>;

impl OwnRecord {
    /// Reads a record, or says what it should be.
    pub fn parse(record: &Value) -> Result<Self, &'static str> {
        let texts = |key: &str| {
            let list = record[key].as_array()?;
            list.iter().map(|v| v.as_str().map(String::from)).collect::<Option<Vec<_>>>()
        };
        let sizes = |key: &str| {
            let entry = |v: &Value| Some((v[0].as_str()?.to_string(), v[1].as_u64()? as usize));
            record[key].as_array()?.iter().map(entry).collect::<Option<Sizes>>()
        };
        let parse = || {
            let size: Vec<f64> = texts("size")?.iter().filter_map(|s| s.parse().ok()).collect();
            Some(Self {
                size: size.try_into().ok()?,
                source: record["source"].as_str()?.into(),
                notes: texts("notes")?,
                cell_types: sizes("cell_types")?,
                connection_sets: sizes("connection_sets")?,
            })
        };
        parse().ok_or(
            "does not hold size, source, notes, cell_types and connection_sets; build the network again",
        )
    }

    /// The record of an anatomy.
    pub fn json(anatomy: &Anatomy) -> Value {
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            // As text, because JSON numbers are not read back to the last bit.
            "size": anatomy.size.map(|s| format!("{s:?}")),
            "source": anatomy.source,
            "notes": anatomy.notes,
            "cell_types": sizes_of_cells(&anatomy.cells),
            "connection_sets": sizes_of_sets(&anatomy.connections),
        })
    }

    /// Puts types and sets back into the order they were written in. False, and
    /// nothing done, when they are not those that were written.
    pub fn restore_order(&self, cells: &mut [CellSites], connections: &mut [ConnectionSet]) -> bool {
        let is_same = |written: &Sizes, mut found: Sizes| {
            let mut written = written.clone();
            written.sort();
            found.sort();
            written == found
        };
        if !is_same(&self.cell_types, sizes_of_cells(cells))
            || !is_same(&self.connection_sets, sizes_of_sets(connections))
        {
            return false;
        }
        let place = |sizes: &Sizes, name: &str| sizes.iter().position(|(n, _)| n == name);
        cells.sort_by_key(|c| place(&self.cell_types, &c.cell_type));
        connections.sort_by_key(|c| place(&self.connection_sets, &c.name));
        true
    }
}

fn sizes_of_cells(cells: &[CellSites]) -> Sizes {
    cells.iter().map(|c| (c.cell_type.clone(), c.len())).collect()
}

fn sizes_of_sets(sets: &[ConnectionSet]) -> Sizes {
    sets.iter().map(|s| (s.name.clone(), s.len())).collect()
}
