//! Parameters out of range: one shape of error and one set of checks for every room.

use std::borrow::{Borrow, Cow};
use thiserror::Error;

/// A name in a message: of the library, or one that a file brings along.
type Name = Cow<'static, str>;

/// A range of numbers: its test, and its words in a refusal.
pub type Range = (fn(f64) -> bool, &'static str);

/// A parameter outside its range.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{of}: {parameter} = {value} is not allowed; {allowed}")]
pub struct Parameter {
    /// Owner of the parameter: a population, a rule, a controller, a measure.
    pub of: Name,
    /// Name of the parameter.
    pub parameter: Name,
    /// Its value.
    pub value: f64,
    /// Allowed range and remedy.
    pub allowed: Name,
}

impl crate::RoomError for Parameter {}

/// Range checks of the parameters of one owner. A value that is not finite is in no range.
///
/// # Example
/// ```
/// use lobule_signal::Ranges;
/// let ranges = Ranges::of("perceptron");
/// ranges.probability("rho", 0.2)?;
/// let error = ranges.positive("gamma", 0.0).unwrap_err();
/// assert_eq!(error.to_string(), "perceptron: gamma = 0 is not allowed; above 0");
/// # Ok::<(), lobule_signal::Parameter>(())
/// ```
#[derive(Debug, Clone)]
pub struct Ranges {
    of: Name,
}

impl Ranges {
    /// Checks of the parameters of `of`.
    pub fn of(of: impl Into<Name>) -> Self {
        Self { of: of.into() }
    }

    /// The owner.
    pub fn owner(&self) -> &str {
        &self.of
    }

    /// The error for a value that is not `allowed`.
    pub fn refusal(&self, parameter: impl Into<Name>, value: f64, allowed: impl Into<Name>) -> Parameter {
        Parameter { of: self.of.clone(), parameter: parameter.into(), value, allowed: allowed.into() }
    }

    /// Checks that a value is finite and that a condition on it holds; `allowed` states the condition.
    ///
    /// # Errors
    /// [`Parameter`], as every check here.
    pub fn require(
        &self,
        holds: bool,
        parameter: impl Into<Name>,
        value: f64,
        allowed: impl Into<Name>,
    ) -> Result<(), Parameter> {
        if holds && value.is_finite() { Ok(()) } else { Err(self.refusal(parameter, value, allowed)) }
    }

    /// As [`Ranges::require`] for each of several values of one parameter.
    ///
    /// # Errors
    /// [`Parameter`] of the first value that is not allowed.
    pub fn all<V: Borrow<f64>>(
        &self,
        parameter: impl Into<Name> + Clone,
        values: impl IntoIterator<Item = V>,
        holds: impl Fn(f64) -> bool,
        allowed: &'static str,
    ) -> Result<(), Parameter> {
        self.each(values.into_iter().map(|value| (parameter.clone(), *value.borrow())), holds, allowed)
    }

    /// As [`Ranges::require`] for several parameters under one condition.
    ///
    /// # Errors
    /// [`Parameter`] of the first value that is not allowed.
    pub fn each<N: Into<Name>>(
        &self,
        parameters: impl IntoIterator<Item = (N, f64)>,
        holds: impl Fn(f64) -> bool,
        allowed: &'static str,
    ) -> Result<(), Parameter> {
        parameters.into_iter().try_for_each(|(name, value)| self.require(holds(value), name, value, allowed))
    }

    /// As [`Ranges::each`] with a [`Range`].
    ///
    /// # Errors
    /// [`Parameter`] of the first value that does not.
    pub fn within(&self, (holds, allowed): Range, values: &[(&'static str, f64)]) -> Result<(), Parameter> {
        self.each(values.iter().copied(), holds, allowed)
    }

    /// Checks that a value is above 0.
    pub fn positive(&self, parameter: impl Into<Name>, value: f64) -> Result<(), Parameter> {
        self.require(value > 0.0, parameter, value, "above 0")
    }

    /// Checks that a value is 0 or more.
    pub fn at_least_zero(&self, parameter: impl Into<Name>, value: f64) -> Result<(), Parameter> {
        self.require(value >= 0.0, parameter, value, "0 or more")
    }

    /// Checks that a value is a probability.
    pub fn probability(&self, parameter: impl Into<Name>, value: f64) -> Result<(), Parameter> {
        self.require((0.0..=1.0).contains(&value), parameter, value, "a probability from 0 to 1")
    }

    /// Checks that a whole number lies in a range, both ends included.
    pub fn whole(
        &self,
        parameter: impl Into<Name>,
        value: usize,
        (least, most): (usize, usize),
    ) -> Result<(), Parameter> {
        let holds = (least..=most).contains(&value);
        self.require(holds, parameter, value as f64, format!("a whole number from {least} to {most}"))
    }
}
