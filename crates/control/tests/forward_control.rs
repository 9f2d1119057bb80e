//! Controllers that ask a forward model: the convergence of the passes, delays made up for, the Smith predictor and
//! what it refuses, anticipation and its gate.

use lobule_control::forward::{
    AdaptiveLead, Anticipating, Anticipator, AnticipatorParameters, ConstantVelocity, Context, Efference,
    Equations, ForwardModel, InnerLoop, InnerLoopParameters, Kalman, Law, Linear, LinearRule, Persistence,
    Scales, SmithPredictor,
};
use lobule_control::plant::{Actuator, CartPole, CartPoleParameters, Inertia, Pendulum, PendulumParameters};
use lobule_control::{ClosedLoop, Controller, DelayLine, Drive, Error, Plant, Senses};
use lobule_signal::Stream;

/// Coefficients of the law on x, x', θ, θ'.
const C: [f64; 4] = [0.01, 0.0, 1.0, 0.01];

fn law(gain: f64) -> Law {
    Box::new(move |s: &[f64], _: &[f64], u: &mut [f64]| {
        u[0] = gain * s.iter().zip(C).map(|(s, c)| s * c).sum::<f64>();
    })
}

/// The cart-pole, linearized at rest: its perfect model.
fn linearized() -> Equations {
    let cart = CartPoleParameters::gymnasium(Actuator::Continuous);
    Equations::new(4, 1, move |s, u, next| {
        for (i, y) in next.iter_mut().enumerate() {
            let by = |j: usize, step: f64| {
                let mut at = [0.0; 4];
                if j < 4 {
                    at[j] = step;
                }
                cart.step(at, if j == 4 { step } else { 0.0 }, 0.02)[i]
            };
            let slope = |j: usize| (by(j, 1e-5) - by(j, -1e-5)) / 2e-5;
            *y = (0..4).map(|j| slope(j) * s[j]).sum::<f64>() + slope(4) * u[0];
        }
    })
}

fn command_of(parameters: InnerLoopParameters, state: &[f64; 4], reference: &[f64]) -> f64 {
    let mut controller = InnerLoop::new(parameters, law(1.0), Box::new(linearized())).unwrap();
    let mut command = [0.0];
    let senses = Senses { tick: 0, sensed: state, reference, reference_then: reference, cues: &[] };
    controller.advance(&senses, &mut command).unwrap();
    command[0]
}

/// The law's answer to the state `h` ticks after `state` under a held command.
fn residual(state: &[f64; 4], command: f64, h: usize) -> f64 {
    let mut model = linearized();
    let (mut here, mut next) = (*state, [0.0; 4]);
    for _ in 0..h {
        model.predict(&here, &[command], &mut next).unwrap();
        here = next;
    }
    here.iter().zip(C).map(|(s, c)| s * c).sum()
}

#[test]
fn a_pass_multiplies_what_is_left_by_its_convergence_factor() {
    let state = [0.01, 0.0, 0.002, -0.001];
    let mut factors = Vec::new();
    for h in [1, 5, 10, 20, 26] {
        let base = InnerLoopParameters { horizon: h, actuator: Actuator::Unlimited, ..Default::default() };
        let response = residual(&[0.0; 4], 1.0, h);
        for alpha in [1.0, 0.5] {
            let left: Vec<f64> = (0..6)
                .map(|passes| {
                    residual(
                        &state,
                        command_of(InnerLoopParameters { passes, alpha, ..base }, &state, &[]),
                        h,
                    )
                })
                .collect();
            let factor = 1.0 + alpha * response;
            for pair in left.windows(2) {
                assert!((pair[1] - factor * pair[0]).abs() < 1e-9 * left[0].abs(), "{h} {alpha}: {left:?}");
            }
            // One pass by the secant ends it, whatever the look-ahead.
            let secant = InnerLoopParameters { passes: 1, secant: true, ..base };
            assert!(residual(&state, command_of(secant, &state, &[]), h).abs() < 1e-9 * left[0].abs());
        }
        factors.push(response);
    }
    // The pole falls faster than it would float: without gravity the response is that of a double integrator.
    let cart = CartPoleParameters::gymnasium(Actuator::Continuous);
    let total = cart.cart_kg + cart.pole_kg;
    let angular = -(cart.force_n / total) / (cart.half_length_m * (4.0 / 3.0 - cart.pole_kg / total));
    let linear = cart.force_n / total - cart.pole_kg * cart.half_length_m * angular / total;
    for (h, is) in [1.0, 5.0, 10.0, 20.0, 26.0].into_iter().zip(factors) {
        let (once, twice) = (0.02 * h, 0.02 * 0.02 * h * (h - 1.0) / 2.0);
        let floating = C[0] * linear * twice + C[2] * angular * twice + C[3] * angular * once;
        // exp(√10.8 t) against 1 + 10.8 t²/2: the difference grows with t².
        let time = 0.02 * h;
        assert!(is <= floating && is > floating * (1.0 + 2.0 * time * time), "{h}: {is} {floating}");
    }
}

