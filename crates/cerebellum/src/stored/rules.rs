//! Plastic synapse models of cereb-nest and NEST as lobule's rules.
//!
//! | model | site | rule |
//! | --- | --- | --- |
//! | `stdp_synapse_sinexp` {A_plus, A_minus} | parallel fiber to Purkinje cell | `Supervised`, peak 100 ms before the teacher |
//! | `stdp_synapse_alpha` {A_plus, A_minus} | parallel fiber to interneuron | `Supervised`, peak 50 ms before the teacher |
//! | `stdp_synapse_cosexp` {A_plus, A_minus} | mossy fiber to nucleus | `CosExp` |
//! | `stdp_synapse` {tau_plus, lambda, alpha, mu_plus, mu_minus} | Purkinje cell to nucleus | `AdditiveStdp`, with both mu 0 |
//!
//! `Wmin` and `Wmax` bound the weights. Parameters that are left out have the default of the model, which for `A_minus` has the
//! wrong sign. Source: cereb-nest for NEST 2.18 and 2.20; NEST 2.20 for `stdp_synapse`.

use super::Plan;
use lobule_circuit::plasticity::{AdditiveStdp, CosExp, Rule, Supervised};
use lobule_scaffold::configuration::{Constant, StoredSynapse};

/// Models of plastic synapses that are known.
pub(super) const KNOWN: &str = "stdp_synapse_sinexp, stdp_synapse_alpha, stdp_synapse_cosexp, stdp_synapse";

/// Window of `stdp_synapse_cosexp`, ms.
const COS_EXP_WINDOW_MS: f64 = 10.0;

/// Parameters of a rule by name: its default and its value.
type Parameter = (&'static str, f64);

/// Numbers that a rule needs a sign of.
struct Sign {
    name: &'static str,
    is_positive: bool,
}

const GROWS: Sign = Sign { name: "A_plus", is_positive: true };
const SHRINKS: Sign = Sign { name: "A_minus", is_positive: false };

/// True if a synapse model changes its weights.
pub fn is_plastic(model: &str) -> bool {
    model.starts_with("stdp_synapse")
}

/// True if the rule of a synapse model needs a teacher.
pub(super) fn needs_teacher(model: &str) -> bool {
    is_plastic(model) && model != "stdp_synapse"
}

/// The rule of a plastic synapse; none, and more problems, if it is not known.
pub(super) fn rule(plan: &mut Plan, synapse: &StoredSynapse) -> Option<Rule> {
    let supervised = [("A_plus", 1.0), ("A_minus", 1.5), ("Wmin", 0.0), ("Wmax", 200.0)];
    match synapse.model.as_str() {
        "stdp_synapse_sinexp" => {
            let [grows, shrinks, w_min, w_max] = numbers(plan, synapse, supervised, &[GROWS, SHRINKS])?;
            Some(Rule::Supervised(Supervised { w_min, ..Supervised::pf_pc(grows, shrinks, w_max) }))
        }
        "stdp_synapse_alpha" => {
            let [grows, shrinks, w_min, w_max] = numbers(plan, synapse, supervised, &[GROWS, SHRINKS])?;
            Some(Rule::Supervised(Supervised { w_min, ..Supervised::pf_mli(shrinks, grows, w_max) }))
        }
        "stdp_synapse_cosexp" => {
            let [a_plus, a_minus, w_min, w_max] = numbers(plan, synapse, supervised, &[GROWS, SHRINKS])?;
            Some(Rule::CosExp(CosExp { a_plus, a_minus, window_ms: COS_EXP_WINDOW_MS, w_min, w_max }))
        }
        "stdp_synapse" => {
            let all = [
                ("tau_plus", 20.0),
                ("lambda", 0.01),
                ("alpha", 1.0),
                ("mu_plus", 1.0),
                ("mu_minus", 1.0),
                ("Wmax", 100.0),
            ];
            let [tau_plus_ms, lambda, alpha, mu_plus, mu_minus, w_max] = numbers(plan, synapse, all, &[])?;
            for (name, mu) in [("mu_plus", mu_plus), ("mu_minus", mu_minus)] {
                if mu != 0.0 {
                    let is_given = synapse.constants.contains_key(name);
                    let is = if is_given { "is" } else { "is left out, which means" };
                    let what = format!("{is} {mu}; the additive rule is known, with 0: set it to 0");
                    plan.problem(format!("{}.{name}", synapse.key), what);
                    return None;
                }
            }
            Some(Rule::AdditiveStdp(AdditiveStdp { tau_plus_ms, lambda, alpha, w_min: 0.0, w_max }))
        }
        other => {
            let what = format!("is `{other}`; known are: static_synapse, tsodyks2_synapse, {KNOWN}");
            plan.problem(format!("{}.model", synapse.key), what);
            None
        }
    }
}

/// Lowest and highest weight under a rule, nS.
pub(super) fn bounds(rule: &Rule) -> (f64, f64) {
    match rule {
        Rule::Supervised(r) => (r.w_min, r.w_max),
        Rule::CosExp(r) => (r.w_min, r.w_max),
        Rule::AdditiveStdp(r) => (r.w_min, r.w_max),
        Rule::InhibitoryStdp(r) => (r.w_min, r.w_max),
    }
}

/// The numbers of a rule, each given or its default, of the needed signs and with the bounds in order.
fn numbers<const N: usize>(
    plan: &mut Plan,
    synapse: &StoredSynapse,
    parameters: [Parameter; N],
    signs: &[Sign],
) -> Option<[f64; N]> {
    let before = plan.problems.len();
    let mut values = parameters.map(|(_, default)| default);
    for (name, constant) in &synapse.constants {
        let key = format!("{}.{name}", synapse.key);
        match (parameters.iter().position(|(known, _)| known == name), constant) {
            (Some(k), Constant::Number(value)) => values[k] = *value,
            (Some(_), _) => plan.problem(key, "is not a number; give one number for all synapses"),
            (None, _) => {
                let known = parameters.map(|(name, _)| name).join(", ");
                plan.problem(key, format!("is not known to `{}`; known are: {known}", synapse.model));
            }
        }
    }
    let of = |name: &str| parameters.iter().position(|(known, _)| *known == name).map(|k| values[k]);
    for Sign { name, is_positive } in signs {
        let Some(value) = of(name).filter(|value| if *is_positive { *value < 0.0 } else { *value > 0.0 })
        else {
            continue;
        };
        let given = if synapse.constants.contains_key(*name) { "is" } else { "is left out, which means" };
        let allowed = if *is_positive { "0 or more" } else { "0 or less" };
        plan.problem(format!("{}.{name}", synapse.key), format!("{given} {value}; {allowed} is needed here"));
    }
    for name in ["tau_plus", "lambda", "alpha"] {
        if let Some(value) = of(name).filter(|value| *value < 0.0 || name == "tau_plus" && *value == 0.0) {
            plan.problem(
                format!("{}.{name}", synapse.key),
                format!("is {value}; a number above 0 is needed"),
            );
        }
    }
    if let Some(w_max) = of("Wmax") {
        let w_min = of("Wmin").unwrap_or(0.0);
        if w_min < 0.0 || w_max <= w_min {
            let what = format!("is {w_max} and Wmin {w_min}; 0 <= Wmin < Wmax is needed (conductances)");
            plan.problem(format!("{}.Wmax", synapse.key), what);
        }
    }
    (plan.problems.len() == before).then_some(values)
}
