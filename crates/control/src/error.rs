//! Errors of the loop's parts.

use thiserror::Error;

/// A part of the loop that cannot be made as asked, or that failed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter out of range.
    #[error("{part}: {parameter} = {value} is not allowed; {allowed}")]
    Parameter {
        /// The part.
        part: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
        /// The allowed range and the remedy.
        allowed: String,
    },
    /// A controller that cannot go on, for a reason of its own.
    #[error("the controller `{controller}` cannot go on: {what}")]
    Controller {
        /// The controller.
        controller: &'static str,
        /// Why, and the remedy.
        what: String,
    },
    /// A body that left the numbers.
    #[error("{plant}: {variable} is {value} after {time_s} s; lower the command or its gain")]
    NonFinite {
        /// The plant.
        plant: &'static str,
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: f64,
        /// Time since reset, s.
        time_s: f64,
    },
}

impl lobule_signal::RoomError for Error {
    fn is_input(&self) -> bool {
        matches!(self, Self::Parameter { .. })
    }
}

pub(crate) fn check(
    part: &'static str,
    parameter: &'static str,
    value: f64,
    ok: bool,
    allowed: &str,
) -> Result<(), Error> {
    if value.is_finite() && ok {
        Ok(())
    } else {
        Err(Error::Parameter { part, parameter, value, allowed: allowed.into() })
    }
}
