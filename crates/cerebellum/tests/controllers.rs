//! The cerebella of this crate by name: a loop with each is stopped, saved, restored and goes on bit for bit.

use lobule_cerebellum::controllers;
use lobule_control::plant::{Linear, Plant};
use lobule_control::registry::{Setting, Value, Values, setting_of};
use lobule_control::{ClosedLoop, Error, Snapshot, conforms};

fn arm() -> Result<Box<dyn Plant>, Error> {
    Ok(Box::new(Linear::second_order(1.0, 2.0, 4.0)?))
}

/// Ticks of 1 ms, trials of 50: those of the conformance suite.
fn setting() -> Setting<'static> {
    Setting { trial_ticks: 50, seed: 1, ..setting_of(&arm, 1, 1e-3, [4, 2]).unwrap() }
}

/// Settings in which each learns within trials of 50 ms.
fn values(name: &str) -> Values {
    let number = |key: &str, value: f64| (key.to_string(), Value::Number(value));
    match name {
        "spiking" => Values::from([
            number("settle_ms", 20.0),
            number("teacher_scale", 0.1),
            number("teaching_hz", 1000.0),
            number("a_minus_ns", -0.1),
        ]),
        _ => Values::from([number("rho", 0.5), number("alpha_w", 1.0)]),
    }
}

#[test]
fn a_loop_with_each_cerebellum_goes_on_from_a_copy_of_its_state() {
    let all = controllers();
    for entry in all.all().filter(|e| ["sgdege", "spiking"].contains(&e.name)) {
        let make = || {
            let controller = all.make(entry.name, &values(entry.name), &setting()).unwrap();
            ClosedLoop::new(arm().unwrap(), controller, 1, 1e-3, [4, 2]).unwrap()
        };
        conforms::closed_loop(make, 1, 0);
    }
}

#[test]
fn a_state_of_another_circuit_is_refused_by_name() {
    let make =
        |seed| controllers().make("spiking", &values("spiking"), &Setting { seed, ..setting() }).unwrap();
    let error = make(1).restore(&make(2).snapshot()).unwrap_err().to_string();
    assert!(error.contains("spiking: the state is of another circuit"), "{error}");
}

#[test]
fn the_scaffold_by_name_needs_ticks_of_a_millisecond() {
    let setting = Setting { dt_s: 0.01, ..setting() };
    let error = controllers().make("spiking", &Values::new(), &setting).err().unwrap().to_string();
    assert!(error.contains("spiking: dt_s = 0.01 is not allowed; 0.001 s"), "{error}");
}
