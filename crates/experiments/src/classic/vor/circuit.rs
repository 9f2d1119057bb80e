//! Subjects, their head movements, and the reflex: it learns in the light and is tested in the dark.

use super::config::Config;
use crate::classic::response::{Demodulator, Response};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::plant::{Eye, EyeParameters};
use lobule_control::{
    Architecture, Brainstem, BrainstemParameters, ClosedLoop, Controller, Drive, VestibuloOcular,
};
use lobule_signal::Stream;
use lobule_study::Error;
use std::f64::consts::{SQRT_2, TAU};

/// Eye velocity that counts as divergence, deg/s. Chosen: thirty times the fastest head movement of the experiment.
const DIVERGED_DEG_S: f64 = 1e4;
/// Minimum duration (s) and periods before a dark test is measured. Chosen: beyond the time constants of the canals and the slowest band.
const SETTLE: (f64, f64) = (20.0, 2.0);
/// Minimum duration (s) and periods of the test. Chosen: several periods; one for slow sines.
const TEST: (f64, f64) = (5.0, 1.0);

/// A subject: its eye, its imperfect brainstem and the wiring of its flocculus.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub config: &'a Config,
    pub seed: u64,
    pub eye: EyeParameters,
    pub brainstem: BrainstemParameters,
    pub architecture: Architecture,
    /// Age of the input with which slip is correlated, ms.
    pub eligibility_ms: usize,
}

impl<'a> Subject<'a> {
    /// The subject of a seed, with the configured eligibility.
    pub fn new(config: &'a Config, architecture: Architecture, seed: u64) -> Self {
        let stream = Stream::new(seed, "vor/subject");
        let between = |i: u32, [low, high]: [f64; 2]| low + (high - low) * stream.uniform(0, i);
        let spread = [1.0 - config.eye.spread, 1.0 + config.eye.spread];
        let slow_s = config.eye.slow_s * between(0, spread);
        let eye = EyeParameters { slow_s, fast_s: config.eye.fast_s * between(1, spread), strength: 1.0 };
        let b = &config.brainstem;
        let brainstem = BrainstemParameters {
            gain: between(2, b.gain),
            direct_s: slow_s * between(3, b.direct),
            leak_s: between(4, b.leak_s),
        };
        Self { config, seed, eye, brainstem, architecture, eligibility_ms: config.flocculus.eligibility_ms }
    }

    /// Its reflex at rest with given weights (empty: a naive flocculus). `weakens`: strength of the muscles, and the tick from
    /// which it applies.
    pub fn reflex(&self, weights: &[f64], weakens: Option<(f64, u64)>) -> Result<Reflex, Error> {
        let (config, dt_s) = (self.config, self.config.dt_s());
        let f = &config.flocculus;
        let rate = match self.architecture {
            Architecture::FeedForward => f.rate_feed_forward,
            Architecture::Recurrent => f.rate_recurrent,
        };
        let learning = Learning {
            trace: TraceModel::Delay(config.ticks(self.eligibility_ms)),
            update: Update::Tick,
            step: Step::Plain(rate / (config.head.speed_deg_s * config.head.speed_deg_s)),
        };
        let filter = AdaptiveFilter::new(Basis::bands(&f.taus_s, dt_s)?, &learning)?;
        let filter = if weights.is_empty() { filter } else { filter.with_weights(weights)? };
        let brainstem = Brainstem::new(self.brainstem, dt_s)?;
        let controller = VestibuloOcular::new(self.architecture, config.canal_s, brainstem, filter, dt_s)?;
        let weakens = weakens.map(|(strength, after)| (EyeParameters { strength, ..self.eye }, after));
        let delays = [config.ticks(config.visual_delay_ms), config.ticks(config.motor_delay_ms)];
        // The study shows where learning diverges.
        let closed = ClosedLoop::new(Eye::new(self.eye)?, controller, 1, dt_s, delays)?.unguarded();
        Ok(Reflex { closed, weakens })
    }

    /// Tests weights in the dark with one sine: whole periods to settle ([`SETTLE`]), then whole periods of measurement ([`TEST`]).
    /// `strength` is that of the muscles. The gain of an eye that diverged is not a number.
    pub fn dark(&self, weights: &[f64], strength: f64, hz: f64) -> Result<Response, Error> {
        let dt_s = self.config.dt_s();
        let subject = Subject { eye: EyeParameters { strength, ..self.eye }, ..*self };
        let mut reflex = subject.reflex(weights, None)?;
        reflex.set_learning(false);
        let periods =
            |(least_s, least): (f64, f64)| ((least_s * hz).ceil().max(least) / (hz * dt_s)).round() as usize;
        let mut head = Head::sine(hz, self.config.calibration.test_deg_s, dt_s);
        let mut sums = Demodulator::new(hz, dt_s);
        let is_lost = reflex.light(&mut head, 1.0, periods(SETTLE), |_, _| ()).diverged
            || reflex.light(&mut head, 1.0, periods(TEST), |desired, eye| sums.take(desired, eye)).diverged;
        Ok(if is_lost { Response::lost(hz) } else { sums.response() })
    }
}

