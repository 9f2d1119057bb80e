//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_control::Architecture;
use lobule_study::Error;
use lobule_study::Preset;
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("vor.toml");

/// The presets.
pub const PRESETS: [Preset; 2] = [
    Preset::new("default", "five subjects, a minute or less", ""),
    Preset::new("quick", "one subject, seconds", include_str!("vor.quick.toml")),
];

/// The eye.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EyeConfig {
    /// Slow time constant, s.
    pub slow_s: f64,
    /// Fast time constant, s.
    pub fast_s: f64,
    /// Largest difference of a subject, in parts.
    pub spread: f64,
}

/// Bounds of a subject's brainstem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrainstemConfig {
    /// Gain.
    pub gain: [f64; 2],
    /// Direct path in parts of the eye's slow time constant.
    pub direct: [f64; 2],
    /// Leak, s.
    pub leak_s: [f64; 2],
}

/// The flocculus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlocculusConfig {
    /// What it hears.
    pub architectures: Vec<Architecture>,
    /// Time constants of its bands, s.
    pub taus_s: Vec<f64>,
    /// Learning rate when it hears the head.
    pub rate_feed_forward: f64,
    /// Learning rate when it hears the motor command.
    pub rate_recurrent: f64,
    /// Age of the input that slip is compared with, ms.
    pub eligibility_ms: usize,
}

/// Head movements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadConfig {
    /// Rms velocity, deg/s.
    pub speed_deg_s: f64,
    /// Lowest and highest frequency, Hz.
    pub frequency_hz: [f64; 2],
    /// Sines.
    pub sines: usize,
}

/// Learning from the imperfect brainstem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationConfig {
    /// Time in the light, s.
    pub duration_s: usize,
    /// Frequencies of the test, Hz.
    pub test_hz: Vec<f64>,
    /// Its peak velocity, deg/s.
    pub test_deg_s: f64,
}

/// Spectacles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpectaclesConfig {
    /// Magnifications.
    pub magnifications: Vec<f64>,
    /// Time with them, s.
    pub wear_s: usize,
    /// Time after, s.
    pub off_s: usize,
    /// Time between tests, s.
    pub probe_every_s: usize,
    /// Frequency of the test, Hz.
    pub probe_hz: f64,
}

/// Training with one sine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectivityConfig {
    /// Trained frequencies, Hz.
    pub trained_hz: Vec<f64>,
    /// Magnification.
    pub magnification: f64,
    /// Time, s.
    pub duration_s: usize,
}

/// Learning with and without eligibility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayConfig {
    /// Frequencies, Hz.
    pub test_hz: Vec<f64>,
    /// Time, s.
    pub duration_s: usize,
}

/// A muscle that weakens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MuscleConfig {
    /// Its strength.
    pub strength: f64,
    /// Time after it, s.
    pub duration_s: usize,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VorConfig {
    /// Seeds.
    pub seeds: Vec<u64>,
    /// A tick, ms.
    pub tick_ms: usize,
    /// Motor delay, ms.
    pub motor_delay_ms: usize,
    /// Visual delay, ms.
    pub visual_delay_ms: usize,
    /// Time constant of the canals, s.
    pub canal_s: f64,
    /// The eye.
    pub eye: EyeConfig,
    /// The brainstem.
    pub brainstem: BrainstemConfig,
    /// The flocculus.
    pub flocculus: FlocculusConfig,
    /// Head movements.
    pub head: HeadConfig,
    /// Calibration.
    pub calibration: CalibrationConfig,
    /// Spectacles.
    pub spectacles: SpectaclesConfig,
    /// Training with one sine.
    pub selectivity: SelectivityConfig,
    /// Learning with and without eligibility.
    pub delay: DelayConfig,
    /// A muscle that weakens.
    pub muscle: MuscleConfig,
}

impl VorConfig {
    /// Length of a tick, s.
    pub fn dt_s(&self) -> f64 {
        self.tick_ms as f64 * 1e-3
    }

    /// A time in whole ticks.
    pub fn ticks(&self, ms: usize) -> usize {
        ms / self.tick_ms
    }

