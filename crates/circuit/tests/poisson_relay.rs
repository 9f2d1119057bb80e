//! Generators and relays.
//!
//! Poisson neurons are independent, of each other and from step to step, and have
//! the rate they were given; a relay emits each spike that arrives exactly once,
//! in the step of arrival; a source emits what it was given and nothing else.

mod common;

use common::{Script, pairs, play, simulation, spikes};
use lobule_circuit::models::Poisson;
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, Simulation};

fn poisson(n: usize, rate_hz: f64, seed: u64) -> Simulation {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("mossy_fiber", n, Model::Poisson(Poisson { rate_hz })));
    let mut simulation = simulation(&circuit, seed);
    simulation.record_spikes("mossy_fiber").unwrap();
    simulation
}

/// Spike counts `[bin][neuron]`.
fn counts(train: &Script, n: usize, bins: usize, bin_steps: u64) -> Vec<Vec<f64>> {
    let mut counts = vec![vec![0.0; n]; bins];
    for &(step, neuron) in train {
        counts[(step / bin_steps) as usize][neuron as usize] += 1.0;
    }
    counts
}

#[test]
fn poisson_neurons_have_the_rate_and_the_variance_of_a_poisson_process() {
    // The last rate gives 5 events per step.
    for (rate_hz, ms) in [(4.0, 5000.0), (150.0, 2000.0), (50_000.0, 100.0)] {
        let n = 700;
        let mut simulation = poisson(n, rate_hz, 1);
        simulation.run_ms(ms).unwrap();
        let train = spikes(&simulation, "mossy_fiber");
        let expected = rate_hz * 1e-3 * ms;
        let per_neuron = &counts(&train, n, 1, 1 << 40)[0];
        let mean = per_neuron.iter().sum::<f64>() / n as f64;
        let variance = per_neuron.iter().map(|k| (k - mean).powi(2)).sum::<f64>() / (n as f64 - 1.0);
        let n = n as f64;
        // Four standard errors; the variance of a sample variance is about 2σ⁴/n + μ/n.
        assert!((mean - expected).abs() < 4.0 * (expected / n).sqrt(), "{rate_hz} Hz: {mean} of {expected}");
        let error = (2.0 * expected.powi(2) / n + expected / n).sqrt();
        assert!((variance - expected).abs() < 4.0 * error, "{rate_hz} Hz: variance {variance} of {expected}");
    }
}

#[test]
fn poisson_neurons_are_independent_of_each_other_and_of_their_past() {
    let (n, bins) = (64, 4000);
    let mut simulation = poisson(n, 100.0, 2);
    simulation.run_ms(bins as f64).unwrap();
    let counts = counts(&spikes(&simulation, "mossy_fiber"), n, bins, 10);
    let mean = 0.1;
    let correlation = |a: &dyn Fn(usize) -> f64, b: &dyn Fn(usize) -> f64| {
        (0..bins - 40).map(|t| (a(t) - mean) * (b(t) - mean)).sum::<f64>() / ((bins - 40) as f64 * mean)
    };
    // Under independence each is normal with standard deviation 1/√bins; 4.5 of them over some 2,300 looks.
    let limit = 4.5 / ((bins - 40) as f64).sqrt();
    for i in 0..n {
        for j in 0..i {
            let c = correlation(&|t| counts[t][i], &|t| counts[t][j]);
            assert!(c.abs() < limit, "neurons {i} and {j}: {c}");
        }
        for lag in [1, 2, 8, 32] {
            let c = correlation(&|t| counts[t][i], &|t| counts[t + lag][i]);
            assert!(c.abs() < limit, "neuron {i}, lag {lag} ms: {c}");
        }
    }
}

#[test]
fn rates_can_be_set_neuron_by_neuron_while_running() {
    let n = 600;
    let mut simulation = poisson(n, 0.0, 3);
    simulation.run_ms(100.0).unwrap();
    assert!(simulation.recorded_spikes("mossy_fiber").unwrap().is_empty());
    let rates: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 0.0 } else { 200.0 }).collect();
    let population = simulation.population("mossy_fiber").unwrap();
    simulation.set_rates(population, &rates).unwrap();
    assert_eq!(
        simulation.variable("mossy_fiber", "rate").unwrap(),
        rates.iter().map(|&r| r as f32).collect::<Vec<_>>()
    );
    simulation.run_ms(1000.0).unwrap();
    let train = spikes(&simulation, "mossy_fiber");
    assert!(train.iter().all(|s| s.1 % 2 == 1 && s.0 >= 1000));
    let expected = 300.0 * 200.0;
    assert!((train.len() as f64 - expected).abs() < 4.0 * f64::sqrt(expected), "{}", train.len());
}

