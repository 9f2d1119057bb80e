//! Teachers of which several reach a cell in one step: each counts, or all count as one, as through a volume that
//! reports whether any of them fired. Weights are those of the written-out law.

mod common;

use common::{Script, play, simulation};
use lobule_circuit::models::CondLif;
use lobule_circuit::plasticity::{CosExp, Rule, Supervised};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection};

/// Weight of one synapse of 0.7 nS onto a cell with teachers 0 (in two rows) and 1 under scripted spikes.
fn taught(rule: Rule, is_volume: bool, pre: &[u64], teachers: &[(u64, u32)]) -> f64 {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("pre", 1, Model::SpikeSource));
    circuit.add_population(Population::new("teacher", 2, Model::SpikeSource));
    // Too large to fire: 1e5 pF.
    let cell = CondLif { c_m: 1e5, g_l: 1e3, ..CondLif::default() };
    circuit.add_population(Population::new("post", 1, Model::CondLif(cell)));
    let list = |rows: &[(u32, u32)]| Connect::List(rows.to_vec().into());
    let plastic = Projection::new("plastic", "pre", "post", list(&[(0, 0)])).weight(0.7).plastic(rule);
    circuit.add_projection(match is_volume {
        true => plastic.taught_through_volume_by("teaching"),
        false => plastic.taught_by("teaching"),
    });
    let rows = list(&[(0, 0), (0, 0), (1, 0)]);
    circuit.add_projection(Projection::new("teaching", "teacher", "post", rows).weight(0.0));
    let mut simulation = simulation(&circuit, 1);
    let pre: Script = pre.iter().map(|&step| (step, 0)).collect();
    play(&mut simulation, &[("pre", &pre), ("teacher", &teachers.to_vec())], 4000);
    f64::from(simulation.synapses("plastic").unwrap()[0].2)
}

/// The sin-exp kernel at −100 and −50 ms.
const SIN_EXP: f64 = 0.999_397 + 0.348_458;

#[test]
fn teachers_of_one_step_count_as_one_where_they_are_told_to() {
    let rule = Rule::Supervised(Supervised::pf_pc(0.002, -0.01, 4.0));
    let (pre, both) = ([1000, 1500], [(2000, 0), (2000, 1)]);
    let once = taught(rule, true, &pre, &both);
    assert!((once - (0.704 - 0.01 * SIN_EXP)).abs() < 1e-6, "{once}");
    let each = taught(rule, false, &pre, &both);
    assert!((each - (0.704 - 3.0 * 0.01 * SIN_EXP)).abs() < 1e-6, "{each}");
}

#[test]
fn one_teacher_gives_the_published_weight_trajectory() {
    let rule = Rule::Supervised(Supervised::pf_pc(0.002, -0.05, 4.0));
    let w = taught(rule, true, &[1000, 1500], &[(2000, 1)]);
    assert!((w - 0.636_607).abs() < 1e-6, "{w}");
    let rule = Rule::Supervised(Supervised::pf_mli(-0.002, 0.05, 4.0));
    let w = taught(rule, true, &[1000, 1500], &[(2000, 0)]);
    assert!((w - (0.696 + 0.05 * (1.0 + 0.735_759))).abs() < 1e-6, "{w}");
}

#[test]
fn teachers_of_different_steps_count_each() {
    let rule = Rule::Supervised(Supervised::pf_pc(0.0, -0.01, 4.0));
    let once = taught(rule, true, &[1000], &[(2000, 0)]);
    let later = taught(rule, true, &[1000], &[(2010, 1)]);
    let two = taught(rule, true, &[1000], &[(2000, 0), (2010, 1)]);
    assert!((two - (once + later - 0.7f64)).abs() < 1e-6, "{two} of {once} and {later}");
    assert!(two < once - 0.009, "the second teacher is lost");
}

#[test]
fn purkinje_cells_of_one_step_gate_mossy_fibers_once() {
    let rule =
        Rule::CosExp(CosExp { a_plus: 0.001, a_minus: -0.02, window_ms: 10.0, w_min: 0.0, w_max: 2.0 });
    // Before the mossy spike by 5 ms, in its step, and after it by 1 ms.
    for (step, kernel) in [(950, 0.135_332), (1000, 1.0), (1010, 0.670_319)] {
        let both = [(step, 0), (step, 1)];
        let w = taught(rule, true, &[1000], &both);
        assert!((w - (0.701 - 0.02 * kernel)).abs() < 1e-6, "{w} at {step}");
        let w = taught(rule, false, &[1000], &both);
        assert!((w - (0.701 - 0.06 * kernel)).abs() < 1e-6, "{w} at {step}");
    }
}