#[test]
fn persistence_doubles_the_gain() {
    let scales = Scales::cart_pole();
    for delay in [0, 3] {
        let run = |passes: usize, gain: f64| {
            let plant = CartPole::new(CartPoleParameters::gymnasium(Actuator::Continuous))
                .unwrap()
                .starting_at([0.0, 0.0, 0.03, 0.0]);
            let parameters = InnerLoopParameters { passes, delays: [delay, 0], ..Default::default() };
            let model = Box::new(Persistence::new(scales.change.clone(), 1).unwrap());
            let controller = InnerLoop::new(parameters, law(gain), model).unwrap();
            let mut cart =
                ClosedLoop::new(Box::new(plant), Box::new(controller), 0, 0.02, [delay, 0]).unwrap();
            (0..60)
                .map(|_| {
                    cart.tick(&Drive::default()).unwrap();
                    cart.command()[0]
                })
                .collect::<Vec<f64>>()
        };
        for (a, b) in run(1, 1.0).iter().zip(run(0, 2.0)) {
            assert!((a - b).abs() < 1e-12);
        }
    }
}

/// A controller whose delays no loop checks.
struct Mistaken(InnerLoop);

lobule_control::snapshot!(Mistaken { 0 });

impl Controller for Mistaken {
    fn name(&self) -> &str {
        "mistaken"
    }

    fn commands(&self) -> usize {
        self.0.commands()
    }

    fn reset(&mut self) {
        self.0.reset();
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        self.0.advance(senses, command)
    }
}

/// Commands of a loop with a perfect model: they must be those of the loop without delays, shifted by the motor delay.
fn commands(delays: [usize; 2], told: [usize; 2]) -> Vec<f64> {
    let cart = CartPoleParameters::gymnasium(Actuator::Continuous);
    let plant = CartPole::new(cart).unwrap().starting_at([0.0, 0.1, 0.02, -0.1]);
    let parameters = InnerLoopParameters { delays: told, ..Default::default() };
    let model = Box::new(Equations::cart_pole(cart, 0.02));
    let controller = Mistaken(InnerLoop::new(parameters, law(2.0), model).unwrap());
    let mut cart = ClosedLoop::new(Box::new(plant), Box::new(controller), 0, 0.02, delays).unwrap();
    (0..80)
        .map(|_| {
            cart.tick(&Drive::default()).unwrap();
            cart.command()[0]
        })
        .collect()
}

#[test]
fn a_perfect_model_takes_a_sensory_delay_out_of_the_loop() {
    let without = commands([0, 0], [0, 0]);
    for delay in [1, 4, 9] {
        let with = commands([delay, 0], [delay, 0]);
        assert!(with.iter().zip(&without).all(|(a, b)| (a - b).abs() < 1e-12), "{delay}");
    }
    // Who is not told of the delay does otherwise.
    assert!(commands([4, 0], [0, 0]).iter().zip(&without).any(|(a, b)| (a - b).abs() > 0.01));
}

