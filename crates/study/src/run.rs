//! Inputs and outcome of a run.

use crate::report::{Findings, Measured};
use crate::{Error, Progress, Ranks, run_folder::RunFolder};
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How to run, apart from what to run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Name of the preset, for the record.
    pub preset: String,
    /// Seeds and conditions at a time.
    pub jobs: usize,
    /// Threads of each.
    pub threads: usize,
    /// Folder to make.
    pub out: PathBuf,
    /// Go on with an interrupted run of that folder.
    pub resumes: bool,
}

/// Inputs of a run. What [`Self::each`] and its like have finished is kept at once, so that an interrupted run goes on from there.
pub struct Run<'a> {
    /// Folder of the finished items.
    folder: &'a RunFolder,
    /// Observer of the progress.
    pub progress: &'a dyn Progress,
    /// Threads of each job.
    pub threads: usize,
    /// As many workers as there are jobs. Not for several ranks: they would meet in different parts.
    pool: rayon::ThreadPool,
    /// The processes that run this together.
    pub ranks: &'a Ranks,
    /// Measurements of this machine.
    measured: Mutex<Vec<Measured>>,
    /// Names of the parts so far.
    parts: Mutex<BTreeSet<String>>,
}

impl<'a> Run<'a> {
    /// A run that keeps its items in a folder; of the options, jobs and threads count.
    ///
    /// # Errors
    /// More jobs than the system has threads for.
    pub fn new(
        folder: &'a RunFolder,
        options: &RunOptions,
        progress: &'a dyn Progress,
        ranks: &'a Ranks,
    ) -> Result<Self, Error> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(options.jobs.max(1)).build();
        let pool = pool.map_err(|e| Error::config("jobs", e.to_string()))?;
        let threads = options.threads.max(1);
        let (measured, parts) = Default::default();
        Ok(Self { folder, progress, threads, pool, ranks, measured, parts })
    }

    /// Keeps a number that depends on the machine, such as a time: it is told with the findings and enters no record, so that
    /// equal runs have equal records.
    pub fn measured(&self, name: impl Into<String>, value: f64, unit: &str) {
        let mut measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        measured.push(Measured { name: name.into(), value, unit: unit.into() });
    }

    /// Works on every item of a part of the run, as many at a time as there are jobs, over several ranks one after the other; results
    /// are in the order of the items, whoever finishes first. Each result is kept as soon as it is there, and a resumed run takes
    /// it from there; the `part` names it, and must be the only one of its name.
    ///
    /// # Errors
    /// An error of one of them, or [`Error::Stopped`]; items that have not begun are then left out.
    pub fn each<I: Sync, T: Serialize + DeserializeOwned + Send>(
        &self,
        part: &str,
        items: &[I],
        work: impl Fn(&I, &Item) -> Result<T, Error> + Sync,
    ) -> Result<Vec<T>, Error> {
        let one = |(k, item): (usize, &I)| self.once(format!("{part}/{k}"), |at| work(item, at));
        self.in_turn(items, one)
    }

    /// Works on every item as [`Self::each`] does, and counts each as a step of progress.
    ///
    /// # Errors
    /// As [`Self::each`].
    pub fn each_counted<I: Sync, T: Serialize + DeserializeOwned + Send>(
        &self,
        part: &str,
        items: &[I],
        work: impl Fn(&I) -> Result<T, Error> + Sync,
    ) -> Result<Vec<T>, Error> {
        self.each(part, items, |item, at| work(item).inspect(|_| at.count(1)))
    }

    /// Prepares every seed, and works on every item of a seed as soon as that seed is prepared, as many at a time as there
    /// are jobs, over several ranks one after the other; gives what was prepared and the results of its items, in order. Results
    /// are kept as those of [`Self::each`]; what was prepared is prepared again, but for what it keeps itself ([`Item::once`]).
    ///
    /// # Errors
    /// As [`Self::each`].
    pub fn each_after<S: Sync, P: Send + Sync, I: Sync, T: Serialize + DeserializeOwned + Send>(
        &self,
        part: &str,
        seeds: &[S],
        prepare: impl Fn(&S, &Item) -> Result<P, Error> + Sync,
        items: &[I],
        work: impl Fn(&P, &I, &Item) -> Result<T, Error> + Sync,
    ) -> Result<Vec<(P, Vec<T>)>, Error> {
        self.in_turn(seeds, |(k, seed)| {
            let name = format!("{part}/{k}");
            self.may_go_on()?;
            let prepared = prepare(seed, &Item::new(self, format!("{name}/prepared")))?;
            let results = self.each(&name, items, |item, at| work(&prepared, item, at))?;
            Ok((prepared, results))
        })
    }

    /// Measurements of this machine.
    pub(crate) fn into_measured(self) -> Vec<Measured> {
        self.measured.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_turn<I: Sync, T: Send>(
        &self,
        items: &[I],
        one: impl Fn((usize, &I)) -> Result<T, Error> + Sync,
    ) -> Result<Vec<T>, Error> {
        if self.ranks.ranks() > 1 {
            return items.iter().enumerate().map(one).collect();
        }
        self.pool.install(|| items.par_iter().enumerate().with_max_len(1).map(&one).collect())
    }

    /// A part of the run that is done once: computed and kept, or taken from what the interrupted run kept. Collective over ranks.
    ///
    /// # Errors
    /// An error of the work, [`Error::Stopped`], or a part that was kept and cannot be read.
    pub fn once<T: Serialize + DeserializeOwned>(
        &self,
        part: impl Into<String>,
        work: impl FnOnce(&Item) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let part = part.into();
        let is_first = self.parts.lock().unwrap_or_else(PoisonError::into_inner).insert(part.clone());
        assert!(is_first, "two parts of the run are called `{part}`");
        let kept: Option<(T, u64)> = self.ranks.on_first(|| self.folder.kept(&part))?;
        if let Some((value, units)) = kept {
            self.progress.done(units);
            return Ok(value);
        }
        self.may_go_on()?;
        let item = Item::new(self, part);
        let value = work(&item)?;
        self.folder.keep(&item.name, &(&value, item.units.load(Ordering::Relaxed)))?;
        self.folder.forget(&item.state_name());
        Ok(value)
    }

    /// Ends the run here if that was asked for.
    fn may_go_on(&self) -> Result<(), Error> {
        // All ranks stop at the same point, where the first is told to.
        match self.ranks.on_first(|| Ok::<_, Error>(self.progress.stops()))? {
            true => Err(Error::Stopped { what: "stopped".into() }),
            false => Ok(()),
        }
    }
}

