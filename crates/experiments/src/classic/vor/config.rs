//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_control::Architecture;
use lobule_study::{Check, Error, Preset};
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("vor.toml");

/// The presets.
pub const PRESETS: [Preset; 2] = [
    Preset::new("default", "five subjects, less than a minute", ""),
    Preset::new("quick", "one subject, a few seconds", include_str!("vor.quick.toml")),
];

/// The eye.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EyeConfig {
    /// Slow time constant, s.
    pub slow_s: f64,
    /// Fast time constant, s.
    pub fast_s: f64,
    /// Largest deviation of a subject, as a fraction of the nominal value.
    pub spread: f64,
}

/// Bounds of a subject's brainstem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrainstemConfig {
    /// Gain.
    pub gain: [f64; 2],
    /// Direct path, as a fraction of the eye's slow time constant.
    pub direct: [f64; 2],
    /// Leak, s.
    pub leak_s: [f64; 2],
}

/// The flocculus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlocculusConfig {
    /// Input: head velocity or a copy of the motor command.
    pub architectures: Vec<Architecture>,
    /// Time constants of its bands, s.
    pub taus_s: Vec<f64>,
    /// Learning rate with head velocity as input.
    pub rate_feed_forward: f64,
    /// Learning rate with the motor command as input.
    pub rate_recurrent: f64,
    /// Age of the input with which slip is correlated, ms.
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
    /// Duration in the light, s.
    pub duration_s: usize,
    /// Frequencies of the test, Hz.
    pub test_hz: Vec<f64>,
    /// Peak head velocity of the test, deg/s.
    pub test_deg_s: f64,
}

/// Spectacles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpectaclesConfig {
    /// Magnifications.
    pub magnifications: Vec<f64>,
    /// Duration of wear, s.
    pub wear_s: usize,
    /// Duration after removal, s.
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
    /// Duration, s.
    pub duration_s: usize,
}

/// Learning with and without eligibility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayConfig {
    /// Frequencies, Hz.
    pub test_hz: Vec<f64>,
    /// Duration, s.
    pub duration_s: usize,
}

/// A muscle that weakens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MuscleConfig {
    /// Strength relative to a healthy muscle.
    pub strength: f64,
    /// Duration after the change, s.
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

    /// Ticks in a time.
    pub fn ticks(&self, ms: usize) -> usize {
        ms / self.tick_ms
    }

    /// Checks everything that neither the types nor the parts themselves check.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
        let loop_ = Check::of("");
        loop_.within("tick_ms", self.tick_ms, 1..=20)?.above("canal_s", self.canal_s, 0.0)?;
        let whole_ticks = |check: &Check, key: &str, ms: usize| -> Result<(), Error> {
            check.within(key, ms, 0..=1000)?.whole_ticks(key, ms as f64, self.tick_ms as f64)?;
            Ok(())
        };
        whole_ticks(&loop_, "motor_delay_ms", self.motor_delay_ms)?;
        whole_ticks(&loop_, "visual_delay_ms", self.visual_delay_ms)?;

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
        whole_ticks(&check, "eligibility_ms", f.eligibility_ms)?;
        for (key, rate) in [("rate_feed_forward", f.rate_feed_forward), ("rate_recurrent", f.rate_recurrent)]
        {
            check.that(key, rate, rate > 0.0 && rate < 1.0, "above 0 and below 1")?;
        }

        // A quarter of the rate of the ticks.
        let testable = 0.01..=0.25e3 / self.tick_ms as f64;
        let (check, head) = (Check::of("head"), &self.head);
        check.within("sines", head.sines, 1..=1000)?.above("speed_deg_s", head.speed_deg_s, 0.0)?;
        check.all_within("frequency_hz", &head.frequency_hz, testable.clone())?;
        check.rising("frequency_hz", &head.frequency_hz)?;
        let (check, c) = (Check::of("calibration"), &self.calibration);
        check.within("duration_s", c.duration_s, 1..=100_000)?.above("test_deg_s", c.test_deg_s, 0.0)?;
        check.length("test_hz", &c.test_hz, 1..=100)?.all_within("test_hz", &c.test_hz, testable.clone())?;

        let (check, s) = (Check::of("spectacles"), &self.spectacles);
        check.all_within("magnifications", &s.magnifications, -10.0..=10.0)?;
        check.within("wear_s", s.wear_s, 1..=100_000)?.within("off_s", s.off_s, 1..=100_000)?;
        check.within("probe_every_s", s.probe_every_s, 1..=s.wear_s.min(s.off_s))?;
        check.within("probe_hz", s.probe_hz, testable.clone())?;
        let (check, s) = (Check::of("selectivity"), &self.selectivity);
        check.all_within("trained_hz", &s.trained_hz, testable.clone())?;
        check.within("magnification", s.magnification, -10.0..=10.0)?;
        check.within("duration_s", s.duration_s, 1..=100_000)?;
        let (check, d) = (Check::of("delay"), &self.delay);
        check.length("test_hz", &d.test_hz, 1..=100)?.all_within("test_hz", &d.test_hz, testable)?;
        check.rising("test_hz", &d.test_hz)?.within("duration_s", d.duration_s, 1..=10_000)?;
        let (check, m) = (Check::of("muscle"), &self.muscle);
        check.above("strength", m.strength, 0.0)?.within("duration_s", m.duration_s, 1..=100_000)?;
        Ok(())
    }
}

/// The architecture in words.
pub fn name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::FeedForward => "feed-forward",
        Architecture::Recurrent => "recurrent",
    }
}
