//! Stimulus currents and gap junctions against an integration of the whole in small steps.

mod common;

use common::{network, simulation, slope, spikes};
use lobule_circuit::models::{CondLif, Eglif};
use lobule_circuit::{
    Circuit, Connect, CurrentStimulus, GapJunctions, Model, Population, Projection, Simulation, Weight,
};
use lobule_signal::Clock;

/// A membrane without spikes: tau_m 10 ms.
fn passive() -> CondLif {
    CondLif { c_m: 100.0, g_l: 10.0, e_l: -70.0, v_th: 1e6, ..CondLif::default() }
}

fn current(neurons: Vec<u32>, steps: Vec<(f64, f64)>) -> CurrentStimulus {
    CurrentStimulus { label: "step".into(), population: "cell".into(), neurons, steps }
}

fn gaps(pairs: Vec<(u32, u32)>, g: f32) -> GapJunctions {
    GapJunctions {
        label: "gap".into(),
        population: "cell".into(),
        pairs: pairs.into(),
        conductance: Weight::Uniform(g),
    }
}

fn cells(n: usize, model: Model) -> Circuit {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("cell", n, model));
    circuit
}

#[test]
fn a_step_current_charges_a_membrane_exponentially() {
    let mut circuit = cells(700, Model::CondLif(passive()));
    circuit.add_current(current(vec![650, 3], vec![(10.0, 50.0), (40.0, -20.0), (60.0, 0.0)]));
    let mut simulation = simulation(&circuit, 0);
    simulation.record_variable("cell", "v_m", &[3, 4, 650]).unwrap();
    simulation.run_ms(100.0).unwrap();
    let trace = simulation.traces().next().unwrap();
    let mut v = -70.0f64;
    for (k, &step) in trace.steps.iter().enumerate() {
        // One ms with the current that holds in it; 10 nS and 10 ms.
        let t = step as f64 * 0.1 - 1.0;
        let pa = [(10.0..40.0, 50.0), (40.0..60.0, -20.0)];
        let pa: f64 = pa.iter().filter(|(span, _)| span.contains(&t)).map(|(_, pa)| pa).sum();
        let end = -70.0 + pa / 10.0;
        v = end + (v - end) * (-0.1f64).exp();
        let row = &trace.values[3 * k..3 * k + 3];
        assert!((f64::from(row[0]) - v).abs() < 1e-4, "{t} ms: {} instead of {v}", row[0]);
        assert_eq!((row[0], row[1]), (row[2], -70.0));
    }
}

#[test]
fn a_current_begins_in_its_step_whatever_the_interval() {
    let run = |interval: f64| {
        let mut circuit = cells(1, Model::Eglif(Eglif::default()));
        circuit.add_current(current(vec![0], vec![(3.7, 12.0), (9.2, 3.0)])).set_interval_at_most(interval);
        let mut simulation = simulation(&circuit, 0);
        simulation.run_ms(20.0).unwrap();
        simulation.variable("cell", "v_m").unwrap()[0]
    };
    let expected = run(0.1);
    assert!(expected > -62.0);
    assert_eq!(run(0.5), expected);
    assert_eq!(run(1.0), expected);
}

#[test]
fn two_coupled_membranes_share_their_charge_exactly() {
    // Sum and difference of the potentials relax with tau_m and C / (g_l + 2 g).
    let g = 120.0;
    let mut circuit = cells(2, Model::CondLif(passive()));
    circuit.add_gap_junctions(gaps(vec![(1, 0)], g));
    circuit.add_current(current(vec![1], vec![(0.0, 300.0), (5.0, 0.0)]));
    circuit.set_interval_at_most(1.0);
    let mut simulation = simulation(&circuit, 0);
    simulation.record_variable("cell", "v_m", &[0, 1]).unwrap();
    simulation.run_ms(30.0).unwrap();
    let trace = simulation.traces().next().unwrap();
    let (mut sum, mut difference) = (0.0f64, 0.0f64);
    let relax = |x: f64, end: f64, rate: f64| end + (x - end) * (-rate).exp();
    for (k, &step) in trace.steps.iter().enumerate() {
        let pa = if step <= 50 { 300.0 } else { 0.0 };
        sum = relax(sum, pa / 10.0, 0.1);
        let g_difference = 10.0 + 2.0 * f64::from(g);
        difference = relax(difference, pa / g_difference, g_difference / 100.0);
        let expected = [-70.0 + 0.5 * (sum - difference), -70.0 + 0.5 * (sum + difference)];
        for (got, want) in trace.values[2 * k..2 * k + 2].iter().zip(expected) {
            assert!((f64::from(*got) - want).abs() < 2e-3, "step {step}: {got} instead of {want}");
        }
    }
}

#[test]
fn coupling_is_of_second_order_in_the_step() {
    // The difference of two coupled membranes after 2 ms decays exactly by exp(-2 (g_l + 2 g) / C).
    let errors: Vec<(f64, f64)> = [0.4, 0.2, 0.1, 0.05]
        .into_iter()
        .map(|dt: f64| {
            let mut circuit = cells(2, Model::CondLif(passive()));
            circuit.add_gap_junctions(gaps(vec![(0, 1)], 60.0));
            circuit.add_current(current(vec![1], vec![(0.0, 400.0), (4.0, 0.0)])).set_interval_at_most(2.0);
            let mut simulation = Simulation::new(network(&circuit, dt, 0), 1).unwrap();
            simulation.run_ms(6.0).unwrap();
            let v = simulation.variable("cell", "v_m").unwrap();
            let rate = 130.0 / 100.0;
            let exact = 400.0 / 130.0 * (1.0 - (-4.0f64 * rate).exp()) * (-2.0f64 * rate).exp();
            (dt.ln(), (f64::from(v[1] - v[0]) - exact).abs().ln())
        })
        .collect();
    let order = slope(&errors);
    assert!((1.8..2.3).contains(&order), "order {order}: {errors:?}");
}

