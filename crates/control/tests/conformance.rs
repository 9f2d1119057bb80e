//! Every plant and every controller keeps what the traits promise.

use lobule_control::conforms;
use lobule_control::feedback::{Pid, PidGains, Reflex, Trimmed};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Tuning, Update};
use lobule_control::forward::{Equations, Foresight, Law, Seen, SmithPredictor};
use lobule_control::plant::{
    Actuator, CartPole, CartPoleParameters, DrivenEye, Eye, EyeParameters, Eyelid, EyelidParameters, Forearm,
    Inertia, Joint, Linear, Pendulum, PendulumParameters, PlanarArm, ReachingArm, TwoLink,
};
use lobule_control::{
    Adaptive, Architecture, Brainstem, BrainstemParameters, Conditioning, ConditioningParameters, Controller,
    JointLearning, JointLearningParameters, LinearSystem, Mosaic, MosaicParameters, MosaicScales, Role,
    VestibuloOcular,
};

const DT: f64 = 0.01;

fn damped() -> Linear {
    Linear::second_order(1.0, 2.0, 4.0).unwrap()
}

fn brainstem() -> Brainstem {
    Brainstem::new(BrainstemParameters { gain: 0.8, direct_s: 0.2, leak_s: 5.0 }, DT).unwrap()
}

#[test]
fn plants() {
    conforms::plant(|| Joint::new(1.0, 0.0), 1e-3);
    conforms::plant(|| PlanarArm::new(0.1, 0.1, 0.3), 1e-3);
    let arm = || ReachingArm::new(TwoLink::HUMAN, ReachingArm::VISCOSITY, [0.0, 0.45]).unwrap();
    conforms::plant(arm, 2e-3);
    for viscosity in [0.5, 0.0] {
        conforms::plant(|| Forearm::new(&TwoLink::HUMAN, viscosity).unwrap(), DT);
    }
    conforms::plant(|| Eyelid::new(EyelidParameters::default()).unwrap(), 1e-3);
    conforms::plant(|| Linear::first_order(0.3, 1.0).unwrap(), DT);
    conforms::plant(damped, DT);
    conforms::plant(|| Linear::non_minimum_phase(1.0, 2.0, 4.0, 0.15).unwrap(), DT);
    conforms::plant(|| Linear::inverted_pendulum(1.0, 1.0).unwrap(), DT);
    let eye = || Eye::new(EyeParameters::default()).unwrap();
    conforms::plant(eye, DT);
    conforms::plant(|| DrivenEye::new(eye(), brainstem()), DT);
    let cart = CartPoleParameters::gymnasium(Actuator::Continuous);
    conforms::plant(|| CartPole::new(cart).unwrap().starting_within([0.05; 4], 1), 0.02);
    conforms::plant(|| Inertia::new(1.0, 0.5).unwrap(), DT);
    let hanging = PendulumParameters { mass_kg: 1.0, length_m: 0.5, damping: 0.1, gravity: 9.81 };
    conforms::plant(|| Pendulum::new(hanging, [0.1, 0.0]).unwrap(), DT);
}

