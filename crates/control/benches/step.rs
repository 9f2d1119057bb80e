//! Time of one tick of a controller, by trace, with 40 granule-cell signals and 17 ticks of delay; and of the adaptive filter with 4,000
//! signals. One thread. Run with `cargo bench -p lobule-control`.

use criterion::{Criterion, criterion_group, criterion_main};
use lobule_control::feedback::{Pid, PidGains};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::plant::Linear;
use lobule_control::{Adaptive, ClosedLoop, Drive, LinearSystem};

const DT: f64 = 0.01;

fn closed(signals: usize, trace: TraceModel) -> ClosedLoop<Linear, Adaptive> {
    let law = law();
    let spacing = 4.0 / signals as f64;
    let basis = Basis::gaussians(signals, spacing, 0.6 * spacing, DT).expect("a basis");
    let learning = Learning { trace, update: Update::Tick, step: Step::Plain(1e-9) };
    let filter = AdaptiveFilter::new(basis, &learning).expect("a filter");
    ClosedLoop::new(plant(), Adaptive::cfpc(law, filter, DT), 1, DT, [10, 5]).expect("a loop")
}

fn law() -> Pid {
    Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, DT).expect("a law")
}

fn plant() -> Linear {
    Linear::second_order(1.0, 2.0, 4.0).expect("a plant")
}

fn ticks(c: &mut Criterion) {
    let open = law().system().expect("a law").then(&LinearSystem::delay(15));
    let system = open.then(&plant().system(DT).expect("a plant")).closed().expect("a loop");
    let cases = [
        ("none, 40", 40, TraceModel::None),
        ("delay, 40", 40, TraceModel::Delay(30)),
        ("response of 400 ticks, 40", 40, TraceModel::Response(system.impulse(400))),
        ("state of the loop, 40", 40, TraceModel::System(system)),
        ("none, 4000", 4000, TraceModel::None),
        ("delay, 4000", 4000, TraceModel::Delay(30)),
    ];
    let mut group = c.benchmark_group("tick of the loop");
    for (name, signals, trace) in cases {
        let mut closed = closed(signals, trace);
        group.bench_function(name, |b| {
            b.iter(|| closed.tick(&Drive { reference: &[0.1], ..Drive::default() }).expect("a tick"));
        });
    }
    group.finish();
}

criterion_group!(benches, ticks);
criterion_main!(benches);
