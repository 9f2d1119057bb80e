//! The cerebella of this crate by name: a loop with each is stopped, saved, restored and goes on bit for bit.

use lobule_cerebellum::controllers;
use lobule_control::plant::{Linear, Plant};
use lobule_control::registry::{Setting, Value, Values, setting_of};
use lobule_control::{ClosedLoop, Controller, Drive, Error, Memory, Snapshot, conforms};

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

/// A loop with a cerebellum after some trials.
fn trained(name: &str, trials: usize, setting: &Setting) -> ClosedLoop {
    let controller = controllers().make(name, &values(name), setting).unwrap();
    let mut closed = ClosedLoop::new(arm().unwrap(), controller, 1, 1e-3, [4, 2]).unwrap().unguarded();
    for trial in 0..trials {
        closed.reset();
        for tick in 0..50 {
            closed.tick(&Drive { reference: &[f64::from(tick) / 50.0], ..Drive::default() }).unwrap();
        }
        closed.finish(1.0 + trial as f64).unwrap();
    }
    closed
}

#[test]
fn learned_values_are_given_away_and_taken_back_by_the_same_circuit_alone() {
    for name in ["sgdege", "spiking"] {
        let learned = trained(name, 3, &setting());
        let memory = learned.controller().save();
        let bytes = memory.to_bytes();
        let mut other = controllers().make(name, &values(name), &setting()).unwrap();
        assert_ne!(other.save(), memory, "{name}: nothing was learned");
        other.load(&Memory::from_bytes(&bytes).unwrap()).unwrap();
        assert_eq!(other.save(), memory, "{name}");
        let before = other.save();
        let elsewhere = trained(name, 1, &Setting { seed: 2, ..setting() }).controller().save();
        let error = other.load(&elsewhere).unwrap_err().to_string();
        assert!(error.contains("other parameters"), "{name}: {error}");
        assert_eq!(other.save(), before, "{name}: a memory that was refused changed something");
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