#[test]
fn controllers() {
    let law = || Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, DT).unwrap();
    conforms::controller(|| Reflex::new(law()), false);
    conforms::controller(|| Trimmed::new(Reflex::new(law()), 1, 0.5, DT).unwrap(), false);
    let bases = || {
        [
            Basis::gaussians(10, 0.05, 0.03, DT).unwrap(),
            Basis::gammas(&[0.05, 0.1], 3, DT).unwrap(),
            Basis::filtered_reference(&[0.1], 0.1, DT).unwrap(),
            Basis::state(DT).unwrap(),
        ]
    };
    // A nucleus that answers and learns within the one tick of the suite's cue.
    let quick = ConditioningParameters {
        mossy_weight: [2.0, 3.0],
        nuclear_ltp_hz: 100.0,
        nuclear_thresholds: [2.0, 3.0],
        ..ConditioningParameters::default()
    };
    conforms::controller(|| Conditioning::new(&quick, 2, 1e-3, 3).unwrap(), true);
    // A stable loop that settles within a trial of the suite: a filter that changes in every tick learns nothing before that.
    let settles = Pid::new(PidGains { kp: 0.2, kd: 0.0, ki: 20.0, filter_s: 0.0 }, DT).unwrap();
    let system = settles.system().unwrap().then(&LinearSystem::delay(3)).closed().unwrap();
    assert!(system.spectral_radius() < 1.0);
    let traces = [
        TraceModel::None,
        TraceModel::Delay(3),
        TraceModel::Response(vec![0.0, 0.5, 0.2]),
        TraceModel::System(system),
    ];
    for b in 0..4 {
        for trace in &traces {
            for update in [Update::Trial, Update::Tick] {
                for step in [Step::Plain(1e-3), Step::SUGGESTED] {
                    let learning = Learning { trace: trace.clone(), update, step };
                    let filter = || AdaptiveFilter::new(bases()[b].clone(), &learning).unwrap();
                    let cfpc = || Adaptive::cfpc(law(), filter(), DT);
                    conforms::controller(cfpc, true);
                    let fel = || {
                        Box::new(Adaptive::feedback_error_learning(law(), filter(), DT))
                            as Box<dyn Controller>
                    };
                    conforms::controller(fel, true);
                }
            }
        }
    }
}

#[test]
fn controllers_of_the_eye() {
    let learning = Learning { trace: TraceModel::Delay(3), update: Update::Tick, step: Step::Plain(1e-2) };
    let filter = || AdaptiveFilter::new(Basis::bands(&[0.02, 0.2], DT).unwrap(), &learning).unwrap();
    for architecture in [Architecture::FeedForward, Architecture::Recurrent] {
        let reflex = || VestibuloOcular::new(architecture, 16.0, brainstem(), filter(), DT).unwrap();
        conforms::controller(reflex, true);
    }
    let law = || Pid::new(PidGains { kp: 1.0, kd: 0.0, ki: 4.0, filter_s: 0.0 }, DT).unwrap();
    conforms::controller(|| Seen::new(Reflex::new(law()), 1), false);
    let foresight = Foresight { lead: 3, taps: 3, every: 2, scale: 0.1, rate: 0.3 };
    let foreseeing = || {
        let follow: Law = Box::new(|s, r, u| u[0] = 2.0 * r[0] - s[0]);
        let model = Equations::new(2, 1, |s, u, next| next.copy_from_slice(&[0.5 * s[0] + u[0], 0.5 * s[1]]));
        let smith = SmithPredictor::new(follow, Box::new(model), &[0.0; 2], &[1.0; 2], 2).unwrap();
        Seen::foreseeing(smith, foresight).unwrap()
    };
    conforms::controller(foreseeing, true);
}

#[test]
fn controllers_of_joints() {
    let tuning = Tuning { middle: vec![0.0], reach: vec![0.5], speed: vec![2.0], width: 0.7 };
    for role in [Role::Command, Role::ExpectedError] {
        for delay in [0, 3] {
            let parameters = JointLearningParameters {
                stiffness: vec![2.0],
                viscosity: vec![0.1],
                role,
                trace: TraceModel::Delay(delay),
                rate: 0.5,
                retention: 1.0,
            };
            let basis = || Basis::tuned(60, &tuning, DT, 3).unwrap();
            let make = || JointLearning::new(parameters.clone(), basis(), DT).unwrap();
            conforms::controller(make, true);
        }
    }
    for (modules, cue_rate) in [(1, 0.0), (3, 0.0), (3, 0.1)] {
        let parameters = MosaicParameters {
            modules,
            forgetting: 0.999,
            inverse_rate: 0.02,
            sigma: [0.5, 0.05],
            anneal_ticks: 100,
            spread: 0.1,
            switching: 0.002,
            cue_rate,
            feedback: [50.0, 10.0],
            scales: MosaicScales { position: 1.0, velocity: 2.0, acceleration: 5.0, command: 20.0 },
        };
        let make = || Mosaic::new(parameters.clone(), 1, 1, DT, 2).unwrap();
        conforms::controller(make, true);
    }
}
