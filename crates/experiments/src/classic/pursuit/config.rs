//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_study::{Check, Error, Preset};
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("pursuit.toml");

/// The presets.
pub const PRESETS: [Preset; 2] = [
    Preset::new("default", "five subjects, less than a minute", ""),
    Preset::new("quick", "one subject, a few seconds", include_str!("pursuit.quick.toml")),
];

/// Controller of the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PursuitController {
    /// Feedback of delayed slip alone.
    Feedback,
    /// A Smith predictor: a model of the eye and delayed slip.
    Smith,
    /// Feedback with an expected slip from the flocculus (counterfactual predictive control).
    Cfpc,
    /// Feedback and a flocculus that adds to the command (feedback-error learning).
    Fel,
    /// A Smith predictor on a predicted target.
    Foresight,
}

impl PursuitController {
    /// Key in the names of findings.
    pub fn key(self) -> &'static str {
        match self {
            Self::Feedback => "feedback",
            Self::Smith => "smith",
            Self::Cfpc => "cfpc",
            Self::Fel => "fel",
            Self::Foresight => "foresight",
        }
    }

    /// Name in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Feedback => "feedback",
            Self::Smith => "model of the eye",
            Self::Cfpc => "flocculus, CFPC",
            Self::Fel => "flocculus, FEL",
            Self::Foresight => "model of eye and target",
        }
    }

    /// True if it learns.
    pub fn learns(self) -> bool {
        matches!(self, Self::Cfpc | Self::Fel | Self::Foresight)
    }
}

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
    /// Leak of the integrator, s.
    pub leak_s: f64,
}

/// Feedback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedbackConfig {
    /// Gain from slip to eye acceleration, 1/s.
    pub ki: f64,
}

/// The Smith predictor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmithConfig {
    /// Gain from the residual error to the command.
    pub kp: f64,
}

/// The flocculus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CerebellumConfig {
    /// Unit of the derivatives, s.
    pub scale_s: f64,
    /// Time constants of the leaky averages, s.
    pub taus_s: Vec<f64>,
    /// Learning rate.
    pub rate: f64,
}

/// Prediction of the target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForesightConfig {
    /// Number of past values.
    pub taps: usize,
    /// Interval between them, ms.
    pub every_ms: usize,
    /// Lead beyond the delay, ms.
    pub beyond_ms: usize,
    /// Learning rate.
    pub rate: f64,
}

/// Targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetsConfig {
    /// Rms velocity, deg/s.
    pub speed_deg_s: f64,
    /// Frequencies of predictable targets, Hz.
    pub sines_hz: Vec<f64>,
    /// Number of sines of the mixed target.
    pub mixed: usize,
    /// Highest frequency of the mixed target, Hz.
    pub mixed_to_hz: f64,
    /// Duration of learning, s.
    pub learning_s: usize,
    /// Duration of the measurement, s.
    pub measured_s: usize,
}

/// A target that starts to move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RampConfig {
    /// Velocity, deg/s.
    pub speed_deg_s: f64,
    /// Duration, s.
    pub duration_s: f64,
    /// Gains of feedback, 1/s.
    pub ki: Vec<f64>,
}

/// A target that disappears.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HiddenConfig {
    /// Frequency, Hz.
    pub hz: f64,
    /// Duration, s.
    pub duration_s: f64,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PursuitConfig {
    /// Seeds.
    pub seeds: Vec<u64>,
    /// A tick, ms.
    pub tick_ms: usize,
    /// Visual delay, ms.
    pub visual_delay_ms: usize,
    /// Motor delay, ms.
    pub motor_delay_ms: usize,
    /// Noise of the seen eye velocity, deg/s.
    pub noise_deg_s: f64,
    /// Controllers of the eye.
    pub controllers: Vec<PursuitController>,
    /// The eye.
    pub eye: EyeConfig,
    /// Feedback.
    pub feedback: FeedbackConfig,
    /// The Smith predictor.
    pub smith: SmithConfig,
    /// The flocculus.
    pub cerebellum: CerebellumConfig,
    /// Prediction of the target.
    pub foresight: ForesightConfig,
    /// Targets.
    pub targets: TargetsConfig,
    /// A target that starts to move.
    pub ramp: RampConfig,
    /// A target that disappears.
    pub hidden: HiddenConfig,
}

impl PursuitConfig {
    /// Length of a tick, s.
    pub fn dt_s(&self) -> f64 {
        self.tick_ms as f64 * 1e-3
    }

    /// Visual and motor delay, ticks.
    pub fn delays(&self) -> [usize; 2] {
        [self.visual_delay_ms / self.tick_ms, self.motor_delay_ms / self.tick_ms]
    }

