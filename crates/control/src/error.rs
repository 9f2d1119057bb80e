//! Errors of the loop's parts.

use lobule_signal::Parameter;
use std::borrow::Cow;
use thiserror::Error;

/// A name in a message: of the library, or of a plant that a file or another language describes.
pub type Name = Cow<'static, str>;

/// A part of the loop that cannot be made as asked, or that failed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter out of range.
    #[error(transparent)]
    Parameter(#[from] Parameter),
    /// A description that does not hold together: of a plant, a channel, or a part from a configuration.
    #[error("{part}: {what}")]
    Description {
        /// The part.
        part: Name,
        /// The fault, and the remedy.
        what: String,
    },
    /// A name that nothing has.
    #[error("there is no {what} `{name}`; there are {known}")]
    Unknown {
        /// Kind of thing that was asked for.
        what: Name,
        /// The name.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// An input of the wrong length.
    #[error("{part}: {count} values as {input}; {needed}")]
    Length {
        /// The part.
        part: Name,
        /// The input.
        input: Name,
        /// Number of values given.
        count: usize,
        /// Number of values needed.
        needed: String,
    },
    /// A state that is not of this part.
    #[error("{part}: {what}")]
    State {
        /// The part, and the way to it.
        part: String,
        /// The mismatch.
        what: String,
    },
    /// A controller that cannot go on, for a reason of its own.
    #[error("the controller `{controller}` cannot go on: {what}")]
    Controller {
        /// The controller.
        controller: Name,
        /// Why, and the remedy.
        what: String,
    },
    /// A measured response that a filter cannot rest on.
    #[error("identification: {fault}")]
    Identification {
        /// The fault, and the remedy.
        fault: String,
    },
    /// A sensor that gives no number, or nothing.
    #[error(
        "sensor `{sense}` of the plant `{plant}` gave {value} for {ticks} ticks up to {time_s} s; see to the sensor, or let its last value be held \
         for some ticks (on_missing)"
    )]
    Sensor {
        /// The plant.
        plant: Name,
        /// The sense.
        sense: Name,
        /// Value that it gave.
        value: f64,
        /// Ticks in a row.
        ticks: u64,
        /// Time since the start of the trial, s.
        time_s: f64,
    },
    /// A variable that stopped being a finite number.
    #[error("{part}: {variable} is {value} after {time_s} s; lower the command or its gain")]
    NonFinite {
        /// The part: a plant, a sensor, a controller or an input of the loop.
        part: Name,
        /// The variable.
        variable: Name,
        /// Its value.
        value: f64,
        /// Time since reset, s; NaN where the part does not know the time.
        time_s: f64,
    },
}

impl lobule_signal::RoomError for Error {
    fn is_input(&self) -> bool {
        !matches!(self, Self::Controller { .. } | Self::NonFinite { .. } | Self::Sensor { .. })
    }
}

impl Error {
    /// The error for a `name` that is not among the `known`.
    pub(crate) fn unknown<'a>(
        what: impl Into<Name>,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let known = known.collect::<Vec<_>>().join(", ");
        Self::Unknown { what: what.into(), name: name.into(), known }
    }

    /// The same error of a field or part `name`, for states.
    pub(crate) fn inside(mut self, name: &str) -> Self {
        if let Self::State { part, .. } = &mut self {
            *part = if part.is_empty() { format!("`{name}`") } else { format!("`{name}`, {part}") };
        }
        self
    }

    /// The same error at `time_s`, where the part did not know the time.
    pub(crate) fn at(mut self, now_s: f64) -> Self {
        if let Self::NonFinite { time_s, .. } = &mut self
            && time_s.is_nan()
        {
            *time_s = now_s;
        }
        self
    }

    /// The error for the first of `values` that is not finite; `names` are those of the values, in order.
    ///
    /// # Errors
    /// [`Error::NonFinite`] naming `part` and the variable.
    pub fn finite(
        part: impl ToString,
        names: impl IntoIterator<Item = impl ToString>,
        values: &[f64],
        time_s: f64,
    ) -> Result<(), Self> {
        let Some(i) = values.iter().position(|x| !x.is_finite()) else { return Ok(()) };
        let variable = names.into_iter().nth(i).map_or("state".into(), |name| name.to_string());
        let (part, variable) = (part.to_string().into(), variable.into());
        Err(Self::NonFinite { part, variable, value: values[i], time_s })
    }
}
