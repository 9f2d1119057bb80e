//! The bench in small: what it finds, that jobs change nothing, what it names and what it refuses.

use lobule_control::forward::ForwardModel;
use lobule_control::oracle::Cause;
use lobule_control::registry::plants;
use lobule_experiments::bench::{
    AnticipationBench, Body, Factors, Failure, Record, SingleMass, TrialCondition,
};
use lobule_study::{Error, Quiet};
use lobule_study::{Request, RunOptions, Study, run};
use std::path::Path;

fn resolve(settings: &[&str]) -> Result<lobule_experiments::bench::Config, Error> {
    let settings: Vec<String> = settings.iter().map(|s| (*s).to_owned()).collect();
    AnticipationBench::PLAIN.resolve(&Request { preset: "quick", settings: &settings, ..Request::default() })
}

fn recorded(settings: &[&str], out: &Path, jobs: usize) -> (Record, String) {
    let options = RunOptions { preset: "quick".into(), jobs, threads: 1, out: out.into(), resumes: false };
    let (finished, record) =
        run(&AnticipationBench::PLAIN, &resolve(settings).unwrap(), &options, &Quiet).unwrap();
    assert!(finished.folder.join("table.csv").exists());
    (record, finished.fingerprints[0].1.clone())
}

const SMALL: [&str; 6] = [
    "seeds=[3]",
    "plants=[\"damped\", \"inverted_pendulum\"]",
    "controllers=[\"feedback\", \"smith\", \"rls\", \"cfpc_none\", \"cfpc_model\", \"constant_velocity\"]",
    "delays_s=[[0.1, 0.05]]",
    "conditions=[\"reach\"]",
    "trials=10",
];

#[test]
fn it_says_who_holds_what_and_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let (record, hash) = recorded(&SMALL, &folder.path().join("one"), 1);
    let at = |name: &str, plant: &str| record.at(name, plant, 0, TrialCondition::Reach).unwrap();
    let error = |name: &str, plant: &str| at(name, plant).mean(|o| o.relative).unwrap();

    // A filter learns with the model of the loop in its synapses, and grows without.
    assert!(error("cfpc_model", "damped") < 0.5, "{}", error("cfpc_model", "damped"));
    assert!(error("cfpc_none", "damped") > 1.0, "{}", error("cfpc_none", "damped"));
    assert!(error("rls", "inverted_pendulum") < 1.0);
    assert_eq!(at("feedback", "damped").outcomes[0].relative, 1.0);
    let learned = at("cfpc_model", "damped").outcomes[0].learned_at;
    assert!(learned.is_some_and(|k| k > 0), "{learned:?}");

    // What refuses says so; what falls over is stopped, and the reason is looked for.
    assert!(
        matches!(&at("smith", "inverted_pendulum").reason, Some(Failure::Refused(what)) if what.contains("InnerLoop"))
    );
    assert!(at("smith", "damped").reason.is_none());
    let fallen = at("cfpc_none", "inverted_pendulum");
    assert!(!fallen.holds() && fallen.outcomes[0].first_stop.is_some());
    assert!(
        matches!(fallen.reason, Some(Failure::Cause(Cause::Phase { error_deg, .. })) if error_deg.abs() > 90.0)
    );
    let fast = at("constant_velocity", "inverted_pendulum");
    assert!(
        !fast.holds() && matches!(fast.reason, Some(Failure::Gain(_) | Failure::Model)),
        "{:?}",
        fast.reason
    );

    // The number of jobs changes nothing.
    assert_eq!(recorded(&SMALL, &folder.path().join("two"), 2), (record, hash));
}

