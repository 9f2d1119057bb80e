//! Runs an experiment in small and reads what it found.

use lobule_study::report::Finding;
use lobule_study::{Error, Quiet};
use lobule_study::{Experiment, Request, RunOptions, Study, run};
use std::path::Path;

/// The configuration of a preset with settings laid over it.
pub fn resolve<S: Study>(study: &S, preset: &'static str, settings: &[&str]) -> Result<S::Config, Error> {
    let settings: Vec<String> = settings.iter().map(|s| (*s).to_owned()).collect();
    study.resolve(&Request { preset, settings: &settings, ..Request::default() })
}

/// Runs with so many jobs; returns the findings and the hash of the record.
pub fn found<S: Study>(study: &S, config: &S::Config, out: &Path, jobs: usize) -> (Vec<Finding>, String) {
    let options = RunOptions { preset: "quick".into(), jobs, threads: 1, out: out.into(), resumes: false };
    let (finished, _) = run(study, config, &options, &Quiet).unwrap();
    // The record says all: figures and page are drawn again from it.
    let drawn = Experiment::report(study, &finished.folder).unwrap();
    assert!(drawn.iter().any(|(name, _)| name == "report.html"));
    (finished.findings.findings, finished.fingerprints.last().unwrap().1.clone())
}

/// The value of a finding that must be there.
pub fn value(findings: &[Finding], name: &str) -> f64 {
    findings.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("no finding {name}")).value
}
