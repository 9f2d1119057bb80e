//! What can go wrong in the laboratory.

use thiserror::Error;

/// An error of an experiment, from its configuration to its report.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A configuration key or value is wrong.
    #[error("{key}: {what}")]
    Config {
        /// The key.
        key: String,
        /// Value, allowed range, remedy.
        what: String,
    },
    /// The anatomy cannot serve the experiment.
    #[error("anatomy: {what}")]
    Anatomy {
        /// What is missing or wrong, and the remedy.
        what: String,
    },
    /// A stored simulation asks for what cannot be honoured.
    #[error("the simulation cannot be run as it is stored:{problems}")]
    Stored {
        /// The problems, one line each: key, value, what is known, remedy.
        problems: String,
    },
    /// A calibration refuses to go on.
    #[error("calibration: {what}")]
    Calibration {
        /// What was measured, what is allowed, the remedy.
        what: String,
    },
    /// A folder or file cannot be read or written.
    #[error("{path}: {what}")]
    File {
        /// The path.
        path: String,
        /// Why, and the remedy.
        what: String,
    },
    /// Drawing failed.
    #[error("figure `{figure}`: {what}")]
    Figure {
        /// The figure.
        figure: String,
        /// Why.
        what: String,
    },
    /// All ranks of a run met the same error.
    #[error(transparent)]
    Everywhere(Box<Error>),
    /// From the anatomy room.
    #[error(transparent)]
    Scaffold(#[from] lobule_scaffold::Error),
    /// From compiling.
    #[error(transparent)]
    Compile(#[from] lobule_circuit::CompileError),
    /// From running.
    #[error(transparent)]
    Run(#[from] lobule_circuit::RunError),
    /// From the loop's parts.
    #[error(transparent)]
    Control(#[from] lobule_control::Error),
    /// From a measure.
    #[error(transparent)]
    Analysis(#[from] lobule_analysis::Error),
    /// From the theory room.
    #[error(transparent)]
    Theory(#[from] lobule_theory::Error),
    /// From the clock.
    #[error(transparent)]
    Clock(#[from] lobule_signal::ClockError),
}

impl Error {
    /// The error itself, where it is wrapped because all ranks met it.
    pub fn kind(&self) -> &Self {
        match self {
            Self::Everywhere(error) => error.kind(),
            error => error,
        }
    }
}
