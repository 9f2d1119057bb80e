//! An experiment as the command line sees it.

use crate::execute::{recording, report_files, run_on};
use crate::limits::Limits;
use crate::study::{Request, Study, asked_for};
use crate::verify::{CONFIG, RunFiles, foreign};
use crate::{Card, Error, Finished, Progress, Ranks, RunOptions, settings};
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
        let config = ranks.agree(asked_for(S::CARD, request))?;
        run_on(self, &config, options, progress, ranks).map(|(finished, _)| finished)
    }

    fn report(&self, folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let files = RunFiles::open(folder)?;
        if files.findings.experiment != S::CARD.name {
            let what = format!("it is of `{}`, not of `{}`", files.findings.experiment, S::CARD.name);
            return Err(foreign(folder, &what));
        }
        let config = String::from_utf8(files.bytes(CONFIG)?).map_err(|e| foreign(folder, &e.to_string()))?;
        let config: Table = toml::from_str(&config).map_err(|e| foreign(folder, e.message()))?;
        settings::seeds(&config)?;
        Limits::of(S::CARD)?.check(&config)?;
        let config: S::Config = config.try_into().map_err(|e| foreign(folder, e.message()))?;
        let name = recording(S::CARD);
        let record: S::Record = files.json(&name)?;
        self.check_record(&config, &record).map_err(|what| foreign(&folder.join(name), &what))?;
        let RunFiles { findings, provenance, .. } = &files;
        report_files(self, &config, &record, findings, provenance)
    }
}

/// The experiment of that name among `all`.
///
/// # Errors
/// [`Error::Config`] with the names there are.
pub fn find(
    all: impl Iterator<Item = &'static dyn Experiment> + Clone,
    name: &str,
) -> Result<&'static dyn Experiment, Error> {
    all.clone().find(|experiment| experiment.card().name == name).ok_or_else(|| {
        let known = all.map(|experiment| experiment.card().name).collect::<Vec<_>>().join(", ");
        Error::config("experiment", format!("there is no `{name}`; there are: {known}"))
    })
}
