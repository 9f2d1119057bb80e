//! Snapshots of open-loop runs: what they resume, and what they refuse.

use lobule_cerebellum::open_loop::{
    OpenLoop, OpenLoopResult, OwnTables, SharedAnatomy, Snapshots, Stimulus, own_tables,
};
use lobule_cerebellum::{BrainState, CellModels, Error};
use lobule_exchange::Ranks;
use lobule_scaffold::{Anatomy, ScaffoldSpec, reconstruct};
use lobule_signal::{Progress, Quiet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A run on one process.
fn run_own(anatomy: &Anatomy, tables: &OwnTables, what: &OpenLoop) -> Result<OpenLoopResult, Error> {
    own_tables(&mut SharedAnatomy::whole(anatomy.clone()), tables, what, &Quiet, &Ranks::alone())
}

fn anatomy(seed: u64) -> Anatomy {
    reconstruct(&ScaffoldSpec::mouse(60.0, 60.0), seed).unwrap()
}

fn tables() -> OwnTables {
    OwnTables {
        background_hz: 4.0,
        stimuli: vec![Stimulus::parse("mossy:100Hz@5ms..60ms").unwrap()],
        state: BrainState::Awake,
        cells: CellModels::Eglif,
        has_short_term: false,
        is_plastic: true,
    }
}

fn run(
    anatomy: &Anatomy,
    tables: &OwnTables,
    ms: f64,
    from: Option<&Path>,
    to: Option<&Path>,
) -> Result<OpenLoopResult, String> {
    let snapshots = Snapshots { from: from.map(PathBuf::from), to: to.map(PathBuf::from), every_ms: None };
    let what = OpenLoop { duration_ms: Some(ms), seed: 4, snapshots, ..OpenLoop::default() };
    run_own(anatomy, tables, &what).map_err(|e| e.to_string())
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_resumed_run_ends_in_the_same_state_and_knows_where_it_began() {
    let (anatomy, folder) = (anatomy(1), folder());
    let state = folder.path().join("at_40.state");
    let whole = run(&anatomy, &tables(), 80.0, None, None).unwrap();
    run(&anatomy, &tables(), 40.0, None, Some(&state)).unwrap();
    let resumed = run(&anatomy, &tables(), 80.0, Some(&state), None).unwrap();
    assert_eq!(resumed.fingerprint, whole.fingerprint);
    assert_eq!((resumed.from_ms, resumed.duration_ms), (40.0, 80.0));
    for (part, all) in resumed.spikes.iter().zip(&whole.spikes) {
        let later: Vec<_> = all.steps.iter().zip(&all.ids).filter(|(step, _)| **step >= 400).collect();
        assert_eq!(part.steps.iter().zip(&part.ids).collect::<Vec<_>>(), later, "{}", all.label);
    }
}

/// Asks to stop at its tenth question.
#[derive(Default)]
struct Impatient {
    questions: AtomicUsize,
}

impl Progress for Impatient {
    fn note(&self, _: &str) {}
    fn expect(&self, _: u64) {}
    fn done(&self, _: u64) {}
    fn stops(&self) -> bool {
        self.questions.fetch_add(1, Ordering::Relaxed) + 1 >= 10
    }
}

#[test]
fn a_stopped_run_has_what_it_recorded_and_the_resumed_one_the_rest() {
    let (anatomy, folder) = (anatomy(1), folder());
    let state = folder.path().join("stopped.state");
    let whole = run(&anatomy, &tables(), 80.0, None, None).unwrap();
    let snapshots = Snapshots { to: Some(state.clone()), ..Snapshots::default() };
    let what = OpenLoop { duration_ms: Some(80.0), seed: 4, snapshots, ..OpenLoop::default() };
    let mut shared = SharedAnatomy::whole(anatomy.clone());
    let stopped = own_tables(&mut shared, &tables(), &what, &Impatient::default(), &Ranks::alone()).unwrap();
    let said = stopped.stopped.as_ref().unwrap();
    assert!(said.contains("stopped at 10 ms") && said.contains("--resume"), "{said}");
    assert_eq!((stopped.from_ms, stopped.duration_ms, whole.stopped.as_ref()), (0.0, 10.0, None));
    let rest = run(&anatomy, &tables(), 80.0, Some(&state), None).unwrap();
    assert_eq!((rest.from_ms, rest.fingerprint), (10.0, whole.fingerprint));
    for ((first, rest), whole) in stopped.spikes.iter().zip(&rest.spikes).zip(&whole.spikes) {
        assert_eq!([&first.steps[..], &rest.steps].concat(), whole.steps, "{}", whole.label);
        assert_eq!([&first.ids[..], &rest.ids].concat(), whole.ids, "{}", whole.label);
    }
    assert!(stopped.spikes.iter().any(|train| !train.steps.is_empty()));
}

#[test]
fn a_snapshot_of_anything_else_is_refused() {
    let (one, folder) = (anatomy(1), folder());
    let state = folder.path().join("a.state");
    run(&one, &tables(), 20.0, None, Some(&state)).unwrap();
    let vitro = OwnTables { state: BrainState::InVitro, ..tables() };
    let louder = OwnTables { background_hz: 50.0, ..tables() };
    let mut driven = tables();
    driven.stimuli.push(Stimulus::parse("purkinje_cell:300pA@0ms..60ms").unwrap());
    // The same cells and sets, one contact elsewhere.
    let mut rewired = one.clone();
    let set = rewired.connections.iter_mut().find(|c| c.name == "parallel_fiber_to_purkinje").unwrap();
    set.pre[0] = (set.pre[0] + 1) % 100;
    for (what, anatomy, tables) in [
        ("another parameter set", &one, &vitro),
        ("another background", &one, &louder),
        ("another stimulus", &one, &driven),
        ("another wiring", &rewired, &tables()),
    ] {
        let error = run(anatomy, tables, 40.0, Some(&state), None).unwrap_err();
        assert!(error.contains("a snapshot of another network"), "{what}: {error}");
    }
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let (anatomy, folder) = (anatomy(1), folder());
    let state = folder.path().join("a.state");
    run(&anatomy, &tables(), 20.0, None, Some(&state)).unwrap();
    let whole = std::fs::read(&state).unwrap();
    for k in 1..40 {
        let mut bytes = whole.clone();
        let at = k * whole.len() / 40;
        bytes[at] ^= 0x10;
        std::fs::write(&state, &bytes).unwrap();
        let error = run(&anatomy, &tables(), 40.0, Some(&state), None).map(|_| ()).unwrap_err();
        assert!(error.contains("a.state"), "byte {at}: {error}");
    }
    std::fs::write(&state, &whole[..whole.len() / 2]).unwrap();
    assert!(run(&anatomy, &tables(), 40.0, Some(&state), None).unwrap_err().contains("damaged"));
}

#[test]
fn a_snapshot_takes_no_other_files_place() {
    let (anatomy, folder) = (anatomy(1), folder());
    let other = folder.path().join("network.hdf5");
    std::fs::write(&other, b"something else").unwrap();
    let error = run(&anatomy, &tables(), 20.0, None, Some(&other)).unwrap_err();
    assert!(error.contains("is not a snapshot"), "{error}");
    assert_eq!(std::fs::read(&other).unwrap(), b"something else");
    let error = run(&anatomy, &tables(), 20.0, None, Some(&folder.path().join("no/a.state"))).unwrap_err();
    assert!(error.contains("does not exist"), "{error}");
    assert!(run(&anatomy, &tables(), 20.0, None, Some(folder.path())).unwrap_err().contains("is a folder"));
}

#[test]
fn windows_outside_the_run_are_refused_before_it() {
    let what = OpenLoop { duration_ms: Some(40.0), windows: vec![(10.0, 50.0)], ..OpenLoop::default() };
    let error = run_own(&anatomy(1), &tables(), &what).unwrap_err().to_string();
    assert!(error.contains("--window 10ms..50ms") && error.contains("from 0 to 40 ms"), "{error}");
    let mut off_grid = tables();
    off_grid.stimuli = vec![Stimulus::parse("mossy:50Hz@10.5ms..20ms").unwrap()];
    let error = run(&anatomy(1), &off_grid, 40.0, None, None).unwrap_err();
    assert!(error.contains("--stimulus") && error.contains("10.5 ms"), "{error}");
    off_grid.stimuli = vec![Stimulus::parse("glomerulus:50Hz@10.55ms..20ms").unwrap()];
    let error = run(&anatomy(1), &off_grid, 40.0, None, None).unwrap_err();
    assert!(error.contains("glomerulus:50Hz") && error.contains("10.55 ms is not a whole number"), "{error}");
}
