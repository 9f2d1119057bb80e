//! Ranges of parameters, each with the message of the error.

use crate::Error;

fn refuse(parameter: &str, value: f64, allowed: &'static str) -> Error {
    Error::Parameter { parameter: parameter.into(), value, allowed }
}

/// Above 0 and finite.
pub(crate) fn positive(parameter: &str, value: f64) -> Result<(), Error> {
    if value > 0.0 && value.is_finite() {
        Ok(())
    } else {
        Err(refuse(parameter, value, "must be above 0 and finite"))
    }
}

/// 0 or above, and finite.
pub(crate) fn at_least_zero(parameter: &str, value: f64) -> Result<(), Error> {
    if value >= 0.0 && value.is_finite() {
        Ok(())
    } else {
        Err(refuse(parameter, value, "must be 0 or above, and finite"))
    }
}

/// A probability: 0 to 1.
pub(crate) fn in_unit(parameter: &str, value: f64) -> Result<(), Error> {
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(refuse(parameter, value, "is a probability and must lie between 0 and 1"))
    }
}

/// Whatever `holds` says.
pub(crate) fn require(holds: bool, parameter: &str, value: f64, allowed: &'static str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(refuse(parameter, value, allowed)) }
}
