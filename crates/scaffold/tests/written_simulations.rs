//! Promise: a simulation written in the form of BSB 8 is read again as it was, and what that form cannot say of an older one is told.

use lobule_scaffold::configuration::{StoredSimulation, simulations};
use lobule_scaffold::{Anatomy, format};
use serde_json::{Value, json};
use std::path::Path;

fn legacy(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/legacy").join(name)
}

fn tiny() -> Anatomy {
    format::read(&legacy("scaffold3_tiny.hdf5")).unwrap()
}

fn read(node: &Value) -> StoredSimulation {
    simulations(&json!({"simulations": {"s": node}})).remove(0)
}

/// A simulation of BSB 8 with every kind of device and target, without notes of its own.
fn every_kind() -> Value {
    let device = |mut node: Value, targetting: Value| {
        node["targetting"] = targetting;
        node["delay"] = json!(1.5);
        node
    };
    let cells = |strategy: &str| json!({"strategy": strategy, "cell_models": ["mossy_fibers"]});
    let poisson =
        json!({"device": "poisson_generator", "rate": 4.0, "start": 5.0, "stop": 50.0, "weight": 2.0});
    let sinusoid = json!({"device": "sinusoidal_poisson_generator", "rate": 4.0, "amplitude": 2.0, "frequency": 3.0,
        "phase": 90.0, "weight": 1.0});
    let spikes = json!({"device": "external", "nest_model": "spike_generator", "weight": 1.0, "receptor_type": 2,
        "constants": {"spike_times": [1.0, 2.5]}});
    let dc = json!({"device": "dc_generator", "amplitude": 20.0, "start": 1.0, "stop": 3.0, "weight": 1.0});
    let meter = json!({"device": "external", "nest_model": "multimeter",
        "constants": {"record_from": ["V_m"], "interval": 0.5, "start": 2.0}});
    let granules = |mut node: Value| {
        node["cell_models"] = json!(["granule_cell"]);
        node
    };
    json!({
        "simulator": "nest", "duration": 100.0, "resolution": 0.1,
        "cell_models": {
            "mossy_fibers": {"model": "parrot_neuron"},
            "glomerulus": {"model": "parrot_neuron"},
            "granule_cell": {"model": "eglif_cond_alpha_multisyn", "constants": {"C_m": 7.0, "tau_m": 24.15}},
            "purkinje_cell": {"model": "iaf_cond_alpha", "constants": {"V_m": {"distribution": "uniform", "min": -70.0, "max": -60.0}}},
        },
        "connection_models": {
            "mossy_fibers_to_glomerulus": {"synapses": [{"model": "static_synapse", "weight": 1.0, "delay": 1.0}]},
            "other_name": {"tag": "glomerulus_to_granule", "rule": "all_to_all",
                "synapses": [{"model": "tsodyks2_synapse", "weight": 0.2, "delay": 1.0, "receptor_type": 1, "U": 0.4}]},
            "parallel_fiber_to_purkinje": {"synapses": [{"model": "stdp_synapse_sinexp", "weight": 0.1, "delay": 5.0,
                "teaching": "io_to_purkinje", "A_plus": 0.1, "A_minus": -0.2}]},
        },
        "devices": {
            "a": device(poisson, json!({"strategy": "all"})),
            "b": device(sinusoid, cells("cell_model")),
            "c": device(spikes, granules(json!({"strategy": "by_label", "labels": ["plus", "mi*"]}))),
            "d": device(dc, granules(json!({"strategy": "sphere", "origin": [1.0, 2.0, 3.0], "radius": 20.0, "count": 3}))),
            "e": device(json!({"device": "spike_recorder", "stop": 80.0}),
                granules(json!({"strategy": "cylinder", "axis": "z", "origin": [1.0, 2.0], "radius": 9.0, "fraction": 0.5}))),
            "f": device(meter, granules(json!({"strategy": "by_id", "ids": {"granule_cell": [3, 4]}}))),
            "g": device(json!({"device": "spike_recorder"}), granules(json!({"strategy": "representatives", "n": 2}))),
        },
    })
}