#[test]
fn a_perfect_model_knows_what_a_motor_delay_has_in_flight() {
    // The command of tick t acts in tick t + m. Predicted without error, the state it meets is that of an
    // undelayed loop whose plant first moved m ticks without command.
    let (m, cart) = (3, CartPoleParameters::gymnasium(Actuator::Continuous));
    let mut start = [0.0, 0.1, 0.02, -0.1];
    for _ in 0..m {
        start = cart.step(start, 0.0, 0.02);
    }
    let with = commands([2, m], [2, m]);
    let plant = CartPole::new(cart).unwrap().starting_at(start);
    let parameters = InnerLoopParameters::default();
    let model = Box::new(Equations::cart_pole(cart, 0.02));
    let controller = InnerLoop::new(parameters, law(2.0), model).unwrap();
    let mut free = ClosedLoop::new(Box::new(plant), Box::new(controller), 0, 0.02, [0, 0]).unwrap();
    for u in with {
        free.tick(&Drive::default()).unwrap();
        assert!((free.command()[0] - u).abs() < 1e-10);
    }
}

#[test]
fn a_learned_model_sees_the_pairs_that_happened() {
    // A linear plant and a linear model without forgetting: told the right delays, the model becomes the plant.
    let rule = LinearRule::Rls { forgetting: 1.0, ridge: 1e-8 };
    let learned = |delays: [usize; 2], told: [usize; 2]| {
        let scales = Scales { state: vec![1.0; 2], change: vec![0.01; 2], command: vec![1.0] };
        let draw = Stream::new(1, "command");
        let tick = std::sync::atomic::AtomicU64::new(0);
        let law: Law = Box::new(move |_: &[f64], _: &[f64], u: &mut [f64]| {
            u[0] = draw.normal(tick.fetch_add(1, std::sync::atomic::Ordering::Relaxed), 0);
        });
        let parameters = InnerLoopParameters {
            passes: 0,
            delays: told,
            actuator: Actuator::Unlimited,
            ..Default::default()
        };
        let model = Box::new(Linear::new(rule, scales).unwrap());
        let mut controller = InnerLoop::new(parameters, law, model).unwrap();
        let mut plant = Inertia::new(1.0, 0.5).unwrap();
        for _trial in 0..3 {
            plant.reset(None);
            controller.reset();
            let (mut sensory, mut motor) =
                (DelayLine::new(delays[0], 2).unwrap(), DelayLine::new(delays[1], 1).unwrap());
            for tick in 0..200 {
                let (mut sensed, mut command) = ([0.0; 2], [0.0]);
                plant.sense(&mut sensed);
                sensory.exchange(&mut sensed).unwrap();
                let senses = Senses { tick, sensed: &sensed, reference: &[], reference_then: &[], cues: &[] };
                controller.advance(&senses, &mut command).unwrap();
                motor.exchange(&mut command).unwrap();
                plant.advance(&command, 0.01).unwrap();
            }
        }
        let mut next = [0.0; 2];
        controller.model().predict(&[0.3, -0.7], &[2.0], &mut next).unwrap();
        next
    };
    let truth = Inertia::new(1.0, 0.5).unwrap().step([0.3, -0.7], 2.0, 0.01);
    for delays in [[0, 0], [5, 0], [0, 3], [2, 4]] {
        let next = learned(delays, delays);
        assert!((0..2).all(|i| (next[i] - truth[i]).abs() < 1e-8), "{delays:?}: {next:?} {truth:?}");
    }
    // Told another delay, it hears of commands that did something else.
    assert!((learned([5, 0], [4, 0])[1] - truth[1]).abs() > 1e-3);
}

