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
}
