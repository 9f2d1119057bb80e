//! The matrix; `anticipation.toml` documents every key with its unit and source.

use super::body::{Body, Factors};
use lobule_control::registry::Plants;
use lobule_study::{Check, Error};
use lobule_theory::rules::SgdegeParameters;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Ticks of a trial, at most. Chosen: 10 s at 1 ms.
const MOST_TICKS: usize = 10_000;
/// Ticks of a delay, at most. Chosen: far longer than nerves and networks need; control laws are tuned on all of them.
const MOST_DELAY: f64 = 1000.0;
/// Evaluations of a granule cell in a learning curve, at most. Chosen: hours.
const MOST_WORK: f64 = 1e13;

/// Condition of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialCondition {
    /// The same movements in every trial.
    Reach,
    /// New movements in every trial.
    Wander,
    /// A push at the same time in every trial.
    Push,
    /// As reach, with noisy senses.
    Noise,
}

/// The conditions: key, and the same in words.
const CONDITIONS: [(&str, &str); 4] = [
    ("reach", "repeated movements"),
    ("wander", "movements that never repeat"),
    ("push", "a push at a known time"),
    ("noise", "repeated movements, noisy senses"),
];

impl TrialCondition {
    pub(super) fn key(self) -> &'static str {
        CONDITIONS[self as usize].0
    }

    pub(super) fn words(self) -> &'static str {
        CONDITIONS[self as usize].1
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    pub at_s: f64,
    pub for_s: f64,
    pub peak: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    pub nlms: f64,
    pub granule: f64,
    pub cmac: f64,
    pub rls_forgetting: f64,
    pub anticipator: f64,
    pub filter: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    pub granule_cells: usize,
    pub cmac_tilings: usize,
    pub horizon: usize,
    pub sense_taps: usize,
    pub signals: usize,
    pub spacing_s: f64,
    pub width_s: f64,
    pub scale_s: f64,
    pub taus_s: Vec<f64>,
    pub trace_s: f64,
    pub kalman_process: f64,
    pub kalman_senses: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SgdegeConfig {
    pub error_hz: f64,
    pub rule: SgdegeParameters,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    pub steps: usize,
    pub repeats: usize,
}

/// The matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub(super) seeds: Vec<u64>,
    pub(super) controllers: Vec<String>,
    pub(super) plants: Vec<String>,
    pub(super) delays_s: Vec<[f64; 2]>,
    pub(super) conditions: Vec<TrialCondition>,
    pub(super) trials: usize,
    pub(super) trials_after_change: usize,
    pub(super) tail: usize,
    pub(super) dt_s: f64,
    pub(super) trial_s: f64,
    pub(super) stop_at: f64,
    pub(super) spread: f64,
    pub(super) noise: f64,
    pub(super) change: Factors,
    pub(super) push: Push,
    pub(super) rates: Rates,
    pub(super) models: Models,
    pub(super) sgdege: SgdegeConfig,
    pub(super) timing: Timing,
    pub(super) bodies: BTreeMap<String, Body>,
}

impl Config {
    pub(super) fn ticks(&self) -> usize {
        (self.trial_s / self.dt_s).round() as usize
    }

    /// Sensory and motor delay, ticks.
    pub(super) fn delays(&self, which: usize) -> [usize; 2] {
        self.delays_s[which].map(|s| (s / self.dt_s).round() as usize)
    }

    /// The two together, ms.
    pub(super) fn delay_ms(&self, which: usize) -> f64 {
        1e3 * (self.delays_s[which][0] + self.delays_s[which][1])
    }