#[test]
fn confidence_keeps_a_model_out_that_has_learned_nothing() {
    let run = |min_confidence: f64, passes: usize| {
        let parameters = InnerLoopParameters { passes, min_confidence, ..Default::default() };
        let model = Linear::new(LinearRule::Nlms { rate: 0.5 }, Scales::cart_pole()).unwrap();
        let mut controller = InnerLoop::new(parameters, law(1.0), Box::new(model)).unwrap();
        let mut command = [0.0];
        let senses =
            Senses { tick: 0, sensed: &[0.0, 0.0, 0.1, 0.0], reference: &[], reference_then: &[], cues: &[] };
        controller.advance(&senses, &mut command).unwrap();
        command[0]
    };
    assert_eq!(run(0.5, 1), run(0.0, 0));
    assert_ne!(run(0.0, 1), run(0.0, 0));
}

#[test]
fn passes_on_the_sign_flip_where_those_on_the_command_hold() {
    let lengths = |is_soft: bool| {
        let cart = CartPoleParameters::gymnasium(Actuator::TwoActions);
        let plant = CartPole::new(cart).unwrap().starting_within([0.05; 4], 1);
        let parameters = InnerLoopParameters {
            horizon: 10,
            is_soft,
            actuator: Actuator::TwoActions,
            ..InnerLoopParameters::default()
        };
        let model = Box::new(Equations::cart_pole(cart, 0.02));
        let controller = InnerLoop::new(parameters, law(1.0), model).unwrap();
        let mut cart = ClosedLoop::new(Box::new(plant), Box::new(controller), 0, 0.02, [0, 0]).unwrap();
        (1..=500)
            .find(|_| {
                cart.tick(&Drive::default()).unwrap();
                cart.status().has_ended()
            })
            .unwrap_or(500)
    };
    assert_eq!(lengths(true), 500);
    assert!(lengths(false) < 500);
}

#[test]
fn the_first_pass_can_be_the_efference_copy() {
    // The two copies differ where passes change the command, so the models that learn from them do, too.
    let run = |efference: Efference| {
        let cart = CartPoleParameters::gymnasium(Actuator::Continuous);
        let plant = CartPole::new(cart).unwrap().starting_at([0.0, 0.0, 0.04, 0.0]);
        let parameters = InnerLoopParameters { efference, ..InnerLoopParameters::default() };
        let rule = LinearRule::Rls { forgetting: 0.999, ridge: 1e-3 };
        let model = Box::new(Linear::new(rule, Scales::cart_pole()).unwrap());
        let controller = InnerLoop::new(parameters, law(1.0), model).unwrap();
        let mut cart = ClosedLoop::new(Box::new(plant), Box::new(controller), 0, 0.02, [0, 0]).unwrap();
        for _ in 0..100 {
            cart.tick(&Drive::default()).unwrap();
        }
        cart.command()[0]
    };
    assert_ne!(run(Efference::Executed), run(Efference::FirstPass));
}

#[test]
fn a_kalman_filter_quiets_noisy_senses_in_the_loop() {
    let effort = |filters: bool| {
        let mass = Inertia::new(1.0, 0.5).unwrap();
        let (free, pushed) = (mass.step([0.0, 1.0], 0.0, 0.01), mass.step([0.0, 0.0], 1.0, 0.01));
        let matrices = (vec![1.0, free[0], 0.0, free[1]], pushed.to_vec(), vec![0.0; 2]);
        let model: Box<dyn ForwardModel> = if filters {
            Box::new(Kalman::new(matrices, vec![1e-8; 2], vec![0.01; 2]).unwrap())
        } else {
            Box::new(Persistence::new(vec![1.0; 2], 1).unwrap())
        };
        let law: Law =
            Box::new(|s: &[f64], r: &[f64], u: &mut [f64]| u[0] = 4.0 * (r[0] - s[0]) - 3.0 * s[1]);
        let parameters =
            InnerLoopParameters { passes: 0, actuator: Actuator::Unlimited, ..Default::default() };
        let controller = InnerLoop::new(parameters, law, model).unwrap();
        let closed = ClosedLoop::new(mass, controller, 1, 0.01, [0, 0]).unwrap();
        let mut closed = closed
            .with_noise_of(1, "noise")
            .signed(|channels| channels.senses.iter_mut().for_each(|c| c.noise_sd = 0.1))
            .unwrap();
        let mut sum = 0.0;
        for t in 0..3000 {
            closed.tick(&Drive { reference: &[0.5], ..Drive::default() }).unwrap();
            if t >= 1000 {
                sum += closed.command()[0].powi(2) / 2000.0;
            }
        }
        sum.sqrt()
    };
    assert!(effort(true) < 0.2 * effort(false), "{} {}", effort(true), effort(false));
}

