//! Parts that the tests of the engine share: parameter tables, scripted input, and a
//! second, slow and exact E-GLIF.
#![allow(dead_code)]

pub mod cells;
pub mod reference;

use lobule_circuit::{Circuit, Network, Simulation};
use lobule_signal::{Clock, SpikeTrain};
use std::sync::Arc;

/// Spikes of a source: (step, neuron).
pub type Script = Vec<(u64, u32)>;

/// Compiles with steps of `dt_ms`.
pub fn network(circuit: &Circuit, dt_ms: f64, seed: u64) -> Arc<Network> {
    circuit.compile(Clock::new(dt_ms).unwrap(), seed).unwrap()
}

/// A simulation with steps of 0.1 ms on one thread.
pub fn simulation(circuit: &Circuit, seed: u64) -> Simulation {
    Simulation::new(network(circuit, 0.1, seed), 1).unwrap()
}

/// Runs until `until` steps have been taken, giving each source the spikes of its script;
/// `each` sees the simulation after every interval.
pub fn play_and(
    simulation: &mut Simulation,
    scripts: &[(&str, &Script)],
    until: u64,
    mut each: impl FnMut(&Simulation),
) {
    let interval = simulation.network().interval_steps() as u64;
    while simulation.step() < until {
        let now = simulation.step();
        for (source, script) in scripts {
            let due: Vec<(u16, u32)> = script
                .iter()
                .filter(|(step, _)| (now..now + interval).contains(step))
                .map(|&(step, neuron)| ((step - now) as u16, neuron))
                .collect();
            let source = simulation.population(source).unwrap();
            simulation.inject(source, &due).unwrap();
        }
        simulation.advance().unwrap();
        each(simulation);
    }
}

/// Runs until `until` steps have been taken, giving each source the spikes of its script.
pub fn play(simulation: &mut Simulation, scripts: &[(&str, &Script)], until: u64) {
    play_and(simulation, scripts, until, |_| {});
}

/// The recorded spikes as (step, neuron).
pub fn spikes(simulation: &Simulation, population: &str) -> Script {
    pairs(simulation.recorded_spikes(population).unwrap())
}

/// A spike train as (step, neuron).
pub fn pairs(train: &SpikeTrain) -> Script {
    train.steps.iter().copied().zip(train.ids.iter().copied()).collect()
}

/// The slope of a straight line through the points.
pub fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (mx, my) = points.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let sxy: f64 = points.iter().map(|(x, y)| (x - mx) * (y - my)).sum();
    let sxx: f64 = points.iter().map(|(x, _)| (x - mx).powi(2)).sum();
    sxy / sxx
}

/// Scripted spikes without structure: `n` neurons, about `every` steps apart, the same on every call.
pub fn irregular(n: u32, every: u64, from: u64, until: u64, salt: u64) -> Script {
    let stream = lobule_signal::Stream::new(salt, "irregular");
    let mut script = Script::new();
    for step in from..until {
        for neuron in 0..n {
            if stream.uniform(step, neuron) < 1.0 / every as f64 {
                script.push((step, neuron));
            }
        }
    }
    script
}