    /// Checks what the types and the parts themselves do not.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        let (f, s, d) = (&self.flocculus, &self.spectacles, &self.delay);
        for (key, n, most) in [
            ("tick_ms", self.tick_ms, 20),
            ("flocculus.architectures", f.architectures.len(), 2),
            ("flocculus.taus_s", f.taus_s.len(), 100),
            ("head.sines", self.head.sines, 1000),
            ("calibration.duration_s", self.calibration.duration_s, 100_000),
            ("calibration.test_hz", self.calibration.test_hz.len(), 100),
            ("spectacles.wear_s", s.wear_s, 100_000),
            ("spectacles.off_s", s.off_s, 100_000),
            ("spectacles.probe_every_s", s.probe_every_s, s.wear_s.min(s.off_s)),
            ("selectivity.duration_s", self.selectivity.duration_s, 100_000),
            ("delay.test_hz", d.test_hz.len(), 100),
            ("delay.duration_s", d.duration_s, 10_000),
            ("muscle.duration_s", self.muscle.duration_s, 100_000),
        ] {
            if n == 0 || n > most {
                return wrong(key, format!("{n}; it lies in 1..={most} (for a list, its length)"));
            }
        }
        for (key, ms) in [
            ("motor_delay_ms", self.motor_delay_ms),
            ("visual_delay_ms", self.visual_delay_ms),
            ("flocculus.eligibility_ms", f.eligibility_ms),
        ] {
            if !ms.is_multiple_of(self.tick_ms) || ms > 1000 {
                return wrong(key, format!("{ms}; multiples of the tick of {} ms up to 1000", self.tick_ms));
            }
        }
        let top = 0.25e3 / self.tick_ms as f64;
        let frequencies = [("calibration.test_hz", &self.calibration.test_hz), ("delay.test_hz", &d.test_hz)];
        let trained = [("selectivity.trained_hz", &self.selectivity.trained_hz)];
        let listed =
            frequencies.iter().chain(&trained).flat_map(|(key, list)| list.iter().map(|x| (*key, *x)));
        let single = self.head.frequency_hz.map(|x| ("head.frequency_hz", x));
        for (key, x) in listed.chain(single).chain([("spectacles.probe_hz", s.probe_hz)]) {
            if !(0.01..=top).contains(&x) {
                return wrong(key, format!("{x}; 0.01 to {top} Hz, a quarter of the rate of the ticks"));
            }
        }
        if self.head.frequency_hz[1] <= self.head.frequency_hz[0] {
            return wrong("head.frequency_hz", "the second must be above the first".into());
        }
        if !d.test_hz.windows(2).all(|w| w[0] < w[1]) {
            return wrong("delay.test_hz", "frequencies in rising order are needed".into());
        }
        let b = &self.brainstem;
        for (key, [low, high]) in
            [("brainstem.gain", b.gain), ("brainstem.direct", b.direct), ("brainstem.leak_s", b.leak_s)]
        {
            if !(low > 0.0 && low <= high && high.is_finite()) {
                return wrong(key, format!("[{low}, {high}]; two bounds above 0 in order"));
            }
        }
        for (key, x) in [
            ("eye.slow_s", self.eye.slow_s),
            ("eye.fast_s", self.eye.fast_s),
            ("canal_s", self.canal_s),
            ("head.speed_deg_s", self.head.speed_deg_s),
            ("calibration.test_deg_s", self.calibration.test_deg_s),
            ("muscle.strength", self.muscle.strength),
        ] {
            if !(x > 0.0 && x.is_finite()) {
                return wrong(key, format!("{x}; it must be more than 0"));
            }
        }
        if !(0.0..0.9).contains(&self.eye.spread) {
            return wrong("eye.spread", format!("{}; from 0 to below 0.9", self.eye.spread));
        }
        let worn = s.magnifications.iter().map(|&m| ("spectacles.magnifications", m));
        for (key, m) in worn.chain([("selectivity.magnification", self.selectivity.magnification)]) {
            if !(m.is_finite() && m.abs() <= 10.0) {
                return wrong(key, format!("{m}; -10 to 10"));
            }
        }
        for (key, rate) in [
            ("flocculus.rate_feed_forward", f.rate_feed_forward),
            ("flocculus.rate_recurrent", f.rate_recurrent),
        ] {
            if !(rate > 0.0 && rate < 1.0) {
                return wrong(key, format!("{rate}; above 0 and below 1"));
            }
        }
        Ok(())
    }
}

/// In words.
pub fn name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::FeedForward => "feed-forward",
        Architecture::Recurrent => "recurrent",
    }
}
