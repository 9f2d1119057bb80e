//! A wrist that reaches to targets around it, and its signals: delayed feedback, commands, an estimate of the present state.
//!
//! Each of two axes is an inertia with damping and stiffness behind a muscle, `q̈ = f - b q̇ - k q + noise`, `τ ḟ = u - f`, in
//! steps of a tick. A controller follows a minimum-jerk trajectory by inverse dynamics and by feedback from an estimate of
//! the present: a Kalman filter of delayed senses, propagated through the commands in flight (efference copies).
//! Units: deg, deg/s, and deg/s² for force and command (inertia 1).
//! Source: reference of the experiment ("wrist-like plant, feedback 80 ms late"); numbers Chosen, see the defaults.

use super::config::WristConfig;
use lobule_control::forward::{ForwardModel, Kalman};
use lobule_signal::Stream;
use lobule_study::Error;
use std::f64::consts::TAU;

/// Number of signals at a tick, in deg, deg/s and deg/s², both axes of each.
pub const FEATURES: usize = 10;
/// Place of the delayed position and velocity among the features.
pub const FEEDBACK: std::ops::Range<usize> = 0..4;
/// Place of the command.
pub const COMMAND: std::ops::Range<usize> = 4..6;
/// Place of the estimate of position and velocity.
pub const ESTIMATE: std::ops::Range<usize> = 6..10;

/// Noise of the sense of force, deg/s²; so large that force is not sensed. Chosen: a hundred times the commands.
const FORCE_SENSE_SD: f64 = 1e5;

/// A movement: features of each tick. `[ticks][FEATURES]`
pub type Movement = Vec<[f64; FEATURES]>;

struct Axis {
    /// Position, velocity, force at each tick so far; at rest before.
    states: Vec<[f64; 3]>,
    commands: Vec<f64>,
    filter: Kalman,
    estimate: [f64; 3],
}

/// Matrices of a tick for state (q, q̇, f) and command u.
fn matrices(config: &WristConfig, tick_s: f64) -> (Vec<f64>, Vec<f64>) {
    let (k, b, a) = (config.stiffness, config.damping, tick_s / config.muscle_s);
    // Position moves with the velocity at the end of the tick, so that the step is stable.
    let velocity = [-tick_s * k, 1.0 - tick_s * b, tick_s];
    let position = [1.0 + tick_s * velocity[0], tick_s * velocity[1], tick_s * velocity[2]];
    ([position, velocity, [0.0, 0.0, 1.0 - a]].concat(), vec![0.0, 0.0, a])
}

/// Position, velocity, acceleration and jerk of a minimum-jerk trajectory of distance 1 and duration `t_s`.
/// Source: Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985.
fn minimum_jerk(at_s: f64, t_s: f64) -> [f64; 4] {
    let s = (at_s / t_s).clamp(0.0, 1.0);
    let moves = if s > 0.0 && s < 1.0 { 1.0 } else { 0.0 };
    [
        s * s * s * (10.0 + s * (6.0 * s - 15.0)),
        moves * 30.0 * s * s * (1.0 - s) * (1.0 - s) / t_s,
        moves * 60.0 * s * (1.0 + s * (2.0 * s - 3.0)) / (t_s * t_s),
        moves * 60.0 * (1.0 + s * (6.0 * s - 6.0)) / (t_s * t_s * t_s),
    ]
}

