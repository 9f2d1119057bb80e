//! The wheel of the how-to, in ticks of any length: sensed 100 ms late, commanded 50 ms late, under PID and an adaptive filter.

use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::identify::Identify;
use lobule_control::plant::Linear;
use lobule_control::{Adaptive, ClosedLoop, Drive, Error};

/// Root mean square error of each trial of 4 s of a sine of 0.5 Hz; the response of the loop is measured for a minute first.
pub fn learning_curve(dt_s: f64, update: Update, step: Step, trials: usize) -> Result<Vec<f64>, Error> {
    let ticks = |seconds: f64| (seconds / dt_s).round() as usize;
    let delays = [ticks(0.1), ticks(0.05)];
    let wheel = || Linear::second_order(1.0, 2.0, 4.0);
    let law = Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, dt_s)?;
    let mut alone = ClosedLoop::new(wheel()?, Reflex::new(law.clone()), 1, dt_s, delays)?;
    let response = Identify::default().run(&mut alone)?.taps;
    let learning = Learning { trace: TraceModel::Response(response), update, step };
    let filter = AdaptiveFilter::new(Basis::gaussians(40, 0.1, 0.06, dt_s)?, &learning)?;
    let mut learner = ClosedLoop::new(wheel()?, Adaptive::cfpc(law, filter, dt_s), 1, dt_s, delays)?;
    let mut errors = Vec::new();
    for _ in 0..trials {
        learner.reset();
        let mut squares = 0.0;
        for n in 0..ticks(4.0) {
            let reference = libm::sin(std::f64::consts::PI * dt_s * n as f64);
            squares += (reference - learner.senses()[0]).powi(2);
            learner.tick(&Drive { reference: &[reference], ..Drive::default() })?;
        }
        let rms = (squares / ticks(4.0) as f64).sqrt();
        learner.finish(rms)?;
        errors.push(rms);
    }
    Ok(errors)
}
