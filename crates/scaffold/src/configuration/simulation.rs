//! The node `simulations` of a configuration: what `bsb simulate` runs, as plain data.
//!
//! ```text
//! simulations.<name>
//!   simulator duration resolution modules threads verbosity
//!   cell_models.<cell type>        model, constants, parameters
//!   connection_models.<set>        tag, rule, synapses [{model, weight, delay, receptor_type, ...}]
//!   devices.<device>               device, targetting, weight, delay, receptor_type, ...
//! ```
//!
//! Reading never stops at the first thing it cannot honor: each simulation carries its problems (it
//! cannot be run) and its notes (known, and without effect here). Units: ms, Hz, pA; weights nS.
//!
//! Source: bsb-core and bsb-nest 8.0.2.

use super::constants::{self, Constants};
use super::devices::Device;
use super::fields::{Fields, Problem, Problems, shown};
use super::law::Law;
use super::ranges::{DELAY, DURATION, RESOLUTION, Range, WEIGHT};
use crate::canonical_cell_name;
use crate::error::listed;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The model of one cell type.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CellModel {
    /// lobule's name of the cell type.
    pub cell_type: String,
    /// Where it stands in the configuration.
    pub key: String,
    /// NEST's name of the model, e.g. `parrot_neuron`.
    pub model: String,
    /// Its parameters, by NEST's names.
    pub constants: Constants,
    /// Receptor of its synapses by presynaptic cell type (lobule's name), in configurations before BSB 4; empty where synapses name
    /// theirs.
    pub receptors: BTreeMap<String, usize>,
}

/// One synapse model of a connection set.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSynapse {
    /// Where it stands in the configuration.
    pub key: String,
    /// NEST's name of the model, e.g. `static_synapse`.
    pub model: String,
    /// Weight of one row (contact); of a law a number in its middle.
    pub weight: f64,
    /// Law from which the weight of each row is drawn.
    pub weight_law: Option<Law>,
    /// Delay, ms; none for models without one.
    pub delay_ms: Option<f64>,
    /// Law from which the delay of each row is drawn.
    pub delay_law: Option<Law>,
    /// Receptor, from 1; 0 when none is given.
    pub receptor: usize,
    /// Further parameters, by NEST's names.
    pub constants: Constants,
    /// Connection set whose spikes teach a heterosynaptic rule.
    pub teacher: Option<String>,
}

/// A rule of NEST's that takes the place of the stored connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionRule {
    /// Cell i with cell i.
    OneToOne,
    /// Every pair.
    AllToAll,
}

/// Synapse model and parameters of a connection set.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionModel {
    /// Its name.
    pub name: String,
    /// Where it stands in the configuration.
    pub key: String,
    /// The connection set: its tag, or its name.
    pub set: String,
    /// Its synapses; each of them is made for every pair.
    pub synapses: Vec<StoredSynapse>,
    /// A rule instead of the stored pairs.
    pub rule: Option<ConnectionRule>,
}

/// A simulation that a network file brings along.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredSimulation {
    /// Its name.
    pub name: String,
    /// `nest`, `arbor`, `neuron`.
    pub simulator: String,
    /// Duration, ms.
    pub duration_ms: f64,
    /// Time step, ms.
    pub resolution_ms: f64,
    /// Time step of the configuration, ms, to which drawn delays are rounded; longer than that of the run in some configurations before
    /// BSB 4.
    pub stored_resolution_ms: f64,
    /// True for a configuration of scaffold 3 or BSB 3: a connection model without a set on file is left out with a note.
    pub is_before_bsb4: bool,
    /// Models of cells, in order of name.
    pub cell_models: Vec<CellModel>,
    /// Models of connection sets, in order of name.
    pub connection_models: Vec<ConnectionModel>,
    /// Devices, in order of name.
    pub devices: Vec<Device>,
    /// Known parts that have no effect here, one sentence each.
    pub notes: Vec<String>,
    /// Parts that cannot be honored; with any of these the simulation cannot be run.
    pub problems: Vec<Problem>,
}

