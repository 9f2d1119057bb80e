//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_control::plant::TwoLink;
use lobule_study::Error;
use lobule_study::Preset;
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("force_field.toml");

/// The presets.
pub(super) const PRESETS: [Preset; 2] = [
    Preset::new("default", "10 seeds, 480 trials, four learners", ""),
    Preset::new("quick", "seconds: two seeds, 280 trials", include_str!("force_field.quick.toml")),
];

/// The reaches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// Start, m.
    pub center_m: [f64; 2],
    /// Targets.
    pub directions: usize,
    /// Their distance, m.
    pub distance_m: f64,
    /// Duration of the movement, s.
    pub duration_s: f64,
    /// Time at the target, s.
    pub hold_s: f64,
}

/// The robot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// N s/m.
    pub curl: f64,
    /// N/m.
    pub channel_stiffness: f64,
    /// N s/m.
    pub channel_damping: f64,
}

/// Feedback and noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// N m/rad, by rows.
    pub stiffness: [f64; 4],
    /// N m s/rad, by rows.
    pub viscosity: [f64; 4],
    /// ms.
    pub delay_ms: usize,
    /// N m.
    pub noise: f64,
}

/// The learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cerebellum {
    /// Granule cells.
    pub granule_cells: usize,
    /// rad.
    pub reach_rad: f64,
    /// rad/s.
    pub speed_rad_s: f64,
    /// Width of their fields.
    pub width: f64,
    /// Rate of learning.
    pub rate: f64,
    /// Retention from trial to trial.
    pub retention: f64,
    /// ms, for commands.
    pub shift_ms: usize,
    /// ms, for errors.
    pub shift_of_errors_ms: usize,
}

/// Numbers of trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// Without field.
    pub baseline: usize,
    /// With field.
    pub adaptation: usize,
    /// Without again.
    pub washout: usize,
    /// One probe in so many.
    pub probe_every: usize,
}

/// Training in one direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generalization {
    /// Trials.
    pub trials: usize,
    /// deg, to either side.
    pub angles_deg: Vec<u32>,
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

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Seeds.
    pub seeds: Vec<u64>,
    /// A tick, ms.
    pub tick_ms: usize,
    /// The reaches.
    pub reach: Reach,
    /// The robot.
    pub field: Field,
    /// Feedback and noise.
    pub feedback: Feedback,
    /// The learner.
    pub cerebellum: Cerebellum,
    /// Numbers of trials.
    pub protocol: Protocol,
    /// Training in one direction.
    pub generalization: Generalization,
    /// Fields that take turns.
    pub switching: Switching,
}

impl Config {
    /// A tick, s.
    pub fn dt_s(&self) -> f64 {
        self.tick_ms as f64 * 1e-3
    }

    /// Ticks of a trial.
    pub fn ticks(&self) -> usize {
        ((self.reach.duration_s + self.reach.hold_s) / self.dt_s()).round() as usize
    }

    /// Checks what the types and the parts themselves do not.
    pub(super) fn validate(&self) -> Result<(), Error> {
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        let p = &self.protocol;
        for (key, n, [least, most]) in [
            ("tick_ms", self.tick_ms, [1, 20]),
            ("reach.directions", self.reach.directions, [1, 64]),
            ("feedback.delay_ms", self.feedback.delay_ms, [0, 1000]),
            ("cerebellum.granule_cells", self.cerebellum.granule_cells, [1, 100_000]),
            ("cerebellum.shift_ms", self.cerebellum.shift_ms, [0, 1000]),
            ("cerebellum.shift_of_errors_ms", self.cerebellum.shift_of_errors_ms, [0, 1000]),
            ("protocol.probe_every", p.probe_every, [3, 1000]),
            ("protocol.baseline", p.baseline, [2 * p.probe_every.min(5000), 10_000]),
            ("protocol.adaptation", p.adaptation, [6 * p.probe_every.min(1500), 10_000]),
            ("protocol.washout", p.washout, [2 * p.probe_every.min(5000), 10_000]),
            ("generalization.trials", self.generalization.trials, [1, 10_000]),
            ("switching.trials", self.switching.trials, [12, 10_000]),
            ("switching.anneal_trials", self.switching.anneal_trials, [0, 1_000_000]),
        ] {
            if n < least || n > most {
                return wrong(key, format!("{n}; it lies in {least}..={most}"));
            }
        }
        for (key, ms) in [
            ("feedback.delay_ms", self.feedback.delay_ms),
            ("cerebellum.shift_ms", self.cerebellum.shift_ms),
            ("cerebellum.shift_of_errors_ms", self.cerebellum.shift_of_errors_ms),
        ] {
            if !ms.is_multiple_of(self.tick_ms) {
                return wrong(key, format!("{ms}; multiples of the tick of {} ms are needed", self.tick_ms));
            }
        }
        for (key, x, most) in [
            ("reach.distance_m", self.reach.distance_m, 1.0),
            ("reach.duration_s", self.reach.duration_s, 10.0),
            ("reach.hold_s", self.reach.hold_s, 10.0),
            ("field.curl", self.field.curl, 1000.0),
        ] {
            if !(x > 0.0 && x <= most) {
                return wrong(key, format!("{x}; more than 0, at most {most}"));
            }
        }
        if !(self.feedback.noise >= 0.0 && self.feedback.noise.is_finite()) {
            return wrong("feedback.noise", format!("{}; at least 0 N m", self.feedback.noise));
        }
        let angles = &self.generalization.angles_deg;
        if angles.first() != Some(&0) || angles.iter().any(|a| *a > 180) {
            let what = format!("{angles:?}; angles up to 180, 0 (the trained direction) first");
            return wrong("generalization.angles_deg", what);
        }
        let block = self.switching.block;
        if !(1 <= block[0] && block[0] <= block[1] && block[1] <= 1000) {
            return wrong("switching.block", format!("{block:?}; rising, from 1 to 1000 trials"));
        }
        Ok(())
    }

    /// Checks that the arm reaches every target.
    pub(super) fn validate_targets(&self) -> Result<(), Error> {
        let step = 360.0 / self.reach.directions as f64;
        let targets = (0..self.reach.directions).map(|k| 90.0 + step * k as f64);
        let angles = &self.generalization.angles_deg;
        let sides = angles.iter().flat_map(|a| [90.0 + f64::from(*a), 90.0 - f64::from(*a)]);
        for target in targets.chain(sides) {
            let radians: f64 = f64::to_radians(target);
            let ([x, y], far) = (self.reach.center_m, self.reach.distance_m);
            let hand = [x + far * libm::cos(radians), y + far * libm::sin(radians)];
            if TwoLink::HUMAN.angles(hand).is_none() {
                let what = format!("{far}; the target at {target} deg is out of reach");
                return Err(Error::Config { key: "reach.distance_m".into(), what });
            }
        }
        Ok(())
    }
}
