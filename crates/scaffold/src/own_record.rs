//! Data that lobule writes beside a format's own, so that reading gives back the
//! same [`Anatomy`]: HDF5 lists members by name, and formats have no place for the rest.
//!
//! It holds as long as the file has the types and sets, of the sizes, that it
//! lists; another program may have changed the file since.

use crate::{Anatomy, CellSites, ConnectionSet};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) struct OwnRecord {
    pub size: [f64; 3],
    pub source: String,
    pub notes: Vec<String>,
    cell_types: Sizes,
    connection_sets: Sizes,
}

/// Names and numbers of cells or rows, in order.
type Sizes = Vec<(String, usize)>;

impl OwnRecord {
    /// Reads a record, or says what it should be.
    pub fn parse(record: &Value) -> Result<Self, &'static str> {
        let parse = || {
            let size = Vec::<String>::deserialize(&record["size"]).ok()?;
            let size: Vec<f64> = size.iter().filter_map(|s| s.parse().ok()).collect();
            Some(Self {
                size: size.try_into().ok()?,
                source: record["source"].as_str()?.into(),
                notes: Deserialize::deserialize(&record["notes"]).ok()?,
                cell_types: Deserialize::deserialize(&record["cell_types"]).ok()?,
                connection_sets: Deserialize::deserialize(&record["connection_sets"]).ok()?,
            })
        };
        parse().ok_or(
            "does not hold size, source, notes, cell_types and connection_sets; build the network again",
        )
    }

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

    /// True if types and sets, with their cells and rows, are those that were written.
    pub fn is_of(&self, cells: &[CellSites], rows: &BTreeMap<String, usize>) -> bool {
        let sorted = |mut sizes: Sizes| {
            sizes.sort();
            sizes
        };
        let is_same = |written: &Sizes, found: Sizes| sorted(written.clone()) == sorted(found);
        is_same(&self.cell_types, sizes_of_cells(cells))
            && is_same(&self.connection_sets, rows.iter().map(|(name, n)| (name.clone(), *n)).collect())
    }

    /// Puts types and sets back into the order they were written in.
    pub fn sort(&self, cells: &mut [CellSites], connections: &mut [ConnectionSet]) {
        let place = |sizes: &Sizes, name: &str| sizes.iter().position(|(n, _)| n == name);
        cells.sort_by_key(|c| place(&self.cell_types, &c.cell_type));
        connections.sort_by_key(|c| place(&self.connection_sets, &c.name));
    }
}

fn sizes_of_cells(cells: &[CellSites]) -> Sizes {
    cells.iter().map(|c| (c.cell_type.clone(), c.len())).collect()
}

fn sizes_of_sets(sets: &[ConnectionSet]) -> Sizes {
    sets.iter().map(|s| (s.name.clone(), s.len())).collect()
}
