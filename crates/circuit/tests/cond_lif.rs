//! Laws of the conductance-based integrate-and-fire neuron, and of delays.
//!
//! A membrane with a constant current follows the exponential of its time
//! constant and fires at the intervals that the exact solution gives; both time
//! courses of a synapse are exact; a spike emitted in step s is added at the end
//! of step s + delay and moves the potential in the next.

mod common;

use common::{Script, irregular, network, play, play_and, simulation, slope, spikes};
use lobule_circuit::models::{CondLif, SynapseShape};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, RunError, Simulation};

/// A cell that never fires.
fn passive() -> CondLif {
    CondLif { c_m: 200.0, g_l: 10.0, v_th: 1e3, ..CondLif::default() }
}

/// One cell with a spike source: neuron 0 on the excitatory, neuron 1 on the inhibitory receptor.
fn driven(p: CondLif, weights: [f32; 2], delay_ms: f64) -> Circuit {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("source", 2, Model::SpikeSource));
    circuit.add_population(Population::new("cell", 1, Model::CondLif(p)));
    for (r, w) in weights.into_iter().enumerate() {
        let pairs = Connect::List(vec![(r as u32, 0)].into());
        let projection = Projection::new(format!("receptor_{}", r + 1), "source", "cell", pairs);
        circuit.add_projection(projection.weight(w).delay_ms(delay_ms).receptor(r + 1));
    }
    circuit
}

fn value(simulation: &Simulation, variable: &str) -> f64 {
    f64::from(simulation.variable("cell", variable).unwrap()[0])
}

#[test]
fn a_membrane_covers_all_but_1_over_e_of_its_way_in_tau() {
    // τ = 200 pF / 10 nS = 20 ms; 150 pA / 10 nS = 15 mV.
    let mut simulation = simulation(&driven(CondLif { i_e: 150.0, ..passive() }, [0.0; 2], 0.1), 1);
    play_and(&mut simulation, &[], 2000, |s| {
        let exact = -70.0 + 15.0 * (1.0 - (-s.ms() / 20.0).exp());
        assert!((value(s, "v_m") - exact).abs() < 2e-4, "{} instead of {exact} mV", value(s, "v_m"));
        if s.step() == 200 {
            let covered = (value(s, "v_m") + 70.0) / 15.0;
            assert!((covered - (1.0 - (-1f64).exp())).abs() < 1e-5, "{covered}");
        }
    });
}

/// From reset to threshold in τ ln((V∞ - V_reset)/(V∞ - V_th)), found at the end of a step, after
/// the steps of the refractory period.
#[test]
fn intervals_between_spikes_are_those_of_the_exact_solution() {
    for i_e in [153.0, 170.0, 200.0, 260.0, 400.0, 1000.0, 3000.0] {
        let p = CondLif { v_th: -55.0, i_e, ..passive() };
        let mut simulation = simulation(&driven(p, [0.0; 2], 0.1), 1);
        simulation.record_spikes("cell").unwrap();
        simulation.run_ms(1000.0).unwrap();
        let end = -70.0 + i_e / 10.0;
        let steps = 20.0 * f64::ln((end - p.v_reset) / (end - p.v_th)) / 0.1;
        assert!((steps - steps.round()).abs() > 0.01, "choose a current whose interval is off the grid");
        let expected = steps.ceil() as u64 + 20;
        let times = spikes(&simulation, "cell");
        assert!(times.len() > 5);
        for pair in times.windows(2) {
            assert_eq!(pair[1].0 - pair[0].0, expected, "{i_e} pA");
        }
    }
    let mut silent = simulation(&driven(CondLif { v_th: -55.0, i_e: 149.0, ..passive() }, [0.0; 2], 0.1), 1);
    silent.record_spikes("cell").unwrap();
    silent.run_ms(2000.0).unwrap();
    assert!(silent.recorded_spikes("cell").unwrap().is_empty(), "149 pA stay below the rheobase of 150 pA");
}

