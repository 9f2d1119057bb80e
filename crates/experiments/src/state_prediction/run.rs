//! The recordings of a run, synthetic, simulated or read, and their measurement.

use super::config::StatePredictionConfig;
use super::file;
use super::network::{DrivenCircuit, Round};
use super::populations::{self, NAMES, SyntheticKind};
use super::record::{Measured, StatePredictionRecord};
use lobule_analysis::state_prediction::report;
use lobule_cerebellum::recordings::Events;
use lobule_study::{Error, Run};

/// Measurements of one recording, names of its directions, notes.
type MeasuredRecording = (Measured, Vec<String>, Vec<String>);

/// Measures one recording.
fn measure(
    config: &StatePredictionConfig,
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
pub fn synthetic(config: &StatePredictionConfig, run: &Run) -> Result<StatePredictionRecord, Error> {
    let kinds = [(SyntheticKind::Predictor, "predictor"), (SyntheticKind::Relay, "relay")];
    let items: Vec<_> = kinds.iter().flat_map(|k| config.seeds.iter().map(move |s| (*k, *s))).collect();
    run.progress.expect(items.len() as u64);
    let sampling = config.analysis.sampling()?;
    let done = run.each(&items, |&((kind, subject), seed)| {
        let events = populations::session(&config.synthetic, &sampling, kind, seed)?;
        let measured = measure(config, events, NAMES, subject, seed)?;
        run.progress.done(1);
        Ok(measured)
    })?;
    Ok(gather(done))
}

/// The driven spiking circuit of each seed before and after learning.
pub fn network(config: &StatePredictionConfig, run: &Run) -> Result<StatePredictionRecord, Error> {
    let wrist = &config.synthetic.wrist;
    let rounds = 3 + config.network.training_rounds;
    run.progress.expect((config.seeds.len() * wrist.directions * wrist.trials * rounds) as u64);
    let done = run.each(&config.seeds, |&seed| {
        let progress = || run.progress.done(1);
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

/// The recording of a file.
pub fn from_file(config: &StatePredictionConfig, run: &Run) -> Result<StatePredictionRecord, Error> {
    run.progress.expect(1);
    let events = file::read(&config.file)?;
    let seed = config.seeds[0];
    let measured = measure(config, events, file::names(&config.file), "file", seed)?;
    run.progress.done(1);
    Ok(gather(vec![measured]))
}

fn gather(done: Vec<MeasuredRecording>) -> StatePredictionRecord {
    let directions = done.first().map(|d| d.1.clone()).unwrap_or_default();
    let mut notes: Vec<String> = Vec::new();
    let mut measured = Vec::new();
    for (one, _, own) in done {
        let not = one.report.not_measured.iter().map(|n| format!("not measured: {n}"));
        for note in own.into_iter().chain(not) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        measured.push(one);
    }
    StatePredictionRecord { measured, directions, notes }
}
