//! One cerebellar module: an anatomy that is added to a circuit under a prefix, so that several modules (forward, inverse)
//! can share one circuit.

use super::mouse::{BrainState, SynapseModel, cell_model, short_term_model, synapse_model};
use super::mouse_multirec::{GAP_JUNCTION_NS, multirec_cell_model, multirec_synapses};
use crate::Error;
use lobule_circuit::models::Poisson;
use lobule_circuit::plasticity::{Kernel, Rule};
use lobule_circuit::{Circuit, Connect, GapJunctions, Model, Population, Projection, Weight};
use lobule_scaffold::{Anatomy, Pair};
use std::collections::BTreeMap;
use std::sync::Arc;

/// In-degrees (cells) of the nuclear and olivary sets in the 300 × 200 µm circuit with two microzones, at which their
/// weights hold. These sets connect a fixed share of all pairs, so their in-degree grows with the volume; without
/// scaling nuclei would fall silent in a large circuit. Source: BSB 8 / cerebellar-models 0.13 circuit, seed 1234.
pub const NUCLEAR_IN_DEGREE: [(&str, f64); 6] = [
    ("purkinje_to_dcn_p", 12.6),
    ("purkinje_to_dcn_i", 6.35),
    ("mossy_fibers_to_dcn_p", 47.0),
    ("io_to_dcn_p", 3.57),
    ("io_to_dcn_i", 3.48),
    ("dcn_i_to_io", 16.4),
];

/// Drive of the mossy fibers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drive {
    /// Spikes injected from outside, tick by tick.
    Injected,
    /// Independent Poisson processes, Hz; the rates can be set while running.
    Poisson(f64),
    /// Spikes of generators that project onto them: the fibers are relays.
    Relayed,
}

/// Neuron models of the cells of the cortex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CellModels {
    /// E-GLIF with alpha receptors and escape noise.
    #[default]
    Eglif,
    /// E-GLIF with receptors of AMPA, NMDA and GABA, a threshold without noise and gap junctions between Golgi
    /// cells; in vitro only. Cells and sets that this variant does not have keep those of [`CellModels::Eglif`].
    Multirec,
}

/// Options of a module.
#[derive(Debug, Clone, PartialEq)]
pub struct ModuleOptions {
    /// Parameter set.
    pub state: BrainState,
    /// Neuron models of the cortex.
    pub cells: CellModels,
    /// Drive of the mossy fibers.
    pub drive: Drive,
    /// Weight and contact overrides by connection set: a weight *per pair*, nS, whatever the number of contacts.
    pub pair_weights: BTreeMap<String, f64>,
    /// In-degree at which the weights of a connection set hold; in another circuit they are scaled so
    /// that the sum over a target's synapses is the same.
    pub reference_in_degree: BTreeMap<String, f64>,
    /// Plasticity rules by connection set, each with the set that teaches it, if any.
    pub rules: BTreeMap<String, (Rule, Option<String>)>,
    /// True for short-term plasticity of the synapses that have it in the reference's variant, with the weights of that
    /// variant.
    pub has_short_term: bool,
    /// Current added to I_e of a cell type, pA.
    pub extra_current: BTreeMap<String, f64>,
    /// True for the published sign of the E-GLIF leak.
    pub leak_is_published: bool,
    /// True if the anatomy holds only the rows onto this rank's cells, so that an empty set is not missing.
    pub is_part: bool,
}

