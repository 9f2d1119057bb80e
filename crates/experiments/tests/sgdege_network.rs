//! The experiments on the network of perturbation learning: same bits for any number of jobs, what their presets
//! say, a report that can be drawn again, and settings that are refused.

use lobule_experiments::find;
use lobule_study::Error;
use lobule_study::report::Finding;
use lobule_study::{Experiment, Request, RunOptions};
use std::path::Path;

/// Settings that make an experiment small enough for an unoptimised test.
fn small(name: &str) -> Vec<String> {
    let settings: &[&str] = match name {
        "sgdege/marr_albus_ito" => &["seeds=[0, 1]", "trials=600"],
        "sgdege/network" => {
            &["seeds=[0, 1]", "trials_per_pattern=1500", "last=100", "early=800", "sensitivity=true"]
        }
        _ => &[
            "seeds=[0, 1]",
            "columns=[4, 8]",
            "patterns=[1, 2]",
            "reference_columns=4",
            "network.fibers_per_row=200",
            "blocks=20",
            "trials.sgdege=2000",
            "trials.perturbation=500",
            "trials.marr_albus_ito=300",
            "trials.signed_error_oracle=300",
            "bicycle.columns=4",
            "bicycle.rides=400",
        ],
    };
    settings.iter().map(|s| (*s).to_owned()).collect()
}

const NAMES: [&str; 3] = ["sgdege/marr_albus_ito", "sgdege/network", "sgdege/credit"];

fn run(name: &str, settings: &[String], jobs: usize, out: &Path) -> (Vec<(String, String)>, Vec<Finding>) {
    let request = Request { settings, ..Request::default() };
    let options = RunOptions { preset: "default".into(), jobs, threads: 1, out: out.into(), resumes: false };
    let finished = find(name).unwrap().run(&request, &options, &lobule_study::Quiet).unwrap();
    (finished.fingerprints, finished.findings.findings)
}

fn experiment(name: &str) -> &'static dyn Experiment {
    find(name).unwrap()
}

#[test]
fn any_number_of_jobs_gives_the_same_bits_and_the_report_can_be_drawn_again() {
    let work = tempfile::tempdir().unwrap();
    for name in NAMES {
        let (one, two) = (work.path().join("one").join(name), work.path().join("two").join(name));
        let (a, findings) = run(name, &small(name), 1, &one);
        let (b, _) = run(name, &small(name), 2, &two);
        assert_eq!(a, b, "{name}");
        assert!(!findings.is_empty());
        for (file, data) in experiment(name).report(&one).unwrap() {
            assert_eq!(std::fs::read(one.join(&file)).unwrap(), data, "{name}: {file}");
        }
    }
}

#[test]
fn the_consensus_rule_learns_the_mean_and_no_cell() {
    let work = tempfile::tempdir().unwrap();
    let (_, findings) = run("sgdege/marr_albus_ito", &["seeds=[3]".into()], 1, &work.path().join("run"));
    assert_eq!(findings.len(), 9);
    for f in findings {
        assert!(f.pass, "{f:?}");
    }
}

#[test]
fn a_quarter_of_the_run_learns_and_the_drives_stay_exact() {
    let work = tempfile::tempdir().unwrap();
    let settings = ["seeds=[0]", "sensitivity=false", "trials_per_pattern=15000"].map(String::from);
    let (_, findings) = run("sgdege/network", &settings, 1, &work.path().join("run"));
    let of = |name: &str| findings.iter().find(|f| f.name == name).unwrap();
    assert!(
        of("drift").pass
            && of("meeting").pass
            && of("error_before_meeting").pass
            && of("correlation_start").pass
    );
    assert!(of("error_fall/1").value > 1.5 && of("error_fall/2").value > 1.5);
    assert!(of("correlation_end").value > 0.4);
}

#[test]
fn what_cannot_be_run_is_refused_by_name() {
    let work = tempfile::tempdir().unwrap();
    let say = |name: &str, setting: &str| {
        let settings = [setting.to_owned()];
        let request = Request { settings: &settings, ..Request::default() };
        let options = RunOptions {
            preset: "default".into(),
            jobs: 1,
            threads: 1,
            out: work.path().join("no"),
            resumes: false,
        };
        let error: Error = experiment(name).run(&request, &options, &lobule_study::Quiet).unwrap_err();
        assert!(!work.path().join("no").exists() && !work.path().join("no.partial").exists());
        error.to_string()
    };
    for name in NAMES {
        assert!(say(name, "seeds=[]").contains("seeds"));
        assert!(say(name, "network.q=-1").contains("network.q: -1"));
    }
    assert!(say("sgdege/marr_albus_ito", "last=2000").contains("last"));
    assert!(say("sgdege/marr_albus_ito", "signed_means_hz=[0]").contains("signed_means_hz: 0"));
    assert!(say("sgdege/network", "rule.rho=2").contains("rho"));
    assert!(say("sgdege/network", "network.patterns=65").contains("network.patterns: 65"));
    assert!(say("sgdege/credit", "rules=[\"guess\"]").contains("guess"));
    assert!(say("sgdege/credit", "bicycle.columns=7").contains("bicycle.columns"));
    assert!(say("sgdege/credit", "node_perturbation.sigma=0").contains("node_perturbation.sigma: 0"));
}

#[test]
fn every_preset_is_valid() {
    let work = tempfile::tempdir().unwrap();
    for name in NAMES {
        for preset in experiment(name).card().presets {
            // Refused for its last setting, hence valid up to it.
            let settings = ["seeds=[]".to_owned()];
            let request = Request { preset: preset.name, settings: &settings, ..Request::default() };
            let options = RunOptions {
                preset: preset.name.into(),
                jobs: 1,
                threads: 1,
                out: work.path().join("no"),
                resumes: false,
            };
            let error =
                experiment(name).run(&request, &options, &lobule_study::Quiet).unwrap_err().to_string();
            assert!(error.contains("seeds: at least one"), "{name} {}: {error}", preset.name);
        }
    }
}
