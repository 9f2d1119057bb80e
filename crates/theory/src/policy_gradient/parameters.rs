//! Parameters of the two trainers.

use super::adam::AdamParameters;
use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Parameters of [`Ppo`](super::Ppo).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PpoParameters {
    /// Cells of each hidden layer, of the policy and of the value function.
    pub hidden: Vec<usize>,
    /// Initial log of the standard deviation of each component of an action.
    pub log_std: f64,
    /// Discount gamma, per step.
    pub gamma: f64,
    /// Decay lambda of advantages, per step.
    pub lambda: f64,
    /// Steps between updates.
    pub rollout_steps: usize,
    /// Passes through these steps per update, at most.
    pub epochs: usize,
    /// Steps in one step of the optimizer.
    pub minibatch: usize,
    /// Deviation epsilon of the ratio of probabilities from 1 beyond which there is nothing to gain.
    pub clip: f64,
    /// Step of Adam for the policy.
    pub learning_rate: f64,
    /// Step of Adam for the value function.
    pub value_learning_rate: f64,
    /// Other constants of Adam.
    pub adam: AdamParameters,
    /// Weight of the entropy of the policy in its objective.
    pub entropy_bonus: f64,
    /// Largest norm of a gradient, of the policy and of the value function.
    pub gradient_norm: f64,
    /// Kullback-Leibler divergence from the policy that acted, nats, as estimated from a minibatch, at which an update ends; none: never.
    pub kl_limit: Option<f64>,
    /// Largest size of a scaled observation, standard deviations.
    pub observation_limit: f64,
    /// True to divide rewards by the standard deviation of their discounted sum.
    pub reward_scaling: bool,
}

impl Default for PpoParameters {
    /// Source: Schulman et al. 2017, arXiv:1707.06347, section 6.1 and Table 3 (64-64 tanh, horizon 2048, 10 epochs, minibatch 64,
    /// gamma, lambda, step of Adam, clip 0.2, no entropy bonus).
    /// Source: Andrychowicz et al. 2021, arXiv:2006.05990 (initial standard deviation 0.5).
    /// Source: Dhariwal et al. 2017, OpenAI Baselines, `ppo2` and `VecNormalize` (gradient norm 0.5, observations limited at 10, rewards scaled).
    /// Chosen: the same step for the value function as for the policy, as in the common loss of Schulman et al. 2017.
    fn default() -> Self {
        Self {
            hidden: vec![64, 64],
            log_std: -std::f64::consts::LN_2,
            gamma: 0.99,
            lambda: 0.95,
            rollout_steps: 2048,
            epochs: 10,
            minibatch: 64,
            clip: 0.2,
            learning_rate: 3e-4,
            value_learning_rate: 3e-4,
            adam: AdamParameters::default(),
            entropy_bonus: 0.0,
            gradient_norm: 0.5,
            kl_limit: None,
            observation_limit: 10.0,
            reward_scaling: true,
        }
    }
}

impl PpoParameters {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] names the first parameter outside its range.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of("ppo");
        shared(
            &ranges,
            &self.hidden,
            (self.gamma, self.lambda),
            (self.rollout_steps, self.epochs, self.minibatch),
        )?;
        ranges.require(self.log_std.abs() <= MOST_LOG_STD, "log_std", self.log_std, "from -20 to 20")?;
        ranges.positive("clip", self.clip)?;
        ranges.at_least_zero("learning_rate", self.learning_rate)?;
        ranges.at_least_zero("value_learning_rate", self.value_learning_rate)?;
        ranges.at_least_zero("entropy_bonus", self.entropy_bonus)?;
        ranges.positive("gradient_norm", self.gradient_norm)?;
        if let Some(limit) = self.kl_limit {
            ranges.positive("kl_limit", limit)?;
        }
        ranges.positive("observation_limit", self.observation_limit)?;
        self.adam.check()
    }
}

/// Parameters of [`PublishedPpo`](super::PublishedPpo).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedPpoParameters {
    /// Cells of each hidden layer, of the policy and of the value function.
    pub hidden: Vec<usize>,
    /// Log of the standard deviation of each component of an action.
    pub log_std: f64,
    /// Step along the score of the log standard deviation, relative to `learning_rate`; 0 keeps it fixed.
    pub log_std_rate: f64,
    /// Discount gamma, per step.
    pub gamma: f64,
    /// Decay lambda of advantages, per step.
    pub lambda: f64,
    /// Steps between updates.
    pub rollout_steps: usize,
    /// Passes through these steps per update.
    pub epochs: usize,
    /// Steps in one step of gradient ascent.
    pub minibatch: usize,
    /// Clip of the loss that is reported. The step does not know it.
    pub clip: f64,
    /// Step of plain gradient ascent of the policy and descent of the value function.
    pub learning_rate: f64,
    /// Size at which a component of an action is clipped after it was drawn.
    pub action_limit: f64,
    /// Standard deviation of the initial weights of hidden layers.
    pub hidden_deviation: f64,
    /// Standard deviation of the initial weights of the output.
    pub output_deviation: f64,
}

impl Default for PublishedPpoParameters {
    /// Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1), its PPO baseline.
    /// Chosen: a fixed log standard deviation. The program moves it with `log_std_rate` 0.1.
    fn default() -> Self {
        Self {
            hidden: vec![64, 64],
            log_std: -0.5,
            log_std_rate: 0.0,
            gamma: 0.99,
            lambda: 0.95,
            rollout_steps: 2048,
            epochs: 10,
            minibatch: 64,
            clip: 0.2,
            learning_rate: 3e-4,
            action_limit: 1.0,
            hidden_deviation: 0.1,
            output_deviation: 0.01,
        }
    }
}

impl PublishedPpoParameters {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] names the first parameter outside its range.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of("published_ppo");
        shared(
            &ranges,
            &self.hidden,
            (self.gamma, self.lambda),
            (self.rollout_steps, self.epochs, self.minibatch),
        )?;
        ranges.require(self.log_std.abs() <= MOST_LOG_STD, "log_std", self.log_std, "from -20 to 20")?;
        ranges.positive("clip", self.clip)?;
        ranges.at_least_zero("log_std_rate", self.log_std_rate)?;
        ranges.at_least_zero("learning_rate", self.learning_rate)?;
        ranges.positive("action_limit", self.action_limit)?;
        ranges.at_least_zero("hidden_deviation", self.hidden_deviation)?;
        Ok(ranges.at_least_zero("output_deviation", self.output_deviation)?)
    }
}

/// Largest size of an initial log standard deviation. Chosen: e^20 is beyond any command, and its square is finite.
const MOST_LOG_STD: f64 = 20.0;

/// Checks that both trainers share.
fn shared(
    ranges: &Ranges,
    hidden: &[usize],
    (gamma, lambda): (f64, f64),
    (rollout_steps, epochs, minibatch): (usize, usize, usize),
) -> Result<(), Error> {
    ranges.whole("number of hidden layers", hidden.len(), (0, 8))?;
    for &cells in hidden {
        ranges.whole("hidden", cells, (1, 4096))?;
    }
    ranges.probability("gamma", gamma)?;
    ranges.probability("lambda", lambda)?;
    ranges.whole("rollout_steps", rollout_steps, (2, 1 << 20))?;
    ranges.whole("epochs", epochs, (1, 1000))?;
    Ok(ranges.whole("minibatch", minibatch, (2, rollout_steps))?)
}
