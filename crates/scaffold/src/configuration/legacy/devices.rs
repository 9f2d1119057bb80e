//! Devices of an old configuration.

use super::cells::PARROT;
use super::statement::{self, Value as Given};
use crate::configuration::devices::{Device, kind_of};
use crate::configuration::fields::{Fields, number, shown};
use crate::configuration::ranges::{DELAY, FRACTION, RADIUS, RATE, TIME, WEIGHT};
use crate::configuration::simulation::CellModel;
use crate::configuration::targetting::{Axis, Part, Targets, Targetting, fits};
use crate::legacy::{Document, names};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Parameters that say where NEST writes to.
const OUTPUT: [&str; 13] = [
    "label",
    "withgid",
    "withtime",
    "withweight",
    "to_file",
    "to_screen",
    "to_memory",
    "to_accumulator",
    "record_to",
    "file_extension",
    "precise_times",
    "time_in_steps",
    "close_after_simulate",
];
/// Spikes of a burst of the unconditioned stimulus, at most.
const MOST_SPIKES: f64 = 1e6;

/// A device; problems go where `node` gathers them.
pub(super) fn device(
    name: &str,
    node: Fields,
    document: &Document,
    cells: &[CellModel],
    notes: &mut Vec<String>,
) -> Option<Device> {
    let model = node.needed("device", Fields::text)?;
    if let Some(other) = node.text("io").filter(|io| !["input", "output"].contains(io)) {
        node.problem("io", format!("is `{other}`; input and output are known"));
    }
    let targetting = targetting(name, &node, document, cells, notes);
    let parameters = parameters(name, model, &node, notes)?;
    let key = node.at("parameters");
    let given = Fields::of(&parameters, key, node.problems)?;
    let present = if model == "spike_detector" { "spike_recorder" } else { model };
    let kind = kind_of(present, "device", &node, &given);
    // Of a device that is not known, nobody knows the parameters.
    if kind.is_some() {
        given.finish();
    }

    // All cells are reached, whatever the rule; weight and delay are those of `connection_parameters`, in BSB 3 of `synapse`.
    for rule in ["connection_rule", "connection"] {
        node.value(rule);
    }
    let (mut weight, mut delay_ms, mut receptor) = (1.0, 1.0, 0);
    let blocks = ["connection_parameters", "synapse"];
    if blocks.iter().all(|block| node.value(block).is_some()) {
        node.problem("synapse", "stands beside `connection_parameters`; keep one of them");
    }
    for block in blocks.into_iter().filter_map(|block| node.object(block)) {
        weight = block.within("weight", &WEIGHT).unwrap_or(weight);
        delay_ms = block.within("delay", &DELAY).unwrap_or(delay_ms);
        receptor = block.receptor("receptor_type").unwrap_or(receptor);
        if let Some(other) = block.text("model").filter(|m| *m != "static_synapse") {
            block.problem("model", format!("is `{other}`; devices act through static_synapse"));
        }
        block.finish();
    }
    if targetting.is_some() {
        node.finish();
    }
    Some(Device { name: name.into(), kind: kind?, targetting: targetting?, weight, delay_ms, receptor })
}