#[test]
fn both_synapse_shapes_are_exact() {
    for shape in [SynapseShape::Alpha, SynapseShape::Exponential] {
        let p = CondLif { tau_syn_ex: 1.5, tau_syn_in: 4.0, shape, ..passive() };
        let mut simulation = simulation(&driven(p, [3.0, 2.0], 0.1), 1);
        // Emitted in step 9, added at the end of step 10.
        play_and(&mut simulation, &[("source", &vec![(9, 0), (9, 1)])], 300, |s| {
            let t = s.ms() - 1.1;
            for (variable, w, tau) in [("g_ex", 3.0, 1.5), ("g_in", 2.0, 4.0)] {
                let exact = match shape {
                    _ if t < -0.01 => 0.0,
                    SynapseShape::Alpha => w * std::f64::consts::E * t / tau * (-t / tau).exp(),
                    SynapseShape::Exponential => w * (-t / tau).exp(),
                };
                let g = value(s, variable);
                assert!((g - exact).abs() < 1e-5, "{shape:?} {variable}: {g} instead of {exact} at {t} ms");
            }
        });
    }
}

/// V of a passive cell with two conductances, integrated with steps of 0.1 µs in `f64`.
fn exact_v(p: &CondLif, weights: [f64; 2], arrivals: &[(f64, usize)], until_ms: f64) -> f64 {
    let (taus, reversals) = ([p.tau_syn_ex, p.tau_syn_in], [p.e_ex, p.e_in]);
    let g = |t: f64, r: usize| -> f64 {
        let of = |age: f64| match p.shape {
            SynapseShape::Alpha => std::f64::consts::E * age / taus[r] * (-age / taus[r]).exp(),
            SynapseShape::Exponential => (-age / taus[r]).exp(),
        };
        // At an arrival itself the value after it counts: the steps below begin there.
        arrivals.iter().filter(|a| a.1 == r && a.0 <= t + 1e-12).map(|a| weights[r] * of(t - a.0)).sum()
    };
    let slope = |t: f64, v: f64| {
        (-p.g_l * (v - p.e_l) + (0..2).map(|r| g(t, r) * (reversals[r] - v)).sum::<f64>() + p.i_e) / p.c_m
    };
    let dt = 1e-3;
    let mut v = p.e_l;
    for k in 0..(until_ms / dt).round() as u64 {
        // Just inside the step at both ends, so that jumps lie between steps.
        let (a, b) = (k as f64 * dt + 1e-10, (k + 1) as f64 * dt - 1e-10);
        let k1 = slope(a, v);
        let k2 = slope(0.5 * (a + b), v + 0.5 * dt * k1);
        let k3 = slope(0.5 * (a + b), v + 0.5 * dt * k2);
        let k4 = slope(b, v + dt * k3);
        v += dt / 6.0 * (k1 + 2.0 * (k2 + k3) + k4);
    }
    v
}

#[test]
fn v_follows_an_independent_solution() {
    for shape in [SynapseShape::Alpha, SynapseShape::Exponential] {
        let p = CondLif { tau_syn_ex: 1.5, tau_syn_in: 4.0, shape, ..passive() };
        let drive = irregular(2, 100, 5, 380, 3);
        assert!(drive.len() > 4, "{}", drive.len());
        let mut simulation = simulation(&driven(p, [20.0, 20.0], 0.1), 1);
        play(&mut simulation, &[("source", &drive)], 400);
        let arrivals: Vec<(f64, usize)> =
            drive.iter().map(|&(s, r)| ((s + 2) as f64 * 0.1, r as usize)).collect();
        let exact = exact_v(&p, [20.0, 20.0], &arrivals, 40.0);
        let error = (value(&simulation, "v_m") - exact).abs();
        println!("{shape:?}: error of V {error:.2e} mV after 40 ms");
        assert!((exact - p.e_l).abs() > 0.5, "V must have moved: {exact}");
        assert!(error < 1e-3, "{shape:?}: {error} mV");
    }
}

