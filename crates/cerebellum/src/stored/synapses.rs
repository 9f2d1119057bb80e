//! NEST's synapse models as lobule's.

use super::{Cells, Plan, neurons::NeuronKind, rules};
use crate::module::gap_junctions;
use lobule_circuit::plasticity::Rule;
use lobule_circuit::{Circuit, ShortTerm};
use lobule_scaffold::configuration::{
    ConnectionModel, ConnectionRule, Constant, Law, Problem, StoredSimulation, StoredSynapse,
};
use lobule_scaffold::{Anatomy, ConnectionSet};
use std::collections::BTreeSet;

/// One synapse model of a connection set: a projection, or gap junctions.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub label: String,
    pub set: String,
    pub pre: String,
    pub post: String,
    pub rule: Option<ConnectionRule>,
    /// Weight of one row.
    pub weight: f64,
    /// Law from which the weight of each row is drawn.
    pub weight_law: Option<Law>,
    /// True if drawn weights are negative, which chooses the receptor.
    pub is_negative: bool,
    /// True if the target counts spikes, for any weight and number of rows.
    pub counts_spikes: bool,
    pub delay_ms: f64,
    /// Law from which the delay of each row is drawn.
    pub delay_law: Option<Law>,
    /// Receptor, from 1.
    pub receptor: usize,
    pub short_term: Option<ShortTerm>,
    /// Rule of plastic synapses.
    pub plasticity: Option<Rule>,
    /// Label of the link that teaches them.
    pub teacher: Option<String>,
    pub is_gap: bool,
}

const GAP: &str = "gap_junction";
/// Why gap junctions teach nothing.
const NO_SPIKES: &str = "are gap junctions, which carry no spikes; name a connection model of synapses";
const KNOWN: &str = "static_synapse, tsodyks2_synapse, gap_junction";

pub(super) fn add(plan: &mut Plan, model: &ConnectionModel, set: &ConnectionSet, pre: &Cells, post: &Cells) {
    for (k, synapse) in model.synapses.iter().enumerate() {
        let label = match model.synapses.len() {
            1 => model.name.clone(),
            _ => format!("{}.{}", model.name, k + 1),
        };
        let counts_spikes = post.kind == NeuronKind::Relay;
        let mut link = Link {
            label,
            set: model.set.clone(),
            pre: set.pre_type.clone(),
            post: set.post_type.clone(),
            rule: model.rule,
            weight: if counts_spikes { 1.0 } else { synapse.weight },
            weight_law: synapse.weight_law,
            is_negative: synapse.weight < 0.0,
            counts_spikes,
            delay_ms: synapse.delay_ms.unwrap_or(0.0),
            delay_law: synapse.delay_law,
            receptor: 1,
            short_term: None,
            plasticity: None,
            teacher: None,
            is_gap: false,
        };
        let Some(port) = port(plan, synapse, set, post) else { continue };
        if port.is_of_cells {
            link.weight = link.weight.abs();
            link.weight_law = link.weight_law.map(Law::with_positive_mean);
            link.is_negative = false;
        }
        if model.rule == Some(ConnectionRule::OneToOne) && pre.n != post.n {
            let (n, m, pre, post) = (pre.n, post.n, &pre.cell_type, &post.cell_type);
            let what =
                format!("is one_to_one between {n} cells of `{pre}` and {m} of `{post}`; as many are needed");
            plan.problem(format!("{}.rule", model.key), what);
        }
        match synapse.model.as_str() {
            "static_synapse" => no_constants(plan, synapse),
            "tsodyks2_synapse" => {
                if counts_spikes {
                    let what = "is tsodyks2_synapse onto a relay, which counts spikes; use static_synapse";
                    plan.problem(format!("{}.model", synapse.key), what);
                }
                link.short_term = short_term(plan, synapse);
            }
            GAP => {
                no_constants(plan, synapse);
                add_gap(plan, model, set, post, link);
                continue;
            }
            model if rules::is_plastic(model) => {
                let Some(rule) = plastic(plan, synapse, set, post) else { continue };
                link.plasticity = Some(rule);
                link.teacher.clone_from(&synapse.teacher);
                start_within(plan, &mut link, rule);
            }
            other => {
                let what = format!("is `{other}`; known are: {KNOWN}, {}", rules::KNOWN);
                plan.problem(format!("{}.model", synapse.key), what);
                continue;
            }
        }
        if link.delay_law.is_none()
            && let Some(delay_ms) = plan.delay(&synapse.key, link.delay_ms)
        {
            link.delay_ms = delay_ms;
        }
        if let Some((receptor, weight)) = receptor(plan, &synapse.key, post, port.number, link.weight) {
            (link.receptor, link.weight) = (receptor, weight);
            if counts_spikes && synapse.weight != 1.0 {
                let what = format!("its weight of {} has no effect; relays count spikes", synapse.weight);
                plan.notes.push(format!("connection model `{}`: {what}.", model.name));
            }
            plan.check_draws(&synapse.key, &link, set.len());
            plan.links.push(link);
        }
    }
}

