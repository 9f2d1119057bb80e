//! The learner of `theory` in a loop: what it commands, that it learns from one
//! number, that it resumes.

use lobule_cerebellum::SgdegeController;
use lobule_control::{Controller, Senses, Snapshot, conforms};
use lobule_experiments::sgdege::Pointing;
use lobule_study::Quiet;
use lobule_study::{Request, RunOptions, Study, run};
use lobule_theory::learner::Learner;
use lobule_theory::network::{NetworkParameters, PerturbationNetwork as Network};
use lobule_theory::rules::{Sgdege, SgdegeParameters};

fn small() -> NetworkParameters {
    NetworkParameters { columns: 8, bins: 5, fibers_per_row: 200, patterns: 1, ..Default::default() }
}

fn learner(seed: u64) -> Learner {
    let network = Network::new(&small(), seed).unwrap();
    let parameters = SgdegeParameters { rho: 0.3, amplitude: 10.0, alpha_w: 0.2, alpha_v: 0.004 };
    let rule = Sgdege::new(&network, &parameters, seed).unwrap();
    Learner::new(network, Box::new(rule))
}

fn command(controller: &mut SgdegeController, tick: u64) -> Vec<f64> {
    let senses = Senses { tick, sensed: &[], reference: &[], reference_then: &[], cues: &[] };
    let mut command = vec![f64::NAN; controller.commands()];
    controller.advance(&senses, &mut command).unwrap();
    command
}

#[test]
fn the_command_is_the_difference_of_plus_and_minus_columns_bin_by_bin() {
    let expected = learner(3).at_rest(0).unwrap().projection;
    let mut controller = SgdegeController::new(learner(3), &[2.0, 0.0, -1.0], 1.0, 50).unwrap();
    controller.set_learning(false);
    controller.reset();
    for tick in 0..50 {
        let bin = (tick / 10) as usize;
        let mean = |from: usize| (expected[from * 5 + bin] + expected[(from + 1) * 5 + bin]) / 2.0;
        let wanted = [2.0 * (mean(0) - mean(2)), 0.0, -(mean(4) - mean(6))];
        for (got, wanted) in command(&mut controller, tick).iter().zip(wanted) {
            assert!((got - wanted).abs() < 1e-12, "{tick}: {got} {wanted}");
        }
    }
    // After the movement nothing is commanded.
    assert_eq!(command(&mut controller, 50), [0.0; 3]);
}

/// The miss is the distance of the summed command from a goal.
fn movement(controller: &mut SgdegeController, goal: f64) -> f64 {
    controller.reset();
    let sum: f64 = (0..50).map(|tick| command(controller, tick)[0]).sum();
    controller.finish((sum - goal).abs()).unwrap();
    (sum - goal).abs()
}

#[test]
fn one_number_per_movement_teaches_it() {
    let mut controller = SgdegeController::new(learner(1), &[0.02], 1.0, 50).unwrap();
    let first = movement(&mut controller, 15.0);
    for _ in 0..3000 {
        movement(&mut controller, 15.0);
    }
    let last: f64 = (0..100).map(|_| movement(&mut controller, 15.0)).sum::<f64>() / 100.0;
    assert!(last < 0.2 * first, "{first} to {last}");
}

#[test]
fn without_learning_nothing_changes() {
    let mut controller = SgdegeController::new(learner(1), &[0.02], 1.0, 50).unwrap();
    controller.set_learning(false);
    let (state, first) = (controller.learner().state(), movement(&mut controller, 15.0));
    assert_eq!(movement(&mut controller, 15.0), first);
    assert_eq!(controller.learner().state(), state);
}

#[test]
fn a_copy_of_the_state_goes_on_bit_for_bit() {
    let mut whole = SgdegeController::new(learner(1), &[0.02], 1.0, 50).unwrap();
    for _ in 0..50 {
        movement(&mut whole, 9.0);
    }
    let state = whole.snapshot();
    let rest: Vec<f64> = (0..50).map(|_| movement(&mut whole, 9.0)).collect();
    let mut other = SgdegeController::new(learner(1), &[0.02], 1.0, 50).unwrap();
    other.restore(&state).unwrap();
    assert_eq!((0..50).map(|_| movement(&mut other, 9.0)).collect::<Vec<_>>(), rest);
    assert_eq!(other.learner().state(), whole.learner().state());
    conforms::controller(|| SgdegeController::new(learner(1), &[0.02], 1.0, 50).unwrap(), true);
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let say = |gain: &[f64], hz, ticks| {
        SgdegeController::new(learner(1), gain, hz, ticks).err().map(|e| e.to_string()).unwrap_or_default()
    };
    assert!(say(&[], 1.0, 50).contains("columns"));
    assert!(say(&[1.0, 1.0, 1.0], 1.0, 50).contains("multiple of 6"));
    assert!(say(&[1.0], 1.0, 52).contains("multiple of 5"));
    assert!(say(&[f64::NAN], 1.0, 50).contains("gain"));
    assert!(say(&[1.0], 0.0, 50).contains("error_hz"));
    // A cost that is no number ends the run and says where it came from.
    let mut controller = SgdegeController::new(learner(1), &[0.02], 1.0, 50).unwrap();
    assert!(controller.finish(f64::NAN).unwrap_err().to_string().contains("sgdege"));
}

#[test]
fn jobs_change_no_bit_of_the_pointing_experiment() {
    let work = tempfile::tempdir().unwrap();
    let settings: Vec<String> = [
        "seeds=[0,1]",
        "protocol.baseline=50",
        "protocol.prism=150",
        "protocol.removal=100",
        "protocol.trial_ms=100",
        "network.fibers_per_row=200",
    ]
    .map(String::from)
    .into();
    let config =
        Pointing.resolve(&Request { preset: "quick", settings: &settings, ..Request::default() }).unwrap();
    let records: Vec<_> = [1, 3]
        .map(|jobs| {
            let out = work.path().join(format!("jobs-{jobs}"));
            let options = RunOptions { preset: "quick".into(), jobs, threads: 1, out, resumes: false };
            run(&Pointing, &config, &options, &Quiet).unwrap()
        })
        .into();
    assert_eq!(records[0].1, records[1].1);
    assert_eq!(records[0].0.fingerprints, records[1].0.fingerprints);
    assert!(records[0].0.folder.join("report.html").exists());
}

#[test]
fn wrong_settings_of_the_pointing_experiment_are_named() {
    let say = |setting: &str| {
        let settings = [setting.to_string()];
        Pointing
            .resolve(&Request { preset: "quick", settings: &settings, ..Request::default() })
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    };
    for (setting, word) in [
        ("rules=[\"sgdeg\"]", "sgdege"),
        ("seeds=[1,1]", "seeds"),
        ("protocol.prism_deg=0", "prism_deg"),
        ("protocol.trial_ms=301", "trial_ms"),
        ("network.columns=7", "even"),
        ("network.patterns=2", "patterns"),
        ("network.rate_pc=-1", "rate_pc"),
        ("decoder.full_deg=0", "full_deg"),
        ("sgdege.rho=1.5", "rho"),
    ] {
        assert!(say(setting).contains(word), "{setting}: {}", say(setting));
    }
}
