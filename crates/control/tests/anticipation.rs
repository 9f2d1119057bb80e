//! Anticipation: exact plants, exact traces, exact gradients, and what learning does in the loop.

use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Traces, Update};
use lobule_control::identify::{Identify, answer_to, impulse_response};
use lobule_control::oracle::Lifted;
use lobule_control::plant::Linear;
use lobule_control::{
    Adaptive, ClosedLoop, Controller, Drive, Error, LinearSystem, Plant, Senses, minimum_jerk,
};

const DT: f64 = 0.01;
const TICKS: usize = 400;
const DELAYS: [usize; 2] = [10, 5];
const GAINS: PidGains = PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 };

fn plant() -> Linear {
    Linear::second_order(1.0, 2.0, 4.0).unwrap()
}

fn law() -> Pid {
    Pid::new(GAINS, DT).unwrap()
}

fn system() -> LinearSystem {
    let open = law().system().unwrap().then(&LinearSystem::delay(DELAYS[1]));
    open.then(&plant().system(DT).unwrap()).then(&LinearSystem::delay(DELAYS[0])).closed().unwrap()
}

fn looped<C: Controller>(controller: C) -> ClosedLoop<Linear, C> {
    ClosedLoop::new(plant(), controller, 1, DT, DELAYS).unwrap()
}

fn basis() -> Basis {
    Basis::gaussians(40, 0.1, 0.06, DT).unwrap()
}

fn reference() -> Vec<f64> {
    (0..TICKS).map(|n| minimum_jerk(((n as f64 * DT - 0.5) / 0.8).clamp(0.0, 1.0))[0]).collect()
}

fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |top, v| top.max(v.abs()))
}

/// The signals of a basis over a trial. `[signals][ticks]`
fn signals() -> Vec<Vec<f64>> {
    let f = |j: usize, n: usize| (-0.5 * ((n as f64 * DT - j as f64 * 0.1) / 0.06).powi(2)).exp();
    (0..40).map(|j| (0..TICKS).map(|n| f(j, n)).collect()).collect()
}

/// A trial; returns the errors that were sensed.
fn trial<C: Controller>(closed: &mut ClosedLoop<Linear, C>, reference: &[f64]) -> Vec<f64> {
    closed.reset();
    let mut errors = Vec::new();
    for n in 0..reference.len() {
        closed.tick(&Drive { reference: &reference[n..=n], ..Drive::default() }).unwrap();
        errors.push(reference[n.saturating_sub(DELAYS[0])] - closed.sensed()[0]);
    }
    closed.finish(0.0).unwrap();
    errors
}

#[test]
fn a_held_plant_is_exact() {
    // First order: y = 1 - exp(-t/tau). Second order, underdamped: the textbook step response.
    for dt in [0.001, 0.01, 0.3] {
        let mut first = Linear::first_order(0.3, 1.0).unwrap();
        let mut second = Linear::second_order(0.1, 0.15, 4.0).unwrap();
        let (w, z) = (40f64.sqrt(), 0.15 / 2.0 / (0.4f64).sqrt());
        let wd = w * (1.0 - z * z).sqrt();
        for n in 1..=200 {
            first.advance(&[1.0], dt).unwrap();
            second.advance(&[4.0], dt).unwrap();
            let t = f64::from(n) * dt;
            let mut y = [0.0; 2];
            second.sense(&mut y);
            let step = 1.0 - (-z * w * t).exp() * ((wd * t).cos() + z * w / wd * (wd * t).sin());
            assert!((y[0] - step).abs() < 1e-12, "{dt} {n}: {} {step}", y[0]);
            let mut y = [0.0];
            first.sense(&mut y);
            assert!((y[0] - (1.0 - (-t / 0.3).exp())).abs() < 1e-13);
        }
    }
}

#[test]
fn the_loop_of_matrices_is_the_loop_of_parts() {
    let measured = impulse_response(&mut looped(Reflex::new(law())), TICKS).unwrap();
    let built = system().impulse(TICKS);
    assert!(largest(measured.iter().zip(&built).map(|(a, b)| a - b)) < 1e-13);
    // Both delays and the hold: nothing before 16 ticks.
    assert_eq!(measured.iter().position(|h| *h != 0.0), Some(16));
}