/// An item of a run at work: where it counts its progress, and keeps a state to go on from.
pub struct Item<'a> {
    run: &'a Run<'a>,
    name: String,
    /// Units of progress so far.
    units: AtomicU64,
}

impl<'a> Item<'a> {
    /// An item of that name; [`Run::each`] makes them.
    pub fn new(run: &'a Run<'a>, name: impl Into<String>) -> Self {
        Self { run, name: name.into(), units: AtomicU64::new(0) }
    }

    /// Counts `units` units of work as done, and ends the item here if that was asked for.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub fn done(&self, units: u64) -> Result<(), Error> {
        self.count(units);
        self.may_go_on()
    }

    /// Counts `units` units of work as done.
    pub fn count(&self, units: u64) {
        self.units.fetch_add(units, Ordering::Relaxed);
        self.run.progress.done(units);
    }

    /// Ends the item here if that was asked for.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub fn may_go_on(&self) -> Result<(), Error> {
        self.run.may_go_on()
    }

    /// Keeps the state of the item, from which [`Self::state`] goes on.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_state<T: Serialize>(&self, state: &T) -> Result<(), Error> {
        self.run.folder.keep(&self.state_name(), &(state, self.units.load(Ordering::Relaxed)))
    }

    /// The state that the interrupted run kept of this item; its progress is counted again.
    ///
    /// # Errors
    /// A state that cannot be read.
    pub fn state<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        let kept: Option<(T, u64)> = self.run.folder.kept(&self.state_name())?;
        Ok(kept.map(|(state, units)| {
            self.count(units);
            state
        }))
    }

    fn state_name(&self) -> String {
        format!("{}.state", self.name)
    }

    /// A part of the item that is kept on its own, as [`Run::once`] does.
    ///
    /// # Errors
    /// As [`Run::once`].
    pub fn once<T: Serialize + DeserializeOwned>(
        &self,
        part: &str,
        work: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.run.once(format!("{}.{part}", self.name), |_| work())
    }

    /// The run.
    pub fn run(&self) -> &'a Run<'a> {
        self.run
    }
}

/// Outcome of a finished run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// Its folder.
    pub folder: PathBuf,
    /// Its findings.
    pub findings: Findings,
    /// Hashes of its final states and of its record: equal runs have equal ones.
    pub fingerprints: Vec<(String, String)>,
    /// First places of its record where a number is none, such as `courses[3].rms[17] (NaN)`: an entry of the list and a trial.
    pub gaps: Vec<String>,
}
