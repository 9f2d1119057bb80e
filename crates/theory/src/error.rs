//! What can be wrong with a model of learning.

use thiserror::Error;

/// An error of the theory room.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter is outside its range.
    #[error("{parameter} = {value}: {allowed}")]
    Parameter {
        /// Name of the parameter, e.g. `network.rho`.
        parameter: String,
        /// Its value.
        value: f64,
        /// What is allowed, and why.
        allowed: &'static str,
    },
    /// A rate, weight or error has stopped being a number.
    #[error("{quantity} is not finite after trial {trial}; lower the learning steps")]
    NonFinite {
        /// Which quantity.
        quantity: &'static str,
        /// Trial, from 0.
        trial: u64,
    },
    /// There is no such column, bin or pattern.
    #[error("{what} {index}: there are {count}, counted from 0")]
    Outside {
        /// Column, bin or pattern.
        what: &'static str,
        /// The number asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// An array is made for a network of another size.
    #[error(
        "{what} has {found} values, this network needs {expected}; make it from the network's own parameters"
    )]
    Shape {
        /// Which array.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that fits.
        expected: usize,
    },
    /// A state was saved under another rule.
    #[error(
        "the state is of the rule `{found}`, this learner's is `{expected}`; make the learner with the same rule"
    )]
    OtherRule {
        /// Rule of the state.
        found: String,
        /// Rule of the learner.
        expected: String,
    },
}

impl lobule_signal::RoomError for Error {
    fn is_input(&self) -> bool {
        matches!(self, Self::Parameter { .. })
    }
}

impl Error {
    pub(crate) fn inside(what: &'static str, index: usize, count: usize) -> Result<(), Error> {
        if index < count { Ok(()) } else { Err(Error::Outside { what, index, count }) }
    }

    pub(crate) fn same_len(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
        if found == expected { Ok(()) } else { Err(Error::Shape { what, found, expected }) }
    }
}
