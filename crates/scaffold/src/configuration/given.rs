//! A configuration that is given beside a network file and takes the place of the one inside: cells and contacts stay, the
//! simulations are those of the configuration.

use super::read;
use crate::error::{Error, Result, listed};
use crate::legacy::names;
use crate::{Anatomy, canonical_cell_name};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// A configuration in the place of that of a network file.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenConfiguration {
    /// The document, its references resolved.
    pub document: Value,
    /// The software whose form it has.
    pub dialect: Dialect,
}

/// Forms of configurations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// dbbs-scaffold 3 and BSB 3: `connection_types`, `network_architecture`.
    Bsb3,
    /// BSB 4 to 8: `cell_types`, `connectivity`, `simulations`.
    Bsb8,
}

impl Dialect {
    /// The software in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bsb3 => "dbbs-scaffold 3 or BSB 3",
            Self::Bsb8 => "BSB 4 to 8",
        }
    }

    /// The form of a document; none for another document.
    fn of(document: &Value) -> Option<Self> {
        let has = |key: &str| document[key].is_object();
        if has("connection_types") && has("network_architecture") {
            return Some(Self::Bsb3);
        }
        (has("simulations") || has("cell_types") && has("connectivity")).then_some(Self::Bsb8)
    }
}

impl GivenConfiguration {
    /// Reads a JSON or YAML file with all it refers to.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be read, is no text of at most [`crate::files::LONGEST_TEXT`] bytes, no JSON or YAML, or
    /// another document, named as what it is.
    pub fn read(path: &Path) -> Result<Self, Error> {
        if crate::hdf5::is_hdf5(path) {
            let what = "is a network file; give a configuration in JSON, such as the one it was made with";
            return Err(Error::file(path, what));
        }
        let (document, _) = read::document(path)?;
        let Some(dialect) = Dialect::of(&document) else {
            return Err(Error::file(path, other(&document)));
        };
        Ok(Self { document, dialect })
    }

    /// Cell types and connection sets that the configuration names and a network lacks, and cell types of the network that it
    /// does not name; one sentence each.
    pub fn unmatched(&self, anatomy: &Anatomy) -> Vec<String> {
        let keys = |node: &Value| -> Vec<String> {
            node.as_object().into_iter().flatten().map(|(k, _)| k.clone()).collect()
        };
        let simulations = || self.document["simulations"].as_object().into_iter().flatten().map(|(_, s)| s);
        let cell = |stored: &String| match self.dialect {
            Dialect::Bsb3 => names::cell_type(stored).to_string(),
            Dialect::Bsb8 => canonical_cell_name(stored).to_string(),
        };
        let set = |stored: &str| match self.dialect {
            Dialect::Bsb3 => names::set(stored).to_string(),
            Dialect::Bsb8 => stored.to_string(),
        };
        let mut cells: BTreeSet<String> = keys(&self.document["cell_types"]).iter().map(cell).collect();
        let has_types = !cells.is_empty();
        // Connection types of BSB 3 have sets under further names, which only their strategies know.
        let mut sets: BTreeSet<String> = keys(&self.document["connectivity"]).into_iter().collect();
        for simulation in simulations() {
            for part in ["cell_models", "entities"] {
                cells.extend(keys(&simulation[part]).iter().map(cell));
            }
            let models = simulation["connection_models"].as_object().into_iter().flatten();
            sets.extend(models.map(|(name, model)| set(model["tag"].as_str().unwrap_or(name))));
        }
        let is_missing = |name: &&String| anatomy.cells(name).is_none();
        let lacks_cells = listed(cells.iter().filter(is_missing));
        // A rule between several types makes one set for each pair of them.
        let makes = |name: &str| {
            let is_part = |rest: &str| rest.strip_prefix('_').is_some_and(|ends| ends.contains("_to_"));
            anatomy
                .connections
                .iter()
                .any(|set| set.name.strip_prefix(name).is_some_and(|r| r.is_empty() || is_part(r)))
        };
        let lacks_sets = listed(sets.iter().filter(|name| !makes(name)));
        let unnamed =
            anatomy.cells.iter().map(|c| &c.cell_type).filter(|name| has_types && !cells.contains(*name));
        let unnamed = listed(unnamed);
        [
            (lacks_cells, "cell types that the configuration names and the network lacks"),
            (lacks_sets, "connection sets that the configuration names and the network lacks"),
            (unnamed, "cell types of the network that the configuration does not name"),
        ]
        .into_iter()
        .filter(|(names, _)| !names.is_empty())
        .map(|(names, what)| format!("{what}: {names}."))
        .collect()
    }
}

/// Names a document that is no configuration of a network.
fn other(document: &Value) -> String {
    let remedy = "give a configuration of BSB (with `simulations`), or of dbbs-scaffold 3 or BSB 3 (with `connection_types` and \
                  `network_architecture`)";
    if document["networks"].is_object() {
        return format!("is the list of files of a SONATA circuit; {remedy}");
    }
    if document["network"].is_string() || document["run"].is_object() {
        return format!("is the configuration of a SONATA simulation, which lobule does not run; {remedy}");
    }
    let keys: Vec<&String> = document.as_object().into_iter().flatten().map(|(key, _)| key).take(8).collect();
    if keys.is_empty() {
        return format!("holds no keys; {remedy}");
    }
    format!("is no configuration of a network (it has {}); {remedy}", listed(keys))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_set_that_begins_with_the_name_of_another_is_not_that_one() {
        let set = |name: &str| crate::ConnectionSet { name: name.into(), ..Default::default() };
        let models = json!({"golgi_to_granule": {}, "io_to_mli": {}, "a": {}});
        let document = json!({"simulations": {"s": {"connection_models": models}}});
        let given = GivenConfiguration { document, dialect: Dialect::Bsb3 };
        let connections = ["golgi_to_glomerulus_anatomy", "io_to_mli_io_to_basket_cell", "a"].map(set).into();
        let unmatched = given.unmatched(&Anatomy { connections, ..Anatomy::default() });
        assert_eq!(unmatched.len(), 1);
        assert!(unmatched[0].ends_with("lacks: golgi_to_glomerulus."), "{unmatched:?}");
    }

    #[test]
    fn forms_are_told_by_their_keys() {
        let old = json!({"connection_types": {}, "network_architecture": {}, "simulations": {}});
        assert_eq!(Dialect::of(&old), Some(Dialect::Bsb3));
        assert_eq!(Dialect::of(&json!({"simulations": {}})), Some(Dialect::Bsb8));
        assert_eq!(Dialect::of(&json!({"cell_types": {}, "connectivity": {}})), Some(Dialect::Bsb8));
        for (document, word) in [
            (json!({"networks": {}}), "SONATA circuit"),
            (json!({"network": "c.json", "run": {}}), "SONATA simulation"),
            (json!({"a": 1, "simulations": 3}), "it has a, simulations"),
            (json!([1]), "no keys"),
        ] {
            assert_eq!(Dialect::of(&document), None);
            assert!(other(&document).contains(word), "{}", other(&document));
        }
    }
}
