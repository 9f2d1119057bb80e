//! The experiments of lobule: families of studies, each with its configuration beside it.
#![warn(missing_docs)]

pub mod bench;
mod catalogue;
pub mod cfpc;
pub mod classic;
pub mod forward;
pub mod prism;
pub mod sgdege;
pub mod state_prediction;
mod sweep;

pub use catalogue::{ALL, find};
