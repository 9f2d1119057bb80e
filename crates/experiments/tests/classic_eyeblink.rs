//! The conditioning of the eyelid in small: the direction of each result, the same bits for any number of jobs.

use lobule_experiments::classic::eyeblink::{Eyeblink, EyeblinkConfig, EyeblinkRecord, Phase};
use lobule_study::Quiet;
use lobule_study::{Request, RunOptions, Study, run};
use std::sync::OnceLock;

fn config(settings: &[&str]) -> EyeblinkConfig {
    let settings: Vec<String> = settings.iter().map(|s| (*s).to_string()).collect();
    Eyeblink.resolve(&Request { preset: "quick", settings: &settings, ..Request::default() }).unwrap()
}

fn record(config: &EyeblinkConfig, jobs: usize) -> EyeblinkRecord {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let options = RunOptions { preset: "quick".into(), jobs, threads: 1, out, resumes: false };
    run(&Eyeblink, config, &options, &Quiet).unwrap().1
}

/// Sessions of 30 trials, learned four times as fast.
const SMALL: [&str; 7] = [
    "conditioning.depression=0.02",
    "conditioning.nuclear_ltp_hz=0.2",
    "protocol.trials=30",
    "protocol.sessions=[6, 20, 3]",
    "protocol.interval_sessions=4",
    "protocol.blocking_sessions=[5, 3]",
    "protocol.ablated_ms=[300]",
];

fn small() -> &'static EyeblinkRecord {
    static RECORD: OnceLock<EyeblinkRecord> = OnceLock::new();
    RECORD.get_or_init(|| record(&config(&SMALL), 2))
}

#[test]
fn responses_come_go_without_the_puff_and_come_back_sooner() {
    let course = small().courses.iter().find(|c| c.condition == "full").unwrap();
    let of = |phase| course.sessions.iter().filter(move |s| s.phase == phase);
    assert!(of(Phase::Acquisition).next().unwrap().percent < 50.0);
    assert!(of(Phase::Acquisition).next_back().unwrap().percent > 80.0);
    assert!(of(Phase::Extinction).next_back().unwrap().percent < 20.0);
    assert!(course.reacquired[0].unwrap() < course.acquired.unwrap(), "{course:?}");
}

#[test]
fn without_inhibition_of_the_olive_nothing_is_extinguished() {
    let course = small().courses.iter().find(|c| c.condition == "no_nucleo_olivary").unwrap();
    assert!(course.sessions.iter().filter(|s| s.phase == Phase::Extinction).all(|s| s.percent > 80.0));
}

#[test]
fn the_response_follows_the_interval_and_short_ones_are_not_learned() {
    let at = |condition: &str, ms: usize| {
        small().intervals.iter().find(|i| i.condition == condition && i.interval_ms == ms).unwrap()
    };
    assert!(at("full", 50).percent < 50.0);
    let (short, long) = (at("full", 200).peak_ms.unwrap(), at("full", 500).peak_ms.unwrap());
    assert!((150.0..300.0).contains(&short) && (400.0..700.0).contains(&long), "{short} {long}");
    // The eligibility window is the response's clock.
    let peak = |condition| at(condition, 300).peak_ms.unwrap();
    assert!(peak("window_200") < peak("window_0") - 50.0);
}

#[test]
fn a_learned_tone_blocks_a_light() {
    let amplitude = |blocked: bool| {
        let mut runs = small().blocking.iter();
        runs.find(|b| b.condition == "full" && b.is_blocked == blocked).unwrap().amplitude
    };
    assert!(amplitude(true) < 0.5 * amplitude(false), "{} {}", amplitude(true), amplitude(false));
}

#[test]
fn the_number_of_jobs_changes_no_bit() {
    let config = config(&[
        "protocol.trials=10",
        "protocol.sessions=[1, 1, 1]",
        "protocol.interval_sessions=1",
        "protocol.intervals_ms=[300]",
        "protocol.ablated_ms=[300]",
        "protocol.blocking_sessions=[1, 1]",
        "protocol.probes=2",
        "seeds=[0, 1]",
    ]);
    assert_eq!(record(&config, 1), record(&config, 3));
}

#[test]
fn the_spiking_scaffold_runs_on_the_same_lid() {
    let config = config(&[
        "cerebellum=spiking",
        "spiking.size_um=[50, 50]",
        "spiking.trials=[2, 1]",
        "spiking.probes=1",
        "spiking.pause_ms=5",
        "spiking.settle_ms=50",
        "protocol.before_ms=50",
        "protocol.after_ms=60",
        "spiking.interval_ms=100",
    ]);
    let record = record(&config, 2);
    assert_eq!(record.spiking.len(), 3);
    for course in &record.spiking {
        assert_eq!((course.amplitude.len(), course.probes.len()), (3, 3));
        assert!(course.probes[0].purkinje_plus.iter().sum::<f64>() > 0.0);
        // Only the condition without learning keeps its weights.
        let first = course.weights_ns[0];
        assert_eq!(course.weights_ns.iter().all(|w| *w == first), course.condition == "static");
    }
}

#[test]
fn wrong_values_are_named() {
    for (setting, key) in [
        ("protocol.intervals_ms=[]", "protocol.intervals_ms"),
        ("protocol.trials=3", "protocol.trials"),
        ("loop.noise_sd=-1", "loop.noise_sd"),
        ("criterion.closure=1.5", "criterion.closure"),
        ("criterion.extinguished_percent=90", "criterion"),
        ("conditioning.window_s=-1", "window_s"),
        ("eyelid.lid_s=0", "lid_s"),
        ("cerebellum=cortex", "cortex"),
        ("spiking.width_s=0", "width"),
    ] {
        let request = Request { preset: "quick", settings: &[setting.to_string()], ..Request::default() };
        let error = Eyeblink.resolve(&request).unwrap_err().to_string();
        assert!(error.contains(key), "{setting}: {error}");
    }
}