#[test]
fn the_gain_of_the_matrices_is_the_transform_of_the_response() {
    let (system, h) = (system(), system().impulse(6000));
    for frequency in [0.1, 0.5, 1.0, 3.0] {
        let (a, b) =
            (system.gain_at(frequency, DT).unwrap(), lobule_control::oracle::gain(&h, frequency, DT));
        assert!(largest([a[0] - b[0], a[1] - b[1]]) < 1e-9, "{a:?} {b:?}");
    }
}

#[test]
fn a_delay_turns_the_phase_and_keeps_the_size() {
    for ticks in [0, 1, 15] {
        let [re, im] = LinearSystem::delay(ticks).gain_at(0.5, DT).unwrap();
        let angle = -std::f64::consts::TAU * 0.5 * DT * ticks as f64;
        assert!(largest([re - angle.cos(), im - angle.sin()]) < 1e-12);
        assert_eq!(LinearSystem::delay(ticks).spectral_radius(), 0.0);
    }
}

/// Signals of a basis at a tick.
fn at(basis: &mut Basis, tick: u64, reference: f64, cue: f64) -> Vec<f64> {
    let mut x = vec![f64::NAN; basis.signals()];
    let (reference, cue, sensed) = ([reference], [cue], [0.3, 0.7]);
    let senses =
        Senses { tick, sensed: &sensed, reference: &reference, reference_then: &reference, cues: &cue };
    basis.advance(&senses, &mut x).unwrap();
    x
}

#[test]
fn gaussians_are_computed_where_they_are_not_zero() {
    let mut narrow = Basis::gaussians(400, 0.01, 0.0004, DT).unwrap();
    for tick in [0, 1, 7, 200, 399, 1000, 1_000_000] {
        for (j, x) in at(&mut narrow, tick, 0.0, 0.0).into_iter().enumerate() {
            let z = (tick as f64 * DT - j as f64 * 0.01) / 0.0004;
            assert_eq!(x, libm::exp(-0.5 * z * z), "{tick} {j}");
        }
    }
}

#[test]
fn gamma_kernels_of_order_one_are_alpha_functions() {
    let mut gammas = Basis::gammas(&[0.1, 0.5], 1, DT).unwrap();
    for n in 0..300u64 {
        let x = at(&mut gammas, n, 0.0, if n == 0 { 1.0 } else { 0.0 });
        for (x, tau) in x.iter().zip([0.1, 0.5]) {
            let t = n as f64 * DT / tau;
            assert!((x - t * (1.0 - t).exp()).abs() < 1e-12, "{n} {tau}");
        }
    }
    // Higher orders peak at order times tau, with height 1.
    let mut high = Basis::gammas(&[0.1], 12, DT).unwrap();
    let x: Vec<f64> = (0..400u64).map(|n| at(&mut high, n, 0.0, if n == 0 { 1.0 } else { 0.0 })[0]).collect();
    let top = x.iter().copied().fold(0.0, f64::max);
    assert!((top - 1.0).abs() < 1e-12);
    assert!((x.iter().position(|v| *v == top).unwrap() as f64 * DT - 1.2).abs() < 0.11);
}

#[test]
fn a_filtered_reference_has_its_derivatives() {
    let mut basis = Basis::filtered_reference(&[0.2], 1.0, DT).unwrap();
    // r = t²: the backward difference is 2 t - dt, the second is 2, from the third tick on.
    for n in 0..100u64 {
        let t = n as f64 * DT;
        let x = at(&mut basis, n, t * t, 0.0);
        if n >= 2 {
            assert!((x[0] - t * t).abs() < 1e-12 && (x[1] - (2.0 * t - DT)).abs() < 1e-9);
            assert!((x[2] - 2.0).abs() < 1e-8);
        }
    }
    let mut state = Basis::state(DT).unwrap();
    assert_eq!(at(&mut state, 0, 5.0, 0.0), [0.0, 0.7, 0.3]);
}

#[test]
fn a_plant_that_becomes_another_keeps_its_state() {
    let heavy = Linear::second_order(1.5, 2.0, 5.0).unwrap();
    let mut plant = Linear::second_order(1.0, 2.0, 4.0).unwrap();
    (0..30).for_each(|_| plant.advance(&[1.0], DT).unwrap());
    let (mut before, mut after) = ([0.0; 2], [0.0; 2]);
    plant.sense(&mut before);
    plant.become_like(&heavy).unwrap();
    plant.sense(&mut after);
    assert_eq!(before, after);
    // It settles where the stiffer spring balances the force.
    (0..4000).for_each(|_| plant.advance(&[1.0], DT).unwrap());
    plant.sense(&mut after);
    assert!((after[0] - 1.0 / 5.0).abs() < 1e-9);
    assert!(heavy.clone().become_like(&Linear::first_order(1.0, 1.0).unwrap()).is_err());
}

