//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_study::Error;
use lobule_study::Preset;
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("mosaic.toml");

/// The presets.
pub(super) const PRESETS: [Preset; 2] = [
    Preset::new("default", "20 seeds, seven controllers, 300 s of learning", ""),
    Preset::new("quick", "seconds: three seeds, 180 s of learning", include_str!("mosaic.quick.toml")),
];

/// The task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Mass, damping, stiffness.
    pub objects: Vec<[f64; 3]>,
    /// Parts of them in the one between.
    pub between: Vec<f64>,
    /// s.
    pub dwell_s: [f64; 2],
    /// Hz.
    pub reference_hz: Vec<f64>,
    /// m.
    pub reference_rms_m: f64,
    /// N.
    pub noise_n: f64,
    /// s.
    pub learning_s: usize,
    /// s.
    pub test_s: usize,
    /// s.
    pub between_s: usize,
}

impl Task {
    /// The object between the others: mass, damping, stiffness.
    pub fn object_between(&self) -> [f64; 3] {
        [0, 1, 2].map(|k| self.objects.iter().zip(&self.between).map(|(o, part)| part * o[k]).sum())
    }
}

/// The modules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Modules {
    /// Pairs of models.
    pub modules: usize,
    /// Of forward models, by tick.
    pub forgetting: f64,
    /// Of inverse models.
    pub inverse_rate: f64,
    /// First and last.
    pub sigma: [f64; 2],
    /// s.
    pub anneal_s: f64,
    /// Of first weights.
    pub spread: f64,
    /// By tick.
    pub switching: f64,
    /// Of the responsibility predictor.
    pub cue_rate: f64,
    /// N/m, N s/m.
    pub feedback: [f64; 2],
    /// m, m/s, m/s², N.
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
    /// The task.
    pub task: Task,
    /// The modules.
    pub mosaic: Modules,
}

impl Config {
    /// A tick, s.
    pub fn dt_s(&self) -> f64 {
        self.tick_ms as f64 * 1e-3
    }

    /// Checks what the types and the parts themselves do not.
    pub(super) fn validate(&self) -> Result<(), Error> {
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        let t = &self.task;
        for (key, n, [least, most]) in [
            ("tick_ms", self.tick_ms, [1, 50]),
            ("task.objects", t.objects.len(), [2, 6]),
            ("task.reference_hz", t.reference_hz.len(), [1, 100]),
            ("task.learning_s", t.learning_s, [10, 100_000]),
            ("task.test_s", t.test_s, [10, 100_000]),
            ("task.between_s", t.between_s, [1, 100_000]),
            ("mosaic.modules", self.mosaic.modules, [t.objects.len(), 7]),
        ] {
            if n < least || n > most {
                return wrong(key, format!("{n}; it lies in {least}..={most}"));
            }
        }
        let whole: f64 = t.between.iter().sum();
        if t.between.len() != t.objects.len()
            || t.between.iter().any(|b| *b < 0.0)
            || (whole - 1.0).abs() > 1e-9
        {
            return wrong(
                "task.between",
                format!("{:?}; one part for each object, at least 0, together 1", t.between),
            );
        }
        if !(t.dwell_s[0] >= 0.5 && t.dwell_s[0] <= t.dwell_s[1] && t.dwell_s[1] <= 1000.0) {
            return wrong("task.dwell_s", format!("{:?}; rising, from 0.5 to 1000 s", t.dwell_s));
        }
        if !(t.noise_n >= 0.0 && t.noise_n.is_finite()) {
            return wrong("task.noise_n", format!("{}; at least 0 N", t.noise_n));
        }
        if !(self.mosaic.anneal_s >= 0.0 && self.mosaic.anneal_s <= 1e6) {
            return wrong("mosaic.anneal_s", format!("{}; from 0 to 1000000 s", self.mosaic.anneal_s));
        }
        let positive = [("task.reference_rms_m", t.reference_rms_m)].into_iter();
        for (key, x) in positive.chain(t.reference_hz.iter().map(|f| ("task.reference_hz", *f))) {
            if !(x > 0.0 && x <= 100.0) {
                return wrong(key, format!("{x}; more than 0, at most 100"));
            }
        }
        Ok(())
    }
}
