//! The cerebellum as software: tasks, experiments and reports.
#![warn(missing_docs)]

pub mod bench;
pub mod cerebellum;
pub mod cfpc;
pub mod classic;
mod error;
pub mod experiment;
pub mod forward;
pub mod open_loop;
pub mod prism;
mod progress;
pub mod ranks;
pub mod recordings;
pub mod report;
pub mod run_folder;
pub mod settings;
pub mod sgdege;
pub mod state_prediction;

pub use error::Error;
pub use lobule_analysis as analysis;
pub use lobule_circuit as circuit;
pub use lobule_control as control;
pub use lobule_scaffold as scaffold;
pub use lobule_signal as signal;
pub use lobule_theory as theory;
pub use progress::{Progress, Quiet};
