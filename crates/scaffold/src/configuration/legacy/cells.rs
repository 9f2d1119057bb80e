//! Neuron models of an old configuration.

use crate::configuration::constants::{self, Constant, Constants};
use crate::configuration::fields::Fields;
use crate::configuration::simulation::CellModel;
use crate::legacy::{Document, names};
use std::collections::BTreeMap;

/// Highest receptor of the E-GLIF model.
const MOST_PORTS: usize = 4;
const EGLIF: &str = "eglif_cond_alpha_multisyn";
pub(super) const PARROT: &str = "parrot_neuron";

/// Parameters that the module of NEST 2 calls by another name than the present one, and its default where one is left out.
///
/// Source: the module of 2020, `eglif_cond_alpha_multisyn`.
const PARAMETERS: [(&str, &str, f64); 24] = [
    ("C_m", "C_m", 250.0),
    ("tau_m", "tau_m", 10.0),
    ("E_L", "E_L", -70.0),
    ("V_th", "V_th", -45.0),
    ("Vmin", "V_min", -110.0),
    ("Vinit", "V_m", -60.0),
    ("V_reset", "V_reset", -70.0),
    ("t_ref", "t_ref", 2.0),
    ("I_e", "I_e", 0.0),
    ("k1", "k_1", 1.0 / 200.0),
    ("k2", "k_2", 1.0 / 20.0),
    ("kadap", "k_adap", 0.0),
    ("A1", "A1", 10.0),
    ("A2", "A2", -0.6),
    ("lambda_0", "lambda_0", 0.001),
    ("tau_V", "tau_V", 0.5),
    ("tau_syn1", "tau_syn1", 2.0),
    ("tau_syn2", "tau_syn2", 2.0),
    ("tau_syn3", "tau_syn3", 2.0),
    ("tau_syn4", "tau_syn4", 2.0),
    ("E_rev1", "E_rev1", 0.0),
    ("E_rev2", "E_rev2", 0.0),
    ("E_rev3", "E_rev3", 0.0),
    ("E_rev4", "E_rev4", 0.0),
];

/// The models of all cell types and entities of a simulation.
pub(super) fn models(simulation: &Fields, default: &str, document: &Document) -> Vec<CellModel> {
    let types = simulation.needed_objects("cell_models");
    let mut models: Vec<CellModel> = types.map(|(name, node)| model(name, node, default, document)).collect();
    let Some(entities) = simulation.object("entities") else { return models };
    for (name, node) in entities.rest() {
        let key = entities.at(name);
        let Some(node) = Fields::of(node, key.clone(), entities.problems) else { continue };
        let device = node.text("device").unwrap_or(PARROT);
        if device != PARROT {
            node.problem("device", format!("is `{device}`; entities are relays: use {PARROT}"));
        }
        // A relay sends on what its devices send; the other keys of an entity have no meaning.
        let cell_type = names::cell_type(name).to_string();
        if !models.iter().any(|m| m.cell_type == cell_type) {
            models.push(CellModel { cell_type, key, model: PARROT.into(), ..CellModel::default() });
        }
    }
    models
}

fn model(name: &str, node: Fields, default: &str, document: &Document) -> CellModel {
    let is_relay = document.0["cell_types"][name]["relay"].as_bool() == Some(true);
    let model = node.text("neuron_model").unwrap_or(if is_relay { PARROT } else { default });
    let mut values = Constants::new();
    if let Some(shared) = node.object("parameters") {
        constants::add(&mut values, &shared);
    }
    let mut receptors = BTreeMap::new();
    if let Some(own) = node.object(model) {
        if let Some(ports) = own.object("receptors") {
            receptors = receptors_of(&ports);
        }
        let mut of_model = Constants::new();
        constants::add(&mut of_model, &own);
        values.extend(of_model);
    }
    // Blocks of other models are alternatives.
    for (other, value) in node.rest() {
        if value.is_object() {
            node.value(other);
        }
    }
    let constants = match model {
        EGLIF => renamed(&node, values),
        "iaf_cond_alpha" | "iaf_cond_exp" => of_cond_lif(&node, model, values),
        _ => values,
    };
    let (cell_type, key) = (names::cell_type(name).into(), node.key.clone());
    node.finish();
    CellModel { cell_type, key, model: model.into(), constants, receptors }
}

/// Ports by presynaptic type; `device` is a remark, since a device names its port itself.
fn receptors_of(ports: &Fields) -> BTreeMap<String, usize> {
    let mut receptors = BTreeMap::new();
    for (source, _) in ports.rest() {
        let Some(port) = ports.receptor(source) else { continue };
        if !(1..=MOST_PORTS).contains(&port) {
            ports.problem(source, format!("is {port}; receptors are 1 to {MOST_PORTS}"));
        } else if source != "device" {
            receptors.insert(names::cell_type(source).to_string(), port);
        }
    }
    receptors
}

/// Initial potential and reversal potential of the leak.
const POTENTIAL: &str = "V_m";
const REVERSAL: &str = "E_L";
/// Initial potential of `iaf_cond_alpha` and `iaf_cond_exp` in NEST 2, mV.
const NEST_START_MV: f64 = -70.0;

/// Parameters of the cells with two receptors, whose names are today's.
const COND_LIF: [&str; 12] = [
    "C_m",
    "E_L",
    "E_ex",
    "E_in",
    "I_e",
    "V_m",
    "V_reset",
    "V_th",
    "g_L",
    "t_ref",
    "tau_syn_ex",
    "tau_syn_in",
];

/// The parameters that `iaf_cond_alpha` and `iaf_cond_exp` have; cells without an initial potential begin at rest.
fn of_cond_lif(node: &Fields, model: &str, mut values: Constants) -> Constants {
    values.retain(|name, _| {
        let is_known = COND_LIF.contains(&name.as_str());
        if !is_known {
            let known = COND_LIF.join(", ");
            node.problem(
                &format!("{model}.{name}"),
                format!("is not known to `{model}`; known are: {known}"),
            );
        }
        is_known
    });
    if !values.contains_key(POTENTIAL) {
        let rest = values.get(REVERSAL).cloned().unwrap_or(Constant::Number(NEST_START_MV));
        values.insert(POTENTIAL.into(), rest);
    }
    values
}

/// Cell types with two receptors that begin elsewhere than in NEST 2, which begins at one potential whatever the cell.
pub(super) fn begin_at_rest(models: &[CellModel]) -> Vec<&str> {
    let begins_elsewhere = |model: &&CellModel| {
        let (start, rest) = (model.constants.get(POTENTIAL), model.constants.get(REVERSAL));
        model.model.starts_with("iaf_cond_")
            && start == rest
            && start != Some(&Constant::Number(NEST_START_MV))
    };
    models.iter().filter(begins_elsewhere).map(|model| model.cell_type.as_str()).collect()
}

/// Parameters of E-GLIF under their present names, all of them.
fn renamed(node: &Fields, mut values: Constants) -> Constants {
    let mut constants = Constants::new();
    for (old, new, default) in PARAMETERS {
        let value = values.remove(old).unwrap_or(Constant::Number(default));
        constants.insert(new.into(), value);
    }
    for name in values.keys() {
        let known = PARAMETERS.map(|(old, ..)| old).join(", ");
        node.problem(
            &format!("{EGLIF}.{name}"),
            format!("is not known to the model of 2020; known are: {known}"),
        );
    }
    constants
}
