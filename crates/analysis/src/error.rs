//! What a measure refuses.

use thiserror::Error;

/// A measure that cannot be taken.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter out of range.
    #[error("{measure}: {parameter} = {value} is not allowed; {allowed}")]
    Parameter {
        /// The measure.
        measure: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
        /// The allowed range and the remedy.
        allowed: String,
    },
    /// Data that do not fit together, or too few of them.
    #[error("{measure}: {what}")]
    Data {
        /// The measure.
        measure: &'static str,
        /// What is wrong, and the remedy.
        what: String,
    },
}

impl lobule_signal::RoomError for Error {
    fn is_input(&self) -> bool {
        true
    }
}

/// Refuses a parameter unless `is_allowed`.
pub(crate) fn check(
    measure: &'static str,
    parameter: &'static str,
    value: f64,
    is_allowed: bool,
    allowed: &str,
) -> Result<(), Error> {
    if is_allowed && value.is_finite() {
        return Ok(());
    }
    Err(Error::Parameter { measure, parameter, value, allowed: allowed.into() })
}
