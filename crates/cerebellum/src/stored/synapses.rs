//! NEST's synapse models as lobule's.

use super::{Cells, Plan, neurons::NeuronKind};
use crate::module::gap_junctions;
use lobule_circuit::{Circuit, ShortTerm};
use lobule_scaffold::ConnectionSet;
use lobule_scaffold::configuration::{ConnectionModel, ConnectionRule, Constant, StoredSynapse};

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
    /// True if the target counts spikes, for any weight and number of rows.
    pub counts_spikes: bool,
    pub delay_ms: f64,
    /// Receptor, from 1.
    pub receptor: usize,
    pub short_term: Option<ShortTerm>,
    pub is_gap: bool,
}

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
            counts_spikes,
            delay_ms: synapse.delay_ms.unwrap_or(0.0),
            receptor: 1,
            short_term: None,
            is_gap: false,
        };
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
            "gap_junction" => {
                no_constants(plan, synapse);
                add_gap(plan, model, set, post, link);
                continue;
            }
            other => {
                plan.problem(format!("{}.model", synapse.key), format!("is `{other}`; known are: {KNOWN}"));
                continue;
            }
        }
        if let Some(delay_ms) = plan.delay(&synapse.key, link.delay_ms) {
            link.delay_ms = delay_ms;
        }
        if let Some((receptor, weight)) = receptor(plan, &synapse.key, post, synapse.receptor, link.weight) {
            (link.receptor, link.weight) = (receptor, weight);
            if counts_spikes && synapse.weight != 1.0 {
                let what = format!("its weight of {} has no effect; relays count spikes", synapse.weight);
                plan.notes.push(format!("connection model `{}`: {what}.", model.name));
            }
            plan.links.push(link);
        }
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

impl Link {
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
            counts_spikes: false,
            delay_ms: 0.0,
            receptor: 1,
            short_term: None,
            is_gap: true,
        };
        let mut circuit = Circuit::new();
        link.add_gap_junctions(&mut circuit, &[(0, 1), (1, 0), (2, 1), (2, 2)], &[3, 1, 2, 9]);
        let gap = format!("{circuit:?}");
        assert!(gap.contains("[(0, 1), (1, 2)]") && gap.contains("PerSynapse([2.0, 1.0])"), "{gap}");
    }
}
