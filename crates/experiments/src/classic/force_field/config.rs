//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_control::minimum_jerk;
use lobule_control::plant::{ReachingArm, TwoLink};
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    pub center_m: [f64; 2],
    pub directions: usize,
    pub distance_m: f64,
    pub duration_s: f64,
    pub hold_s: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub curl: f64,
    pub channel_stiffness: f64,
    pub channel_damping: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    pub stiffness: [f64; 4],
    pub viscosity: [f64; 4],
    pub delay_ms: usize,
    pub noise: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cerebellum {
    pub granule_cells: usize,
    pub reach_rad: f64,
    pub speed_rad_s: f64,
    pub width: f64,
    pub rate: f64,
    pub retention: f64,
    pub shift_ms: usize,
    pub shift_of_errors_ms: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    pub baseline: usize,
    pub adaptation: usize,
    pub washout: usize,
    pub probe_every: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generalization {
    pub trials: usize,
    pub angles_deg: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switching {
    pub trials: usize,
    pub block: [usize; 2],
    pub forgetting: f64,
    pub inverse_rate: f64,
    pub sigma: [f64; 2],
    pub anneal_trials: usize,
    pub spread: f64,
    pub switching: f64,
    pub cue_rate: f64,
    pub feedback: [f64; 2],
    pub scales: [f64; 4],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub seeds: Vec<u64>,
    pub tick_ms: usize,
    pub reach: Reach,
    pub field: Field,
    pub feedback: Feedback,
    pub cerebellum: Cerebellum,
    pub protocol: Protocol,
    pub generalization: Generalization,
    pub switching: Switching,
}

/// Evaluations of a granule cell, at most. Chosen: hours.
const MOST_WORK: f64 = 1e12;

impl Config {
    pub fn dt_s(&self) -> f64 {
        self.tick_ms as f64 * 1e-3
    }

    pub fn ticks(&self) -> usize {
        ((self.reach.duration_s + self.reach.hold_s) / self.dt_s()).round() as usize
    }

    /// Place of the hand relative to the start of reaches, m.
    pub fn hand_from_center(&self, arm: &ReachingArm) -> [f64; 2] {
        let [x, y] = arm.hand_m();
        [x - self.reach.center_m[0], y - self.reach.center_m[1]]
    }

    /// Joint angles of the planned movement (minimum jerk) in a direction `along`, at a time after its start.
    pub fn planned_angles(&self, along: [f64; 2], t_s: f64) -> Result<[f64; 2], Error> {
        let reach = &self.reach;
        let way = reach.distance_m * minimum_jerk((t_s / reach.duration_s).min(1.0))[0];
        let hand = [reach.center_m[0] + way * along[0], reach.center_m[1] + way * along[1]];
        TwoLink::HUMAN.angles(hand).ok_or_else(|| {
            let target = libm::atan2(along[1], along[0]).to_degrees();
            let what = format!("{}; the target at {target:.0} deg is out of reach", reach.distance_m);
            Check::of("reach").refusal("distance_m", what)
        })
    }

    /// Checks everything that neither the limits of the defaults, nor the types, nor the parts themselves check.
    pub fn validate(&self) -> Result<(), Error> {
        let (tick_ms, c, p) = (self.tick_ms, &self.cerebellum, &self.protocol);
        let whole = |table: &str, key: &str, ms: usize| -> Result<(), Error> {
            Check::of(table).whole_ticks(key, ms as f64, tick_ms as f64).map(drop)
        };
        whole("feedback", "delay_ms", self.feedback.delay_ms)?;
        whole("cerebellum", "shift_ms", c.shift_ms)?;
        whole("cerebellum", "shift_of_errors_ms", c.shift_of_errors_ms)?;
        Check::of("protocol")
            .within("baseline", p.baseline, 2 * p.probe_every..=10_000)?
            .within("adaptation", p.adaptation, 6 * p.probe_every..=10_000)?
            .within("washout", p.washout, 2 * p.probe_every..=10_000)?;
        let trials = p.baseline + p.adaptation + p.washout + self.generalization.trials;
        let work = trials as f64 * self.ticks() as f64 * c.granule_cells as f64;
        let few =
            format!("times {trials} trials of {} ticks, at most {MOST_WORK:e} is allowed", self.ticks());
        Check::of("cerebellum").that("granule_cells", c.granule_cells, work <= MOST_WORK, &few)?;
        let (check, angles) = (Check::of("generalization"), &self.generalization.angles_deg);
        let (of, starts) = (format!("{angles:?}"), angles.first() == Some(&0));
        check.that("angles_deg", of, starts, "0 (the trained direction) comes first")?;
        check.distinct("angles_deg", angles)?;
        let [short, long] = self.switching.block;
        let block = format!("[{short}, {long}]");
        Check::of("switching")
            .that("block", block, short <= long, "two lengths in order are needed")
            .map(drop)
    }

    /// Checks that the arm reaches every target.
    pub fn validate_targets(&self) -> Result<(), Error> {
        let step = 360.0 / self.reach.directions as f64;
        let targets = (0..self.reach.directions).map(|k| 90.0 + step * k as f64);
        let angles = &self.generalization.angles_deg;
        let sides = angles.iter().flat_map(|a| [90.0 + f64::from(*a), 90.0 - f64::from(*a)]);
        targets.chain(sides).try_for_each(|target_deg| {
            self.planned_angles(along(target_deg), self.reach.duration_s).map(|_| ())
        })
    }
}

/// Unit vector of a direction, deg counter-clockwise from the right.
pub fn along(target_deg: f64) -> [f64; 2] {
    let radians = target_deg.to_radians();
    [libm::cos(radians), libm::sin(radians)]
}
