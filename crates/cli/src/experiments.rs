//! `list`, `show`, `run`, `report` and `compare`.

use crate::arguments::{Bench, Distribution, Run};
use crate::catalogue::{all, find};
use crate::input::{input, refused};
use crate::{Stop, bar::Bar};
use lobule::scaffold::{files, memory::available};
use lobule::study::prelude::{fixed, short};
use lobule::study::report::{Finding, Findings};
use lobule::study::{Card, Experiment, Finished, Request, RunFiles, RunOptions};
use lobule::{
    Error, Ranks,
    study::run_folder::{partial_of, write_whole},
};
use std::path::{Path, PathBuf};

pub fn list(as_json: bool) -> Result<(), Stop> {
    if as_json {
        return print_json(&all().map(|e| described(e.card())).collect::<Vec<_>>());
    }
    let width = all().map(|e| e.card().name.len()).max().unwrap_or(0);
    for experiment in all() {
        let card = experiment.card();
        out!("{:width$}  {}\n{:width$}  Source: {}", card.name, card.line, "", card.source);
    }
    Ok(())
}

pub fn show(experiment: &str, name: Option<&str>, as_json: bool) -> Result<(), Stop> {
    if let Some(name) = name {
        let what = format!("`{name}`; only `show controller` and `show plant` take a second name");
        return Err(input("show", what).into());
    }
    let card = find(experiment)?.card();
    if as_json {
        return print_json(&described(card));
    }
    out_part!("{}", card.defaults);
    out!("\n# Presets:");
    for preset in card.presets {
        out!("#   {:8} {}", preset.name, preset.line);
    }
    out!("\n# What the ranges of its findings rest on:");
    for ground in card.grounds {
        out!("#   {}: {}", ground.basis.words(), ground.text);
    }
    Ok(())
}

/// An experiment as data: what it is, its presets and parameters, and what the ranges of its findings rest on.
fn described(card: &Card) -> serde_json::Value {
    let grounds = card.grounds.iter().map(|g| serde_json::json!({"basis": g.basis, "source": g.text}));
    let presets = card.presets.iter().map(|p| serde_json::json!({"name": p.name, "line": p.line}));
    serde_json::json!({
        "name": card.name,
        "title": card.title,
        "line": card.line,
        "source": card.source,
        "sources": card.sources,
        "presets": presets.collect::<Vec<_>>(),
        "grounds": grounds.collect::<Vec<_>>(),
        "defaults": card.defaults,
    })
}

pub fn print_json<T: serde::Serialize>(value: &T) -> Result<(), Stop> {
    let bug = |e| Stop::Run(refused(Path::new("output"), format!("{e}; this is a bug of lobule")));
    let text = serde_json::to_string_pretty(value).map_err(bug)?;
    out!("{text}");
    Ok(())
}

/// The bench is an experiment; its matrix is the file of keys to change.
impl From<Bench> for Run {
    fn from(bench: Bench) -> Self {
        let (experiment, config) = ("bench/anticipation".into(), bench.matrix);
        Self { experiment, config, how: bench.how, distribution: Distribution::default() }
    }
}

/// Longest file of keys to change, bytes. Chosen: a thousand times the longest configuration.
const LONGEST: u64 = 16 << 20;

/// Memory of a worker that has not begun, bytes. Chosen: its stack, and as much for what it allocates first.
const WORKER: u64 = 4 << 20;

