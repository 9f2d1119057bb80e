//! A network that learns under a rule, trial by trial.

use crate::Error;
use crate::network::{NetworkState, Perturbation, PerturbationNetwork, Presentation};
use crate::rules::{LearningRule, Outcome};
use serde::{Deserialize, Serialize};

/// Outcome of a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trial {
    /// Number, from 0.
    pub trial: u64,
    /// Pattern shown.
    pub pattern: usize,
    /// Error E of the perturbed movement, eq. (7), Hz.
    pub error: f64,
    /// Mean R - PN of the perturbed movement, eq. (14), Hz.
    pub signed_error: f64,
    /// Inhibition I of the olive, eq. (8), Hz.
    pub inhibition: f64,
}

/// State of a learner. A learner of the same network and rule that restores it continues bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnerState {
    /// Number of completed trials.
    pub trial: u64,
    /// Weights.
    pub network: NetworkState,
    /// Name of the rule.
    pub rule: String,
    /// Memory of the rule.
    pub memory: Vec<f64>,
}

/// A network, a rule and the number of completed trials. Patterns are presented in turn.
///
/// # Example: a tenth of a run of the paper's network
/// ```
/// use lobule_theory::{learner::Learner, network::{PerturbationNetwork, NetworkParameters}, rules::{Sgdege, SgdegeParameters}};
/// # fn main() -> Result<(), lobule_theory::Error> {
/// let network = PerturbationNetwork::new(&NetworkParameters::default(), 1)?;
/// let rule = Sgdege::new(&network, &SgdegeParameters::default(), 1)?;
/// let mut learner = Learner::new(network, Box::new(rule));
/// let start = learner.step()?.error;
/// for _ in 0..12_000 {
///     learner.step()?;
/// }
/// assert!(learner.step()?.error < start - 1.0);
/// # Ok(())
/// # }
/// ```
pub struct Learner {
    network: PerturbationNetwork,
    rule: Box<dyn LearningRule>,
    trial: u64,
    perturbation: Perturbation,
    presentation: Presentation,
}

impl Learner {
    /// A learner before its first trial.
    pub fn new(network: PerturbationNetwork, rule: Box<dyn LearningRule>) -> Self {
        let perturbation = Perturbation::none(network.parameters());
        let presentation = Presentation::empty(network.parameters());
        Self { network, rule, trial: 0, perturbation, presentation }
    }

    /// Runs one trial: perturbed movement, error of eq. (7), learning.
    ///
    /// # Errors
    /// [`Error::NonFinite`] if error or inhibition is not finite; errors of the rule.
    pub fn step(&mut self) -> Result<Trial, Error> {
        let pattern = self.next_pattern();
        self.move_perturbed()?;
        let seen = &self.presentation;
        let (error, signed_error, inhibition) = (seen.error(), seen.signed_error(), seen.inhibition);
        self.learn(error)?;
        Ok(Trial { trial: self.trial - 1, pattern, error, signed_error, inhibition })
    }

    /// Runs the movement of the next trial and leaves learning to [`Learner::learn`], for a task with an error of its own.
    ///
    /// # Errors
    /// Errors of the rule.
    pub fn move_perturbed(&mut self) -> Result<&Presentation, Error> {
        let pattern = self.next_pattern();
        self.perturbation.clear();
        self.rule.perturb(self.trial, pattern, &mut self.perturbation)?;
        self.network.present(pattern, &self.perturbation, &mut self.presentation)?;
        Ok(&self.presentation)
    }

    /// Learns from the last movement under a global error, Hz, and ends the trial.
    ///
    /// # Errors
    /// [`Error::NonFinite`] if error or inhibition is not finite; errors of the rule.
    pub fn learn(&mut self, error: f64) -> Result<(), Error> {
        let pattern = self.next_pattern();
        let seen = &self.presentation;
        for (quantity, value) in [("the error", error), ("the inhibition of the olive", seen.inhibition)] {
            if !value.is_finite() {
                return Err(Error::NonFinite { quantity, trial: self.trial });
            }
        }
        let (trial, perturbation) = (self.trial, &self.perturbation);
        let outcome = Outcome { trial, pattern, perturbation, error, movement: seen };
        self.rule.learn(&outcome, &mut self.network)?;
        self.trial += 1;
        Ok(())
    }

    /// The pattern of the next trial.
    pub fn next_pattern(&self) -> usize {
        (self.trial % self.network.parameters().patterns as u64) as usize
    }

    /// Error of a pattern without perturbation, eq. (7), Hz.
    ///
    /// # Errors
    /// [`Error::Outside`] for a pattern that does not exist.
    pub fn error_at_rest(&self, pattern: usize) -> Result<f64, Error> {
        Ok(self.at_rest(pattern)?.error())
    }

    /// The rates of a pattern without perturbation.
    ///
    /// # Errors
    /// [`Error::Outside`] for a pattern that does not exist.
    pub fn at_rest(&self, pattern: usize) -> Result<Presentation, Error> {
        let mut seen = Presentation::empty(self.network.parameters());
        self.network.present(pattern, &Perturbation::none(self.network.parameters()), &mut seen)?;
        Ok(seen)
    }

    /// The network.
    pub fn network(&self) -> &PerturbationNetwork {
        &self.network
    }

    /// Mutable access to the network.
    pub fn network_mut(&mut self) -> &mut PerturbationNetwork {
        &mut self.network
    }

    /// Name of the rule.
    pub fn rule_name(&self) -> &str {
        self.rule.name()
    }

    /// Number of completed trials.
    pub fn trials(&self) -> u64 {
        self.trial
    }

    /// Copy of the state that learning changes.
    pub fn state(&self) -> LearnerState {
        LearnerState {
            trial: self.trial,
            network: self.network.state(),
            rule: self.rule.name().into(),
            memory: self.rule.memory(),
        }
    }

    /// Restores a state; a state that does not fit changes nothing.
    ///
    /// # Errors
    /// [`Error::OtherRule`] and [`Error::Shape`] for the state of another rule or network.
    pub fn restore(&mut self, state: &LearnerState) -> Result<(), Error> {
        if state.rule != self.rule.name() {
            return Err(Error::OtherRule { found: state.rule.clone(), expected: self.rule.name().into() });
        }
        let before = self.rule.memory();
        self.rule.recall(&state.memory)?;
        if let Err(error) = self.network.restore(&state.network) {
            self.rule.recall(&before)?;
            return Err(error);
        }
        self.trial = state.trial;
        Ok(())
    }
}
