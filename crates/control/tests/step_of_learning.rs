//! The normalized step: one number for every tick, basis, size of movement and time of change.

use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::identify::impulse_response;
use lobule_control::plant::Linear;
use lobule_control::trajectory::sines;
use lobule_control::{Adaptive, ClosedLoop, Controller, Drive, Senses, Snapshot};

mod wheel;

#[test]
fn the_suggested_step_learns_at_every_tick_at_the_end_of_trials() {
    learns_at_every_tick(Update::Trial);
}

#[test]
fn the_suggested_step_learns_at_every_tick_in_every_tick() {
    learns_at_every_tick(Update::Tick);
}

fn learns_at_every_tick(update: Update) {
    let ratios = [0.02, 0.01, 0.005, 0.002, 0.001].map(|dt_s| {
        let errors = wheel::learning_curve(dt_s, update, Step::SUGGESTED, 40).unwrap();
        errors[39] / errors[0]
    });
    assert!(ratios.iter().all(|ratio| *ratio < 0.15), "{ratios:?}");
    // The same number means the same.
    let [low, high] = [f64::min, f64::max].map(|f| ratios.iter().copied().fold(ratios[0], f));
    assert!(high < 1.1 * low, "{ratios:?}");
}

#[test]
fn the_whole_range_of_steps_is_safe_with_the_trace_of_the_loop() {
    for update in [Update::Trial, Update::Tick] {
        for rate in [0.03, 0.3, 1.99] {
            let errors = wheel::learning_curve(0.01, update, Step::Normalized(rate), 12).unwrap();
            let worst = errors.iter().skip(1).fold(0.0, |top: f64, e| top.max(*e));
            assert!(worst <= 1.001 * errors[0], "{update:?} {rate}: {errors:?}");
            assert!(errors[11] < errors[0], "{update:?} {rate}: {errors:?}");
        }
    }
}

const DT_S: f64 = 0.01;

fn law(dt_s: f64) -> Pid {
    Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, dt_s).unwrap()
}

fn body() -> Linear {
    Linear::second_order(1.0, 2.0, 4.0).unwrap()
}

/// A loop that learns from signals of the reference.
fn wanderer(dt_s: f64, update: Update) -> ClosedLoop<Linear, Adaptive> {
    let delays = [0.1, 0.05].map(|s: f64| (s / dt_s).round() as usize);
    let mut alone = ClosedLoop::new(body(), Reflex::new(law(dt_s)), 1, dt_s, delays).unwrap();
    let h = impulse_response(&mut alone, (2.0 / dt_s).round() as usize).unwrap();
    let learning = Learning { trace: TraceModel::Response(h), update, step: Step::SUGGESTED };
    let basis = Basis::filtered_reference(&[0.05, 0.1, 0.2, 0.4, 0.8], 0.1, dt_s).unwrap();
    let filter = AdaptiveFilter::new(basis, &learning).unwrap();
    ClosedLoop::new(body(), Adaptive::cfpc(law(dt_s), filter, dt_s), 1, dt_s, delays).unwrap()
}

/// Root mean square error over a reference.
fn rms(closed: &mut ClosedLoop<Linear, Adaptive>, reference: &[f64]) -> f64 {
    let mut squares = 0.0;
    for r in reference {
        squares += (r - closed.senses()[0]).powi(2);
        closed.tick(&Drive { reference: &[*r], ..Drive::default() }).unwrap();
    }
    (squares / reference.len() as f64).sqrt()
}

#[test]
fn movements_that_never_repeat_are_learned_at_every_tick_and_size() {
    for update in [Update::Trial, Update::Tick] {
        for (dt_s, size) in [(0.02, 1.0), (0.01, 1.0), (0.004, 1.0), (0.01, 1e-3), (0.01, 1e3)] {
            let mut closed = wanderer(dt_s, update);
            let ticks = (4.0 / dt_s).round() as usize;
            let mut alone = wanderer(dt_s, update);
            alone.controller_mut().set_learning(false);
            let mut sums = [0.0; 2];
            for k in 0..60 {
                let reference: Vec<f64> = sines(5, k, ticks, dt_s).iter().map(|r| size * r).collect();
                for (sum, closed) in sums.iter_mut().zip([&mut alone, &mut closed]) {
                    closed.reset();
                    let error = rms(closed, &reference);
                    closed.finish(0.0).unwrap();
                    *sum += if k >= 50 { error } else { 0.0 };
                }
            }
            assert!(sums[1] < 0.7 * sums[0], "{update:?} {dt_s} {size}: {sums:?}");
        }
    }
}