impl StoredSimulation {
    /// Leaves a device out, and with it what cannot be honored of it. False when there is no such device.
    pub fn leave_out(&mut self, device: &str) -> bool {
        let key = format!("simulations.{}.devices.{device}", self.name);
        let is_of_device = |p: &Problem| p.key == key || p.key.starts_with(&format!("{key}."));
        let before = self.devices.len() + self.problems.len();
        self.devices.retain(|d| d.name != device);
        self.problems.retain(|p| !is_of_device(p));
        let is_known = self.devices.len() + self.problems.len() < before;
        if is_known {
            self.notes.push(format!("device `{device}` is left out, as asked."));
        }
        is_known
    }
}

/// The simulations of a configuration of BSB 4 to 8, in order of name.
pub(super) fn simulations(configuration: &Value) -> Vec<StoredSimulation> {
    let Some(nodes) = configuration["simulations"].as_object() else { return Vec::new() };
    nodes.iter().map(|(name, node)| read(name, node)).collect()
}

/// Reads one simulation.
fn read(name: &str, node: &Value) -> StoredSimulation {
    let problems: Problems = RefCell::default();
    let (duration_ms, resolution_ms) = (f64::NAN, f64::NAN);
    let mut simulation =
        StoredSimulation { name: name.into(), duration_ms, resolution_ms, ..StoredSimulation::default() };
    if let Some(fields) = Fields::of(node, format!("simulations.{name}"), &problems) {
        fill(&mut simulation, fields);
    }
    simulation.problems = problems.into_inner();
    simulation
}

fn fill(simulation: &mut StoredSimulation, fields: Fields) {
    simulation.simulator = fields.text("simulator").unwrap_or_default().into();
    simulation.duration_ms = fields.needed_within("duration", &DURATION).unwrap_or(f64::NAN);
    if simulation.simulator != "nest" {
        // What belongs to another simulator has other keys, which would all be problems.
        let what =
            format!("is `{}`; simulations of `nest` can be run: write one for nest", simulation.simulator);
        fields.problem("simulator", what);
        return;
    }
    simulation.resolution_ms = fields.needed_within("resolution", &RESOLUTION).unwrap_or(f64::NAN);
    simulation.stored_resolution_ms = simulation.resolution_ms;
    for (key, why) in [
        ("modules", "models of NEST modules are built in"),
        ("threads", "the number of threads is `--threads` and changes no bit"),
        ("verbosity", "it is NEST's"),
        ("rng", "the seed is `--seed`"),
        ("seed", "the seed is `--seed`"),
        ("after_prepare", "hooks are not run"),
        ("after_simulation", "hooks are not run"),
    ] {
        let value = fields.value(key);
        let is_empty = |v: &Value| {
            v.as_array().is_some_and(Vec::is_empty) || v.as_object().is_some_and(|o| o.is_empty())
        };
        if let Some(value) = value.filter(|v| !is_empty(v)) {
            let names = value.as_object().map(|o| listed(o.keys()));
            let value = names.unwrap_or_else(|| shown(value));
            simulation.notes.push(format!("`{key}` ({value}) has no effect: {why}."));
        }
    }

    let models = fields.needed_objects("cell_models");
    simulation.cell_models = models.map(|(name, node)| cell_model(name, node)).collect();
    let models = fields.needed_objects("connection_models");
    simulation.connection_models = models.map(|(name, node)| connection_model(name, node)).collect();
    let devices = fields.needed_objects("devices");
    simulation.devices = devices.filter_map(|(name, node)| Device::read(name, node)).collect();
    let recorders = simulation.devices.iter().filter(|d| d.is_recorder()).count();
    if recorders > 0 {
        simulation.notes.push(format!(
            "`delay` of {recorders} recorders has no effect: what is recorded carries the time at the cell."
        ));
    }
    for device in &simulation.devices {
        for cell_type in &device.targetting.cell_types {
            if !simulation.cell_models.iter().any(|c| &c.cell_type == cell_type) {
                let known = listed(simulation.cell_models.iter().map(|c| &c.cell_type));
                let what = format!("names `{cell_type}`, which has no cell model; there are: {known}");
                fields.problem(&format!("devices.{}.targetting.cell_models", device.name), what);
            }
        }
    }
    fields.finish();
}

