//! From a checked configuration to a run folder: folder, workers, provenance, report.

use crate::gaps::gaps;
use crate::inputs;
use crate::report::{Finding, Findings};
use crate::run_folder::{Identity, RunFolder, partial_of};
use crate::verify::{CONFIG, FINDINGS, PROVENANCE, seal};
use crate::{Card, Error, Finished, Progress, Ranks, Run, RunOptions, Study, fingerprint, page, settings};
use serde::Serialize;
use serde_json::Value;
use std::path::Path;
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
pub fn run_on<S: Study + ?Sized>(
    study: &S,
    config: &S::Config,
    options: &RunOptions,
    progress: &dyn Progress,
    ranks: &Ranks,
) -> Result<(Finished, S::Record), Error> {
    let config_toml = toml::to_string(config).map_err(|e| bug(&e))?;
    let checked = || -> Result<Vec<u64>, Error> {
        let seeds = settings::seeds(&settings::parse(&config_toml, "configuration")?)?;
        study.check(config)?;
        check_ranks(S::CARD, options, ranks)?;
        Ok(seeds)
    };
    let seeds = ranks.agree(checked())?;
    let begin = Instant::now();
    let inputs = if ranks.is_first() { inputs::hashes(&study.inputs(config)) } else { Ok(Vec::new()) };
    let inputs = ranks.agree(inputs)?;
    let folder = ranks.agree(match ranks.is_first() {
        true => {
            let of = Identity::new(S::CARD.name, &config_toml, &inputs);
            RunFolder::open(&options.out, of, &config_toml, options.resumes)
        }
        false => Ok(RunFolder::elsewhere(&options.out)),
    })?;
    let ran = Run::new(&folder, options, progress, ranks)
        .and_then(|run| ranks.agree(study.run(config, &run)).map(|record| (run.into_measured(), record)));
    let (measured, record) = ran.map_err(|error| ended(error, &folder))?;
    progress.note("drawing the report");
    let finished = ranks.on_first(|| {
        let findings = Findings {
            experiment: S::CARD.name.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            preset: options.preset.clone(),
            seeds,
            wall_s: begin.elapsed().as_secs_f64(),
            findings: study.findings(config, &record),
            measured,
        };
        let mut provenance = provenance(S::CARD, &config_toml, options, ranks.ranks());
        provenance["inputs"] = inputs.into_iter().collect();
        finish(study, config, &record, findings, provenance, folder)
    })?;
    Ok((finished, record))
}

/// The error of a run that has ended, with what becomes of its folder.
fn ended(error: Error, folder: &RunFolder) -> Error {
    let is_kept = !folder.discard_if_empty();
    if !error.is_stop() {
        return error;
    }
    let partial = partial_of(folder.path());
    let partial = partial.display();
    Error::Stopped {
        what: match is_kept {
            true => format!(
                "stopped; what was finished is kept in {partial}: the same command with --resume goes on from there"
            ),
            false => "stopped before anything was finished; nothing is kept".into(),
        },
    }
}

/// Refuses what several ranks cannot do together.
fn check_ranks(card: &Card, options: &RunOptions, ranks: &Ranks) -> Result<(), Error> {
    let n = ranks.ranks();
    if n > 1 && !card.runs_on_ranks {
        let alone = "runs in one process, on --jobs and --threads; start it without mpirun";
        return Err(Error::config("mpirun", format!("`{}` {alone}", card.name)));
    }
    if n > 1 && options.jobs > 1 {
        let together =
            "processes work on one seed and condition at a time: give 1, or leave it out, and use --threads";
        return Err(Error::config("--jobs", format!("{}; {n} {together}", options.jobs)));
    }
    Ok(())
}

/// Writes the folder of a run.
fn finish<S: Study + ?Sized>(
    study: &S,
    config: &S::Config,
    record: &S::Record,
    findings: Findings,
    mut provenance: Value,
    folder: RunFolder,
) -> Result<Finished, Error> {
    let (card, data) = (S::CARD, json(record)?);
    let mut fingerprints = study.fingerprints(record);
    fingerprints.push(("record".into(), format!("{:016x}", fingerprint(&data))));
    provenance["fingerprints"] = fingerprints.iter().cloned().collect();
    let config_toml = provenance["config"].as_str().unwrap_or_default().as_bytes().to_vec();
    let is_grounded = |f: &Finding| card.grounds.iter().any(|g| (g.basis, g.text) == (f.basis, &*f.source));
    debug_assert!(
        findings.findings.iter().all(|f| !f.is_judged() || is_grounded(f)),
        "a range of {} rests on what its card does not list",
        card.name
    );
    folder.write(&recording(card), &data)?;
    folder.write(FINDINGS, &json(&findings)?)?;
    folder.write(CONFIG, &config_toml)?;
    for (name, data) in study.files(record)? {
        folder.write(&name, &data)?;
    }
    provenance["files"] = folder.written().into_iter().collect();
    folder.write(PROVENANCE, &json(&seal(provenance.clone()))?)?;
    for (name, data) in report_files(study, config, record, &findings, &provenance)? {
        folder.write(&name, &data)?;
    }
    Ok(Finished { folder: folder.complete()?, findings, fingerprints, gaps: gaps(record) })
}

/// Figures and page of a run: (file name in the folder, content).
pub fn report_files<S: Study + ?Sized>(
    study: &S,
    config: &S::Config,
    record: &S::Record,
    findings: &Findings,
    provenance: &Value,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let figures = study.figures(config, record)?;
    let html = page(S::CARD, &study.story(config, record), findings, &figures, provenance, &gaps(record));
    let drawn = figures.into_iter().map(|f| (format!("figures/{}", f.file_name()), f.svg.into_bytes()));
    Ok(drawn.chain([("report.html".into(), html.into_bytes())]).collect())
}

/// File of the record in the run folder.
pub fn recording(card: &Card) -> String {
    format!("recordings/{}.json", card.short_name())
}

fn provenance(card: &Card, config: &str, options: &RunOptions, ranks: usize) -> Value {
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
        "fingerprints": {},
        "sources": card.sources,
    })
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    let mut data = serde_json::to_vec_pretty(value).map_err(|e| bug(&e))?;
    data.push(b'\n');
    Ok(data)
}

fn bug(error: &dyn std::error::Error) -> Error {
    Error::file(Path::new("run folder"), format!("{error}; this is a bug of lobule"))
}
