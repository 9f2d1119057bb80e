//! A policy: the mean action is a network of the scaled observation, and actions in training are normal around it.

use super::environment::Sizes;
use super::gaussian::log_probability;
use super::network::{Network, Pass};
use super::scaling::Scaling;
use crate::Error;
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// A Gaussian policy, with all that is needed to act: what is saved of it restores the same actions bit for bit.
///
/// # Example: a policy that survives a file
/// ```
/// use lobule_theory::policy_gradient::{Policy, Ppo, PpoParameters, Sizes};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let trainer = Ppo::new(&PpoParameters::default(), Sizes { observations: 3, actions: 1 }, 7)?;
/// let mut policy = trainer.policy().clone();
/// let mut restored: Policy = postcard::from_bytes(&postcard::to_stdvec(&policy)?)?;
/// let (mut one, mut other) = ([0.0], [0.0]);
/// policy.act(&[0.1, -0.2, 0.3], &mut one)?;
/// restored.act(&[0.1, -0.2, 0.3], &mut other)?;
/// assert_eq!(one, other);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Trained", into = "Trained")]
pub struct Policy {
    trained: Trained,
    scaled: Vec<f64>,
    pass: Pass,
}

/// What training changes, and what is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trained {
    /// Mean action.
    network: Network,
    /// log of the standard deviation of each component of an action.
    log_std: Vec<f64>,
    /// Scaling of observations; none: they are taken as they are.
    scaling: Option<Scaling>,
    /// Largest size of a component of an action; none: actions are taken as they are drawn.
    limit: Option<f64>,
}

impl From<Policy> for Trained {
    fn from(policy: Policy) -> Self {
        policy.trained
    }
}

impl TryFrom<Trained> for Policy {
    type Error = Error;

    fn try_from(trained: Trained) -> Result<Self, Error> {
        let Trained { network, log_std, scaling, limit } = &trained;
        Error::same_len("the list of log standard deviations", log_std.len(), network.outputs())?;
        let ranges = Ranges::of("policy");
        ranges.all("log_std", log_std, |_| true, "a finite number")?;
        if let Some(scaling) = scaling {
            scaling.check(network.inputs())?;
        }
        if let Some(limit) = limit {
            ranges.positive("limit", *limit)?;
        }
        let scaled = vec![0.0; network.inputs()];
        Ok(Self { trained, scaled, pass: Pass::default() })
    }
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.trained == other.trained
    }
}

impl Policy {
    pub(super) fn new(
        network: Network,
        log_std: f64,
        scaling: Option<Scaling>,
        limit: Option<f64>,
    ) -> Result<Self, Error> {
        let log_std = vec![log_std; network.outputs()];
        Trained { network, log_std, scaling, limit }.try_into()
    }

    /// Lengths of observations and actions.
    pub fn sizes(&self) -> Sizes {
        Sizes { observations: self.trained.network.inputs(), actions: self.trained.network.outputs() }
    }

    /// The network of the mean action.
    pub fn network(&self) -> &Network {
        &self.trained.network
    }

    /// log of the standard deviation of each component of an action.
    pub fn log_std(&self) -> &[f64] {
        &self.trained.log_std
    }

    /// The scaling of observations, if there is one.
    pub fn scaling(&self) -> Option<&Scaling> {
        self.trained.scaling.as_ref()
    }

    /// Network and log standard deviations, to be changed in place.
    pub(super) fn parts_mut(&mut self) -> (&mut [f64], &mut [f64]) {
        (self.trained.network.parameters_mut(), &mut self.trained.log_std)
    }

    /// Writes the mean action for an observation. Neither scaling nor anything else changes. Allocates nothing after the first call.
    ///
    /// # Errors
    /// [`Error::Shape`] for arrays of other lengths, [`Error::Observation`] for a value that is not finite.
    pub fn act(&mut self, observation: &[f64], action: &mut [f64]) -> Result<(), Error> {
        let sizes = self.sizes();
        Error::same_len("an observation", observation.len(), sizes.observations)?;
        Error::same_len("an action", action.len(), sizes.actions)?;
        Error::observed(observation, None)?;
        match &self.trained.scaling {
            Some(scaling) => scaling.scale(observation, &mut self.scaled),
            None => self.scaled.copy_from_slice(observation),
        }
        action.copy_from_slice(self.trained.network.forward(&self.scaled, &mut self.pass));
        clip(self.trained.limit, action);
        Ok(())
    }

    /// Takes in an observation of training, if there is a scaling, and writes it scaled.
    pub(super) fn perceive(&mut self, observation: &[f64], scaled: &mut [f64]) {
        match &mut self.trained.scaling {
            Some(scaling) => {
                scaling.learn(observation);
                scaling.scale(observation, scaled);
            }
            None => scaled.copy_from_slice(observation),
        }
    }

    /// Draws an action for a scaled observation; returns its log-density.
    pub(super) fn draw(&mut self, scaled: &[f64], stream: &Stream, step: u64, action: &mut [f64]) -> f64 {
        let Trained { network, log_std, .. } = &self.trained;
        let mean = network.forward(scaled, &mut self.pass);
        for (j, a) in action.iter_mut().enumerate() {
            *a = mean[j] + libm::exp(log_std[j]) * stream.normal(step, j as u32);
        }
        clip(self.trained.limit, action);
        log_probability(mean, log_std, action)
    }
}

/// Clips an action to `± limit`, where there is one.
fn clip(limit: Option<f64>, action: &mut [f64]) {
    if let Some(limit) = limit {
        action.iter_mut().for_each(|a| *a = a.clamp(-limit, limit));
    }
}