#[test]
fn the_integrator_is_of_fourth_order() {
    let p = CondLif { c_m: 15.0, tau_syn_ex: 1.2, tau_syn_in: 2.0, shape: SynapseShape::Alpha, ..passive() };
    let arrivals = [(0.8, 0), (1.6, 1)];
    let exact = exact_v(&p, [12.0, 10.0], &arrivals, 3.2);
    let mut points = Vec::new();
    for dt in [0.4, 0.2, 0.1] {
        let mut simulation = Simulation::new(network(&driven(p, [12.0, 10.0], dt), dt, 1), 1).unwrap();
        let drive: Script =
            arrivals.iter().map(|&(ms, r)| ((ms / dt).round() as u64 - 2, r as u32)).collect();
        play(&mut simulation, &[("source", &drive)], (3.2 / dt).round() as u64);
        let error = (value(&simulation, "v_m") - exact).abs();
        println!("dt {dt}: error {error:.3e} mV");
        points.push((dt.ln(), error.ln()));
    }
    let order = slope(&points);
    println!("order {order:.2}");
    assert!((3.5..5.0).contains(&order), "order {order}");
}

/// A spike emitted in step s is added at the end of step s + delay, whatever the exchange interval.
#[test]
fn delays_are_exact() {
    let p = CondLif { tau_syn_ex: 20.0, ..passive() };
    for delay_ms in [0.1, 0.2, 0.7, 1.0, 2.5, 10.0, 40.0] {
        for other_ms in [0.1, 0.3, 1.0, 100.0] {
            let mut circuit = driven(p, [1.0, 0.0], delay_ms);
            // Another projection, which only sets the length of the exchange interval.
            circuit.add_projection(
                Projection::new("other", "source", "cell", Connect::List(vec![(1, 0)].into()))
                    .delay_ms(other_ms),
            );
            let delay = (delay_ms / 0.1_f64).round() as u64;
            for emitted in [0, 3, 17, 250] {
                let mut simulation = simulation(&circuit, 1);
                let interval = simulation.network().interval_steps() as u64;
                assert_eq!(interval, delay.min((other_ms / 0.1_f64).round() as u64));
                // The size of g at the end of each interval tells in which step the spike was added.
                let added = emitted + delay;
                play_and(&mut simulation, &[("source", &vec![(emitted, 0)])], added + 600, |s| {
                    let exact = match s.step().checked_sub(added + 1) {
                        Some(age) => (-(age as f64) * 0.1 / 20.0).exp(),
                        None => 0.0,
                    };
                    let g = value(s, "g_ex");
                    assert!((g - exact).abs() < 1e-5, "{delay_ms} ms, step {}: {g} not {exact}", s.step());
                });
            }
        }
    }
}

#[test]
fn the_refractory_period_is_exact() {
    for (t_ref, steps) in [(0.0, 0u64), (0.3, 3), (1.0, 10), (2.0, 20)] {
        let p = CondLif { v_th: -55.0, i_e: 1e6, t_ref, ..passive() };
        let mut simulation = simulation(&driven(p, [0.0; 2], 0.1), 1);
        simulation.record_spikes("cell").unwrap();
        play_and(&mut simulation, &[], 300, |s| assert_eq!(value(s, "v_m"), -60.0));
        let times = spikes(&simulation, "cell");
        assert!(times.windows(2).all(|w| w[1].0 - w[0].0 == steps + 1), "t_ref {t_ref}: {times:?}");
    }
}

#[test]
fn a_conductance_too_strong_for_the_step_is_an_error_not_a_spike() {
    for receptor in [0, 1] {
        let mut weights = [0.0; 2];
        weights[receptor] = 6_000.0;
        let mut simulation = simulation(&driven(passive(), weights, 0.1), 1);
        let source = simulation.population("source").unwrap();
        simulation.inject(source, &[(0, receptor as u32)]).unwrap();
        let error =
            (0..50).find_map(|_| simulation.advance().err()).expect("200 pF cannot take 6000 nS in 0.1 ms");
        assert!(matches!(error, RunError::NonFinite { .. }), "{error}");
    }
}
