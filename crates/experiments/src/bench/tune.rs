//! The control laws, tuned for each body and delay, so that no controller competes with a weak rival.
//!
//! `late` is a PID law on the delayed error. `now` serves controllers that estimate the present state,
//! `u = kp (r - y) + kd (r' - y') + damping r' + holding(r)`, tuned as if there were no delay. Both take the gains with the smallest
//! error on one trial of movements and a push, in the worse of two loops: with these gains, and with gains 1.5 times as large.

use super::body::Body;
use super::config::Config;
use super::laws::{ImmediateLaw, Laws, state_law};
use super::task::{TrialMeasures, push, trial};
use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::registry::Plants;
use lobule_control::trajectory::reaches;
use lobule_control::{ClosedLoop, Controller};
use lobule_study::Error;

/// Gains in units of the body's own stiffness, of its damping at the same speed, and of a stiffness per second. Chosen: from
/// nothing to the limit of a tick of 10 ms.
const KP: [f64; 12] = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.3, 1.6, 2.0, 3.0, 5.0, 8.0];
const KD: [f64; 9] = [0.0, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0];
const KI: [f64; 7] = [0.0, 0.1, 0.3, 0.7, 1.5, 3.0, 6.0];
/// Factor of the gains that the loop must tolerate. Chosen: a usual gain margin.
const MARGIN: f64 = 1.5;
/// Low-pass of the derivative, s. Source: cfpc/*.
const FILTER_S: f64 = 0.03;

/// Tunes the laws of `body` under delays in ticks.
pub fn tune(config: &Config, plants: &Plants, body: &Body, delays: [usize; 2]) -> Result<Laws, Error> {
    let dt = config.dt_s;
    // A trial of movements and one of rest, which reveals a barely unstable loop.
    let mut reference = reaches(config.ticks(), dt);
    reference.resize(2 * config.ticks(), 0.0);
    let scale = body.scale();
    let force: Vec<f64> = [vec![0.0; config.ticks()], push(config, 0.5 * scale)].concat();
    let slow = if body.mass() > 0.0 { (scale * body.mass()).sqrt() } else { 0.0 };
    let error = |controller: Box<dyn Controller>, delays: [usize; 2]| -> Result<TrialMeasures, Error> {
        let mut closed = ClosedLoop::new(body.plant(plants)?, controller, body.references(), dt, delays)?;
        trial(&mut closed, &reference, &force, config.stop_at, dt)
    };

    let kp = KP.map(|k| k * scale);
    let kd = &KD.map(|k| k * slow)[..if slow > 0.0 { KD.len() } else { 1 }];
    let pairs = kp.iter().flat_map(|kp| kd.iter().map(|kd| [*kp, *kd])).collect::<Vec<_>>();
    let with_ki = |&[kp, kd]: &[f64; 2]| KI.map(|k| PidGains { kp, kd, ki: k * scale, filter_s: FILTER_S });
    let none = PidGains { kp: 0.0, kd: 0.0, ki: 0.0, filter_s: FILTER_S };
    let (late, holds) = best(none, pairs.iter().flat_map(with_ki), |gains, margin| {
        let PidGains { kp, kd, ki, filter_s } = gains;
        let gains = PidGains { kp: margin * kp, kd: margin * kd, ki: margin * ki, filter_s };
        error(Box::new(Reflex::new(Pid::new(gains, dt)?)), delays)
    })?;
    let (now, _) = best([0.0; 2], pairs.iter().copied(), |gains, margin| {
        error(Box::new(ImmediateLaw(state_law(gains.map(|k| margin * k), body))), [0; 2])
    })?;
    let mut laws = Laws { late, holds, now, force: 0.0 };

    // The force for the configured displacement under feedback alone, from the response to a weak push: near rest the body is linear.
    let rest = vec![0.0; config.ticks()];
    let weak = 1e-3 * scale;
    let push = push(config, weak);
    let reflex = Box::new(Reflex::new(laws.pid(1.0, dt)?));
    let mut closed = ClosedLoop::new(body.plant(plants)?, reflex, body.references(), dt, delays)?;
    let displaced = trial(&mut closed, &rest, &push, config.stop_at, dt)?;
    laws.force = if displaced.peak > 0.0 { weak * config.push.peak / displaced.peak } else { scale };
    Ok(laws)
}

/// The gains with the smallest error in the worse of their two loops, and whether both loops held the body.
fn best<G: Copy>(
    none: G,
    all: impl Iterator<Item = G>,
    error: impl Fn(G, f64) -> Result<TrialMeasures, Error>,
) -> Result<(G, bool), Error> {
    let mut best = (f64::INFINITY, none, false);
    for gains in all {
        let (mut worse, mut holds) = (0.0f64, true);
        for margin in [1.0, MARGIN] {
            let trial = error(gains, margin)?;
            worse = worse.max(trial.rms);
            holds &= trial.stopped.is_none();
            if worse >= best.0 {
                break;
            }
        }
        if worse < best.0 {
            best = (worse, gains, holds);
        }
    }
    Ok((best.1, best.2))
}
