//! The delta rule (42), in which the cell receives its own signed error.
//!
//! ```text
//! E = P - R      w_i <- [w_i - alpha_w M_i E]+
//! ```
//! Patterns come in a fixed sequence, without perturbation. The paper does not give the step.
//! Chosen: the alpha_w of SGDEGE by default, a fifth of the error of a pattern per presentation.
//!
//! Source: Bouvier et al. 2018, doi:10.7554/eLife.31599, methods of Figure 10.

use super::kernel::{check_snapshot, finite, learn, sums};
use super::{Epoch, Patterns, PerceptronParameters, Start};
use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Epochs and weights: a copy resumes bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeltaPerceptronState {
    /// Epochs done.
    pub epoch: u64,
    /// Weights w, `[n]`, Hz.
    pub weights: Vec<f64>,
}

/// A perceptron that learns by the delta rule.
#[derive(Debug, Clone)]
pub struct DeltaPerceptron {
    parameters: PerceptronParameters,
    alpha: f64,
    patterns: Patterns,
    state: DeltaPerceptronState,
}

impl DeltaPerceptron {
    /// A perceptron before learning. `alpha` is the weight step per Hz of error; a
    /// presentation removes `alpha f sqrt(N)` of the error of its pattern.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a parameter outside its range, or patterns of other fibers.
    pub fn new(
        parameters: PerceptronParameters,
        alpha: f64,
        patterns: Patterns,
        start: Start,
        seed: u64,
    ) -> Result<Self, Error> {
        parameters.validate()?;
        patterns.belong_to(&parameters)?;
        let part = alpha * parameters.active_fraction * parameters.root();
        let allowed = "above 0, and below 2 / (f sqrt(N)), where a step overshoots by more than the error";
        Ranges::of("perceptron").require(alpha > 0.0 && part < 2.0, "alpha", alpha, allowed)?;
        let weights = start.weights(&parameters, seed);
        Ok(Self { parameters, alpha, patterns, state: DeltaPerceptronState { epoch: 0, weights } })
    }

    /// The state after the last epoch.
    pub fn state(&self) -> &DeltaPerceptronState {
        &self.state
    }

    /// Puts a state in place of the current one.
    ///
    /// # Errors
    /// [`Error::Parameter`] if it has another number of weights, or one that no run can give.
    pub fn restore(&mut self, state: DeltaPerceptronState) -> Result<(), Error> {
        check_snapshot(&state.weights, self.state.weights.len())?;
        self.state = state;
        Ok(())
    }

    /// The patterns.
    pub fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// Rate P of pattern `mu`, Hz.
    ///
    /// # Panics
    /// If the pattern does not exist.
    pub fn rate_hz(&self, mu: usize) -> f64 {
        let [sum] = sums(self.patterns.active(mu), self.state.weights.as_chunks().0);
        self.parameters.drive(sum).max(0.0)
    }

    /// Presents every pattern once, in order, and learns from each.
    ///
    /// # Errors
    /// [`Error::NonFinite`] if a rate is not finite.
    pub fn epoch(&mut self) -> Result<Epoch, Error> {
        let mut error_sum = 0.0;
        for mu in 0..self.patterns.len() {
            let error = self.rate_hz(mu) - self.patterns.targets_hz()[mu];
            let weights = self.state.weights.as_chunks_mut().0;
            learn(self.patterns.active(mu), weights, [-self.alpha * error]);
            error_sum += error.abs();
        }
        self.state.epoch += 1;
        finite(error_sum, self.state.epoch - 1)?;
        Ok(Epoch { error_hz: error_sum / self.patterns.len() as f64, error_spikes: 0.0 })
    }
}
