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

    /// Checks everything that neither the limits of the defaults, nor the types, nor the parts themselves check.
    pub fn validate(&self) -> Result<(), Error> {
        let (check, tick_ms) = (Check::of(""), self.tick_ms);
        let whole = |check: &Check, key: &str, ms: usize| -> Result<(), Error> {
            check.whole_ticks(key, ms as f64, tick_ms as f64).map(drop)
        };
        whole(&check, "motor_delay_ms", self.motor_delay_ms)?;
        whole(&check, "visual_delay_ms", self.visual_delay_ms)?;
        whole(&Check::of("flocculus"), "eligibility_ms", self.flocculus.eligibility_ms)?;
        let b = &self.brainstem;
        for (key, [low, high]) in [("gain", b.gain), ("direct", b.direct), ("leak_s", b.leak_s)] {
            let bounds = format!("[{low}, {high}]");
            Check::of("brainstem").that(key, bounds, low <= high, "two bounds in order are needed")?;
        }
        let architectures = &self.flocculus.architectures;
        Check::of("flocculus")
            .some("architectures", architectures)?
            .distinct("architectures", architectures)?;

        let (h, s, d) = (&self.head, &self.spectacles, &self.delay);
        // A quarter of the rate of the ticks.
        let testable = 0.01..=0.25e3 / tick_ms as f64;
        for (table, key, hz) in [
            ("head", "frequency_hz", &h.frequency_hz[..]),
            ("calibration", "test_hz", &self.calibration.test_hz),
            ("spectacles", "probe_hz", &[s.probe_hz]),
            ("selectivity", "trained_hz", &self.selectivity.trained_hz),
            ("delay", "test_hz", &d.test_hz),
        ] {
            Check::of(table).all_within(key, hz, testable.clone())?;
        }
        Check::of("head").rising("frequency_hz", &h.frequency_hz)?;
        Check::of("delay").rising("test_hz", &d.test_hz)?;
        let (check, m) = (Check::of("spectacles"), &s.magnifications);
        check
            .within("probe_every_s", s.probe_every_s, 1..=s.wear_s.min(s.off_s))?
            .distinct("magnifications", m)?;
        Check::of("selectivity").distinct("trained_hz", &self.selectivity.trained_hz).map(drop)
    }
}

pub fn name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::FeedForward => "feed-forward",
        Architecture::Recurrent => "recurrent",
    }
}
