//! Conformance suites of neuron models and plasticity rules, also for those of users: feature `conforms`.
//!
//! One line tests a model of your own:
//! ```
//! use lobule_circuit::models::{BlockStep, LocalSpike, NeuronModel, Variable};
//! use lobule_circuit::{Model, conforms};
//!
//! /// Every input charges it by its weight; at 1 it fires and starts again.
//! struct Counter;
//!
//! impl NeuronModel for Counter {
//!     fn variables(&self) -> Vec<Variable> {
//!         vec![Variable::new("charge", "1", 0.0)]
//!     }
//!
//!     fn receptors(&self) -> usize {
//!         1
//!     }
//!
//!     fn advance(&self, block: BlockStep<'_>) {
//!         for step in 0..block.steps {
//!             for i in 0..block.len {
//!                 let charge = &mut block.state[i];
//!                 *charge += block.input[step * block.receptors * block.stride + i];
//!                 if *charge >= 1.0 {
//!                     *charge = 0.0;
//!                     block.spikes.push(LocalSpike { step: step as u16, neuron: i as u16 });
//!                 }
//!             }
//!         }
//!     }
//! }
//!
//! conforms::neuron_model("counter", &Model::custom("counter", &[], Counter), 1, 0.26);
//! ```

use crate::models::CondLif;
use crate::plasticity::Rule;
use crate::{Circuit, Connect, Model, Network, Population, Projection, Simulation, State};
use lobule_signal::{Clock, Stream};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Spikes of a source: (step, neuron).
type Script = Vec<(u64, u32)>;

const SOURCES: u32 = 96;
const MS: f64 = 120.0;

/// `n` neurons; neuron i receives source i mod 96 on every receptor, so that the same neuron has the
/// same input in populations of any size.
fn population_of(model: &Model, receptors: usize, weight: f32, n: u32, interval_ms: f64) -> Circuit {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("source", SOURCES as usize, Model::SpikeSource));
    circuit.add_population(Population::new("cell", n as usize, model.clone()));
    for r in 1..=receptors {
        let pairs: Vec<(u32, u32)> = (0..n).map(|i| ((i + 31 * r as u32) % SOURCES, i)).collect();
        circuit.add_projection(
            Projection::new(format!("receptor_{r}"), "source", "cell", Connect::List(pairs.into()))
                .weight(weight)
                .delay_ms(2.0)
                .receptor(r),
        );
    }
    // Sets the exchange interval and does nothing else.
    circuit.add_population(Population::new("clock", 1, Model::Relay));
    circuit
        .add_projection(Projection::new("tick", "clock", "clock", Connect::OneToOne).delay_ms(interval_ms));
    circuit
}

struct Run {
    spikes: Script,
    state: State,
    /// Final values `[variable][n]`.
    variables: Vec<Vec<f32>>,
}

fn run(circuit: &Circuit, drive: &Script, threads: usize) -> Run {
    let mut simulation = Simulation::new(network(circuit, 0.1, 11), threads).expect("a sound description");
    simulation.record_spikes("cell").expect("a sound description");
    play(&mut simulation, &[("source", drive)], (MS * 10.0) as u64, |_| ());
    let of_cell =
        simulation.network().populations().into_iter().find(|p| p.label == "cell").expect("the cells");
    let variables = of_cell
        .variables
        .iter()
        .map(|v| simulation.variable("cell", &v.name).expect("a sound description"))
        .collect();
    let train = simulation.recorded_spikes("cell").expect("it is recorded");
    let spikes = train.steps.iter().copied().zip(train.ids.iter().copied()).collect();
    Run { spikes, state: simulation.state().clone(), variables }
}

/// Checks a neuron model: `receptors` of it are driven at 200 Hz each through synapses of `weight`.
///
/// * nothing becomes non-finite under that drive;
/// * the padding behind the last neuron never spikes; spikes are in order of (step, neuron);
/// * the same run twice, on 1, 2 and 3 threads, and cut into other intervals, has the same bits;
/// * a neuron does not notice how many others there are, nor in which block it lies.
///
/// # Panics
/// When the model breaks one of these; the message begins with `name`.
pub fn neuron_model(name: &str, model: &Model, receptors: usize, weight: f32) {
    let drive = irregular(SOURCES, 50, (MS * 10.0) as u64 - 30, 21);
    let of = |n| run(&population_of(model, receptors, weight, n, 1.0), &drive, 1);
    let n = 512 + 41;
    let whole = of(n);
    assert!(receptors == 0 || !whole.spikes.is_empty(), "{name}: the drive is no test when nothing fires");

    for (v, values) in whole.variables.iter().enumerate() {
        assert_eq!(values.len(), n as usize);
        assert!(values.iter().all(|x| x.is_finite()), "{name}: variable {v} is not finite");
    }
    assert!(whole.spikes.iter().all(|s| s.1 < n), "{name}: a padding neuron fired");
    assert!(whole.spikes.is_sorted(), "{name}: spikes are out of order");

    let circuit = population_of(model, receptors, weight, n, 1.0);
    for threads in [1, 2, 3] {
        let again = run(&circuit, &drive, threads);
        assert!(again.state == whole.state && again.spikes == whole.spikes, "{name}: {threads} threads");
    }
    for interval_ms in [0.1, 0.7, 2.0] {
        let other = run(&population_of(model, receptors, weight, n, interval_ms), &drive, 1);
        // The last interval may end later than the drive.
        let common = |r: &Run| r.spikes.iter().copied().filter(|s| s.0 < 1190).collect::<Script>();
        assert!(common(&other) == common(&whole), "{name}: intervals of {interval_ms} ms");
    }

    for other in [1, 31, 32, 33, 96, 511, 512, 513, 1100] {
        let other = (other, of(other));
        let both = n.min(other.0);
        let first = |r: &Run| r.spikes.iter().copied().filter(|s| s.1 < both).collect::<Script>();
        assert!(first(&whole) == first(&other.1), "{name}: {} neurons fire differently from {n}", other.0);
        for (a, b) in whole.variables.iter().zip(&other.1.variables) {
            assert!(a[..both as usize] == b[..both as usize], "{name}: {} neurons differ from {n}", other.0);
        }
    }
}

