//! Cost of a simulated millisecond of the mouse circuit: three sizes at rest, and one whose parallel fiber synapses learn.
//!
//! Time per iteration is wall time per simulated millisecond: below 1 ms a circuit keeps up with a body.
//! Run with `cargo bench -p lobule --bench circuits`; `LOBULE_THREADS` sets the threads (2 when it is not set).

use criterion::{Criterion, criterion_group, criterion_main};
use lobule_cerebellum::{BrainState, Drive, ModuleOptions, add_module};
use lobule_circuit::models::Poisson;
use lobule_circuit::plasticity::{Rule, Supervised};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, Simulation};
use lobule_scaffold::{ScaffoldSpec, reconstruct};
use lobule_signal::Clock;
use std::time::Duration;

fn threads() -> usize {
    std::env::var("LOBULE_THREADS").ok().and_then(|n| n.parse().ok()).unwrap_or(2)
}

/// The native circuit of that base after 200 ms.
fn simulation(x_um: f64, y_um: f64, is_plastic: bool) -> Simulation {
    let anatomy = reconstruct(&ScaffoldSpec::mouse(x_um, y_um), 1).expect("a scaffold");
    let mut options = ModuleOptions::new(BrainState::Awake, Drive::Poisson(4.0));
    let mut circuit = Circuit::new();
    if is_plastic {
        let rule = Rule::Supervised(Supervised::pf_pc(1e-4, -5e-3, 0.6));
        options.rules.insert("parallel_fiber_to_purkinje".into(), (rule, Some("io_to_purkinje".into())));
    }
    add_module(&mut circuit, "", &anatomy, &options).expect("a module");
    if is_plastic {
        // The olive is silent at rest: 2 Hz of single spikes make every Purkinje cell learn.
        let teaching = Model::Poisson(Poisson { rate_hz: 2.0 });
        circuit.add_population(Population::new("teaching", anatomy.count("io_cell"), teaching));
        circuit.add_projection(
            Projection::new("teaching_to_io", "teaching", "io_cell", Connect::OneToOne).weight(200.0),
        );
    }
    let network = circuit.compile(Clock::new(0.1).expect("a step"), 1).expect("a circuit");
    let mut simulation = Simulation::new(network, threads()).expect("threads");
    simulation.run_ms(200.0).expect("a run");
    simulation
}

fn circuits(c: &mut Criterion) {
    let mut group = c.benchmark_group("simulated_ms");
    group.sample_size(20).measurement_time(Duration::from_secs(8));
    for (name, x, y, is_plastic) in [
        ("100x100", 100.0, 100.0, false),
        ("300x200", 300.0, 200.0, false),
        ("300x200_plastic", 300.0, 200.0, true),
        ("400x400", 400.0, 400.0, false),
    ] {
        let mut simulation = simulation(x, y, is_plastic);
        group.bench_function(name, |b| b.iter(|| simulation.advance().expect("a step")));
    }
    group.finish();
}

criterion_group!(benches, circuits);
criterion_main!(benches);
