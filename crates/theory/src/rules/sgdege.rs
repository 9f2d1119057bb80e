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

use super::{LearningRule, Outcome};
use crate::Error;
use crate::network::{Perturbation, PerturbationNetwork};
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// Parameters of [`Sgdege`].
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

/// Stochastic gradient descent with estimated global errors.
#[derive(Debug, Clone)]
pub struct Sgdege {
    parameters: SgdegeParameters,
    spikes: Stream,
    bins: Stream,
    size: (usize, usize),
}

impl Sgdege {
    /// A rule for a network, which draws from the network's streams under `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter outside its range.
    pub fn new(
        network: &PerturbationNetwork,
        parameters: &SgdegeParameters,
        seed: u64,
    ) -> Result<Self, Error> {
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
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let ranges = Ranges::of("sgdege");
        ranges.probability("rho", self.rho)?;
        ranges.at_least_zero("amplitude", self.amplitude)?;
        ranges.at_least_zero("alpha_w", self.alpha_w)?;
        Ok(ranges.at_least_zero("alpha_v", self.alpha_v)?)
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
                let bin = self.bins.below(trial, column, bins as u32);
                into.add(column as usize, bin as usize, self.parameters.amplitude)?;
            }
        }
        Ok(())
    }

    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut PerturbationNetwork) -> Result<(), Error> {
        let c = if outcome.error > outcome.movement.inhibition { 1.0 } else { -1.0 };
        for (column, bin) in outcome.perturbation.places() {
            network.shift_purkinje_at(outcome.pattern, column, bin, -self.parameters.alpha_w * c)?;
        }
        network.shift_nucleo_olivary(outcome.pattern, self.parameters.alpha_v * c)
    }
}
