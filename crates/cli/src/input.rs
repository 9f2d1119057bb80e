//! Network files as input, and the refusal of bad input.

use lobule::Error;
use lobule::scaffold::configuration::{GivenConfiguration, StoredSimulation, simulations};
use lobule::scaffold::{Anatomy, format};
use std::path::{Path, PathBuf};

/// A refused argument, with its remedy in `what`.
pub fn input(key: &str, what: impl Into<String>) -> Error {
    Error::Config { key: key.into(), what: what.into() }
}

/// A refused file or folder, with its remedy in `what`.
pub fn refused(path: &Path, what: impl Into<String>) -> Error {
    Error::File { path: path.display().to_string(), what: what.into() }
}

/// Simulations of a network.
pub struct Simulations {
    pub all: Vec<StoredSimulation>,
    /// The configuration that takes the place of the one inside, with its file.
    pub given: Option<(PathBuf, GivenConfiguration)>,
}

impl Simulations {
    /// The simulations that a network file stores, or those of a configuration in its place.
    pub fn of(file: &Path, configuration: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = configuration else {
            let mut all = format::read_configuration(file)?.as_ref().map(simulations).unwrap_or_default();
            format::number_cells(file, &mut all)?;
            return Ok(Self { all, given: None });
        };
        let given = format::read_given(file, path)?;
        let mut all = simulations(&given.document);
        format::number_cells(file, &mut all)?;
        Ok(Self { all, given: Some((path.into(), given)) })
    }

    /// Sentences about parts of the network and of a given configuration that do not match.
    pub fn notes(&self, anatomy: &Anatomy) -> Vec<String> {
        let Some((path, given)) = &self.given else { return Vec::new() };
        let mut notes =
            vec![format!("{} takes the place of the configuration in the network.", path.display())];
        notes.extend(given.unmatched(anatomy));
        notes
    }
}
