//! An experiment as its author writes it.

use crate::effects::Effects;
use crate::limits::Limits;
use crate::report::{Figure, Finding};
use crate::{Card, Error, Run, Story, settings};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use toml::Table;

/// An experiment as its author writes it: a configuration, a run that records plain data, and what is
/// said about the record. Everything but `run` must be a function of its arguments, so that `lobule report`
/// draws the same again.
pub trait Study: Sync {
    /// The configuration; its TOML has the keys of [`Card::defaults`].
    type Config: Serialize + DeserializeOwned + Sync;
    /// Record of a run, written to `recordings/<short name>.json`. It holds no time and no path,
    /// so that equal runs have equal records.
    type Record: Serialize + DeserializeOwned;

    /// Name, presets, sources.
    const CARD: &'static Card;

    /// Checks what the types do not; that there are seeds is checked for all.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key, its value and the allowed range.
    fn check(&self, config: &Self::Config) -> Result<(), Error>;

    /// Files and folders that the run reads beside the configuration, each with its key. Their content belongs to what a run is of: an interrupted run
    /// is not resumed with others.
    fn inputs(&self, _config: &Self::Config) -> Vec<(&'static str, PathBuf)> {
        Vec::new()
    }

    /// Runs; the record does not depend on the number of jobs and threads.
    ///
    /// # Errors
    /// The first error of any part.
    fn run(&self, config: &Self::Config, run: &Run) -> Result<Self::Record, Error>;

    /// The findings of a record.
    fn findings(&self, config: &Self::Config, record: &Self::Record) -> Vec<Finding>;

    /// The figures of a record.
    ///
    /// # Errors
    /// A figure that cannot be drawn.
    fn figures(&self, config: &Self::Config, record: &Self::Record) -> Result<Vec<Figure>, Error>;

    /// The words of the report.
    fn story(&self, config: &Self::Config, record: &Self::Record) -> Story;

    /// Checks of a record that was read what its types do not say and findings, figures and words rely on, such as lengths of lists;
    /// [`crate::shape`] has the words. Nothing by default.
    ///
    /// # Errors
    /// A sentence that names what no run with this configuration writes.
    fn check_record(&self, _config: &Self::Config, _record: &Self::Record) -> Result<(), String> {
        Ok(())
    }

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

    /// Resolves defaults ← preset ← file ← seeds ← settings (`key=value`) and checks the outcome.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key, its value and what is allowed.
    fn resolve(&self, request: &Request) -> Result<Self::Config, Error> {
        let config = asked_for(Self::CARD, request)?;
        self.check(&config)?;
        Ok(config)
    }
}

/// All keys of a configuration: defaults ← preset ← file ← seeds ← settings.
fn layers(card: &Card, request: &Request) -> Result<Table, Error> {
    let preset = card.presets.iter().find(|p| p.name == request.preset).ok_or_else(|| {
        let known = card.presets.iter().map(|p| p.name).collect::<Vec<_>>().join(", ");
        Error::config("preset", format!("there is no preset `{}`; there are: {known}", request.preset))
    })?;
    let mut table = settings::parse(card.defaults, &format!("defaults of {}", card.name))?;
    let mut lay = |layer: Table| settings::lay(&mut table, layer, card.open_tables);
    lay(settings::parse(preset.toml, preset.name)?)?;
    if let Some((name, text)) = request.file {
        lay(settings::parse(text, name)?)?;
    }
    if let Some(seeds) = request.seeds {
        lay(settings::of_seeds(seeds)?)?;
    }
    for setting in request.settings {
        lay(settings::assignment(setting)?)?;
    }
    settings::seeds(&table)?;
    Limits::of(card)?.check(&table)?;
    Ok(table)
}

/// The configuration that is asked for, without the checks of its study.
pub(crate) fn asked_for<C: DeserializeOwned>(card: &Card, request: &Request) -> Result<C, Error> {
    let table = layers(card, request)?;
    let config = typed(table.clone())?;
    Effects::of(card)?.check(&table)?;
    Ok(config)
}

fn typed<C: DeserializeOwned>(table: Table) -> Result<C, Error> {
    serde_path_to_error::deserialize(table)
        .map_err(|e| Error::config(e.path().to_string(), e.inner().message()))
}

/// Request for a run. The default is the preset `default`, unchanged.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Name of the preset.
    pub preset: &'a str,
    /// A TOML file with keys to change: (name, text).
    pub file: Option<(&'a str, &'a str)>,
    /// Seeds in place of those of the preset and the file.
    pub seeds: Option<&'a [u64]>,
    /// Keys to change: `key=value`.
    pub settings: &'a [String],
}

impl Default for Request<'_> {
    fn default() -> Self {
        Self { preset: "default", file: None, seeds: None, settings: &[] }
    }
}
