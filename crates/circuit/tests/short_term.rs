//! Short-term plasticity: its laws, and that it changes nothing else.

mod common;

use common::{Script, network, play, play_and, simulation};
use lobule_circuit::models::{CondLif, Poisson};
use lobule_circuit::plasticity::{Rule, Supervised};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, ShortTerm, Simulation};

/// `n` sources onto a cell each that only integrates: its exponential conductance jumps by the efficacy.
fn circuit(n: usize, short_term: Option<ShortTerm>) -> Circuit {
    let cell = CondLif { v_th: 1e3, tau_syn_ex: 0.3, ..CondLif::default() };
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("source", n, Model::SpikeSource));
    circuit.add_population(Population::new("cell", n, Model::CondLif(cell)));
    let mut projection =
        Projection::new("synapse", "source", "cell", Connect::OneToOne).weight(2.0).delay_ms(1.0);
    projection.short_term = short_term;
    circuit.add_projection(projection);
    circuit
}

/// Peak conductance after each spike of a train with `every` steps between spikes, over the weight.
fn efficacies(short_term: ShortTerm, every: u64, spikes: u64) -> Vec<f64> {
    let mut simulation = simulation(&circuit(1, Some(short_term)), 1);
    let script: Script = (0..spikes).map(|k| (every * (k + 1) - 1, 0)).collect();
    let mut peaks = Vec::new();
    // A spike of the last step of an interval acts at the end of the next one.
    play_and(&mut simulation, &[("source", &script)], every * spikes + 20, |s| {
        if s.step() % every == 10 && s.step() > every {
            peaks.push(f64::from(s.variable("cell", "g_ex").unwrap()[0]) / 2.0);
        }
    });
    peaks
}

#[test]
fn a_regular_train_settles_at_the_fixed_point_of_the_equations() {
    for (u, rec, fac) in [(0.13, 35.1, 54.0), (0.43, 8.0, 5.0), (0.5, 100.0, 0.0)] {
        let every_ms = 40.0;
        let measured = *efficacies(ShortTerm::new(u, rec, fac), 400, 30).last().unwrap();
        let decay = |tau: f64| if tau > 0.0 { (-every_ms / tau).exp() } else { 0.0 };
        let release = u / (1.0 - (1.0 - u) * decay(fac));
        let resources = (1.0 - decay(rec)) / (1.0 - (1.0 - release) * decay(rec));
        let expected = release * resources;
        assert!((measured - expected).abs() < 1e-6, "{measured} instead of {expected}");
    }
}

#[test]
fn low_release_facilitates_and_high_release_depresses() {
    let rising = efficacies(ShortTerm { u_start: 0.0, ..ShortTerm::new(0.05, 20.0, 300.0) }, 200, 8);
    assert!(rising.windows(2).all(|w| w[1] > w[0]), "{rising:?}");
    let falling = efficacies(ShortTerm { u_start: 0.6, ..ShortTerm::new(0.6, 300.0, 0.0) }, 200, 8);
    assert!(falling.windows(2).all(|w| w[1] < w[0]), "{falling:?}");
}

#[test]
fn full_release_without_memory_is_the_static_synapse() {
    // Resources come back at once and each spike releases all of them.
    let always = ShortTerm { u: 1.0, tau_rec_ms: 1e-3, tau_fac_ms: 0.0, u_start: 1.0, x_start: 1.0 };
    let script: Script = (0..40).map(|k| (37 * k + 5, (k % 3) as u32)).collect();
    let run = |short_term| {
        let mut simulation = simulation(&circuit(3, short_term), 1);
        play(&mut simulation, &[("source", &script)], 2000);
        simulation.variable("cell", "v_m").unwrap()
    };
    assert_eq!(run(Some(always)), run(None));
}