impl ModuleOptions {
    /// A static module in the given state.
    pub fn new(state: BrainState, drive: Drive) -> Self {
        Self {
            state,
            cells: CellModels::Eglif,
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

/// Area under the sin-exp kernel over its window of 200 ms, s.
pub fn kernel_area_s(t0_ms: f64) -> f64 {
    let kernel = Kernel::SinExp { t0_ms, tau_ms: 1000.0 };
    (1..=2000).map(|k| kernel.at(-0.1 * f64::from(k), 200.0) * 1e-4).sum()
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

/// One junction per pair of cells in either order, with `conductance_ns` for each of its rows. A junction of a cell with
/// itself carries no current and is left out.
pub(super) fn gap_junctions(
    label: &str,
    population: &str,
    rows: impl Iterator<Item = ((u32, u32), u32)>,
    conductance_ns: f64,
) -> GapJunctions {
    let mut joined: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for ((i, j), contacts) in rows.filter(|((i, j), _)| i != j) {
        *joined.entry((i.min(j), i.max(j))).or_default() += conductance_ns * f64::from(contacts);
    }
    let conductance = Weight::PerSynapse(joined.values().map(|&g| g as f32).collect());
    let pairs = Arc::new(joined.into_keys().collect());
    GapJunctions { label: label.into(), population: population.into(), pairs, conductance }
}

/// The projection from generators onto cells of a population, each with a delay in ms.
pub(super) fn drive(
    label: &str,
    population: &str,
    list: Vec<(u32, u32)>,
    (weight, receptor): (f64, usize),
    delay_ms: f64,
) -> Projection {
    Projection::new(format!("{label}_to_{population}"), label, population, Connect::List(Arc::new(list)))
        .weight(weight as f32)
        .receptor(receptor)
        .delay_ms(delay_ms)
}

/// Contacts of Golgi cells onto glomeruli in files before BSB 4, from which those onto granule cells were derived.
const GOLGI_ANATOMY: &str = "golgi_to_glomerulus_anatomy";
const REMEDY: &str = "rename it or remove it from the file";

/// Adds a module to a circuit; its labels are `<prefix><cell type>` and `<prefix><connection set>`.
/// Returns the parts of the anatomy that it leaves out, one sentence each.
///
/// # Errors
/// [`Error::Anatomy`] if a cell type or connection set has no model; [`Error::Config`] for multi-receptor cells of an awake
/// animal or with short-term plasticity, for which no parameters exist.
pub fn add_module(
    circuit: &mut Circuit,
    prefix: &str,
    anatomy: &Anatomy,
    options: &ModuleOptions,
) -> Result<Vec<String>, Error> {
    let mut left_out = Vec::new();
    let labeled = |name: &str| format!("{prefix}{name}");
    let is_multirec = options.cells == CellModels::Multirec;
    if is_multirec && (options.state != BrainState::InVitro || options.has_short_term) {
        let what = "the multi-receptor cells have parameters in vitro only, without short-term plasticity; choose the \
                    state in_vitro or the cells eglif";
        return Err(Error::config("cells", what));
    }
    for cells in &anatomy.cells {
        if cells.is_empty() {
            left_out.push(format!("{}: no cell of this type", cells.cell_type));
            continue;
        }
        let model = match cells.cell_type.as_str() {
            "mossy_fiber" => match options.drive {
                Drive::Injected => Model::SpikeSource,
                Drive::Poisson(rate_hz) => Model::Poisson(Poisson { rate_hz }),
                Drive::Relayed => Model::Relay,
            },
            "glomerulus" | "ubc_glomerulus" => Model::Relay,
            cell if is_multirec && multirec_cell_model(cell).is_some() => {
                let mut model = multirec_cell_model(cell).unwrap_or_default();
                model.leak_is_published = options.leak_is_published;
                model.i_e += options.extra_current.get(cell).copied().unwrap_or(0.0);
                Model::EglifMultirec(model.into())
            }
            cell => {
                let mut eglif = cell_model(cell, options.state)
                    .ok_or_else(|| Error::anatomy(format!("cell type `{cell}` has no model; {REMEDY}")))?;
                eglif.leak_is_published = options.leak_is_published;
                eglif.i_e += options.extra_current.get(cell).copied().unwrap_or(0.0);
                Model::Eglif(eglif)
            }
        };
        circuit.add_population(Population::new(labeled(&cells.cell_type), cells.len(), model));
    }
    for set in &anatomy.connections {
        let name = set.name.as_str();
        if name == "gap_goc" && !is_multirec {
            let what = "the gap junctions are left out; only the multi-receptor cells use them";
            left_out.push(format!("{name}: {what}"));
            continue;
        }
        if name == "gap_goc" {
            let pairs = merged_pairs(anatomy, name);
            let own = pairs.iter().filter(|p| p.pre == p.post).count();
            if own > 0 {
                left_out.push(format!("{name}: {own} junctions of a cell with itself carry no current"));
            }
            let rows = pairs.iter().map(|p| ((p.pre, p.post), p.contacts));
            let (label, population) = (labeled(name), labeled(&set.post_type));
            circuit.add_gap_junctions(gap_junctions(&label, &population, rows, GAP_JUNCTION_NS));
            continue;
        }
        if name.starts_with(GOLGI_ANATOMY) {
            let what = "the contacts are anatomy only, since glomeruli are relays and receive no inhibition";
            left_out.push(format!("{name}: {what}"));
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
        let is_variant = is_multirec && multirec_cell_model(&set.post_type).is_some();
        let mut short_term = None;
        let synapses: Vec<SynapseModel> = if is_variant || is_multirec && !multirec_synapses(name).is_empty()
        {
            multirec_synapses(name).to_vec()
        } else {
            let mut synapse = synapse_model(name, options.state).ok_or_else(|| {
                Error::anatomy(format!("connection set `{name}` has no synapse model; {REMEDY}"))
            })?;
            short_term = short_term_model(name, options.state).filter(|_| options.has_short_term);
            if let Some((weight, _)) = short_term {
                synapse.weight = weight;
            }
            vec![synapse]
        };
        if synapses.is_empty() {
            left_out.push(format!("{name}: the multi-receptor cells have no such synapses"));
            continue;
        }
        let list = Arc::new(pairs.iter().map(|p| (p.pre, p.post)).collect::<Vec<_>>());
        let reference = options.reference_in_degree.get(name);
        let scale = reference.map_or(1.0, |k| k * anatomy.count(&set.post_type) as f64 / pairs.len() as f64);
        for (k, synapse) in synapses.iter().enumerate() {
            // A second kind of receptor makes a second projection.
            let label = match k {
                0 => labeled(name),
                _ => format!("{prefix}{name}.{}", k + 1),
            };
            let (pre, post) = (labeled(&set.pre_type), labeled(&set.post_type));
            let mut projection = Projection::new(label, pre, post, Connect::List(list.clone()))
                .delay_ms(synapse.delay_ms)
                .receptor(synapse.receptor);
            let scaled = |contacts: u32| (scale * synapse.weight * f64::from(contacts)) as f32;
            projection = match options.pair_weights.get(name) {
                Some(&w) => projection.weight((scale * w) as f32),
                None if pairs.iter().all(|p| p.contacts == 1) => projection.weight(scaled(1)),
                None => projection.weights(pairs.iter().map(|p| scaled(p.contacts)).collect()),
            };
            projection.short_term = short_term.map(|s| s.1);
            if let Some((rule, teacher)) = options.rules.get(name) {
                projection = projection.plastic(*rule);
                if let Some(teacher) = teacher {
                    projection = projection.taught_by(labeled(teacher));
                }
            }
            circuit.add_projection(projection);
        }
    }
    Ok(left_out)
}
