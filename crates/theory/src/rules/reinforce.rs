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
//! node perturbation in that only the perturbed movement is made.
//!
//! Source: Williams 1992, doi:10.1007/BF00992696, Gaussian units and reinforcement comparison. Chosen: sigma and
//! alpha of node perturbation, so that only the baseline differs; gamma 0.3, a mean over three trials: a step
//! moves E about as much as the noise does, and a baseline that lags behind takes that for surprise. At
//! twice the step, or with gamma 0.1, the error of the network of Table 2 grows.

use super::{DriveNoise, LearningRule, Outcome};
use crate::Error;
use crate::network::{Perturbation, PerturbationNetwork};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Parameters of [`Reinforce`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReinforceParameters {
    /// Standard deviation of the perturbation, Hz.
    pub sigma: f64,
    /// Step alpha, Hz.
    pub alpha: f64,
    /// Fraction of a new error in the baseline, above 0 and at most 1.
    pub gamma: f64,
}

impl Default for ReinforceParameters {
    fn default() -> Self {
        Self { sigma: 0.2, alpha: 0.0001, gamma: 0.3 }
    }
}

/// REINFORCE with reinforcement comparison.
#[derive(Debug, Clone)]
pub struct Reinforce {
    noise: DriveNoise,
    gamma: f64,
    /// Running mean of the error, `[p]`, Hz; negative before a pattern's first trial.
    baseline: Vec<f64>,
}

impl Reinforce {
    /// A rule for a network, which draws from the network's streams under `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter outside its range.
    pub fn new(
        network: &PerturbationNetwork,
        parameters: &ReinforceParameters,
        seed: u64,
    ) -> Result<Self, Error> {
        parameters.validate()?;
        let ReinforceParameters { sigma, alpha, gamma } = *parameters;
        Ok(Self {
            noise: DriveNoise::new(network, sigma, alpha, seed, "reinforce/noise"),
            gamma,
            baseline: vec![-1.0; network.parameters().patterns],
        })
    }
}

impl ReinforceParameters {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let ranges = Ranges::of("reinforce");
        ranges.positive("sigma", self.sigma)?;
        ranges.at_least_zero("alpha", self.alpha)?;
        let is_share = self.gamma > 0.0 && self.gamma <= 1.0;
        let allowed = "above 0, at most 1: a fraction of the new error";
        Ok(ranges.require(is_share, "gamma", self.gamma, allowed)?)
    }
}

impl LearningRule for Reinforce {
    fn name(&self) -> &str {
        "reinforce"
    }

    fn perturb(&mut self, trial: u64, _pattern: usize, into: &mut Perturbation) -> Result<(), Error> {
        self.noise.perturb(trial, into)
    }

    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut PerturbationNetwork) -> Result<(), Error> {
        Error::inside("pattern", outcome.pattern, self.baseline.len())?;
        let baseline = &mut self.baseline[outcome.pattern];
        // The first error is its own baseline: nothing is known yet.
        let surprise = if *baseline < 0.0 { 0.0 } else { outcome.error - *baseline };
        *baseline = if *baseline < 0.0 { outcome.error } else { *baseline + self.gamma * surprise };
        self.noise.learn(surprise, outcome, network)
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