/// Two sources of different rates, each with a target of its own: over 20,000 steps both histories
/// forget, at different numbers of spikes, and every spike still finds its own efficacy.
#[test]
fn a_spike_finds_its_own_efficacy_after_old_ones_were_forgotten() {
    let alone =
        |every: u64| *efficacies(ShortTerm::new(0.3, 60.0, 80.0), every, 20_000 / every).last().unwrap();
    let mut circuit = circuit(1, Some(ShortTerm::new(0.3, 60.0, 80.0)));
    circuit.add_population(Population::new("quick", 1, Model::SpikeSource));
    circuit.add_population(Population::new(
        "other",
        1,
        Model::CondLif(CondLif { v_th: 1e3, tau_syn_ex: 0.3, ..CondLif::default() }),
    ));
    circuit.add_projection(
        Projection::new("quick_synapse", "quick", "other", Connect::OneToOne)
            .weight(2.0)
            .delay_ms(1.0)
            .short_term(ShortTerm::new(0.3, 60.0, 80.0)),
    );
    let mut simulation = simulation(&circuit, 1);
    let train = |every: u64| -> Script { (0..20_000 / every).map(|k| (every * (k + 1) - 1, 0)).collect() };
    let (slow, fast) = (train(400), train(100));
    let mut last = [0.0; 2];
    play_and(&mut simulation, &[("source", &slow), ("quick", &fast)], 20_010, |s| {
        if s.step() == 20_010 {
            last = ["cell", "other"].map(|cell| f64::from(s.variable(cell, "g_ex").unwrap()[0]) / 2.0);
        }
    });
    for (measured, every) in last.into_iter().zip([400, 100]) {
        // What is left of the conductance of the spike before adds to that of the last one.
        let left = (-(every as f64) * 0.1 / 0.3).exp();
        assert!((measured - alone(every)).abs() < 1e-6 + left, "{measured} instead of {}", alone(every));
    }
}

#[test]
fn threads_change_no_bit_and_a_state_resumes() {
    let mut circuit = circuit(2000, Some(ShortTerm::new(0.3, 40.0, 60.0)));
    circuit.add_projection(
        Projection::new("all", "source", "cell", Connect::FixedIndegree(5))
            .weight(1.0)
            .delay_ms(2.0)
            .short_term(ShortTerm::new(0.5, 100.0, 0.0)),
    );
    // A second source, busier than the first: each forgets its own spikes.
    circuit.add_population(Population::new("busy", 500, Model::Poisson(Poisson { rate_hz: 80.0 })));
    circuit.add_projection(
        Projection::new("from_busy", "busy", "cell", Connect::FixedIndegree(3))
            .weight(1.0)
            .delay_ms(3.0)
            .short_term(ShortTerm::new(0.2, 30.0, 10.0)),
    );
    let script = common::irregular(2000, 300, 0, 3000, 5);
    let network = network(&circuit, 0.1, 1);
    let run = |threads, split: u64| {
        let mut simulation = Simulation::new(network.clone(), threads).unwrap();
        play(&mut simulation, &[("source", &script)], split);
        let bytes = serde_json::to_vec(simulation.state()).unwrap();
        let mut other = Simulation::new(network.clone(), threads).unwrap();
        other.restore(serde_json::from_slice(&bytes).unwrap()).unwrap();
        play(&mut other, &[("source", &script)], 3000);
        other.state().fingerprint()
    };
    let whole = run(1, 10);
    // After 2500 steps old spikes, and their efficacies, have been forgotten several times.
    assert_eq!(run(1, 2500), whole);
    assert_eq!(run(2, 1000), whole);
    assert_eq!(run(4, 10), whole);
}

#[test]
fn bad_parameters_and_pairings_are_refused_by_name() {
    let refused = |short_term: ShortTerm| {
        circuit(1, Some(short_term))
            .compile(lobule_signal::Clock::new(0.1).unwrap(), 1)
            .unwrap_err()
            .to_string()
    };
    let good = ShortTerm::new(0.3, 40.0, 60.0);
    for (bad, name) in [
        (ShortTerm { u: 1.5, ..good }, "u = 1.5"),
        (ShortTerm { tau_rec_ms: 0.0, ..good }, "tau_rec_ms = 0"),
        (ShortTerm { tau_fac_ms: f64::NAN, ..good }, "tau_fac_ms = NaN"),
        (ShortTerm { x_start: -0.1, ..good }, "x_start = -0.1"),
    ] {
        let error = refused(bad);
        assert!(error.contains(name) && error.contains("synapse"), "{error}");
    }
    let mut relayed = circuit(1, None);
    relayed.add_population(Population::new("relay", 1, Model::Relay));
    relayed.add_projection(
        Projection::new("to_relay", "source", "relay", Connect::OneToOne).weight(1.0).short_term(good),
    );
    let error = relayed.compile(lobule_signal::Clock::new(0.1).unwrap(), 1).unwrap_err().to_string();
    assert!(error.contains("to_relay") && error.contains("short-term"), "{error}");
    let mut both = circuit(1, None);
    both.add_projection(
        Projection::new("learns", "source", "cell", Connect::OneToOne)
            .weight(0.1)
            .short_term(good)
            .plastic(Rule::Supervised(Supervised::pf_pc(0.0, 0.0, 1.0)))
            .taught_by("synapse"),
    );
    let error = both.compile(lobule_signal::Clock::new(0.1).unwrap(), 1).unwrap_err().to_string();
    assert!(error.contains("learns") && error.contains("short-term"), "{error}");
}
