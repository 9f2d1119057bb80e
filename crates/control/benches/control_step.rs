//! Time of a control step: a tick of a driver; the inner loop with each model, learning on; an anticipator of thousands of lines.
//!
//! Elements per second: control steps, or lines. One core. Run with `cargo bench -p lobule-control`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::forward::{
    Anticipator, AnticipatorParameters, CmacModel, CmacParameters, ForwardModel, Granule, GranuleParameters,
    InnerLoop, InnerLoopParameters, Law, Linear, LinearRule, Scales,
};
use lobule_control::plant::Linear as LinearBody;
use lobule_control::{Adaptive, Controller, Driver, LinearSystem, Senses, Signature};
use lobule_signal::Stream;
use std::hint::black_box;

fn models() -> Vec<(&'static str, Box<dyn ForwardModel>)> {
    let scales = Scales::cart_pole;
    let granule = |cells| {
        let parameters = GranuleParameters { cells, ..GranuleParameters::default() };
        Box::new(Granule::new(parameters, scales(), 1).expect("a layer"))
    };
    let rls = LinearRule::Rls { forgetting: 0.999, ridge: 1e-3 };
    vec![
        ("linear_nlms", Box::new(Linear::new(LinearRule::Nlms { rate: 0.5 }, scales()).expect("a model"))),
        ("linear_rls", Box::new(Linear::new(rls, scales()).expect("a model"))),
        ("cmac_16", Box::new(CmacModel::new(CmacParameters::default(), 6, scales(), 1).expect("a model"))),
        ("granule_400", granule(400)),
        ("granule_4000", granule(4000)),
    ]
}

/// One pass, no delay: one prediction and one transition learned in a step.
fn control_step(c: &mut Criterion) {
    let mut group = c.benchmark_group("control_step");
    group.throughput(Throughput::Elements(1));
    let draw = Stream::new(1, "senses");
    let sensed: Vec<[f64; 4]> = (0..1024).map(|t| [0, 1, 2, 3].map(|i| 0.1 * draw.normal(t, i))).collect();
    for (name, model) in models() {
        let law: Law =
            Box::new(|s: &[f64], _: &[f64], u: &mut [f64]| u[0] = s[2] + 0.01 * s[0] + 0.01 * s[3]);
        let parameters = InnerLoopParameters { horizon: 1, ..InnerLoopParameters::default() };
        let mut controller = InnerLoop::new(parameters, law, model).expect("a controller");
        let (mut tick, mut command) = (0, [0.0]);
        group.bench_function(name, |b| {
            b.iter(|| {
                let senses = Senses {
                    tick,
                    sensed: &sensed[tick as usize % sensed.len()],
                    reference: &[],
                    reference_then: &[],
                    cues: &[],
                };
                controller.advance(&senses, &mut command).expect("a number");
                tick += 1;
                black_box(command[0])
            });
        });
    }
    group.finish();
}

/// Time that a robot waits for: a tick of a driver with feedback alone, and with an adaptive filter of 40 signals whose synapses carry a
/// response of 200 ticks, a linear model of 24 states, or a delay.
fn driver_tick(c: &mut Criterion) {
    const DT_S: f64 = 0.01;
    let law = || Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, DT_S).expect("a law");
    let body = LinearBody::second_order(1.0, 2.0, 4.0).expect("a body");
    let open = law().system().expect("a system").then(&LinearSystem::delay(15));
    let system = open.then(&body.system(DT_S).expect("a system")).closed().expect("a loop");
    let cfpc = |trace: TraceModel, update: Update| -> Box<dyn Controller> {
        let learning = Learning { trace, update, step: Step::SUGGESTED };
        let basis = Basis::gaussians(40, 0.1, 0.06, DT_S).expect("a basis");
        let filter = AdaptiveFilter::new(basis, &learning).expect("a filter");
        Box::new(Adaptive::cfpc(law(), filter, DT_S))
    };
    let response = || TraceModel::Response(system.impulse(200));
    let controllers: [(&str, Box<dyn Controller>); 5] = [
        ("pid", Box::new(Reflex::new(law()))),
        ("cfpc_delay", cfpc(TraceModel::Delay(20), Update::Trial)),
        ("cfpc_response", cfpc(response(), Update::Trial)),
        ("cfpc_response_every_tick", cfpc(response(), Update::Tick)),
        ("cfpc_system", cfpc(TraceModel::System(system.clone()), Update::Trial)),
    ];
    let mut group = c.benchmark_group("driver_tick");
    group.throughput(Throughput::Elements(1));
    let arm = Signature::new("arm", &[("angle", "rad")], &[("torque", "N m")]);
    for (name, controller) in controllers {
        let mut driver = Driver::new(&arm, controller, 1, DT_S, [10, 5]).expect("a driver");
        let mut n = 0u32;
        group.bench_function(name, |b| {
            b.iter(|| {
                n = (n + 1) % 400;
                if n == 0 {
                    driver.reset();
                }
                let angle = [1e-3 * f64::from(n)];
                black_box(driver.act(&angle, &[0.5], &[]).expect("a number")[0])
            });
        });
    }
    group.finish();
}

/// Lines over a context of 100 features.
fn anticipation(c: &mut Criterion) {
    let mut group = c.benchmark_group("anticipator");
    for lines in [40, 4000] {
        group.throughput(Throughput::Elements(lines as u64));
        let parameters = AnticipatorParameters {
            lines,
            features: 100,
            lead: 10,
            max_lead: 10,
            rate: 0.1,
            gate: Some(0.1),
            skill_samples: 1000,
            adaptive_lead: None,
        };
        let mut early = Anticipator::new(parameters).expect("an anticipator");
        let draw = Stream::new(1, "lines");
        let values: Vec<f64> = (0..lines as u32).map(|i| draw.normal(0, i)).collect();
        let context: Vec<f64> = (0..100).map(|i| draw.normal(1, i)).collect();
        let mut out = vec![0.0; lines];
        group.bench_function(format!("{lines}_lines"), |b| {
            b.iter(|| {
                early.tick(&values, &context, &mut out).expect("lines");
                black_box(out[0])
            });
        });
    }
    group.finish();
}

criterion_group!(benches, driver_tick, control_step, anticipation);
criterion_main!(benches);
