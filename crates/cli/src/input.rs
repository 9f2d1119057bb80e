//! Network files as input, and the refusal of bad input.

use crate::Stop;
use lobule::Error;
use lobule::scaffold::configuration::{StoredSimulation, simulations};
use lobule::scaffold::{Anatomy, bsb, format};
use std::path::Path;

/// A refused argument, with its remedy in `what`.
pub fn input(key: &str, what: String) -> Stop {
    Stop::Input(Error::Config { key: key.into(), what })
}

/// Reads a network file of any format.
pub fn read(file: &Path) -> Result<Anatomy, Stop> {
    format::read(file).map_err(|e| Stop::Input(e.into()))
}

/// The simulations a file brings along.
pub fn stored_simulations(file: &Path) -> Result<Vec<StoredSimulation>, Stop> {
    if format::Format::of_input(file) != format::Format::Bsb {
        return Ok(Vec::new());
    }
    let configuration = bsb::read_configuration(file).map_err(|e| Stop::Input(e.into()))?;
    Ok(configuration.as_ref().map(simulations).unwrap_or_default())
}
