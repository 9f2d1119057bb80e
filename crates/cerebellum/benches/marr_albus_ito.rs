//! Cost of a control step of the published Marr-Albus-Ito circuit, 4,624 neurons, after 2,000 steps of a scripted walk.
//!
//! Run with `cargo bench -p lobule-cerebellum --bench marr_albus_ito`. A control step is 5 ms.

use criterion::{Criterion, criterion_group, criterion_main};
use lobule_cerebellum::marr_albus_ito::{Circuit, CircuitParameters};

#[path = "../examples/gait/mod.rs"]
mod gait;

fn control_step(c: &mut Criterion) {
    let mut group = c.benchmark_group("marr_albus_ito");
    for learns in [true, false] {
        let mut circuit = Circuit::new(&CircuitParameters::paper(), 12, 4, 1).expect("a circuit");
        circuit.set_learning(learns);
        let (mut gait, mut corrections) = (gait::Gait::new(), [0.0; 12]);
        let mut step = || {
            let sensors = gait.next();
            circuit.update(&sensors).expect("a step");
            circuit.corrections(sensors.upright, &mut corrections).expect("corrections");
        };
        (0..2000).for_each(|_| step());
        group.bench_function(if learns { "learning" } else { "frozen" }, |b| b.iter(&mut step));
    }
    group.finish();
}

criterion_group!(benches, control_step);
criterion_main!(benches);
