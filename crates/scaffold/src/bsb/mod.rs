//! BSB 8 HDF5 network files.

use crate::{Anatomy, Error};
use std::path::Path;

/// Reads a network file.
pub fn read(path: &Path) -> Result<Anatomy, Error> {
    Err(Error::File { path: path.into(), what: "not yet".into() })
}

/// Writes a network file.
pub fn write(path: &Path, _anatomy: &Anatomy) -> Result<(), Error> {
    Err(Error::File { path: path.into(), what: "not yet".into() })
}
