//! State prediction: does nuclear activity predict mossy-fiber activity better than the mossy fibers' own activity does?
//!
//! The analysis ([`lobule_analysis::state_prediction`]) runs on three kinds of recordings: synthetic sessions for which the
//! answer is known, the spiking circuit driven by the synthetic mossy fibers before and after learning, and files of spikes and signals.
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
    AnalysisConfig, FileConfig, Kernel, NetworkConfig, PopulationConfig, RecordingSource,
    StatePredictionConfig, SyntheticConfig, TimeUnit, WristConfig,
};
pub use record::{Measured, StatePredictionRecord};
pub use study::StatePrediction;
