//! Simulations as BSB 8 writes them, for configurations before BSB 4 whose network becomes a file of BSB 8.

use super::constants::{Constant, Constants};
use super::devices::{Device, DeviceKind, Span};
use super::simulation::{CellModel, ConnectionModel, ConnectionRule, StoredSimulation, StoredSynapse};
use super::targetting::{Axis, Part, Targets, Targetting};
use crate::bsb::file_cell_name;
use crate::error::{Result, ensure};
use crate::{Anatomy, CellSites};
use serde_json::{Map, Value, json};

/// A simulation as the node of a configuration of BSB 8.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenSimulation {
    /// The node.
    pub node: Value,
    /// Parts that the form of BSB 8 cannot say and that are written in another way, one sentence each.
    pub notes: Vec<String>,
}

impl StoredSimulation {
    /// The simulation as BSB 8 writes it, for a file that holds `anatomy`. Cell types and sets without cells or contacts in it are left out
    /// with a note; the middle stands for drawn weights and delays, with a note, too.
    ///
    /// # Errors
    /// A sentence about a part that cannot be written, with the remedy.
    pub fn written(&self, anatomy: &Anatomy) -> Result<WrittenSimulation, String> {
        ensure(self.problems.is_empty(), || {
            let first = &self.problems[0];
            let n = self.problems.len();
            format!("simulation `{}` has {n} parts that cannot be honored, such as {first}", self.name)
        })?;
        let mut notes = Vec::new();
        let mut cell_models = Map::new();
        for model in &self.cell_models {
            if anatomy.cells(&model.cell_type).is_none() {
                notes.push(format!(
                    "cell model `{}` is left out: the network has no such cells.",
                    model.cell_type
                ));
                continue;
            }
            let mut node = json!({"model": model.model});
            if !model.constants.is_empty() {
                node["constants"] = constants(&model.constants);
            }
            cell_models.insert(file_cell_name(&model.cell_type).into(), node);
        }
        let mut connection_models = Map::new();
        for model in &self.connection_models {
            connection_models.extend(self.connection(model, anatomy, &mut notes)?);
        }
        let device = |device: &Device| Ok((device.name.clone(), node_of_device(device, anatomy)?));
        let devices = self.devices.iter().map(device).collect::<Result<Map<_, _>, String>>()?;
        let node = json!({
            "simulator": self.simulator, "duration": self.duration_ms, "resolution": self.resolution_ms,
            "cell_models": cell_models, "connection_models": connection_models, "devices": devices,
        });
        Ok(WrittenSimulation { node, notes })
    }

    fn connection(
        &self,
        model: &ConnectionModel,
        anatomy: &Anatomy,
        notes: &mut Vec<String>,
    ) -> Result<Option<(String, Value)>, String> {
        let Some(set) = anatomy.connections(&model.set) else {
            notes
                .push(format!("connection model `{}` is left out: the network has no such set.", model.name));
            return Ok(None);
        };
        let post = self.cell_models.iter().find(|m| m.cell_type == set.post_type);
        let synapse = |synapse| node_of_synapse(model, synapse, &set.pre_type, post, notes);
        let synapses = model.synapses.iter().map(synapse).collect::<Result<Vec<_>, String>>()?;
        let mut node = json!({"synapses": synapses});
        // BSB hands every key of a synapse to NEST, which has no teachers; of a connection model it keeps other keys to itself.
        let mut teachers = model.synapses.iter().filter_map(|s| s.teacher.as_ref());
        if let Some(teacher) = teachers.next() {
            ensure(teachers.all(|other| other == teacher), || {
                let what = "has synapses with different teachers; divide it into two, each with a `tag`";
                format!("connection model `{}` {what}", model.name)
            })?;
            node["teaching"] = json!(teacher);
        }
        if model.set != model.name {
            node["tag"] = json!(model.set);
        }
        match model.rule {
            None => {}
            Some(ConnectionRule::OneToOne) => node["rule"] = json!("one_to_one"),
            Some(ConnectionRule::AllToAll) => node["rule"] = json!("all_to_all"),
        }
        Ok(Some((model.name.clone(), node)))
    }
}

fn node_of_synapse(
    model: &ConnectionModel,
    synapse: &StoredSynapse,
    pre: &str,
    post: Option<&CellModel>,
    notes: &mut Vec<String>,
) -> Result<Value, String> {
    let (mut weight, mut receptor) = (synapse.weight, synapse.receptor);
    // Cells that tell receptors by presynaptic type take the amount of a weight only.
    if let Some(ports) = post.map(|post| &post.receptors).filter(|ports| !ports.is_empty()) {
        let missing = || {
            format!(
                "connection model `{}` has no receptor for `{pre}`; add it to `receptors` of the cell model",
                model.name
            )
        };
        (weight, receptor) = (weight.abs(), *ports.get(pre).ok_or_else(missing)?);
    }
    for (what, law) in [("weight", &synapse.weight_law), ("delay", &synapse.delay_law)] {
        if law.is_some() {
            notes.push(format!(
                "the {what} of `{}` is drawn for each contact; a file of BSB 8 has one number, the middle of the law.",
                model.name
            ));
        }
    }
    let mut node = constants(&synapse.constants);
    node["model"] = json!(synapse.model);
    node["weight"] = json!(weight);
    for (key, value) in [
        ("delay", synapse.delay_ms.map(|ms| json!(ms))),
        ("receptor_type", (receptor > 0).then(|| json!(receptor))),
    ] {
        if let Some(value) = value {
            node[key] = value;
        }
    }
    Ok(node)
}

