//! Errors between an anatomy and a running circuit.

use lobule_exchange::{ExchangeError, RankError};
use lobule_signal::{Reach, RoomError};
use std::path::Path;
use thiserror::Error;

/// An error of this room or of a room below.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument that is not allowed.
    #[error("{key}: {what}")]
    Config {
        /// The key.
        key: String,
        /// Value, allowed range, remedy.
        what: String,
    },
    /// A parameter outside its range, by number.
    #[error(transparent)]
    Parameter(#[from] lobule_signal::Parameter),
    /// An anatomy that lacks a necessary part.
    #[error("anatomy: {what}")]
    Anatomy {
        /// The defect and the remedy.
        what: String,
    },
    /// A stored simulation that needs features which lobule lacks.
    #[error("the simulation cannot be run as it is stored:{problems}")]
    Stored {
        /// The problems, one line each: key, value, what is known, remedy.
        problems: String,
    },
    /// A file that cannot be read or written.
    #[error("{path}: {what}")]
    File {
        /// The path.
        path: String,
        /// The cause and the remedy.
        what: String,
    },
    /// An error of all ranks of a run.
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
    pub(crate) fn config(key: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Config { key: key.into(), what: what.into() }
    }

    pub(crate) fn anatomy(what: impl Into<String>) -> Self {
        Self::Anatomy { what: what.into() }
    }

    pub(crate) fn file(path: &Path, what: impl Into<String>) -> Self {
        Self::File { path: path.display().to_string(), what: what.into() }
    }
}

impl RoomError for Error {
    fn is_input(&self) -> bool {
        self.wrapped().is_none_or(RoomError::is_input)
    }

    fn wrapped(&self) -> Option<&dyn RoomError> {
        Some(match self {
            Self::Everywhere(error) => &**error,
            Self::Scaffold(error) => error,
            Self::Compile(error) => error,
            Self::Run(error) => error,
            Self::Control(error) => error,
            Self::Analysis(error) => error,
            Self::Theory(error) => error,
            Self::Clock(error) => error,
            Self::Parameter(error) => error,
            _ => return None,
        })
    }

    fn reach(&self) -> Reach {
        match self {
            Self::Everywhere(_) => Reach::Everywhere,
            error => error.wrapped().map_or(Reach::Here, RoomError::reach),
        }
    }
}

impl From<ExchangeError> for Error {
    fn from(error: ExchangeError) -> Self {
        Self::Run(error.into())
    }
}

impl RankError for Error {
    fn reach(&self) -> Reach {
        RoomError::reach(self)
    }

    fn everywhere(self) -> Self {
        Self::Everywhere(Box::new(self))
    }
}