#[test]
fn a_simulation_of_bsb_8_is_written_as_it_was_read() {
    let simulation = read(&every_kind());
    assert_eq!(simulation.problems, []);
    let written = simulation.written(&tiny()).unwrap();
    assert_eq!(written.notes, Vec::<String>::new());
    assert_eq!(read(&written.node), simulation);
}

/// The stored simulation of the small network in its static form, changed.
fn old(change: impl Fn(&mut Value)) -> StoredSimulation {
    let text = std::fs::read_to_string(legacy("scaffold3_tiny_static.json")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    change(&mut document["simulations"]["closed_loop"]);
    simulations(&document).remove(0)
}

#[test]
fn an_old_simulation_is_written_with_receptors_of_its_own() {
    let anatomy = tiny();
    let simulation = old(|_| {});
    assert_eq!(simulation.problems, []);
    let written = simulation.written(&anatomy).unwrap();
    let again = read(&written.node);
    assert_eq!(again.problems, []);
    assert_eq!(again.devices, simulation.devices);
    let models = |s: &StoredSimulation| -> Vec<_> {
        s.cell_models.iter().map(|m| (m.cell_type.clone(), m.model.clone(), m.constants.clone())).collect()
    };
    let sorted = |mut models: Vec<_>| {
        models.sort_by(|a: &(String, _, _), b| a.0.cmp(&b.0));
        models
    };
    assert_eq!(sorted(models(&again)), sorted(models(&simulation)));
    let climbing = again.connection_models.iter().find(|m| m.set == "io_to_purkinje").unwrap();
    let inhibition = again.connection_models.iter().find(|m| m.set == "golgi_to_glomerulus").unwrap();
    assert!(climbing.synapses[0].receptor > 0 && inhibition.synapses[0].receptor > 0);
    assert!(inhibition.synapses[0].weight > 0.0);
    let drawn: Vec<&String> = written.notes.iter().filter(|n| n.contains("middle of the law")).collect();
    assert!(
        drawn.iter().any(|n| n.contains("the delay of `io_to_mli_io_to_basket_cell`")),
        "{:?}",
        written.notes
    );
}

#[test]
fn what_a_file_of_bsb_8_cannot_hold_is_left_out_with_a_note_or_refused() {
    let mut anatomy = tiny();
    anatomy.connections.retain(|set| set.name != "io_to_purkinje");
    let written = old(|_| {}).written(&anatomy).unwrap();
    assert!(written.notes.iter().any(|n| n.contains("`io_to_purkinje` is left out")), "{:?}", written.notes);
    assert!(written.node["connection_models"]["io_to_purkinje"].is_null());

    let chance = old(|simulation| {
        let (_, device) = simulation["devices"].as_object_mut().unwrap().iter_mut().next().unwrap();
        device["targetting"] = json!("cell_type");
        device["cell_types"] = json!(["glomerulus"]);
        device["cell_fraction"] = json!(0.5);
    });
    let what = chance.written(&anatomy).unwrap_err();
    assert!(what.contains("with a probability") && what.contains("`cell_types`"), "{what}");
    let taught = old(|simulation| {
        let model = &mut simulation["connection_models"]["parallel_fiber_to_purkinje"];
        model["synapse_model"] = json!("stdp_synapse_sinexp");
        model["plastic"] = json!(true);
        model["hetero"] = json!(true);
        model["teaching"] = json!("io_to_purkinje");
    });
    assert_eq!(taught.problems, []);
    let written = taught.written(&tiny()).unwrap();
    assert_eq!(written.node["connection_models"]["parallel_fiber_to_purkinje"]["teaching"], "io_to_purkinje");
    let again = read(&written.node);
    let set = again.connection_models.iter().find(|m| m.set == "parallel_fiber_to_purkinje").unwrap();
    assert_eq!(set.synapses[0].teacher.as_deref(), Some("io_to_purkinje"));
    let broken = old(|simulation| simulation["duration"] = json!("long"));
    assert!(broken.written(&anatomy).unwrap_err().contains("parts that cannot be honored"));
}
