//! Promises of a run folder: an interrupted run goes on with the same bits and without doing anything twice; what is damaged, foreign or at
//! work elsewhere is refused by name.

use lobule_study::prelude::*;
use lobule_study::{Experiment, Finished, Progress, Quiet, Request, RunFiles, RunOptions};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Sums of draws, seed by seed and in three parts, and what an item counts up to in steps that are kept.
struct Sums {
    /// Items that were computed.
    computed: AtomicUsize,
    /// Steps of all counts.
    steps: AtomicUsize,
}

#[derive(Serialize, Deserialize)]
struct Config {
    seeds: Vec<u64>,
    scale: f64,
}

#[derive(Serialize, Deserialize)]
struct Record {
    sums: Vec<f64>,
    parts: Vec<f64>,
    counts: Vec<u64>,
}

const LAW: Source = Source::law("arithmetic");
/// Steps of a count.
const STEPS: u64 = 5;

static CARD: Card = Card {
    name: "test/sums",
    title: "Sums",
    line: "sums",
    source: "this file",
    defaults: "seeds = [0, 1, 2, 3]\nscale = 1.5 # above 0 to 1000\n",
    presets: &[Preset::new("default", "four seeds", "")],
    unit: "items",
    grounds: &[LAW],
    ..Card::BLANK
};

impl Sums {
    fn new() -> Self {
        Self { computed: AtomicUsize::new(0), steps: AtomicUsize::new(0) }
    }

    fn sum(&self, seed: u64, scale: f64) -> Result<f64, Error> {
        self.computed.fetch_add(1, Ordering::Relaxed);
        Ok((1..=seed + 3).map(|k| scale / k as f64).sum())
    }
}

impl Study for Sums {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, _: &Config) -> Result<(), Error> {
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let n = config.seeds.len() as u64;
        run.progress.expect(n + 2 * n + STEPS * n);
        let sums = run.each_counted("sums", &config.seeds, |&seed| self.sum(seed, config.scale))?;
        let parts = run.each_after(
            "parts",
            &config.seeds,
            |&seed, at| at.once("scale", || Ok(config.scale * seed as f64)),
            &[1.0, 2.0],
            |scale, factor, at| {
                self.computed.fetch_add(1, Ordering::Relaxed);
                at.count(1);
                Ok(factor / (1.0 + scale))
            },
        )?;
        let counts = run.each("counts", &config.seeds, |&seed, at| {
            let (mut step, mut count): (u64, u64) = at.state()?.unwrap_or_default();
            while step < STEPS {
                self.steps.fetch_add(1, Ordering::Relaxed);
                (step, count) = (step + 1, count + seed);
                at.count(1);
                at.keep_state(&(step, count))?;
                at.may_go_on()?;
            }
            Ok(count)
        })?;
        Ok(Record { sums, parts: parts.into_iter().flat_map(|(_, parts)| parts).collect(), counts })
    }

    fn findings(&self, _: &Config, record: &Record) -> Vec<Finding> {
        vec![Finding::new("sum", "A sum.", record.sums.clone()).each(0.0..=1e6, &LAW)]
    }

    fn figures(&self, _: &Config, _: &Record) -> Result<Vec<Figure>, Error> {
        Ok(Vec::new())
    }

    fn story(&self, _: &Config, _: &Record) -> Story {
        Story::default()
    }
}

/// Asks to stop after some units.
struct StopAfter {
    left: u64,
    done: AtomicU64,
}

impl StopAfter {
    fn new(left: u64) -> Self {
        Self { left, done: AtomicU64::new(0) }
    }
}

impl Progress for StopAfter {
    fn note(&self, _: &str) {}
    fn expect(&self, _: u64) {}
    fn done(&self, units: u64) {
        self.done.fetch_add(units, Ordering::Relaxed);
    }
    fn stops(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.left
    }
}

fn run(
    study: &Sums,
    out: &Path,
    resumes: bool,
    set: &[&str],
    progress: &dyn Progress,
) -> Result<Finished, Error> {
    let settings: Vec<String> = set.iter().map(|s| s.to_string()).collect();
    let options = RunOptions { preset: "default".into(), jobs: 1, threads: 1, out: out.into(), resumes };
    let request = Request { settings: &settings, ..Request::default() };
    Experiment::run(study, &request, &options, progress)
}

fn partial(out: &Path) -> PathBuf {
    PathBuf::from(format!("{}.partial", out.display()))
}

/// A run that was stopped after some units, and the folder around it.
fn stopped(units: u64) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let error = run(&Sums::new(), &out, false, &[], &StopAfter::new(units)).unwrap_err();
    assert!(error.is_stop() && error.to_string().contains("--resume"), "{error}");
    (folder, out)
}

/// All units of a run.
const UNITS: u64 = 4 + 8 + 4 * STEPS;

#[test]
fn a_run_stopped_anywhere_goes_on_with_the_same_bits_and_does_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let study = Sums::new();
    let whole = run(&study, &folder.path().join("whole"), false, &[], &Quiet).unwrap();
    assert_eq!((study.computed.into_inner(), study.steps.into_inner()), (12, 4 * STEPS as usize));
    for units in (1..UNITS).step_by(3) {
        let out = folder.path().join(format!("run{units}"));
        let study = Sums::new();
        let error = run(&study, &out, false, &[], &StopAfter::new(units)).unwrap_err();
        assert!(error.is_stop(), "{error}");
        let counted = StopAfter::new(u64::MAX);
        let resumed = run(&study, &out, true, &[], &counted).unwrap();
        assert_eq!(resumed.fingerprints, whole.fingerprints, "stopped after {units}");
        assert_eq!(counted.done.into_inner(), UNITS, "stopped after {units}");
        let steps = study.steps.into_inner();
        assert_eq!((study.computed.into_inner(), steps), (12, 4 * STEPS as usize), "stopped after {units}");
        assert!(!partial(&out).exists());
    }
}

