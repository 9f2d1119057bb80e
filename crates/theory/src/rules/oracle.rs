//! An oracle: each column is told the signed error of its own nuclear cell in every bin.
//!
//! ```text
//! w[i,s,l] += alpha sum_t (PN_l(t) - R_l(t)) M_{i,s}(t)
//! ```
//!
//! The delta rule (Widrow & Hoff 1960), what learning could be if credit were assigned
//! from outside; an upper bound for the others. A step takes away about the share
//! `rate` of an error: alpha is `rate` over the effect of one unit of weight on the
//! nuclear cell, inputs per bin x rows x |u_pc|. Chosen: rate 0.02, so that the fall of the error
//! can be seen beside that of the other rules.

use super::{LearningRule, Outcome, step_size};
use crate::Error;
use crate::network::Network;
use serde::{Deserialize, Serialize};

/// Parameter of the rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedErrorOracleParameters {
    /// Share of an error that one step takes away; above 2 the rule diverges.
    pub rate: f64,
}

impl Default for SignedErrorOracleParameters {
    fn default() -> Self {
        Self { rate: 0.02 }
    }
}

/// The rule.
#[derive(Debug, Clone)]
pub struct SignedErrorOracle {
    parameters: SignedErrorOracleParameters,
    shifts: Vec<f64>,
    per_weight: f64,
}

impl SignedErrorOracle {
    /// The rule for a network.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a rate out of its range.
    pub fn new(network: &Network, parameters: &SignedErrorOracleParameters) -> Result<Self, Error> {
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
    /// Whether the parameter makes sense.
    ///
    /// # Errors
    /// [`Error::Parameter`] where it does not.
    pub fn validate(&self) -> Result<(), Error> {
        step_size("oracle.rate", self.rate)
    }
}

impl LearningRule for SignedErrorOracle {
    fn name(&self) -> &str {
        "signed_error_oracle"
    }

    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut Network) -> Result<(), Error> {
        let alpha = self.parameters.rate / self.per_weight;
        let pairs = outcome.projection.iter().zip(outcome.target);
        for (by, (rate, target)) in self.shifts.iter_mut().zip(pairs) {
            *by = alpha * (rate - target);
        }
        network.shift_purkinje_each(outcome.pattern, &self.shifts)
    }
}
