//! A tick of a loop with a learning controller asks the allocator for nothing, whatever the trace.

use lobule_control::feedback::Reflex;
use lobule_control::feedback::{Pid, PidGains};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::forward::{Foresight, Seen};
use lobule_control::plant::{DrivenEye, Eye, EyeParameters, Linear};
use lobule_control::{
    Adaptive, Architecture, Brainstem, BrainstemParameters, ClosedLoop, Controller, Drive, LinearSystem,
    Plant, VestibuloOcular,
};

mod counting;
use counting::allocations;

#[test]
fn a_tick_allocates_nothing() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(3)))), 1, "the counter counts");
    const DT: f64 = 0.01;
    let law = Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, DT).unwrap();
    let plant = || Linear::second_order(1.0, 2.0, 4.0).unwrap();
    let open = law.system().unwrap().then(&LinearSystem::delay(15)).then(&plant().system(DT).unwrap());
    let system = open.closed().unwrap();
    let traces = [
        TraceModel::None,
        TraceModel::Delay(15),
        TraceModel::Response(system.impulse(400)),
        TraceModel::System(system),
    ];
    for trace in traces {
        for update in [Update::Trial, Update::Tick] {
            let learning = Learning { trace: trace.clone(), update, step: Step::SUGGESTED };
            let filter =
                || AdaptiveFilter::new(Basis::gaussians(40, 0.1, 0.06, DT).unwrap(), &learning).unwrap();
            let controllers: [Box<dyn Controller>; 2] = [
                Box::new(Adaptive::cfpc(law.clone(), filter(), DT)),
                Box::new(Adaptive::feedback_error_learning(law.clone(), filter(), DT)),
            ];
            for controller in controllers {
                let closed = ClosedLoop::new(plant(), controller, 1, DT, [10, 5]).unwrap();
                let mut closed = closed
                    .signed(|channels| {
                        channels.senses[0].noise_sd = 0.01;
                        channels.senses[1].delay_s = 0.03;
                        channels.commands[0].range = [-5.0, 5.0];
                    })
                    .unwrap();
                let mut trial = || {
                    closed.reset();
                    for _ in 0..100 {
                        closed.tick(&Drive { reference: &[1.0], ..Drive::default() }).unwrap();
                    }
                    closed.finish(0.0).unwrap();
                };
                // The first tick of all discretizes the plant.
                trial();
                assert_eq!(allocations(trial), 0, "{trace:?} {update:?}");
            }
        }
    }
}

#[test]
fn a_tick_of_an_eye_allocates_nothing() {
    const DT: f64 = 0.01;
    let eye = || Eye::new(EyeParameters::default()).unwrap();
    let brainstem =
        || Brainstem::new(BrainstemParameters { gain: 0.8, direct_s: 0.2, leak_s: 5.0 }, DT).unwrap();
    let learning = Learning { trace: TraceModel::Delay(10), update: Update::Tick, step: Step::Plain(1e-3) };
    let filter = AdaptiveFilter::new(Basis::bands(&[0.02, 0.2], DT).unwrap(), &learning).unwrap();
    let reflex = VestibuloOcular::new(Architecture::Recurrent, 16.0, brainstem(), filter, DT).unwrap();
    let law = Pid::new(PidGains { kp: 0.0, kd: 0.0, ki: 4.0, filter_s: 0.0 }, DT).unwrap();
    let foresight = Foresight { lead: 10, taps: 4, every: 2, scale: 1.0, rate: 0.1 };
    let seen = Seen::foreseeing(Reflex::new(law), foresight).unwrap();
    let pairs: [(Box<dyn Plant>, Box<dyn Controller>); 2] =
        [(Box::new(eye()), Box::new(reflex)), (Box::new(DrivenEye::new(eye(), brainstem())), Box::new(seen))];
    for (plant, controller) in pairs {
        let mut closed = ClosedLoop::new(plant, controller, 1, DT, [10, 1]).unwrap();
        let mut trial = || {
            closed.reset();
            for n in 0..100 {
                let cue = [f64::from(n % 7)];
                closed.tick(&Drive { reference: &[1.0], cues: &cue, ..Drive::default() }).unwrap();
            }
        };
        // The first tick of all discretizes the plant.
        trial();
        assert_eq!(allocations(trial), 0);
    }
}
