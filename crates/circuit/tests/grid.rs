//! Times that do not fit the grid, as in NEST 3.10: refractory periods are rounded to a tic of 1 µs and up to whole steps, and
//! synapses that are shorter than a step are integrated.
//!
//! Spike times of NEST are those at the ends of steps, here at their begins.

mod common;

use common::{network, spikes};
use lobule_circuit::models::{CondLif, DoubleDecay, Eglif, EglifMultirec, SynapseShape};
use lobule_circuit::{Circuit, CompileError, Connect, Model, Population, Projection, Simulation};
use lobule_signal::Clock;

/// The first spikes of a cell that is driven by a current, ms.
fn first_spikes(model: Model, dt_ms: f64, n: usize) -> Vec<f64> {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("cell", 1, model));
    let mut simulation = Simulation::new(network(&circuit, dt_ms, 1), 1).unwrap();
    simulation.record_spikes("cell").unwrap();
    simulation.run_ms(60.0).unwrap();
    let ms = |s: &(u64, u32)| (s.0 as f64 * dt_ms * 1e4).round() / 1e4;
    spikes(&simulation, "cell").iter().take(n).map(ms).collect()
}

#[test]
fn refractory_periods_are_rounded_up_as_in_nest() {
    // Source: NEST 3.10, `iaf_cond_exp` and `iaf_cond_alpha` with I_e = 1500 pA: the interval between the first two spikes, ms.
    let cases: &[(f64, f64, f64)] = &[
        (0.1, 0.0, 1.0),
        (0.1, 0.04, 1.1),
        (0.1, 1.0, 2.0),
        (0.1, 1.000_49, 2.0),
        (0.1, 1.0005, 2.1),
        (0.1, 1.04, 2.1),
        (0.1, 1.06, 2.1),
        (0.1, 1.1, 2.1),
        (0.1, 1.59, 2.6),
        (1.0, 1.0, 2.0),
        (1.0, 1.0004, 2.0),
        (1.0, 1.2, 3.0),
        (1.0, 2.0, 3.0),
        (0.25, 1.0, 2.0),
        (0.25, 1.1, 2.25),
        (0.25, 1.26, 2.5),
    ];
    for &(dt_ms, t_ref, interval_ms) in cases {
        for shape in [SynapseShape::Exponential, SynapseShape::Alpha] {
            let p = CondLif { t_ref, i_e: 1500.0, shape, ..CondLif::default() };
            let ms = first_spikes(Model::CondLif(p), dt_ms, 2);
            assert!((ms[1] - ms[0] - interval_ms).abs() < 1e-9, "t_ref {t_ref} at {dt_ms} ms: {ms:?}");
        }
    }
}

#[test]
fn refractory_periods_of_both_adaptive_models_are_rounded_up() {
    // Above rheobase from the reset on, a neuron fires in the step after it is let go.
    let eglif =
        |t_ref| Eglif { t_ref, i_e: 3000.0, a2: 0.0, a1: 0.0, threshold_is_hard: true, ..Eglif::default() };
    let multirec = |t_ref| EglifMultirec { t_ref, i_e: 3000.0, a2: 0.0, a1: 0.0, ..EglifMultirec::default() };
    let interval = |model: Model| {
        let ms = first_spikes(model, 0.1, 8);
        ((ms[7] - ms[6]) * 1e4).round() / 1e4
    };
    for (below, above) in [(1.0, 1.1), (1.04, 1.1), (1.0, 1.0004), (1.001, 1.1)] {
        let is_equal = below != 1.0 || above == 1.0004;
        let pairs = [
            [Model::Eglif(eglif(below)), Model::Eglif(eglif(above))],
            [Model::EglifMultirec(multirec(below).into()), Model::EglifMultirec(multirec(above).into())],
        ];
        for pair in pairs {
            let [a, b] = pair.map(interval);
            assert_eq!(a == b, is_equal, "{below} and {above}: {a} and {b} ms");
        }
    }
}

#[test]
fn refractory_periods_that_cannot_be_counted_are_refused() {
    for t_ref in [-1.0, 1e300, 1e7, f64::NAN] {
        let mut circuit = Circuit::new();
        let p = CondLif { t_ref, ..CondLif::default() };
        circuit.add_population(Population::new("cell", 1, Model::CondLif(p)));
        let error = circuit.compile(Clock::new(0.1).unwrap(), 1).unwrap_err().to_string();
        assert!(error.contains("`cell`: t_ref = "), "{error}");
    }
}

/// A cell with a spike source on its first receptor. Spikes arrive at 6.1 and 11.1 ms, at the ends of steps of any length.
fn driven(model: Model, weight: f32, dt_ms: f64) -> Simulation {
    let mut circuit = Circuit::new();
    let times = vec![(5.1 - dt_ms, 0), (10.1 - dt_ms, 0)];
    circuit.add_population(Population::new("source", 1, Model::SpikeTimes(times.into())));
    circuit.add_population(Population::new("cell", 1, model));
    let one = Connect::List(vec![(0, 0)].into());
    circuit.add_projection(Projection::new("input", "source", "cell", one).weight(weight));
    Simulation::new(network(&circuit, dt_ms, 1), 1).unwrap()
}

fn potential(mut simulation: Simulation, ms: f64) -> f64 {
    simulation.run_ms(ms).unwrap();
    f64::from(simulation.variable("cell", "v_m").unwrap()[0])
}