/// Receptor of a synapse.
struct Port {
    /// From 1; 0 where none is named.
    number: usize,
    /// True if the postsynaptic cells say it, by the type of the presynaptic ones.
    is_of_cells: bool,
}

/// The receptor that a synapse names, or that the postsynaptic cells have for the presynaptic ones.
fn port(plan: &mut Plan, synapse: &StoredSynapse, set: &ConnectionSet, post: &Cells) -> Option<Port> {
    // Synapses before BSB 4 name no receptor, so that cells that have some must.
    if post.receptors.is_empty() && !(plan.has_synapse_per_row && post.kind.receptors() > 0) {
        return Some(Port { number: synapse.receptor, is_of_cells: false });
    }
    if let Some(&number) = post.receptors.get(&set.pre_type) {
        return Some(Port { number, is_of_cells: true });
    }
    let (pre, post) = (&set.pre_type, &set.post_type);
    let what =
        format!("has no receptor of `{post}` for `{pre}`; add `{pre}` to `receptors` of the cell model");
    plan.problem(&synapse.key, what);
    None
}

/// The rule of plastic synapses, whose set has one row for each pair.
fn plastic(plan: &mut Plan, synapse: &StoredSynapse, set: &ConnectionSet, post: &Cells) -> Option<Rule> {
    let rule = rules::rule(plan, synapse)?;
    if post.kind == NeuronKind::Relay {
        let what = format!("is `{}` onto a relay, which counts spikes; use static_synapse", synapse.model);
        plan.problem(format!("{}.model", synapse.key), what);
        return None;
    }
    let repeated = set.pairs().iter().filter(|pair| pair.contacts > 1).count();
    if repeated > 0 && plan.has_synapse_per_row {
        let (n, of) = (set.len(), &set.name);
        let what = format!(
            "is `{}`, and {repeated} pairs of cells of `{of}` ({n} rows) have several rows, each a synapse of its own; plastic sets need \
             one row for each pair: use static_synapse or remove the repeated rows",
            synapse.model
        );
        plan.problem(format!("{}.synapse_model", synapse.key), what);
        return None;
    }
    if repeated > 0 {
        plan.notes.push(format!(
            "connection set `{}`: {repeated} pairs of cells have several rows; each pair is one plastic synapse that starts at weight × \
             rows, as in BSB 8.",
            set.name
        ));
    }
    if synapse.model == "stdp_synapse" {
        plan.notes.push(format!(
            "connection set `{}`: its stdp_synapse pairs each spike with the last one of the other side, and tau_plus holds for both \
             orders; NEST pairs all spikes and takes tau_minus of the cell.",
            set.name
        ));
    }
    let needs = rules::needs_teacher(&synapse.model);
    match (needs, &synapse.teacher) {
        (true, None) => {
            let what = format!("is missing; `{}` needs the connection set that teaches it", synapse.model);
            plan.problem(format!("{}.teaching", synapse.key), what);
            None
        }
        (false, Some(teacher)) => {
            let what = format!("is `{teacher}`, but `{}` has no teacher; remove it", synapse.model);
            plan.problem(format!("{}.teaching", synapse.key), what);
            None
        }
        _ => Some(rule),
    }
}

/// Starts plastic weights within the bounds of their rule; NEST does so at their first change.
fn start_within(plan: &mut Plan, link: &mut Link, rule: Rule) {
    let (low, high) = rules::bounds(&rule);
    let weight = link.weight.abs();
    if link.weight_law.is_none() && !(low..=high).contains(&weight) {
        let start = weight.clamp(low, high);
        plan.notes.push(format!(
            "connection model `{}`: its weights of {weight} nS start at {start} nS, within Wmin and Wmax; NEST bounds them at their first change.",
            link.label
        ));
        link.weight = start.copysign(link.weight);
    }
}

