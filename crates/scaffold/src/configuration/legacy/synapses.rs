//! Synapse models of an old configuration.

use crate::configuration::constants::{self, Constants};
use crate::configuration::fields::{Fields, shown};
use crate::configuration::law::number_or_law;
use crate::configuration::ranges::{DELAY, WEIGHT};
use crate::configuration::simulation::{ConnectionModel, StoredSynapse};
use crate::legacy::names;

/// The model of a connection set; `default` is the synapse model where none is chosen.
pub(super) fn model(
    name: &str,
    node: Fields,
    default: &str,
    notes: &mut Vec<String>,
) -> Option<ConnectionModel> {
    let model = node.text("synapse_model").unwrap_or(default);
    let (is_plastic, is_hetero) = (node.flag("plastic") == Some(true), node.flag("hetero") == Some(true));
    let teaching = node.text("teaching");
    if is_plastic && is_hetero && teaching.is_none() {
        node.problem(
            "teaching",
            "is missing; a heterosynaptic rule needs the connection set that teaches it",
        );
    }
    // A synapse with a teacher learns nothing without it; `stdp_synapse` learns by itself.
    let is_taught = model.starts_with("stdp_synapse_");
    if is_taught && !(is_plastic && is_hetero) {
        let what = "learns from a teacher; set `plastic`, `hetero` and `teaching`, or choose static_synapse";
        node.problem("synapse_model", format!("is `{model}`, which {what}"));
    }
    if is_plastic && is_hetero && !is_taught {
        let what =
            "has no teacher; set `hetero` to false or choose a model with one, e.g. stdp_synapse_sinexp";
        node.problem("synapse_model", format!("is `{model}`, which {what}"));
    }
    if is_plastic && model == "static_synapse" && !is_hetero {
        notes.push(format!(
            "connection model `{name}`: `plastic` is true, but its static_synapse keeps its weights."
        ));
    }
    let mut values = Constants::new();
    if let Some(synapse) = node.object("synapse")
        && let Some(own) = synapse.object(model)
    {
        // Blocks of other models are alternatives.
        constants::add(&mut values, &own);
        let others = synapse.rest().into_iter().filter(|(_, value)| !value.is_object());
        for (other, value) in others {
            let what = format!("is {}; here stand blocks of synapse models", shown(value));
            synapse.problem(other, what);
        }
    }
    let connection = node.needed("connection", Fields::object);
    let numbers = connection.and_then(|connection| {
        let weight = number_or_law(&connection, "weight", &WEIGHT);
        let delay = number_or_law(&connection, "delay", &DELAY);
        connection.finish();
        Some((weight?, delay?))
    });
    let key = node.key.clone();
    node.finish();
    let ((weight, weight_law), (delay, delay_law)) = numbers?;
    let synapse = StoredSynapse {
        key: key.clone(),
        model: model.into(),
        weight,
        weight_law,
        delay_ms: Some(delay),
        delay_law,
        receptor: 0,
        constants: values,
        teacher: teaching.filter(|_| is_plastic && is_hetero).map(|set| names::set(set).to_string()),
    };
    let set = names::set(name).to_string();
    Some(ConnectionModel { name: set.clone(), key, set, synapses: vec![synapse], rule: None })
}
