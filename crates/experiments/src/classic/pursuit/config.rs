//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_study::Error;
use lobule_study::Preset;
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("pursuit.toml");

/// The presets.
pub const PRESETS: [Preset; 2] = [
    Preset::new("default", "five subjects, a minute or less", ""),
    Preset::new("quick", "one subject, seconds", include_str!("pursuit.quick.toml")),
];

/// What moves the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Late slip alone.
    Feedback,
    /// A model of the eye beside late slip.
    Smith,
    /// Feedback that is told which slip to expect.
    Cfpc,
    /// Feedback, and a flocculus that adds to the command.
    Fel,
    /// A model of the eye, and an expected target.
    Foresight,
}

impl Kind {
    /// Its key in names of findings.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Feedback => "feedback",
            Kind::Smith => "smith",
            Kind::Cfpc => "cfpc",
            Kind::Fel => "fel",
            Kind::Foresight => "foresight",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Feedback => "feedback",
            Kind::Smith => "model of the eye",
            Kind::Cfpc => "flocculus, CFPC",
            Kind::Fel => "flocculus, FEL",
            Kind::Foresight => "model of eye and target",
        }
    }

    /// Whether it learns.
    pub fn learns(self) -> bool {
        matches!(self, Kind::Cfpc | Kind::Fel | Kind::Foresight)
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
    /// Largest difference of a subject, in parts.
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
    /// Gain from what is left of the error to the command.
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

/// The expected target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForesightConfig {
    /// Past values.
    pub taps: usize,
    /// Time between them, ms.
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
    /// Predictable ones, Hz.
    pub sines_hz: Vec<f64>,
    /// Sines of an unpredictable one.
    pub mixed: usize,
    /// The highest of them, Hz.
    pub mixed_to_hz: f64,
    /// Time for learning, s.
    pub learning_s: usize,
    /// Time measured, s.
    pub measured_s: usize,
}

/// A target that starts to move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RampConfig {
    /// Velocity, deg/s.
    pub speed_deg_s: f64,
    /// Time, s.
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
    /// Time, s.
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
    /// What moves the eye.
    pub controllers: Vec<Kind>,
    /// The eye.
    pub eye: EyeConfig,
    /// Feedback.
    pub feedback: FeedbackConfig,
    /// The Smith predictor.
    pub smith: SmithConfig,
    /// The flocculus.
    pub cerebellum: CerebellumConfig,
    /// The expected target.
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

    /// Checks what the types and the parts themselves do not.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        let t = &self.targets;
        for (key, n, most) in [
            ("tick_ms", self.tick_ms, 50),
            ("controllers", self.controllers.len(), 5),
            ("targets.sines_hz", t.sines_hz.len(), 100),
            ("targets.learning_s", t.learning_s, 100_000),
            ("ramp.ki", self.ramp.ki.len(), 4),
            ("foresight.taps", self.foresight.taps, 1000),
        ] {
            if n == 0 || n > most {
                return wrong(key, format!("{n}; it lies in 1..={most} (for a list, its length)"));
            }
        }
        if !(10..=10_000).contains(&t.measured_s) {
            let what = format!(
                "{}; it lies in 10..=10000: measure a whole period of the slowest of a mixed target, {LOWEST_MIXED_HZ} Hz",
                t.measured_s
            );
            return wrong("targets.measured_s", what);
        }
        for (key, ms, least) in [
            ("visual_delay_ms", self.visual_delay_ms, self.tick_ms),
            ("motor_delay_ms", self.motor_delay_ms, 0),
            ("foresight.every_ms", self.foresight.every_ms, self.tick_ms),
            ("foresight.beyond_ms", self.foresight.beyond_ms, 0),
        ] {
            if !ms.is_multiple_of(self.tick_ms) || ms < least || ms > 1000 {
                let tick = self.tick_ms;
                return wrong(key, format!("{ms}; multiples of the tick of {tick} ms from {least} to 1000"));
            }
        }
        let whole = |x: f64| (x - x.round()).abs() < 1e-6 && x > 0.5;
        let top = 0.25 / self.dt_s();
        let sines = t.sines_hz.iter().map(|&hz| ("targets.sines_hz", hz));
        for (key, hz) in sines.chain([("hidden.hz", self.hidden.hz)]) {
            if !(hz > 0.0 && hz <= top) {
                let what = format!("{hz}; above 0, at most {top} Hz, a quarter of the rate of the ticks");
                return wrong(key, what);
            }
            if !whole(hz * t.measured_s as f64) {
                let what = format!("{hz}; whole periods within the {} s measured are needed", t.measured_s);
                return wrong(key, what);
            }
        }
        if t.learning_s as f64 * self.hidden.hz < 1.0 {
            let what = format!("{}; at least a period of hidden.hz = {}", t.learning_s, self.hidden.hz);
            return wrong("targets.learning_s", what);
        }
        let grid = (t.mixed_to_hz - LOWEST_MIXED_HZ) * t.measured_s as f64;
        if !(t.mixed >= 1 && t.mixed as f64 <= grid && t.mixed_to_hz <= top) {
            let what = format!("{}; from 1 to {grid:.0}, the places between 0.1 Hz and mixed_to_hz", t.mixed);
            return wrong("targets.mixed", what);
        }
        for (key, x) in [
            ("eye.slow_s", self.eye.slow_s),
            ("eye.fast_s", self.eye.fast_s),
            ("eye.leak_s", self.eye.leak_s),
            ("feedback.ki", self.feedback.ki),
            ("targets.speed_deg_s", t.speed_deg_s),
            ("ramp.speed_deg_s", self.ramp.speed_deg_s),
            ("ramp.duration_s", self.ramp.duration_s),
            ("hidden.duration_s", self.hidden.duration_s),
        ] {
            if !(x > 0.0 && x <= 1e4) {
                return wrong(key, format!("{x}; it must be more than 0 and at most 10000"));
            }
        }
        for &ki in &self.ramp.ki {
            if !(ki > 0.0 && ki.is_finite()) {
                return wrong("ramp.ki", format!("{ki}; it must be more than 0"));
            }
        }
        if self.ramp.duration_s < 1.0 {
            return wrong("ramp.duration_s", format!("{}; at least 1 s", self.ramp.duration_s));
        }
        if !(0.0..0.9).contains(&self.eye.spread) {
            return wrong("eye.spread", format!("{}; from 0 to below 0.9", self.eye.spread));
        }
        if !(self.smith.kp >= 0.0 && self.smith.kp.is_finite()) {
            return wrong("smith.kp", format!("{}; at least 0", self.smith.kp));
        }
        if !(self.cerebellum.rate > 0.0 && self.cerebellum.rate < 1.0) {
            return wrong("cerebellum.rate", format!("{}; above 0 and below 1", self.cerebellum.rate));
        }
        Ok(())
    }
}

/// The lowest frequency of a mixed target, Hz. Chosen: slower ones are followed by anything.
pub const LOWEST_MIXED_HZ: f64 = 0.1;