fn cell_model(name: &str, fields: Fields) -> CellModel {
    let mut values = Constants::new();
    for group in ["constants", "parameters"].into_iter().filter_map(|group| fields.object(group)) {
        constants::add(&mut values, &group);
    }
    // BSB's default.
    let model = fields.text("model").unwrap_or("iaf_psc_alpha").into();
    let (cell_type, key) = (canonical_cell_name(name).into(), fields.key.clone());
    fields.finish();
    CellModel { cell_type, key, model, constants: values, ..CellModel::default() }
}

fn connection_model(name: &str, fields: Fields) -> ConnectionModel {
    let set = fields.text("tag").unwrap_or(name).to_string();
    let rule = fields.text("rule").and_then(|rule| match rule {
        "one_to_one" => Some(ConnectionRule::OneToOne),
        "all_to_all" => Some(ConnectionRule::AllToAll),
        other => {
            let what = "one_to_one and all_to_all are known: remove it to use the stored pairs";
            fields.refuse("rule", format!("is `{other}`; {what}"))
        }
    });
    // Only gap junctions may be symmetric, and they always are.
    let is_symmetric = fields.flag("make_symmetric") == Some(true);
    let mut synapses = Vec::new();
    // Up to bsb-nest 6 there is one synapse.
    let one = fields.value("synapse");
    if one.is_some() && fields.value("synapses").is_some() {
        fields.problem("synapse", "stands beside `synapses`; keep one of them");
    }
    match fields.value("synapses") {
        None if one.is_some() => synapses.extend(fields.object("synapse").and_then(synapse)),
        Some(Value::Array(nodes)) if !nodes.is_empty() => {
            for (k, node) in nodes.iter().enumerate() {
                let key = format!("{}.synapses.{k}", fields.key);
                synapses.extend(Fields::of(node, key, fields.problems).and_then(synapse));
            }
        }
        Some(other) => {
            fields.problem("synapses", format!("is {}; a list of synapses is needed", shown(other)))
        }
        None => fields.problem("synapses", "is missing; give a list with at least one synapse"),
    }
    if is_symmetric && synapses.iter().any(|s| s.model != "gap_junction") {
        fields.problem("make_symmetric", "is true, but only gap junctions are symmetric; remove it");
    }
    if fields.value("parameters").is_some() {
        fields
            .problem("parameters", "are computed for each connection, which is not known here; give numbers");
    }
    if let Some(teacher) = fields.text("teaching") {
        let mut taught = synapses.iter_mut().filter(|s| s.model.starts_with("stdp_synapse_")).peekable();
        if taught.peek().is_none() {
            let what = "but none of its synapses learns from a teacher: remove it";
            fields.problem("teaching", format!("is `{teacher}`, {what}"));
        }
        taught.for_each(|s| _ = s.teacher.get_or_insert_with(|| teacher.into()));
    }
    let model = ConnectionModel { name: name.into(), key: fields.key.clone(), set, synapses, rule };
    fields.finish();
    model
}

fn synapse(fields: Fields) -> Option<StoredSynapse> {
    let model = fields.text("model").unwrap_or("static_synapse").to_string();
    let nested = fields.object("parameters");
    // `weight` and `delay` may also stand in `parameters`.
    let either = |name: &str, range: &Range| match &nested {
        Some(nested) if fields.value(name).is_none() && nested.value(name).is_some() => {
            nested.needed_within(name, range)
        }
        _ => fields.needed_within(name, range),
    };
    let weight = either("weight", &WEIGHT);
    let delay_ms = if model == "gap_junction" { None } else { either("delay", &DELAY) };
    let receptor = fields.receptor("receptor_type").unwrap_or(0);
    let teacher = fields.text("teaching").map(String::from);
    let mut values = Constants::new();
    for group in [Some(&fields), nested.as_ref()].into_iter().flatten() {
        constants::add(&mut values, group);
    }
    if delay_ms.is_none() && model != "gap_junction" {
        return None;
    }
    let (key, weight) = (fields.key.clone(), weight?);
    let (weight_law, delay_law) = (None, None);
    Some(StoredSynapse {
        key,
        model,
        weight,
        weight_law,
        delay_ms,
        delay_law,
        receptor,
        constants: values,
        teacher,
    })
}
