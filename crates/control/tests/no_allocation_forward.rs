//! The hot path does not allocate: after construction, a control step with any model, learning on, asks the
//! allocator for nothing.

use lobule_control::forward::{
    Addressing, Anticipating, AnticipatorParameters, CmacModel, CmacParameters, Context, Equations,
    ForwardModel, Granule, GranuleParameters, InnerLoop, InnerLoopParameters, Kalman, Law, Linear,
    LinearRule, Scales, SmithPredictor,
};
use lobule_control::plant::{Actuator, CartPole, CartPoleParameters};
use lobule_control::{ClosedLoop, Controller, Drive};

mod counting;
use counting::allocations;

fn law() -> Law {
    Box::new(|s: &[f64], _: &[f64], u: &mut [f64]| u[0] = 2.0 * s[2] + 0.3 * s[3])
}

fn inner(model: Box<dyn ForwardModel>) -> Box<dyn Controller> {
    let parameters = InnerLoopParameters { passes: 3, delays: [4, 2], secant: true, ..Default::default() };
    Box::new(InnerLoop::new(parameters, law(), model).unwrap())
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(3)))), 1);
    assert_eq!(allocations(|| ()), 0);
}

#[test]
fn a_control_step_does_not_allocate() {
    let scales = Scales::cart_pole;
    let cart = CartPoleParameters::gymnasium(Actuator::Continuous);
    let cmac = |addressing| {
        let parameters = CmacParameters { addressing, ..CmacParameters::default() };
        Box::new(CmacModel::new(parameters, 6, scales(), 1).unwrap())
    };
    let granule = GranuleParameters { cells: 4000, ..GranuleParameters::default() };
    let identity: Vec<f64> = (0..16).map(|k| f64::from(u8::from(k % 5 == 0))).collect();
    let kalman = Kalman::new((identity, vec![0.1; 4], vec![0.0; 4]), vec![1e-4; 4], vec![1e-2; 4]);
    let early = AnticipatorParameters {
        lines: 0,
        features: 0,
        lead: 6,
        max_lead: 6,
        rate: 0.1,
        gate: Some(0.1),
        skill_samples: 100,
        adaptive_lead: None,
    };
    let context = Context { senses: vec![1.0; 4], commands: vec![1.0], sense_taps: 3, command_taps: 7 };
    let stable = Equations::new(4, 1, |s, u, next| {
        next.iter_mut().zip(s).for_each(|(y, s)| *y = 0.9 * s + 0.01 * u[0]);
    });
    let smith = SmithPredictor::new(law(), Box::new(stable), &[0.0; 4], &[1.0; 4], 6);
    for controller in [
        inner(Box::new(Linear::new(LinearRule::Nlms { rate: 0.5 }, scales()).unwrap())),
        inner(Box::new(Linear::new(LinearRule::Rls { forgetting: 0.999, ridge: 1e-3 }, scales()).unwrap())),
        inner(Box::new(Granule::new(granule, scales(), 1).unwrap())),
        inner(cmac(Addressing::Hash)),
        inner(cmac(Addressing::IndexTable)),
        inner(Box::new(kalman.unwrap())),
        inner(Box::new(Equations::cart_pole(cart, 0.02))),
        Box::new(Anticipating::new(law(), context, early).unwrap()),
        Box::new(smith.unwrap()),
    ] {
        let plant = CartPole::new(cart).unwrap().starting_within([0.05; 4], 1);
        let mut closed = ClosedLoop::new(Box::new(plant), controller, 0, 0.02, [4, 2]).unwrap();
        let name = closed.controller().name().to_string();
        let count = allocations(|| {
            for t in 0..200 {
                if t % 50 == 0 {
                    closed.reset();
                }
                closed.tick(&Drive::default()).unwrap();
            }
        });
        assert_eq!(count, 0, "{name}");
    }
}
