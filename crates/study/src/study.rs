//! An experiment as its author writes it, and as the command line sees it.

use crate::card::Card;
use crate::page::{self, Story};
use crate::report::{Figure, Finding, Findings};
use crate::run::{self, Finished, Run, RunOptions};
use crate::{Error, settings};
use lobule_exchange::Ranks;
use lobule_signal::Progress;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// An experiment as its author writes it: a configuration, a run that records plain data, and what is
/// said about the record. Everything but `run` must be a function of its arguments, so that `lobule report`
/// draws the same again.
pub trait Study: Sync {
    /// The configuration; its TOML has the keys of [`Card::defaults`].
    type Config: Serialize + DeserializeOwned + Sync;
    /// What a run leaves behind, written to `recordings/<short name>.json`. It holds no time and no path,
    /// so that equal runs have equal records.
    type Record: Serialize + DeserializeOwned;

    /// Name, presets, sources.
    fn card(&self) -> &'static Card;

    /// Checks what the types do not; that there are seeds is checked for all.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key, its value and the allowed range.
    fn check(&self, config: &Self::Config) -> Result<(), Error>;

    /// The seeds of a run.
    fn seeds(&self, config: &Self::Config) -> Vec<u64>;

    /// Runs; the record does not depend on the number of jobs and threads.
    ///
    /// # Errors
    /// The first error of any part.
    fn run(&self, config: &Self::Config, run: &Run) -> Result<Self::Record, Error>;

    /// Whether several ranks can run it together: every rank then makes the same collective calls in the same order,
    /// rank 0 has the whole record, and findings are the same on all.
    fn runs_on_ranks(&self) -> bool {
        false
    }

    /// Tables of the configuration that take entries of any name, such as bodies of one's own.
    fn open_tables(&self) -> &'static [&'static str] {
        &[]
    }

    /// The findings of a record.
    fn findings(&self, config: &Self::Config, record: &Self::Record) -> Vec<Finding>;

    /// The figures of a record.
    ///
    /// # Errors
    /// A figure that cannot be drawn.
    fn figures(&self, config: &Self::Config, record: &Self::Record) -> Result<Vec<Figure>, Error>;

    /// The words of the report.
    fn story(&self, config: &Self::Config, record: &Self::Record) -> Story;

    /// Hashes of final states beside that of the record: (label, hash).
    fn fingerprints(&self, _record: &Self::Record) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Further files of the run folder: (name, content).
    ///
    /// # Errors
    /// A file that cannot be made.
    fn files(&self, _record: &Self::Record) -> Result<Vec<(String, Vec<u8>)>, Error> {
        Ok(Vec::new())
    }

    /// The report; by default the story with its figures, the findings and how to repeat it.
    fn page(
        &self,
        config: &Self::Config,
        record: &Self::Record,
        findings: &Findings,
        figures: &[Figure],
        provenance: &Value,
    ) -> String {
        page::page(self.card(), &self.story(config, record), findings, figures, provenance)
    }

    /// Resolves defaults ← preset ← file ← settings (`key=value`) and checks the outcome.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key, its value and what is allowed.
    fn resolve(&self, request: &Request) -> Result<Self::Config, Error> {
        let card = self.card();
        let preset = card.presets.iter().find(|p| p.name == request.preset).ok_or_else(|| Error::Config {
            key: "preset".into(),
            what: format!(
                "there is no preset `{}`; there are: {}",
                request.preset,
                card.presets.iter().map(|p| p.name).collect::<Vec<_>>().join(", ")
            ),
        })?;
        let mut table = settings::parse(card.defaults, &format!("defaults of {}", card.name))?;
        settings::overlay(&mut table, settings::parse(preset.toml, preset.name)?, "", self.open_tables())?;
        if let Some((name, text)) = request.file {
            settings::overlay(&mut table, settings::parse(text, name)?, "", self.open_tables())?;
        }
        for setting in request.settings {
            settings::overlay(&mut table, settings::assignment(setting)?, "", self.open_tables())?;
        }
        let config: Self::Config = table.try_into().map_err(|e: toml::de::Error| Error::Config {
            key: "configuration".into(),
            what: e.message().into(),
        })?;
        need_seeds(&self.seeds(&config))?;
        self.check(&config)?;
        Ok(config)
    }
}

/// Most seeds of a run; as many as `--seeds` can name.
const MOST_SEEDS: usize = 10_000;

/// Refuses a run without seeds, and one of too many.
pub(super) fn need_seeds(seeds: &[u64]) -> Result<(), Error> {
    if (1..=MOST_SEEDS).contains(&seeds.len()) {
        return Ok(());
    }
    let what = format!("at least one seed is needed, {MOST_SEEDS} are possible; there are {}", seeds.len());
    Err(Error::Config { key: "seeds".into(), what })
}

/// What to run, as typed.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Name of the preset.
    pub preset: &'a str,
    /// A TOML file with keys to change: (name, text).
    pub file: Option<(&'a str, &'a str)>,
    /// Keys to change: `key=value`.
    pub settings: &'a [String],
}

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
        Study::card(self)
    }

    fn resolved(&self, request: &Request) -> Result<String, Error> {
        toml::to_string(&self.resolve(request)?)
            .map_err(|e| Error::Config { key: "configuration".into(), what: e.to_string() })
    }

    fn run_on(
        &self,
        request: &Request,
        options: &RunOptions,
        progress: &dyn Progress,
        ranks: &Ranks,
    ) -> Result<Finished, Error> {
        let config = ranks.agree(self.resolve(request))?;
        run::run_on(self, &config, options, progress, ranks).map(|(finished, _)| finished)
    }

    fn report(&self, folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let config = text(&folder.join("config.toml"))?;
        let config: toml::Table = toml::from_str(&config).map_err(|e| foreign(folder, e.message()))?;
        let config: S::Config = config.try_into().map_err(|e| foreign(folder, e.message()))?;
        let record: S::Record = json(&folder.join(run::recording(Study::card(self))))?;
        let findings: Findings = json(&folder.join("findings.json"))?;
        let provenance: Value = json(&folder.join("provenance.json"))?;
        run::report_files(self, &config, &record, &findings, &provenance)
    }
}

fn text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path)
        .map_err(|e| Error::File { path: path.display().to_string(), what: format!("{e}; check the path") })
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    serde_json::from_str(&text(path)?).map_err(|e| foreign(path, &e.to_string()))
}

fn foreign(path: &Path, what: &str) -> Error {
    Error::File {
        path: path.display().to_string(),
        what: format!("{what}; it is not of a run by this version of lobule"),
    }
}
