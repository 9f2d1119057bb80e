//! The feedback laws: tuned for each body and delay, so that nobody has a weak rival.
//!
//! `late` is a PID law on the late error. `now` is for controllers that know where the body is: a law of state,
//! `u = kp (r - y) + kd (r' - y') + damping r' + holding(r)`, tuned as if there were no delay. Both take the gains whose error on one trial of movements and a
//! push is least in the worse of two loops: with these gains, and with half as much again, which leaves a margin.

use super::body::Body;
use super::config::Config;
use super::task::{Trial, trial};
use crate::cfpc::reaches;
use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::forward::Law;
use lobule_control::{ClosedLoop, Controller, Senses};
use lobule_study::Error;
use serde::{Deserialize, Serialize};

/// Gains in units of the body's own stiffness, of its damping at the same speed, and of a stiffness per second. Chosen: from nothing to what a
/// tick of 10 ms bears.
const KP: [f64; 12] = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.3, 1.6, 2.0, 3.0, 5.0, 8.0];
const KD: [f64; 9] = [0.0, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0];
const KI: [f64; 7] = [0.0, 0.1, 0.3, 0.7, 1.5, 3.0, 6.0];
/// Factor of the gains that the loop has to bear. Chosen: a usual margin of gain.
const MARGIN: f64 = 1.5;
/// Low-pass of the derivative, s. Source: cfpc/*.
const FILTER_S: f64 = 0.03;

/// The laws of a body under a delay.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Laws {
    /// On the late error.
    pub late: PidGains,
    /// Whether that law holds the body, with the margin.
    pub holds: bool,
    /// On the state of now: kp, kd.
    pub now: [f64; 2],
    /// Force of a push.
    pub force: f64,
}

impl Laws {
    /// The law on the late error, its gains times `gain`.
    pub fn pid(&self, gain: f64, dt_s: f64) -> Result<Pid, Error> {
        let PidGains { kp, kd, ki, filter_s } = self.late;
        Ok(Pid::new(PidGains { kp: gain * kp, kd: gain * kd, ki: gain * ki, filter_s }, dt_s)?)
    }

    /// The law on the state of now of a body that it takes for `body`.
    pub fn of_state(&self, gain: f64, body: &Body) -> Law {
        state_law([gain * self.now[0], gain * self.now[1]], body)
    }
}

fn state_law([kp, kd]: [f64; 2], body: &Body) -> Law {
    let body = *body;
    Box::new(move |s, r, u| {
        u[0] = kp * (r[0] - s[0]) + body.holding(r[0]);
        if let (Some(wanted), Some(velocity)) = (r.get(1), s.get(1)) {
            u[0] += kd * (wanted - velocity) + body.damping * wanted;
        }
    })
}

/// A law of state that is told the state of now.
struct Knowing(Law);

impl Controller for Knowing {
    fn name(&self) -> &'static str {
        "law of state"
    }

    fn commands(&self) -> usize {
        1
    }

    fn reset(&mut self) {}

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), lobule_control::Error> {
        (self.0)(senses.sensed, senses.reference, command);
        Ok(())
    }
}

/// Tunes the laws of `body` under delays in ticks.
///
/// # Errors
/// A part that cannot be made.
pub fn tune(config: &Config, body: &Body, delays: [usize; 2]) -> Result<Laws, Error> {
    let dt = config.dt_s;
    // A trial of movements and one of rest, in which what is barely unstable shows.
    let mut reference = reaches(config.ticks(), dt);
    reference.resize(2 * config.ticks(), 0.0);
    let scale = body.scale();
    let force: Vec<f64> = [vec![0.0; config.ticks()], push(config, 0.5 * scale)].concat();
    let slow = if body.mass > 0.0 { (scale * body.mass).sqrt() } else { 0.0 };
    let error = |controller: Box<dyn Controller>, delays: [usize; 2]| -> Result<Trial, Error> {
        let mut closed = ClosedLoop::new(body.plant()?, controller, body.senses(), dt, delays)?;
        trial(&mut closed, &reference, &force, config.stop_at, dt)
    };

    let mut best = (f64::INFINITY, PidGains { kp: 0.0, kd: 0.0, ki: 0.0, filter_s: FILTER_S }, false);
    for kp in KP.map(|k| k * scale) {
        for kd in KD.iter().map(|k| k * slow).take(if slow > 0.0 { KD.len() } else { 1 }) {
            for ki in KI.map(|k| k * scale) {
                let gains = PidGains { kp, kd, ki, filter_s: FILTER_S };
                let (mut worse, mut holds) = (0.0f64, true);
                for margin in [1.0, MARGIN] {
                    let gains = PidGains { kp: margin * kp, kd: margin * kd, ki: margin * ki, ..gains };
                    let reflex = Reflex::new(Pid::new(gains, dt)?);
                    let told = error(Box::new(reflex), delays)?;
                    worse = worse.max(told.rms);
                    holds &= told.stopped.is_none();
                    if worse >= best.0 {
                        break;
                    }
                }
                if worse < best.0 {
                    best = (worse, gains, holds);
                }
            }
        }
    }
    let mut now = (f64::INFINITY, [0.0; 2]);
    for kp in KP.map(|k| k * scale) {
        for kd in KD.iter().map(|k| k * slow).take(if slow > 0.0 { KD.len() } else { 1 }) {
            let mut worse = 0.0f64;
            for margin in [1.0, MARGIN] {
                let law = Knowing(state_law([margin * kp, margin * kd], body));
                worse = worse.max(error(Box::new(law), [0; 2])?.rms);
                if worse >= now.0 {
                    break;
                }
            }
            if worse < now.0 {
                now = (worse, [kp, kd]);
            }
        }
    }
    let mut laws = Laws { late: best.1, holds: best.2, now: now.1, force: 0.0 };

    // The push that displaces feedback alone as far as asked, by its answer to one a thousandth as strong: near rest it is linear.
    let rest = vec![0.0; config.ticks()];
    let weak = 1e-3 * scale;
    let push = push(config, weak);
    let reflex = Box::new(Reflex::new(laws.pid(1.0, dt)?));
    let mut closed = ClosedLoop::new(body.plant()?, reflex, body.senses(), dt, delays)?;
    let told = trial(&mut closed, &rest, &push, config.stop_at, dt)?;
    laws.force = if told.peak > 0.0 { weak * config.push.peak / told.peak } else { scale };
    Ok(laws)
}

/// A push of that force over a trial. `[ticks]`
pub fn push(config: &Config, force: f64) -> Vec<f64> {
    let mut push = vec![0.0; config.ticks()];
    let from = (config.push.at_s / config.dt_s).round() as usize;
    let to = from + (config.push.for_s / config.dt_s).round() as usize;
    push[from..to].fill(force);
    push
}
