//! Simulations of configurations of scaffold 3 and BSB 3, as today's [`StoredSimulation`].
//!
//! ```text
//! simulations.<name>
//!   simulator duration resolution threads modules default_neuron_model default_synapse_model
//!   cell_models.<type>         neuron_model, parameters, <model> {..., receptors {source type: port}}
//!   entities.<type>            device: parrot_neuron
//!   connection_models.<set>    connection {weight, delay}, synapse.<model> {...}, synapse_model, plastic, hetero, teaching
//!   devices.<device>           device, io, targetting, parameters, stimulus, weights and delays
//! ```
//! Names become lobule's. Receptors follow from the presynaptic type, so they are resolved with the network.
//!
//! Source: dbbs-scaffold 3.2.1 and 3.2.9, bsb 3.3.0 to 3.10.5, the neuron and synapse models of cereb-nest for NEST 2.

mod cells;
mod devices;
mod statement;
mod synapses;

use super::fields::{Fields, Problems, shown};
use super::ranges::{DURATION, RESOLUTION};
use super::simulation::StoredSimulation;
use crate::legacy::Document;
use serde_json::Value;
use std::cell::RefCell;

/// Longest step of a run, ms; a longer stored one is divided, so that all times on its grid stay on that of the run. Chosen: the solver of
/// E-GLIF needs 0.2 ms or less.
const STEP_MS: f64 = 0.1;

/// True for a configuration of scaffold 3 or BSB 3.
pub(super) fn is_old(configuration: &Value) -> bool {
    configuration["connection_types"].is_object() && configuration["network_architecture"].is_object()
}

/// The simulations of an old configuration, in order of name.
pub(super) fn simulations(configuration: &Value) -> Vec<StoredSimulation> {
    let Some(nodes) = configuration["simulations"].as_object() else { return Vec::new() };
    let document = Document(configuration.clone());
    nodes.iter().map(|(name, node)| read(name, node, &document)).collect()
}

fn read(name: &str, node: &Value, document: &Document) -> StoredSimulation {
    let problems: Problems = RefCell::default();
    let (duration_ms, resolution_ms) = (f64::NAN, f64::NAN);
    let mut simulation = StoredSimulation {
        name: name.into(),
        duration_ms,
        resolution_ms,
        is_before_bsb4: true,
        ..StoredSimulation::default()
    };
    if let Some(fields) = Fields::of(node, format!("simulations.{name}"), &problems) {
        fill(&mut simulation, fields, document);
    }
    simulation.problems = problems.into_inner();
    simulation
}

fn fill(simulation: &mut StoredSimulation, fields: Fields, document: &Document) {
    simulation.simulator = fields.text("simulator").unwrap_or_default().into();
    simulation.duration_ms = fields.needed_within("duration", &DURATION).unwrap_or(f64::NAN);
    if simulation.simulator != "nest" {
        let is = &simulation.simulator;
        fields
            .problem("simulator", format!("is `{is}`; simulations of `nest` can be run: write one for nest"));
        return;
    }
    let stored_ms = fields.within("resolution", &RESOLUTION).unwrap_or(1.0);
    simulation.stored_resolution_ms = stored_ms;
    // A step of 1 ms is 10 of 0.1 ms, whatever the last digits of the quotient.
    let parts = (stored_ms / STEP_MS - 1e-9).ceil().max(1.0);
    simulation.resolution_ms = if parts > 1.0 { stored_ms / parts } else { stored_ms };
    if parts > 1.0 {
        let origin = if fields.value("resolution").is_none() { ", since none is given" } else { "" };
        simulation.notes.push(format!(
            "the stored step is {stored_ms} ms{origin}; the run has one of {} ms.",
            simulation.resolution_ms
        ));
    }
    for (key, why) in [
        ("modules", "models of NEST modules are built in"),
        ("threads", "the number of threads is `--threads` and changes no bit"),
        ("verbosity", "it is NEST's"),
        ("seed", "the seed is `--seed`"),
    ] {
        if let Some(value) = fields.value(key) {
            simulation.notes.push(format!("`{key}` ({}) has no effect: {why}.", shown(value)));
        }
    }
    let neuron = fields.text("default_neuron_model").unwrap_or("iaf_cond_alpha");
    let synapse = fields.text("default_synapse_model").unwrap_or("static_synapse");
    simulation.cell_models = cells::models(&fields, neuron, document);
    let resting = cells::begin_at_rest(&simulation.cell_models);
    if !resting.is_empty() {
        let types = crate::error::listed(resting);
        simulation
            .notes
            .push(format!("cells of {types} begin at E_L; NEST 2 begins at -70 mV: give V_m for that."));
    }
    simulation.connection_models = fields
        .needed_objects("connection_models")
        .filter_map(|(name, node)| synapses::model(name, node, synapse, &mut simulation.notes))
        .collect();
    if fields.value("devices").is_some() {
        for (name, node) in fields.needed_objects("devices") {
            let device =
                devices::device(name, node, document, &simulation.cell_models, &mut simulation.notes);
            simulation.devices.extend(device);
        }
    }
    for device in &simulation.devices {
        for cell_type in &device.targetting.cell_types {
            if !simulation.cell_models.iter().any(|c| &c.cell_type == cell_type) {
                let known = crate::error::listed(simulation.cell_models.iter().map(|c| &c.cell_type));
                let what = format!("names `{cell_type}`, which has no cell model; there are: {known}");
                fields.problem(&format!("devices.{}.cell_types", device.name), what);
            }
        }
    }
    fields.finish();
}
