//! Cost of an update of the circuit with graded Purkinje cells at 50 Hz, after 1,000 updates of a gait, learning and frozen.
//!
//! Run with `cargo bench -p lobule-cerebellum --bench graded_circuit`. An update lasts 20 ms. One core.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lobule_cerebellum::marr_albus_ito::graded::{ChannelParameters, GradedCircuit, GradedParameters, Tuning};
use lobule_control::{Controller, Senses};
use std::hint::black_box;

fn update(c: &mut Criterion) {
    let mut group = c.benchmark_group("graded_circuit");
    for learns in [true, false] {
        for cells in [100, 500, 4000] {
            let channels = vec![
                ChannelParameters { cue: 0, tuning: Tuning::Circular },
                ChannelParameters { cue: 1, tuning: Tuning::Line },
                ChannelParameters {
                    cue: 2,
                    tuning: Tuning::Plain { low: -0.5, high: 0.5, fibers: 8, sd: 0.15 },
                },
            ];
            let parameters = GradedParameters { channels, granule_cells: cells, ..Default::default() };
            let mut circuit = GradedCircuit::new(&parameters, 1, 0.02, 1).expect("a circuit");
            circuit.set_learning(learns);
            let (mut tick, mut output) = (0_u64, [0.0]);
            let mut step = || {
                let phase = 0.25 * tick as f64;
                let cues = [phase, f64::from((tick / 500).is_multiple_of(2)), 0.1 * libm::sin(0.7 * phase)];
                let sensed = [0.1 * libm::sin(0.9 * phase)];
                let senses =
                    Senses { tick, sensed: &sensed, reference: &[0.0], reference_then: &[0.0], cues: &cues };
                circuit.advance(&senses, &mut output).expect("an update");
                tick += 1;
                black_box(output[0])
            };
            for _ in 0..1000 {
                step();
            }
            let name = if learns { "learning" } else { "frozen" };
            group.bench_function(BenchmarkId::new(name, cells), |b| b.iter(&mut step));
        }
    }
    group.finish();
}

criterion_group!(benches, update);
criterion_main!(benches);
