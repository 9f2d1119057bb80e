//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

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
    /// Key in the names of findings: that of the configuration.
    pub fn key(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Feedback => "feedback",
            Self::Smith => "model of the eye",
            Self::Cfpc => "flocculus, CFPC",
            Self::Fel => "flocculus, FEL",
            Self::Foresight => "model of eye and target",
        }
    }

    pub fn learns(self) -> bool {
        matches!(self, Self::Cfpc | Self::Fel | Self::Foresight)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EyeConfig {
    pub slow_s: f64,
    pub fast_s: f64,
    pub spread: f64,
    pub leak_s: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedbackConfig {
    pub ki: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmithConfig {
    pub kp: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CerebellumConfig {
    pub scale_s: f64,
    pub taus_s: Vec<f64>,
    pub rate: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForesightConfig {
    pub taps: usize,
    pub every_ms: usize,
    pub beyond_ms: usize,
    pub rate: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetsConfig {
    pub speed_deg_s: f64,
    pub sines_hz: Vec<f64>,
    pub mixed: usize,
    pub mixed_to_hz: f64,
    pub learning_s: usize,
    pub measured_s: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RampConfig {
    pub speed_deg_s: f64,
    pub duration_s: f64,
    pub ki: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HiddenConfig {
    pub hz: f64,
    pub duration_s: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub seeds: Vec<u64>,
    pub tick_ms: usize,
    pub visual_delay_ms: usize,
    pub motor_delay_ms: usize,
    pub noise_deg_s: f64,
    pub controllers: Vec<PursuitController>,
    pub eye: EyeConfig,
    pub feedback: FeedbackConfig,
    pub smith: SmithConfig,
    pub cerebellum: CerebellumConfig,
    pub foresight: ForesightConfig,
    pub targets: TargetsConfig,
    pub ramp: RampConfig,
    pub hidden: HiddenConfig,
}

impl Config {
    pub fn dt_s(&self) -> f64 {
        self.tick_ms as f64 * 1e-3
    }

    /// Visual and motor delay, ticks.
    pub fn delays(&self) -> [usize; 2] {
        [self.visual_delay_ms / self.tick_ms, self.motor_delay_ms / self.tick_ms]
    }

    /// Ticks in a time in s.
    pub fn ticks_of_s(&self, s: f64) -> usize {
        (s / self.dt_s()).round() as usize
    }

    /// Checks everything that neither the limits of the defaults, nor the types, nor the parts themselves check.
    pub fn validate(&self) -> Result<(), Error> {
        let (check, f, tick_ms) = (Check::of(""), &self.foresight, self.tick_ms);
        check.some("controllers", &self.controllers)?.distinct("controllers", &self.controllers)?;
        check.ticks_within("visual_delay_ms", self.visual_delay_ms, tick_ms..=1000, tick_ms)?;
        check.ticks_within("motor_delay_ms", self.motor_delay_ms, 0..=1000, tick_ms)?;
        let check = Check::of("foresight");
        check.ticks_within("every_ms", f.every_ms, tick_ms..=1000, tick_ms)?;
        check.ticks_within("beyond_ms", f.beyond_ms, 0..=1000, tick_ms)?;
        Check::of("ramp").distinct("ki", &self.ramp.ki)?;
        self.validate_targets()
    }

    /// Checks the targets.
    fn validate_targets(&self) -> Result<(), Error> {
        let (check, t) = (Check::of("targets"), &self.targets);
        check.distinct("sines_hz", &t.sines_hz)?;
        let top = 0.25 / self.dt_s();
        let hidden = (Check::of("hidden"), "hz", self.hidden.hz);
        for (check, key, hz) in t.sines_hz.iter().map(|&hz| (check, "sines_hz", hz)).chain([hidden]) {
            let limits = format!("at most {top} Hz, a quarter of the rate of the ticks, is allowed");
            check.that(key, hz, hz <= top, &limits)?;
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