#[test]
fn the_forms_of_a_trace_agree() {
    let models = [TraceModel::System(system()), TraceModel::Response(system().impulse(TICKS))];
    let mut traces: Vec<Traces> = models.iter().map(|m| Traces::new(m, 40).unwrap()).collect();
    let signals = signals();
    let fourier: Vec<Vec<f64>> = signals.iter().map(|x| models[1].of_trial(x)).collect();
    let mut e = vec![vec![0.0; 40]; 2];
    for n in 0..TICKS {
        let x: Vec<f64> = signals.iter().map(|s| s[n]).collect();
        traces.iter_mut().zip(&mut e).for_each(|(t, e)| t.advance(&x, e).unwrap());
        let fourier = fourier.iter().map(|f| f[n]);
        assert!(largest(e[0].iter().zip(&e[1]).map(|(a, b)| a - b)) < 1e-9);
        assert!(largest(e[0].iter().zip(fourier).map(|(a, b)| a - b)) < 1e-9);
    }
}

#[test]
fn a_delay_and_no_trace_are_responses_too() {
    let x = |n: usize| [(n as f64 * 0.1).sin(), n as f64];
    for (model, ticks) in [(TraceModel::None, 0), (TraceModel::Delay(0), 0), (TraceModel::Delay(7), 7)] {
        let mut a = Traces::new(&model, 2).unwrap();
        let mut b = Traces::new(&TraceModel::Response(model.impulse(9)), 2).unwrap();
        let mut e = [[0.0; 2]; 2];
        for n in 0..50 {
            a.advance(&x(n), &mut e[0]).unwrap();
            b.advance(&x(n), &mut e[1]).unwrap();
            assert_eq!(e[0], if n < ticks { [0.0; 2] } else { x(n - ticks) });
            assert_eq!(e[0], e[1]);
        }
    }
}

fn filter(trace: TraceModel, step: Step, update: Update) -> AdaptiveFilter {
    AdaptiveFilter::new(basis(), &Learning { trace, update, step }).unwrap()
}

fn cfpc(filter: AdaptiveFilter) -> Adaptive {
    Adaptive::cfpc(law(), filter, DT)
}

#[test]
fn the_trace_is_the_gradient_of_the_error() {
    let still = || filter(TraceModel::None, Step::Plain(0.0), Update::Trial);
    let theory = Lifted::new(&system().impulse(TICKS), &[1.0], &signals()).unwrap();
    let base = trial(&mut looped(cfpc(still())), &reference());
    for j in [0, 7, 25, 39] {
        let mut weights = vec![0.0; 40];
        weights[j] = 1.0;
        let moved = trial(&mut looped(cfpc(still().with_weights(&weights).unwrap())), &reference());
        let wrong = (0..TICKS).map(|n| moved[n] - base[n] + theory.response()[(n, j)]);
        assert!(largest(wrong) < 1e-12);
    }
}

#[test]
fn the_teacher_of_feedback_error_learning_has_the_same_trace() {
    // The change of the feedback command by the filter's output is minus the response of the loop.
    let h = system().impulse(TICKS);
    let still = filter(TraceModel::None, Step::Plain(0.0), Update::Trial);
    let mut weights = vec![0.0; 40];
    weights[3] = 1.0;
    let fel = Adaptive::feedback_error_learning(law(), still.with_weights(&weights).unwrap(), DT);
    let mut closed = looped(fel);
    closed.reset();
    let theory = Lifted::new(&h, &h, &signals()).unwrap();
    for (n, x) in signals()[3].iter().enumerate() {
        closed.tick(&Drive { reference: &[0.0], ..Drive::default() }).unwrap();
        let feedback = closed.command()[0] - x;
        assert!((feedback + theory.response()[(n, 3)]).abs() < 1e-12);
    }
}

#[test]
fn learning_in_the_loop_is_learning_in_theory() {
    let h = system().impulse(TICKS);
    let theory = Lifted::new(&h, &h, &signals()).unwrap();
    let rate = theory.safe_rate();
    let mut closed = looped(cfpc(filter(TraceModel::Response(h), Step::Plain(rate), Update::Trial)));
    let mut rms = Vec::new();
    for _ in 0..=20 {
        let errors = trial(&mut closed, &reference());
        rms.push(errors.iter().map(|e| e * e).sum::<f64>().sqrt());
    }
    let mut still = looped(Reflex::new(law()));
    let course = theory.learn(&trial(&mut still, &reference()), rate, 20, 1e6).unwrap();
    for (measured, relative) in rms.iter().zip(&course.relative) {
        assert!((measured / rms[0] - relative).abs() < 1e-9);
    }
    assert!(course.relative.windows(2).all(|w| w[1] <= w[0]), "an exact trace never makes it worse");
    assert!(course.relative[20] < 0.1);
}

