//! Ends of a trial that follow from what is sensed: a fall, a pole beyond its angle.

use crate::{Error, refuse};
use lobule_control::Signature;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// An end of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// Name of the sense.
    pub sense: String,
    /// The trial ends when it is below this, in the unit of the sense.
    #[serde(default)]
    pub below: Option<f64>,
    /// The trial ends when it is above this, in the unit of the sense.
    #[serde(default)]
    pub above: Option<f64>,
}

/// An end of a trial by the number of its sense.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    sense: usize,
    low: f64,
    high: f64,
}

impl Ending {
    pub(crate) fn check(&self, part: &str) -> Result<(), Error> {
        if self.below.is_none() && self.above.is_none() {
            let what = format!("an ending by `{}` needs `below` or `above`", self.sense);
            return Err(refuse(part, what));
        }
        let given = [("endings.below", self.below), ("endings.above", self.above)];
        let given = given.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        Ok(Ranges::of(part.to_string()).each(given, |_| true, "a finite number")?)
    }

    pub(crate) fn compile(&self, signature: &Signature) -> Result<Limits, Error> {
        let sense = signature.sense_names().position(|name| name == self.sense).ok_or_else(|| {
            let known = signature.sense_names().collect::<Vec<_>>().join(", ");
            refuse(
                &signature.name,
                format!("an ending watches `{}`, which is not sensed; there are {known}", self.sense),
            )
        })?;
        let (low, high) = (self.below.unwrap_or(f64::NEG_INFINITY), self.above.unwrap_or(f64::INFINITY));
        Ok(Limits { sense, low, high })
    }
}

impl Limits {
    /// True if the trial is over.
    pub(crate) fn are_passed(&self, senses: &[f64]) -> bool {
        !(self.low..=self.high).contains(&senses[self.sense])
    }
}