fn constants(constants: &Constants) -> Value {
    let value = |constant: &Constant| match constant {
        Constant::Number(x) => json!(x),
        Constant::Flag(flag) => json!(flag),
        Constant::Distribution { name, parameters } => {
            let mut node = json!(parameters);
            node["distribution"] = json!(name);
            node
        }
    };
    constants.iter().map(|(name, constant)| (name.clone(), value(constant))).collect()
}

fn node_of_device(device: &Device, anatomy: &Anatomy) -> Result<Value, String> {
    let span = |node: &mut Value, span: &Span| {
        if span.start_ms > 0.0 {
            node["start"] = json!(span.start_ms);
        }
        if let Some(stop) = span.stop_ms {
            node["stop"] = json!(stop);
        }
    };
    let external = |model: &str, constants: Value| json!({"device": "external", "nest_model": model, "constants": constants});
    let mut node = match &device.kind {
        DeviceKind::Poisson { rate_hz, span: when } => {
            let mut node = json!({"device": "poisson_generator", "rate": rate_hz});
            span(&mut node, when);
            node
        }
        DeviceKind::SinusoidalPoisson { rate_hz, amplitude_hz, frequency_hz, phase_deg, span: when } => {
            let mut node = json!({
                "device": "sinusoidal_poisson_generator", "rate": rate_hz, "amplitude": amplitude_hz,
                "frequency": frequency_hz, "phase": phase_deg,
            });
            span(&mut node, when);
            node
        }
        DeviceKind::SpikeTimes { times_ms } => external("spike_generator", json!({"spike_times": times_ms})),
        DeviceKind::Current { steps } => {
            let (times, values): (Vec<f64>, Vec<f64>) = steps.iter().copied().unzip();
            external("step_current_generator", json!({"amplitude_times": times, "amplitude_values": values}))
        }
        DeviceKind::SpikeRecorder { span: when } => {
            let mut node = json!({"device": "spike_recorder"});
            span(&mut node, when);
            node
        }
        DeviceKind::Multimeter { variables, interval_ms, span: when } => {
            let mut node = json!({"record_from": variables});
            span(&mut node, when);
            if let Some(interval) = interval_ms {
                node["interval"] = json!(interval);
            }
            external("multimeter", node)
        }
    };
    node["delay"] = json!(device.delay_ms);
    if !device.is_recorder() {
        node["weight"] = json!(device.weight);
    }
    if device.receptor > 0 {
        node["receptor_type"] = json!(device.receptor);
    }
    let targetting = node_of_targets(&device.name, &device.targetting, anatomy)?;
    if let Some(targetting) = targetting {
        node["targetting"] = targetting;
    }
    Ok(node)
}

/// The node `targetting`; none for all cells.
fn node_of_targets(
    device: &str,
    targetting: &Targetting,
    anatomy: &Anatomy,
) -> Result<Option<Value>, String> {
    let types: Vec<&str> = targetting.cell_types.iter().map(|name| file_cell_name(name)).collect();
    let mut node = match &targetting.targets {
        Targets::All if types.is_empty() => return Ok(None),
        Targets::All => json!({"strategy": "cell_model"}),
        Targets::ByLabel(labels) => json!({"strategy": "by_label", "labels": labels}),
        Targets::ById(lists) => {
            let ids: Map<String, Value> =
                lists.iter().map(|(name, ids)| (file_cell_name(name).into(), json!(ids))).collect();
            json!({"strategy": "by_id", "ids": ids})
        }
        Targets::Sphere { origin, radius } => {
            json!({"strategy": "sphere", "origin": origin, "radius": radius})
        }
        Targets::Cylinder { axis, origin, radius } => {
            let axis = match axis {
                Axis::X => "x",
                Axis::Y => "y",
                Axis::Z => "z",
            };
            json!({"strategy": "cylinder", "axis": axis, "origin": origin, "radius": radius})
        }
        Targets::ByIdentifier(_) => {
            return Err("its targets are identifiers over all cells, which the network does not have".into());
        }
        Targets::Representatives(n) => json!({"strategy": "representatives", "n": n}),
        // BSB 8 has no such strategy; the fibers are the same in every run.
        Targets::FibersOfGlomeruli { .. } => {
            let none = CellSites::default();
            let fibers = anatomy.cells("mossy_fiber").unwrap_or(&none);
            let chosen = targetting
                .select(anatomy, fibers, device, 0)
                .map_err(|(key, what)| format!("{key} {what}"))?;
            json!({"strategy": "by_id", "ids": {file_cell_name("mossy_fiber"): chosen}})
        }
    };
    if !types.is_empty() {
        node["cell_models"] = json!(types);
    }
    match targetting.part {
        None => {}
        Some(Part::Count(n)) => node["count"] = json!(n),
        Some(Part::Fraction(share)) => node["fraction"] = json!(share),
        Some(Part::Chance(_) | Part::About(_)) => {
            let what = "takes each cell with a probability, which a file of BSB 8 cannot say; give `cell_types` without a fraction";
            return Err(format!("device `{device}` {what}"));
        }
    }
    Ok(Some(node))
}
