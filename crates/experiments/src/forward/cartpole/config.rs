//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_control::forward::Efference;
use lobule_control::plant::{Actuator, CartPole, CartPoleParameters};
use lobule_study::{Check, Error, Preset};
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("cartpole.toml");

/// The presets.
pub const PRESETS: [Preset; 3] = [
    Preset::new("default", "20 seeds, delays 0 to 160 ms, all ablations", ""),
    Preset::new(
        "quick",
        "a few seconds: 3 seeds, delays 0, 60, 100 and 140 ms",
        include_str!("cartpole.quick.toml"),
    ),
    Preset::new(
        "full",
        "60 seeds, 50 episodes each, a finer family of PD controllers",
        include_str!("cartpole.full.toml"),
    ),
];

/// A tick of Gymnasium's CartPole, ms.
pub const TICK_MS: usize = 20;

/// Effect of a command on the cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actuation {
    /// The sign of the command is the force.
    TwoActions,
    /// The command is the force.
    Continuous,
}

impl Actuation {
    /// Key in the configuration.
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

    /// Name in words.
    pub fn words(self) -> &'static str {
        match self {
            Actuation::TwoActions => "two actions",
            Actuation::Continuous => "continuous force",
        }
    }
}

/// Controller of the cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControllerKind {
    /// The feedback controller alone.
    Base,
    /// The feedback controller with twice the gain.
    Doubled,
    /// A PD controller of the tuned family, by index of gain and angular velocity.
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

    /// Key in the configuration.
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

    /// Name in words.
    pub fn words(self) -> &'static str {
        match self {
            ControllerKind::Base => "feedback alone",
            ControllerKind::Doubled => "feedback, doubled gain",
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

/// The feedback controller.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawConfig {
    /// Coefficient of the sine of the angle.
    pub angle: f64,
    /// Coefficient of the position, 1/m.
    pub position: f64,
    /// Coefficient of the angular velocity, s/rad.
    pub angular_velocity: f64,
}

/// The family of PD controllers among which the best is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PdConfig {
    /// Gains of the whole controller.
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
    /// Fraction of the correction that is added.
    pub alpha: f64,
    /// True if passes try the continuous command.
    pub soft: bool,
    /// True if corrections use the secant.
    pub secant: bool,
    /// Command that the model receives.
    pub efference: EfferenceConfig,
}

/// Command that the model receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EfferenceConfig {
    /// The executed command.
    Executed,
    /// The command before the passes.
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
    /// Inputs of each granule cell.
    pub fan_in: usize,
    /// Fraction that is active.
    pub active: f64,
    /// Tilings of CMAC.
    pub tilings: usize,
    /// Cells of CMAC between minus and plus the scale of an input.
    pub cells: usize,
    /// Weights of CMAC.
    pub slots: usize,
    /// Learning rate of CMAC.
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
    /// Sensory delays, ms.
    pub delays_ms: Vec<usize>,
    /// Half lengths after the change, m.
    pub half_lengths_m: Vec<f64>,
    /// Tick of the change.
    pub at_step: u64,
    /// Episodes that begin after it.
    pub episodes_after: usize,
    /// Coefficient of the angular velocity of the fixed PD controller, s/rad.
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
    /// Sensory delays, ms.
    pub delays_ms: Vec<usize>,
    /// Controllers beside the tuned PD controllers.
    pub controllers: Vec<ControllerKind>,
    /// Episodes before an attempt is given up.
    pub episodes: usize,
    /// Episodes of every attempt.
    pub curve_episodes: usize,
    /// Ticks of an episode of full length.
    pub steps: usize,
    /// The feedback controller.
    pub law: LawConfig,
    /// The tuned PD controllers.
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
    /// Checks everything that neither the types nor the parts themselves check.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
        let check = Check::of("");
        check.some("tasks", &self.tasks)?.some("delays_ms", &self.delays_ms)?;
        check.some("controllers", &self.controllers)?;
        let has_pd = self.controllers.iter().any(|c| matches!(c, ControllerKind::Pd(..)));
        check.that(
            "controllers",
            "pd",
            !has_pd,
            "the PD controllers are set under `pd` and are always there",
        )?;
        check.within("episodes", self.episodes, 1..=10_000)?;
        check.within("curve_episodes", self.curve_episodes, 1..=self.episodes)?;
        check.within("steps", self.steps, 1..=1_000_000)?;
        let (check, pole) = (Check::of("pole"), &self.pole);
        check.within("episodes_after", pole.episodes_after, 1..=10_000)?;
        check.within("at_step", pole.at_step, 1..=10_000_000)?;
        check.finite("pd_angular_velocity", pole.pd_angular_velocity)?;
        for (check, delays) in [(Check::of(""), &self.delays_ms), (check, &pole.delays_ms)] {
            for &ms in delays {
                check.within("delays_ms", ms, 0..=10_000)?;
                check.whole_ticks("delays_ms", ms as f64, TICK_MS as f64)?;
            }
        }
        for &half_length_m in &pole.half_lengths_m {
            let gymnasium = CartPoleParameters::gymnasium(Actuator::TwoActions);
            CartPole::new(CartPoleParameters { half_length_m, ..gymnasium })?;
        }
        let (check, law) = (Check::of("law"), &self.law);
        check.finite("angle", law.angle)?.finite("position", law.position)?;
        check.finite("angular_velocity", law.angular_velocity)?;
        let (check, pd) = (Check::of("pd"), &self.pd);
        for (key, coefficients) in [("gains", &pd.gains), ("angular_velocities", &pd.angular_velocities)] {
            check.some(key, coefficients)?;
            coefficients.iter().try_for_each(|&x| check.finite(key, x).map(|_| ()))?;
        }
        let (check, passes) = (Check::of("passes"), &self.passes);
        check.within("episodes", passes.episodes, 1..=10_000)?;
        for &horizon in &passes.horizons {
            check.that("horizons", horizon, horizon > 0, "a pass looks at least 1 tick ahead")?;
        }
        let (check, dm) = (Check::of("dm_control"), &self.dm_control);
        check.within("episodes", dm.episodes, 1..=10_000)?.within("steps", dm.steps, 1..=1_000_000)?;
        Ok(())
    }
}