#[test]
fn a_normalized_filter_learns_in_every_tick_too() {
    let trace = TraceModel::Response(system().impulse(TICKS));
    for update in [Update::Tick, Update::Trial] {
        let mut closed = looped(cfpc(filter(trace.clone(), Step::SUGGESTED, update)));
        let rms: Vec<f64> = (0..60)
            .map(|_| trial(&mut closed, &reference()).iter().map(|e| e * e).sum::<f64>().sqrt())
            .collect();
        assert!(rms[59] < 0.1 * rms[0], "{update:?}: {} {}", rms[0], rms[59]);
    }
}

#[test]
fn random_signs_find_the_loop() {
    let mut closed = looped(Reflex::new(law()));
    let probe = Identify { response_s: 4.0, ridge: 1e-9, ..Identify::default() };
    let found = probe.run(&mut closed).unwrap();
    assert!(found.explained > 0.99 && found.saturated == 0.0 && found.stuck < 0.01, "{}", found.explained);
    let found = found.taps;
    let h = system().impulse(400);
    assert!(largest(found.iter().zip(&h).map(|(a, b)| a - b)) < 0.01 * largest(h));
}

#[test]
fn no_step_converges_without_a_trace_and_theory_says_so() {
    let h = system().impulse(TICKS);
    let theory = Lifted::new(&h, &[1.0], &signals()).unwrap();
    assert_eq!(theory.bound().unwrap(), None);
    let first = answer_to(&mut looped(Reflex::new(law())), &reference()).unwrap();
    let course = theory.learn(&first, theory.bench_rate().unwrap(), 2000, 1e6).unwrap();
    assert!(course.diverged_at.is_some() && *course.relative.last().unwrap() > 1e6);
    let cause = lobule_control::oracle::cause(&h, &[1.0], &signals()[5], 5.0, DT).unwrap();
    assert!(cause.to_string().contains("beyond 90"), "{cause}");
    // An exact trace above its bound diverges, too, and below it does not.
    let theory = Lifted::new(&h, &h, &signals()).unwrap();
    let bound = theory.bound().unwrap().unwrap();
    assert!((bound * theory.norm() - 2.0).abs() < 1e-6);
    assert!(theory.step_above_bound(1.01 * bound).unwrap().is_some());
    assert!(theory.step_above_bound(0.99 * bound).unwrap().is_none());
    assert!(theory.learn(&first, 1.05 * bound, 3000, 1e6).unwrap().diverged_at.is_some());
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let said = |e: Error| e.to_string();
    assert!(said(Linear::first_order(0.0, 1.0).unwrap_err()).contains("damping = 0"));
    assert!(said(Linear::second_order(-1.0, 0.0, 0.0).unwrap_err()).contains("mass = -1"));
    assert!(said(Pid::new(PidGains { kp: f64::NAN, ..GAINS }, DT).unwrap_err()).contains("kp = NaN"));
    assert!(said(Pid::new(GAINS, 0.0).unwrap_err()).contains("dt_s = 0"));
    assert!(said(Basis::gaussians(0, 0.1, 0.06, DT).unwrap_err()).contains("signals = 0"));
    assert!(said(Basis::gammas(&[], 1, DT).unwrap_err()).contains("signals = 0"));
    let learning = Learning { trace: TraceModel::None, update: Update::Trial, step: Step::Normalized(2.0) };
    assert!(said(AdaptiveFilter::new(basis(), &learning).unwrap_err()).contains("normalized rate = 2"));
    assert!(said(Traces::new(&TraceModel::Response(Vec::new()), 3).unwrap_err()).contains("response = 0"));
    assert!(said(LinearSystem::delay(0).closed().unwrap_err()).contains("a tick of delay"));
    assert!(said(Lifted::new(&[1.0], &[1.0], &[]).unwrap_err()).contains("signals = 0"));
    let short = lobule_control::identify::finite_response(&[1.0; 4], &[1.0; 4], 9, 0.0);
    assert!(said(short.unwrap_err()).contains("taps = 9"));
}
