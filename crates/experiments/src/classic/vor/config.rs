//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_control::Architecture;
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EyeConfig {
    pub slow_s: f64,
    pub fast_s: f64,
    pub spread: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrainstemConfig {
    pub gain: [f64; 2],
    pub direct: [f64; 2],
    pub leak_s: [f64; 2],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlocculusConfig {
    pub architectures: Vec<Architecture>,
    pub taus_s: Vec<f64>,
    pub rate_feed_forward: f64,
    pub rate_recurrent: f64,
    pub eligibility_ms: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadConfig {
    pub speed_deg_s: f64,
    pub frequency_hz: [f64; 2],
    pub sines: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationConfig {
    pub duration_s: usize,
    pub test_hz: Vec<f64>,
    pub test_deg_s: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpectaclesConfig {
    pub magnifications: Vec<f64>,
    pub wear_s: usize,
    pub off_s: usize,
    pub probe_every_s: usize,
    pub probe_hz: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectivityConfig {
    pub trained_hz: Vec<f64>,
    pub magnification: f64,
    pub duration_s: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayConfig {
    pub test_hz: Vec<f64>,
    pub duration_s: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MuscleConfig {
    pub strength: f64,
    pub duration_s: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub seeds: Vec<u64>,
    pub tick_ms: usize,
    pub motor_delay_ms: usize,
    pub visual_delay_ms: usize,
    pub canal_s: f64,
    pub eye: EyeConfig,
    pub brainstem: BrainstemConfig,
    pub flocculus: FlocculusConfig,
    pub head: HeadConfig,
    pub calibration: CalibrationConfig,
    pub spectacles: SpectaclesConfig,
    pub selectivity: SelectivityConfig,
    pub delay: DelayConfig,
    pub muscle: MuscleConfig,
}

impl Config {
    pub fn dt_s(&self) -> f64 {
        self.tick_ms as f64 * 1e-3
    }

    /// Ticks in a time in ms.
    pub fn ticks(&self, ms: usize) -> usize {
        ms / self.tick_ms
    }

    /// Ticks in a time in s.
    pub fn ticks_of_s(&self, s: f64) -> usize {
        (s / self.dt_s()).round() as usize
    }

    /// Checks everything that neither the types nor the parts themselves check.
    pub fn validate(&self) -> Result<(), Error> {
        let (check, tick_ms) = (Check::of(""), self.tick_ms);
        check.within("tick_ms", tick_ms, 1..=20)?.above("canal_s", self.canal_s, 0.0)?;
        check.ticks_within("motor_delay_ms", self.motor_delay_ms, 0..=1000, tick_ms)?;
        check.ticks_within("visual_delay_ms", self.visual_delay_ms, 0..=1000, tick_ms)?;
        let (check, eye) = (Check::of("eye"), &self.eye);
        check.above("slow_s", eye.slow_s, 0.0)?.above("fast_s", eye.fast_s, 0.0)?;
        check.that("spread", eye.spread, (0.0..0.9).contains(&eye.spread), "from 0 to below 0.9")?;
        let b = &self.brainstem;
        for (key, [low, high]) in [("gain", b.gain), ("direct", b.direct), ("leak_s", b.leak_s)] {
            let is_allowed = low > 0.0 && low <= high && high.is_finite();
            let bounds = format!("[{low}, {high}]");
            Check::of("brainstem").that(key, bounds, is_allowed, "two bounds above 0 in order are needed")?;
        }
        let (check, f) = (Check::of("flocculus"), &self.flocculus);
        check.length("architectures", &f.architectures, 1..=2)?.length("taus_s", &f.taus_s, 1..=100)?;
        check.ticks_within("eligibility_ms", f.eligibility_ms, 0..=1000, tick_ms)?;
        for (key, rate) in [("rate_feed_forward", f.rate_feed_forward), ("rate_recurrent", f.rate_recurrent)]
        {
            check.that(key, rate, rate > 0.0 && rate < 1.0, "above 0 and below 1")?;
        }

        // A quarter of the rate of the ticks.
        let testable = || 0.01..=0.25e3 / tick_ms as f64;
        let (check, h) = (Check::of("head"), &self.head);
        check.within("sines", h.sines, 1..=1000)?.above("speed_deg_s", h.speed_deg_s, 0.0)?;
        check
            .all_within("frequency_hz", &h.frequency_hz, testable())?
            .rising("frequency_hz", &h.frequency_hz)?;
        let (check, c) = (Check::of("calibration"), &self.calibration);
        check.within("duration_s", c.duration_s, 1..=100_000)?.above("test_deg_s", c.test_deg_s, 0.0)?;
        check.length("test_hz", &c.test_hz, 1..=100)?.all_within("test_hz", &c.test_hz, testable())?;
        let (check, s) = (Check::of("spectacles"), &self.spectacles);
        check.all_within("magnifications", &s.magnifications, -10.0..=10.0)?;
        check.within("wear_s", s.wear_s, 1..=100_000)?.within("off_s", s.off_s, 1..=100_000)?;
        check.within("probe_every_s", s.probe_every_s, 1..=s.wear_s.min(s.off_s))?;
        check.within("probe_hz", s.probe_hz, testable())?;
        let (check, s) = (Check::of("selectivity"), &self.selectivity);
        check.all_within("trained_hz", &s.trained_hz, testable())?;
        check.within("magnification", s.magnification, -10.0..=10.0)?;
        check.within("duration_s", s.duration_s, 1..=100_000)?;
        let (check, d) = (Check::of("delay"), &self.delay);
        check.length("test_hz", &d.test_hz, 1..=100)?.all_within("test_hz", &d.test_hz, testable())?;
        check.rising("test_hz", &d.test_hz)?.within("duration_s", d.duration_s, 1..=10_000)?;
        let (check, m) = (Check::of("muscle"), &self.muscle);
        check.above("strength", m.strength, 0.0)?.within("duration_s", m.duration_s, 1..=100_000)?;
        Ok(())
    }
}

pub fn name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::FeedForward => "feed-forward",
        Architecture::Recurrent => "recurrent",
    }
}