/// Receptor, from 1, and weight of a synapse onto `post`.
pub fn receptor(
    plan: &mut Plan,
    key: &str,
    post: &Cells,
    receptor: usize,
    weight: f64,
) -> Option<(usize, f64)> {
    let name = "receptor_type";
    let of = &post.cell_type;
    let (name, what) = match post.kind {
        NeuronKind::Relay if receptor == 0 => return Some((1, 1.0)),
        // The sign of the weight chooses the receptor.
        NeuronKind::CondLif if receptor == 0 => {
            return Some((if weight < 0.0 { 2 } else { 1 }, weight.abs()));
        }
        NeuronKind::Relay => (name, format!("is {receptor}; `{of}` is a relay without receptors: remove it")),
        NeuronKind::CondLif => {
            let what = "the sign of the weight chooses the receptor of";
            (name, format!("is {receptor}; {what} `{of}`: remove it"))
        }
        NeuronKind::Eglif | NeuronKind::EglifMultirec => {
            let most = post.kind.receptors();
            let is_known = (1..=most).contains(&receptor);
            if is_known && weight >= 0.0 {
                return Some((receptor, weight));
            }
            let is = if receptor == 0 { "is missing".into() } else { format!("is {receptor}") };
            let sign = "are 0 or more: the receptor says whether it inhibits";
            match is_known {
                false => (name, format!("{is}; `{of}` has receptors 1 to {most}")),
                true => ("weight", format!("is {weight}; weights onto `{of}` {sign}")),
            }
        }
    };
    plan.problem(format!("{key}.{name}"), what);
    None
}

fn no_constants(plan: &mut Plan, synapse: &StoredSynapse) {
    for name in synapse.constants.keys() {
        let what = format!("is not known to `{}`; known are: weight, delay, receptor_type", synapse.model);
        plan.problem(format!("{}.{name}", synapse.key), what);
    }
}

/// Parameters of `tsodyks2_synapse`; the defaults are NEST's.
fn short_term(plan: &mut Plan, synapse: &StoredSynapse) -> Option<ShortTerm> {
    let mut s = ShortTerm { u: 0.5, tau_rec_ms: 800.0, tau_fac_ms: 0.0, u_start: 0.5, x_start: 1.0 };
    let before = plan.problems.len();
    for (name, constant) in &synapse.constants {
        let key = format!("{}.{name}", synapse.key);
        let Constant::Number(value) = constant else {
            plan.problem(key, "is not a number; give one number for all synapses");
            continue;
        };
        let (place, is_allowed, allowed) = match name.as_str() {
            "U" => (&mut s.u, (0.0..=1.0).contains(value), "it lies in 0..1"),
            "u" => (&mut s.u_start, (0.0..=1.0).contains(value), "it lies in 0..1"),
            "x" => (&mut s.x_start, (0.0..=1.0).contains(value), "it lies in 0..1"),
            "tau_rec" => (&mut s.tau_rec_ms, *value > 0.0, "a positive time is needed"),
            "tau_fac" => (&mut s.tau_fac_ms, *value >= 0.0, "0 ms or more is needed"),
            _ => {
                let what = "is not known to `tsodyks2_synapse`; known are: weight, delay, receptor_type, U, u, x, tau_rec, tau_fac";
                plan.problem(key, what);
                continue;
            }
        };
        if is_allowed {
            *place = *value;
        } else {
            plan.problem(key, format!("is {value}; {allowed}"));
        }
    }
    (plan.problems.len() == before).then_some(s)
}

/// Plans gap junctions along the stored pairs. Under the rule `one_to_one` NEST joins every cell with itself, where no current
/// flows.
fn add_gap(plan: &mut Plan, model: &ConnectionModel, set: &ConnectionSet, post: &Cells, mut link: Link) {
    if set.pre_type != set.post_type || post.kind == NeuronKind::Relay {
        let is = format!("is gap_junction between `{}` and `{}`", set.pre_type, set.post_type);
        let what = format!("{is}; gap junctions join cells with a membrane, of one type");
        plan.problem(format!("{}.synapses", model.key), what);
        return;
    }
    if link.weight < 0.0 {
        let what = format!("has a conductance of {} nS; it is 0 or more", link.weight);
        plan.problem(format!("{}.synapses", model.key), what);
        return;
    }
    match model.rule {
        None => {
            link.is_gap = true;
            plan.links.push(link);
        }
        Some(ConnectionRule::OneToOne) => plan.notes.push(format!(
            "connection model `{}`: with the rule one_to_one each cell of `{}` has a gap junction with itself, \
             which carries no current, in NEST as here; the {} stored rows are not used. Remove `rule` to use them.",
            model.name,
            set.pre_type,
            set.len()
        )),
        Some(ConnectionRule::AllToAll) => {
            plan.problem(format!("{}.rule", model.key), "is all_to_all; gap junctions follow the stored pairs: remove it");
        }
    }
}