/// The parameters of a device, with what its stimulus computes.
fn parameters(name: &str, model: &str, node: &Fields, notes: &mut Vec<String>) -> Option<Value> {
    let mut all: Map<String, Value> = match node.value("parameters") {
        None => Map::new(),
        Some(value) => match value.as_object() {
            Some(object) => object.clone(),
            None => {
                return node
                    .refuse("parameters", format!("is {}; an object with keys is needed", shown(value)));
            }
        },
    };
    let written: Vec<&str> = OUTPUT.into_iter().filter(|key| all.remove(*key).is_some()).collect();
    if !written.is_empty() {
        let keys = written.join(", ");
        notes.push(format!("device `{name}`: {keys} have no effect; what is recorded goes to `--out`."));
    }
    if let Some(purpose) = all.remove("purpose") {
        let times = burst(&purpose, &mut all, node)?;
        all.insert("spike_times".into(), json!(times));
    }
    let Some(stimulus) = node.object("stimulus") else { return Some(Value::Object(all)) };
    let parameter = stimulus.needed("parameter_name", Fields::text);
    let text = stimulus.needed("statement", Fields::text);
    let mut variables = BTreeMap::new();
    if let Some(given) = stimulus.object("variables") {
        for (name, value) in given.rest() {
            let numbers =
                value.as_array().and_then(|list| list.iter().map(number).collect::<Option<Vec<f64>>>());
            match (number(value), numbers) {
                (Some(x), _) => drop(variables.insert(name.to_string(), Given::Number(x))),
                (None, Some(list)) => drop(variables.insert(name.to_string(), Given::List(list))),
                (None, None) => {
                    given.problem(name, format!("is {}; a number or a list is needed", shown(value)))
                }
            }
        }
    }
    let (parameter, text) = (parameter?, text?);
    let value = match statement::value(text, &variables) {
        Ok(value) => value,
        Err(why) => {
            let quoted = shown(&json!(text));
            let remedy = if model == "spike_generator" {
                "give `spike_times` in `parameters`"
            } else {
                "give the number in `parameters`"
            };
            return stimulus.refuse("statement", format!("{quoted} {why}; {remedy}"));
        }
    };
    stimulus.finish();
    let value = match value {
        Given::Number(x) if parameter != "spike_times" => json!(x),
        value => json!(value.numbers()),
    };
    all.insert(parameter.into(), value);
    Some(Value::Object(all))
}

/// Spike times of an unconditioned stimulus of the eyeblink configurations: spikes of a rate over a burst, both ends
/// included, in each trial.
fn burst(purpose: &Value, all: &mut Map<String, Value>, node: &Fields) -> Option<Vec<f64>> {
    if purpose.as_str() != Some("US") {
        let what =
            format!("is {}, whose spikes are not those of its keys; give `spike_times`", shown(purpose));
        return node.refuse("parameters.purpose", what);
    }
    let keys = ["start_first", "burst_dur", "rate", "between_start", "n_trials"];
    let object: Map<String, Value> =
        keys.into_iter().filter_map(|key| Some((key.to_string(), all.remove(key)?))).collect();
    let object = Value::Object(object);
    let fields = Fields::of(&object, node.at("parameters"), node.problems)?;
    let [first, long, between] =
        ["start_first", "burst_dur", "between_start"].map(|key| fields.needed_within(key, &TIME));
    let (rate, trials) = (fields.needed_within("rate", &RATE), fields.needed("n_trials", Fields::count));
    let (first, long, between, rate, trials) = (first?, long?, between?, rate?, trials?);
    if rate <= 0.0 {
        return fields.refuse("rate", format!("is {rate}; a rate above 0 Hz is needed"));
    }
    // Both ends of the burst have a spike, if it is a whole number of intervals.
    let spikes = (long * rate / 1000.0 + 1e-9).floor() + 1.0;
    if spikes * trials as f64 > MOST_SPIKES {
        return fields.refuse(
            "n_trials",
            format!("makes {} spikes; {MOST_SPIKES} are made at most", spikes * trials as f64),
        );
    }
    let of_trial =
        |k: usize| (0..spikes as usize).map(move |j| first + k as f64 * between + j as f64 * 1000.0 / rate);
    Some((0..trials).flat_map(of_trial).collect())
}

