//! An oracle: each column receives the signed error of its own nuclear cell in every bin.
//!
//! ```text
//! w[i,s,l] += alpha sum_t (PN_l(t) - R_l(t)) M_{i,s}(t)
//! ```
//!
//! The delta rule (Widrow & Hoff 1960), what learning could be if credit were assigned
//! from outside; an upper bound for the others. A step removes about the fraction `rate` of an error: alpha is `rate`
//! divided by the effect of one unit of weight on the nuclear cell, inputs per bin x rows x |u_pc|. Chosen: rate 0.02, so
//! that the fall of the error is visible beside that of the other rules.

use super::{LearningRule, Outcome};
use crate::{Error, network::PerturbationNetwork};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Parameter of [`SignedErrorOracle`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedErrorOracleParameters {
    /// Fraction of an error that one step removes; above 2 the rule diverges.
    pub rate: f64,
}

impl Default for SignedErrorOracleParameters {
    fn default() -> Self {
        Self { rate: 0.02 }
    }
}

/// The oracle with the signed error of every nuclear cell.
#[derive(Debug, Clone)]
pub struct SignedErrorOracle {
    parameters: SignedErrorOracleParameters,
    shifts: Vec<f64>,
    per_weight: f64,
}

impl SignedErrorOracle {
    /// A rule for a network.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a rate outside its range.
    pub fn new(
        network: &PerturbationNetwork,
        parameters: &SignedErrorOracleParameters,
    ) -> Result<Self, Error> {
        parameters.validate()?;
        let p = network.parameters();
        Ok(Self {
            parameters: parameters.clone(),
            shifts: vec![0.0; p.outputs()],
            per_weight: p.inputs_per_bin() * p.rows as f64 * p.pc_to_pn().abs(),
        })
    }
}

impl SignedErrorOracleParameters {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        Ok(Ranges::of("oracle").at_least_zero("rate", self.rate)?)
    }
}

impl LearningRule for SignedErrorOracle {
    fn name(&self) -> &str {
        "signed_error_oracle"
    }

    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut PerturbationNetwork) -> Result<(), Error> {
        let alpha = self.parameters.rate / self.per_weight;
        let pairs = outcome.movement.projection.iter().zip(&outcome.movement.target);
        for (by, (rate, target)) in self.shifts.iter_mut().zip(pairs) {
            *by = alpha * (rate - target);
        }
        network.shift_purkinje_each(outcome.pattern, &self.shifts)
    }
}
