//! Writes the seeds of the corpora: small files that are whole.
//!
//! `cargo run --release --bin seeds` in this folder.

#[path = "../crates/scaffold/examples/write_scaffold3/layout.rs"]
mod layout;

use lobule_scaffold::hdf5::Output;
use lobule_scaffold::{Anatomy, CellSites, ConnectionSet, bsb};
use std::path::Path;

/// Two types, a few cells in two chunks, labels, two sets of connections.
fn anatomy() -> Anatomy {
    let sites = |cell_type: &str, positions: Vec<[f64; 3]>, labels: Vec<u16>| CellSites {
        cell_type: cell_type.into(),
        positions,
        label_sets: vec![vec![], vec!["plus".into()], vec!["minus".into()]],
        labels,
    };
    let set = |name: &str, pre: &str, post: &str, rows: &[(u32, u32)]| ConnectionSet {
        name: name.into(),
        pre_type: pre.into(),
        post_type: post.into(),
        pre: rows.iter().map(|r| r.0).collect(),
        post: rows.iter().map(|r| r.1).collect(),
        pre_site: rows.iter().map(|_| [1, 2]).collect(),
        post_site: Vec::new(),
    };
    Anatomy {
        size: [200.0, 100.0, 295.0],
        cells: vec![
            sites("granule_cell", vec![[10.0, 10.0, 10.0], [20.0, 10.0, 10.0], [120.0, 10.0, 10.0]], vec![]),
            sites("purkinje_cell", vec![[30.0, 50.0, 138.0], [160.0, 50.0, 138.0]], vec![1, 2]),
        ],
        connections: vec![
            set("parallel_fiber_to_purkinje", "granule_cell", "purkinje_cell", &[(0, 0), (1, 0), (1, 0), (2, 1)]),
            set("empty", "purkinje_cell", "granule_cell", &[]),
        ],
        source: "fuzz seed".into(),
        notes: Vec::new(),
    }
}

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    std::fs::create_dir_all(folder.join("bsb_network")).expect("a folder");
    let path = folder.join("bsb_network/two_types.hdf5");
    let _ = std::fs::remove_file(&path);
    bsb::write(&path, &anatomy()).expect("a seed");
    println!("wrote {}", path.display());

    legacy(&folder.join("legacy_network"));

    // The example's configuration, and one with simulations as a network file holds it.
    let to = folder.join("configuration");
    std::fs::create_dir_all(&to).expect("a folder");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/mouse_cortex.yaml");
    std::fs::copy(example, to.join("mouse_cortex.yaml")).expect("a seed");
    let stored = bsb::read_configuration(&path).expect("a configuration").expect("one");
    let mut stored = stored;
    stored["simulations"] = simulations();
    std::fs::write(to.join("stored.json"), stored.to_string()).expect("a seed");
    println!("wrote {}", to.display());
}

/// The small network in the layouts of BSB 3 and of 2019, and the files that the tests read.
fn legacy(to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    let mut written = layout::Layout::of(&anatomy(), simulations());
    written.write(&to.join("scaffold3.hdf5")).expect("a seed");
    written.has_tables = false;
    written.class = "bsb.config.JSONConfig".into();
    written.version = "3.10.5".into();
    written.write(&to.join("bsb3.hdf5")).expect("a seed");

    let output = Output::create(&to.join("casali2019.hdf5")).expect("a seed");
    let cells = [[0.0, 1.0, 5.0, 9.0, 5.0], [1.0, 2.0, 6.0, 8.0, 5.0], [2.0, 2.0, 9.0, 8.0, 5.0]];
    let root = output.root();
    root.data("positions", cells.as_flattened(), &[3, 5]).expect("a seed");
    let sets = root.group("connections").expect("a seed");
    sets.data("glom_goc", &[1.0, 0.0, 3.5, 2.0, 0.0, 4.5], &[2, 3]).expect("a seed");
    sets.data("goc_glom", &[0.0, 3.0, 1.0], &[1, 3]).expect("a seed");
    output.finish().expect("a seed");

    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/scaffold/tests/legacy");
    let file = "scaffold2_tiny.hdf5";
    std::fs::copy(tests.join(file), to.join(file)).expect("a seed");
    println!("wrote {}", to.display());
}

/// One simulation with each kind of device.
fn simulations() -> serde_json::Value {
    serde_json::json!({"rest": {
        "simulator": "nest", "duration": 100.0, "resolution": 0.1, "modules": ["m"],
        "cell_models": {
            "granule_cell": {"model": "parrot_neuron"},
            "purkinje_cell": {"model": "eglif_cond_alpha_multisyn", "constants": {"C_m": 334, "V_m": {"distribution": "normal", "mean": -60, "std": 1}}},
        },
        "connection_models": {"parallel_fiber_to_purkinje": {"synapses": [
            {"model": "static_synapse", "weight": 0.14, "delay": 5, "receptor_type": 1},
            {"model": "tsodyks2_synapse", "weight": 1, "delay": 5, "U": 0.1, "tau_rec": 35.1, "tau_fac": 54, "receptor_type": 1},
        ]}},
        "devices": {
            "noise": {"device": "poisson_generator", "rate": 4.0, "start": 10, "stop": 20, "weight": 1, "delay": 0.1,
                "targetting": {"strategy": "sphere", "radius": 90, "origin": [1, 2, 3], "cell_models": ["granule_cell"]}},
            "step": {"device": "dc_generator", "amplitude": 100, "weight": 1, "delay": 0.1,
                "targetting": {"strategy": "by_label", "labels": ["plus"], "cell_models": ["purkinje_cell"]}},
            "spikes": {"device": "spike_generator", "spike_times": [1, 2.5], "weight": 1, "delay": 0.1, "receptor_type": 1,
                "targetting": {"strategy": "all"}},
            "record": {"device": "spike_recorder", "delay": 0.1, "targetting": {"strategy": "cell_model", "cell_models": ["purkinje_cell"]}},
            "meter": {"device": "multimeter", "properties": ["V_m"], "delay": 0.1, "targetting": {"strategy": "representatives", "n": 1}},
        },
    }})
}
