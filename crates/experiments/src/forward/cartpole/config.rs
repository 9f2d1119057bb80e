//! Parameters of the experiment.

use lobule_control::forward::Efference;
use lobule_control::plant::{Actuator, CartPole, CartPoleParameters};
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A tick of Gymnasium's CartPole, ms.
pub const TICK_MS: usize = 20;

/// Effect of a command on the cart: its sign is the force, or the command itself is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actuation {
    TwoActions,
    Continuous,
}

impl Actuation {
    /// The actuator of the plant and of the controller.
    pub fn actuator(self) -> Actuator {
        match self {
            Self::TwoActions => Actuator::TwoActions,
            Self::Continuous => Actuator::Continuous,
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::TwoActions => "two actions",
            Self::Continuous => "continuous force",
        }
    }
}

written_as_recorded!(Actuation);

/// Controller of the cart: the feedback controller, alone and with twice the gain; a PD controller of the tuned family, by index of gain
/// and angular velocity; and the inner loop with each of the models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControllerKind {
    Base,
    Doubled,
    Pd(usize, usize),
    /// A model that predicts no change.
    Persistence,
    ConstantVelocity,
    Nlms,
    Rls,
    Granule,
    Cmac,
    Equations,
}

impl ControllerKind {
    /// The inner loops, one for each model.
    pub const MODELS: [Self; 7] = {
        use ControllerKind::*;
        [Persistence, ConstantVelocity, Nlms, Rls, Granule, Cmac, Equations]
    };

    pub fn words(self) -> &'static str {
        match self {
            Self::Base => "feedback alone",
            Self::Doubled => "feedback, doubled gain",
            Self::Pd(..) => "PD tuned per delay",
            Self::Persistence => "persistence",
            Self::ConstantVelocity => "constant velocity",
            Self::Nlms => "linear, delta rule",
            Self::Rls => "linear, RLS",
            Self::Granule => "granule cells",
            Self::Cmac => "CMAC",
            Self::Equations => "perfect model",
        }
    }
}

impl fmt::Display for ControllerKind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Pd(..) => f.write_str("pd"),
            unit => unit.serialize(f),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawConfig {
    pub angle: f64,
    pub position: f64,
    pub angular_velocity: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PdConfig {
    pub gains: Vec<f64>,
    pub angular_velocities: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InnerLoopConfig {
    pub passes: usize,
    pub horizon: usize,
    pub alpha: f64,
    pub soft: bool,
    pub secant: bool,
    pub efference: Efference,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelsConfig {
    pub rate: f64,
    pub forgetting: f64,
    pub granule_cells: usize,
    pub fan_in: usize,
    pub active: f64,
    pub tilings: usize,
    pub cells: usize,
    pub slots: usize,
    pub cmac_rate: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassesConfig {
    pub passes: Vec<usize>,
    pub horizons: Vec<usize>,
    pub episodes: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoleConfig {
    pub delays_ms: Vec<usize>,
    pub half_lengths_m: Vec<f64>,
    pub at_step: u64,
    pub episodes_after: usize,
    pub pd_angular_velocity: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DmControlConfig {
    pub episodes: usize,
    pub steps: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub seeds: Vec<u64>,
    pub tasks: Vec<Actuation>,
    pub delays_ms: Vec<usize>,
    pub controllers: Vec<ControllerKind>,
    pub episodes: usize,
    pub curve_episodes: usize,
    pub steps: usize,
    pub law: LawConfig,
    pub pd: PdConfig,
    pub inner_loop: InnerLoopConfig,
    pub models: ModelsConfig,
    pub passes: PassesConfig,
    pub pole: PoleConfig,
    pub dm_control: DmControlConfig,
}

impl Config {
    /// Checks everything that neither the types nor the parts themselves check.
    pub fn check(&self) -> Result<(), Error> {
        let check = Check::of("");
        check.some("tasks", &self.tasks)?.some("delays_ms", &self.delays_ms)?;
        check.some("controllers", &self.controllers)?;
        let has_pd = self.controllers.iter().any(|c| matches!(c, ControllerKind::Pd(..)));
        let own = "the PD controllers are set under `pd` and are always there";
        check.that("controllers", "pd", !has_pd, own)?;
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
            coefficients.iter().try_for_each(|&x| check.finite(key, x).map(drop))?;
        }
        let (check, passes) = (Check::of("passes"), &self.passes);
        check.within("episodes", passes.episodes, 1..=10_000)?;
        for &horizon in &passes.horizons {
            check.that("horizons", horizon, horizon > 0, "a pass looks at least 1 tick ahead")?;
        }
        let (check, dm) = (Check::of("dm_control"), &self.dm_control);
        check.within("episodes", dm.episodes, 1..=10_000)?.within("steps", dm.steps, 1..=1_000_000).map(drop)
    }
}
