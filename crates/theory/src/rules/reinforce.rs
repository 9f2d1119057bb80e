//! REINFORCE for Gaussian units, with reinforcement comparison.
//!
//! ```text
//! w[i,s,l] -= alpha L T (E - b_mu) / sigma  sum_t (xi_l(t) / sigma) M_{i,s}(t)
//! b_mu     += gamma (E - b_mu)
//! xi_l(t) ~ N(0, sigma^2), one draw for the Purkinje cells of a column
//! ```
//!
//! Williams' characteristic eligibility of the mean of a Gaussian unit is `xi / sigma^2`; the
//! reward is -E and its baseline the running mean b of the pattern's errors. It differs from
//! node perturbation in that nothing but the perturbed movement is ever made.
//!
//! Source: Williams 1992, doi:10.1007/BF00992696, Gaussian units and reinforcement comparison. Chosen: sigma and
//! alpha of node perturbation, so that only the baseline differs; gamma 0.3, a mean over three trials: a step
//! moves E about as much as the noise does, and a baseline that lags behind takes that for surprise. At
//! twice the step, or with gamma 0.1, the error of the network of Table 2 grows.

use super::{LearningRule, Outcome, gaussian, positive, step_size};
use crate::Error;
use crate::network::{Network, Perturbation};
use lobule_signal::Stream;
use serde::{Deserialize, Serialize};

/// Parameters of the rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReinforceParameters {
    /// Standard deviation of the perturbation, Hz.
    pub sigma: f64,
    /// Step alpha, Hz.
    pub alpha: f64,
    /// Share of a new error in the baseline, above 0 to 1.
    pub gamma: f64,
}

impl Default for ReinforceParameters {
    fn default() -> Self {
        Self { sigma: 0.2, alpha: 0.0001, gamma: 0.3 }
    }
}

/// The rule.
#[derive(Debug, Clone)]
pub struct Reinforce {
    parameters: ReinforceParameters,
    noise: Stream,
    draws: Vec<f64>,
    /// Running mean of the error, `[p]`, Hz; negative before a pattern's first trial.
    baseline: Vec<f64>,
}

impl Reinforce {
    /// The rule for a network, drawing from the network's own streams under `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter out of its range.
    pub fn new(network: &Network, parameters: &ReinforceParameters, seed: u64) -> Result<Self, Error> {
        parameters.validate()?;
        let p = network.parameters();
        Ok(Self {
            parameters: parameters.clone(),
            noise: network.stream(seed, "reinforce/noise"),
            draws: vec![0.0; p.outputs()],
            baseline: vec![-1.0; p.patterns],
        })
    }
}

impl ReinforceParameters {
    /// Whether the parameters make sense.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first that does not.
    pub fn validate(&self) -> Result<(), Error> {
        positive("reinforce.sigma", self.sigma)?;
        step_size("reinforce.alpha", self.alpha)?;
        if self.gamma > 0.0 && self.gamma <= 1.0 {
            return Ok(());
        }
        Err(Error::Parameter {
            parameter: "reinforce.gamma".into(),
            value: self.gamma,
            allowed: "above 0 to 1: the share of a new error in its running mean",
        })
    }
}

impl LearningRule for Reinforce {
    fn name(&self) -> &str {
        "reinforce"
    }

    fn perturb(&mut self, trial: u64, _pattern: usize, into: &mut Perturbation) -> Result<(), Error> {
        gaussian(&self.noise, trial, self.parameters.sigma, &mut self.draws);
        into.set_all(&self.draws)
    }

    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut Network) -> Result<(), Error> {
        Error::inside("pattern", outcome.pattern, self.baseline.len())?;
        let baseline = &mut self.baseline[outcome.pattern];
        // The first error is its own baseline: nothing is known yet.
        let surprise = if *baseline < 0.0 { 0.0 } else { outcome.error - *baseline };
        *baseline =
            if *baseline < 0.0 { outcome.error } else { *baseline + self.parameters.gamma * surprise };
        let places = self.draws.len() as f64;
        let step =
            -self.parameters.alpha * places * surprise / (self.parameters.sigma * self.parameters.sigma);
        for (by, &xi) in self.draws.iter_mut().zip(outcome.perturbation.amplitude()) {
            *by = step * xi;
        }
        network.shift_purkinje_each(outcome.pattern, &self.draws)
    }

    fn memory(&self) -> Vec<f64> {
        self.baseline.clone()
    }

    fn recall(&mut self, memory: &[f64]) -> Result<(), Error> {
        Error::same_len("memory of the rule", memory.len(), self.baseline.len())?;
        self.baseline.copy_from_slice(memory);
        Ok(())
    }
}