/// Golgi cells in a ring with currents that make them fire, in one block or in several.
fn ring(n: u32, g: f32) -> Circuit {
    let golgi = Eglif {
        c_m: 145.0,
        tau_m: 44.0,
        v_th: -55.0,
        v_reset: -75.0,
        v_init: -60.0,
        i_e: 16.214,
        k_adap: 0.217,
        k_1: 0.031,
        k_2: 0.023,
        a1: 259.988,
        a2: 178.01,
        lambda_0: 0.15,
        tau_v: 0.09,
        ..Eglif::default()
    };
    let mut circuit = cells(n as usize, Model::Eglif(golgi));
    circuit.add_current(current((0..n).step_by(3).collect(), vec![(20.0, 150.0)]));
    if g > 0.0 {
        circuit.add_gap_junctions(gaps((0..n).map(|i| (i, (i + 1) % n)).collect(), g));
    }
    circuit.add_projection(
        Projection::new("cell_to_cell", "cell", "cell", Connect::FixedIndegree(3))
            .weight(2.0)
            .delay_ms(2.0)
            .receptor(2),
    );
    circuit
}

#[test]
fn coupled_cells_keep_the_promises() {
    let run = |threads: usize, interval: f64| {
        let mut circuit = ring(1100, 40.0);
        circuit.set_interval_at_most(interval);
        let mut simulation = Simulation::new(network(&circuit, 0.1, 9), threads).unwrap();
        simulation.record_spikes("cell").unwrap();
        simulation.run_ms(200.0).unwrap();
        (spikes(&simulation, "cell"), simulation.variable("cell", "v_m").unwrap())
    };
    let one = run(1, 2.0);
    assert!(one.0.len() > 1000, "{} spikes", one.0.len());
    for other in [run(2, 2.0), run(3, 2.0), run(1, 0.5), run(2, 0.1)] {
        assert!(other == one);
    }

    let circuit = ring(1100, 40.0);
    let mut whole = simulation(&circuit, 9);
    whole.run_ms(100.0).unwrap();
    let snapshot = whole.state().clone();
    whole.run_ms(60.0).unwrap();
    let mut resumed = simulation(&circuit, 9);
    resumed.restore(snapshot).unwrap();
    resumed.run_ms(60.0).unwrap();
    assert_eq!(resumed.state().fingerprint(), whole.state().fingerprint());
}

#[test]
fn junctions_pull_potentials_together() {
    let spread = |g: f32| {
        let mut simulation = simulation(&ring(90, g), 4);
        let mut total = 0.0;
        for _ in 0..100 {
            simulation.run_ms(2.0).unwrap();
            let v = simulation.variable("cell", "v_m").unwrap();
            total += (0..90).map(|i| (v[i] - v[(i + 1) % 90]).abs()).sum::<f32>();
        }
        total
    };
    assert!(spread(40.0) < 0.7 * spread(0.0));
    assert_eq!(spread(0.0), spread(0.0));
}

#[test]
fn bad_currents_and_junctions_are_refused_by_name() {
    let clock = Clock::new(0.1).unwrap();
    let refused = |change: &dyn Fn(&mut Circuit)| {
        let mut circuit = cells(5, Model::CondLif(passive()));
        circuit.add_population(Population::new("relay", 2, Model::Relay));
        change(&mut circuit);
        circuit.compile(clock, 0).unwrap_err().to_string()
    };
    let of = |c: CurrentStimulus| {
        refused(&move |circuit| {
            circuit.add_current(c.clone());
        })
    };
    let gap = |g: GapJunctions| {
        refused(&move |circuit| {
            circuit.add_gap_junctions(g.clone());
        })
    };
    for (message, part) in [
        (of(current(vec![5], vec![])), "neuron = 5"),
        (of(current(vec![1, 1], vec![])), "listed twice"),
        (of(current(vec![1], vec![(2.0, 1.0), (2.0, 3.0)])), "begins rise"),
        (of(current(vec![1], vec![(2.05, 1.0)])), "whole number"),
        (of(current(vec![1], vec![(2.0, f64::INFINITY)])), "finite"),
        (
            of(CurrentStimulus { population: "cel".into(), ..current(vec![], vec![]) }),
            "there is no population `cel`",
        ),
        (of(CurrentStimulus { population: "relay".into(), ..current(vec![], vec![]) }), "no membrane"),
        (gap(gaps(vec![(0, 5)], 1.0)), "neuron = 5"),
        (gap(gaps(vec![(2, 2)], 1.0)), "no junction with itself"),
        (gap(gaps(vec![(0, 2)], -1.0)), "conductance = -1"),
        (gap(gaps(vec![(0, 2)], 2000.0)), "shorten the time step"),
        (gap(GapJunctions { population: "relay".into(), ..gaps(vec![], 1.0) }), "no membrane"),
        (
            gap(GapJunctions { conductance: Weight::PerSynapse(vec![]), ..gaps(vec![(0, 1)], 1.0) }),
            "0 weights for 1",
        ),
    ] {
        assert!(message.contains(part), "{message}: {part}");
    }
    let twice = refused(&|circuit: &mut Circuit| {
        circuit.add_current(current(vec![0], vec![])).add_current(current(vec![1], vec![]));
    });
    assert!(twice.contains("current label `step` is used twice"), "{twice}");
}
