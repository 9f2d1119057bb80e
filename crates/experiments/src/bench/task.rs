//! The tasks of the bodies, and one trial of a task.

use super::config::{Config, TrialCondition};
use lobule_control::trajectory::{reaches, sines};
use lobule_control::{ClosedLoop, Controller, Drive, Plant, Senses};
use lobule_signal::Stream;
use lobule_study::Error;

/// Task of a condition: reference and force of its trials.
pub struct Task {
    condition: TrialCondition,
    seed: u64,
    /// The reference of every trial, unless references wander. `[ticks]`
    reference: Vec<f64>,
    /// The force of every trial; empty for none. `[ticks]`
    force: Vec<f64>,
    dt_s: f64,
}

impl Task {
    /// Task of a condition and seed, with pushes of `force`.
    pub fn new(config: &Config, condition: TrialCondition, seed: u64, force: f64) -> Self {
        let ticks = config.ticks();
        let (reference, force) = match condition {
            TrialCondition::Push => (vec![0.0; ticks], push(config, force)),
            _ => (reaches(ticks, config.dt_s), Vec::new()),
        };
        Self { condition, seed, reference, force, dt_s: config.dt_s }
    }

    /// Runs trial `index`; it stops where the position exceeds `limit`.
    pub fn run<P: Plant, C: Controller>(
        &self,
        closed: &mut ClosedLoop<P, C>,
        index: usize,
        limit: f64,
    ) -> Result<TrialMeasures, Error> {
        match self.condition {
            TrialCondition::Wander => {
                let reference = sines(self.seed, index as u64, self.reference.len(), self.dt_s);
                trial(closed, &reference, &[], limit, self.dt_s)
            }
            _ => trial(closed, &self.reference, &self.force, limit, self.dt_s),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrialMeasures {
    /// Root mean square of reference minus position; the ticks after a stop count with the limit.
    pub rms: f64,
    /// Largest distance of the position from 0.
    pub peak: f64,
    /// Tick at which the trial was stopped.
    pub stopped: Option<usize>,
}

/// Desired position and velocity in tick `n`. The velocity is the difference to the tick before.
pub fn desired(reference: &[f64], n: usize, dt_s: f64) -> [f64; 2] {
    [reference[n], (reference[n] - reference[n.saturating_sub(1)]) / dt_s]
}

/// Runs a trial of ticks of `dt_s` and ends it, so that controllers that learn do. For a body that senses its velocity the reference
/// holds the desired one, too. The trial stops where the position exceeds `limit`, the body
/// ends it, or a signal is no number.
pub fn trial<P: Plant, C: Controller>(
    closed: &mut ClosedLoop<P, C>,
    reference: &[f64],
    force: &[f64],
    limit: f64,
    dt_s: f64,
) -> Result<TrialMeasures, Error> {
    closed.reset();
    let references = closed.references();
    let (mut squares, mut peak, mut stopped) = (0.0, 0.0f64, None);
    for (n, &r) in reference.iter().enumerate() {
        let desired = desired(reference, n, dt_s);
        let position = closed.senses()[0];
        // A body that has fallen, or left its track, ends its trial itself.
        if position.is_nan() || position.abs() > limit || closed.status().has_ended() {
            stopped.get_or_insert(n);
        }
        if stopped.is_none() {
            let disturbance = force.get(n..=n).unwrap_or(&[]);
            match closed.tick(&Drive { reference: &desired[..references], disturbance, cues: &[] }) {
                Ok(()) => {
                    squares += (r - position).powi(2);
                    peak = peak.max(position.abs());
                }
                Err(lobule_control::Error::NonFinite { .. } | lobule_control::Error::Sensor { .. }) => {
                    stopped = Some(n);
                }
                Err(other) => return Err(other.into()),
            }
        }
        if stopped.is_some() {
            squares += limit * limit;
            peak = peak.max(limit);
        }
    }
    // Non-finite weights show in the next trial.
    match closed.finish((squares / reference.len() as f64).sqrt()) {
        Ok(()) | Err(lobule_control::Error::NonFinite { .. }) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(TrialMeasures { rms: (squares / reference.len().max(1) as f64).sqrt(), peak, stopped })
}

/// A controller whose senses are noisy, while the body's own stay true.
pub struct NoisySenses<C> {
    inner: C,
    /// `[senses]`
    sd: Vec<f64>,
    stream: Stream,
    tick: u64,
    /// `[senses]`
    noisy: Vec<f64>,
}

impl<C: Controller> NoisySenses<C> {
    /// Noise of standard deviation `sd`, of its own in every trial. `[senses]`
    pub fn new(inner: C, sd: Vec<f64>, seed: u64) -> Self {
        Self { inner, noisy: vec![0.0; sd.len()], sd, stream: Stream::new(seed, "bench/noise"), tick: 0 }
    }
}

lobule_control::snapshot!([C: Controller] NoisySenses<C> { inner, tick });

impl<C: Controller> Controller for NoisySenses<C> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn commands(&self) -> usize {
        self.inner.commands()
    }

    fn reset(&mut self) {
        self.inner.reset();
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), lobule_control::Error> {
        for (i, (noisy, sensed)) in self.noisy.iter_mut().zip(senses.sensed).enumerate() {
            *noisy = sensed + self.sd[i] * self.stream.normal(self.tick, i as u32);
        }
        self.tick += 1;
        self.inner.advance(&Senses { sensed: &self.noisy, ..*senses }, command)
    }

    fn finish(&mut self, cost: f64) -> Result<(), lobule_control::Error> {
        self.inner.finish(cost)
    }

    fn weights(&self) -> &[f64] {
        self.inner.weights()
    }

    fn set_learning(&mut self, learns: bool) {
        self.inner.set_learning(learns);
    }
}

/// A push of that force over a trial. `[ticks]`
pub fn push(config: &Config, force: f64) -> Vec<f64> {
    let mut push = vec![0.0; config.ticks()];
    let from = (config.push.at_s / config.dt_s).round() as usize;
    let to = from + (config.push.for_s / config.dt_s).round() as usize;
    push[from..to].fill(force);
    push
}
