//! Targets, and eyes that pursue them.

use super::config::{Config, LOWEST_MIXED_HZ, PursuitController};
use crate::classic::response::{Demodulator, Response};
use PursuitController::{Cfpc, Feedback, Fel, Foresight, Smith};
use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::forward::{self, Equations, Law, Seen, SmithPredictor};
use lobule_control::plant::{DrivenEye, Eye, EyeParameters};
use lobule_control::{Adaptive, Brainstem, BrainstemParameters, ClosedLoop, Controller, Drive, LinearSystem};
use lobule_signal::Stream;
use lobule_study::Error;
use std::collections::VecDeque;
use std::f64::consts::{SQRT_2, TAU};

/// Eye velocity that counts as divergence, deg/s. Chosen: far beyond the fastest target of the experiment.
const DIVERGED_DEG_S: f64 = 1e4;

/// A target: sines of (frequency in Hz, phase in turns), each of peak velocity `peak`, deg/s.
pub struct Target {
    sines: Vec<(f64, f64)>,
    peak: f64,
}

impl Target {
    /// A single sine; the seed draws its phase.
    pub fn sine(config: &Config, seed: u64, hz: f64) -> Self {
        let phase = Stream::new(seed, "pursuit/sine").uniform(0, 0);
        Self { sines: vec![(hz, phase)], peak: config.targets.speed_deg_s * SQRT_2 }
    }

    /// Many sines, each drawn from its own stretch of a grid of whole periods.
    pub fn mixed(config: &Config, seed: u64) -> Self {
        let t = &config.targets;
        let stream = Stream::new(seed, "pursuit/mixed");
        let grid = 1.0 / t.measured_s as f64;
        let (first, last) = ((LOWEST_MIXED_HZ / grid).round(), (t.mixed_to_hz / grid).floor());
        let each = (last - first) / t.mixed as f64;
        let sine = |k: usize| {
            let place = first + (each * (k as f64 + stream.uniform(0, k as u32))).floor();
            (place * grid, stream.uniform(1, k as u32))
        };
        let peak = t.speed_deg_s * (2.0 / t.mixed as f64).sqrt();
        Self { sines: (0..t.mixed).map(sine).collect(), peak }
    }

    /// Velocity at a time, deg/s.
    pub fn velocity(&self, t_s: f64) -> f64 {
        self.peak * self.sines.iter().map(|(hz, phase)| libm::sin(TAU * (hz * t_s + phase))).sum::<f64>()
    }
}

/// An eye and its controller.
pub struct Pursuer {
    closed: ClosedLoop<DrivenEye, Seen<Box<dyn Controller>>>,
    dt_s: f64,
    /// Ticks since the start, and visibility of the target in the last of them, newest last.
    tick: usize,
    seen: VecDeque<bool>,
}

