//! Parameters of the experiment.

use lobule_control::forward::Efference;
use lobule_control::plant::Actuator;
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A tick of Gymnasium's CartPole, ms.
pub const TICK_MS: usize = 20;
/// Ticks of an attempt, at most. Chosen: minutes.
const MOST_TICKS: usize = 10_000_000;
/// Evaluations of the model in a tick that pass and horizon ask for, at most. Chosen: thirty times those of the reference.
const MOST_LOOKS: usize = 2000;

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
    /// Checks everything that neither the limits of the defaults, nor the types, nor the parts themselves check.
    pub fn check(&self) -> Result<(), Error> {
        let check = Check::of("");
        check.some("tasks", &self.tasks)?.distinct("tasks", &self.tasks)?;
        check.some("controllers", &self.controllers)?.distinct("controllers", &self.controllers)?;
        let has_pd = self.controllers.iter().any(|c| matches!(c, ControllerKind::Pd(..)));
        let own = "the PD controllers are set under `pd` and are always there";
        check.that("controllers", "pd", !has_pd, own)?;
        check.within("curve_episodes", self.curve_episodes, 1..=self.episodes)?;
        for (check, delays) in [(check, &self.delays_ms), (Check::of("pole"), &self.pole.delays_ms)] {
            check.distinct("delays_ms", delays)?;
            for &ms in delays {
                check.whole_ticks("delays_ms", ms as f64, TICK_MS as f64)?;
            }
        }
        let (m, loops) = (&self.models, &self.inner_loop);
        let tilings = format!("at least one for each of models.tilings = {} is needed", m.tilings);
        check.that("models.slots", m.slots, m.slots >= m.tilings, &tilings)?;
        let (dm, passes) = (&self.dm_control, &self.passes);
        for (key, episodes, steps) in [
            ("episodes", self.episodes, self.steps),
            ("passes.episodes", passes.episodes, self.steps),
            ("pole.episodes_after", self.pole.episodes_after, self.steps),
            ("dm_control.episodes", dm.episodes, dm.steps),
        ] {
            let few = format!("times the {steps} steps of one, at most {MOST_TICKS} is allowed");
            check.that(key, episodes, episodes * steps <= MOST_TICKS, &few)?;
        }
        let deepest = |horizons: &[usize]| horizons.iter().max().copied().unwrap_or(0);
        let counts = passes.passes.iter().max().copied().unwrap_or(0);
        for (key, horizon, passes, of) in [
            ("inner_loop.horizon", loops.horizon, loops.passes, "inner_loop.passes"),
            ("passes.horizons", deepest(&passes.horizons), counts, "passes.passes"),
        ] {
            let few = format!("times {of} = {passes}, at most {MOST_LOOKS} is allowed");
            check.that(key, horizon, horizon * passes <= MOST_LOOKS, &few)?;
        }
        Ok(())
    }
}
