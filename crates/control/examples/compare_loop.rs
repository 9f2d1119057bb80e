//! The closed loop of `COMPARE.md` in lobule: a damped joint, sensed 60 ms late, follows a sine under a PID law and an adaptive filter.
//! `cargo run --release -p lobule-control --example compare_loop -- validation/compare/loop.json`

use lobule_control::feedback::{Pid, PidGains};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::plant::Linear;
use lobule_control::{Adaptive, ClosedLoop, Drive};
use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("usage: compare_loop LOOP.json")?;
    let d: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let number = |at: &str| d.pointer(at).and_then(Value::as_f64).ok_or(format!("{at}: a number is missing"));
    let dt = number("/dt_s")?;

    let plant =
        Linear::second_order(number("/plant/mass")?, number("/plant/damping")?, number("/plant/stiffness")?)?;
    let law = Pid::new(serde_json::from_value::<PidGains>(d["law"].clone())?, dt)?;
    let taus: Vec<f64> = serde_json::from_value(d["basis"]["taus_s"].clone())?;
    let basis = Basis::gammas(&taus, number("/basis/order")? as usize, dt)?;
    let learning = Learning {
        trace: TraceModel::Delay(number("/filter/trace_ticks")? as usize),
        update: Update::Tick,
        step: Step::Plain(number("/filter/rate")?),
    };
    let controller = Adaptive::cfpc(law, AdaptiveFilter::new(basis, &learning)?, dt);
    let mut joint = ClosedLoop::new(plant, controller, 1, dt, [number("/delay_ticks")? as usize, 0])?;

    println!("ready");
    let (amplitude, period) = (number("/reference/amplitude")?, number("/reference/period_ticks")? as usize);
    let mut errors = Vec::new();
    for _ in 0..number("/periods")? as usize {
        let mut squares = 0.0;
        for n in 0..period {
            let reference = amplitude * (std::f64::consts::TAU * n as f64 / period as f64).sin();
            squares += (reference - joint.senses()[0]).powi(2);
            // A cue starts the kernels at the beginning of each period.
            let cue = if n == 0 { 1.0 } else { 0.0 };
            joint.tick(&Drive { reference: &[reference], cues: &[cue], ..Drive::default() })?;
        }
        errors.push((squares / period as f64).sqrt());
    }
    println!("done");
    println!("{}", serde_json::json!({ "rms": errors }));
    Ok(())
}