#[test]
fn a_relay_passes_each_spike_once_at_arrival() {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("mossy_fiber", 3, Model::SpikeSource));
    circuit.add_population(Population::new("glomerulus", 700, Model::Relay));
    let fan: Vec<(u32, u32)> = (0..700).map(|j| (j % 3, j)).chain([(0, 1), (2, 1), (1, 1)]).collect();
    circuit.add_projection(
        Projection::new("a", "mossy_fiber", "glomerulus", Connect::List(fan.clone().into())).delay_ms(0.7),
    );
    let mut simulation = simulation(&circuit, 1);
    simulation.record_spikes("glomerulus").unwrap();
    // Neuron 0 fires twice in step 12: both count.
    let script: Script = vec![(3, 0), (12, 0), (12, 0), (12, 1), (13, 2), (50, 1)];
    play(&mut simulation, &[("mossy_fiber", &script)], 70);
    let mut expected: Script = script
        .iter()
        .flat_map(|&(s, i)| fan.iter().filter(move |f| f.0 == i).map(move |f| (s + 7, f.1)))
        .collect();
    expected.sort_unstable();
    assert_eq!(spikes(&simulation, "glomerulus"), expected);
}

#[test]
fn a_chain_of_relays_adds_up_its_delays() {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("p0", 4, Model::SpikeSource));
    let delays_ms = [0.3, 2.0, 1.1, 40.0];
    for (k, delay_ms) in delays_ms.into_iter().enumerate() {
        circuit.add_population(Population::new(format!("p{}", k + 1), 4, Model::Relay));
        circuit.add_projection(
            Projection::new(format!("e{k}"), format!("p{k}"), format!("p{}", k + 1), Connect::OneToOne)
                .delay_ms(delay_ms),
        );
    }
    let mut simulation = simulation(&circuit, 1);
    simulation.record_spikes("p4").unwrap();
    let script: Script = vec![(0, 2), (1, 0), (77, 3)];
    play(&mut simulation, &[("p0", &script)], 600);
    let expected: Script = script.iter().map(|&(s, i)| (s + 3 + 20 + 11 + 400, i)).collect();
    assert_eq!(spikes(&simulation, "p4"), expected);
}

#[test]
fn a_relay_without_input_is_silent() {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("glomerulus", 5, Model::Relay));
    let mut simulation = simulation(&circuit, 1);
    simulation.record_spikes("glomerulus").unwrap();
    simulation.run_ms(10.0).unwrap();
    assert!(simulation.recorded_spikes("glomerulus").unwrap().is_empty());
}

#[test]
fn a_source_emits_what_it_was_given_in_order() {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("io_cell", 1000, Model::SpikeSource));
    let mut simulation = simulation(&circuit, 1);
    simulation.record_spikes("io_cell").unwrap();
    let io = simulation.population("io_cell").unwrap();
    // Out of order, in two calls, with a repetition: all spikes of one interval.
    simulation.inject(io, &[(9, 3), (0, 999), (4, 7)]).unwrap();
    simulation.inject(io, &[(4, 6), (0, 0), (4, 7)]).unwrap();
    simulation.advance().unwrap();
    simulation.advance().unwrap();
    simulation.inject(io, &[(1, 1)]).unwrap();
    simulation.advance().unwrap();
    let expected = vec![(0, 0), (0, 999), (4, 6), (4, 7), (4, 7), (9, 3), (21, 1)];
    assert_eq!(spikes(&simulation, "io_cell"), expected);
    assert_eq!(simulation.history(io).at(4), [6, 7, 7]);
    // The window of a train is cut by step.
    assert_eq!(pairs(&simulation.recorded_spikes("io_cell").unwrap().window(4, 9)), [(4, 6), (4, 7), (4, 7)]);
}

#[test]
fn a_refused_injection_leaves_nothing_behind() {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("io_cell", 4, Model::SpikeSource));
    let mut simulation = simulation(&circuit, 1);
    simulation.record_spikes("io_cell").unwrap();
    let io = simulation.population("io_cell").unwrap();
    assert!(simulation.inject(io, &[(3, 0), (2, 1), (0, 4)]).is_err());
    assert!(simulation.inject(io, &[(3, 0), (10, 1)]).is_err());
    simulation.advance().unwrap();
    assert!(simulation.recorded_spikes("io_cell").unwrap().is_empty());
}
