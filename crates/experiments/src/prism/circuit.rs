//! The circuit of the loop: one anatomy, once for each module that takes part.

use super::config::{ModuleConfig, PrismConfig};
use super::pair::Pair;
use lobule_cerebellum::{
    DT_MS, Drive, ModuleOptions, PLASTIC_SET, TEACHING_SET, Teaching, add_module, sin_exp_rule,
};
use lobule_circuit::plasticity::{CosExp, InhibitoryStdp, Rule, Supervised};
use lobule_circuit::{Circuit, Network, Share};
use lobule_exchange::Ranks;
use lobule_scaffold::{Anatomy, Microzone};
use lobule_signal::Clock;
use lobule_study::Error;
use std::sync::Arc;

/// Generators that make the olive of a module fire.
pub const TEACHING: &str = "teaching";

/// Compiles the circuit of the loop, the anatomy once per module that takes part: this rank's share of it.
/// Every rank gives the whole anatomy. Collective.
///
/// # Errors
/// `lobule_cerebellum::Error::Anatomy` when a cell type, microzone or connection set that the loop needs is missing.
pub fn compile(
    config: &PrismConfig,
    anatomy: &Anatomy,
    pair: Option<&Pair>,
    a_plus_ns: [f64; 2],
    seed: u64,
    ranks: &Ranks,
) -> Result<Arc<Network>, Error> {
    let compiled = describe(config, anatomy, pair, a_plus_ns).and_then(|circuit| {
        let nuclei = circuit.populations().iter().map(|p| p.label.clone());
        let share = Share::on(ranks).with_everywhere(nuclei.filter(|label| label.ends_with("/dcn_p")));
        Ok(circuit.compile_share(Clock::new(DT_MS)?, seed, &share)?)
    });
    ranks.agree(compiled)
}

/// The anatomy cannot serve the loop.
fn unfit(what: String) -> Error {
    lobule_cerebellum::Error::Anatomy { what }.into()
}

fn describe(
    config: &PrismConfig,
    anatomy: &Anatomy,
    pair: Option<&Pair>,
    a_plus_ns: [f64; 2],
) -> Result<Circuit, Error> {
    for cell in ["mossy_fiber", "granule_cell", "purkinje_cell", "dcn_p", "io_cell"] {
        if anatomy.count(cell) == 0 {
            return Err(unfit(format!(
                "the loop needs `{cell}`, and there is none ({}); use a circuit with nuclei and olive",
                anatomy.source
            )));
        }
    }
    for cell in ["purkinje_cell", "dcn_p", "io_cell"] {
        let sites = anatomy.cells(cell).expect("checked above");
        for zone in Microzone::ALL {
            if sites.in_microzone(zone).is_empty() {
                return Err(unfit(format!(
                    "no `{cell}` is labeled `{}`; the loop needs two microzones, build the circuit with them",
                    zone.name()
                )));
            }
        }
    }
    for set in [PLASTIC_SET, TEACHING_SET, "purkinje_to_dcn_p"] {
        if anatomy.connections(set).is_none_or(|c| c.is_empty()) {
            return Err(unfit(format!(
                "the loop needs the connection set `{set}`, and it is missing or empty"
            )));
        }
    }
    let mut circuit = Circuit::new();
    for module in config.in_loop() {
        let prefix = format!("{module}/");
        let common = &config.module;
        let teaching = Teaching { label: TEACHING, rate_hz: 0.0, weight_ns: common.teaching_ns };
        if let Some(pair) = pair {
            pair.plan().add_module(&mut circuit, &prefix, anatomy, "mossy_fiber")?;
            teaching.add(&mut circuit, &prefix, anatomy);
            // Spikes are exchanged with planner and cortex every ms.
            circuit.set_interval_at_most(1.0);
            continue;
        }
        let (climbing_fiber, purkinje) = (common.climbing_fiber_ns, common.purkinje_to_dcn_ns);
        let mut options =
            ModuleOptions::in_loop(config.scaffold.state, Drive::Injected, climbing_fiber, purkinje);
        options.leak_is_published = common.leak_is_published;
        let ModuleConfig { a_minus_ns, w_max_ns, kernel_t0_ms, .. } = *config.learning(module);
        options.learn(sin_exp_rule(a_plus_ns[module as usize], a_minus_ns, w_max_ns, kernel_t0_ms));
        options.rules.extend(further_sites(config, anatomy)?);
        add_module(&mut circuit, &prefix, anatomy, &options)?;
        teaching.add(&mut circuit, &prefix, anatomy);
    }
    Ok(circuit)
}

/// A connection set, its rule and the set that teaches it, if any.
type SiteRule = (String, (Rule, Option<String>));

/// Rules of the sites beside PF→PC that are switched on: (set, (rule, teaching set)).
fn further_sites(config: &PrismConfig, anatomy: &Anatomy) -> Result<Vec<SiteRule>, Error> {
    let s = &config.sites;
    let mut rules = Vec::new();
    if s.pf_mli {
        let rule = Supervised::pf_mli(s.pf_mli_a_minus_ns, s.pf_mli_a_plus_ns, s.pf_mli_w_max_ns);
        for (set, teacher) in [
            ("parallel_fiber_to_basket", "io_to_mli_io_to_basket_cell"),
            ("parallel_fiber_to_stellate", "io_to_mli_io_to_stellate_cell"),
        ] {
            rules.push((set.to_string(), (Rule::Supervised(rule), Some(teacher.to_string()))));
        }
    }
    if s.mf_dcn {
        let (a_plus, a_minus, w_max) = (s.mf_dcn_a_plus_ns, s.mf_dcn_a_minus_ns, s.mf_dcn_w_max_ns);
        let rule = CosExp { a_plus, a_minus, window_ms: 10.0, w_min: 0.0, w_max };
        rules.push(("mossy_fibers_to_dcn_p".into(), (Rule::CosExp(rule), Some("purkinje_to_dcn_p".into()))));
    }
    if s.pc_dcn {
        let rule = InhibitoryStdp {
            tau_plus_ms: s.pc_dcn_tau_plus_ms,
            lambda: s.pc_dcn_lambda,
            mu_plus: s.pc_dcn_mu_plus,
            mu_minus_ms: s.pc_dcn_mu_minus_ms,
            w_min: 0.0,
            w_max: s.pc_dcn_w_max_ns,
        };
        rules.push(("purkinje_to_dcn_p".into(), (Rule::InhibitoryStdp(rule), None)));
    }
    for (set, (_, teacher)) in &rules {
        for needed in std::iter::once(set).chain(teacher) {
            if anatomy.connections(needed).is_none_or(|c| c.is_empty()) {
                return Err(unfit(format!(
                    "[sites] wants `{set}` to learn, but the set `{needed}` is missing or empty; switch the site off"
                )));
            }
        }
    }
    Ok(rules)
}
