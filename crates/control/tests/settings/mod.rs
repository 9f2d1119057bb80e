//! A setting in which every controller of the registry can be made.

use lobule_control::Error;
use lobule_control::forward::Equations;
use lobule_control::plant::{Linear, Plant};
use lobule_control::registry::{self, Known, Setting, Value, Values};

/// Tick, s.
pub const DT: f64 = 0.01;
/// Sensory and motor delay, ticks.
pub const DELAYS: [usize; 2] = [4, 2];

fn arm() -> Result<Box<dyn Plant>, Error> {
    Ok(Box::new(Linear::second_order(1.0, 2.0, 4.0)?))
}

fn eyelid() -> Result<Box<dyn Plant>, Error> {
    registry::plants().make("eyelid", &Values::new())
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

/// The setting of a controller.
pub fn setting_for(name: &str) -> Setting<'static> {
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

/// Values with which it answers and learns within the few ticks of a test.
pub fn values(name: &str) -> Values {
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