#[test]
fn a_run_that_is_stopped_before_anything_is_finished_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let error = run(&Sums::new(), &out, false, &[], &StopAfter::new(0)).unwrap_err().to_string();
    assert!(error.contains("nothing is kept"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_damaged_piece_is_refused_by_name_and_runs_again_once_it_is_removed() {
    let (_folder, out) = stopped(14);
    let pieces = files(&partial(&out).join("snapshots"));
    assert!(pieces.len() > 12, "{pieces:?}");
    for piece in pieces {
        let whole = fs::read(&piece).unwrap();
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        fs::write(&piece, damaged).unwrap();
        let error = run(&Sums::new(), &out, true, &[], &Quiet).unwrap_err().to_string();
        assert!(error.contains(&piece.display().to_string()) && error.contains("damaged"), "{error}");
        fs::write(&piece, whole).unwrap();
    }
    // What a killed process was writing.
    for name in [".config.toml.U0boiZ", "figures/.a.svg.x1", "snapshots/sums/.3.abc"] {
        fs::write(partial(&out).join(name), "half").unwrap();
    }
    let one = partial(&out).join("snapshots/sums/2");
    fs::remove_file(&one).unwrap();
    let study = Sums::new();
    run(&study, &out, true, &[], &Quiet).unwrap();
    assert_eq!(study.computed.into_inner(), 1);
    let is_hidden = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with('.');
    assert!(!files(&out).iter().any(is_hidden));
}

#[test]
fn pieces_of_another_configuration_are_refused_even_when_nothing_else_tells_it() {
    let (_folder, out) = stopped(3);
    let say = |set: &[&str]| run(&Sums::new(), &out, true, set, &Quiet).unwrap_err().to_string();
    assert!(say(&["scale=2"]).contains("another configuration"));
    fs::remove_file(partial(&out).join("config.toml")).unwrap();
    let error = say(&["scale=2"]);
    assert!(error.contains("snapshots/sums/0") && error.contains("another configuration"), "{error}");
    run(&Sums::new(), &out, true, &[], &Quiet).unwrap_err();
    fs::remove_file(partial(&out).join("config.toml")).unwrap();
    run(&Sums::new(), &out, true, &[], &Quiet).unwrap();
}

#[test]
fn a_folder_in_which_a_run_is_at_work_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    struct Second<'a>(&'a Path, std::sync::Mutex<String>);
    impl Progress for Second<'_> {
        fn note(&self, _: &str) {}
        fn expect(&self, _: u64) {}
        fn done(&self, _: u64) {
            for resumes in [false, true] {
                let error = run(&Sums::new(), self.0, resumes, &[], &Quiet).unwrap_err().to_string();
                let by = format!("process {} is at work there", std::process::id());
                assert!(error.contains(&by), "{error}");
                self.1.lock().unwrap().push('x');
            }
        }
    }
    let second = Second(&out, Default::default());
    run(&Sums::new(), &out, false, &[], &second).unwrap();
    assert!(second.1.into_inner().unwrap().len() > 2);
}

#[test]
fn places_are_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "").unwrap();
    fs::write(at("other.partial"), "").unwrap();
    let say = |name: &str| {
        let study = Sums::new();
        let error = run(&study, &at(name), false, &[], &Quiet).unwrap_err().to_string();
        assert_eq!(study.computed.into_inner(), 0, "{name}");
        error
    };
    assert!(say("file").contains("it exists"));
    assert!(say("file/below").contains("choose an --out that can be written"));
    assert!(say("other").contains("it is no folder"));
    assert!(say("").contains("it exists"));
    assert!(say("..").contains("it names no folder"));
    // As without the slash.
    run(&Sums::new(), &at("slash/"), false, &[], &Quiet).unwrap();
    assert!(at("slash/report.html").is_file() && files(&at("slash")).iter().all(|f| !f.ends_with("lock")));
}

#[test]
fn a_finished_folder_is_read_only_as_the_run_wrote_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&Sums::new(), &out, false, &[], &Quiet).unwrap();
    let study = Sums::new();
    study.report(&out).unwrap();
    for name in ["config.toml", "findings.json", "provenance.json", "recordings/sums.json"] {
        let path = out.join(name);
        let whole = fs::read_to_string(&path).unwrap();
        let changed = whole.replacen('1', "2", 1);
        assert_ne!(whole, changed, "{name}");
        fs::write(&path, changed).unwrap();
        let error = study.report(&out).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("it has changed since the run"), "{name}: {error}");
        fs::remove_file(&path).unwrap();
        let error = study.report(&out).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("check the path"), "{name}: {error}");
        fs::write(&path, whole).unwrap();
    }
    assert_eq!(RunFiles::open(&out).unwrap().findings.experiment, "test/sums");
}

#[test]
fn numbers_outside_of_the_declared_limits_are_refused_before_a_folder_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    for (set, parts) in [
        ("scale=0", ["scale: 0.0", "above 0 to 1000"]),
        ("scale=nan", ["scale: nan", "above 0 to 1000"]),
        ("scale=word", ["scale: it is a float", "word"]),
        ("seeds=[1,1]", ["seeds: 1", "occurs twice"]),
        ("scal=1", ["scal: there is no such key", "the nearest is `scale`"]),
    ] {
        let error = run(&Sums::new(), &out, false, &[set], &Quiet).unwrap_err().to_string();
        assert!(parts.iter().all(|part| error.contains(part)), "{set}: {error}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