/// Targets of a device, which stand beside its parameters.
fn targetting(
    name: &str,
    node: &Fields,
    document: &Document,
    cells: &[CellModel],
    notes: &mut Vec<String>,
) -> Option<Targetting> {
    let strategy = node.text("targetting").unwrap_or("cell_type");
    let cell_types = node.texts("cell_types").unwrap_or_default();
    let mut part = None;
    let targets = match strategy {
        "cell_type" => {
            if cell_types.is_empty() {
                return node.refuse("cell_types", "names no cell type; give a list of them");
            }
            part = match (node.within("cell_fraction", &FRACTION), node.count("cell_count")) {
                (Some(_), Some(_)) => {
                    return node.refuse("cell_fraction", "stands beside `cell_count`; keep one of them");
                }
                (Some(share), None) => Some(Part::Chance(share)),
                (None, Some(n)) => Some(Part::About(n)),
                (None, None) => None,
            };
            Targets::All
        }
        "cylinder" | "mf_cylinder" => {
            let radius = node.needed_within("radius", &RADIUS)?;
            let base = document.base().map(|base| (base, document.corner().unwrap_or_default()));
            let origin = match (node.point::<2>("origin"), base) {
                (Some(origin), _) => origin,
                // NOTE: BSB 3.8 and later take the corner, where their code then fails.
                (None, Some((base, corner))) => {
                    if strategy == "mf_cylinder" {
                        base
                    } else {
                        let middle = [corner[0] + base[0] / 2.0, corner[2] + base[1] / 2.0];
                        notes.push(format!("device `{name}`: its cylinder stands in the middle of the base, at {middle:?} um."));
                        middle
                    }
                }
                (None, None) => return node.refuse("origin", "is missing; give x and z, um"),
            };
            match strategy {
                "cylinder" => Targets::Cylinder { axis: Axis::Z, origin, radius },
                _ => Targets::FibersOfGlomeruli { origin, radius },
            }
        }
        "local" | "sphere" => {
            let radius = node.needed_within("radius", &RADIUS)?;
            let [x, y, z] = node.needed("origin", Fields::point::<3>)?;
            let Some(corner) = document.corner() else {
                let what = "needs the bottom of the granular layer, and the configuration has no stack of layers; give cell types";
                return node.refuse("targetting", what);
            };
            Targets::Sphere { origin: [x, z, y - corner[1]], radius }
        }
        "by_label" => {
            let labels = node.needed("labels", Fields::texts)?;
            if labels.is_empty() {
                return node.refuse("labels", "names no label; give a list of labels");
            }
            Targets::ByLabel(labels_of(&labels))
        }
        "by_id" => {
            let numbers = node.needed("targets", Fields::numbers)?;
            let whole =
                |n: &f64| (n.fract() == 0.0 && (0.0..4_294_967_296.0).contains(n)).then_some(*n as u32);
            let Some(identifiers) = numbers.iter().map(whole).collect() else {
                let what = "holds a number that is no identifier; they are whole, from 0 to 2^32 - 1";
                return node.refuse("targets", what);
            };
            Targets::ByIdentifier(identifiers)
        }
        "representatives" => Targets::Representatives(1),
        other => {
            let known = "cell_type, cylinder, local, by_label, by_id, representatives, mf_cylinder";
            return node.refuse("targetting", format!("is `{other}`; known are: {known}"));
        }
    };
    let mut cell_types: Vec<String> = cell_types.iter().map(|t| names::cell_type(t).to_string()).collect();
    if strategy == "mf_cylinder" {
        cell_types = vec!["mossy_fiber".into()];
    }
    if strategy == "representatives" {
        // Cells with a membrane, of the types that are named or of all.
        let is_relay = |name: &String| cells.iter().any(|c| c.cell_type == *name && c.model == PARROT);
        if cell_types.is_empty() {
            cell_types = cells.iter().map(|c| c.cell_type.clone()).collect();
        }
        cell_types.retain(|name| !is_relay(name));
    }
    Some(Targetting { cell_types, targets, part })
}

/// Labels with lobule's names of the microzones, also of those that a form with `*` means.
fn labels_of(stored: &[String]) -> Vec<String> {
    let zones = ["microzone-positive", "microzone-negative"];
    let meant = |form: &String| {
        let zones = zones.into_iter().filter(|zone| form.contains('*') && fits(form, zone));
        let all: Vec<String> = zones.map(|zone| names::label(zone).to_string()).collect();
        // A form that means microzones need not mean another label.
        if all.is_empty() { vec![names::label(form).to_string()] } else { all }
    };
    stored.iter().flat_map(meant).collect()
}
