//! The bench with bodies in MuJoCo. Needs the library: `scripts/fetch_mujoco.sh`.

use lobule_experiments::bench::{AnticipationBench, Config, Record, TrialCondition};
use lobule_study::{Error, Quiet, Request, RunOptions, Study, run};

const BENCH: AnticipationBench = AnticipationBench { plants: lobule_mujoco::plants };
const MATRIX: &str = include_str!("../../../examples/mujoco_matrix.toml");

fn resolved(matrix: &str, settings: &[&str]) -> Result<Config, Error> {
    let settings: Vec<String> = settings.iter().map(|s| (*s).to_owned()).collect();
    let file = Some(("mujoco_matrix.toml", matrix));
    BENCH.resolve(&Request { preset: "quick", file, settings: &settings, ..Request::default() })
}

fn recorded(config: &Config) -> Record {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let options = RunOptions { preset: "quick".into(), jobs: 2, threads: 1, out, resumes: false };
    run(&BENCH, config, &options, &Quiet).unwrap().1
}

#[test]
fn controllers_steer_a_walking_robot() {
    let config = resolved(
        MATRIX,
        &[
            "seeds=[4]",
            "plants=[\"go2_heading\"]",
            "controllers=[\"feedback\", \"rls\", \"fel\", \"smith\"]",
            "conditions=[\"reach\"]",
            "delays_s=[[0.03, 0.02]]",
            "trials=6",
            "trials_after_change=5",
            "timing.repeats=0",
        ],
    )
    .unwrap();
    let record = recorded(&config);
    let at = |name: &str| record.at(name, "go2_heading", 0, TrialCondition::Reach).unwrap();
    assert!(at("feedback").holds());
    // Learning from trial to trial, in six of them.
    let learned = at("fel").mean(|o| o.relative).unwrap();
    assert!(learned < 0.8, "{learned}");
    // A heading does not return by itself.
    assert!(at("smith").reason.as_ref().unwrap().to_string().contains("does not return by itself"));
}

#[test]
fn a_body_of_the_matrix_that_mujoco_does_not_have_is_refused_before_the_first_trial() {
    for (from, to, words) in [
        ("\"go2_walk\"", "\"go3_walk\"", ["bodies.go2_heading", "no plant `go3_walk`", "go2_walk"]),
        ("\"heading\"", "\"course\"", ["bodies.go2_heading", "no sense `course`", "heading rate"]),
        ("{ strength_sd = 0.1 }", "{ strength_sd = 0.9 }", ["strength_sd", "0.9", "0.3"]),
        ("{ mass = 1.5 }", "{ mass = 150.0 }", ["mass", "150", "10"]),
    ] {
        assert!(MATRIX.contains(from), "{from}");
        let error = resolved(&MATRIX.replace(from, to), &[]).expect_err(to).to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    }
    // A tick of the walker is 5 ms.
    let error = resolved(MATRIX, &["dt_s=0.004"]).unwrap_err().to_string();
    assert!(error.contains("go2_heading") && error.contains("0.005 s"), "{error}");
}