/// One movement to a target, from `from_ms` relative to its onset.
pub fn movement(
    config: &WristConfig,
    direction: usize,
    trial: u64,
    (from_ms, ticks, tick_ms): (f64, usize, f64),
    seed: u64,
) -> Result<Movement, Error> {
    let tick_s = tick_ms * 1e-3;
    let delay = (config.delay_ms / tick_ms).round() as usize;
    let (a, b) = matrices(config, tick_s);
    let process_sd = config.motor_noise * tick_s.sqrt();
    let sense_sd = [config.position_noise, config.velocity_noise, FORCE_SENSE_SD];
    let angle = TAU * direction as f64 / config.directions as f64;
    let toward = [libm::cos(angle), libm::sin(angle)];
    let (motor, sense) = (Stream::new(seed, "wrist/motor"), Stream::new(seed, "wrist/sense"));
    // Steps of the streams that no other movement uses.
    let step = |t: usize| (trial * config.directions as u64 + direction as u64) * 1_000_000 + t as u64;

    let axis = || -> Result<Axis, Error> {
        let filter = Kalman::new(
            (a.clone(), b.clone(), vec![0.0; 3]),
            vec![0.0, process_sd * process_sd, 0.0],
            sense_sd.iter().map(|sd| sd * sd).collect(),
        )?;
        Ok(Axis { states: vec![[0.0; 3]], commands: Vec::new(), filter, estimate: [0.0; 3] })
    };
    let mut axes = [axis()?, axis()?];
    let mut features = Vec::with_capacity(ticks);
    for t in 0..ticks {
        let desired = minimum_jerk((from_ms + t as f64 * tick_ms) * 1e-3, config.movement_s);
        let mut signals = [0.0; FEATURES];
        for (k, axis) in axes.iter_mut().enumerate() {
            let late = t.checked_sub(delay).map_or([0.0; 3], |s| axis.states[s]);
            // Position and velocity are sensed with noise; the force is not.
            let noise = [0, 1].map(|i| sense_sd[i] * sense.normal(step(t), (2 * k + i) as u32));
            let mut sensed = [late[0] + noise[0], late[1] + noise[1], 0.0];
            if t == 0 {
                axis.filter.estimate(&[0.0], true, &mut sensed)?;
            } else {
                let then = (t - 1).checked_sub(delay).map_or(0.0, |s| axis.commands[s]);
                // With such noise the value has no weight.
                sensed[2] = axis.estimate[2];
                axis.filter.estimate(&[then], false, &mut sensed)?;
            }
            axis.estimate = sensed;
            let mut now = sensed;
            for age in (1..=delay).rev() {
                let command = t.checked_sub(age).map_or(0.0, |s| axis.commands[s]);
                let before = now;
                axis.filter.predict(&before, &[command], &mut now)?;
            }

            let scale = config.distance_deg * toward[k];
            let [q, v, a_ref, jerk] = desired.map(|c| scale * c);
            let force = a_ref + config.damping * v + config.stiffness * q;
            let slope = jerk + config.damping * a_ref + config.stiffness * v;
            let command = force
                + config.muscle_s * slope
                + config.position_gain * (q - now[0])
                + config.velocity_gain * (v - now[1]);
            axis.commands.push(command);
            (signals[k], signals[2 + k], signals[4 + k]) = (late[0], late[1], command);
            (signals[6 + k], signals[8 + k]) = (now[0], now[1]);

            let mut next = [0.0; 3];
            axis.filter.predict(&axis.states[t], &[command], &mut next)?;
            next[1] += process_sd * motor.normal(step(t), k as u32);
            axis.states.push(next);
        }
        features.push(signals);
    }
    Ok(features)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> WristConfig {
        WristConfig {
            directions: 8,
            trials: 4,
            delay_ms: 80.0,
            distance_deg: 20.0,
            movement_s: 0.3,
            stiffness: 60.0,
            damping: 12.0,
            muscle_s: 0.03,
            position_gain: 200.0,
            velocity_gain: 25.0,
            motor_noise: 10.0,
            position_noise: 0.4,
            velocity_noise: 4.0,
        }
    }

    #[test]
    fn the_wrist_arrives_and_the_estimate_is_ahead_of_feedback() {
        for direction in 0..8 {
            let m = movement(&config(), direction, 0, (-350.0, 230, 5.0), 1).unwrap();
            let angle = TAU * direction as f64 / 8.0;
            let along = |f: &[f64; FEATURES], at: usize| f[at] * angle.cos() + f[at + 1] * angle.sin();
            let end = along(&m[229], ESTIMATE.start);
            assert!((end - 20.0).abs() < 1.5, "{direction}: {end}");
            // The estimate passes half of the distance 80 ms, 16 ticks, before the senses do.
            let half = |at: usize| m.iter().position(|f| along(f, at) > 10.0).unwrap();
            let ahead = half(FEEDBACK.start) - half(ESTIMATE.start);
            assert!((14..=18).contains(&ahead), "{direction}: {ahead}");
        }
    }

    #[test]
    fn without_noise_the_estimate_is_the_state_of_a_delay_later() {
        let quiet = WristConfig { motor_noise: 0.0, position_noise: 1e-3, velocity_noise: 1e-3, ..config() };
        let m = movement(&quiet, 1, 0, (-350.0, 230, 5.0), 1).unwrap();
        for t in 0..m.len() - 16 {
            for i in 0..4 {
                let (now, later) = (m[t][ESTIMATE.start + i], m[t + 16][FEEDBACK.start + i]);
                assert!((now - later).abs() < 0.02, "tick {t}, {i}: {now} {later}");
            }
        }
    }
}
