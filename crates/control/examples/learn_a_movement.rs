//! A damped arm that repeats a movement under a late reflex, and an adaptive filter that learns to tell the reflex what error to expect.
//! `cargo run --release -p lobule-control --example learn_a_movement`

use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::identify::Identify;
use lobule_control::plant::Linear;
use lobule_control::{Adaptive, ClosedLoop, Drive, Error, minimum_jerk};

/// Tick, s, and sensory and motor delay, ticks.
const DT: f64 = 0.01;
const DELAYS: [usize; 2] = [10, 5];

fn main() -> Result<(), Error> {
    let arm = || Linear::second_order(1.0, 2.0, 4.0);
    let law = Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, DT)?;

    // The three lines: what the loop answers to a minute of random steps, a filter whose synapses remember with that response, and the
    // loop with the filter in it.
    let mut alone = ClosedLoop::new(arm()?, Reflex::new(law.clone()), 1, DT, DELAYS)?;
    let response = Identify { amplitude: 0.05, response_s: 4.0, ..Identify::default() }.run(&mut alone)?.taps;
    let learning =
        Learning { trace: TraceModel::Response(response), update: Update::Trial, step: Step::SUGGESTED };
    let filter = AdaptiveFilter::new(Basis::gaussians(40, 0.1, 0.06, DT)?, &learning)?;
    let mut closed = ClosedLoop::new(arm()?, Adaptive::cfpc(law, filter, DT), 1, DT, DELAYS)?;

    println!("trial   rms error");
    for trial in 0..=100 {
        closed.reset();
        let mut squares = 0.0;
        for n in 0..400 {
            let reference = minimum_jerk((DT * f64::from(n) - 0.5).clamp(0.0, 1.0))[0];
            squares += (reference - closed.senses()[0]).powi(2);
            closed.tick(&Drive { reference: &[reference], ..Drive::default() })?;
        }
        let rms = (squares / 400.0).sqrt();
        closed.finish(rms)?;
        if [0, 1, 3, 10, 30, 100].contains(&trial) {
            println!("{trial:5}   {rms:.4}");
        }
    }
    Ok(())
}
