//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_control::forward::Efference;
use lobule_control::plant::{Actuator, CartPole, CartPoleParameters};
use lobule_study::Error;
use lobule_study::Preset;
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("cartpole.toml");

/// The presets.
pub const PRESETS: [Preset; 3] = [
    Preset::new("default", "20 seeds, delays 0 to 160 ms, all ablations", ""),
    Preset::new(
        "quick",
        "seconds: 3 seeds, delays 0, 60, 100 and 140 ms",
        include_str!("cartpole.quick.toml"),
    ),
    Preset::new(
        "full",
        "60 seeds, 50 episodes each, a finer family of PD laws",
        include_str!("cartpole.full.toml"),
    ),
];

/// A tick of Gymnasium's CartPole, ms.
pub const TICK_MS: usize = 20;

/// What a command does to the cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actuation {
    /// Its sign counts.
    TwoActions,
    /// It counts itself.
    Continuous,
}

impl Actuation {
    /// Its key in the configuration.
    pub fn key(self) -> &'static str {
        match self {
            Actuation::TwoActions => "two_actions",
            Actuation::Continuous => "continuous",
        }
    }

    /// The actuator of the plant and of the controller.
    pub fn actuator(self) -> Actuator {
        match self {
            Actuation::TwoActions => Actuator::TwoActions,
            Actuation::Continuous => Actuator::Continuous,
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Actuation::TwoActions => "two actions",
            Actuation::Continuous => "continuous force",
        }
    }
}

/// Who controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControllerKind {
    /// The law alone.
    Base,
    /// The law with twice the gain.
    Doubled,
    /// A law of the tuned family, by number of gain and angular velocity.
    Pd(usize, usize),
    /// The inner loop with a model that predicts no change.
    Persistence,
    /// The inner loop with constant velocity.
    ConstantVelocity,
    /// The inner loop with a linear model, delta rule.
    Nlms,
    /// The inner loop with a linear model, recursive least squares.
    Rls,
    /// The inner loop with the granule expansion.
    Granule,
    /// The inner loop with CMAC.
    Cmac,
    /// The inner loop with the perfect model.
    Equations,
}

impl ControllerKind {
    /// The inner loops, one for each model.
    pub const MODELS: [ControllerKind; 7] = [
        ControllerKind::Persistence,
        ControllerKind::ConstantVelocity,
        ControllerKind::Nlms,
        ControllerKind::Rls,
        ControllerKind::Granule,
        ControllerKind::Cmac,
        ControllerKind::Equations,
    ];

    /// Its key in the configuration.
    pub fn key(self) -> &'static str {
        match self {
            ControllerKind::Base => "base",
            ControllerKind::Doubled => "doubled",
            ControllerKind::Pd(..) => "pd",
            ControllerKind::Persistence => "persistence",
            ControllerKind::ConstantVelocity => "constant_velocity",
            ControllerKind::Nlms => "nlms",
            ControllerKind::Rls => "rls",
            ControllerKind::Granule => "granule",
            ControllerKind::Cmac => "cmac",
            ControllerKind::Equations => "equations",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            ControllerKind::Base => "law alone",
            ControllerKind::Doubled => "law, doubled gain",
            ControllerKind::Pd(..) => "PD tuned per delay",
            ControllerKind::Persistence => "persistence",
            ControllerKind::ConstantVelocity => "constant velocity",
            ControllerKind::Nlms => "linear, delta rule",
            ControllerKind::Rls => "linear, RLS",
            ControllerKind::Granule => "granule cells",
            ControllerKind::Cmac => "CMAC",
            ControllerKind::Equations => "perfect model",
        }
    }
}

/// The feedback law.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawConfig {
    /// Of the sine of the angle.
    pub angle: f64,
    /// Of the position, 1/m.
    pub position: f64,
    /// Of the angular velocity, s/rad.
    pub angular_velocity: f64,
}

/// The family of PD laws among which the best is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PdConfig {
    /// Gains of the whole law.
    pub gains: Vec<f64>,
    /// Coefficients of the angular velocity, s/rad.
    pub angular_velocities: Vec<f64>,
}

/// The inner loop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InnerLoopConfig {
    /// Passes.
    pub passes: usize,
    /// Look-ahead, ticks.
    pub horizon: usize,
    /// Part of the correction that is added.
    pub alpha: f64,
    /// Passes on the continuous command.
    pub soft: bool,
    /// Corrects by the secant.
    pub secant: bool,
    /// Which command the model is told about.
    pub efference: EfferenceConfig,
}

/// Which command the model is told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EfferenceConfig {
    /// The one that is given.
    Executed,
    /// The one before the passes.
    FirstPass,
}

impl From<EfferenceConfig> for Efference {
    fn from(config: EfferenceConfig) -> Self {
        match config {
            EfferenceConfig::Executed => Efference::Executed,
            EfferenceConfig::FirstPass => Efference::FirstPass,
        }
    }
}

