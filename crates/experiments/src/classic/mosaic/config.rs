//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    pub objects: Vec<[f64; 3]>,
    pub between: Vec<f64>,
    pub dwell_s: [f64; 2],
    pub reference_hz: Vec<f64>,
    pub reference_rms_m: f64,
    pub noise_n: f64,
    pub learning_s: usize,
    pub test_s: usize,
    pub between_s: usize,
}

impl Task {
    /// Mass, damping and stiffness of the intermediate object.
    pub fn object_between(&self) -> [f64; 3] {
        [0, 1, 2].map(|k| self.objects.iter().zip(&self.between).map(|(o, part)| part * o[k]).sum())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Modules {
    pub modules: usize,
    pub forgetting: f64,
    pub inverse_rate: f64,
    pub sigma: [f64; 2],
    pub anneal_s: f64,
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
    pub task: Task,
    pub mosaic: Modules,
}

/// Ticks of a run, at most. Chosen: each is kept until the run ends, with the responsibility of every module.
const MOST_TICKS: usize = 10_000_000;

impl Config {
    pub fn dt_s(&self) -> f64 {
        self.tick_ms as f64 * 1e-3
    }

    /// Checks everything that neither the limits of the defaults, nor the types, nor the parts themselves check.
    pub fn validate(&self) -> Result<(), Error> {
        let (check, t) = (Check::of("task"), &self.task);
        for [mass, damping, stiffness] in &t.objects {
            let object = format!("[{mass}, {damping}, {stiffness}]");
            check.that("objects", object, *mass > 0.0, "a mass above 0 is needed")?;
        }
        let whole: f64 = t.between.iter().sum();
        let is_mixture = t.between.len() == t.objects.len() && (whole - 1.0).abs() <= 1e-9;
        let allowed = "one part for each object, together 1";
        check.that("between", format!("{:?}", t.between), is_mixture, allowed)?;
        let [short, long] = t.dwell_s;
        check.that(
            "dwell_s",
            format!("[{short}, {long}]"),
            short <= long,
            "two times in order are needed",
        )?;
        let (top, modules) = (500.0 / self.tick_ms as f64, self.mosaic.modules);
        for &hz in &t.reference_hz {
            let half = format!("at most {top} Hz, half the rate of the ticks, is allowed");
            check.that("reference_hz", hz, hz <= top, &half)?;
        }
        let seconds = t.learning_s + t.test_s + t.between_s;
        let few =
            format!("with learning_s and between_s {seconds} s; at most {MOST_TICKS} ticks are allowed");
        check.that("test_s", t.test_s, seconds * 1000 / self.tick_ms <= MOST_TICKS, &few)?;
        Check::of("mosaic").within("modules", modules, t.objects.len()..=7).map(drop)
    }
}
