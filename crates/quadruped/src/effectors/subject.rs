//! One robot, one weight, one value of an effector.

use super::config::{CYCLE_S, Config};
use super::record::Walked;
use crate::bout::{Bout, Stretch};
use crate::robot::Base;
use lobule_analysis::mean;
use lobule_control::Error;
use lobule_control::walking::{Effector, FixedCorrections, Output, SteeredParameters, SteeredWalker};

/// Samples of a cycle of the gait.
const CYCLE: usize = (CYCLE_S * Stretch::HZ as f64) as usize;

pub fn walk(
    config: &Config,
    weight: f64,
    seed: u64,
    steering: Option<(Effector, f64)>,
) -> Result<Walked, Error> {
    let robot = config.body.robot(Base::Generator, 1.0, seed, &[])?;
    // A constant in the cerebellum's place; no steering is a value of 0 of an effector that every walker of this kind has.
    let (effector, value) = steering.unwrap_or((Effector::LateralStep, 0.0));
    let output = Output { effector, gain: 1.0, limit: f64::MAX, ..Output::LATERAL_STEP };
    let parameters =
        SteeredParameters { outputs: vec![output], cues: Vec::new(), ..SteeredParameters::default() };
    let constant = FixedCorrections::new(&[value])?;
    let steered = SteeredWalker::new(
        &parameters,
        Base::Generator.walker(weight, 0.0, seed)?,
        Box::new(constant),
        seed,
    )?;
    let mut bout = Bout::new(robot, steered, config.body.gyro_noise_rad_s, seed)?;
    let settled = bout.walk(config.times.settle_s, |_, _| ())?;
    let measured = bout.walk(config.times.measure_s, |_, _| ())?;
    Ok(Walked {
        weight,
        seed,
        steering,
        yaw_rate_deg_s: yaw_rate(&measured.yaw_deg),
        roll_deg: mean(&measured.roll_deg),
        speed_m_s: measured.speed_m_s(),
        falls: settled.falls + measured.falls,
    })
}

/// Turn from the mean of the first cycle to that of the last one, so that the sway within a cycle does not count, deg/s.
fn yaw_rate(yaw_deg: &[f64]) -> f64 {
    let last = yaw_deg.len() - CYCLE;
    (mean(&yaw_deg[last..]) - mean(&yaw_deg[..CYCLE])) / (last as f64 / Stretch::HZ as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sway_within_a_cycle_is_no_yaw_rate() {
        let sway = |k: usize| libm::sin(std::f64::consts::TAU * k as f64 / CYCLE as f64 + 1.0);
        let yaw: Vec<f64> =
            (0..4 * CYCLE).map(|k| 3.0 * k as f64 / Stretch::HZ as f64 + 5.0 * sway(k)).collect();
        assert!((yaw_rate(&yaw) - 3.0).abs() < 1e-12, "{}", yaw_rate(&yaw));
    }
}
