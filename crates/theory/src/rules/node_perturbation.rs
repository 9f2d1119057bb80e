//! Node perturbation: every Purkinje drive is perturbed, and the movement is also made
//! without perturbation.
//!
//! ```text
//! w[i,s,l] -= alpha L T (E(xi) - E(0)) / sigma  sum_t (xi_l(t) / sigma) M_{i,s}(t)
//! xi_l(t) ~ N(0, sigma^2), one draw for the Purkinje cells of a column
//! ```
//!
//! The mean step is down the gradient of E to first order in sigma; its noise grows with
//! the number of perturbed places L T. E is a mean over L T terms, hence the factor L T: alpha is
//! the step of one place, whatever the size of the network. A trial costs two movements.
//!
//! Source: Werfel, Xie & Seung 2005, doi:10.1162/089976605774320539, node perturbation, with the drives of
//! columns as nodes. Chosen: sigma 0.2 Hz, small against the errors to be reached; alpha 0.0001 Hz,
//! the step of REINFORCE.

use super::{DriveNoise, LearningRule, Outcome};
use crate::Error;
use crate::network::{Perturbation, PerturbationNetwork, Presentation};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Parameters of [`NodePerturbation`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodePerturbationParameters {
    /// Standard deviation of the perturbation, Hz.
    pub sigma: f64,
    /// Step alpha, Hz.
    pub alpha: f64,
}

impl Default for NodePerturbationParameters {
    fn default() -> Self {
        Self { sigma: 0.2, alpha: 0.0001 }
    }
}

/// Node perturbation.
#[derive(Debug, Clone)]
pub struct NodePerturbation {
    noise: DriveNoise,
    none: Perturbation,
    unperturbed: Presentation,
}

impl NodePerturbation {
    /// A rule for a network, which draws from the network's streams under `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter outside its range.
    pub fn new(
        network: &PerturbationNetwork,
        parameters: &NodePerturbationParameters,
        seed: u64,
    ) -> Result<Self, Error> {
        parameters.validate()?;
        let NodePerturbationParameters { sigma, alpha } = *parameters;
        Ok(Self {
            noise: DriveNoise::new(network, sigma, alpha, seed, "node_perturbation/noise"),
            none: Perturbation::none(network.parameters()),
            unperturbed: Presentation::empty(network.parameters()),
        })
    }
}

impl NodePerturbationParameters {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let ranges = Ranges::of("node_perturbation");
        ranges.positive("sigma", self.sigma)?;
        Ok(ranges.at_least_zero("alpha", self.alpha)?)
    }
}

impl LearningRule for NodePerturbation {
    fn name(&self) -> &str {
        "node_perturbation"
    }

    fn perturb(&mut self, trial: u64, _pattern: usize, into: &mut Perturbation) -> Result<(), Error> {
        self.noise.perturb(trial, into)
    }

    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut PerturbationNetwork) -> Result<(), Error> {
        network.present(outcome.pattern, &self.none, &mut self.unperturbed)?;
        self.noise.learn(outcome.error - self.unperturbed.error(), outcome, network)
    }
}