    /// Checks everything that neither the types nor the parts themselves check.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
        let check = Check::of("");
        check.within("tick_ms", self.tick_ms, 1..=50)?.length("controllers", &self.controllers, 1..=5)?;
        let tick_ms = self.tick_ms;
        let whole_ticks = |check: &Check, key: &str, ms: usize, least: usize| -> Result<(), Error> {
            check.within(key, ms, least..=1000)?.whole_ticks(key, ms as f64, tick_ms as f64)?;
            Ok(())
        };
        whole_ticks(&check, "visual_delay_ms", self.visual_delay_ms, tick_ms)?;
        whole_ticks(&check, "motor_delay_ms", self.motor_delay_ms, 0)?;

        let positive = |check: &Check, key: &str, x: f64| -> Result<(), Error> {
            check.that(key, x, x > 0.0 && x <= 1e4, "more than 0 and at most 10000 is needed")?;
            Ok(())
        };
        let (check, eye) = (Check::of("eye"), &self.eye);
        for (key, x) in [("slow_s", eye.slow_s), ("fast_s", eye.fast_s), ("leak_s", eye.leak_s)] {
            positive(&check, key, x)?;
        }
        check.that("spread", eye.spread, (0.0..0.9).contains(&eye.spread), "from 0 to below 0.9")?;
        positive(&Check::of("feedback"), "ki", self.feedback.ki)?;
        Check::of("smith").at_least("kp", self.smith.kp, 0.0)?;
        let rate = self.cerebellum.rate;
        Check::of("cerebellum").that("rate", rate, rate > 0.0 && rate < 1.0, "above 0 and below 1")?;
        let (check, f) = (Check::of("foresight"), &self.foresight);
        check.within("taps", f.taps, 1..=1000)?;
        whole_ticks(&check, "every_ms", f.every_ms, tick_ms)?;
        whole_ticks(&check, "beyond_ms", f.beyond_ms, 0)?;

        let (check, ramp) = (Check::of("ramp"), &self.ramp);
        positive(&check, "speed_deg_s", ramp.speed_deg_s)?;
        check.within("duration_s", ramp.duration_s, 1.0..=1e4)?.length("ki", &ramp.ki, 1..=4)?;
        ramp.ki.iter().try_for_each(|&ki| check.above("ki", ki, 0.0).map(|_| ()))?;
        positive(&Check::of("hidden"), "duration_s", self.hidden.duration_s)?;
        self.validate_targets()
    }

    /// Checks the targets.
    fn validate_targets(&self) -> Result<(), Error> {
        let (check, t) = (Check::of("targets"), &self.targets);
        check.length("sines_hz", &t.sines_hz, 1..=100)?.within("learning_s", t.learning_s, 1..=100_000)?;
        check.that(
            "speed_deg_s",
            t.speed_deg_s,
            t.speed_deg_s > 0.0 && t.speed_deg_s <= 1e4,
            "above 0, at most 10000",
        )?;
        let period = format!(
            "10 to 10000 is allowed: measure a whole period of the slowest sine of a mixed target, {LOWEST_MIXED_HZ} Hz"
        );
        check.that("measured_s", t.measured_s, (10..=10_000).contains(&t.measured_s), &period)?;
        let top = 0.25 / self.dt_s();
        let hidden = (Check::of("hidden"), "hz", self.hidden.hz);
        for (check, key, hz) in t.sines_hz.iter().map(|&hz| (check, "sines_hz", hz)).chain([hidden]) {
            let limits = format!("above 0, at most {top} Hz, a quarter of the rate of the ticks");
            check.that(key, hz, hz > 0.0 && hz <= top, &limits)?;
            let periods = hz * t.measured_s as f64;
            let is_whole = (periods - periods.round()).abs() < 1e-6 && periods > 0.5;
            let whole = format!("whole periods within the {} s measured are needed", t.measured_s);
            check.that(key, hz, is_whole, &whole)?;
        }
        let period = format!("at least a period of hidden.hz = {}", self.hidden.hz);
        check.that("learning_s", t.learning_s, t.learning_s as f64 * self.hidden.hz >= 1.0, &period)?;
        let places = (t.mixed_to_hz - LOWEST_MIXED_HZ) * t.measured_s as f64;
        let fits = t.mixed >= 1 && t.mixed as f64 <= places && t.mixed_to_hz <= top;
        let limits = format!("1 to {places:.0}, the places between {LOWEST_MIXED_HZ} Hz and mixed_to_hz");
        check.that("mixed", t.mixed, fits, &limits)?;
        Ok(())
    }
}

/// Lowest frequency of a mixed target, Hz. Chosen: every controller follows slower ones.
pub const LOWEST_MIXED_HZ: f64 = 0.1;
