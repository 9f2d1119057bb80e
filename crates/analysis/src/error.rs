//! Errors of the measures.

use lobule_signal::{Parameter, RoomError};
use thiserror::Error;

/// A measure that cannot be taken.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter outside its range.
    #[error(transparent)]
    Parameter(#[from] Parameter),
    /// Data that do not fit together, or too few of them.
    #[error("{measure}: {what}")]
    Data {
        /// The measure.
        measure: &'static str,
        /// The defect and the remedy.
        what: String,
    },
}

impl Error {
    pub(crate) fn data(measure: &'static str, what: impl Into<String>) -> Self {
        Self::Data { measure, what: what.into() }
    }
}

impl RoomError for Error {}