// The Smith predictor.

fn pd(gain: f64, damping: f64) -> Law {
    Box::new(move |s: &[f64], r: &[f64], u: &mut [f64]| u[0] = gain * (r[0] - s[0]) - damping * s[1])
}

const HANGING: PendulumParameters =
    PendulumParameters { mass_kg: 1.0, length_m: 0.5, damping: 0.2, gravity: 9.81 };

fn pendulum_model(parameters: PendulumParameters) -> Box<dyn ForwardModel> {
    Box::new(Equations::new(2, 1, move |s, u, next| {
        next.copy_from_slice(&parameters.step([s[0], s[1]], u[0], 0.01));
    }))
}

/// Largest angle of the last second in a loop of 10 s.
fn swing(controller: Box<dyn Controller>, delays: [usize; 2]) -> f64 {
    let plant = Pendulum::new(HANGING, [0.2, 0.0]).unwrap();
    let mut closed = ClosedLoop::new(Box::new(plant), controller, 1, 0.01, delays).unwrap();
    let mut largest = 0.0f64;
    for t in 0..1000 {
        if closed.tick(&Drive { reference: &[0.0], ..Drive::default() }).is_err() {
            return f64::INFINITY;
        }
        if t >= 900 {
            largest = largest.max(closed.senses()[0].abs());
        }
    }
    largest
}

#[test]
fn a_smith_predictor_takes_the_delay_out_of_the_loop() {
    let delay = 20;
    let smith = SmithPredictor::new(pd(15.0, 2.0), pendulum_model(HANGING), &[0.0; 2], &[0.1, 1.0], delay);
    let smith = swing(Box::new(smith.unwrap()), [delay, 0]);
    let parameters =
        InnerLoopParameters { passes: 0, predicts_now: false, delays: [delay, 0], ..Default::default() };
    let raw = InnerLoop::new(parameters, pd(15.0, 2.0), Box::new(Persistence::new(vec![1.0; 2], 1).unwrap()));
    let raw = swing(Box::new(raw.unwrap()), [delay, 0]);
    assert!(smith < 1e-3 && raw > 0.2, "{smith} {raw}");
}

#[test]
fn a_smith_predictor_is_refused_on_a_plant_that_does_not_return() {
    let growth = |model: Box<dyn ForwardModel>, rest: &[f64], scale: &[f64]| {
        SmithPredictor::new(pd(1.0, 1.0), model, rest, scale, 5).err().map(|e| e.to_string())
    };
    let cart = CartPoleParameters::gymnasium(Actuator::Continuous);
    let refused =
        growth(Box::new(Equations::cart_pole(cart, 0.02)), &[0.0; 4], &[2.4, 2.0, 0.2, 2.0]).unwrap();
    assert!(refused.contains("does not return by itself") && refused.contains("InnerLoop"), "{refused}");
    // A standing pendulum grows by exp(λ dt); the hanging one returns.
    let standing = PendulumParameters { gravity: -9.81, ..HANGING };
    assert!(growth(pendulum_model(standing), &[0.0; 2], &[0.1, 1.0]).unwrap().contains("= 1.0"));
    assert_eq!(growth(pendulum_model(HANGING), &[0.0; 2], &[0.1, 1.0]), None);
    // At its upper rest the same hanging pendulum is unstable.
    assert!(growth(pendulum_model(HANGING), &[std::f64::consts::PI, 0.0], &[0.1, 1.0]).is_some());
    // An integrator stays where it was put: its errors do not die out either.
    let mass = Inertia::new(1.0, 0.5).unwrap();
    let model = Equations::new(2, 1, move |s, u, next| {
        next.copy_from_slice(&mass.step([s[0], s[1]], u[0], 0.01));
    });
    assert!(growth(Box::new(model), &[0.0; 2], &[1.0; 2]).is_some());
}

