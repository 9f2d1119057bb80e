//! Generators follow their written activity, and may be nearer than the exchange interval.

mod common;

use common::{Script, network, simulation, spikes};
use lobule_circuit::models::{CondLif, PoissonGenerator, RateProfile};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, Simulation};

fn poisson(n: usize, rate: RateProfile) -> Circuit {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("drive", n, Model::PoissonGenerator(PoissonGenerator { rate })));
    circuit
}

/// Spikes per neuron in each ms.
fn per_ms(circuit: &Circuit, n: usize, ms: usize) -> Vec<f64> {
    let mut simulation = simulation(circuit, 3);
    simulation.record_spikes("drive").unwrap();
    simulation.run_ms(ms as f64).unwrap();
    let mut counts = vec![0.0; ms];
    for (step, neuron) in spikes(&simulation, "drive") {
        assert!((neuron as usize) < n);
        counts[step as usize / 10] += 1.0 / n as f64;
    }
    counts
}

#[test]
fn rates_hold_from_their_begin_to_the_next() {
    let n = 4001;
    let steps = vec![(10.0, 200.0), (20.0, 0.0), (30.0, 50.0), (40.0, 6000.0)];
    let counts = per_ms(&poisson(n, RateProfile::Steps(steps)), n, 50);
    for (ms, &count) in counts.iter().enumerate() {
        let expected = [0.0, 0.2, 0.0, 0.05, 6.0][ms / 10];
        // Five standard errors of a Poisson count.
        assert!(
            (count - expected).abs() <= 5.0 * (expected / n as f64).sqrt(),
            "ms {ms}: {count}, {expected}"
        );
    }
}

#[test]
fn a_sinusoid_is_followed_in_phase_and_cut_below_zero() {
    let n = 20_000;
    let rate = RateProfile::Sinusoid {
        mean_hz: 100.0,
        amplitude_hz: 150.0,
        frequency_hz: 20.0,
        phase_rad: 0.7,
        from_ms: 5.0,
        to_ms: 80.0,
    };
    let counts = per_ms(&poisson(n, rate), n, 100);
    for (ms, &count) in counts.iter().enumerate() {
        let expected: f64 = (0..10)
            .map(|k| ms as f64 + 0.1 * f64::from(k))
            .filter(|t| (5.0..80.0).contains(t))
            .map(|t| {
                let phase = std::f64::consts::TAU * 0.02 * t + 0.7;
                (100.0 + 150.0 * phase.sin()).max(0.0) * 1e-4
            })
            .sum();
        assert!((count - expected).abs() <= 5.0 * (expected / n as f64).sqrt() + 1e-12, "ms {ms}: {count}");
    }
}

#[test]
fn listed_spikes_are_emitted_as_listed() {
    let mut circuit = Circuit::new();
    let list: Vec<(f64, u32)> = vec![(7.3, 600), (0.0, 2), (7.3, 1), (7.3, 1), (12.0, 0)];
    circuit.add_population(Population::new("drive", 601, Model::SpikeTimes(list.into())));
    let mut simulation = simulation(&circuit, 0);
    simulation.record_spikes("drive").unwrap();
    simulation.run_ms(20.0).unwrap();
    assert_eq!(spikes(&simulation, "drive"), [(0, 2), (73, 1), (73, 1), (73, 600), (120, 0)]);
}

/// A relay that hears a list with 0.1 ms and itself with 1 ms.
fn near(delay_ms: f64, rate: RateProfile) -> Circuit {
    let mut circuit = poisson(40, rate);
    let list: Vec<(f64, u32)> = (0..90).map(|k| (f64::from(k) * 0.7, k % 40)).collect();
    circuit.add_population(Population::new("list", 40, Model::SpikeTimes(list.into())));
    circuit.add_population(Population::new("relay", 40, Model::Relay));
    circuit.add_population(Population::new("cell", 40, Model::CondLif(CondLif::default())));
    for source in ["drive", "list"] {
        let label = format!("{source}_to_relay");
        circuit.add_projection(Projection::new(label, source, "relay", Connect::OneToOne).delay_ms(delay_ms));
    }
    circuit.add_projection(
        Projection::new("relay_to_cell", "relay", "cell", Connect::AllToAll).weight(20.0).delay_ms(1.5),
    );
    circuit
}

