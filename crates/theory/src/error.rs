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
}
