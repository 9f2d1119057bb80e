//! Two fields of opposite sign that take turns, and MOSAIC on the arm, with and without a cue.
//!
//! Modules are linear in angles, velocities, accelerations and torques; they learn the whole dynamics, including that of the arm. Senses
//! are not delayed: a forward model that judges delayed senses needs efference copies with the same delay.

use super::config::Config;
use super::reacher::{Reacher, arm};
use super::record::{SwitchingController, SwitchingRun};
use lobule_control::{Mosaic, MosaicParameters, MosaicScales};
use lobule_signal::Stream;
use lobule_study::Error;

pub fn parameters(config: &Config, controller: SwitchingController) -> MosaicParameters {
    let s = &config.switching;
    let [position, velocity, acceleration, command] = s.scales;
    MosaicParameters {
        modules: if controller == SwitchingController::OneModule { 1 } else { 2 },
        forgetting: s.forgetting,
        inverse_rate: s.inverse_rate,
        sigma: s.sigma,
        anneal_ticks: (s.anneal_trials * config.ticks()) as u64,
        spread: s.spread,
        switching: s.switching,
        cue_rate: if controller == SwitchingController::Cued { s.cue_rate } else { 0.0 },
        feedback: s.feedback,
        scales: MosaicScales { position, velocity, acceleration, command },
    }
}

/// Reaches in all directions while two fields take turns.
pub fn run(config: &Config, controller: SwitchingController, seed: u64) -> Result<SwitchingRun, Error> {
    let (s, dt, reach) = (&config.switching, config.dt_s(), &config.reach);
    let mosaic = Mosaic::new(parameters(config, controller), 2, 2, dt, seed)?;
    let noise = Stream::new(seed, "force_field/turns_noise");
    let mut reacher = Reacher::new(config, arm(config)?, mosaic, 0, noise)?;
    let order = Stream::new(seed, "force_field/turns");
    let (mut sign, mut left) = (1usize, 0);
    let (mut deviations_m, mut is_first) = (Vec::new(), Vec::new());
    let mut counts = [[0.0; 2]; 2];
    for k in 0..s.trials {
        is_first.push(left == 0);
        if left == 0 {
            sign = 1 - sign;
            left = s.block[0] + order.below(k as u64, 0, (s.block[1] - s.block[0]) as u32 + 1) as usize;
        }
        left -= 1;
        let b = if sign == 0 { config.field.curl } else { -config.field.curl };
        let target = order.below(k as u64, 1, reach.directions as u32);
        let radians = std::f64::consts::TAU * f64::from(target) / reach.directions as f64;
        let along = [libm::cos(radians), libm::sin(radians)];
        let mut cues = [0.0; 2];
        if controller == SwitchingController::Cued {
            cues[sign] = 1.0;
        }
        let is_late = k >= 2 * s.trials / 3;
        let deviation = reacher.reach(b, None, along, &cues, |tick, _, mosaic| {
            let t = tick as f64 * dt;
            // The first tenth of a movement is too slow for the field to matter.
            if is_late && t > 0.1 * reach.duration_s && t < reach.duration_s {
                let shares = mosaic.responsibilities();
                counts[sign][usize::from(shares.len() > 1 && shares[1] > shares[0])] += 1.0;
            }
        })?;
        deviations_m.push(deviation * b.signum());
    }
    let all = counts.iter().flatten().sum::<f64>();
    let accuracy = f64::max(counts[0][0] + counts[1][1], counts[0][1] + counts[1][0]) / all;
    Ok(SwitchingRun { controller, seed, deviations_m, is_first, accuracy })
}
