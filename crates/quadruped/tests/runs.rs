//! Runs of the experiments on legs. Needs the library: `scripts/fetch_mujoco.sh`.

use lobule_quadruped::ALL;
use lobule_study::{Experiment, Quiet, Request, RunOptions};

/// Hashes of a quick run with further settings.
fn hashes(experiment: &dyn Experiment, jobs: usize, settings: &[String]) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions {
        preset: "quick".into(),
        jobs,
        threads: 1,
        out: folder.path().join("run"),
        resumes: false,
    };
    let request = Request { preset: "quick", settings, ..Request::default() };
    let finished = experiment.run(&request, &options, &Quiet).unwrap();
    let name = experiment.card().name;
    assert!(finished.findings.findings.len() > 5, "{name}");
    assert!(
        finished.findings.findings.iter().all(|finding| !finding.is_judged()),
        "{name}: a quick run is judged"
    );
    assert!(folder.path().join("run/report.html").is_file());
    finished.fingerprints
}

#[test]
fn quick_runs_have_the_same_hashes_for_any_number_of_jobs() {
    for experiment in ALL {
        assert_eq!(hashes(*experiment, 1, &[]), hashes(*experiment, 2, &[]), "{}", experiment.card().name);
    }
}

#[test]
fn defaults_are_whole_and_wrong_values_are_refused_by_key() {
    for experiment in ALL {
        let resolved = |settings: &[String]| {
            experiment
                .resolved(&Request { settings, ..Request::default() })
                .map_err(|error| error.to_string())
        };
        let name = experiment.card().name;
        assert!(resolved(&[]).is_ok(), "{name}: {:?}", resolved(&[]));
        // Gains are measured without arms.
        let of_arms: &[(&str, [&str; 3])] = match name {
            "quadruped/effectors" => &[
                ("values.trim=[0.1, 0.1]", ["values.trim", "0.1", ""]),
                ("values.lean=[0.0]", ["values.lean", "0", "leave"]),
            ],
            "quadruped/replication" => &[
                ("arms=[\"circuit\"]", ["arms", "no_neurons", "missing"]),
                ("walker.low_weight=0.95", ["walker.low_weight", "0.95", "0.9"]),
                ("residual.budgets=[50001]", ["residual.budgets", "50001", "4"]),
            ],
            _ => &[("arms=[\"learned\"]", ["arms", "frozen", "missing"]), ("arms=[]", ["arms", "", ""])],
        };
        let of_all = [
            ("body.model=\"nowhere.xml\"", ["body.model", "nowhere.xml", "go2"]),
            ("body.strength_sd=0.5", ["body.strength_sd", "0.5", "0 to 0.3"]),
        ];
        for (setting, words) in of_arms.iter().copied().chain(of_all) {
            let refused = resolved(&[setting.into()]).expect_err(setting);
            assert!(words.iter().all(|word| refused.contains(word)), "{name}: {refused}");
        }
    }
}

#[test]
fn a_model_with_other_senses_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pendulum.xml");
    let text = "<mujoco><worldbody><body><joint name=\"pivot\"/><geom size=\"0.1\"/></body></worldbody>\
                <actuator><motor name=\"motor\" joint=\"pivot\"/></actuator>\
                <sensor><jointpos name=\"angle\" joint=\"pivot\"/></sensor><keyframe><key name=\"home\"/></keyframe></mujoco>";
    std::fs::write(&file, text).unwrap();
    let settings = [format!("body.model=\"{}\"", file.display())];
    let options = RunOptions {
        preset: "quick".into(),
        jobs: 1,
        threads: 1,
        out: folder.path().join("run"),
        resumes: false,
    };
    for experiment in ALL {
        let request = Request { preset: "quick", settings: &settings, ..Request::default() };
        let refused = experiment.run(&request, &options, &Quiet).err().unwrap().to_string();
        assert!(refused.contains("`base position x` is not sensed"), "{}: {refused}", experiment.card().name);
    }
}

#[test]
fn a_model_from_a_file_walks_as_the_same_model_that_was_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let go2 = lobule_mujoco::fetched("go2/go2.xml").unwrap();
    std::fs::copy(go2, folder.path().join("go2.xml")).unwrap();
    let scene = lobule_mujoco::go2::Go2Parameters::default().scene().unwrap();
    let file = folder.path().join("mine.xml");
    std::fs::write(&file, scene).unwrap();
    // As a command line gives it.
    let own = [format!("body.model={}", file.display())];
    for experiment in ALL {
        let name = experiment.card().name;
        // Without the policies, which are trained for the longest time.
        let few = "arms=[\"no_neurons\", \"circuit\"]".to_string();
        let few = if name == "quadruped/replication" { vec![few] } else { Vec::new() };
        let own = [&own[..], &few].concat();
        assert_eq!(hashes(*experiment, 2, &own), hashes(*experiment, 2, &few), "{name}");
    }
}

#[test]
fn windows_and_trials_that_hold_nothing_are_refused() {
    let refused = |name: &str, setting: &str| {
        let experiment = ALL.iter().find(|experiment| experiment.card().name == name).unwrap();
        let settings = [setting.to_string()];
        experiment.resolved(&Request { settings: &settings, ..Request::default() }).unwrap_err().to_string()
    };
    let message = refused("quadruped/body_change", "windows.early_s=[0.5, 0.501]");
    assert!(message.contains("windows.early_s") && message.contains("0.1 s or more"), "{message}");
    let message = refused("quadruped/cued_push", "trials.every_s=3.2");
    assert!(message.contains("trials.every_s") && message.contains("longer than a trial"), "{message}");
}