// Anticipation.

fn settings() -> AnticipatorParameters {
    AnticipatorParameters {
        lines: 1,
        features: 1,
        lead: 5,
        max_lead: 10,
        rate: 0.5,
        gate: None,
        skill_samples: 200,
        adaptive_lead: None,
    }
}

#[test]
fn an_anticipator_that_has_learned_nothing_passes_its_lines_through() {
    let mut early = Anticipator::new(AnticipatorParameters { lines: 3, ..settings() }).unwrap();
    let mut out = [0.0; 3];
    early.tick(&[1.0, -2.0, 0.5], &[0.7], &mut out).unwrap();
    assert_eq!(out, [1.0, -2.0, 0.5]);
}

#[test]
fn a_line_that_the_context_knows_is_sent_early_and_one_that_it_does_not_is_gated() {
    // Line 0 follows the context by 5 ticks; line 1 is noise of its own.
    let draw = Stream::new(1, "context");
    let smooth = |t: usize, i: u32| -> f64 {
        (0..8).map(|k| draw.normal((t - k) as u64, i)).sum::<f64>() / 8f64.sqrt()
    };
    let parameters =
        AnticipatorParameters { lines: 2, features: 3, gate: Some(0.1), rate: 0.1, ..settings() };
    let mut early = Anticipator::new(parameters).unwrap();
    let (mut ahead, mut late, mut n) = (0.0, 0.0, 0);
    let mut out = [0.0; 2];
    for t in 20..6000 {
        let known = smooth(t, 0);
        let lines = [smooth(t - 5, 0), smooth(t, 1)];
        early.tick(&lines, &[known, lines[0], 1.0], &mut out).unwrap();
        if t > 4000 {
            // What line 0 will be in 5 ticks is known now.
            ahead += (out[0] - known).powi(2);
            late += (lines[0] - known).powi(2);
            n += 1;
            assert_eq!(out[1], lines[1], "the gate of line 1 is closed");
        }
    }
    assert!(early.is_open(0) && !early.is_open(1), "{} {}", early.skill(0), early.skill(1));
    assert!(ahead < 0.05 * late, "{} {}", ahead / f64::from(n), late / f64::from(n));
}

#[test]
fn a_lead_creeps_up_to_what_can_be_known() {
    // The context knows the line 6 ticks ahead and no more.
    let draw = Stream::new(2, "context");
    let rule = AdaptiveLead { raise_above: 0.9, lower_below: 0.8 };
    let parameters =
        AnticipatorParameters { features: 12, lead: 1, adaptive_lead: Some(rule), rate: 0.2, ..settings() };
    let mut early = Anticipator::new(parameters).unwrap();
    let mut out = [0.0];
    for t in 40..20_000u64 {
        let context: Vec<f64> = (0..12).map(|k| draw.normal(t - k, 0)).collect();
        early.tick(&[context[6]], &context, &mut out).unwrap();
    }
    assert!((5..=7).contains(&early.lead(0)), "{}", early.lead(0));
}

