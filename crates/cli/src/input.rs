//! Network files as input, and the refusal of bad input.

use lobule::Error;
use lobule::scaffold::configuration::{StoredSimulation, simulations};
use lobule::scaffold::format;
use std::path::Path;

/// A refused argument, with its remedy in `what`.
pub fn input(key: &str, what: impl Into<String>) -> Error {
    Error::Config { key: key.into(), what: what.into() }
}

/// A refused file or folder, with its remedy in `what`.
pub fn refused(path: &Path, what: impl Into<String>) -> Error {
    Error::File { path: path.display().to_string(), what: what.into() }
}

/// The simulations that a network file stores.
pub fn stored_simulations(file: &Path) -> Result<Vec<StoredSimulation>, Error> {
    Ok(format::read_configuration(file)?.as_ref().map(simulations).unwrap_or_default())
}
