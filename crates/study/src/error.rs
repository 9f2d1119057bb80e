//! Errors between a configuration and its report.

use lobule_exchange::RankError;
use lobule_signal::{Reach, RoomError};
use std::path::Path;
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
    /// A folder or file cannot be read or written.
    #[error("{path}: {what}")]
    File {
        /// The path.
        path: String,
        /// Why, and the remedy.
        what: String,
    },
    /// A result cannot be written.
    #[error("{path}: {what}")]
    Write {
        /// The path.
        path: String,
        /// Why, and the remedy.
        what: String,
    },
    /// A part of the experiment measured something that forbids to go on.
    #[error("{part}: {what}")]
    Refused {
        /// The part, e.g. `calibration`.
        part: String,
        /// Measured value, allowed range, remedy.
        what: String,
    },
    /// The run was asked to stop, and ended at a point from which it can go on.
    #[error("{what}")]
    Stopped {
        /// The folder of its finished parts, and how to go on.
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
    /// From a room that the experiment uses; [`Error::of_room`] asks for its type.
    #[error("{0}")]
    Room(Box<dyn RoomError>),
}

impl Error {
    /// The refusal of a configuration key; `what` holds value, allowed range and remedy.
    pub fn config(key: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Config { key: key.into(), what: what.into() }
    }

    pub(crate) fn write(path: &Path, error: impl std::fmt::Display) -> Self {
        Self::Write {
            path: path.display().to_string(),
            what: format!("{error}; check space and permissions"),
        }
    }

    pub(crate) fn file(path: &Path, what: impl Into<String>) -> Self {
        Self::File { path: path.display().to_string(), what: what.into() }
    }

    /// True if the request is at fault: a configuration, a file, a value that a room refuses; not a disk that is full.
    pub fn is_input(&self) -> bool {
        match self {
            Self::Config { .. } | Self::File { .. } => true,
            Self::Write { .. } | Self::Refused { .. } | Self::Stopped { .. } | Self::Figure { .. } => false,
            Self::Everywhere(error) => error.is_input(),
            Self::Room(error) => error.is_input(),
        }
    }

    /// True if the run was asked to stop.
    pub fn is_stop(&self) -> bool {
        match self {
            Self::Stopped { .. } => true,
            Self::Everywhere(error) => error.is_stop(),
            _ => false,
        }
    }

    /// The error of a room, if it is one of this type, however many rooms have passed it on.
    pub fn of_room<E: RoomError>(&self) -> Option<&E> {
        let mut next: Option<&dyn RoomError> = match self {
            Self::Everywhere(error) => return error.of_room(),
            Self::Room(error) => Some(&**error),
            _ => None,
        };
        while let Some(error) = next {
            if let Some(found) = (error as &(dyn std::error::Error + 'static)).downcast_ref() {
                return Some(found);
            }
            next = error.wrapped();
        }
        None
    }
}

impl RankError for Error {
    fn reach(&self) -> Reach {
        match self {
            Self::Everywhere(_) => Reach::Everywhere,
            Self::Room(error) => error.reach(),
            _ => Reach::Here,
        }
    }

    fn everywhere(self) -> Self {
        Self::Everywhere(Box::new(self))
    }
}

impl<E: RoomError> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Room(Box::new(error))
    }
}
