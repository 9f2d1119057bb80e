//! A file of dbbs-scaffold 2 or of Casali et al. 2019 as its members, to be changed and written again.

use super::files::file;
use lobule_scaffold::hdf5::{Output, Store};
use std::path::Path;

pub struct Raw {
    /// Names of types; none in files of 2019.
    pub types: Vec<String>,
    /// Identifier, type, x, y, z. `[n, 5]`
    pub positions: Vec<f64>,
    /// Name, columns and rows of each set.
    pub sets: Vec<(String, usize, Vec<f64>)>,
}

impl Raw {
    /// The members of a file of `tests/legacy`.
    pub fn of(name: &str) -> Self {
        let store = Store::open(&file(name)).unwrap();
        let root = store.root();
        let table = store.member(&root, "positions").unwrap().unwrap();
        let attributes = store.attributes(&table).unwrap();
        let types = if attributes.has("types") { attributes.texts("types").unwrap() } else { Vec::new() };
        let group = store.member(&root, "connections").unwrap().unwrap();
        let set = |(name, node): (String, lobule_scaffold::hdf5::Node)| {
            let columns = store.shape(&node.path).unwrap()[1];
            (name, columns, store.floats(&node.path, Some(columns)).unwrap())
        };
        let sets = store.members(&group).unwrap().into_iter().map(set).collect();
        Self { types, positions: store.floats("positions", Some(5)).unwrap(), sets }
    }

    /// The rows of a set.
    pub fn set(&mut self, name: &str) -> &mut [f64] {
        &mut self.sets.iter_mut().find(|set| set.0 == name).unwrap().2
    }

    pub fn write(&self, path: &Path) {
        let output = Output::create(path).unwrap();
        let root = output.root();
        let table = root.data("positions", &self.positions, &[self.positions.len() / 5, 5]).unwrap();
        if !self.types.is_empty() {
            let types: Vec<&str> = self.types.iter().map(String::as_str).collect();
            table.texts("types", &types).unwrap();
        }
        let group = root.group("connections").unwrap();
        for (name, columns, rows) in &self.sets {
            group.data(name, rows, &[rows.len() / columns, *columns]).unwrap();
        }
        output.finish().unwrap();
    }
}