impl Pursuer {
    /// The eye of a seed at rest under a controller; `ki`: gain of feedback, `noise`: sd of the sensed eye velocity, deg/s.
    pub fn new(
        config: &Config,
        kind: PursuitController,
        ki: f64,
        seed: u64,
        noise: f64,
    ) -> Result<Self, Error> {
        let dt_s = config.dt_s();
        let stream = Stream::new(seed, "pursuit/subject");
        let spread = |i| 1.0 + config.eye.spread * (2.0 * stream.uniform(0, i) - 1.0);
        let eye = |slow: f64, fast: f64| -> Result<DrivenEye, Error> {
            let e = &config.eye;
            let parameters =
                EyeParameters { slow_s: e.slow_s * slow, fast_s: e.fast_s * fast, strength: 1.0 };
            let healthy = BrainstemParameters { gain: 1.0, direct_s: e.slow_s, leak_s: e.leak_s };
            Ok(DrivenEye::new(Eye::new(parameters)?, Brainstem::new(healthy, dt_s)?))
        };
        // The true eye is the subject's; all models describe the nominal one.
        let (body, model) = (eye(spread(0), spread(1))?, eye(1.0, 1.0)?);
        let delays = config.delays();
        let law = Pid::new(PidGains { kp: 0.0, kd: 0.0, ki, filter_s: 0.0 }, dt_s)?;
        let speed = config.targets.speed_deg_s;
        let smith = || -> Result<Box<dyn Controller>, Error> {
            let kp = config.smith.kp;
            // The seen target is the command; the controller corrects the residual error.
            let law: Law = Box::new(move |s, r, u| u[0] = r[0] + kp * (r[0] - s[0]));
            let model = Box::new(Equations::driven_eye(&model, dt_s)?);
            Ok(Box::new(SmithPredictor::new(law, model, &[0.0; 3], &[speed; 3], delays[0] + delays[1])?))
        };
        let filter = || -> Result<AdaptiveFilter, Error> {
            let c = &config.cerebellum;
            let open = law.system()?.then(&LinearSystem::delay(delays[1])).then(&model.system(dt_s)?);
            let closed = open.then(&LinearSystem::delay(delays[0])).closed()?;
            let learning = Learning {
                trace: TraceModel::System(closed),
                update: Update::Tick,
                step: Step::Plain(c.rate / (speed * speed)),
            };
            let basis = Basis::filtered_reference(&c.taus_s, c.scale_s, dt_s)?;
            Ok(AdaptiveFilter::new(basis, &learning)?)
        };
        let inner: Box<dyn Controller> = match kind {
            Feedback => Box::new(Reflex::new(law.clone())),
            Smith | Foresight => smith()?,
            Cfpc => Box::new(Adaptive::cfpc(law.clone(), filter()?, dt_s)),
            Fel => Box::new(Adaptive::feedback_error_learning(law.clone(), filter()?, dt_s)),
        };
        let controller = if kind == Foresight {
            let f = &config.foresight;
            let foresight = forward::Foresight {
                lead: delays[0] + delays[1] + f.beyond_ms / config.tick_ms,
                taps: f.taps,
                every: f.every_ms / config.tick_ms,
                scale: speed,
                rate: f.rate,
            };
            Seen::foreseeing(inner, foresight)?
        } else {
            Seen::new(inner, 1)
        };
        // Targets change within a trial: a large error is the task's, not the learner's.
        let closed = ClosedLoop::new(body, controller, 1, dt_s, delays)?
            .unguarded()
            .with_noise_of(seed, "pursuit/noise")
            .signed(|channels| channels.senses[0].noise_sd = noise)?;
        Ok(Self { closed, dt_s, tick: 0, seen: VecDeque::from(vec![true; delays[0]]) })
    }

    /// Pursues a target for some ticks; `observe` receives time (s), target and eye velocity (deg/s). False if the eye diverged.
    pub fn follow(
        &mut self,
        velocity: impl Fn(f64) -> f64,
        is_seen: bool,
        ticks: usize,
        mut observe: impl FnMut(f64, f64, f64),
    ) -> bool {
        for _ in 0..ticks {
            let t_s = self.tick as f64 * self.dt_s;
            let (target, eye) = (velocity(t_s), self.closed.measured()[0]);
            observe(t_s, target, eye);
            // The disappearance of the target is sensed with the same delay as its velocity.
            self.seen.push_back(is_seen);
            let cue = [if self.seen.pop_front().unwrap_or(true) { 1.0 } else { 0.0 }];
            let drive = Drive { reference: &[target], cues: &cue, ..Drive::default() };
            if self.closed.tick(&drive).is_err() || eye.is_nan() || eye.abs() > DIVERGED_DEG_S {
                return false;
            }
            self.tick += 1;
        }
        true
    }
}

/// Pursues a target long enough to learn, then measures at each of its frequencies; none if the eye diverged. `observe` receives
/// the samples of the measurement.
pub fn track(
    config: &Config,
    kind: PursuitController,
    seed: u64,
    target: &Target,
    mut observe: impl FnMut(f64, f64, f64),
) -> Result<Option<Vec<Response>>, Error> {
    let mut pursuer = Pursuer::new(config, kind, config.feedback.ki, seed, config.noise_deg_s)?;
    let velocity = |t: f64| target.velocity(t);
    let [learning, measured] =
        [config.targets.learning_s, config.targets.measured_s].map(|s| config.ticks_of_s(s as f64));
    let mut sums: Vec<Demodulator> =
        target.sines.iter().map(|&(hz, _)| Demodulator::new(hz, config.dt_s())).collect();
    // All controllers have the same time for learning, so that all are measured on the same stretch.
    let is_kept = pursuer.follow(velocity, true, learning, |_, _, _| ())
        && pursuer.follow(velocity, true, measured, |t, v, eye| {
            sums.iter_mut().for_each(|s| s.take(v, eye));
            observe(t, v, eye);
        });
    Ok(is_kept.then(|| sums.iter().map(Demodulator::response).collect()))
}
