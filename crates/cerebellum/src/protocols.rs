//! The protocols of the reference as simulations of a BSB configuration, so that a file which lobule writes can be run
//! by name: `basal_awake`, `basal_in_vitro`, `mf_stimulus` and `mf_cf_stimulus` (awake).
//!
//! Cells and synapses are those of [`super::cell_model`] and [`super::synapse_model`]; cells and sets that
//! neither includes are left out. Source of the protocols: cerebellar-models 0.13.

use super::mouse::{BrainState, cell_model, synapse_model};
use super::stored::eglif_constants;
use lobule_scaffold::{Anatomy, bsb::file_cell_name};
use serde_json::{Map, Value, json};

/// The node `simulations` for an anatomy.
pub fn protocols(anatomy: &Anatomy) -> Value {
    let [x, y, _] = anatomy.size;
    let background = poisson(4.0, None, json!({"strategy": "cell_model", "cell_models": ["mossy_fibers"]}));
    let all = json!({"strategy": "cell_model", "cell_models": ["mossy_fibers"]});
    // The middle of the granular layer.
    let sphere = json!({
        "strategy": "sphere", "radius": 90.0, "origin": [x / 2.0, y / 2.0, 65.0], "cell_models": ["mossy_fibers"],
    });
    let mut olive =
        poisson(500.0, Some([1250.0, 1260.0]), json!({"strategy": "cell_model", "cell_models": ["io"]}));
    olive["weight"] = 100.0.into();
    olive["receptor_type"] = 1.into();
    let span = Some([1200.0, 1260.0]);
    let mut simulations = Map::new();
    for (name, state, duration, stimuli) in [
        ("basal_awake", BrainState::Awake, 5000.0, vec![]),
        ("basal_in_vitro", BrainState::InVitro, 5000.0, vec![]),
        ("mf_stimulus", BrainState::Awake, 2000.0, vec![("mf_stimulus", poisson(150.0, span, sphere))]),
        (
            "mf_cf_stimulus",
            BrainState::Awake,
            2000.0,
            vec![("mf_stimulus", poisson(40.0, span, all)), ("cf_stimulus", olive)],
        ),
    ] {
        if stimuli.iter().any(|s| s.0 == "cf_stimulus") && anatomy.count("io_cell") == 0 {
            continue;
        }
        let mut devices = recorders(anatomy);
        if anatomy.count("mossy_fiber") > 0 {
            devices.insert("background_noise".into(), background.clone());
            devices.extend(stimuli.into_iter().map(|(name, device)| (name.to_string(), device)));
        }
        let simulation = json!({
            "simulator": "nest",
            "resolution": 0.1,
            "duration": duration,
            "modules": ["cerebmodule"],
            "cell_models": cell_models(anatomy, state),
            "connection_models": connection_models(anatomy, state),
            "devices": devices,
        });
        simulations.insert(name.into(), simulation);
    }
    Value::Object(simulations)
}

fn poisson(rate: f64, span: Option<[f64; 2]>, targetting: Value) -> Value {
    let mut device = json!({
        "device": "poisson_generator", "rate": rate, "targetting": targetting, "weight": 1.0, "delay": 0.1,
    });
    if let Some([start, stop]) = span {
        device["start"] = start.into();
        device["stop"] = stop.into();
    }
    device
}

/// One for every cell type, as the reference names them.
fn recorders(anatomy: &Anatomy) -> Map<String, Value> {
    let recorder = |name: &str| {
        let targetting = json!({"strategy": "cell_model", "cell_models": [name]});
        json!({"device": "spike_recorder", "delay": 0.1, "targetting": targetting})
    };
    let names = anatomy.cells.iter().filter(|c| !c.is_empty()).map(|c| file_cell_name(&c.cell_type));
    names.map(|name| (format!("{name}_record"), recorder(name))).collect()
}

fn cell_models(anatomy: &Anatomy, state: BrainState) -> Map<String, Value> {
    let model = |cell_type: &str| match cell_type {
        "mossy_fiber" | "glomerulus" | "ubc_glomerulus" => Some(json!({"model": "parrot_neuron"})),
        cell => cell_model(cell, state)
            .map(|eglif| json!({"model": "eglif_cond_alpha_multisyn", "constants": eglif_constants(eglif)})),
    };
    let types = anatomy.cells.iter().filter_map(|c| Some((c, model(&c.cell_type)?)));
    types.map(|(c, model)| (file_cell_name(&c.cell_type).to_string(), model)).collect()
}

fn connection_models(anatomy: &Anatomy, state: BrainState) -> Map<String, Value> {
    let has_model = |cell_type: &str| {
        cell_model(cell_type, state).is_some()
            || ["mossy_fiber", "glomerulus", "ubc_glomerulus"].contains(&cell_type)
    };
    let mut models = Map::new();
    for set in anatomy.connections.iter().filter(|s| has_model(&s.pre_type) && has_model(&s.post_type)) {
        let rule = set.name.strip_suffix("_minus").unwrap_or(&set.name);
        let Some(model) = synapse_model(rule, state) else { continue };
        let mut synapse = json!({"model": "static_synapse", "weight": model.weight, "delay": model.delay_ms});
        // Relays have no receptors.
        if cell_model(&set.post_type, state).is_some() {
            synapse["receptor_type"] = model.receptor.into();
        }
        models.insert(set.name.clone(), json!({"synapses": [synapse]}));
    }
    models
}
