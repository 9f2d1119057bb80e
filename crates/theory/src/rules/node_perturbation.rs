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

use super::{LearningRule, Outcome, gaussian, positive, step_size};
use crate::Error;
use crate::network::{Network, Perturbation, Presentation};
use lobule_signal::Stream;
use serde::{Deserialize, Serialize};

/// Parameters of the rule.
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

/// The rule.
#[derive(Debug, Clone)]
pub struct NodePerturbation {
    parameters: NodePerturbationParameters,
    noise: Stream,
    draws: Vec<f64>,
    none: Perturbation,
    seen: Presentation,
}

impl NodePerturbation {
    /// The rule for a network, drawing from the network's own streams under `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter out of its range.
    pub fn new(network: &Network, parameters: &NodePerturbationParameters, seed: u64) -> Result<Self, Error> {
        parameters.validate()?;
        let p = network.parameters();
        Ok(Self {
            parameters: parameters.clone(),
            noise: network.stream(seed, "node_perturbation/noise"),
            draws: vec![0.0; p.outputs()],
            none: Perturbation::none(p),
            seen: Presentation::empty(p),
        })
    }
}

impl NodePerturbationParameters {
    /// Whether the parameters make sense.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first that does not.
    pub fn validate(&self) -> Result<(), Error> {
        positive("node_perturbation.sigma", self.sigma)?;
        step_size("node_perturbation.alpha", self.alpha)
    }
}

impl LearningRule for NodePerturbation {
    fn name(&self) -> &str {
        "node_perturbation"
    }

    fn perturb(&mut self, trial: u64, _pattern: usize, into: &mut Perturbation) -> Result<(), Error> {
        gaussian(&self.noise, trial, self.parameters.sigma, &mut self.draws);
        into.set_all(&self.draws)
    }

    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut Network) -> Result<(), Error> {
        network.present(outcome.pattern, &self.none, &mut self.seen)?;
        let change = outcome.error - self.seen.error();
        let places = self.draws.len() as f64;
        let step = -self.parameters.alpha * places * change / (self.parameters.sigma * self.parameters.sigma);
        for (by, &xi) in self.draws.iter_mut().zip(outcome.perturbation.amplitude()) {
            *by = step * xi;
        }
        network.shift_purkinje_each(outcome.pattern, &self.draws)
    }
}
