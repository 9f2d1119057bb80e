//! The adaptive filter and how its weights change.

use super::bound::Bound;
use super::{Basis, TraceModel, Traces};
use crate::{Error, Inputs, Senses, StateReader, StateWriter};
use lobule_signal::Ranges;

/// When weights change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Update {
    /// At the end of a trial, by the sum over its ticks.
    Trial,
    /// In every tick.
    Tick,
}

/// The size of a change.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// `rate · e · teacher`. From theory: with a correct trace every rate below `2 / λ_max` learns, and
    /// [`crate::oracle::Lifted::safe_rate`] is a good one.
    Plain(f64),
    /// `rate · e · teacher / L`, with L a bound of the largest eigenvalue of Σ e eᵀ over the ticks that a change answers for: a
    /// trial, or with [`Update::Tick`] the length of the response. It needs no theory, and means the same for every tick,
    /// basis and size of movement. Nothing is learned until L is known: until the end of the first trial, or with
    /// [`Update::Tick`] for as many ticks as the response lasts.
    ///
    /// With the trace of the loop, a trial multiplies the error along each direction of the traces by `1 - rate λ/L`, and
    /// λ ≤ L: every rate above 0 and below 2 learns, and a rate up to 1 never overshoots. A trace that is too small by a factor c, or
    /// off in phase by φ, lowers the limit to `2 cos φ / c`: half the range is left for what the trace is wrong about.
    Normalized(f64),
}

impl Step {
    /// The suggested normalized step.
    pub const SUGGESTED: Step = Step::Normalized(1.0);
}

/// How a filter learns.
#[derive(Debug, Clone, PartialEq)]
pub struct Learning {
    /// Memory that a synapse keeps of its input.
    pub trace: TraceModel,
    /// When weights change.
    pub update: Update,
    /// How much.
    pub step: Step,
}

/// Basis, weights and traces.
#[derive(Debug, Clone, PartialEq)]
pub struct AdaptiveFilter {
    basis: Basis,
    traces: Traces,
    update: Update,
    step: Step,
    learns: bool,
    weights: Vec<f64>,
    x: Vec<f64>,
    e: Vec<f64>,
    sum: Vec<f64>,
    bound: Bound,
    /// Fraction of the rate that is left after it was lowered, 1 to 0.
    pace: f64,
    /// Weights after a change, before they are known to be numbers.
    changed: Vec<f64>,
}

impl AdaptiveFilter {
    /// A filter with weights of 0.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a rate that is negative, a normalized rate of 2 or more, or a trace that cannot be.
    pub fn new(basis: Basis, learning: &Learning) -> Result<Self, Error> {
        let ranges = Ranges::of("adaptive filter");
        match learning.step {
            Step::Plain(rate) => ranges.require(rate >= 0.0, "rate", rate, "at least 0"),
            Step::Normalized(rate) => {
                let allowed = "from 0 to below 2; 1 is suggested";
                ranges.require((0.0..2.0).contains(&rate), "normalized rate", rate, allowed)
            }
        }?;
        let n = basis.signals();
        let block = match learning.update {
            Update::Trial => None,
            Update::Tick => Some(learning.trace.reach() as u64),
        };
        Ok(Self {
            traces: Traces::new(&learning.trace, n)?,
            bound: Bound::new(n, block, learning.trace.power()),
            pace: 1.0,
            changed: vec![0.0; n],
            update: learning.update,
            step: learning.step,
            learns: true,
            weights: vec![0.0; n],
            x: vec![0.0; n],
            e: vec![0.0; n],
            sum: vec![0.0; n],
            basis,
        })
    }

    /// The same filter with other weights. `[signals]`
    ///
    /// # Errors
    /// [`Error::Parameter`] for another number of weights.
    pub fn with_weights(mut self, weights: &[f64]) -> Result<Self, Error> {
        let (n, found) = (self.weights.len(), weights.len());
        let allowed = format!("the basis has {n} signals");
        Ranges::of("adaptive filter").require(found == n, "weights", found as f64, allowed)?;
        self.weights.copy_from_slice(weights);
        Ok(self)
    }

    /// The weights. `[signals]`
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Input that the basis reads.
    pub fn inputs(&self) -> Inputs {
        self.basis.inputs()
    }

