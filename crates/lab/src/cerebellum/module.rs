//! One cerebellar module: an anatomy put into a circuit under a prefix, so that
//! several modules (forward, inverse) can share one circuit.

use super::mouse::{BrainState, cell_model, short_term_model, synapse_model};
use crate::Error;
use lobule_circuit::models::Poisson;
use lobule_circuit::plasticity::Rule;
use lobule_circuit::{Circuit, Connect, Model, Population, Projection};
use lobule_scaffold::{Anatomy, Pair};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What makes the mossy fibres fire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drive {
    /// Spikes given from outside, tick by tick.
    Injected,
    /// Independent Poisson processes, Hz; the rates can be set while running.
    Poisson(f64),
    /// Spikes of generators that project onto them: the fibres are relays.
    Relayed,
}

/// How a module is made of an anatomy.
#[derive(Debug, Clone, PartialEq)]
pub struct ModuleOptions {
    /// Parameter set.
    pub state: BrainState,
    /// Drive of the mossy fibres.
    pub drive: Drive,
    /// Weight and contact overrides by connection set: a weight *per pair*, nS, whatever the number of contacts.
    pub pair_weights: BTreeMap<String, f64>,
    /// In-degree at which the weights of a connection set hold; in another circuit they are scaled so
    /// that the sum over a target's synapses is the same.
    pub reference_in_degree: BTreeMap<String, f64>,
    /// Plasticity rules by connection set, each with the set that teaches it, if any.
    pub rules: BTreeMap<String, (Rule, Option<String>)>,
    /// True: the synapses that have short-term plasticity in the reference's variant have it, with the
    /// weights of that variant.
    pub has_short_term: bool,
    /// Current added to I_e of a cell type, pA.
    pub extra_current: BTreeMap<String, f64>,
    /// True: the published sign of the E-GLIF leak.
    pub leak_is_published: bool,
    /// True: the anatomy holds the rows onto this rank's cells only, so a set without rows is no missing one.
    pub is_part: bool,
}

impl ModuleOptions {
    /// A static module in the given state.
    pub fn new(state: BrainState, drive: Drive) -> Self {
        Self {
            state,
            drive,
            pair_weights: BTreeMap::new(),
            reference_in_degree: BTreeMap::new(),
            rules: BTreeMap::new(),
            has_short_term: false,
            extra_current: BTreeMap::new(),
            leak_is_published: true,
            is_part: false,
        }
    }
}

/// The pairs of a connection set together with its `_minus` mirror, by (pre, post).
pub fn merged_pairs(anatomy: &Anatomy, set: &str) -> Vec<Pair> {
    let mut pairs = anatomy.connections(set).map(|c| c.pairs()).unwrap_or_default();
    if let Some(mirror) = anatomy.connections(&format!("{set}_minus")) {
        pairs.extend(mirror.pairs());
        pairs.sort_by_key(|p| (p.pre, p.post));
    }
    pairs
}

/// Adds a module to a circuit; its labels are `<prefix><cell type>` and `<prefix><connection set>`.
/// Returns what the anatomy holds and the module leaves out, one sentence each.
///
/// # Errors
/// [`Error::Anatomy`] when a cell type or connection set has no model.
pub fn add_module(
    circuit: &mut Circuit,
    prefix: &str,
    anatomy: &Anatomy,
    options: &ModuleOptions,
) -> Result<Vec<String>, Error> {
    let mut left_out = Vec::new();
    for cells in &anatomy.cells {
        if cells.is_empty() {
            left_out.push(format!("{}: no cell of this type", cells.cell_type));
            continue;
        }
        let label = format!("{prefix}{}", cells.cell_type);
        let model = match cells.cell_type.as_str() {
            "mossy_fiber" => match options.drive {
                Drive::Injected => Model::SpikeSource,
                Drive::Poisson(rate_hz) => Model::Poisson(Poisson { rate_hz }),
                Drive::Relayed => Model::Relay,
            },
            "glomerulus" | "ubc_glomerulus" => Model::Relay,
            cell => {
                let mut eglif = cell_model(cell, options.state).ok_or_else(|| Error::Anatomy {
                    what: format!("cell type `{cell}` has no model; rename it or remove it from the file"),
                })?;
                eglif.leak_is_published = options.leak_is_published;
                eglif.i_e += options.extra_current.get(cell).copied().unwrap_or(0.0);
                Model::Eglif(eglif)
            }
        };
        circuit.add_population(Population::new(label, cells.len(), model));
    }
    for set in &anatomy.connections {
        let name = set.name.as_str();
        if name == "gap_goc" {
            left_out.push(
                "gap_goc: gap junctions are not simulated; the E-GLIF protocols do not use them".into(),
            );
            continue;
        }
        if name.ends_with("_minus") && anatomy.connections(name.trim_end_matches("_minus")).is_some() {
            continue;
        }
        let pairs = merged_pairs(anatomy, name);
        if pairs.is_empty() && !options.is_part {
            left_out.push(format!("{name}: no connection in this set"));
            continue;
        }
        let mut synapse = synapse_model(name, options.state).ok_or_else(|| Error::Anatomy {
            what: format!(
                "connection set `{name}` has no synapse model; rename it or remove it from the file"
            ),
        })?;
        let short_term = short_term_model(name, options.state).filter(|_| options.has_short_term);
        if let Some((weight, _)) = short_term {
            synapse.weight = weight;
        }
        let list = Arc::new(pairs.iter().map(|p| (p.pre, p.post)).collect::<Vec<_>>());
        let mut projection = Projection::new(
            format!("{prefix}{name}"),
            format!("{prefix}{}", set.pre_type),
            format!("{prefix}{}", set.post_type),
            Connect::List(list),
        )
        .delay_ms(synapse.delay_ms)
        .receptor(synapse.receptor);
        let scale = options
            .reference_in_degree
            .get(name)
            .map_or(1.0, |reference| reference * anatomy.count(&set.post_type) as f64 / pairs.len() as f64);
        projection = match options.pair_weights.get(name) {
            Some(&w) => projection.weight((scale * w) as f32),
            None if pairs.iter().all(|p| p.contacts == 1) => {
                projection.weight((scale * synapse.weight) as f32)
            }
            None => projection.weights(
                pairs.iter().map(|p| (scale * synapse.weight * f64::from(p.contacts)) as f32).collect(),
            ),
        };
        projection.short_term = short_term.map(|s| s.1);
        if let Some((rule, teacher)) = options.rules.get(name) {
            projection = projection.plastic(*rule);
            if let Some(teacher) = teacher {
                projection = projection.taught_by(format!("{prefix}{teacher}"));
            }
        }
        circuit.add_projection(projection);
    }
    Ok(left_out)
}
