//! Learning rules of the network: the perturbation of a movement, and the weight changes after it.
//!
//! | rule | perturbs | requires |
//! | --- | --- | --- |
//! | [`Sgdege`] | few columns, one bin | the sign of global error less inhibition |
//! | [`MarrAlbusIto`] | nothing | sign of a global error |
//! | [`NodePerturbation`] | everything | global error with and without the perturbation |
//! | [`Reinforce`] | everything | global error and its running mean |
//! | [`SignedErrorOracle`] | nothing | the signed error of every nuclear cell |
//!
//! Types that implement [`LearningRule`] are rules, too.
//!
//! # Example: a new rule, the delta rule on the mean signed error
//! ```
//! use lobule_theory::{Error, learner::Learner, network::{PerturbationNetwork, NetworkParameters}};
//! use lobule_theory::rules::{LearningRule, Outcome};
//!
//! struct MeanDelta { step: f64 }
//!
//! impl LearningRule for MeanDelta {
//!     fn name(&self) -> &str { "mean_delta" }
//!     fn learn(&mut self, outcome: &Outcome<'_>, network: &mut PerturbationNetwork) -> Result<(), Error> {
//!         // Nuclear rates too low: less Purkinje activity, in every column.
//!         network.shift_purkinje_active(outcome.pattern, -self.step * outcome.movement.signed_error())
//!     }
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let parameters = NetworkParameters { rate_target: 40.0, ..Default::default() };
//! let mut learner = Learner::new(PerturbationNetwork::new(&parameters, 1)?, Box::new(MeanDelta { step: 0.005 }));
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
use crate::network::{Perturbation, PerturbationNetwork, Presentation};
use lobule_signal::{GROUP, Stream};

/// Outcome of a movement, the input of a rule. Arrays are `[L][T]`, Hz.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// Trial, from 0.
    pub trial: u64,
    /// Pattern shown.
    pub pattern: usize,
    /// Perturbation of Purkinje drives by the rule itself.
    pub perturbation: &'a Perturbation,
    /// Global error that reaches the olive, Hz: eq. (7), or the error of a task.
    pub error: f64,
    /// Rates and their targets; only an oracle and the signed Marr-Albus-Ito error use the targets.
    pub movement: &'a Presentation,
}

/// A learning rule. It may change weights only through the `shift_..` methods of [`PerturbationNetwork`], which keep the
/// drives exact.
///
/// Random numbers should be functions of the trial ([`lobule_signal::Stream`]), so that a resumed run continues bit for bit.
pub trait LearningRule: Send {
    /// Name in tables and legends, in lower case with words joined by `_`.
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
    fn learn(&mut self, outcome: &Outcome<'_>, network: &mut PerturbationNetwork) -> Result<(), Error>;

    /// Memory of the rule between trials beside the weights.
    fn memory(&self) -> Vec<f64> {
        Vec::new()
    }

    /// Restores a memory.
    ///
    /// # Errors
    /// [`Error::Shape`] for a memory of another rule.
    fn recall(&mut self, memory: &[f64]) -> Result<(), Error> {
        Error::same_len("memory of the rule", memory.len(), 0)
    }
}

/// Normal noise on the drive of every column in every bin, and the weights that follow its correlation with the error.
#[derive(Debug, Clone)]
struct DriveNoise {
    stream: Stream,
    /// Standard deviation sigma, Hz.
    sigma: f64,
    /// Step alpha of one place, Hz.
    alpha: f64,
    /// `[L][T]`, Hz.
    values: Vec<f64>,
}

impl DriveNoise {
    fn new(network: &PerturbationNetwork, sigma: f64, alpha: f64, seed: u64, label: &str) -> Self {
        let values = vec![0.0; network.parameters().outputs()];
        Self { stream: network.stream(seed, label), sigma, alpha, values }
    }

    /// Draws the noise of a trial: Box-Muller, two values of two draws.
    fn perturb(&mut self, trial: u64, into: &mut Perturbation) -> Result<(), Error> {
        let mut draws = [0u32; GROUP];
        for (group, values) in self.values.chunks_mut(GROUP).enumerate() {
            self.stream.fill_group(trial, group as u32, &mut draws);
            for (pair, draws) in values.chunks_mut(2).zip(draws.chunks_exact(2)) {
                let radius = self.sigma * (-2.0 * libm::log(Stream::to_uniform(draws[0]))).sqrt();
                let (sin, cos) = libm::sincos(std::f64::consts::TAU * Stream::to_uniform(draws[1]));
                for (value, part) in pair.iter_mut().zip([cos, sin]) {
                    *value = radius * part;
                }
            }
        }
        into.set_all(&self.values)
    }

    /// Shifts weights by `-alpha L T change xi / sigma²`.
    fn learn(
        &mut self,
        change: f64,
        outcome: &Outcome<'_>,
        network: &mut PerturbationNetwork,
    ) -> Result<(), Error> {
        let step = -self.alpha * self.values.len() as f64 * change / (self.sigma * self.sigma);
        for (by, &xi) in self.values.iter_mut().zip(outcome.perturbation.amplitude()) {
            *by = step * xi;
        }
        network.shift_purkinje_each(outcome.pattern, &self.values)
    }
}
