//! Which format a network is kept in.

use crate::{Anatomy, Error, bsb, sonata};
use std::path::Path;

/// A format of network files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One HDF5 file, as BSB 8 writes it.
    Bsb,
    /// A folder with a circuit configuration, or that configuration.
    Sonata,
}

impl Format {
    /// The format of an existing network: a folder or a `.json` is SONATA, another file is BSB's.
    pub fn of_input(path: &Path) -> Self {
        if path.is_dir() || path.extension().is_some_and(|e| e == "json") { Self::Sonata } else { Self::Bsb }
    }

    /// The format that the name of a new network asks for: `.hdf5` or `.h5` is BSB's, no
    /// extension is a SONATA folder. `None` for another extension.
    pub fn of_output(path: &Path) -> Option<Self> {
        match path.extension().and_then(|e| e.to_str()) {
            Some("hdf5" | "h5") => Some(Self::Bsb),
            None => Some(Self::Sonata),
            Some(_) => None,
        }
    }
}

/// Reads a network of either format.
///
/// # Errors
/// Those of [`bsb::read`] and [`sonata::read`].
pub fn read(path: &Path) -> Result<Anatomy, Error> {
    match Format::of_input(path) {
        Format::Bsb => bsb::read(path),
        Format::Sonata => sonata::read(path),
    }
}
