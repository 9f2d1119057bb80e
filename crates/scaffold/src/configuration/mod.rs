//! Configurations of BSB: the tree of a JSON or YAML file, or the one a network file
//! holds, as the typed description that [`crate::construct`] builds a circuit from.
//!
//! ```text
//! file ──read (refs, imports)──▶ tree ──typed nodes──▶ Configuration
//! ```
//!
//! The node `simulations` is read by itself, by [`simulations`], for whoever simulates. Keys that do not change the circuit are ignored
//! (`IGNORED` in this file); any other unknown key or strategy is an error that names its path.
//!
//! Source: configurations of bsb-core 8.0.2 and cerebellar-models 0.13.0.

mod cells;
mod connect;
mod constants;
mod devices;
mod fields;
mod given;
mod law;
mod legacy;
mod morphologies;
mod ranges;
mod read;
mod simulation;
mod space;
mod targetting;
mod tree;
mod written;

pub use constants::{Constant, Constants};
pub use devices::{Device, DeviceKind, Span};
pub use fields::Problem;
pub use given::{Dialect, GivenConfiguration};
pub use law::{Law, Within};
pub use simulation::{CellModel, ConnectionModel, ConnectionRule, StoredSimulation, StoredSynapse};
pub use targetting::{Axis, Part, Targets, Targetting};
pub use written::WrittenSimulation;

pub(crate) use cells::{
    CellType, Division, Labeling, MorphologyChoice, PlacementRule, PlacementStrategy, Spatial,
};
pub(crate) use connect::{ConnectivityRule, Distribution, Duplication, Reach, Side, Strategy};
pub(crate) use morphologies::{MorphologySource, Step};
pub(crate) use space::{Block, Space};
pub(crate) use tree::Node;

use crate::error::listed;
use crate::{Error, bsb};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The simulations of a configuration of any year, in order of name.
pub fn simulations(configuration: &Value) -> Vec<StoredSimulation> {
    match legacy::is_old(configuration) {
        true => legacy::simulations(configuration),
        false => simulation::simulations(configuration),
    }
}

/// Root keys that say nothing about cells and connections. `components` and `packages` name
/// Python code, whose strategies lobule has built in; `simulations` is for whoever simulates.
const IGNORED: [&str; 8] =
    ["name", "packages", "components", "storage", "files", "simulations", "after_simulation", "plotting"];

/// Root keys that are read: of space and cells, and of what is made of them.
const PARTS: [&str; 6] = ["rng", "network", "regions", "partitions", "morphologies", "cell_types"];
const STEPS: [&str; 4] = ["placement", "after_placement", "connectivity", "after_connectivity"];

/// A configuration of BSB.
///
/// # Example
/// ```
/// # use std::io::Write;
/// # let path = std::env::temp_dir().join(format!("lobule_configuration_{}.yaml", std::process::id()));
/// # std::fs::write(&path, "network: {x: 100, y: 100, z: 100}\ncell_types: {golgi_cell: {spatial: {radius: 8, count: 3}}}\n").unwrap();
/// let configuration = lobule_scaffold::Configuration::read(&path)?;
/// assert_eq!(configuration.tree()["network"]["x"], 100);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), lobule_scaffold::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    pub(crate) file: PathBuf,
    tree: Value,
    /// `rng.seed`.
    pub(crate) seed: Option<u64>,
    pub(crate) space: Space,
    pub(crate) morphologies: Vec<MorphologySource>,
    pub(crate) cell_types: Vec<CellType>,
    pub(crate) placement: Vec<PlacementRule>,
    pub(crate) labelings: Vec<Labeling>,
    pub(crate) connectivity: Vec<ConnectivityRule>,
    pub(crate) duplications: Vec<Duplication>,
    /// Parts of it that will not be done.
    pub(crate) notes: Vec<String>,
}

impl Configuration {
    /// Reads a JSON or YAML file with all it refers to, or the configuration a BSB network file holds.
    ///
    /// # Errors
    /// [`Error::File`] when a file cannot be read or is no JSON or YAML;
    /// [`Error::Configuration`] with the path in the tree when a value is out of its range, a
    /// reference leads nowhere or in a circle, or something is not known to lobule.
    pub fn read(path: &Path) -> Result<Self, Error> {
        if crate::hdf5::is_hdf5(path) {
            let tree = bsb::stored_configuration(path)?;
            return Self::from_tree(path, tree, &[]);
        }
        let (tree, folders) = read::document(path)?;
        Self::from_tree(path, tree, &folders)
    }

    /// The resolved tree.
    pub fn tree(&self) -> &Value {
        &self.tree
    }

    fn from_tree(file: &Path, tree: Value, folders: &[PathBuf]) -> Result<Self, Error> {
        let root = Node::root(file, &tree);
        root.allow(&[&PARTS[..], &STEPS, &IGNORED].concat())?;
        let mut notes = Vec::new();
        let seed = root.maybe("rng", |rng| {
            rng.allow(&["seed", "generators", "settings", "generator"])?;
            rng.maybe("seed", |n| {
                let what = format!("{}; allowed are whole numbers from 0 to 2^64 - 1", n.value);
                n.value.as_u64().ok_or_else(|| n.error(what))
            })
        })?;
        let (space, morphologies) = (space::read(&root)?, morphologies::read(&root, folders)?);
        let cell_types = cells::cell_types(&root)?;
        Ok(Self {
            file: file.into(),
            seed: seed.flatten(),
            space,
            morphologies,
            placement: cells::placement(&root, &cell_types)?,
            cell_types,
            labelings: cells::labelings(&root)?,
            connectivity: connect::rules(&root)?,
            duplications: connect::duplications(&root, &mut notes)?,
            notes,
            tree,
        })
    }

    /// An error at `node` of this configuration.
    pub(crate) fn error(&self, node: impl Into<String>, what: impl Into<String>) -> Error {
        Error::Configuration { file: self.file.clone(), node: node.into(), what: what.into() }
    }

    /// A connection rule by name.
    pub(crate) fn rule(&self, name: &str) -> Option<&ConnectivityRule> {
        self.connectivity.iter().find(|r| r.name == name)
    }

    /// A cell type by name.
    pub(crate) fn cell_type(&self, name: &str) -> Option<&CellType> {
        self.cell_types.iter().find(|c| c.name == name)
    }
}

/// The strategies lobule has built in: class in Python and short name.
type Components = [(&'static str, &'static str)];

/// The short name of a node's `strategy`, which may be a path, the last part of one, or short.
fn component(node: &Node, known: &Components) -> Result<&'static str, Error> {
    let strategy = node.require("strategy")?;
    let name = strategy.text()?;
    let class = |path: &str| path.rsplit('.').next().unwrap_or(path).to_string();
    let is_it =
        |(path, short): &&(&str, &str)| *path == name || *short == name || class(path) == class(&name);
    known.iter().find(is_it).map(|(_, short)| *short).ok_or_else(|| {
        let known = listed(known.iter().map(|(path, _)| path));
        strategy.error(format!("`{name}` is not known to lobule; known are {known}"))
    })
}
