//! An animal with an eyelid: trials of tones and puffs, and measures of its response. Ticks of 1 ms.

use super::config::{Config, LoopConfig};
use lobule_control::plant::Eyelid;
use lobule_control::{ClosedLoop, Controller, Drive};
use lobule_signal::Stream;
use lobule_study::Error;

/// A trial; all times are in ms after the onset of the tone.
pub struct Stimuli<'a> {
    /// Cues that are on, 0 or 1. `[cues]`
    pub cues: &'a [f64],
    pub tone_ms: usize,
    /// Start and length of the puff; none without a puff.
    pub puff_ms: Option<[usize; 2]>,
    /// End of the trial.
    pub after_ms: usize,
}

impl<'a> Stimuli<'a> {
    /// A tone that ends with the puff, or with the place of an omitted puff.
    pub fn delay(config: &Config, cues: &'a [f64], interval_ms: usize, has_puff: bool) -> Self {
        let p = &config.protocol;
        let puff_ms = has_puff.then_some([interval_ms, p.puff_ms]);
        Self { cues, tone_ms: interval_ms + p.puff_ms, puff_ms, after_ms: interval_ms + p.after_ms }
    }
}

/// An eyelid, its cerebellum and its motor noise.
#[derive(Clone)]
pub struct Animal<'a, C> {
    pub config: &'a Config,
    closed: ClosedLoop<Eyelid, C>,
    noise: Stream,
    /// Decay of the noise over a tick.
    noise_decay: f64,
    drift: f64,
    /// Ticks over all trials: every trial has noise of its own.
    age: u64,
    cues: Vec<f64>,
}

impl<'a, C: Controller> Animal<'a, C> {
    pub fn new(config: &'a Config, cerebellum: C, cues: usize, seed: u64) -> Result<Self, Error> {
        let LoopConfig { sensory_delay_ms, motor_delay_ms, noise_s, .. } = config.body;
        let delays = [sensory_delay_ms, motor_delay_ms];
        Ok(Self {
            config,
            // Without a reference there is no error to guard against.
            closed: ClosedLoop::new(Eyelid::new(config.eyelid)?, cerebellum, 0, 1e-3, delays)?.unguarded(),
            noise: Stream::new(seed, "eyeblink/motor"),
            noise_decay: libm::exp(-1e-3 / noise_s),
            drift: 0.0,
            age: 0,
            cues: vec![0.0; cues],
        })
    }

    pub fn cerebellum(&mut self) -> &mut C {
        self.closed.controller_mut()
    }

    /// Runs a trial and returns the closure after each ms, from `before_ms` before the onset. `watch` is called after each tick with
    /// the ms since the onset and the cerebellum.
    pub fn trial(
        &mut self,
        stimuli: &Stimuli,
        learns: bool,
        mut watch: impl FnMut(i64, &C) -> Result<(), Error>,
    ) -> Result<Vec<f64>, Error> {
        self.closed.controller_mut().set_learning(learns);
        self.closed.reset();
        let before_ms = self.config.protocol.before_ms;
        let length = before_ms + stimuli.after_ms;
        let mut closure = Vec::with_capacity(length);
        // A leak with draws that keep the variance.
        let step = self.config.body.noise_sd * (1.0 - self.noise_decay * self.noise_decay).sqrt();
        for k in 0..length {
            let since = k as i64 - before_ms as i64;
            let within = |from: usize, ms: usize| (from as i64..(from + ms) as i64).contains(&since);
            let blows = stimuli.puff_ms.is_some_and(|[at, ms]| within(at, ms));
            self.closed.plant_mut().blow(f64::from(u8::from(blows)))?;
            let sounds = f64::from(u8::from(within(0, stimuli.tone_ms)));
            self.cues.iter_mut().zip(stimuli.cues).for_each(|(cue, on)| *cue = sounds * on);
            self.drift = self.noise_decay * self.drift + step * self.noise.normal(self.age, 0);
            self.age += 1;
            self.closed.tick(&Drive { cues: &self.cues, disturbance: &[self.drift], ..Drive::default() })?;
            closure.push(self.closed.plant().closure());
            watch(since, self.closed.controller())?;
        }
        self.closed.finish(0.0)?;
        Ok(closure)
    }

    /// The response of a trial from the onset of the tone to `until_ms` after it.
    pub fn response(&self, closure: &[f64], until_ms: usize) -> LidResponse {
        let (before_ms, criterion) = (self.config.protocol.before_ms, self.config.criterion.closure);
        let seen = &closure[before_ms..(before_ms + until_ms).min(closure.len())];
        let (at, amplitude) =
            seen.iter().enumerate().fold((0, 0.0), |best, (k, &x)| if x > best.1 { (k, x) } else { best });
        let onset_ms = seen.iter().position(|&x| x > criterion).map(|k| k as f64);
        LidResponse { amplitude, peak_ms: at as f64, onset_ms }
    }
}

/// Measures of a response of the lid.
pub struct LidResponse {
    pub amplitude: f64,
    /// Time of the largest closure after the onset of the tone.
    pub peak_ms: f64,
    /// Time at which the closure first exceeds the criterion; none if it does not: then the response is not a conditioned one.
    pub onset_ms: Option<f64>,
}
