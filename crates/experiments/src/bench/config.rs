//! The matrix: one TOML document, every key with its unit and source.

use super::body::{Body, Factors};
use lobule_study::Error;
use lobule_study::Preset;
use lobule_theory::rules::SgdegeParameters;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("anticipation.toml");

/// The presets.
pub const PRESETS: [Preset; 2] = [
    Preset::new("default", "17 controllers, 7 bodies, 3 delays, 4 conditions, 10 seeds: minutes", ""),
    Preset::new(
        "quick",
        "seconds: two bodies, two delays, two conditions, two seeds",
        include_str!("anticipation.quick.toml"),
    ),
];

/// What a trial is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialCondition {
    /// The same movements in every trial.
    Reach,
    /// Other movements in every trial.
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

/// A push.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// Its start, s.
    pub at_s: f64,
    /// Its duration, s.
    pub for_s: f64,
    /// Peak displacement under feedback alone.
    pub peak: f64,
}

/// Learning rates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// NLMS.
    pub nlms: f64,
    /// Granule cells.
    pub granule: f64,
    /// CMAC.
    pub cmac: f64,
    /// Forgetting of RLS.
    pub rls_forgetting: f64,
    /// Anticipator.
    pub anticipator: f64,
    /// Adaptive filters, each trial.
    pub filter: f64,
}

/// Sizes of models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Granule cells.
    pub granule_cells: usize,
    /// Tilings of the CMAC.
    pub cmac_tilings: usize,
    /// Ticks that an inverted model looks ahead.
    pub horizon: usize,
    /// Values of each sense in the anticipator's context.
    pub sense_taps: usize,
    /// Signals of time.
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
    /// Variance of the Kalman filter's process, in parts of the scales of change squared.
    pub kalman_process: f64,
    /// The same of its senses.
    pub kalman_senses: f64,
}

/// SGDEGE beside feedback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SgdegeConfig {
    /// What a root mean square error of 1 is at the olive, Hz.
    pub error_hz: f64,
    /// The rule.
    pub rule: SgdegeParameters,
}

/// How the time of a control step is measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Steps of a measurement.
    pub steps: usize,
    /// Measurements, of which the shortest counts; 0: none.
    pub repeats: usize,
}

/// The matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Names of controllers; a wrong one is answered with the list.
    pub controllers: Vec<String>,
    /// Names in `bodies`.
    pub plants: Vec<String>,
    /// Sensory and motor, s.
    pub delays_s: Vec<[f64; 2]>,
    /// Conditions.
    pub conditions: Vec<TrialCondition>,
    /// Trials before the body changes.
    pub trials: usize,
    /// Trials after it.
    pub trials_after_change: usize,
    /// Trials whose error counts.
    pub tail: usize,
    /// Tick, s.
    pub dt_s: f64,
    /// Duration of a trial, s.
    pub trial_s: f64,
    /// Position at which a trial ends.
    pub stop_at: f64,
    /// Spread of bodies.
    pub spread: f64,
    /// Noise of senses.
    pub noise: f64,
    /// The change of a body.
    pub change: Factors,
    /// The push.
    pub push: Push,
    /// Learning rates.
    pub rates: Rates,
    /// Sizes.
    pub models: Models,
    /// SGDEGE.
    pub sgdege: SgdegeConfig,
    /// Timing.
    pub timing: Timing,
    /// The bodies by name.
    pub bodies: BTreeMap<String, Body>,
}

