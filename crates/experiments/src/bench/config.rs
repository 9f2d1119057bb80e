//! The matrix: one TOML document, every key with its unit and source.

use super::body::{Body, Factors};
use lobule_study::{Check, Error, Preset};
use lobule_theory::rules::SgdegeParameters;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub const DEFAULTS: &str = include_str!("anticipation.toml");

pub const PRESETS: [Preset; 2] = [
    Preset::new("default", "17 controllers, 7 bodies, 3 delays, 4 conditions, 10 seeds: minutes", ""),
    Preset::new(
        "quick",
        "seconds: two bodies, two delays, two conditions, two seeds",
        include_str!("anticipation.quick.toml"),
    ),
];

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

impl TrialCondition {
    /// Its key.
    pub fn key(self) -> &'static str {
        match self {
            TrialCondition::Reach => "reach",
            TrialCondition::Wander => "wander",
            TrialCondition::Push => "push",
            TrialCondition::Noise => "noise",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// Its start, s.
    pub at_s: f64,
    /// Its duration, s.
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
    /// Adaptive filters, each trial.
    pub filter: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    pub granule_cells: usize,
    pub cmac_tilings: usize,
    pub horizon: usize,
    /// Values of each sense in the anticipator's context.
    pub sense_taps: usize,
    pub signals: usize,
    /// Their spacing, s.
    pub spacing_s: f64,
    /// Their width, s.
    pub width_s: f64,
    /// Unit of the derivatives of the reference, s.
    pub scale_s: f64,
    /// Time constants of its averages, s.
    pub taus_s: Vec<f64>,
    /// Memory of a synapse, s.
    pub trace_s: f64,
    /// Variance of the Kalman filter's process, relative to the squared scales of change.
    pub kalman_process: f64,
    pub kalman_senses: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SgdegeConfig {
    /// Rate at the olive for a root mean square error of 1, Hz.
    pub error_hz: f64,
    pub rule: SgdegeParameters,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    pub steps: usize,
    /// Measurements, of which the shortest counts; 0 for none.
    pub repeats: usize,
}

/// The matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub seeds: Vec<u64>,
    /// Names in `CONTROLLERS`.
    pub controllers: Vec<String>,
    /// Names in `bodies`.
    pub plants: Vec<String>,
    /// Sensory and motor, s.
    pub delays_s: Vec<[f64; 2]>,
    pub conditions: Vec<TrialCondition>,
    pub trials: usize,
    pub trials_after_change: usize,
    pub tail: usize,
    /// Tick, s.
    pub dt_s: f64,
    /// Duration of a trial, s.
    pub trial_s: f64,
    pub stop_at: f64,
    pub spread: f64,
    pub noise: f64,
    pub change: Factors,
    pub push: Push,
    pub rates: Rates,
    pub models: Models,
    pub sgdege: SgdegeConfig,
    pub timing: Timing,
    pub bodies: BTreeMap<String, Body>,
}

impl Config {
    pub fn ticks(&self) -> usize {
        (self.trial_s / self.dt_s).round() as usize
    }

    /// Sensory and motor delay, ticks.
    pub fn delays(&self, which: usize) -> [usize; 2] {
        self.delays_s[which].map(|s| (s / self.dt_s).round() as usize)
    }

    /// The two together, ms.
    pub fn delay_ms(&self, which: usize) -> f64 {
        1e3 * (self.delays_s[which][0] + self.delays_s[which][1])
    }