/// The models that learn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelsConfig {
    /// Learning rate of the delta rules.
    pub rate: f64,
    /// Forgetting of RLS.
    pub forgetting: f64,
    /// Granule cells.
    pub granule_cells: usize,
    /// Inputs of each.
    pub fan_in: usize,
    /// Part that is active.
    pub active: f64,
    /// Tilings of CMAC.
    pub tilings: usize,
    /// Its cells of an input between minus and plus its scale.
    pub cells: usize,
    /// Its weights.
    pub slots: usize,
    /// Its learning rate.
    pub cmac_rate: f64,
}

/// The perfect model over passes and look-aheads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassesConfig {
    /// Passes.
    pub passes: Vec<usize>,
    /// Look-aheads, ticks.
    pub horizons: Vec<usize>,
    /// Episodes of each seed.
    pub episodes: usize,
}

/// The change of the pole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoleConfig {
    /// Ages of what is sensed, ms.
    pub delays_ms: Vec<usize>,
    /// Half lengths after the change, m.
    pub half_lengths_m: Vec<f64>,
    /// Tick of the change.
    pub at_step: u64,
    /// Episodes that begin after it.
    pub episodes_after: usize,
    /// Angular velocity of the fixed PD law, s/rad.
    pub pd_angular_velocity: f64,
}

/// The setting of dm_control.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DmControlConfig {
    /// Episodes.
    pub episodes: usize,
    /// Ticks of an episode of full length.
    pub steps: usize,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CartPoleConfig {
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Kinds of actuation.
    pub tasks: Vec<Actuation>,
    /// Ages of what is sensed, ms.
    pub delays_ms: Vec<usize>,
    /// Controllers beside the tuned PD laws.
    pub controllers: Vec<ControllerKind>,
    /// Episodes before an attempt is given up.
    pub episodes: usize,
    /// Episodes of every attempt.
    pub curve_episodes: usize,
    /// Ticks of an episode of full length.
    pub steps: usize,
    /// The law.
    pub law: LawConfig,
    /// The tuned laws.
    pub pd: PdConfig,
    /// The inner loop.
    pub inner_loop: InnerLoopConfig,
    /// The models that learn.
    pub models: ModelsConfig,
    /// The perfect model over passes and look-aheads.
    pub passes: PassesConfig,
    /// The change of the pole.
    pub pole: PoleConfig,
    /// The setting of dm_control.
    pub dm_control: DmControlConfig,
}

impl CartPoleConfig {
    /// Checks what the types do not.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        for (key, n) in [
            ("tasks", self.tasks.len()),
            ("delays_ms", self.delays_ms.len()),
            ("controllers", self.controllers.len()),
            ("pd.gains", self.pd.gains.len()),
            ("pd.angular_velocities", self.pd.angular_velocities.len()),
        ] {
            if n == 0 {
                return wrong(key, "it is empty; at least one is needed".into());
            }
        }
        for (key, delays) in [("delays_ms", &self.delays_ms), ("pole.delays_ms", &self.pole.delays_ms)] {
            if let Some(ms) = delays.iter().find(|ms| !ms.is_multiple_of(TICK_MS) || **ms > 10_000) {
                return wrong(key, format!("{ms}; multiples of {TICK_MS} up to 10000 are needed"));
            }
        }
        for (key, n, most) in [
            ("episodes", self.episodes, 10_000),
            ("curve_episodes", self.curve_episodes, self.episodes),
            ("steps", self.steps, 1_000_000),
            ("passes.episodes", self.passes.episodes, 10_000),
            ("pole.episodes_after", self.pole.episodes_after, 10_000),
            ("pole.at_step", self.pole.at_step as usize, 10_000_000),
            ("dm_control.episodes", self.dm_control.episodes, 10_000),
            ("dm_control.steps", self.dm_control.steps, 1_000_000),
        ] {
            if n == 0 || n > most {
                return wrong(key, format!("{n}; it lies in 1..={most}"));
            }
        }
        if self.controllers.iter().any(|c| matches!(c, ControllerKind::Pd(..))) {
            return wrong("controllers", "the PD laws are set under `pd` and are always there".into());
        }
        let laws =
            [self.law.angle, self.law.position, self.law.angular_velocity, self.pole.pd_angular_velocity];
        let gains = laws.iter().chain(&self.pd.gains).chain(&self.pd.angular_velocities);
        if let Some(gain) = gains.into_iter().find(|g| !g.is_finite()) {
            return wrong("law", format!("{gain}; finite numbers are needed"));
        }
        for &half_length_m in &self.pole.half_lengths_m {
            CartPole::new(CartPoleParameters {
                half_length_m,
                ..CartPoleParameters::gymnasium(Actuator::TwoActions)
            })?;
        }
        if let Some(h) = self.passes.horizons.iter().find(|h| **h == 0) {
            return wrong("passes.horizons", format!("{h}; a pass looks at least 1 tick ahead"));
        }
        Ok(())
    }
}
