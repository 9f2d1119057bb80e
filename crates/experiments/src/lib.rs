//! The experiments of lobule: families of studies, each with its configuration beside it.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

/// Writes variants by the names that they have in configurations and records.
macro_rules! written_as_recorded {
    ($($name:ty),+) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                serde::Serialize::serialize(self, f)
            }
        }
    )+};
}

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
