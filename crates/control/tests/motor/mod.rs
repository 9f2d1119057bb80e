//! A DC motor whose angle is measured late, its tuned PID, and an adaptive filter beside it.

use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::identify::{Identify, Response};
use lobule_control::{
    Adaptive, Channel, ClosedLoop, Controller, Delays, Drive, Error, Plant, Signature, snapshot,
};
use lobule_signal::Stream;

/// Largest voltage, V.
const U_MAX: f64 = 12.0;
/// Duration of a movement, s.
pub const TRIAL_S: f64 = 4.0;

/// `w' = 20 u - 4 w - friction`, with friction that opposes the speed and holds a motor that stands.
#[derive(Clone)]
pub struct Motor {
    signature: Signature,
    friction: f64,
    angle: f64,
    speed: f64,
}

impl Motor {
    /// A motor at rest with so much Coulomb friction, rad/s².
    pub fn new(friction: f64) -> Self {
        let voltage = Channel::new("voltage", "V").within([-U_MAX, U_MAX]);
        let signature = Signature {
            name: "motor".into(),
            senses: vec![Channel::new("angle", "rad")],
            commands: vec![voltage],
        };
        Self { signature, friction, angle: 0.0, speed: 0.0 }
    }
}

snapshot!(Motor { angle, speed });

impl Plant for Motor {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, _seed: Option<u64>) {
        (self.angle, self.speed) = (0.0, 0.0);
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        // Steps of at most a millisecond: friction ends within one.
        let steps = (dt_s / 1e-3).ceil().max(1.0);
        let h = dt_s / steps;
        for _ in 0..steps as usize {
            let free = self.speed + h * (20.0 * command[0] - 4.0 * self.speed);
            self.speed = free.signum() * (free.abs() - h * self.friction).max(0.0);
            self.angle += h * self.speed;
        }
        Error::finite("motor", ["angle", "speed"], &[self.angle, self.speed], f64::NAN)
    }

    fn sense(&self, out: &mut [f64]) {
        out[0] = self.angle;
    }
}

/// Movement of two tones, rad.
pub fn reference(t: f64) -> f64 {
    let tone = |hz: f64| libm::sin(std::f64::consts::TAU * hz * t);
    tone(0.5) + 0.5 * tone(1.25)
}

/// A loop whose angle is 60 ms late.
pub fn looped<C: Controller>(friction: f64, controller: C, dt_s: f64) -> Result<ClosedLoop<Motor, C>, Error> {
    ClosedLoop::new(Motor::new(friction), controller, 1, dt_s, Delays::seconds(0.06, 0.0, dt_s)?)
}

/// Root mean square error of a movement, rad; the motor starts at rest.
pub fn movement<C: Controller>(closed: &mut ClosedLoop<Motor, C>) -> Result<f64, Error> {
    closed.reset();
    let ticks = (TRIAL_S / closed.dt_s()).round() as usize;
    let mut squares = 0.0;
    for n in 0..ticks {
        let wanted = reference(n as f64 * closed.dt_s());
        squares += (wanted - closed.senses()[0]).powi(2);
        closed.tick(&Drive { reference: &[wanted], ..Drive::default() })?;
    }
    let rms = (squares / ticks as f64).sqrt();
    closed.finish(rms)?;
    Ok(rms)
}

/// The best of `tries` random gains on the movement itself, and its error.
pub fn tuned(friction: f64, dt_s: f64, tries: u64) -> Result<(PidGains, f64), Error> {
    let draw = Stream::new(1, "motor/gains");
    let mut best = (PidGains { kp: 1.0, kd: 0.0, ki: 0.0, filter_s: 0.02 }, f64::INFINITY);
    for n in 0..tries {
        // Gains even on a scale of decades.
        let between = |k: u32, low: f64, high: f64| low * libm::pow(high / low, draw.uniform(n, k));
        let gains = PidGains {
            kp: between(0, 0.3, 30.0),
            kd: between(1, 0.01, 3.0),
            ki: between(2, 0.01, 30.0),
            filter_s: 0.02,
        };
        let mut alone = looped(friction, Reflex::new(Pid::new(gains, dt_s)?), dt_s)?;
        let error = movement(&mut alone)?;
        if error < best.1 {
            best = (gains, error);
        }
    }
    Ok(best)
}

/// Gains times a factor.
pub fn times(gains: PidGains, factor: f64) -> PidGains {
    PidGains { kp: factor * gains.kp, kd: factor * gains.kd, ki: factor * gains.ki, ..gains }
}

/// The amplitude of a probe that a law answers with a third of the largest voltage.
pub fn amplitude(gains: PidGains, dt_s: f64) -> f64 {
    U_MAX / (3.0 * (gains.kp + gains.kd / (gains.filter_s + dt_s)))
}

/// The response of the loop of a law, steps held for 40 ms.
pub fn response(friction: f64, gains: PidGains, dt_s: f64, amplitude: f64) -> Result<Response, Error> {
    let mut alone = looped(friction, Reflex::new(Pid::new(gains, dt_s)?), dt_s)?;
    let probe = Identify { amplitude, hold_s: 0.04, probe_s: 60.0, ..Identify::default() };
    probe.run(&mut alone)
}

/// The loop with a filter that learns from trial to trial.
pub fn learner(
    friction: f64,
    gains: PidGains,
    dt_s: f64,
    response: &Response,
    update: Update,
) -> Result<ClosedLoop<Motor, Adaptive>, Error> {
    let law = Pid::new(gains, dt_s)?;
    let trace = TraceModel::Response(response.taps.clone());
    let filter = AdaptiveFilter::new(
        Basis::gaussians(40, 0.1, 0.06, dt_s)?,
        &Learning { trace, update, step: Step::SUGGESTED },
    )?;
    looped(friction, Adaptive::cfpc(law, filter, dt_s), dt_s)
}