/// The arguments of a run, read and parsed: the experiment, name and text of a file with keys to change, seeds.
type Parsed = (&'static dyn Experiment, Option<(String, String)>, Option<Vec<u64>>);

fn parsed(run: &Run) -> Result<Parsed, Error> {
    let experiment = find(&run.experiment)?;
    let named = |path: &PathBuf| Ok::<_, Error>((path.display().to_string(), files::text(path, LONGEST)?));
    let file = run.config.as_ref().map(named).transpose()?;
    let seeds = run.how.seeds.as_deref().map(parse_seeds).transpose()?;
    for (key, value) in [("--threads", run.how.threads), ("--jobs", run.how.jobs.unwrap_or(1))] {
        if !(1..=1024).contains(&value) {
            return Err(input(key, format!("{value}; 1 to 1024 are possible")));
        }
    }
    let workers = run.how.jobs.unwrap_or(1).max(run.how.threads) as u64;
    if let Some(free) = available().filter(|free| workers > 1 && workers * WORKER > *free) {
        let (needed, free) = ((workers * WORKER) >> 20, free >> 20);
        let what = format!(
            "{workers} workers take {needed} MB, and this process may take {free} MB more; give fewer"
        );
        return Err(input("--jobs", what));
    }
    Ok((experiment, file, seeds))
}

pub fn run(arguments: &Run, ranks: &Ranks) -> Result<(), Stop> {
    let (experiment, file, seeds) = ranks.agree(parsed(arguments)).map_err(Stop::Input)?;
    let file = file.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
    let Run { experiment: name, config, how, .. } = arguments;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let all_cores = if ranks.ranks() == 1 { (cores / how.threads).max(1) } else { 1 };
    let has_changes = !how.set.is_empty() || config.is_some();
    let options = RunOptions {
        preset: format!("{}{}", how.preset, if has_changes { " with changes" } else { "" }),
        jobs: how.jobs.unwrap_or(all_cores),
        threads: how.threads,
        out: how.out.clone().unwrap_or_else(|| free_folder(name, &how.preset, how.resume)),
        resumes: how.resume,
    };
    let request = Request { preset: &how.preset, file, seeds: seeds.as_deref(), settings: &how.set };
    let partial = partial_of(&options.out);
    let is_new = !partial.exists();
    crate::signals::keeps_in(partial.clone());
    let bar = Bar::new(how.no_progress || !ranks.is_first(), experiment.card().unit);
    let ran = experiment.run_on(&request, &options, &bar, ranks);
    bar.finish();
    let finished = ran.inspect_err(|error| {
        if !error.is_stop() && ranks.is_first() && (is_new || how.resume) && partial.exists() {
            tell!("lobule: what was finished is kept in {}: --resume goes on from there", partial.display());
        }
    })?;
    let findings = &finished.findings;
    let out_of_range = findings.findings.iter().filter(|f| !f.pass).count();
    let ended = if how.strict && out_of_range > 0 { Err(Stop::OutOfRange(out_of_range)) } else { Ok(()) };
    if !ranks.is_first() {
        return ended;
    }
    print_findings(&findings.findings);
    tell_of_no_numbers(&finished);
    if let Some(summary) = findings.summary() {
        out!("findings {summary}");
    }
    for m in &findings.measured {
        out!("measured {} {} {}", m.name, number(m.value), m.unit);
    }
    for (label, hash) in &finished.fingerprints {
        out!("hash {label} {hash}");
    }
    out!("wall time {:.0} s", findings.wall_s);
    out!("report {}", finished.folder.join("report.html").display());
    ended
}

fn print_findings(findings: &[Finding]) {
    let width = findings.iter().map(|f| f.name.len()).max().unwrap_or(0);
    for f in findings {
        let range = match f.expected {
            [None, None] => String::new(),
            [Some(lo), None] => format!("expected > {}", limit(lo)),
            [None, Some(hi)] => format!("expected < {}", limit(hi)),
            [Some(lo), Some(hi)] => format!("expected {} .. {}", limit(lo), limit(hi)),
        };
        let verdict = match (f.is_judged(), f.pass) {
            (false, _) => String::new(),
            (true, true) => format!("ok ({})", f.basis.short()),
            (true, false) => format!("OUT OF RANGE ({})", f.basis.short()),
        };
        let sd = f.sd.map(|s| format!(" ± {}", number(s))).unwrap_or_default();
        let unit = if f.unit == "1" { "" } else { &f.unit };
        out!("{:width$}  {:>9}{sd} {unit}  {range}  {verdict}", f.name, number(f.value));
    }
}

/// Names the findings that are no numbers, their seeds, and the places in the record where numbers stop: what they measure did not
/// take place, or left the range of numbers.
fn tell_of_no_numbers(finished: &Finished) {
    let Findings { findings, seeds, .. } = &finished.findings;
    let none: Vec<&Finding> = findings.iter().filter(|f| !f.value.is_finite()).collect();
    let Some(first) = none.first() else { return };
    let of: Vec<String> = seeds
        .iter()
        .zip(&first.by_seed)
        .filter(|(_, value)| !value.is_finite())
        .map(|(seed, _)| seed.to_string())
        .collect();
    let of = if of.is_empty() || of.len() == seeds.len() {
        String::new()
    } else {
        format!(" (seed {})", of.join(", "))
    };
    let more = if none.len() > 1 { format!(" and {} more", none.len() - 1) } else { String::new() };
    let places = finished.gaps.join(", ");
    let places = if places.is_empty() { places } else { format!(", first at {places} of the record") };
    tell!(
        "note: no number: {}{of}{more}{places}; what they measure did not occur or diverged, the report shows where",
        first.name
    );
}

/// Three decimals, or a power of ten where these would show nothing.
fn number(value: f64) -> String {
    match value.abs() {
        v if v > 0.0 && !(5e-4..1e7).contains(&v) => format!("{value:.1e}"),
        _ => format!("{value:.3}"),
    }
}

fn limit(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 { format!("{value:e}") } else { value.to_string() }
}

pub fn report(folder: &Path) -> Result<(), Stop> {
    let experiment = find(&RunFiles::open(folder)?.findings.experiment)?;
    for (name, data) in experiment.report(folder).map_err(Stop::Input)? {
        write_whole(&folder.join(name), &data).map_err(Stop::Run)?;
    }
    out!("report {}", folder.join("report.html").display());
    Ok(())
}

pub fn compare(folders: &[PathBuf]) -> Result<(), Stop> {
    let runs: Vec<Findings> =
        folders.iter().map(|f| Ok(RunFiles::open(f)?.findings)).collect::<Result<_, Error>>()?;
    let mut names: Vec<&str> = Vec::new();
    for name in runs.iter().flat_map(|r| r.findings.iter().map(|f| f.name.as_str())) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let width = names.iter().map(|n| n.len()).max().unwrap_or(0);
    out_part!("{:width$}  {:>14}", "", "range rests on");
    for (k, folder) in folders.iter().enumerate() {
        let own = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        out_part!("  {:>22}", own.unwrap_or_else(|| format!("run {k}")));
    }
    out!();
    for name in names {
        let basis = runs.iter().find_map(|run| finding(run, name)).map_or("", |f| f.basis.short());
        out_part!("{name:width$}  {basis:>14}");
        for run in &runs {
            let cell = finding(run, name).map_or("-".into(), |f| {
                let sd = f.sd.map(|s| format!(" ± {}", digits(s))).unwrap_or_default();
                format!("{}{sd}{}", digits(f.value), if f.pass { "" } else { " !" })
            });
            out_part!("  {cell:>22}");
        }
        out!();
    }
    for (folder, run) in folders.iter().zip(&runs) {
        if let Some(summary) = run.summary() {
            out!("{}: {summary}", folder.display());
        }
    }
    Ok(())
}

/// Three decimals; a smaller number as a power of ten, so that it does not read as 0.
fn digits(value: f64) -> String {
    if value.abs() < 1e-3 { short(value) } else { fixed(value, 3) }
}

fn finding<'a>(run: &'a Findings, name: &str) -> Option<&'a Finding> {
    run.findings.iter().find(|f| f.name == name)
}