#[test]
fn a_run_without_trials_learns_once_the_response_has_been_seen() {
    let mut closed = wanderer(DT_S, Update::Tick);
    // Standing still is no movement: the bound is not known by it.
    rms(&mut closed, &[0.0; 1000]);
    assert!(closed.controller().weights().iter().all(|w| *w == 0.0));
    // Sines that have no common period.
    let frequencies = [0.21, 0.43, 0.71, 1.1];
    let at = |n: usize| {
        let sine = |hz: &f64| libm::sin(std::f64::consts::TAU * hz * DT_S * n as f64);
        frequencies.iter().map(sine).sum::<f64>()
    };
    let reference: Vec<f64> = (0..40_000).map(at).collect();
    rms(&mut closed, &reference[..30]);
    assert!(closed.controller().weights().iter().all(|w| *w == 0.0), "nothing is learned before");
    rms(&mut closed, &reference[30..38_000]);
    let learned = rms(&mut closed, &reference[38_000..]);
    let mut alone = wanderer(DT_S, Update::Tick);
    alone.controller_mut().set_learning(false);
    rms(&mut alone, &reference[..38_000]);
    let alone = rms(&mut alone, &reference[38_000..]);
    assert!(learned < 0.5 * alone, "{learned} {alone}");
}

#[test]
fn a_trial_that_ends_at_once_or_a_larger_movement_afterwards_does_no_harm() {
    for update in [Update::Trial, Update::Tick] {
        let mut closed = wanderer(DT_S, update);
        let reference = sines(2, 3, 400, DT_S);
        // Ended after 3, 20 and 30 ticks: while traces are only beginning to rise.
        for ticks in [3, 20, 30] {
            closed.reset();
            rms(&mut closed, &reference[..ticks]);
            closed.finish(0.0).unwrap();
        }
        closed.controller_mut().set_learning(false);
        closed.reset();
        let after = rms(&mut closed, &reference);
        let mut alone = wanderer(DT_S, update);
        alone.controller_mut().set_learning(false);
        let before = rms(&mut alone, &reference);
        assert!(after < 1.5 * before, "{update:?}: {before} {after}");
        // A hundred times larger, from one trial to the next.
        closed.controller_mut().set_learning(true);
        let large: Vec<f64> = reference.iter().map(|r| 100.0 * r).collect();
        for _ in 0..5 {
            closed.reset();
            let error = rms(&mut closed, &large);
            closed.finish(0.0).unwrap();
            assert!(error < 150.0 * before, "{update:?}: {before} {error}");
        }
    }
}

#[test]
fn what_is_not_a_number_leaves_what_was_learned_as_it_was() {
    for update in [Update::Trial, Update::Tick] {
        let mut closed = wanderer(DT_S, update);
        let reference = sines(2, 3, 400, DT_S);
        for _ in 0..3 {
            closed.reset();
            rms(&mut closed, &reference);
            closed.finish(0.0).unwrap();
        }
        let learner = closed.controller_mut();
        let before = learner.weights().to_vec();
        assert!(before.iter().any(|w| *w != 0.0));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for (sensed, reference, then) in [(bad, 0.1, 0.1), (0.1, bad, 0.1), (0.1, 0.1, bad)] {
                learner.reset();
                let good = Senses {
                    tick: 0,
                    sensed: &[0.1, 0.0],
                    reference: &[0.2],
                    reference_then: &[0.2],
                    cues: &[],
                };
                let mut command = [0.0];
                (0..40).for_each(|tick| learner.advance(&Senses { tick, ..good }, &mut command).unwrap());
                let during = learner.weights().to_vec();
                let (sensed, reference, reference_then) = ([sensed, 0.0], [reference], [then]);
                let senses = Senses {
                    tick: 40,
                    sensed: &sensed,
                    reference: &reference,
                    reference_then: &reference_then,
                    cues: &[],
                };
                assert!(learner.advance(&senses, &mut command).is_err(), "{update:?} {bad}");
                assert_eq!(learner.weights(), during, "{update:?} {bad}");
                learner.finish(f64::NAN).unwrap();
                assert!(learner.weights().iter().all(|w| w.is_finite()), "{update:?} {bad}");
            }
        }
    }
}

#[test]
fn a_filter_that_goes_on_from_a_copy_knows_its_bound() {
    let mut one = wanderer(DT_S, Update::Tick);
    let reference = sines(2, 3, 800, DT_S);
    rms(&mut one, &reference[..500]);
    let mut two = wanderer(DT_S, Update::Tick);
    two.restore(&one.snapshot()).unwrap();
    assert_eq!(rms(&mut one, &reference[500..]), rms(&mut two, &reference[500..]));
    assert_eq!(one.controller().weights(), two.controller().weights());
}
