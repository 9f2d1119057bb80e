//! A record with the right hash and senseless content is drawn or refused: no report panics or runs without end. The experiment
//! `prism` is damaged in `report.rs`, since its shortest run takes long.

mod damage;

use lobule_experiments::ALL;
use lobule_study::{Experiment, Quiet, Request, RunOptions, fingerprint};
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Settings that make a run short.
fn tiny(name: &str) -> &'static [&'static str] {
    match name {
        "sgdege/marr_albus_ito" => &["seeds=[0]", "trials=600"],
        "sgdege/network" => &[
            "seeds=[0]",
            "trials_per_pattern=1500",
            "last=100",
            "early=800",
            "sensitivity=true",
            "network.fibers_per_row=200",
        ],
        "sgdege/perceptron" => &[
            "seeds=[0]",
            "cell.fibers=200",
            "single.runs=20",
            "single.epochs=1000",
            "sweep.patterns=[10, 60]",
            "sweep.epochs=2000",
            "scan.patterns=[10]",
            "scan.epochs=500",
            "long.patterns=[60]",
            "long.epochs=1000",
            "states.patterns=[60]",
        ],
        "sgdege/credit" => &[
            "seeds=[0]",
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
        "sgdege/pointing" => &[
            "seeds=[0]",
            "protocol.baseline=30",
            "protocol.prism=100",
            "protocol.removal=100",
            "network.fibers_per_row=200",
        ],
        "cfpc/traces" => &["trials=5", "scan_step_s=0.4", "scan_to_s=0.4", "probe_s=10", "loop_trials=1"],
        "cfpc/spectrum" => &["sine_s=20", "step_hz=1.4", "trials=2"],
        "cfpc/mismatch" => &["trials=3", "delay_step_s=0.25", "factor_step=2"],
        "cfpc/plants" => &["trials=3", "probe_s=10"],
        "cfpc/transfer" => &["trials=3"],
        "cfpc/cascade" => &["trials=4", "after=2"],
        "forward/cartpole" => &[
            "seeds=[0]",
            "delays_ms=[0,100]",
            "episodes=2",
            "curve_episodes=2",
            "steps=50",
            "passes.passes=[1,2]",
            "passes.horizons=[1,5]",
            "passes.episodes=1",
            "pole.at_step=500",
            "pole.episodes_after=2",
            "models.granule_cells=50",
            "dm_control.episodes=1",
            "dm_control.steps=50",
        ],
        "forward/anticipation" => {
            &["seeds=[0]", "lines.duration_s=20", "tracking.learning_s=20", "tracking.test_s=10"]
        }
        "classic/vor" => &[
            "calibration.duration_s=60",
            "spectacles.wear_s=30",
            "spectacles.off_s=30",
            "selectivity.duration_s=20",
            "delay.duration_s=10",
            "muscle.duration_s=30",
        ],
        "classic/pursuit" => &["targets.learning_s=10", "targets.measured_s=20"],
        "classic/eyeblink" => &[
            "protocol.trials=10",
            "protocol.sessions=[2, 2, 1]",
            "protocol.interval_sessions=1",
            "protocol.probes=1",
            "protocol.blocking_sessions=[1, 1]",
        ],
        "classic/force_field" => &[
            "seeds=[0]",
            "protocol.baseline=20",
            "protocol.adaptation=60",
            "protocol.washout=20",
            "generalization.trials=10",
            "cerebellum.granule_cells=50",
            "generalization.angles_deg=[0,90]",
            "switching.trials=20",
        ],
        "classic/mosaic" => &["seeds=[0]", "task.learning_s=20", "task.test_s=20"],
        "analysis/state_prediction" => &[
            "synthetic.wrist.trials=5",
            "synthetic.mossy.units=8",
            "synthetic.purkinje.units=8",
            "synthetic.nuclear.units=8",
        ],
        "bench/anticipation" => &[
            "seeds=[0]",
            "trials=4",
            "trials_after_change=1",
            "tail=1",
            "controllers=[\"feedback\",\"kalman\",\"nlms\",\"cfpc_model\",\"sgdege\",\"equations\"]",
            "delays_s=[[0.03,0.02]]",
        ],
        _ => &[],
    }
}

/// A finished run whose record can be put in other words and sealed again.
struct Folder {
    path: PathBuf,
    recording: String,
    record: Value,
    provenance: Map<String, Value>,
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

impl Folder {
    fn of_a_short_run(experiment: &dyn Experiment, under: &Path) -> Self {
        let name = experiment.card().name;
        let settings: Vec<String> = tiny(name).iter().map(|s| (*s).to_owned()).collect();
        let request = Request { preset: "quick", settings: &settings, ..Request::default() };
        let path = under.join(name.replace('/', "_"));
        let options =
            RunOptions { preset: "quick".into(), jobs: 1, threads: 1, out: path.clone(), resumes: false };
        experiment.run(&request, &options, &Quiet).unwrap_or_else(|e| panic!("{name}: {e}"));
        let recording = format!("recordings/{}.json", experiment.card().short_name());
        let mut provenance = read(&path.join("provenance.json")).as_object().unwrap().clone();
        provenance.remove("seal");
        Self { record: read(&path.join(&recording)), recording, provenance, path }
    }

    /// Writes a record with the hashes it would have if a run had written it.
    fn seal(&self, record: &Value) {
        let hash = |data: &[u8]| json!(format!("{:016x}", fingerprint(data)));
        let data = serde_json::to_vec(record).unwrap();
        let mut provenance = Value::Object(self.provenance.clone());
        provenance["files"][&self.recording] = hash(&data);
        let seal = hash(provenance.to_string().as_bytes());
        provenance["seal"] = seal;
        std::fs::write(self.path.join(&self.recording), data).unwrap();
        std::fs::write(self.path.join("provenance.json"), provenance.to_string()).unwrap();
    }
}

/// Panics of the reports of a damaged record, and pages that show its text as markup.
fn failures(experiment: &dyn Experiment, folder: &Folder) -> Vec<String> {
    let name = experiment.card().name;
    let mut failures = Vec::new();
    for (what, record) in damage::of(&folder.record) {
        folder.seal(&record);
        match damage::caught(|| experiment.report(&folder.path)) {
            Err(cause) => failures.push(format!("{name} {what}: {cause}")),
            Ok(Ok(files)) => {
                for (file, data) in files {
                    if String::from_utf8_lossy(&data).contains("<script") {
                        failures.push(format!("{name} {what}: a script in {file}"));
                    }
                }
            }
            // The record itself is looked at, not its hash.
            Ok(Err(error)) => assert!(!error.to_string().contains("hash"), "{name}: {error}"),
        }
    }
    failures
}

#[test]
fn a_damaged_record_is_drawn_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let failures: Vec<String> = ALL
        .par_iter()
        .filter(|experiment| experiment.card().name != "prism")
        .flat_map_iter(|experiment| {
            let run = Folder::of_a_short_run(*experiment, folder.path());
            failures(*experiment, &run)
        })
        .collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
