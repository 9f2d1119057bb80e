//! Tiny files, their configurations and runs of them, for the tests of simulations before BSB 4.
#![allow(dead_code)]

use lobule_cerebellum::Error;
use lobule_cerebellum::open_loop::{OpenLoop, OpenLoopResult, SharedAnatomy, stored};
use lobule_exchange::Ranks;
use lobule_scaffold::Anatomy;
use lobule_scaffold::configuration::{StoredSimulation, simulations};
use lobule_scaffold::format::{self, Network, Reading};
use lobule_signal::Quiet;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A file of the tiny networks.
pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scaffold/tests/legacy").join(name)
}

pub fn json(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file(name)).unwrap()).unwrap()
}

pub fn network(stem: &str) -> Network {
    format::read_as(&file(&format!("{stem}.hdf5")), Reading::default()).unwrap()
}

pub fn anatomy(stem: &str) -> Anatomy {
    network(stem).anatomy
}

/// The configuration inside a file, which has plasticity.
pub fn plastic(stem: &str) -> Value {
    format::read_configuration(&file(&format!("{stem}.hdf5"))).unwrap().unwrap()
}

/// The configuration beside it, which has none.
pub fn fixed(stem: &str) -> Value {
    json(&format!("{stem}_static.json"))
}

/// The simulation `closed_loop` of a configuration.
pub fn closed_loop(configuration: &Value) -> StoredSimulation {
    let all = simulations(configuration);
    all.into_iter().find(|s| s.name == "closed_loop").unwrap()
}

/// A run on one process.
pub fn run(
    anatomy: &Anatomy,
    simulation: &StoredSimulation,
    what: &OpenLoop,
) -> Result<OpenLoopResult, Error> {
    stored(&mut SharedAnatomy::whole(anatomy.clone()), simulation, what, &Quiet, &Ranks::alone())
}