    /// Switches learning.
    pub fn set_learning(&mut self, learns: bool) {
        self.learns = learns;
    }

    /// Checks that its basis was made for ticks of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] with both ticks.
    pub fn fits(&self, dt_s: f64) -> Result<(), Error> {
        self.basis.fits(dt_s)
    }

    /// Writes what gives the weights their meaning: the basis.
    pub fn parameters(&self, to: &mut StateWriter) {
        self.basis.parameters(to);
    }

    /// Writes the weights. The bound of the step belongs to the trace, and is found anew.
    pub fn write_learned(&self, to: &mut StateWriter) {
        to.put(&self.weights);
    }

    /// Takes over what [`AdaptiveFilter::write_learned`] wrote.
    ///
    /// # Errors
    /// [`Error::State`] for another number of weights, or one that is not a number.
    pub fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.take("weights", &mut self.weights)
    }

    /// Multiplies the rate of all changes to come.
    pub fn slow(&mut self, factor: f64) {
        self.pace *= factor;
    }

    /// The bound by which a normalized step is divided; none before it is known.
    pub fn bound(&self) -> Option<f64> {
        self.bound.value()
    }

    /// Starts a trial: inputs and traces are forgotten, and a trial that was not finished teaches nothing.
    pub fn reset(&mut self) {
        self.basis.reset();
        self.traces.reset();
        self.bound.reset();
        self.sum.fill(0.0);
    }

    /// The output of this tick.
    ///
    /// # Errors
    /// As [`Basis::advance`].
    pub fn answer(&mut self, senses: &Senses) -> Result<f64, Error> {
        self.basis.advance(senses, &mut self.x)?;
        self.traces.advance(&self.x, &mut self.e)?;
        Ok(self.weights.iter().zip(&self.x).fold(0.0, |o, (w, x)| o + w * x))
    }

    /// Tells the filter of `part` its teacher in this tick, after [`AdaptiveFilter::answer`].
    ///
    /// # Errors
    /// [`Error::NonFinite`] for a teacher or a trace that is not a number, or when a weight would stop being one; what was
    /// learned is kept as it was.
    pub fn teach(&mut self, part: &str, teacher: f64) -> Result<(), Error> {
        if !self.learns {
            return Ok(());
        }
        Error::finite(part, ["teacher"], &[teacher], f64::NAN)?;
        self.bound.add(&self.x, &self.e);
        match self.update {
            Update::Trial => {
                Error::finite(part, std::iter::repeat("trace"), &self.e, f64::NAN)?;
                self.sum.iter_mut().zip(&self.e).for_each(|(sum, e)| *sum += teacher * e);
                Ok(())
            }
            Update::Tick => {
                let rate = self.rate() * teacher;
                self.changed.copy_from_slice(&self.weights);
                self.changed.iter_mut().zip(&self.e).for_each(|(w, e)| *w += rate * e);
                self.take_changed(part, f64::NAN)
            }
        }
    }

    /// Ends a trial.
    ///
    /// # Errors
    /// [`Error::NonFinite`] when a weight would stop being a number; what was learned is kept as it was, and the trial teaches
    /// nothing.
    pub fn finish(&mut self, part: &str, trial_s: f64) -> Result<(), Error> {
        if !self.learns {
            return Ok(());
        }
        self.bound.finish();
        if self.update == Update::Tick {
            return Ok(());
        }
        let rate = self.rate();
        self.changed.copy_from_slice(&self.weights);
        self.changed.iter_mut().zip(&self.sum).for_each(|(w, sum)| *w += rate * sum);
        self.sum.fill(0.0);
        self.take_changed(part, trial_s)
    }

    fn take_changed(&mut self, part: &str, time_s: f64) -> Result<(), Error> {
        Error::finite(part, std::iter::repeat("weight"), &self.changed, time_s)?;
        std::mem::swap(&mut self.weights, &mut self.changed);
        Ok(())
    }

    fn rate(&self) -> f64 {
        self.pace
            * match self.step {
                Step::Plain(rate) => rate,
                Step::Normalized(rate) => match self.bound.value() {
                    Some(bound) if bound > 0.0 => rate / bound,
                    _ => 0.0,
                },
            }
    }
}

crate::snapshot!(AdaptiveFilter { basis, traces, learns, weights, sum, bound, pace });
