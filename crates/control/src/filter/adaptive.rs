//! The adaptive filter and how its weights change.

use super::{Basis, TraceModel, Traces};
use crate::{Error, Inputs, Senses};
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
    /// `rate · e · teacher / max ‖e‖²`, the largest power of the traces so far: needs no theory. Range 0.001 to 0.1 per
    /// trial-sum, default 0.01 (with a model trace; a well tuned delay bears 0.1). Source: CFPC bench, measured on P2.
    Normalized(f64),
}

impl Step {
    /// The suggested normalized step.
    pub const SUGGESTED: Step = Step::Normalized(0.01);
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
    /// Largest power of the traces so far.
    power: f64,
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
                let allowed = "from 0 to below 2; 0.01 is suggested, 0.001 to 0.1 usual";
                ranges.require((0.0..2.0).contains(&rate), "normalized rate", rate, allowed)
            }
        }?;
        let n = basis.signals();
        Ok(Self {
            traces: Traces::new(&learning.trace, n)?,
            update: learning.update,
            step: learning.step,
            learns: true,
            weights: vec![0.0; n],
            x: vec![0.0; n],
            e: vec![0.0; n],
            sum: vec![0.0; n],
            power: 0.0,
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

    /// Starts a trial: inputs and traces are forgotten, and a trial that was not finished teaches nothing.
    pub fn reset(&mut self) {
        self.basis.reset();
        self.traces.reset();
        self.sum.fill(0.0);
    }

    /// The output of this tick.
    pub fn answer(&mut self, senses: &Senses) -> f64 {
        self.basis.advance(senses, &mut self.x);
        self.traces.advance(&self.x, &mut self.e);
        self.weights.iter().zip(&self.x).fold(0.0, |o, (w, x)| o + w * x)
    }

    /// Tells the filter its teacher in this tick, after [`AdaptiveFilter::answer`].
    pub fn teach(&mut self, teacher: f64) {
        if !self.learns {
            return;
        }
        self.power = self.power.max(self.e.iter().fold(0.0, |p, e| p + e * e));
        let (into, rate) = match self.update {
            Update::Trial => (&mut self.sum, 1.0),
            Update::Tick => (&mut self.weights, rate(self.step, self.power)),
        };
        for (w, e) in into.iter_mut().zip(&self.e) {
            *w += rate * teacher * e;
        }
    }

    /// Ends a trial.
    ///
    /// # Errors
    /// [`Error::NonFinite`] when a weight stops being a number.
    pub fn finish(&mut self, part: &'static str, trial_s: f64) -> Result<(), Error> {
        if self.learns && self.update == Update::Trial {
            let rate = rate(self.step, self.power);
            for (w, sum) in self.weights.iter_mut().zip(&mut self.sum) {
                *w += rate * *sum;
                *sum = 0.0;
            }
        }
        Error::finite(part, std::iter::repeat("weight"), &self.weights, trial_s)
    }
}

crate::snapshot!(AdaptiveFilter { basis, traces, learns, weights, sum, power });

fn rate(step: Step, power: f64) -> f64 {
    match step {
        Step::Plain(rate) => rate,
        Step::Normalized(rate) if power > 0.0 => rate / power,
        Step::Normalized(_) => 0.0,
    }
}
