//! Parts by name: each is made from its table, and a loop with each goes on from a copy of its state.

use lobule_control::registry::{self, Kind, Value, Values, controllers};
use lobule_control::{ClosedLoop, Drive, conforms};

mod settings;
use settings::{DELAYS, DT, setting_for, values};

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
    for entry in registry::plants().all() {
        conforms::plant(|| registry::plants().make(entry.name, &Values::new()).unwrap(), 1e-3);
    }
}

#[test]
fn defaults_lie_in_their_ranges_and_are_their_own_documentation() {
    let (all, plants) = (controllers(), registry::plants());
    let tables = all
        .all()
        .map(|e| (e.name, e.about, e.parameters))
        .chain(plants.all().map(|e| (e.name, e.about, e.parameters)));
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
    assert!(error.contains("kp = true is not allowed; -1e12 to 1e12"), "{error}");
    let error = registry::plants().make("arms", &Values::new()).err().unwrap().to_string();
    assert!(error.contains("no plant `arms`; there are first_order"), "{error}");
}

/// Numbers that somebody types by mistake, or to break something.
const HOSTILE: [f64; 14] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    5e-324,
    0.0,
    -0.0,
    -1.0,
    1e13,
    1e-13,
    0.5,
    4_294_967_297.0,
];

#[test]
fn every_number_of_every_part_has_a_finite_range_which_is_said() {
    let (all, plants) = (controllers(), registry::plants());
    let tables = all.all().map(|e| (e.name, e.parameters));
    for (name, parameters) in tables.chain(plants.all().map(|e| (e.name, e.parameters))) {
        for p in parameters.iter().flat_map(|table| table.iter()) {
            let (limits, wrap): ([f64; 2], fn(f64) -> Value) = match p.kind {
                Kind::Number(_, limits) => (limits, Value::Number),
                Kind::Numbers(_, limits) => (limits, |x| Value::Numbers(vec![x])),
                Kind::Whole(_, [low, high]) => ([low as f64, high as f64], Value::Number),
                Kind::Flag(_) | Kind::Word(..) | Kind::Text(_) => continue,
            };
            assert!(limits.iter().all(|limit| limit.abs() <= 1e12), "{name}: {} {limits:?}", p.key);
            for x in HOSTILE {
                let values = Values::from([(p.key.to_string(), wrap(x))]);
                let given = registry::Given::resolve(name, parameters, &values);
                let is_within = (limits[0]..=limits[1]).contains(&x);
                match given {
                    Ok(_) => assert!(is_within, "{name}: {} = {x} is accepted", p.key),
                    Err(error) => {
                        let text = error.to_string();
                        let says = text.contains(p.key)
                            && text.contains(&p.allowed())
                            && text.contains(&x.to_string());
                        assert!(says, "{name}: {text}");
                        let is_whole = matches!(p.kind, Kind::Whole(..));
                        assert!(!is_within || is_whole, "{name}: {} = {x} is refused: {text}", p.key);
                    }
                }
            }
        }
    }
}

#[test]
fn a_part_at_the_ends_of_its_ranges_works_or_is_refused_and_never_panics() {
    for entry in controllers().all() {
        let setting = setting_for(entry.name);
        for p in entry.parameters.iter().flat_map(|table| table.iter()) {
            let ends: Vec<Value> = match p.kind {
                Kind::Number(_, limits) => limits.map(Value::Number).to_vec(),
                Kind::Numbers(default, limits) => {
                    limits.map(|x| Value::Numbers(vec![x; default.len().max(1)])).to_vec()
                }
                // The largest layers take as long as their memory.
                Kind::Whole(_, [low, high]) => {
                    vec![Value::Number(low as f64), Value::Number(high.min(5000) as f64)]
                }
                Kind::Flag(_) => vec![Value::Flag(true), Value::Flag(false)],
                Kind::Word(_, words) => words.iter().map(|word| Value::Word((*word).into())).collect(),
                Kind::Text(_) => vec![Value::Word(String::new())],
            };
            for end in ends {
                // A response of a minute is measured for longer than this test.
                if p.key == "probe_s" || p.key == "trace_s" {
                    continue;
                }
                let mut values = values(entry.name);
                values.insert(p.key.into(), end.clone());
                let Ok(controller) = controllers().make(entry.name, &values, &setting) else { continue };
                let plant = (setting.truth.plant)().unwrap();
                let mut closed = ClosedLoop::new(plant, controller, 2, DT, DELAYS).unwrap();
                let cues = vec![0.3; setting.cues];
                for trial in 0..2 {
                    closed.reset();
                    for n in 0..12 {
                        let reference = [0.1 * f64::from(n), 0.1];
                        if closed
                            .tick(&Drive { reference: &reference, cues: &cues, ..Drive::default() })
                            .is_err()
                        {
                            break;
                        }
                    }
                    let _ = closed.finish(0.1);
                    let weights = closed.controller().weights();
                    assert!(
                        weights.iter().all(|w| w.is_finite()),
                        "{}: {} = {end} trial {trial}",
                        entry.name,
                        p.key
                    );
                }
            }
        }
    }
}