#[test]
fn what_models_are_told_of_a_body_is_what_the_body_does() {
    let rest = SingleMass { mass: 0.0, damping: 0.3, stiffness: 1.0, weight: 0.0, zero_s: 0.0 };
    let bodies = [
        rest,
        SingleMass { mass: 1.0, damping: 2.0, stiffness: 4.0, ..rest },
        SingleMass { mass: 0.1, damping: 0.15, stiffness: 4.0, zero_s: 0.15, ..rest },
        SingleMass { mass: 1.0, damping: 0.5, stiffness: 0.0, weight: 9.81, ..rest },
        SingleMass { mass: 1.0, damping: 0.5, stiffness: 0.0, weight: -9.81, ..rest },
    ];
    for body in bodies.map(Body::Single) {
        let mut plant = body.plant(&plants()).unwrap();
        let mut equations = body.equations(0.01).unwrap();
        let n = body.senses();
        let (mut told, mut next, mut sensed) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        for tick in 0..200 {
            let u = body.scale() * (0.1 * f64::from(tick)).sin();
            plant.advance(&[u], 0.01).unwrap();
            equations.predict(&told, &[u], &mut next).unwrap();
            std::mem::swap(&mut told, &mut next);
        }
        plant.sense(&mut sensed);
        for (a, b) in told.iter().zip(&sensed) {
            // Runge-Kutta against the exact solution over 200 ticks.
            assert!((a - b).abs() < 1e-6 * (1.0 + b.abs()), "{body:?}: {a} {b}");
        }
        // At rest under the command that holds it, nothing moves.
        let mut held = vec![0.0; n];
        held[0] = 0.3;
        let [stiffness, weight, _] = body.feedforward();
        equations.predict(&held, &[stiffness * 0.3 + weight * 0.3f64.sin()], &mut next).unwrap();
        assert!((next[0] - 0.3).abs() < 1e-12);
    }
    // Bodies of seeds differ, and a seed's is always the same.
    assert_ne!(Factors::of_seed(1, 0.1), Factors::of_seed(2, 0.1));
    assert_eq!(Factors::of_seed(1, 0.1), Factors::of_seed(1, 0.1));
    assert_eq!(Factors::of_seed(1, 0.0), Factors { mass: 1.0, damping: 1.0, stiffness: 1.0 });
}

#[test]
fn a_body_that_a_file_describes_runs_through_the_bench() {
    let file = include_str!("../../../examples/carts_matrix.toml");
    let settings: Vec<String> =
        ["seeds=[3]", "conditions=[\"reach\"]", "trials=10", "plants=[\"carts\"]"].map(String::from).into();
    let request = Request {
        preset: "quick",
        file: Some(("carts_matrix.toml", file)),
        settings: &settings,
        ..Request::default()
    };
    let config = AnticipationBench::PLAIN.resolve(&request).unwrap();
    // The configuration as it is written holds the body, and reads back as the same.
    let written = toml::to_string(&config).unwrap();
    let again: lobule_experiments::bench::Config = toml::from_str(&written).unwrap();
    assert_eq!(config, again);
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions {
        preset: "quick".into(),
        jobs: 1,
        threads: 1,
        out: folder.path().join("run"),
        resumes: false,
    };
    let (_, record) = run(&AnticipationBench::PLAIN, &config, &options, &Quiet).unwrap();
    let at = |name: &str| record.at(name, "carts", 0, TrialCondition::Reach).unwrap();
    assert!(at("feedback").holds());
    let learned = at("cfpc_model").mean(|o| o.relative).unwrap();
    assert!(learned < 0.7, "{learned}");
    // Its two senses hide the state of the other cart, so that nobody can write its equations down in them.
    assert!(
        matches!(&at("smith").reason, Some(Failure::Refused(what)) if what.contains("do not tell the 4 states"))
    );

    let refused = |from: &str, to: &str| {
        let file = file.replace(from, to);
        let request = Request { file: Some(("carts_matrix.toml", &file)), ..request };
        AnticipationBench::PLAIN.resolve(&request).unwrap_err().to_string()
    };
    let error = refused("on = \"first\"", "on = \"third\"");
    assert!(error.contains("bodies.carts") && error.contains("there are first, last"), "{error}");
    let error = refused("quantity = \"position\"", "quantity = \"velocity\"");
    assert!(error.contains("must be the position that is controlled"), "{error}");
    let error = refused("stiffness = 200.0", "stifness = 200.0");
    assert!(error.contains("stifness"), "{error}");
}

/// A matrix with a plant by name beside the same body by its parameters.
const NAMED: &str = r#"
plants = ["damped", "named"]
controllers = ["feedback", "cfpc_model", "rls"]
conditions = ["reach", "push"]
delays_s = [[0.1, 0.05]]
seeds = [3]
trials = 8
trials_after_change = 5
spread = 0.0
[timing]
repeats = 0
[change]
mass = 2.0
stiffness = 1.0
[bodies.named]
plant = "second_order"
senses = [{ channel = "position", unit = 0.1 }, { channel = "velocity", unit = 0.1 }]
command = { channel = "force", unit = 0.1 }
model = { mass = 1.0, damping = 2.0, stiffness = 4.0, weight = 0.0, zero_s = 0.0 }
values = { mass = 1.0 }
after_change = { mass = 2.0 }
"#;

