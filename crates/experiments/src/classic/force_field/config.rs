//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_control::minimum_jerk;
use lobule_control::plant::TwoLink;
use lobule_study::{Check, Error, Preset};
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("force_field.toml");

/// The presets.
pub(super) const PRESETS: [Preset; 2] = [
    Preset::new("default", "10 seeds, 480 trials, four learners", ""),
    Preset::new("quick", "a few seconds: two seeds, 280 trials", include_str!("force_field.quick.toml")),
];

/// The reaches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// Start, m.
    pub center_m: [f64; 2],
    /// Number of targets.
    pub directions: usize,
    /// Distance of the targets, m.
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
    /// Strength of the curl field, N s/m.
    pub curl: f64,
    /// Stiffness of the channel, N/m.
    pub channel_stiffness: f64,
    /// Damping of the channel, N s/m.
    pub channel_damping: f64,
}

/// Feedback and noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// Stiffness by rows, N m/rad.
    pub stiffness: [f64; 4],
    /// Viscosity by rows, N m s/rad.
    pub viscosity: [f64; 4],
    /// Sensory delay, ms.
    pub delay_ms: usize,
    /// Standard deviation of the torque noise, N m.
    pub noise: f64,
}

/// The learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cerebellum {
    /// Granule cells.
    pub granule_cells: usize,
    /// Half the range of angles, rad.
    pub reach_rad: f64,
    /// Largest velocity, rad/s.
    pub speed_rad_s: f64,
    /// Width of the granule cells' fields, as a fraction of these.
    pub width: f64,
    /// Learning rate.
    pub rate: f64,
    /// Retention from trial to trial.
    pub retention: f64,
    /// Shift of the inputs for a command as teacher, ms.
    pub shift_ms: usize,
    /// Shift of the inputs for an error as teacher, ms.
    pub shift_of_errors_ms: usize,
}

/// Numbers of trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// Trials without field.
    pub baseline: usize,
    /// Trials with field.
    pub adaptation: usize,
    /// Trials after the field.
    pub washout: usize,
    /// Trials per probe.
    pub probe_every: usize,
}

/// Training in one direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generalization {
    /// Trials.
    pub trials: usize,
    /// Angles of the probes to either side, deg.
    pub angles_deg: Vec<u32>,
}

/// Fields that take turns, and the modules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switching {
    /// Trials.
    pub trials: usize,
    /// Shortest and longest number of trials with a field.
    pub block: [usize; 2],
    /// Forgetting of forward models per tick.
    pub forgetting: f64,
    /// Learning rate of inverse models.
    pub inverse_rate: f64,
    /// First and last σ of the likelihood.
    pub sigma: [f64; 2],
    /// Trials in which σ decreases.
    pub anneal_trials: usize,
    /// Standard deviation of initial weights.
    pub spread: f64,
    /// Probability of a change per tick.
    pub switching: f64,
    /// Learning rate of the responsibility predictor.
    pub cue_rate: f64,
    /// Stiffness (N m/rad) and viscosity (N m s/rad) of feedback.
    pub feedback: [f64; 2],
    /// Scales of angle (rad), velocity (rad/s), acceleration (rad/s²) and torque (N m).
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

    /// Joint angles of the planned movement (minimum jerk) in a direction `along`, at a time after its start.
    ///
    /// # Errors
    /// A hand that is out of reach.
    pub(super) fn planned_angles(&self, along: [f64; 2], t_s: f64) -> Result<[f64; 2], Error> {
        let reach = &self.reach;
        let way = reach.distance_m * minimum_jerk((t_s / reach.duration_s).min(1.0))[0];
        let hand = [reach.center_m[0] + way * along[0], reach.center_m[1] + way * along[1]];
        TwoLink::HUMAN.angles(hand).ok_or_else(|| {
            let target = libm::atan2(along[1], along[0]).to_degrees();
            let what = format!("{}; the target at {target:.0} deg is out of reach", reach.distance_m);
            Check::of("reach").refusal("distance_m", what)
        })
    }

    /// Checks everything that neither the types nor the parts themselves check.
    pub(super) fn validate(&self) -> Result<(), Error> {
        Check::of("").within("tick_ms", self.tick_ms, 1..=20)?;
        let whole_ticks = |check: &Check, key: &str, ms: usize| -> Result<(), Error> {
            check.within(key, ms, 0..=1000)?.whole_ticks(key, ms as f64, self.tick_ms as f64)?;
            Ok(())
        };
        let positive = |check: &Check, key: &str, x: f64, most: f64| -> Result<(), Error> {
            check.that(key, x, x > 0.0 && x <= most, &format!("more than 0, at most {most}"))?;
            Ok(())
        };
        let (check, reach) = (Check::of("reach"), &self.reach);
        check.within("directions", reach.directions, 1..=64)?;
        positive(&check, "distance_m", reach.distance_m, 1.0)?;
        positive(&check, "duration_s", reach.duration_s, 10.0)?;
        positive(&check, "hold_s", reach.hold_s, 10.0)?;
        positive(&Check::of("field"), "curl", self.field.curl, 1000.0)?;
        let (check, feedback) = (Check::of("feedback"), &self.feedback);
        whole_ticks(&check, "delay_ms", feedback.delay_ms)?;
        check.at_least("noise", feedback.noise, 0.0)?;
        let (check, c) = (Check::of("cerebellum"), &self.cerebellum);
        check.within("granule_cells", c.granule_cells, 1..=100_000)?;
        whole_ticks(&check, "shift_ms", c.shift_ms)?;
        whole_ticks(&check, "shift_of_errors_ms", c.shift_of_errors_ms)?;
        let (check, p) = (Check::of("protocol"), &self.protocol);
        check.within("probe_every", p.probe_every, 3..=1000)?;
        check.within("baseline", p.baseline, 2 * p.probe_every..=10_000)?;
        check.within("adaptation", p.adaptation, 6 * p.probe_every..=10_000)?;
        check.within("washout", p.washout, 2 * p.probe_every..=10_000)?;
        let (check, g) = (Check::of("generalization"), &self.generalization);
        check.within("trials", g.trials, 1..=10_000)?;
        let angles = &g.angles_deg;
        let are_angles = angles.first() == Some(&0) && angles.iter().all(|a| *a <= 180);
        let allowed = "angles up to 180, 0 (the trained direction) first";
        check.that("angles_deg", format!("{angles:?}"), are_angles, allowed)?;
        let (check, s) = (Check::of("switching"), &self.switching);
        check.within("trials", s.trials, 12..=10_000)?;
        check.within("anneal_trials", s.anneal_trials, 0..=1_000_000)?;
        let [short, long] = s.block;
        let is_rising = 1 <= short && short <= long && long <= 1000;
        check.that("block", format!("{:?}", s.block), is_rising, "rising, from 1 to 1000 trials")?;
        Ok(())
    }

    /// Checks that the arm reaches every target.
    pub(super) fn validate_targets(&self) -> Result<(), Error> {
        let step = 360.0 / self.reach.directions as f64;
        let targets = (0..self.reach.directions).map(|k| 90.0 + step * k as f64);
        let angles = &self.generalization.angles_deg;
        let sides = angles.iter().flat_map(|a| [90.0 + f64::from(*a), 90.0 - f64::from(*a)]);
        targets.chain(sides).try_for_each(|target| {
            let radians = target.to_radians();
            let along = [libm::cos(radians), libm::sin(radians)];
            self.planned_angles(along, self.reach.duration_s).map(|_| ())
        })
    }
}
