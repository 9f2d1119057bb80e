//! Stochastic gradient descent with estimated global errors.
//!
//! ```text
//! (9)  w[i,s,l] -= alpha_w c sum_t eta_l(t) M_{i,s}(t)
//! (10) v[i,s]    = [v[i,s] + alpha_v c sum_t M_{i,s}(t)]+
//! c = +1 if E > I, else -1;  eta_l(t) = 1 in one random bin with probability rho
//! ```
//!
//! A perturbing complex spike adds `amplitude` to the Purkinje cells of its column in its
//! bin. Equal E and I count as no error spike: the paper leaves it open.
//!
//! Source: Bouvier et al. 2018, doi:10.7554/eLife.31599, eqs. (7)-(10), Table 2.

use super::{LearningRule, Outcome, step_size};
use crate::Error;
use crate::network::{Network, Perturbation};
use lobule_signal::Stream;
use serde::{Deserialize, Serialize};

/// Parameters of the rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SgdegeParameters {
    /// Probability rho of a perturbing spike per climbing fiber and movement.
    pub rho: f64,
    /// Effect A of a perturbing spike on each Purkinje cell of the column, Hz.
    pub amplitude: f64,
    /// Step alpha_w of Purkinje weights, Hz.
    pub alpha_w: f64,
    /// Step alpha_v of nucleo-olivary weights, Hz.
    pub alpha_v: f64,
}

impl Default for SgdegeParameters {
    fn default() -> Self {
        Self { rho: 0.03, amplitude: 2.0, alpha_w: 0.02, alpha_v: 0.0002 }
    }
}

/// The rule.
#[derive(Debug, Clone)]
pub struct Sgdege {
    parameters: SgdegeParameters,
    spikes: Stream,
    bins: Stream,
    size: (usize, usize),
}

impl Sgdege {
    /// The rule for a network, drawing from the network's own streams under `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter out of its range.
    pub fn new(network: &Network, parameters: &SgdegeParameters, seed: u64) -> Result<Self, Error> {
        parameters.validate()?;
        let p = network.parameters();
        Ok(Self {
            parameters: parameters.clone(),
            spikes: network.stream(seed, "sgdege/spike"),
            bins: network.stream(seed, "sgdege/bin"),
            size: (p.columns, p.bins),
        })
    }
}

impl SgdegeParameters {
    /// Whether the parameters make sense.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first that does not.
    pub fn validate(&self) -> Result<(), Error> {
        if !(0.0..=1.0).contains(&self.rho) {
            return Err(Error::Parameter {
                parameter: "sgdege.rho".into(),
                value: self.rho,
                allowed: "a probability per movement, 0 to 1",
            });
        }
        step_size("sgdege.amplitude", self.amplitude)?;
        step_size("sgdege.alpha_w", self.alpha_w)?;
        step_size("sgdege.alpha_v", self.alpha_v)
    }
}

impl LearningRule for Sgdege {
    fn name(&self) -> &str {
        "sgdege"
    }

    fn perturb(&mut self, trial: u64, _pattern: usize, into: &mut Perturbation) -> Result<(), Error> {
        let (columns, bins) = self.size;
        for column in 0..columns as u32 {
            if self.spikes.uniform(trial, column) < self.parameters.rho {
                into.add(
                    column as usize,
                    self.bins.below(trial, column, bins as u32) as usize,
                    self.parameters.amplitude,
                )?;
            }
        }
        Ok(())
    }

    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut Network) -> Result<(), Error> {
        let c = if outcome.error > outcome.inhibition { 1.0 } else { -1.0 };
        for (column, bin) in outcome.perturbation.places() {
            network.shift_purkinje_at(outcome.pattern, column, bin, -self.parameters.alpha_w * c)?;
        }
        network.shift_nucleo_olivary(outcome.pattern, self.parameters.alpha_v * c)
    }
}
