//! Errors of the theory room.

use lobule_signal::{Parameter, RoomError};
use thiserror::Error;

/// An error of the theory room.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter outside its range.
    #[error(transparent)]
    Parameter(#[from] Parameter),
    /// A rate, weight or error that stopped being a finite number.
    #[error("{quantity} is not finite after trial {trial}; lower the learning steps")]
    NonFinite {
        /// The quantity.
        quantity: &'static str,
        /// Trial, from 0.
        trial: u64,
    },
    /// A column, bin or pattern that does not exist.
    #[error("{what} {index} does not exist; there are {count}, counted from 0")]
    Outside {
        /// Column, bin or pattern.
        what: &'static str,
        /// Its index.
        index: usize,
        /// Number of those that exist.
        count: usize,
    },
    /// An array made for a network of another size.
    #[error(
        "{what} has {found} values and this network needs {expected}; make it from the network's own parameters"
    )]
    Shape {
        /// The array.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that fits.
        expected: usize,
    },
    /// A state that was saved under another rule.
    #[error(
        "the state is of the rule `{found}`, this learner's is `{expected}`; make the learner with the same rule"
    )]
    OtherRule {
        /// Rule of the state.
        found: String,
        /// Rule of the learner.
        expected: String,
    },
    /// An environment that cannot go on, for a reason of its own.
    #[error("the environment cannot go on: {fault}")]
    Environment {
        /// The fault, and the remedy.
        fault: String,
    },
    /// An observation that is not a number.
    #[error(
        "observation {index} is {value}{}; see to the sensor that gives it",
        after.map_or(String::new(), |steps| format!(" after {steps} steps of training"))
    )]
    Observation {
        /// Index, from 0.
        index: usize,
        /// Its value.
        value: f64,
        /// Steps of training before it; none outside of training.
        after: Option<u64>,
    },
    /// A reward that is not a number.
    #[error("the reward is {value} after {after} steps of training; see to the environment that gives it")]
    Reward {
        /// Its value.
        value: f64,
        /// Steps of training before it.
        after: u64,
    },
    /// A policy or value function whose training diverged.
    #[error(
        "the {quantity} is {value} in update {update}; lower the learning rates, or the size of observations and rewards"
    )]
    Diverged {
        /// The quantity.
        quantity: &'static str,
        /// Its value.
        value: f64,
        /// Update, from 0.
        update: u64,
    },
}

impl RoomError for Error {
    fn is_input(&self) -> bool {
        matches!(self, Self::Parameter(_))
    }
}

impl Error {
    pub(crate) fn inside(what: &'static str, index: usize, count: usize) -> Result<(), Error> {
        if index < count { Ok(()) } else { Err(Error::Outside { what, index, count }) }
    }

    pub(crate) fn same_len(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
        if found == expected { Ok(()) } else { Err(Error::Shape { what, found, expected }) }
    }

    /// Checks that every value of an observation is finite.
    pub(crate) fn observed(observation: &[f64], after: Option<u64>) -> Result<(), Error> {
        match observation.iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(index) => Err(Error::Observation { index, value: observation[index], after }),
        }
    }
}