/// Head velocity as a sum of sines, deg/s; each advances by a fixed angle per tick.
pub struct Head {
    /// (cosine, sine) of the present phase and of the advance per tick.
    sines: Vec<[f64; 4]>,
    speed: f64,
}

impl Head {
    /// Natural movements of a subject; `part` distinguishes runs of one subject.
    pub fn natural(config: &Config, seed: u64, part: &str) -> Self {
        let head = &config.head;
        let stream = Stream::new(seed, &format!("vor/head/{part}"));
        let [low, high] = head.frequency_hz.map(libm::log);
        let each = (high - low) / head.sines as f64;
        let sine = |k: usize| {
            let at = k as f64 + stream.uniform(0, k as u32);
            (libm::exp(low + each * at), stream.uniform(1, k as u32))
        };
        Self::new(&(0..head.sines).map(sine).collect::<Vec<_>>(), head.speed_deg_s, config.dt_s())
    }

    /// One sine of a peak velocity.
    pub fn sine(frequency_hz: f64, peak_deg_s: f64, dt_s: f64) -> Self {
        Self::new(&[(frequency_hz, 0.0)], peak_deg_s / SQRT_2, dt_s)
    }

    /// Sines of (frequency Hz, phase in turns) and equal velocity, together of rms `rms`.
    fn new(sines: &[(f64, f64)], rms: f64, dt_s: f64) -> Self {
        let turn = |&(f, phase): &(f64, f64)| {
            let (now, step) = (TAU * phase, TAU * f * dt_s);
            [libm::cos(now), libm::sin(now), libm::cos(step), libm::sin(step)]
        };
        Self { sines: sines.iter().map(turn).collect(), speed: rms * (2.0 / sines.len() as f64).sqrt() }
    }

    /// Velocity in this tick; advances to the next.
    fn advance(&mut self) -> f64 {
        let mut sum = 0.0;
        for [c, s, turn_c, turn_s] in &mut self.sines {
            sum += *s;
            (*c, *s) = (*c * *turn_c - *s * *turn_s, *s * *turn_c + *c * *turn_s);
        }
        self.speed * sum
    }
}

/// Eye, brainstem and flocculus of a subject, joined.
pub struct Reflex {
    closed: ClosedLoop<Eye, VestibuloOcular>,
    /// Muscles that weaken, and the tick from which they are weak.
    weakens: Option<(EyeParameters, u64)>,
}

/// Outcome of a stretch of time.
pub struct Stretch {
    pub slip_deg_s: f64,
    pub diverged: bool,
}

impl Reflex {
    pub fn weights(&self) -> Vec<f64> {
        self.closed.controller().weights().to_vec()
    }

    pub fn set_learning(&mut self, learns: bool) {
        self.closed.controller_mut().set_learning(learns);
    }

    /// Runs in the light behind spectacles for `ticks`; `observe` receives the desired and the actual eye velocity of every tick.
    pub fn light(
        &mut self,
        head: &mut Head,
        magnification: f64,
        ticks: usize,
        mut observe: impl FnMut(f64, f64),
    ) -> Stretch {
        let (mut squares, mut counted, mut diverged) = (0.0, 0u32, false);
        while !diverged && (counted as usize) < ticks {
            let head_velocity = head.advance();
            let desired = -magnification * head_velocity;
            let eye = self.closed.senses()[0];
            observe(desired, eye);
            squares += (desired - eye) * (desired - eye);
            counted += 1;
            let drive = Drive { reference: &[desired], cues: &[head_velocity], ..Drive::default() };
            let changed = match self.weakens {
                Some((weak, after)) if after == self.closed.ticks() => self.closed.plant_mut().change(weak),
                _ => Ok(()),
            };
            diverged = changed.is_err()
                || self.closed.tick(&drive).is_err()
                || eye.is_nan()
                || eye.abs() > DIVERGED_DEG_S;
        }
        Stretch { slip_deg_s: (squares / f64::from(counted.max(1))).sqrt(), diverged }
    }
}
