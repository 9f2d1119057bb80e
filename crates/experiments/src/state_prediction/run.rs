//! The recordings of a run, synthetic, simulated or read, and the record of their measurement.

use super::network::{DrivenCircuit, Round};
use super::populations::{self, NAMES, SyntheticKind};
use super::{config::Config, file};
use crate::sweep::over_seeds;
use lobule_analysis::state_prediction::{Report, Scheme, Scores, report};
use lobule_cerebellum::recordings::Events;
use lobule_study::{Error, Run};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// `predictor`, `relay`, `untrained`, `trained` or `file`.
    pub subject: String,
    pub seed: u64,
    pub report: Report,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By subject, then seed.
    pub measured: Vec<Measured>,
    /// Names of the directions.
    pub directions: Vec<String>,
    pub notes: Vec<String>,
}

impl Record {
    pub fn subjects(&self) -> Vec<&str> {
        let mut subjects: Vec<&str> = self.measured.iter().map(|m| m.subject.as_str()).collect();
        subjects.dedup();
        subjects
    }

    /// The reports of a subject, by seed.
    pub fn of<'a>(&'a self, subject: &'a str) -> impl Iterator<Item = &'a Report> {
        self.measured.iter().filter(move |m| m.subject == subject).map(|m| &m.report)
    }

    /// A number of each seed of a subject at a lead (samples); none unless all seeds have it.
    pub fn by_seed(
        &self,
        subject: &str,
        lead: usize,
        scheme: Scheme,
        of: impl Fn(&Scores) -> f64,
    ) -> Option<Vec<f64>> {
        self.of(subject).map(|r| r.at(lead, scheme).map(&of)).collect()
    }

    /// The strictest scheme that all recordings allow.
    pub fn strictest(&self) -> Scheme {
        let has = |s: Scheme| self.measured.iter().all(|m| m.report.scores.iter().any(|x| x.scheme == s));
        Scheme::ALL.into_iter().rev().find(|s| has(*s)).unwrap_or(Scheme::InSample)
    }
}

/// Measurements of one recording, names of its directions, notes.
type MeasuredRecording = (Measured, Vec<String>, Vec<String>);

fn measure(
    config: &Config,
    mut events: Events,
    names: [&str; 3],
    subject: &str,
    seed: u64,
) -> Result<MeasuredRecording, Error> {
    let session = file::session(&mut events, names, &config.analysis)?;
    let report = report(&session, &config.analysis.settings(seed)?)?;
    let directions = events.directions().0;
    Ok((Measured { subject: subject.into(), seed, report }, directions, events.notes))
}

/// Synthetic sessions of both kinds, by seed.
pub fn synthetic(config: &Config, run: &Run) -> Result<Record, Error> {
    let items = over_seeds(&[SyntheticKind::Predictor, SyntheticKind::Relay], &config.seeds);
    run.progress.expect(items.len() as u64);
    let sampling = config.analysis.sampling()?;
    let done = run.each_counted("measured", &items, |&(kind, seed)| {
        let events = populations::session(&config.synthetic, &sampling, kind, seed)?;
        measure(config, events, NAMES, &kind.to_string(), seed)
    })?;
    Ok(gather(done))
}

/// The driven spiking circuit of each seed before and after learning.
pub fn network(config: &Config, run: &Run) -> Result<Record, Error> {
    let wrist = &config.synthetic.wrist;
    let rounds = 3 + config.network.training_rounds;
    run.progress.expect((config.seeds.len() * wrist.directions * wrist.trials * rounds) as u64);
    let done = run.each("seeds", &config.seeds, |&seed, at| {
        let progress = || at.done(1);
        let mut fresh = DrivenCircuit::new(config, config.network.olive_hz, seed, run.threads)?;
        let untrained = fresh.play(Round::Recorded, progress)?;
        let climbing_hz = fresh.climbing_hz(progress)?;
        // The same circuit, its rule balanced for the measured rate.
        let mut driven = DrivenCircuit::new(config, climbing_hz, seed, run.threads)?;
        let before_ns = driven.mean_weight_ns()?;
        for _ in 0..config.network.training_rounds {
            driven.play(Round::Learning, progress)?;
        }
        let after_ns = driven.mean_weight_ns()?;
        let trained = driven.play(Round::Recorded, progress)?;
        let first = measure(config, untrained, NAMES, "untrained", seed)?;
        let mut second = measure(config, trained, NAMES, "trained", seed)?;
        second.2.push(format!(
            "seed {seed}: climbing fibers fire at {climbing_hz:.2} Hz in learning; mean weight of parallel fibers on Purkinje cells \
             {before_ns:.4} nS before and {after_ns:.4} nS after it"
        ));
        Ok([first, second])
    })?;
    // By subject, then seed.
    let (untrained, trained): (Vec<_>, Vec<_>) = done.into_iter().map(|[a, b]| (a, b)).unzip();
    Ok(gather(untrained.into_iter().chain(trained).collect()))
}

pub fn from_file(config: &Config, run: &Run) -> Result<Record, Error> {
    run.progress.expect(1);
    let own = &config.file;
    let names = [&own.mossy, &own.purkinje, &own.nuclear].map(String::as_str);
    let recording = file::read(own)?;
    let measured = run.each_counted("file", &[recording], |recording| {
        measure(config, recording.clone(), names, "file", config.seeds[0])
    })?;
    Ok(gather(measured))
}

fn gather(done: Vec<MeasuredRecording>) -> Record {
    let directions = done.first().map(|d| d.1.clone()).unwrap_or_default();
    let mut record = Record { measured: Vec::new(), directions, notes: Vec::new() };
    for (one, _, own) in done {
        let not = one.report.not_measured.iter().map(|n| format!("not measured: {n}"));
        for note in own.into_iter().chain(not) {
            if !record.notes.contains(&note) {
                record.notes.push(note);
            }
        }
        record.measured.push(one);
    }
    record
}
