//! A network that learns under a rule, trial by trial.

use crate::Error;
use crate::network::{Network, NetworkState, Perturbation, Presentation};
use crate::rules::{LearningRule, Outcome};
use serde::{Deserialize, Serialize};

/// What a trial comes to.
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

/// Everything that changes in a learner. One of the same network and rule that takes it over
/// continues bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnerState {
    /// Trials made.
    pub trial: u64,
    /// Weights.
    pub network: NetworkState,
    /// Name of the rule.
    pub rule: String,
    /// What the rule remembers.
    pub memory: Vec<f64>,
}

/// A network, a rule and the number of trials made. Patterns are shown in turn.
///
/// # Example: a tenth of a run of the paper's network
/// ```
/// use lobule_theory::{learner::Learner, network::{Network, NetworkParameters}, rules::{Sgdege, SgdegeParameters}};
/// # fn main() -> Result<(), lobule_theory::Error> {
/// let network = Network::new(&NetworkParameters::default(), 1)?;
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
    network: Network,
    rule: Box<dyn LearningRule>,
    trial: u64,
    perturbation: Perturbation,
    presentation: Presentation,
}

impl Learner {
    /// A learner before its first trial.
    pub fn new(network: Network, rule: Box<dyn LearningRule>) -> Self {
        let perturbation = Perturbation::none(network.parameters());
        let presentation = Presentation::empty(network.parameters());
        Self { network, rule, trial: 0, perturbation, presentation }
    }

    /// Makes one trial: perturbed movement, error of eq. (7), learning.
    ///
    /// # Errors
    /// [`Error::NonFinite`] when error or inhibition stops being a number; those of the rule.
    pub fn step(&mut self) -> Result<Trial, Error> {
        let pattern = self.next_pattern();
        self.move_perturbed()?;
        let seen = &self.presentation;
        let (error, signed_error, inhibition) = (seen.error(), seen.signed_error(), seen.inhibition);
        self.learn(error)?;
        Ok(Trial { trial: self.trial - 1, pattern, error, signed_error, inhibition })
    }

    /// Makes the movement of the next trial and leaves learning to [`Learner::learn`], for a task that
    /// makes its own error of it.
    ///
    /// # Errors
    /// Those of the rule.
    pub fn move_perturbed(&mut self) -> Result<&Presentation, Error> {
        let pattern = self.next_pattern();
        self.perturbation.clear();
        self.rule.perturb(self.trial, pattern, &mut self.perturbation)?;
        self.network.present(pattern, &self.perturbation, &mut self.presentation)?;
        Ok(&self.presentation)
    }

    /// Learns from the movement just made under a global error (Hz), and goes on to the next trial.
    ///
    /// # Errors
    /// [`Error::NonFinite`] when error or inhibition is not a number; those of the rule.
    pub fn learn(&mut self, error: f64) -> Result<(), Error> {
        let pattern = self.next_pattern();
        let seen = &self.presentation;
        for (quantity, value) in [("the error", error), ("the inhibition of the olive", seen.inhibition)] {
            if !value.is_finite() {
                return Err(Error::NonFinite { quantity, trial: self.trial });
            }
        }
        let outcome = Outcome {
            trial: self.trial,
            pattern,
            perturbation: &self.perturbation,
            error,
            inhibition: seen.inhibition,
            projection: &seen.projection,
            target: &seen.target,
        };
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
    /// [`Error::Outside`] where there is no such pattern.
    pub fn error_at_rest(&self, pattern: usize) -> Result<f64, Error> {
        Ok(self.at_rest(pattern)?.error())
    }

    /// The rates of a pattern without perturbation.
    ///
    /// # Errors
    /// [`Error::Outside`] where there is no such pattern.
    pub fn at_rest(&self, pattern: usize) -> Result<Presentation, Error> {
        let mut seen = Presentation::empty(self.network.parameters());
        self.network.present(pattern, &Perturbation::none(self.network.parameters()), &mut seen)?;
        Ok(seen)
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network, to be changed from outside.
    pub fn network_mut(&mut self) -> &mut Network {
        &mut self.network
    }

    /// Name of the rule.
    pub fn rule_name(&self) -> &str {
        self.rule.name()
    }

    /// Trials made.
    pub fn trials(&self) -> u64 {
        self.trial
    }

    /// What has changed since the start.
    pub fn state(&self) -> LearnerState {
        LearnerState {
            trial: self.trial,
            network: self.network.state(),
            rule: self.rule.name().into(),
            memory: self.rule.memory(),
        }
    }

    /// Takes a state over; nothing changes where it does not fit.
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
