//! Learning rules of the network: what is perturbed in a movement, and which weights
//! move after it.
//!
//! | rule | perturbs | needs to know |
//! | --- | --- | --- |
//! | [`Sgdege`] | few columns, one bin | whether the global error exceeds the inhibition |
//! | [`MarrAlbusIto`] | nothing | sign of a global error |
//! | [`NodePerturbation`] | everything | global error with and without the perturbation |
//! | [`Reinforce`] | everything | global error and its running mean |
//! | [`SignedErrorOracle`] | nothing | the signed error of every nuclear cell |
//!
//! A rule of your own is a type that implements [`LearningRule`].
//!
//! # Example: a rule of your own, the delta rule on the mean signed error
//! ```
//! use lobule_theory::{Error, learner::Learner, network::{Network, NetworkParameters}};
//! use lobule_theory::rules::{LearningRule, Outcome};
//!
//! struct MeanDelta { step: f64 }
//!
//! impl LearningRule for MeanDelta {
//!     fn name(&self) -> &str { "mean_delta" }
//!     fn learn(&mut self, outcome: &Outcome<'_>, network: &mut Network) -> Result<(), Error> {
//!         // Nuclear rates too low: less Purkinje activity, in every column.
//!         network.shift_purkinje_active(outcome.pattern, -self.step * outcome.signed_error())
//!     }
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let parameters = NetworkParameters { rate_target: 40.0, ..Default::default() };
//! let mut learner = Learner::new(Network::new(&parameters, 1)?, Box::new(MeanDelta { step: 0.005 }));
//! for _ in 0..200 {
//!     learner.step()?;
//! }
//! assert!(learner.step()?.signed_error.abs() < 0.1);
//! # Ok(())
//! # }
//! ```

mod marr_albus_ito;
mod node_perturbation;
mod oracle;
mod reinforce;
mod sgdege;

pub use marr_albus_ito::{ErrorKind, MarrAlbusIto, MarrAlbusItoParameters};
pub use node_perturbation::{NodePerturbation, NodePerturbationParameters};
pub use oracle::{SignedErrorOracle, SignedErrorOracleParameters};
pub use reinforce::{Reinforce, ReinforceParameters};
pub use sgdege::{Sgdege, SgdegeParameters};

use crate::Error;
use crate::network::{Network, Perturbation, mean};
use lobule_signal::{GROUP, Stream};

/// What a rule is told of a movement. Arrays are `[L][T]`, Hz.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// Trial, from 0.
    pub trial: u64,
    /// Pattern shown.
    pub pattern: usize,
    /// What the rule itself had added to Purkinje drives.
    pub perturbation: &'a Perturbation,
    /// The global error that reaches the olive, Hz: eq. (7), or what a task makes of the movement.
    pub error: f64,
    /// Mean nucleo-olivary rate, eq. (8), Hz.
    pub inhibition: f64,
    /// Rates of projection neurons.
    pub projection: &'a [f64],
    /// Their targets. Only an oracle and the signed Marr-Albus-Ito error look at these.
    pub target: &'a [f64],
}

impl Outcome<'_> {
    /// Mean over columns and bins of R - PN, eq. (14), Hz.
    pub fn signed_error(&self) -> f64 {
        mean(self.target.len(), |k| self.target[k] - self.projection[k])
    }
}

/// A learning rule. It may move weights only through the `shift_..` methods of [`Network`], which
/// keep the drives exact.
///
/// Random numbers should be functions of the trial ([`lobule_signal::Stream`]), so that a
/// run that is resumed goes on bit for bit.
pub trait LearningRule: Send {
    /// Name in tables and legends: lower case, words joined by `_`.
    fn name(&self) -> &str;

    /// Adds the trial's perturbation to an empty one.
    ///
    /// # Errors
    /// Those of [`Perturbation`]; they end the run.
    fn perturb(&mut self, trial: u64, pattern: usize, into: &mut Perturbation) -> Result<(), Error> {
        let _ = (trial, pattern, into);
        Ok(())
    }

    /// Changes weights after the movement.
    ///
    /// # Errors
    /// Those of the network; they end the run.
    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut Network) -> Result<(), Error>;

    /// What the rule remembers between trials beside the weights.
    fn memory(&self) -> Vec<f64> {
        Vec::new()
    }

    /// Takes a memory over.
    ///
    /// # Errors
    /// [`Error::Shape`] for a memory of another rule.
    fn recall(&mut self, memory: &[f64]) -> Result<(), Error> {
        Error::same_len("memory of the rule", memory.len(), 0)
    }
}

/// A step or amplitude: finite and zero or more.
fn step_size(parameter: &str, value: f64) -> Result<(), Error> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(Error::Parameter {
        parameter: parameter.into(),
        value,
        allowed: "zero or more; the rule itself sets the sign",
    })
}

/// A standard deviation or similar: finite and above zero.
fn positive(parameter: &str, value: f64) -> Result<(), Error> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(Error::Parameter {
        parameter: parameter.into(),
        value,
        allowed: "above zero: the rule divides by it",
    })
}

/// Fills `[L][T]` with independent normal noise of the trial, Hz: Box-Muller, two values of two draws.
fn gaussian(stream: &Stream, trial: u64, sd: f64, into: &mut [f64]) {
    let mut draws = [0u32; GROUP];
    let uniform = |draw: u32| (f64::from(draw) + 0.5) / 4_294_967_296.0;
    for (group, values) in into.chunks_mut(GROUP).enumerate() {
        stream.fill_group(trial, group as u32, &mut draws);
        for (pair, draws) in values.chunks_mut(2).zip(draws.chunks_exact(2)) {
            let radius = sd * (-2.0 * libm::log(uniform(draws[0]))).sqrt();
            let (sin, cos) = libm::sincos(std::f64::consts::TAU * uniform(draws[1]));
            for (value, part) in pair.iter_mut().zip([cos, sin]) {
                *value = radius * part;
            }
        }
    }
}
