//! Learning theory without a body: how one global error can teach every Purkinje
//! cell the right change.
//!
//! Rates in Hz, time in bins of a movement. Random draws are functions of
//! (seed, label, step, index), so that a run is the same for any number of threads.
//!
//! Source of the models: Bouvier et al. 2018, eLife 7:e31599, doi:10.7554/eLife.31599;
//! equation numbers in brackets are those of the paper.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod bicycle;
mod error;
pub mod learner;
pub mod network;
pub mod perceptron;
pub mod plasticity;
pub mod policy_gradient;
pub mod rules;
pub mod single_cell;

pub use error::Error;