    /// Checks what types do not.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key, its value and what is allowed.
    pub fn check(&self) -> Result<(), Error> {
        let (check, m, r) = (Check::of(""), &self.models, &self.rates);
        for (key, n, most) in [
            ("controllers", self.controllers.len(), 100),
            ("plants", self.plants.len(), 100),
            ("delays_s", self.delays_s.len(), 20),
            ("conditions", self.conditions.len(), 4),
            ("trials", self.trials, 10_000),
            ("trials_after_change", self.trials_after_change, 10_000),
            ("tail", self.tail, self.trials.min(self.trials_after_change)),
            ("timing.steps", self.timing.steps, 10_000_000),
            ("models.signals", m.signals, 400),
            ("models.sense_taps", m.sense_taps, 100),
            ("models.horizon", m.horizon, 100),
        ] {
            check.within(key, n, 1..=most)?;
        }
        check
            .within("timing.repeats", self.timing.repeats, 0..=1000)?
            .within("models.granule_cells", m.granule_cells, 2..=1 << 20)?
            .within("models.cmac_tilings", m.cmac_tilings, 2..=1024)?
            .within("rates.rls_forgetting", r.rls_forgetting, 0.9..=1.0)?
            .within("spread", self.spread, 0.0..=1.0)?
            .within("noise", self.noise, 0.0..=1.0)?
            .distinct("controllers", &self.controllers)?
            .distinct("plants", &self.plants)?
            .distinct("conditions", &self.conditions)?;
        for name in &self.controllers {
            check.one_of("controllers", name, &CONTROLLERS.map(|c| c.0))?;
        }
        if !self.controllers.iter().any(|c| c == "feedback") {
            return Err(
                check.refusal("controllers", "`feedback` is missing: all others are compared with it")
            );
        }
        for name in &self.plants {
            let known: Vec<&str> = self.bodies.keys().map(String::as_str).collect();
            let allowed = format!("there is no [bodies.{name}]; there are: {}", known.join(", "));
            check.that("plants", format!("`{name}`"), self.bodies.contains_key(name), &allowed)?;
        }
        for (name, body) in &self.bodies {
            body.check(name, self.dt_s)?;
        }
        let bins = lobule_theory::network::NetworkParameters::default().bins;
        let is_long = self.trial_s >= 3.5 && self.ticks() <= 10_000;
        let into_bins = self.ticks().is_multiple_of(bins);
        check
            .that(
                "dt_s",
                self.dt_s,
                self.dt_s > 0.0 && self.dt_s <= 0.1,
                "above 0 and at most 0.1 s is allowed",
            )?
            .that(
                "trial_s",
                self.trial_s,
                is_long,
                "3.5 s, the duration of the movements, to 10000 ticks are allowed",
            )?
            .whole_ticks("trial_s", self.trial_s, self.dt_s)?
            .that(
                "trial_s",
                self.trial_s,
                into_bins,
                &format!("a multiple of {bins} ticks is needed, the bins of sgdege's network"),
            )?;
        for delay in self.delays_s.iter().flatten() {
            check
                .within("delays_s", *delay, 0.0..=1000.0 * self.dt_s)?
                .whole_ticks("delays_s", *delay, self.dt_s)?;
        }
        let p = &self.push;
        let ends = p.for_s >= self.dt_s && p.at_s >= 0.0 && p.at_s + p.for_s < self.trial_s;
        check.that(
            "push.at_s",
            p.at_s,
            ends,
            &format!("the push, {} s long, must lie within a trial of {} s", p.for_s, self.trial_s),
        )?;
        for (key, value) in [
            ("stop_at", self.stop_at),
            ("push.peak", p.peak),
            ("change.mass", self.change.mass),
            ("change.damping", self.change.damping),
            ("change.stiffness", self.change.stiffness),
            ("models.kalman_process", m.kalman_process),
            ("models.kalman_senses", m.kalman_senses),
            ("models.trace_s", m.trace_s),
            ("models.spacing_s", m.spacing_s),
            ("models.width_s", m.width_s),
            ("models.scale_s", m.scale_s),
            ("sgdege.error_hz", self.sgdege.error_hz),
        ] {
            check.above(key, value, 0.0)?;
        }
        for tau in &m.taus_s {
            check.above("models.taus_s", *tau, 0.0)?;
        }
        check.that(
            "models.trace_s",
            m.trace_s,
            m.trace_s <= self.trial_s,
            "at most the duration of a trial is allowed",
        )?;
        for (key, rate) in [
            ("rates.nlms", r.nlms),
            ("rates.granule", r.granule),
            ("rates.cmac", r.cmac),
            ("rates.anticipator", r.anticipator),
            ("rates.filter", r.filter),
        ] {
            let allowed = "stable above 0 and below 2; `lobule show bench/anticipation` has the suggestions";
            check.that(key, rate, rate > 0.0 && rate < 2.0, allowed)?;
        }
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

/// A controller in words; none for an unknown name.
pub fn words(name: &str) -> Option<&'static str> {
    CONTROLLERS.iter().find(|c| c.0 == name).map(|c| c.1)
}

/// Controllers in the order of the matrix, in words.
pub fn listed(config: &Config) -> impl Iterator<Item = (&str, &'static str)> {
    config.controllers.iter().filter_map(|name| words(name).map(|w| (name.as_str(), w)))
}
