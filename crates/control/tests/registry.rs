//! Parts by name: each is made from its table, and a loop with each goes on from a copy of its state.

use lobule_control::forward::Equations;
use lobule_control::plant::{Linear, Plant};
use lobule_control::registry::{self, Kind, Known, Setting, Value, Values, controllers};
use lobule_control::{ClosedLoop, Error, conforms};

const DT: f64 = 0.01;
const DELAYS: [usize; 2] = [4, 2];

fn arm() -> Result<Box<dyn Plant>, Error> {
    Ok(Box::new(Linear::second_order(1.0, 2.0, 4.0)?))
}

fn eyelid() -> Result<Box<dyn Plant>, Error> {
    registry::plant("eyelid", &Values::new())
}

/// The arm's equations, by a step of its exact matrices.
fn equations() -> Result<Equations, Error> {
    let body = Linear::second_order(1.0, 2.0, 4.0)?;
    let system = body.system(DT)?;
    let [a, b, _, _] = system.matrices().map(Clone::clone);
    Ok(Equations::new(2, 1, move |s, u, next| {
        for i in 0..2 {
            next[i] = a[(i, 0)] * s[0] + a[(i, 1)] * s[1] + b[(i, 0)] * u[0];
        }
    }))
}

fn setting_for(name: &str) -> Setting<'static> {
    let plant: &dyn Fn() -> Result<Box<dyn Plant>, Error> =
        if name == "conditioning" { &eyelid } else { &arm };
    let known = Known { plant, equations: &equations };
    let cues = usize::from(["conditioning", "vestibulo_ocular", "mosaic"].contains(&name));
    let senses = plant().unwrap().signature().senses.len();
    Setting {
        dt_s: DT,
        delays: DELAYS,
        trial_ticks: 400,
        senses,
        references: 2,
        commands: 1,
        cues,
        seed: 3,
        model: known,
        truth: known,
    }
}

fn values(name: &str) -> Values {
    let mut values = Values::new();
    if name == "conditioning" {
        // Answers and learns within the single tick of the suite's cue.
        values.insert("mossy_weight".into(), Value::Numbers(vec![2.0, 3.0]));
        values.insert("nuclear_thresholds".into(), Value::Numbers(vec![2.0, 3.0]));
        values.insert("nuclear_ltp_hz".into(), Value::Number(100.0));
    }
    if name == "cfpc" || name == "fel" {
        values.insert("trace".into(), Value::Word("identified".into()));
        values.insert("probe_s".into(), Value::Number(5.0));
    }
    values
}

#[test]
fn every_controller_conforms_with_its_defaults() {
    for entry in controllers().all() {
        let make = || controllers().make(entry.name, &values(entry.name), &setting_for(entry.name)).unwrap();
        conforms::controller(make, entry.learns);
    }
}

#[test]
fn a_loop_with_each_controller_is_stopped_saved_restored_and_goes_on_bit_for_bit() {
    for entry in controllers().all() {
        let setting = setting_for(entry.name);
        let make = || {
            let controller = controllers().make(entry.name, &values(entry.name), &setting).unwrap();
            let closed =
                ClosedLoop::new((setting.truth.plant)().unwrap(), controller, 2, DT, DELAYS).unwrap();
            closed
                .with_noise_of(5, "sensor")
                .signed(|channels| {
                    channels.senses[0].noise_sd = 1e-3;
                    channels.senses[1].delay_s = 0.02;
                })
                .unwrap()
        };
        conforms::closed_loop(make, 2, setting.cues);
    }
}

#[test]
fn every_plant_conforms_with_its_defaults() {
    for entry in registry::plants() {
        conforms::plant(|| registry::plant(entry.name, &Values::new()).unwrap(), 1e-3);
    }
}

#[test]
fn defaults_lie_in_their_ranges_and_are_their_own_documentation() {
    let all = controllers();
    let tables = all
        .all()
        .map(|e| (e.name, e.about, e.parameters))
        .chain(registry::plants().iter().map(|e| (e.name, e.about, e.parameters)));
    for (name, about, parameters) in tables {
        assert!(!about.is_empty(), "{name}");
        // The printed table, read back, is the defaults, each within its range.
        let values: Values = toml::from_str(&registry::describe(name, about, parameters)).unwrap();
        let given = registry::Given::resolve(name, parameters, &values).unwrap();
        assert_eq!(given, registry::Given::resolve(name, parameters, &Values::new()).unwrap(), "{name}");
        for p in parameters.iter().flat_map(|table| table.iter()) {
            assert!(!p.about.is_empty() && !p.unit.is_empty(), "{name}: {}", p.key);
            if let Kind::Number(_, [low, high]) = p.kind {
                assert!(low < high, "{name}: {}", p.key);
            }
        }
    }
}

#[test]
fn what_does_not_exist_or_lies_outside_is_refused_with_what_exists() {
    let make = |name: &str, key: &str, value: Value| {
        let values = Values::from([(key.to_string(), value)]);
        controllers().make(name, &values, &setting_for(name)).err().unwrap().to_string()
    };
    let error = controllers().make("pid", &Values::new(), &setting_for("pid")).err().unwrap().to_string();
    assert!(error.contains("no controller `pid`; there are feedback, cfpc, fel"), "{error}");
    let error = make("rls", "forgeting", Value::Number(0.9));
    assert!(error.contains("`forgeting`; there are kp, kd") && error.contains("forgetting"), "{error}");
    let error = make("rls", "forgetting", Value::Number(0.5));
    assert!(error.contains("rls: forgetting = 0.5 is not allowed; 0.9 to 1; unit: 1"), "{error}");
    let error = make("cfpc", "signals", Value::Number(1.5));
    assert!(error.contains("a whole number, 1 to 100000"), "{error}");
    let error = make("cfpc", "trace", Value::Word("late".into()));
    assert!(error.contains("trace = \"late\" is not allowed; none, delay, model, identified"), "{error}");
    let error = make("feedback", "kp", Value::Flag(true));
    assert!(error.contains("kp = true is not allowed; any number"), "{error}");
    let error = registry::plant("arms", &Values::new()).err().unwrap().to_string();
    assert!(error.contains("no plant `arms`; there are first_order"), "{error}");
}
