//! Errors of anatomy and its files. Every message names the
//! culprit, the value and the remedy.

use std::path::{Path, PathBuf};
use thiserror::Error;

/// An error of this room.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened or is not what it should be.
    #[error("{}: {what}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The fault, and the remedy.
        what: String,
    },
    /// Something inside a network file is missing or wrong.
    #[error("{}: {object}: {what}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The group, dataset or attribute.
        object: String,
        /// The fault, and the remedy.
        what: String,
    },
    /// A reconstruction cannot be made as asked.
    #[error("{parameter} = {value}: {what}")]
    Spec {
        /// The parameter.
        parameter: String,
        /// Its value.
        value: String,
        /// The allowed range and the remedy.
        what: String,
    },
    /// A configuration says something that cannot be honored.
    #[error("{}: {node}: {what}", file.display())]
    Configuration {
        /// The file it was read from.
        file: PathBuf,
        /// Where in the tree, e.g. `connectivity.parallel_fiber_to_purkinje.affinity`.
        node: String,
        /// The value, the allowed range and the remedy.
        what: String,
    },
}

impl Error {
    pub(crate) fn file(path: &Path, what: impl Into<String>) -> Self {
        Self::File { path: path.into(), what: what.into() }
    }

    pub(crate) fn content(path: &Path, object: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Content { path: path.into(), object: object.into(), what: what.into() }
    }
}

/// Result of the parts of this room.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Names as a message lists them.
pub(crate) fn listed<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    names.into_iter().map(|name| name.as_ref().to_string()).collect::<Vec<_>>().join(", ")
}

/// The error unless `holds`.
pub(crate) fn ensure<E>(holds: bool, error: impl FnOnce() -> E) -> Result<(), E> {
    if holds { Ok(()) } else { Err(error()) }
}

impl lobule_signal::RoomError for Error {
    fn is_input(&self) -> bool {
        true
    }
}
