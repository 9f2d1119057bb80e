//! Two fields of opposite sign that take turns, and MOSAIC on the arm, with and without a cue.
//!
//! Modules are linear in angles, velocities, accelerations and torques; they learn the whole dynamics, that of the arm included. Senses are
//! not late here: a forward model that judges late senses needs its efference copies as late.

use super::config::Config;
use lobule_analysis::mean;
use lobule_control::plant::{ReachingArm, TwoLink, curl};
use lobule_control::{ClosedLoop, Drive, Mosaic, MosaicParameters, MosaicScales, minimum_jerk};
use lobule_signal::Stream;
use lobule_study::Error;
use serde::{Deserialize, Serialize};

/// Who controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Player {
    /// MOSAIC that is shown which field is on.
    Cued,
    /// MOSAIC that is not.
    Uncued,
    /// One module.
    OneModule,
}

impl Player {
    /// All.
    pub const ALL: [Self; 3] = [Self::Cued, Self::Uncued, Self::OneModule];

    /// Name in findings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cued => "mosaic_with_cue",
            Self::Uncued => "mosaic",
            Self::OneModule => "one_module",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Cued => "MOSAIC with cue",
            Self::Uncued => "MOSAIC",
            Self::OneModule => "one module",
        }
    }
}

/// The modules and the order of fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switching {
    /// Trials.
    pub trials: usize,
    /// Shortest and longest number of trials with a field.
    pub block: [usize; 2],
    /// Of forward models, by tick.
    pub forgetting: f64,
    /// Of inverse models.
    pub inverse_rate: f64,
    /// First and last.
    pub sigma: [f64; 2],
    /// Trials in which σ falls.
    pub anneal_trials: usize,
    /// Of first weights.
    pub spread: f64,
    /// By tick.
    pub switching: f64,
    /// Of the responsibility predictor.
    pub cue_rate: f64,
    /// N m/rad, N m s/rad.
    pub feedback: [f64; 2],
    /// rad, rad/s, rad/s², N m.
    pub scales: [f64; 4],
}

impl Switching {
    /// Parameters of the modules of a player.
    pub fn parameters(&self, config: &Config, player: Player) -> MosaicParameters {
        let [position, velocity, acceleration, command] = self.scales;
        MosaicParameters {
            modules: if player == Player::OneModule { 1 } else { 2 },
            forgetting: self.forgetting,
            inverse_rate: self.inverse_rate,
            sigma: self.sigma,
            anneal_ticks: (self.anneal_trials * config.ticks()) as u64,
            spread: self.spread,
            switching: self.switching,
            cue_rate: if player == Player::Cued { self.cue_rate } else { 0.0 },
            feedback: self.feedback,
            scales: MosaicScales { position, velocity, acceleration, command },
        }
    }
}

/// What a controller did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turns {
    /// Who.
    pub player: Player,
    /// Its seed.
    pub seed: u64,
    /// Deviation of each trial to the side where its field pushes, m.
    pub deviations_m: Vec<f64>,
    /// Whether the field changed before it.
    pub is_first: Vec<bool>,
    /// Part of the movements in the last third in which the module of the field leads, under the better pairing.
    pub accuracy: f64,
}

impl Turns {
    /// Mean size of the deviations in the last third, m; of trials after a change, or of the others.
    pub fn late_m(&self, is_first: bool) -> f64 {
        let from = 2 * self.deviations_m.len() / 3;
        let late = self.deviations_m.iter().zip(&self.is_first).skip(from);
        mean(&late.filter(|(_, f)| **f == is_first).map(|(d, _)| d.abs()).collect::<Vec<_>>())
    }
}

/// Reaches in all directions while two fields take turns.
pub fn turns(config: &Config, player: Player, seed: u64) -> Result<Turns, Error> {
    let (s, dt, links, reach) = (&config.switching, config.dt_s(), TwoLink::HUMAN, &config.reach);
    let mosaic = Mosaic::new(s.parameters(config, player), 2, 2, dt, seed)?;
    let arm = ReachingArm::new(links, ReachingArm::VISCOSITY, reach.center_m)?;
    let mut joined = ClosedLoop::new(arm, mosaic, 2, dt, [0, 0])?;
    let (order, noise) =
        (Stream::new(seed, "force_field/turns"), Stream::new(seed, "force_field/turns_noise"));
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
        joined.plant_mut().set_field(curl(b))?;
        joined.reset();
        let target = order.below(k as u64, 1, reach.directions as u32);
        let radians = std::f64::consts::TAU * f64::from(target) / reach.directions as f64;
        let along = [libm::cos(radians), libm::sin(radians)];
        let mut cues = [0.0; 2];
        if player == Player::Cued {
            cues[sign] = 1.0;
        }
        let mut deviation = 0.0f64;
        for tick in 0..config.ticks() {
            let t = tick as f64 * dt;
            let way = reach.distance_m * minimum_jerk((t / reach.duration_s).min(1.0))[0];
            let hand = [reach.center_m[0] + way * along[0], reach.center_m[1] + way * along[1]];
            let Some(wanted) = links.angles(hand) else {
                let what = format!("{}; a target is out of reach", reach.distance_m);
                return Err(Error::Config { key: "reach.distance_m".into(), what });
            };
            let at = (k * config.ticks() + tick) as u64;
            let push = [0, 1].map(|j| config.feedback.noise * noise.normal(at, j));
            joined.tick(&Drive { reference: &wanted, disturbance: &push, cues: &cues })?;
            if t < reach.duration_s {
                let [x, y] = joined.plant().hand_m();
                let from = [x - reach.center_m[0], y - reach.center_m[1]];
                let right = (from[0] * along[1] - from[1] * along[0]) * b.signum();
                deviation = if right.abs() > deviation.abs() { right } else { deviation };
                // The first tenth of a movement is too slow for the field to be felt.
                if t > 0.1 * reach.duration_s && k >= 2 * s.trials / 3 {
                    let shares = joined.controller().responsibilities();
                    counts[sign][usize::from(shares.len() > 1 && shares[1] > shares[0])] += 1.0;
                }
            }
        }
        joined.finish(0.0)?;
        deviations_m.push(deviation);
    }
    let all = counts.iter().flatten().sum::<f64>();
    let accuracy = f64::max(counts[0][0] + counts[1][1], counts[0][1] + counts[1][0]) / all;
    Ok(Turns { player, seed, deviations_m, is_first, accuracy })
}
