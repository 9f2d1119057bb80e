//! From a checked configuration to a run folder: folder, workers, provenance, report.

use crate::card::Card;
use crate::page::page;
use crate::report::{Findings, Measured};
use crate::run::{Finished, Run, RunOptions};
use crate::run_folder::RunFolder;
use crate::study::Study;
use crate::{Error, settings};
use lobule_exchange::Ranks;
use lobule_signal::{Progress, fingerprint};
use serde::Serialize;
use serde_json::Value;
use std::sync::PoisonError;
use std::time::Instant;

/// Runs `study` and writes its folder.
///
/// # Errors
/// The first error of any part; the `.partial` folder keeps what was done, and the same call with
/// `resumes` goes on from there.
pub fn run<S: Study + ?Sized>(
    study: &S,
    config: &S::Config,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<(Finished, S::Record), Error> {
    run_on(study, config, options, progress, &Ranks::alone())
}

/// As [`run`] over several ranks, for a study that can: rank 0 alone reads and writes the folder. What is finished
/// is told on every rank; the record is whole on rank 0. Collective.
///
/// # Errors
/// As [`run`], on every rank.
pub fn run_on<S: Study + ?Sized>(
    study: &S,
    config: &S::Config,
    options: &RunOptions,
    progress: &dyn Progress,
    ranks: &Ranks,
) -> Result<(Finished, S::Record), Error> {
    let config_toml = toml::to_string(config).map_err(|e| bug(&e))?;
    let sound = settings::parse(&config_toml, "configuration").and_then(|table| settings::seeds(&table));
    let sound = sound.and_then(|seeds| study.check(config).map(|()| seeds));
    let seeds = ranks.agree(sound.and_then(|seeds| check_ranks(S::CARD, options, ranks).map(|()| seeds)))?;
    let begin = Instant::now();
    let folder = ranks.agree(match ranks.is_first() {
        true => RunFolder::open(&options.out, &config_toml, options.resumes),
        false => Ok(RunFolder::elsewhere(&options.out)),
    })?;
    let run = Run::new(&folder, options, progress, ranks).inspect_err(|_| folder.discard_if_empty())?;
    let record = ranks.agree(study.run(config, &run)).inspect_err(|_| folder.discard_if_empty())?;
    progress.note("drawing the report");
    let measured = run.measured.into_inner().unwrap_or_else(PoisonError::into_inner);
    let finished = ranks.on_first(|| {
        let wall_s = begin.elapsed().as_secs_f64();
        let made = EndedRun { record: &record, config_toml, seeds, wall_s, measured, ranks: ranks.ranks() };
        finish(study, config, made, options, folder)
    })?;
    Ok((finished, record))
}

/// Refuses what several ranks cannot do together.
fn check_ranks(card: &Card, options: &RunOptions, ranks: &Ranks) -> Result<(), Error> {
    let refused = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
    match ranks.ranks() {
        1 => Ok(()),
        _ if !card.runs_on_ranks => refused(
            "mpirun",
            format!("`{}` runs in one process, on --jobs and --threads; start it without mpirun", card.name),
        ),
        n if options.jobs > 1 => refused(
            "--jobs",
            format!(
                "{}; {n} processes work on one seed and condition at a time: give 1, or leave it out, and use \
                 --threads",
                options.jobs
            ),
        ),
        _ => Ok(()),
    }
}

/// A run that is over, before its folder is written.
struct EndedRun<'a, R> {
    record: &'a R,
    config_toml: String,
    seeds: Vec<u64>,
    wall_s: f64,
    measured: Vec<Measured>,
    /// Number of ranks.
    ranks: usize,
}

/// Writes the folder of a run.
fn finish<S: Study + ?Sized>(
    study: &S,
    config: &S::Config,
    made: EndedRun<S::Record>,
    options: &RunOptions,
    folder: RunFolder,
) -> Result<Finished, Error> {
    let (card, record) = (S::CARD, made.record);
    let data = json(record)?;
    let mut fingerprints = study.fingerprints(record);
    fingerprints.push(("record".into(), format!("{:016x}", fingerprint(&data))));
    let judged = study.findings(config, record);
    debug_assert!(
        judged.iter().all(
            |f| !f.is_judged() || card.grounds.iter().any(|g| (g.basis, g.text) == (f.basis, &*f.source))
        ),
        "a range of {} rests on what its card does not list",
        card.name
    );
    let findings = Findings {
        experiment: card.name.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        preset: options.preset.clone(),
        seeds: made.seeds,
        wall_s: made.wall_s,
        findings: judged,
        measured: made.measured,
    };
    let provenance = provenance(card, &made.config_toml, options, made.ranks, &fingerprints);
    folder.write(&recording(card), &data)?;
    folder.write("findings.json", &json(&findings)?)?;
    folder.write("provenance.json", &json(&provenance)?)?;
    for (name, data) in study.files(record)? {
        folder.write(&name, &data)?;
    }
    for (name, data) in report_files(study, config, record, &findings, &provenance)? {
        folder.write(&name, &data)?;
    }
    Ok(Finished { folder: folder.complete()?, findings, fingerprints })
}

/// Figures and page of a run: (file name in the folder, content).
///
/// # Errors
/// A figure that cannot be drawn.
pub fn report_files<S: Study + ?Sized>(
    study: &S,
    config: &S::Config,
    record: &S::Record,
    findings: &Findings,
    provenance: &Value,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let figures = study.figures(config, record)?;
    let html = page(S::CARD, &study.story(config, record), findings, &figures, provenance);
    let mut files: Vec<(String, Vec<u8>)> =
        figures.into_iter().map(|f| (format!("figures/{}", f.file_name()), f.svg.into_bytes())).collect();
    files.push(("report.html".into(), html.into_bytes()));
    Ok(files)
}

/// File of the record in the run folder.
pub fn recording(card: &Card) -> String {
    format!("recordings/{}.json", card.short_name())
}

fn provenance(
    card: &Card,
    config: &str,
    options: &RunOptions,
    ranks: usize,
    fingerprints: &[(String, String)],
) -> Value {
    let fingerprints: serde_json::Map<String, Value> =
        fingerprints.iter().map(|(label, hash)| (label.clone(), Value::from(hash.clone()))).collect();
    serde_json::json!({
        "program": "lobule",
        "version": env!("CARGO_PKG_VERSION"),
        "experiment": card.name,
        "preset": options.preset,
        "jobs": options.jobs,
        "threads": options.threads,
        "ranks": ranks,
        "target": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        "config": config,
        "fingerprints": fingerprints,
        "sources": card.sources,
    })
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    let mut data = serde_json::to_vec_pretty(value).map_err(|e| bug(&e))?;
    data.push(b'\n');
    Ok(data)
}

fn bug(error: &dyn std::error::Error) -> Error {
    Error::File { path: "run folder".into(), what: format!("{error}; this is a bug of lobule") }
}