    /// Checks everything that neither the limits of the defaults nor the types check.
    pub(super) fn check(&self, plants: &Plants) -> Result<(), Error> {
        let (check, m) = (Check::of(""), &self.models);
        check
            .some("controllers", &self.controllers)?
            .distinct("controllers", &self.controllers)?
            .some("plants", &self.plants)?
            .distinct("plants", &self.plants)?
            .some("conditions", &self.conditions)?
            .distinct("conditions", &self.conditions)?
            .within("tail", self.tail, 1..=self.trials.min(self.trials_after_change))?;
        for name in &self.controllers {
            check.one_of("controllers", name, &CONTROLLERS.map(|c| c.0))?;
        }
        if !self.controllers.iter().any(|c| c == "feedback") {
            let what = "`feedback` is missing: all others are compared with it";
            return Err(check.refusal("controllers", what));
        }
        for name in &self.plants {
            let known: Vec<&str> = self.bodies.keys().map(String::as_str).collect();
            let allowed = format!("there is no [bodies.{name}]; there are: {}", known.join(", "));
            check.that("plants", format!("`{name}`"), self.bodies.contains_key(name), &allowed)?;
        }
        for (name, body) in &self.bodies {
            body.check(name, self.dt_s, plants)?;
        }
        let bins = lobule_theory::network::NetworkParameters::default().bins;
        let (dt, trial, ticks) = (self.dt_s, self.trial_s, self.ticks());
        let long = format!("at most {MOST_TICKS} ticks of dt_s = {dt} are allowed");
        let in_bins = format!("a multiple of {bins} ticks is needed, the bins of sgdege's network");
        check.that("trial_s", trial, ticks <= MOST_TICKS, &long)?.whole_ticks("trial_s", trial, dt)?.that(
            "trial_s",
            trial,
            ticks.is_multiple_of(bins),
            &in_bins,
        )?;
        for delay in self.delays_s.iter().flatten() {
            check.within("delays_s", *delay, 0.0..=MOST_DELAY * dt)?.whole_ticks("delays_s", *delay, dt)?;
        }
        let p = &self.push;
        let ends = p.for_s >= dt && p.at_s + p.for_s < trial;
        let within = format!("the push, {} s long, must lie within a trial of {trial} s", p.for_s);
        check.that("push.at_s", p.at_s, ends, &within)?;
        let allowed = "at most the duration of a trial is allowed";
        check.that("models.trace_s", m.trace_s, m.trace_s <= trial, allowed)?;
        let delay = (0..self.delays_s.len()).map(|k| self.delays(k).iter().sum::<usize>()).max().unwrap_or(0);
        let each = ticks as f64 * (delay + 1) as f64 * m.granule_cells as f64;
        let work = (self.trials + self.trials_after_change) as f64 * each;
        let few = format!(
            "with trials_after_change = {}, times {ticks} ticks of a trial, {delay} of delay and models.granule_cells = {}, \
             at most {MOST_WORK:e} is allowed",
            self.trials_after_change, m.granule_cells
        );
        check.that("trials", self.trials, work <= MOST_WORK, &few)?;
        Ok(())
    }
}

/// The controllers: name, and the same in words.
pub const CONTROLLERS: [(&str, &str); 17] = [
    ("feedback", "feedback alone"),
    ("constant_velocity", "constant velocity"),
    ("smith", "Smith predictor"),
    ("kalman", "Kalman filter"),
    ("nlms", "forward model, delta rule"),
    ("rls", "forward model, RLS"),
    ("granule", "forward model, granule cells"),
    ("cmac", "forward model, CMAC"),
    ("inverted_rls", "RLS, inverted ahead"),
    ("anticipator", "anticipator"),
    ("cfpc_none", "CFPC, no trace"),
    ("cfpc_delay", "CFPC, delay"),
    ("cfpc_model", "CFPC, model"),
    ("cfpc_identified", "CFPC, identified"),
    ("fel", "feedback-error learning"),
    ("sgdege", "SGDEGE"),
    ("equations", "the body's own equations"),
];

/// A controller in words.
pub fn words(name: &str) -> &'static str {
    CONTROLLERS.iter().find(|c| c.0 == name).map_or("", |c| c.1)
}

/// Controllers in the order of the matrix, each with its words.
pub fn listed(config: &Config) -> impl Iterator<Item = (&str, &'static str)> {
    config.controllers.iter().map(|name| (name.as_str(), words(name)))
}