#[test]
fn anticipation_with_efference_copies_stabilizes_a_late_loop() {
    // Sensor delay 100 ms, gain 200: the raw loop explodes; learned at a gain of 20, the anticipating one does not.
    let gain = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(20));
    let run = |taps: usize| {
        let shared = gain.clone();
        shared.store(20, std::sync::atomic::Ordering::Relaxed);
        let own = gain.clone();
        let law: Law = Box::new(move |s: &[f64], r: &[f64], u: &mut [f64]| {
            let k = own.load(std::sync::atomic::Ordering::Relaxed) as f64;
            u[0] = k * (r[0] - s[0]) - (1.6 * k.sqrt() - 0.5) * s[1];
        });
        let context =
            Context { senses: vec![1.0; 2], commands: vec![5.0], sense_taps: 2, command_taps: taps };
        let parameters = AnticipatorParameters { lead: 20, max_lead: 20, rate: 0.1, ..settings() };
        let controller = Anticipating::new(law, context, parameters).unwrap();
        let plant = Inertia::new(1.0, 0.5).unwrap();
        let mut closed = ClosedLoop::new(Box::new(plant), Box::new(controller), 1, 0.005, [20, 0]).unwrap();
        for t in 0..60_000 {
            if t == 50_000 {
                shared.store(200, std::sync::atomic::Ordering::Relaxed);
            }
            let time = f64::from(t) * 0.005;
            let reference = [(0.8 * time).sin() + 0.5 * (1.7 * time).sin()];
            if closed.tick(&Drive { reference: &reference, ..Drive::default() }).is_err()
                || closed.senses()[0].abs() > 1e3
            {
                return f64::INFINITY;
            }
        }
        closed.senses()[0].abs()
    };
    assert!(run(21) < 2.0);
    assert_eq!(run(0), f64::INFINITY);
}

#[test]
fn what_cannot_be_joined_is_refused_by_name() {
    let text = |e: Option<Error>| e.map(|e| e.to_string()).unwrap_or_default();
    let inner = |change: fn(&mut InnerLoopParameters)| {
        let mut p = InnerLoopParameters::default();
        change(&mut p);
        text(InnerLoop::new(p, law(1.0), Box::new(linearized())).err())
    };
    assert!(inner(|p| p.horizon = 0).contains("horizon = 0"));
    assert!(inner(|p| p.alpha = f64::NAN).contains("alpha = NaN"));
    assert!(inner(|p| p.delays = [usize::MAX, 0]).contains("sensory delay"));
    assert!(inner(|p| p.min_confidence = 1.5).contains("min_confidence = 1.5"));
    let two = ConstantVelocity::new(vec![1.0; 2], 2, vec![(0, 1)], 0.1).unwrap();
    let secant = InnerLoopParameters { secant: true, ..InnerLoopParameters::default() };
    assert!(text(InnerLoop::new(secant, law(1.0), Box::new(two)).err()).contains("secant"));

    let early = |change: fn(&mut AnticipatorParameters)| {
        let mut p = settings();
        change(&mut p);
        text(Anticipator::new(p).err())
    };
    assert!(early(|p| p.lines = 0).contains("lines = 0"));
    assert!(early(|p| p.lead = 11).contains("1..=10"));
    assert!(early(|p| p.lead = 0).contains("lead = 0"));
    assert!(early(|p| p.rate = 2.0).contains("rate = 2"));
    assert!(early(|p| p.gate = Some(1.0)).contains("gate = 1"));
    let wrong = |p: &mut AnticipatorParameters| {
        p.adaptive_lead = Some(AdaptiveLead { raise_above: 0.1, lower_below: 0.5 });
    };
    assert!(early(wrong).contains("raise_above = 0.1"));
    let context = Context { senses: vec![1.0], commands: vec![0.0], sense_taps: 1, command_taps: 0 };
    assert!(text(Anticipating::new(law(1.0), context, settings()).err()).contains("scale = 0"));

    let rest = SmithPredictor::new(law(1.0), pendulum_model(HANGING), &[0.0; 3], &[1.0; 2], 1);
    assert!(text(rest.err()).contains("length of `rest` = 3"));
}

#[test]
fn a_command_that_is_none_ends_in_an_error_that_names_the_controller() {
    let law: Law = Box::new(|_: &[f64], _: &[f64], u: &mut [f64]| u[0] = f64::NAN);
    let parameters = InnerLoopParameters { actuator: Actuator::TwoActions, ..Default::default() };
    let mut controller = InnerLoop::new(parameters, law, Box::new(linearized())).unwrap();
    let senses = Senses { tick: 0, sensed: &[0.0; 4], reference: &[], reference_then: &[], cues: &[] };
    let error = controller.advance(&senses, &mut [0.0]).unwrap_err();
    assert!(error.to_string().contains("inner loop"), "{error}");
}
