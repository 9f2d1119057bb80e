//! The three protocols: pursuit of a lasting target, of one that starts to move, of one that disappears.

use super::config::{Config, EyeConfig, PursuitController};
use super::eyes::{Pursuer, Target, track};
use super::record::{Hidden, Ramp, Tracked};
use lobule_study::Error;

/// Duration of the movement that is kept, s.
const KEPT_S: f64 = 3.0;

/// Pursuit of a predictable target of one frequency, or of the mixed target.
pub fn one(config: &Config, kind: PursuitController, hz: Option<f64>, seed: u64) -> Result<Tracked, Error> {
    let target = match hz {
        Some(hz) => Target::sine(config, seed, hz),
        None => Target::mixed(config, seed),
    };
    let (is_kept, mut movement) = (seed == config.seeds[0], Vec::new());
    let kept = (KEPT_S / config.dt_s()) as usize;
    let responses = track(config, kind, seed, &target, |t, v, eye| {
        if is_kept && movement.len() < kept {
            movement.push((t, v, eye));
        }
    })?;
    Ok(Tracked { kind, hz, seed, responses, movement })
}

/// Pursuit of a target that starts to move, by the nominal eye without noise.
pub fn ramp(config: &Config, kind: PursuitController, ki: f64) -> Result<Ramp, Error> {
    // All models describe the nominal eye; here the eye is nominal, too.
    let nominal = Config { eye: EyeConfig { spread: 0.0, ..config.eye.clone() }, ..config.clone() };
    let mut pursuer = Pursuer::new(&nominal, kind, ki, 0, 0.0)?;
    let ticks = config.ticks_of_s(config.ramp.duration_s);
    let mut samples = Vec::with_capacity(ticks);
    // A first tick at rest: a loop assumes that its first reference has always been there.
    pursuer.follow(|_| 0.0, true, 1, |_, _, _| ());
    let from_s = config.dt_s();
    pursuer.follow(|_| config.ramp.speed_deg_s, true, ticks, |t, v, eye| samples.push((t - from_s, v, eye)));
    Ok(Ramp { kind, ki, samples })
}

/// Pursuit of a learned target that disappears and comes back.
pub fn hide(config: &Config, kind: PursuitController, seed: u64) -> Result<Hidden, Error> {
    let (dt_s, hz) = (config.dt_s(), config.hidden.hz);
    let target = Target::sine(config, seed, hz);
    let mut pursuer = Pursuer::new(config, kind, config.feedback.ki, seed, config.noise_deg_s)?;
    let mut learned = config.ticks_of_s(config.targets.learning_s as f64);
    // It disappears as it reverses, so that half a cycle has one direction.
    let velocity_at = |tick: usize| target.velocity(tick as f64 * dt_s);
    while !(velocity_at(learned - 1) < 0.0 && velocity_at(learned) >= 0.0) {
        learned += 1;
    }
    let mut samples = Vec::new();
    let zero_s = learned as f64 * dt_s;
    let shown = ((0.5 / hz) / dt_s) as usize;
    let mut keep = |t: f64, v: f64, eye: f64| samples.push((t - zero_s, v, eye));
    let velocity = |t: f64| target.velocity(t);
    let hidden = config.ticks_of_s(config.hidden.duration_s);
    let kept = pursuer.follow(velocity, true, learned - shown, |_, _, _| ())
        && pursuer.follow(velocity, true, shown, &mut keep)
        && pursuer.follow(velocity, false, hidden, &mut keep)
        && pursuer.follow(velocity, true, shown, &mut keep);
    Ok(Hidden { kind, seed, samples, is_lost: !kept })
}
