//! The bench of anticipation: quick presets run, their findings hold, equal runs are equal, wrong input is refused by name.

use lobule_experiments::cfpc::{
    Cascade, Gradient, MismatchMap, OtherPlants, Posture, Spectrum, Traces, Tracking, Transfer,
};
use lobule_study::Quiet;
use lobule_study::report::Finding;
use lobule_study::{Experiment, Finished, Request, RunOptions};

/// Runs an experiment in a folder of its own.
fn finished(study: &dyn Experiment, settings: &[&str], jobs: usize) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let card = study.card();
    let preset = card.presets.iter().find(|p| p.name == "quick").unwrap_or(&card.presets[0]).name;
    let settings: Vec<String> = settings.iter().map(|s| (*s).to_owned()).collect();
    let options = RunOptions {
        preset: preset.into(),
        jobs,
        threads: 1,
        out: folder.path().join("run"),
        resumes: false,
    };
    let finished =
        study.run(&Request { preset, settings: &settings, ..Request::default() }, &options, &Quiet).unwrap();
    let report = std::fs::read_to_string(finished.folder.join("report.html")).unwrap();
    assert!(report.contains("<svg") && report.contains(card.title));
    // Drawn again from the record, the report is the same.
    let again = study.report(&finished.folder).unwrap();
    assert!(again.iter().any(|(name, data)| name == "report.html" && *data == report.as_bytes()));
    finished
}

fn finding<'a>(finished: &'a Finished, name: &str) -> &'a Finding {
    let all = &finished.findings.findings;
    all.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("no finding `{name}`"))
}

fn all_pass(finished: &Finished) {
    for finding in &finished.findings.findings {
        assert!(finding.pass || finding.expected == [None, None], "{}: {:?}", finding.name, finding.by_seed);
    }
}

#[test]
fn the_trace_is_the_gradient() {
    let run = finished(&Gradient, &[], 1);
    all_pass(&run);
    assert!(finding(&run, "error_path/damped").value < 1e-13);
}

#[test]
fn the_table_of_traces_holds_and_jobs_change_nothing() {
    let settings = ["trials=60", "scan_step_s=0.1", "scan_to_s=0.5"];
    let run = finished(&Traces, &settings, 1);
    all_pass(&run);
    assert_eq!(finding(&run, "none_at_50/damped").expected, [Some(10.0), None]);
    assert_eq!(run.fingerprints, finished(&Traces, &settings, 2).fingerprints);
}

#[test]
fn learning_follows_the_phase_at_every_frequency() {
    // Transients at the start of a short trial disturb the rates, not their signs.
    let run = finished(&Spectrum, &["step_hz=1.0", "sine_s=20.0", "lowest_hz=0.4"], 1);
    for trace in ["none", "loop_delay", "delay_300", "model", "late_model"] {
        let wrong = finding(&run, &format!("wrong_sign/{trace}"));
        assert!(wrong.pass && wrong.by_seed == [0.0; 4], "{trace}: {:?}", wrong.by_seed);
    }
}

#[test]
fn models_within_ninety_degrees_learn() {
    all_pass(&finished(&MismatchMap, &["factor_step=2.0", "delay_step_s=0.125"], 1));
}

#[test]
fn the_body_leans_against_the_push() {
    let run = finished(&Posture, &[], 1);
    all_pass(&run);
    // Anticipation, not a faster reflex: without the push the body moves nearly as far as the push moved it.
    assert!(finding(&run, "catch_peak/gauss/model").value > 0.4);
}

#[test]
fn the_smaller_presets_run() {
    let quick = ["trials=6", "loop_trials=2"];
    finished(&Traces, &quick, 1);
    finished(&OtherPlants, &["trials=3", "seeds=[1]"], 1);
    finished(&Tracking, &["trials=4", "tests=[0, 4]", "test_references=2"], 1);
    finished(&Transfer, &["trials=6"], 1);
    finished(&Cascade, &["trials=8", "after=5"], 1);
}

#[test]
fn what_cannot_be_is_refused_by_key() {
    let said = |study: &dyn Experiment, setting: &str| {
        let folder = tempfile::tempdir().unwrap();
        let options = RunOptions {
            preset: "default".into(),
            jobs: 1,
            threads: 1,
            out: folder.path().join("run"),
            resumes: false,
        };
        let settings = [setting.to_owned()];
        let request = Request { settings: &settings, ..Request::default() };
        study.run(&request, &options, &Quiet).unwrap_err().to_string()
    };
    for (study, setting, culprit) in [
        (&Traces as &dyn Experiment, "bench.plants.damped.kp=600", "bench.plants.damped"),
        (&Traces, "bench.plants.damped.mass=-1", "bench.plants.damped.mass: -1"),
        (&Traces, "bench.dt_s=0", "bench.dt_s"),
        (&Traces, "bench.motor_delay_s=0.055", "bench.motor_delay_s"),
        (&Traces, "loop_trials=1000", "loop_trials"),
        (&Traces, "seeds=[]", "seeds"),
        (&Spectrum, "highest_hz=60", "highest_hz"),
        (&MismatchMap, "floor=0", "floor"),
        (&Posture, "plant=elephant", "elephant"),
        (&Posture, "push_s=0.1", "push_s"),
        (&OtherPlants, "pendulum_kp=1", "pendulum_kp"),
        (&Tracking, "tests=[5, 1]", "tests"),
        (&Transfer, "bound=0", "bound"),
        (&Cascade, "copies=0", "copies"),
    ] {
        let said = said(study, setting);
        assert!(said.contains(culprit), "{setting}: {said}");
    }
}
