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

impl Config {
    pub fn dt_s(&self) -> f64 {
        self.tick_ms as f64 * 1e-3
    }

    /// Checks everything that neither the types nor the parts themselves check.
    pub fn validate(&self) -> Result<(), Error> {
        Check::of("").within("tick_ms", self.tick_ms, 1..=50)?;
        let (check, t) = (Check::of("task"), &self.task);
        check.length("objects", &t.objects, 2..=6)?.length("reference_hz", &t.reference_hz, 1..=100)?;
        check.within("learning_s", t.learning_s, 10..=100_000)?.within("test_s", t.test_s, 10..=100_000)?;
        check.within("between_s", t.between_s, 1..=100_000)?;
        let whole: f64 = t.between.iter().sum();
        let is_mixture = t.between.len() == t.objects.len()
            && t.between.iter().all(|b| *b >= 0.0)
            && (whole - 1.0).abs() <= 1e-9;
        let allowed = "one part for each object, at least 0, together 1";
        check.that("between", format!("{:?}", t.between), is_mixture, allowed)?;
        let [short, long] = t.dwell_s;
        let is_rising = short >= 0.5 && short <= long && long <= 1000.0;
        check.that("dwell_s", format!("{:?}", t.dwell_s), is_rising, "rising, from 0.5 to 1000 s")?;
        check.at_least("noise_n", t.noise_n, 0.0)?;
        let sizes = t.reference_hz.iter().map(|&hz| ("reference_hz", hz));
        for (key, x) in sizes.chain([("reference_rms_m", t.reference_rms_m)]) {
            check.that(key, x, x > 0.0 && x <= 100.0, "more than 0, at most 100")?;
        }
        let (check, m) = (Check::of("mosaic"), &self.mosaic);
        check.within("modules", m.modules, t.objects.len()..=7)?.within("anneal_s", m.anneal_s, 0.0..=1e6)?;
        Ok(())
    }
}
