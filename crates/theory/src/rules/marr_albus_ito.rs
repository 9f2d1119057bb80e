//! The consensus rule: complex spikes signal errors and depress the synapses of active fibers.
//!
//! ```text
//! (15) E > 0: w[i,s,l] -= alpha_w sum_t M_{i,s}(t)   all columns
//!      else:  w[i,s,l] += beta_w                     all weights
//! ```
//!
//! With the signed error (14), mean R - PN, the mean rate is learned but no cell's own; with the
//! unsigned error (7) every movement is an error and the Purkinje cells fall silent.
//!
//! Source: Bouvier et al. 2018, doi:10.7554/eLife.31599, eqs. (14), (15), Table 2.

use super::{LearningRule, Outcome};
use crate::{Error, network::PerturbationNetwork};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Error that the climbing fibers signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Eq. (14): mean R - PN.
    Signed,
    /// Eq. (7): mean |PN - R|.
    Unsigned,
}

/// Parameters of [`MarrAlbusIto`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarrAlbusItoParameters {
    /// Depression of active fibers, Hz.
    pub alpha_w: f64,
    /// Potentiation of all fibers without error, Hz.
    pub beta_w: f64,
}

impl Default for MarrAlbusItoParameters {
    fn default() -> Self {
        Self { alpha_w: 0.02, beta_w: 0.002 }
    }
}

/// The consensus rule of Marr, Albus and Ito.
#[derive(Debug, Clone)]
pub struct MarrAlbusIto {
    error: ErrorKind,
    parameters: MarrAlbusItoParameters,
}

impl MarrAlbusIto {
    /// A rule for one kind of error.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter outside its range.
    pub fn new(error: ErrorKind, parameters: &MarrAlbusItoParameters) -> Result<Self, Error> {
        parameters.validate()?;
        Ok(Self { error, parameters: parameters.clone() })
    }
}

impl MarrAlbusItoParameters {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let ranges = Ranges::of("marr_albus_ito");
        ranges.at_least_zero("alpha_w", self.alpha_w)?;
        Ok(ranges.at_least_zero("beta_w", self.beta_w)?)
    }
}

impl LearningRule for MarrAlbusIto {
    fn name(&self) -> &str {
        match self.error {
            ErrorKind::Signed => "marr_albus_ito_signed",
            ErrorKind::Unsigned => "marr_albus_ito_unsigned",
        }
    }

    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut PerturbationNetwork) -> Result<(), Error> {
        let error = match self.error {
            ErrorKind::Signed => outcome.movement.signed_error(),
            ErrorKind::Unsigned => outcome.error,
        };
        if error > 0.0 {
            network.shift_purkinje_active(outcome.pattern, -self.parameters.alpha_w)
        } else {
            network.shift_purkinje_all(self.parameters.beta_w);
            Ok(())
        }
    }
}
