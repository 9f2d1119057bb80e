//! The experiments on single cells: findings of small runs, the same bits for any number of jobs,
//! after an interruption, and out of bad input only errors.

use lobule_experiments::find;
use lobule_study::{Error, Progress, Quiet};
use lobule_study::{Experiment, Request, RunOptions};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

const NAMES: [&str; 4] = ["sgdege/rules", "sgdege/tracking", "sgdege/single_cell", "sgdege/perceptron"];

/// A perceptron that learns for some seconds at most.
const SMALL: [&str; 11] = [
    "seeds=[0, 1]",
    "cell.fibers=200",
    "single.runs=20",
    "single.epochs=1000",
    "sweep.patterns=[10, 60]",
    "sweep.epochs=2000",
    "scan.patterns=[10]",
    "scan.epochs=500",
    "long.patterns=[60]",
    "long.epochs=40000",
    "states.patterns=[60]",
];

fn options(out: &Path, jobs: usize, resumes: bool) -> RunOptions {
    RunOptions { preset: "test".into(), jobs, threads: 1, out: out.into(), resumes }
}

fn settings(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

fn small(out: &Path, jobs: usize, resumes: bool, watcher: &dyn Progress) -> Result<String, Error> {
    let settings = settings(&[&SMALL[..], &["measure.snapshot=100000"]].concat());
    let request = Request { preset: "quick", settings: &settings, ..Request::default() };
    let finished = find(NAMES[3])?.run(&request, &options(out, jobs, resumes), watcher)?;
    Ok(finished.fingerprints[0].1.clone())
}

#[test]
fn quick_runs_pass_their_findings_and_are_drawn_again_alike() {
    let folder = tempfile::tempdir().unwrap();
    for name in &NAMES[..3] {
        let experiment: &dyn Experiment = find(name).unwrap();
        let request = Request { preset: "quick", ..Request::default() };
        let out = folder.path().join(name.replace('/', "_"));
        let finished = experiment.run(&request, &options(&out, 2, false), &Quiet).unwrap();
        for finding in &finished.findings.findings {
            let range = finding.expected;
            assert!(finding.pass || range == [None, None], "{name}: {} = {}", finding.name, finding.value);
        }
        let again = experiment.report(&finished.folder).unwrap();
        assert!(again.len() > 1, "{name}: a figure and a page");
        for (file, data) in again {
            assert_eq!(std::fs::read(finished.folder.join(&file)).unwrap(), data, "{name}: {file}");
        }
    }
}

/// Watches until enough is done, then fails as a killed process would: at once.
struct Killer {
    left: AtomicU64,
}

impl Progress for Killer {
    fn note(&self, _: &str) {}
    fn expect(&self, _: u64) {}
    fn done(&self, units: u64) {
        if units > 0 && self.left.fetch_sub(units, Ordering::Relaxed) <= units {
            panic!("killed on purpose by the test");
        }
    }
}

#[test]
fn a_killed_perceptron_run_resumes_with_the_same_bits_on_any_number_of_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let whole = small(&folder.path().join("whole"), 1, false, &Quiet).unwrap();
    assert_eq!(small(&folder.path().join("jobs"), 2, false, &Quiet).unwrap(), whole);

    // The long perceptrons come first: 2.4 million presentations each, a snapshot every 0.1 million.
    let out = folder.path().join("killed");
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        small(&out, 1, false, &Killer { left: AtomicU64::new(2) })
    }));
    assert!(killed.is_err());
    let partial = folder.path().join("killed.partial");
    let snapshots = std::fs::read_dir(partial.join("snapshots")).unwrap().count();
    assert!(snapshots > 0, "nothing was kept");
    assert!(small(&out, 2, false, &Quiet).is_err(), "an interrupted run is not overwritten");
    assert_eq!(small(&out, 2, true, &Quiet).unwrap(), whole);
    assert!(!partial.exists());
}

#[test]
fn settings_out_of_range_are_named() {
    let wrong = |name: &str, setting: &str| {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let settings = settings(&[setting]);
        let request = Request { preset: "quick", settings: &settings, ..Request::default() };
        let error = find(name).unwrap().run(&request, &options(&out, 1, false), &Quiet).expect_err(setting);
        assert!(!out.exists());
        error.to_string()
    };
    for (name, setting, culprit) in [
        (NAMES[0], "alpha_w=2.0", "alpha_w"),
        (NAMES[0], "seeds=[]", "seeds"),
        (NAMES[1], "trials=10", "trials"),
        (NAMES[1], "settle=5", "settle"),
        (NAMES[1], "start_p_hz=-1", "start_p_hz"),
        (NAMES[1], "model.rho=2", "model.rho: 2"),
        (NAMES[2], "sets.figure_9ef.q=1.5", "9ef"),
        (NAMES[2], "sets.appendix_ef.rho=0.0", "sets.appendix_ef"),
        (NAMES[2], "measure.runs=0", "measure.runs"),
        (NAMES[2], "measure.long_way_hz=[300.0, 200.0, 150.0]", "measure.long_way_hz"),
        (
            NAMES[2],
            "measure.long_way_hz=[300.0]",
            "measure.long_way_hz: [300.0] has 1 entries; 3 are allowed",
        ),
        (NAMES[2], "demo.starts=[]", "demo.starts"),
        (NAMES[2], "sets.figure_9d.step_j_hz=0", "sets.figure_9d.step_j_hz: 0"),
        (NAMES[3], "cell.active_fraction=0", "cell.active_fraction: 0"),
        (NAMES[3], "cell.fibers=0", "cell.fibers: 0"),
        (NAMES[3], "steps.q=1.0", "steps.q"),
        (NAMES[3], "scan.q=[0.5, 1.5]", "scan.q"),
        (NAMES[3], "sweep.patterns=[0]", "sweep.patterns"),
        (NAMES[3], "sweep.epochs=5", "sweep.epochs"),
        (NAMES[3], "states.patterns=[7]", "states.patterns"),
        (NAMES[3], "delta.step=2.5", "delta.step"),
        (NAMES[3], "single.epochs=200", "single.epochs"),
        (NAMES[3], "measure.snapshot=0", "measure.snapshot"),
        (NAMES[3], "no.such=1", "no"),
    ] {
        let said = wrong(name, setting);
        assert!(said.contains(culprit), "{name} {setting}: {said}");
    }
}
