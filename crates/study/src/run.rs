//! Inputs and outcome of a run.

use crate::report::{Findings, Measured};
use crate::{Error, Progress, Ranks, run_folder::RunFolder};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
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

/// Inputs of a run.
pub struct Run<'a> {
    /// Where snapshots are kept.
    pub folder: &'a RunFolder,
    /// Observer of the progress.
    pub progress: &'a dyn Progress,
    /// Threads of each job.
    pub threads: usize,
    /// As many workers as there are jobs. Not for several ranks: they would meet in different parts.
    pool: rayon::ThreadPool,
    /// The processes that run this together.
    pub ranks: &'a Ranks,
    /// Measurements of this machine.
    pub(crate) measured: Mutex<Vec<Measured>>,
}

impl<'a> Run<'a> {
    /// A run that keeps its snapshots in a folder; of the options, jobs and threads count.
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
        Ok(Self { folder, progress, threads, pool, ranks, measured: Mutex::default() })
    }

    /// Keeps a number that depends on the machine, such as a time: it is told with the findings and enters no record, so that
    /// equal runs have equal records.
    pub fn measured(&self, name: impl Into<String>, value: f64, unit: &str) {
        let mut measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        measured.push(Measured { name: name.into(), value, unit: unit.into() });
    }

    /// Works on every item, as many at a time as there are jobs, over several ranks one after the other; results
    /// are in the order of the items, whoever finishes first.
    ///
    /// # Errors
    /// An error of one of them; items that have not begun are then left out.
    pub fn each<I: Sync, T: Send>(
        &self,
        items: &[I],
        work: impl Fn(&I) -> Result<T, Error> + Sync,
    ) -> Result<Vec<T>, Error> {
        if self.ranks.ranks() > 1 {
            return items.iter().map(work).collect();
        }
        self.pool.install(|| items.par_iter().with_max_len(1).map(&work).collect())
    }

    /// Works on every item as [`Self::each`] does, and counts each as a step of progress.
    ///
    /// # Errors
    /// An error of one of them.
    pub fn each_counted<I: Sync, T: Send>(
        &self,
        items: &[I],
        work: impl Fn(&I) -> Result<T, Error> + Sync,
    ) -> Result<Vec<T>, Error> {
        self.each(items, |item| work(item).inspect(|_| self.progress.done(1)))
    }

    /// Prepares every seed, and works on every item of a seed as soon as that seed is prepared, as many at a time as there
    /// are jobs, over several ranks one after the other; gives what was prepared and the results of its items, in order.
    ///
    /// # Errors
    /// An error of one of them; what has not begun is then left out.
    pub fn each_after<S: Sync, P: Send + Sync, I: Sync, T: Send>(
        &self,
        seeds: &[S],
        prepare: impl Fn(&S) -> Result<P, Error> + Sync,
        items: &[I],
        work: impl Fn(&P, &I) -> Result<T, Error> + Sync,
    ) -> Result<Vec<(P, Vec<T>)>, Error> {
        self.each(seeds, |seed| {
            let prepared = prepare(seed)?;
            let results = self.each(items, |item| work(&prepared, item))?;
            Ok((prepared, results))
        })
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
}
