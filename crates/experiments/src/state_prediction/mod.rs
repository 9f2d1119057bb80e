//! State prediction: do the nuclei say what mossy fibers will do, and more than the mossy fibers say of themselves?
//!
//! The analysis ([`lobule_analysis::state_prediction`]) on three kinds of recordings: synthetic sessions whose answer is known,
//! the spiking circuit driven by the synthetic mossy fibers before and after learning, and files of spikes and signals.
//! Source: Tanaka, Ishikawa & Kakei 2019, doi:10.1007/s12311-018-0996-4.

mod config;
mod figures;
mod file;
mod findings;
mod network;
pub mod populations;
mod record;
mod run;
mod study;
pub mod wrist;

pub use config::{
    AnalysisConfig, FileConfig, Kernel, NetworkConfig, PopulationConfig, Source, StatePredictionConfig,
    SyntheticConfig, TimeUnit, WristConfig,
};
pub use record::{Measured, StatePredictionRecord};
pub use study::StatePrediction;