impl Plan {
    /// Checks that teachers are links onto the cells that they teach, and notes cells that nobody teaches.
    pub(super) fn check_teachers(&mut self, anatomy: &Anatomy, simulation: &StoredSimulation) {
        let mut told: (Vec<Problem>, Vec<String>) = Default::default();
        for link in &self.links {
            let Some(teacher) = &link.teacher else { continue };
            let known = self.links.iter().find(|other| &other.label == teacher);
            let key = format!("connection model `{}`", link.label);
            let Some(known) = known else {
                let model = simulation.connection_models.iter().find(|model| model.name == *teacher);
                let model = model.filter(|model| anatomy.connections(&model.set).is_some());
                let is = match model.map(|model| &model.synapses[..]) {
                    None => "is no connection model of this simulation with a set on file; name one that is",
                    Some([_, _, ..]) => "has several synapses; name a connection model with one",
                    Some([gap]) if gap.model == GAP => NO_SPIKES,
                    // It has a problem of its own.
                    Some(_) => continue,
                };
                told.0.push(Problem::new(key, format!("is taught by `{teacher}`, which {is}")));
                continue;
            };
            if known.is_gap {
                told.0.push(Problem::new(key, format!("is taught by `{teacher}`, which {NO_SPIKES}")));
                continue;
            }
            if known.post != link.post {
                let what = format!(
                    "is taught by `{teacher}`, which ends on `{}`, not on `{}`",
                    known.post, link.post
                );
                told.0.push(Problem::new(key, what));
                continue;
            }
            let Some(set) = anatomy.connections(&known.set) else { continue };
            if set.is_empty() {
                told.0.push(Problem::new(
                    key,
                    format!("is taught by `{teacher}`, which has no connection on file"),
                ));
                continue;
            }
            let taught: BTreeSet<u32> = set.post.iter().copied().collect();
            let n = anatomy.count(&link.post);
            if taught.len() < n {
                let alone = n - taught.len();
                told.1.push(format!(
                    "{key}: {alone} of {n} cells of `{}` have no teacher in `{teacher}`; their synapses change with presynaptic spikes alone.",
                    link.post
                ));
            }
        }
        self.problems.extend(told.0);
        self.notes.extend(told.1);
    }
}

impl Link {
    /// The conductance of a drawn weight; negative where it has not the sign that chose the receptor.
    pub fn conductance(&self, drawn: f64) -> f64 {
        if self.is_negative { -drawn } else { drawn }
    }

    pub fn add_gap_junctions(&self, circuit: &mut Circuit, pairs: &[(u32, u32)], contacts: &[u32]) {
        let rows = pairs.iter().copied().zip(contacts.iter().copied());
        circuit.add_gap_junctions(gap_junctions(&self.label, &self.pre, rows, self.weight));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_has_one_gap_junction_whichever_way_it_is_stored() {
        let link = Link {
            label: "gap_goc".into(),
            set: "gap_goc".into(),
            pre: "golgi_cell".into(),
            post: "golgi_cell".into(),
            rule: None,
            weight: 0.5,
            weight_law: None,
            is_negative: false,
            counts_spikes: false,
            delay_ms: 0.0,
            delay_law: None,
            receptor: 1,
            short_term: None,
            plasticity: None,
            teacher: None,
            is_gap: true,
        };
        let mut circuit = Circuit::new();
        link.add_gap_junctions(&mut circuit, &[(0, 1), (1, 0), (2, 1), (2, 2)], &[3, 1, 2, 9]);
        let gap = format!("{circuit:?}");
        assert!(gap.contains("[(0, 1), (1, 2)]") && gap.contains("PerSynapse([2.0, 1.0])"), "{gap}");
    }
}