fn named(from: &str, to: &str) -> Result<lobule_experiments::bench::Config, Error> {
    assert!(from.is_empty() || NAMED.contains(from), "{from}");
    let file = NAMED.replace(from, to);
    let request = Request { preset: "quick", file: Some(("named.toml", &file)), ..Request::default() };
    AnticipationBench::PLAIN.resolve(&request)
}

#[test]
fn a_plant_by_name_is_the_body_that_its_parameters_make() {
    let config = named("", "").unwrap();
    let config_text = toml::to_string(&config).unwrap();
    assert_eq!(toml::from_str::<lobule_experiments::bench::Config>(&config_text).unwrap(), config);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let options = RunOptions { preset: "quick".into(), jobs: 2, threads: 1, out, resumes: false };
    let (_, record) = run(&AnticipationBench::PLAIN, &config, &options, &Quiet).unwrap();
    for condition in [TrialCondition::Reach, TrialCondition::Push] {
        for controller in ["feedback", "cfpc_model", "rls"] {
            let of = |plant: &str| {
                let cell = record.at(controller, plant, 0, condition).unwrap();
                [cell.mean(|o| o.rms), cell.mean(|o| o.changed), cell.mean(|o| o.recovered)]
                    .map(Option::unwrap)
            };
            for (a, b) in of("damped").into_iter().zip(of("named")) {
                assert!((a / b - 1.0).abs() < 1e-6, "{controller}: {a} {b}");
            }
        }
    }
}

#[test]
fn a_plant_by_name_that_cannot_be_is_refused_before_the_first_trial() {
    for (from, to, words) in [
        ("\"second_order\"", "\"reacher2\"", &["bodies.named", "no plant `reacher2`", "second_order"][..]),
        ("\"position\"", "\"place\"", &["bodies.named", "no sense `place`", "position"]),
        ("channel = \"force\"", "channel = \"push\"", &["bodies.named", "no command `push`", "force"]),
        ("\"force\", unit = 0.1", "\"force\", unit = 0.0", &["bodies.named", "unit", "not 0"]),
        (
            "after_change = { mass = 2.0 }",
            "after_change = { mass = \"heavy\" }",
            &["bodies.named", "mass", "heavy"],
        ),
        ("values = { mass = 1.0 }", "values = { weight = 1.0 }", &["bodies.named", "weight"]),
        ("model = { mass = 1.0", "model = { mass = 0.0", &["bodies.named", "senses", "2", "1"]),
        ("values =", "value =", &["value", "plant"]),
    ] {
        let error = named(from, to).expect_err(to).to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{to}: {error}");
    }
}

#[test]
fn a_matrix_that_cannot_be_is_refused_by_key_value_and_remedy() {
    for (setting, words) in [
        ("controllers=[\"feedback\", \"cfcp_model\"]", &["controllers", "cfcp_model", "cfpc_model"][..]),
        ("controllers=[\"rls\"]", &["controllers", "feedback"]),
        ("controllers=[\"feedback\", \"rls\", \"rls\"]", &["controllers", "twice"]),
        ("plants=[\"eel\"]", &["plants", "[bodies.eel]", "damped"]),
        ("delays_s=[[0.015, 0.0]]", &["delays_s", "0.015"]),
        ("bodies.damped.mass=-1", &["bodies.damped.mass", "-1"]),
        ("bodies.damped.weight=2", &["bodies.damped.weight"]),
        ("rates.nlms=2", &["rates.nlms", "below 2"]),
        ("tail=100", &["tail", "100"]),
        ("push.at_s=3.9", &["push.at_s", "3.9"]),
        ("trial_s=3.505", &["trial_s", "3.505"]),
        ("stop_at=0", &["stop_at", "above 0"]),
    ] {
        let text = resolve(&[setting]).unwrap_err().to_string();
        assert!(words.iter().all(|w| text.contains(w)), "{setting}: {text}");
    }
    // A body of one's own needs no code.
    let own = "bodies={ eel = { mass = 2.0, damping = 1.0, stiffness = 3.0, weight = 0.0, zero_s = 0.0 } }";
    assert!(resolve(&[own, "plants=[\"eel\"]"]).is_ok());
}