#[test]
fn a_synapse_shorter_than_a_step_moves_the_potential_as_at_a_fine_step() {
    let lif = |shape, tau_syn_ex| {
        Model::CondLif(CondLif { tau_syn_ex, shape, v_th: 1e3, i_e: 100.0, ..CondLif::default() })
    };
    let eglif = |tau_syn| {
        let mut p = Eglif { lambda_0: 0.0, v_th: 1e3, leak_is_published: false, ..Eglif::default() };
        p.receptors[0].tau_syn = tau_syn;
        Model::Eglif(p)
    };
    let multirec = |tau_d1| {
        let ampa = DoubleDecay { tau_d1, tau_r: 0.02, a_r: 1.0, ..EglifMultirec::default().receptors[0] };
        let mut p = EglifMultirec { v_th: 1e3, v_init: (-62.0, -62.0), ..EglifMultirec::default() };
        p.leak_is_published = false;
        p.receptors[0] = ampa;
        Model::EglifMultirec(p.into())
    };
    let cases: [(&str, Model, f32); 8] = [
        ("exponential, a tenth of a step", lif(SynapseShape::Exponential, 0.01), 400.0),
        ("exponential, a fiftieth", lif(SynapseShape::Exponential, 0.002), 2000.0),
        ("exponential, nearly a step", lif(SynapseShape::Exponential, 0.099), 40.0),
        ("alpha, a tenth", lif(SynapseShape::Alpha, 0.01), 400.0),
        ("alpha, half a step", lif(SynapseShape::Alpha, 0.05), 40.0),
        ("E-GLIF, a tenth", eglif(0.01), 4.0),
        ("E-GLIF, half a step", eglif(0.05), 1.0),
        ("several receptors", multirec(0.02), 20.0),
    ];
    for (name, model, weight) in cases {
        let fine = potential(driven(model.clone(), weight, 0.001), 15.0);
        let coarse = potential(driven(model.clone(), weight, 0.1), 15.0);
        let still = potential(driven(model, 0.0, 0.1), 15.0);
        let moved = fine - still;
        assert!(moved.abs() > 0.5, "{name}: a move of {moved} mV is no test");
        assert!((coarse - fine).abs() < 2e-3 * moved.abs() + 2e-4, "{name}: {coarse} instead of {fine} mV");
    }
}

#[test]
fn a_synapse_shorter_than_a_step_makes_the_spikes_of_nest() {
    // Source: NEST 3.10, `iaf_cond_exp`, tau_syn_ex = 0.01 ms, two inputs of 400 nS at 6 and 11 ms, I_e = 300 pA, step 0.1 ms.
    let p = CondLif { tau_syn_ex: 0.01, i_e: 300.0, ..CondLif::default() };
    let mut circuit = Circuit::new();
    let times = vec![(4.9, 0), (9.9, 0)];
    circuit.add_population(Population::new("drive", 1, Model::SpikeTimes(times.into())));
    circuit.add_population(Population::new("source", 2, Model::Relay));
    circuit.add_population(Population::new("cell", 1, Model::CondLif(p)));
    circuit.add_projection(Projection::new("drive", "drive", "source", Connect::AllToAll));
    circuit.add_projection(Projection::new("input", "source", "cell", Connect::AllToAll).weight(400.0));
    let mut simulation = Simulation::new(network(&circuit, 0.1, 1), 1).unwrap();
    simulation.record_spikes("cell").unwrap();
    simulation.run_ms(50.0).unwrap();
    let steps: Vec<u64> = spikes(&simulation, "cell").iter().map(|s| s.0).collect();
    assert_eq!(steps, [190, 358]);
}

#[test]
fn a_synapse_too_short_for_a_step_is_refused_with_its_name() {
    let refusal = |model| {
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("source", 1, Model::SpikeSource));
        circuit.add_population(Population::new("cell", 1, model));
        circuit.add_projection(Projection::new("input", "source", "cell", Connect::AllToAll));
        circuit.compile(Clock::new(0.1).unwrap(), 1).unwrap_err().to_string()
    };
    let error = refusal(Model::CondLif(CondLif { tau_syn_ex: 1e-4, ..CondLif::default() }));
    assert!(error.contains("tau_syn_ex = 0.0001") && error.contains("0.001 ms or longer"), "{error}");
    let mut eglif = Eglif::default();
    eglif.receptors[0].tau_syn = 1e-9;
    let error = refusal(Model::Eglif(eglif));
    assert!(error.contains("receptor 1: tau_syn = 0.000000001"), "{error}");
    let mut multirec = EglifMultirec::default();
    multirec.receptors[0].tau_d2 = 1e-5;
    let error = refusal(Model::EglifMultirec(multirec.into()));
    assert!(error.contains("tau_d2 = 0.00001"), "{error}");
}

#[test]
fn a_cell_starts_at_its_initial_potential() {
    let start = |p: CondLif| {
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("cell", 1, Model::CondLif(p)));
        let simulation = Simulation::new(network(&circuit, 0.1, 1), 1).unwrap();
        simulation.variable("cell", "v_m").unwrap()[0]
    };
    assert_eq!(start(CondLif { e_l: -65.0, ..CondLif::default() }), -65.0);
    assert_eq!(start(CondLif { e_l: -65.0, v_init: Some(-58.0), ..CondLif::default() }), -58.0);
}

#[test]
fn a_delay_too_long_to_keep_spikes_is_refused_with_its_projection() {
    for delay_ms in [1e10, 1e18, 1e300, 100_001.0] {
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("source", 1, Model::SpikeSource));
        circuit.add_population(Population::new("cell", 1, Model::CondLif(CondLif::default())));
        let projection = Projection::new("far", "source", "cell", Connect::AllToAll).delay_ms(delay_ms);
        circuit.add_projection(projection);
        let error = circuit.compile(Clock::new(0.1).unwrap(), 1).unwrap_err();
        assert!(matches!(error, CompileError::Parameter(_)), "{error}");
        let text = error.to_string();
        assert!(text.contains("`far`: delay = ") && text.contains("100000 ms"), "{text}");
    }
}