#[test]
fn a_source_may_be_nearer_than_the_interval() {
    let circuit = near(0.1, RateProfile::Steps(vec![(0.0, 40.0)]));
    let run = |threads: usize| {
        let mut simulation = Simulation::new(network(&circuit, 0.1, 5), threads).unwrap();
        assert_eq!(simulation.network().interval_steps(), 15);
        ["drive", "list", "relay", "cell"].iter().for_each(|p| simulation.record_spikes(p).unwrap());
        simulation.run_ms(90.0).unwrap();
        simulation
    };
    let simulation = run(1);
    let mut heard: Script = spikes(&simulation, "drive");
    heard.extend(spikes(&simulation, "list"));
    // One step later, each of them once.
    let mut expected: Script = heard.iter().map(|&(s, i)| (s + 1, i)).filter(|s| s.0 < 900).collect();
    expected.sort_unstable();
    assert_eq!(spikes(&simulation, "relay"), expected);
    assert!(spikes(&simulation, "cell").len() > 20);
    assert_eq!(run(3).state().fingerprint(), simulation.state().fingerprint());
}

#[test]
fn a_shorter_interval_changes_no_spike() {
    let rate = RateProfile::Steps(vec![(0.0, 40.0)]);
    let run = |at_most: Option<f64>| {
        let mut circuit = near(0.3, rate.clone());
        at_most.iter().for_each(|&ms| {
            circuit.set_interval_at_most(ms);
        });
        let mut simulation = simulation(&circuit, 5);
        simulation.record_spikes("cell").unwrap();
        simulation.run_ms(90.0).unwrap();
        (simulation.network().interval_steps(), spikes(&simulation, "cell"))
    };
    let (interval, expected) = run(None);
    assert_eq!(interval, 15);
    for ms in [0.1, 0.5, 1.0, 100.0] {
        let (interval, got) = run(Some(ms));
        assert_eq!(interval, (ms * 10.0).round().min(15.0) as usize);
        assert_eq!(got, expected, "{ms} ms");
    }
}

#[test]
fn bad_generators_are_refused_by_name() {
    let refused = |model: Model| {
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("drive", 3, model));
        circuit.compile(lobule_signal::Clock::new(0.1).unwrap(), 0).unwrap_err().to_string()
    };
    let steps = |s: Vec<(f64, f64)>| {
        refused(Model::PoissonGenerator(PoissonGenerator { rate: RateProfile::Steps(s) }))
    };
    let sinusoid = |mean_hz, amplitude_hz, frequency_hz, to_ms| {
        let (phase_rad, from_ms) = (0.0, 2.0);
        let rate = RateProfile::Sinusoid { mean_hz, amplitude_hz, frequency_hz, phase_rad, from_ms, to_ms };
        refused(Model::PoissonGenerator(PoissonGenerator { rate }))
    };
    for (message, parts) in [
        (steps(vec![(5.0, 1.0), (4.0, 2.0)]), "begin of a rate = 4"),
        (steps(vec![(0.0, -1.0)]), "rate = -1"),
        (steps(vec![(0.0, f64::NAN)]), "rate = NaN"),
        (steps(vec![(0.0, 6e6)]), "0..5000000 Hz"),
        (sinusoid(-1.0, 0.0, 1.0, 9.0), "mean_hz = -1"),
        (sinusoid(1.0, 9e6, 1.0, 9.0), "mean_hz + |amplitude_hz|"),
        (sinusoid(1.0, 1.0, 1e5, 9.0), "frequency_hz = 100000"),
        (sinusoid(1.0, 1.0, 1.0, 1.0), "the end must follow the begin"),
        (refused(Model::SpikeTimes(vec![(1.0, 3)].into())), "neuron of a spike = 3"),
        (refused(Model::SpikeTimes(vec![(0.05, 0)].into())), "whole number of 0.1 ms steps"),
    ] {
        assert!(message.contains("population `drive`") && message.contains(parts), "{message}");
    }
}