/// `0..4` is 0, 1, 2, 3, 4; `0,3,5` is itself.
fn parse_seeds(text: &str) -> Result<Vec<u64>, Error> {
    let wrong = || input("--seeds", format!("`{text}`; write 0..9 (both included) or 0,3,5"));
    let number = |text: &str| text.trim().parse().map_err(|_| wrong());
    if let Some((from, to)) = text.split_once("..") {
        let (from, to): (u64, u64) = (number(from)?, number(to)?);
        if from > to || to - from >= 10_000 {
            return Err(wrong());
        }
        return Ok((from..=to).collect());
    }
    text.split(',').map(number).collect()
}

/// The first of runs/prism-default, runs/prism-default-2, ... that is free, or, to resume,
/// the last one that was interrupted.
fn free_folder(experiment: &str, preset: &str, resumes: bool) -> PathBuf {
    let name = |k: usize| match k {
        1 => Path::new("runs").join(format!("{experiment}-{preset}")),
        _ => Path::new("runs").join(format!("{experiment}-{preset}-{k}")),
    };
    if resumes && let Some(interrupted) = (1..1000).rev().map(name).find(|p| partial_of(p).exists()) {
        return interrupted;
    }
    (1..).map(name).find(|p| !p.exists() && !partial_of(p).exists()).unwrap_or_else(|| name(1))
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn a_small_number_does_not_read_as_zero() {
        assert_eq!(digits(-1.9e-5), "−1.9 × 10⁻⁵");
        assert_eq!(digits(0.16), "0.160");
        assert_eq!(digits(0.0), "0.00");
    }
}
