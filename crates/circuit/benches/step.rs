//! What one exchange interval costs: per neuron and step, per delivered event,
//! per climbing-fiber spike.
//!
//! Throughput is printed in elements per second: the reciprocal is the cost of
//! one neuron-step, one delivered event or one changed weight. One thread, an
//! interval of 1 ms (10 steps of 0.1 ms). Run with `cargo bench -p lobule-circuit`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use lobule_circuit::models::{CondLif, Eglif, Poisson};
use lobule_circuit::plasticity::{Rule, Supervised};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, Simulation};
use lobule_signal::Clock;

const STEPS: u64 = 10;

fn simulation(circuit: &Circuit, warm_up_ms: f64) -> Simulation {
    let network = circuit.compile(Clock::new(0.1).expect("a step"), 1).expect("a circuit");
    let mut simulation = Simulation::new(network, 1).expect("one thread");
    simulation.run_ms(warm_up_ms).expect("a run");
    simulation
}

/// Awake Purkinje cell (cereb-nest and bsb-core FCN_2019, later awake set).
fn purkinje() -> Eglif {
    let mut p = Eglif {
        c_m: 334.0,
        tau_m: 47.0,
        e_l: -59.0,
        v_th: -43.0,
        v_reset: -69.0,
        v_min: -350.0,
        v_init: -59.0,
        t_ref: 0.5,
        i_e: 700.0,
        k_adap: 1.492,
        k_1: 0.195,
        k_2: 0.041,
        a1: 157.622,
        a2: 172.622,
        lambda_0: 4.0,
        tau_v: 3.5,
        ..Eglif::default()
    };
    for (receptor, tau_syn) in p.receptors.iter_mut().zip([1.1, 2.8, 0.4]) {
        receptor.tau_syn = tau_syn;
    }
    p
}

/// Neurons alone and with the background input of the canonical circuit.
fn neurons(c: &mut Criterion) {
    let n = 30_000;
    let mut group = c.benchmark_group("neuron_step");
    group.throughput(Throughput::Elements(n as u64 * STEPS));

    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("granule_cell", n, Model::Eglif(Eglif::default())));
    let mut quiet = simulation(&circuit, 200.0);
    group.bench_function("granule_cell_no_receptor", |b| b.iter(|| quiet.advance()));

    circuit.add_population(Population::new("glomerulus", 2_000, Model::Poisson(Poisson { rate_hz: 4.0 })));
    circuit.add_population(Population::new("golgi_cell", 70, Model::Poisson(Poisson { rate_hz: 12.0 })));
    circuit.add_projection(
        Projection::new(
            "glomerulus_to_granule_cell",
            "glomerulus",
            "granule_cell",
            Connect::FixedIndegree(4),
        )
        .weight(0.23),
    );
    circuit.add_projection(
        Projection::new(
            "golgi_cell_to_granule_cell",
            "golgi_cell",
            "granule_cell",
            Connect::FixedIndegree(4),
        )
        .weight(0.24)
        .delay_ms(2.0)
        .receptor(2),
    );
    let mut busy = simulation(&circuit, 200.0);
    group.bench_function("granule_cell_two_receptors_at_rest", |b| b.iter(|| busy.advance()));

    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("purkinje_cell", n, Model::Eglif(purkinje())));
    let mut firing = simulation(&circuit, 200.0);
    group.bench_function("purkinje_cell_at_80_hz", |b| b.iter(|| firing.advance()));

    let mut circuit = Circuit::new();
    circuit.add_population(Population::new(
        "cell",
        n,
        Model::CondLif(CondLif { i_e: 300.0, ..CondLif::default() }),
    ));
    let mut lif = simulation(&circuit, 200.0);
    group.bench_function("cond_lif", |b| b.iter(|| lif.advance()));
    group.finish();
}

/// 200 spikes per interval, each with 1,000 targets.
fn delivery(c: &mut Criterion) {
    let (sources, targets) = (200u32, 1_000);
    let mut group = c.benchmark_group("delivered_event");
    group.throughput(Throughput::Elements(u64::from(sources) * targets as u64));
    for (name, per_synapse) in [("one_weight", false), ("a_weight_each", true)] {
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("source", sources as usize, Model::SpikeSource));
        circuit.add_population(Population::new("cell", targets, Model::CondLif(CondLif::default())));
        let pairs: Vec<(u32, u32)> =
            (0..sources).flat_map(|i| (0..targets as u32).map(move |j| (i, j))).collect();
        let n = pairs.len();
        let projection = Projection::new("source_to_cell", "source", "cell", Connect::List(pairs.into()));
        circuit.add_projection(if per_synapse {
            projection.weights((0..n).map(|k| 1e-4 * (1.0 + (k % 7) as f32)).collect())
        } else {
            projection.weight(1e-4)
        });
        let mut simulation = simulation(&circuit, 10.0);
        let spikes: Vec<(u16, u32)> = (0..sources).map(|i| ((i % STEPS as u32) as u16, i)).collect();
        group.bench_function(name, |b| {
            b.iter(|| {
                simulation.inject(0, &spikes)?;
                simulation.advance()
            });
        });
    }
    group.finish();
}

/// PF→PC: 20,000 granule cells at 4 Hz onto 60 Purkinje cells with 5,000 synapses each.
fn plasticity(c: &mut Criterion) {
    let (granules, purkinjes, indegree) = (20_000, 60, 5_000);
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new(
        "granule_cell",
        granules,
        Model::Poisson(Poisson { rate_hz: 4.0 }),
    ));
    circuit.add_population(Population::new("io_cell", purkinjes, Model::SpikeSource));
    circuit.add_population(Population::new(
        "purkinje_cell",
        purkinjes,
        Model::Eglif(Eglif { lambda_0: 0.0, ..purkinje() }),
    ));
    circuit.add_projection(
        Projection::new(
            "parallel_fiber_to_purkinje_cell",
            "granule_cell",
            "purkinje_cell",
            Connect::FixedIndegree(indegree),
        )
        .weight(0.0014)
        .delay_ms(5.0)
        .plastic(Rule::Supervised(Supervised::pf_pc(9e-6, -5e-4, 0.6)))
        .taught_by("io_cell_to_purkinje_cell"),
    );
    circuit.add_projection(
        Projection::new("io_cell_to_purkinje_cell", "io_cell", "purkinje_cell", Connect::OneToOne)
            .weight(0.0)
            .receptor(3),
    );
    let rested = {
        let mut simulation = simulation(&circuit, 300.0);
        simulation.advance().expect("a step");
        simulation
    };
    let network = rested.network().clone();
    let state = rested.state().clone();
    let mut group = c.benchmark_group("plastic_parallel_fibers");
    group.sample_size(30);
    for taught in [0u32, 1, 10] {
        // Changed weights by depression: each taught cell's row.
        if taught > 0 {
            group.throughput(Throughput::Elements(u64::from(taught) * indegree as u64));
        }
        let spikes: Vec<(u16, u32)> = (0..taught).map(|i| (5, i)).collect();
        group.bench_function(format!("interval_with_{taught}_climbing_fiber_spikes"), |b| {
            b.iter_batched_ref(
                || {
                    let mut simulation = Simulation::new(network.clone(), 1).expect("one thread");
                    simulation.restore(state.clone()).expect("the same network");
                    simulation.inject(1, &spikes).expect("a source");
                    simulation
                },
                Simulation::advance,
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(std::time::Duration::from_secs(1)).measurement_time(std::time::Duration::from_secs(3));
    targets = neurons, delivery, plasticity
}
criterion_main!(benches);
