//! The trait of a task that a policy learns by acting in it.

use crate::Error;
use serde::{Deserialize, Serialize};

/// A task in which a policy acts, step by step, for a reward.
///
/// An environment is a function of the seed of its reset and of the actions: it reads no clock and draws from
/// [`lobule_signal::Stream`] only, so that a run of training repeats bit for bit.
pub trait Environment {
    /// Number of values in an observation.
    fn observations(&self) -> usize;

    /// Number of values in an action.
    fn actions(&self) -> usize;

    /// Starts an episode and writes its first observation, `[observations]`.
    ///
    /// # Errors
    /// Whatever keeps the environment from starting, usually [`Error::Environment`].
    fn reset(&mut self, seed: u64, observation: &mut [f64]) -> Result<(), Error>;

    /// Applies an action, `[actions]`, for one step and writes the observation that follows, `[observations]`: at the end of an
    /// episode its last one, since a truncated episode is continued from there in expectation.
    ///
    /// Actions come as the policy drew them, without limits; an environment that has limits applies them itself.
    ///
    /// # Errors
    /// Whatever keeps the environment from going on, usually [`Error::Environment`].
    fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error>;
}

/// Outcome of one step of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Step {
    /// Reward of the step.
    pub reward: f64,
    /// True if the episode ended in a state from which no further reward follows, as after a fall.
    pub ended: bool,
    /// True if the episode was stopped although it could have gone on, as by a limit of time. `ended` prevails.
    pub truncated: bool,
}

/// Numbers of observations and actions of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// Values in an observation.
    pub observations: usize,
    /// Values in an action.
    pub actions: usize,
}

impl Sizes {
    /// The sizes of an environment.
    pub fn of(environment: &dyn Environment) -> Self {
        Self { observations: environment.observations(), actions: environment.actions() }
    }

    /// Checks that an environment has these sizes.
    pub(super) fn fit(&self, environment: &dyn Environment) -> Result<(), Error> {
        let found = Self::of(environment);
        Error::same_len("an observation of the environment", found.observations, self.observations)?;
        Error::same_len("an action of the environment", found.actions, self.actions)
    }
}
