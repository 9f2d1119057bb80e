//! An experiment as the command line sees it.

use crate::execute::{recording, report_files, run_on};
use crate::report::Findings;
use crate::study::{Request, Study, layers, typed};
use crate::{Card, Error, Finished, Progress, Ranks, RunOptions};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs;
use std::path::Path;
use toml::Table;

/// An experiment as the command line sees it; every [`Study`] is one.
pub trait Experiment: Sync {
    /// Name, presets, sources.
    fn card(&self) -> &'static Card;

    /// The whole configuration that is asked for, as TOML.
    ///
    /// # Errors
    /// A wrong request.
    fn resolved(&self, request: &Request) -> Result<String, Error>;

    /// Runs what is asked for and writes the run folder.
    ///
    /// # Errors
    /// A wrong request, or the first error of the run.
    fn run(
        &self,
        request: &Request,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<Finished, Error> {
        self.run_on(request, options, progress, &Ranks::alone())
    }

    /// As [`Experiment::run`] over several ranks; rank 0 alone reads and writes the folder. Collective.
    ///
    /// # Errors
    /// As [`Experiment::run`], on every rank, and [`Error::Config`] for a study that runs in one process.
    fn run_on(
        &self,
        request: &Request,
        options: &RunOptions,
        progress: &dyn Progress,
        ranks: &Ranks,
    ) -> Result<Finished, Error>;

    /// Figures and page of a run folder, made again: (file name in the folder, content).
    ///
    /// # Errors
    /// A folder that is not of such a run, or a figure that cannot be drawn.
    fn report(&self, folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Error>;
}

impl<S: Study> Experiment for S {
    fn card(&self) -> &'static Card {
        S::CARD
    }

    fn resolved(&self, request: &Request) -> Result<String, Error> {
        toml::to_string(&self.resolve(request)?).map_err(|e| Error::config("configuration", e.to_string()))
    }

    fn run_on(
        &self,
        request: &Request,
        options: &RunOptions,
        progress: &dyn Progress,
        ranks: &Ranks,
    ) -> Result<Finished, Error> {
        let config = ranks.agree(layers(S::CARD, request).and_then(typed))?;
        run_on(self, &config, options, progress, ranks).map(|(finished, _)| finished)
    }

    fn report(&self, folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let config = text(&folder.join("config.toml"))?;
        let config: Table = toml::from_str(&config).map_err(|e| foreign(folder, e.message()))?;
        let config: S::Config = config.try_into().map_err(|e| foreign(folder, e.message()))?;
        let record: S::Record = json(&folder.join(recording(S::CARD)))?;
        let findings: Findings = json(&folder.join("findings.json"))?;
        let provenance: Value = json(&folder.join("provenance.json"))?;
        report_files(self, &config, &record, &findings, &provenance)
    }
}

fn text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|e| Error::file(path, format!("{e}; check the path")))
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    serde_json::from_str(&text(path)?).map_err(|e| foreign(path, &e.to_string()))
}

fn foreign(path: &Path, what: &str) -> Error {
    Error::file(path, format!("{what}; it is not of a run by this version of lobule"))
}
