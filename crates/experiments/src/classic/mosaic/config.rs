//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_study::{Check, Error};

tables! {
    Task {
        objects: Vec<[f64; 3]>,
        between: Vec<f64>,
        dwell_s: [f64; 2],
        reference_hz: Vec<f64>,
        reference_rms_m: f64,
        noise_n: f64,
        learning_s: usize,
        test_s: usize,
        between_s: usize,
    }
    Modules {
        modules: usize,
        forgetting: f64,
        inverse_rate: f64,
        sigma: [f64; 2],
        anneal_s: f64,
        spread: f64,
        switching: f64,
        cue_rate: f64,
        feedback: [f64; 2],
        scales: [f64; 4],
    }
    Config { seeds: Vec<u64>, tick_ms: usize, task: Task, mosaic: Modules }
}

impl Task {
    /// Mass, damping and stiffness of the intermediate object.
    pub fn object_between(&self) -> [f64; 3] {
        [0, 1, 2].map(|k| self.objects.iter().zip(&self.between).map(|(o, part)| part * o[k]).sum())
    }
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