/// A plastic projection of 40 sources onto `n_post` cells that are made to fire now and then.
fn plastic(rule: Rule, is_taught: bool, n_post: u32) -> Circuit {
    let (n_pre, n_teach) = (40u32, 7u32);
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("pre", n_pre as usize, Model::SpikeSource));
    circuit.add_population(Population::new("teacher", n_teach as usize, Model::SpikeSource));
    let cell = CondLif { c_m: 1e4, g_l: 1e2, ..CondLif::default() };
    circuit.add_population(Population::new("post", n_post as usize, Model::CondLif(cell)));
    let pairs: Vec<(u32, u32)> = (0..n_pre)
        .flat_map(|i| (0..n_post).map(move |j| (i, j)))
        .filter(|(i, j)| (i * 7 + j) % 3 != 0)
        .collect();
    let projection =
        Projection::new("plastic", "pre", "post", Connect::List(pairs.into())).weight(0.3).plastic(rule);
    circuit.add_projection(if is_taught { projection.taught_by("teaching") } else { projection });
    let taught: Vec<(u32, u32)> = (0..n_post).map(|j| (j % n_teach, j)).collect();
    circuit.add_projection(
        Projection::new("teaching", "teacher", "post", Connect::List(taught.into()))
            .weight(6e4)
            .delay_ms(3.0),
    );
    circuit
}

/// Checks a plasticity rule whose weights may lie in `bounds` and start at 0.3 nS.
///
/// * weights stay in the bounds and do change under strong drive;
/// * without spikes, and with the rule off, nothing changes;
/// * the same run twice and on 1, 2 and 3 threads has the same bits;
/// * a row does not notice how many other targets there are, nor in which block it lies.
///
/// # Panics
/// When the rule breaks one of these; the message begins with `name`.
pub fn plasticity_rule(name: &str, rule: Rule, is_taught: bool, bounds: RangeInclusive<f32>) {
    let (pre, teacher) = (irregular(40, 100, 5000, 31), irregular(7, 400, 5000, 32));
    let learn = |n_post: u32, threads: usize, is_driven: bool, is_on: bool| {
        let mut simulation = Simulation::new(network(&plastic(rule, is_taught, n_post), 0.1, 1), threads)
            .expect("a sound description");
        simulation.set_learning("plastic", is_on).expect("a sound description");
        let none = Script::new();
        let scripts = if is_driven {
            [("pre", &pre), ("teacher", &teacher)]
        } else {
            [("pre", &none), ("teacher", &none)]
        };
        play(&mut simulation, &scripts, 5000, |s| {
            if s.step() % 1000 == 0 {
                let synapses = s.synapses("plastic").expect("a sound description");
                assert!(synapses.iter().all(|x| bounds.contains(&x.2)), "{name}: out of bounds");
            }
        });
        simulation
    };
    let n = 512 + 41;
    let learned = learn(n, 1, true, true);
    let synapses = learned.synapses("plastic").expect("a sound description");
    let changed = synapses.iter().filter(|s| s.2 != 0.3).count();
    assert!(changed > synapses.len() / 2, "{name}: {changed} of {} weights changed", synapses.len());

    for (is_driven, is_on) in [(false, true), (true, false)] {
        let still = learn(n, 1, is_driven, is_on).synapses("plastic").expect("a sound description");
        assert!(still.iter().all(|s| s.2 == 0.3), "{name}: driven {is_driven}, on {is_on}");
    }
    for threads in [1, 2, 3] {
        assert!(learn(n, threads, true, true).state() == learned.state(), "{name}: {threads} threads");
    }
    for other in [1, 33, 512, 1100] {
        let both = n.min(other);
        let rows = |s: &[(u32, u32, f32)]| {
            let mut rows: Vec<_> =
                s.iter().filter(|s| s.1 < both).map(|s| (s.1, s.0, s.2.to_bits())).collect();
            rows.sort_unstable();
            rows
        };
        let others = learn(other, 1, true, true).synapses("plastic").expect("a sound description");
        assert!(rows(&others) == rows(&synapses), "{name}: {other} targets learn differently from {n}");
    }
}

fn network(circuit: &Circuit, dt_ms: f64, seed: u64) -> Arc<Network> {
    circuit.compile(Clock::new(dt_ms).expect("a step"), seed).expect("a circuit that compiles")
}

/// Scripted spikes without structure: `n` neurons, about `every` steps apart, the same on every call.
fn irregular(n: u32, every: u64, until: u64, salt: u64) -> Script {
    let stream = Stream::new(salt, "irregular");
    let all = (0..until).flat_map(|step| (0..n).map(move |neuron| (step, neuron)));
    all.filter(|&(step, neuron)| stream.uniform(step, neuron) < 1.0 / every as f64).collect()
}

/// Runs until `until` steps have been taken, giving each source the spikes of its script; `each` sees the
/// simulation after every interval.
fn play(
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
            let source = simulation.population(source).expect("a source");
            simulation.inject(source, &due).expect("spikes of the coming interval");
        }
        simulation.advance().expect("finite values");
        each(simulation);
    }
}
