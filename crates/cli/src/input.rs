//! Network files as input, and the refusal of bad input.

use crate::Stop;
use lobule::Error;
use lobule::scaffold::configuration::{StoredSimulation, simulations};
use lobule::scaffold::{bsb, format::Format};
use std::path::Path;

/// A refused argument, with its remedy in `what`.
pub fn input(key: &str, what: impl Into<String>) -> Error {
    Error::Config { key: key.into(), what: what.into() }
}

/// A refused file or folder, with its remedy in `what`.
pub fn refused(path: &Path, what: impl Into<String>) -> Error {
    Error::File { path: path.display().to_string(), what: what.into() }
}

/// Longest text file of arguments, bytes. Chosen: a thousand times the longest configuration.
const LONGEST: u64 = 16 << 20;

/// The text of a regular file of bounded size. A pipe would wait for ever, and a device has no end.
pub fn text(path: &Path) -> Result<String, Error> {
    let wrong = |e: std::io::Error| refused(path, format!("{e}; check the path"));
    let about = std::fs::metadata(path).map_err(wrong)?;
    if !about.is_file() {
        return Err(refused(path, "it is no regular file; give the name of a text file"));
    }
    if about.len() > LONGEST {
        let what = format!("{} MB; a configuration has at most {} MB", about.len() >> 20, LONGEST >> 20);
        return Err(refused(path, what));
    }
    std::fs::read_to_string(path).map_err(wrong)
}

pub fn stored_simulations(file: &Path) -> Result<Vec<StoredSimulation>, Stop> {
    if Format::of_input(file) != Format::Bsb {
        return Ok(Vec::new());
    }
    Ok(bsb::read_configuration(file)?.as_ref().map(simulations).unwrap_or_default())
}