impl Config {
    /// Ticks of a trial.
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
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        for (key, n, most) in [
            ("controllers", self.controllers.len(), 100),
            ("plants", self.plants.len(), 100),
            ("delays_s", self.delays_s.len(), 20),
            ("conditions", self.conditions.len(), 4),
            ("trials", self.trials, 10_000),
            ("trials_after_change", self.trials_after_change, 10_000),
            ("timing.steps", self.timing.steps, 10_000_000),
            ("models.signals", self.models.signals, 400),
            ("models.sense_taps", self.models.sense_taps, 100),
            ("models.horizon", self.models.horizon, 100),
        ] {
            if !(1..=most).contains(&n) {
                return wrong(key, format!("{n}; 1 to {most}"));
            }
        }
        if self.tail == 0 || self.tail > self.trials || self.tail > self.trials_after_change {
            return wrong("tail", format!("{}; at least 1, and no more than trials in each part", self.tail));
        }
        if self.timing.repeats > 1000 {
            return wrong("timing.repeats", format!("{}; at most 1000", self.timing.repeats));
        }
        for name in &self.controllers {
            if words(name).is_none() {
                let all: Vec<&str> = CONTROLLERS.iter().map(|c| c.0).collect();
                return wrong("controllers", format!("there is no `{name}`; there are: {}", all.join(", ")));
            }
        }
        if !self.controllers.iter().any(|c| c == "feedback") {
            return wrong("controllers", "`feedback` is missing: all others are compared with it".into());
        }
        for name in &self.plants {
            if !self.bodies.contains_key(name) {
                let all: Vec<&str> = self.bodies.keys().map(String::as_str).collect();
                let all = all.join(", ");
                return wrong("plants", format!("there is no [bodies.{name}]; there are: {all}"));
            }
        }
        for (key, names) in [("controllers", &self.controllers), ("plants", &self.plants)] {
            let once: BTreeSet<&String> = names.iter().collect();
            if once.len() < names.len() {
                return wrong(key, "a name occurs twice".into());
            }
        }
        if self.conditions.iter().collect::<BTreeSet<_>>().len() < self.conditions.len() {
            return wrong("conditions", "a name occurs twice".into());
        }
        for (name, body) in &self.bodies {
            body.check(name)?;
        }
        if !(self.dt_s > 0.0 && self.dt_s <= 0.1) {
            return wrong("dt_s", format!("{}; above 0 and at most 0.1 s", self.dt_s));
        }
        let whole = (self.trial_s / self.dt_s - self.ticks() as f64).abs() < 1e-6;
        if !(self.trial_s >= 3.5 && self.ticks() <= 10_000 && whole) {
            let what = format!(
                "{}; at least 3.5 s, which the movements last, whole ticks, and at most 10000",
                self.trial_s
            );
            return wrong("trial_s", what);
        }
        for delay in self.delays_s.iter().flatten() {
            let ticks = delay / self.dt_s;
            if !((0.0..=1000.0).contains(&ticks) && (ticks - ticks.round()).abs() < 1e-6) {
                let what = format!("{delay}; whole ticks of {} s, at most 1000", self.dt_s);
                return wrong("delays_s", what);
            }
        }
        let p = &self.push;
        if !(p.at_s >= 0.0 && p.for_s >= self.dt_s && p.at_s + p.for_s < self.trial_s) {
            let what = format!("{} to {} s; within a trial of {} s", p.at_s, p.at_s + p.for_s, self.trial_s);
            return wrong("push.at_s", what);
        }
        for (key, x) in [
            ("stop_at", self.stop_at),
            ("push.peak", p.peak),
            ("change.mass", self.change.mass),
            ("change.damping", self.change.damping),
            ("change.stiffness", self.change.stiffness),
            ("models.kalman_process", self.models.kalman_process),
            ("models.kalman_senses", self.models.kalman_senses),
            ("models.trace_s", self.models.trace_s),
            ("sgdege.error_hz", self.sgdege.error_hz),
        ] {
            if !(x > 0.0 && x.is_finite()) {
                return wrong(key, format!("{x}; more than 0"));
            }
        }
        if self.models.trace_s > self.trial_s {
            return wrong("models.trace_s", format!("{}; no longer than a trial", self.models.trace_s));
        }
        for (key, x) in [
            ("rates.nlms", self.rates.nlms),
            ("rates.granule", self.rates.granule),
            ("rates.cmac", self.rates.cmac),
            ("rates.anticipator", self.rates.anticipator),
            ("rates.filter", self.rates.filter),
        ] {
            if !(x > 0.0 && x < 2.0) {
                return wrong(
                    key,
                    format!("{x}; stable above 0 and below 2; `lobule show` has the suggestions"),
                );
            }
        }
        if !(0.9..=1.0).contains(&self.rates.rls_forgetting) {
            return wrong("rates.rls_forgetting", format!("{}; 0.9 to 1", self.rates.rls_forgetting));
        }
        for (key, n, most) in [
            ("models.granule_cells", self.models.granule_cells, 1 << 20),
            ("models.cmac_tilings", self.models.cmac_tilings, 1024),
        ] {
            if !(2..=most).contains(&n) {
                return wrong(key, format!("{n}; 2 to {most}"));
            }
        }
        for (key, x) in [
            ("models.spacing_s", self.models.spacing_s),
            ("models.width_s", self.models.width_s),
            ("models.scale_s", self.models.scale_s),
        ]
        .into_iter()
        .chain(self.models.taus_s.iter().map(|tau| ("models.taus_s", *tau)))
        {
            if !(x > 0.0 && x.is_finite()) {
                return wrong(key, format!("{x}; more than 0 s"));
            }
        }
        if !self.ticks().is_multiple_of(lobule_theory::network::NetworkParameters::default().bins) {
            let what =
                format!("{}; its ticks are a multiple of the bins of sgdege's network, 10", self.trial_s);
            return wrong("trial_s", what);
        }
        for (key, x) in [("spread", self.spread), ("noise", self.noise)] {
            if !(0.0..=1.0).contains(&x) {
                return wrong(key, format!("{x}; 0 to 1"));
            }
        }
        Ok(())
    }
}

/// Names and what they are.
pub const CONTROLLERS: [(&str, &str); 17] = [
    ("feedback", "feedback alone"),
    ("constant_velocity", "state law, velocity stays"),
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

/// A controller in words; none for a name that is not there.
pub fn words(name: &str) -> Option<&'static str> {
    CONTROLLERS.iter().find(|c| c.0 == name).map(|c| c.1)
}

/// Controllers in the order of the matrix, in words.
pub fn listed(config: &Config) -> impl Iterator<Item = (&str, &'static str)> {
    config.controllers.iter().filter_map(|name| words(name).map(|w| (name.as_str(), w)))
}
