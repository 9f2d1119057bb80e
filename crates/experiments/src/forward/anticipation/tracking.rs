//! A mass that follows a sum of sines under a controller with delayed senses.
//!
//! `u = Kp (r - x) - Kd x'`, `Kd = 2 ζ √Kp - b`: without delay a loop of damping ratio ζ at every gain. Anticipators learn at a
//! low gain first and continue to learn at the gain of the test.

use super::TrackingConfig;
use super::record::{Sensor, TrackingRun};
use lobule_control::forward::{
    Anticipating, AnticipatorParameters, ConstantVelocity, Context, InnerLoop, InnerLoopParameters, Law,
    Persistence,
};
use lobule_control::plant::{Actuator, Inertia};
use lobule_control::{ClosedLoop, Controller, Drive};
use lobule_signal::Stream;
use lobule_study::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{f64::consts::TAU, sync::Arc};

/// Error that counts as divergence, m. Chosen: thirty times the reference's largest value.
const DIVERGED_M: f64 = 100.0;

/// Runs one seed of a sensor at a gain. A divergence is a result.
pub fn run(config: &TrackingConfig, sensor: Sensor, gain: f64, seed: u64) -> Result<TrackingRun, Error> {
    let dt_s = config.tick_ms as f64 * 1e-3;
    let delay = if sensor == Sensor::Perfect { 0 } else { config.delay_ms / config.tick_ms };
    let plant = Inertia::new(1.0, config.damping)?;

    // The gain increases while the controller keeps its weights.
    let gain_bits = Arc::new(AtomicU64::new(config.learning_gain.to_bits()));
    let (of_law, ratio, damping) = (gain_bits.clone(), config.damping_ratio, config.damping);
    let law: Law = Box::new(move |s: &[f64], r: &[f64], u: &mut [f64]| {
        let gain = f64::from_bits(of_law.load(Ordering::Relaxed));
        u[0] = gain * (r[0] - s[0]) - (2.0 * ratio * gain.sqrt() - damping) * s[1];
    });
    let (actuator, delays) = (Actuator::Unlimited, [delay, 0]);
    let inner = InnerLoopParameters { passes: 0, actuator, delays, ..InnerLoopParameters::default() };
    let early = |command_taps: usize, law: Law| -> Result<Box<dyn Controller>, Error> {
        let (senses, commands) = (vec![1.0, 1.0], vec![config.command_scale]);
        let context = Context { senses, commands, sense_taps: config.sense_taps, command_taps };
        let parameters = AnticipatorParameters {
            lines: 2,
            features: 1,
            lead: delay,
            max_lead: delay,
            rate: config.rate,
            gate: None,
            skill_samples: 1000,
            adaptive_lead: None,
        };
        Ok(Box::new(Anticipating::new(law, context, parameters)?))
    };
    let controller: Box<dyn Controller> = match sensor {
        Sensor::Raw | Sensor::Perfect => {
            Box::new(InnerLoop::new(inner, law, Box::new(Persistence::new(vec![1.0; 2], 1)?))?)
        }
        Sensor::ConstantVelocity => {
            let model = ConstantVelocity::new(vec![1.0; 2], 1, vec![(0, 1)], dt_s)?;
            Box::new(InnerLoop::new(inner, law, Box::new(model))?)
        }
        Sensor::WithoutEfference => early(0, law)?,
        Sensor::Anticipated => early(config.command_taps, law)?,
    };
    // The gain of the law rises on the way: a large error is the task's, not the learner's.
    let mut closed = ClosedLoop::new(Box::new(plant), controller, 1, dt_s, delays)?.unguarded();

    // Sines of equal velocity, together with an rms of 1 m/s; the seed draws the phases.
    let phases = Stream::new(seed, "anticipation/reference");
    let speed = (2.0 / config.reference_hz.len() as f64).sqrt();
    let reference = |t: f64| -> f64 {
        let sine = |(i, f): (usize, &f64)| {
            let omega = TAU * f;
            speed / omega * libm::sin(omega * t + TAU * phases.uniform(0, i as u32))
        };
        config.reference_hz.iter().enumerate().map(sine).sum()
    };
    // The others need no time for learning.
    let learns = matches!(sensor, Sensor::WithoutEfference | Sensor::Anticipated);
    let learning = if learns { config.learning_s * 1000 / config.tick_ms } else { 0 };
    let test = config.test_s * 1000 / config.tick_ms;
    let (mut sum, mut counted) = (0.0, 0u32);
    for t in 0..learning + test {
        if t == learning {
            gain_bits.store(gain.to_bits(), Ordering::Relaxed);
        }
        let desired = reference(t as f64 * dt_s);
        let moved = closed.tick(&Drive { reference: &[desired], ..Drive::default() });
        let error = desired - closed.senses()[0];
        if moved.is_err() || error.abs() > DIVERGED_M {
            return Ok(TrackingRun { sensor, gain, seed, rms_m: None });
        }
        if t >= learning + test / 2 {
            sum += error * error;
            counted += 1;
        }
    }
    Ok(TrackingRun { sensor, gain, seed, rms_m: Some((sum / f64::from(counted)).sqrt()) })
}
