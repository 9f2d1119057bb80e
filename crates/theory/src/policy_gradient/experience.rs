//! What a policy lives through between two updates: steps, their rewards, and where episodes end.

use super::advantage::{Successor, generalized_advantages};
use super::environment::{Environment, Sizes};
use super::network::{Network, Pass};
use super::policy::Policy;
use super::scaling::Moments;
use crate::Error;
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// Steps since the last update, and the episode that goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Experience {
    sizes: Sizes,
    seed: u64,
    /// Steps and episodes since training began.
    pub steps: u64,
    pub episodes: u64,
    /// True while an episode goes on.
    is_running: bool,
    /// Scaled observation that the next action follows.
    observation: Vec<f64>,
    /// Sum of the rewards of the episode.
    sum: f64,
    /// Discounted sum of its rewards, newest first, and the moments of all of them.
    discounted: f64,
    spread: Moments,
    /// Scaled observations, `[step][observations]`.
    pub observations: Vec<f64>,
    /// `[step][actions]`
    pub actions: Vec<f64>,
    /// Log-density of each action when it was drawn.
    pub log_probabilities: Vec<f64>,
    rewards: Vec<f64>,
    successors: Vec<Successor>,
    /// Sum of the rewards of each episode that was finished.
    pub returns: Vec<f64>,
}

/// Arrays of a step, which nothing outlives.
#[derive(Debug, Clone, Default)]
pub(super) struct Senses {
    observation: Vec<f64>,
    action: Vec<f64>,
    pass: Pass,
}

impl Experience {
    pub fn new(sizes: Sizes, seed: u64, steps: usize) -> Self {
        Self {
            sizes,
            seed,
            steps: 0,
            episodes: 0,
            is_running: false,
            observation: vec![0.0; sizes.observations],
            sum: 0.0,
            discounted: 0.0,
            spread: Moments::new(1),
            observations: Vec::with_capacity(steps * sizes.observations),
            actions: Vec::with_capacity(steps * sizes.actions),
            log_probabilities: Vec::with_capacity(steps),
            rewards: Vec::with_capacity(steps),
            successors: Vec::with_capacity(steps),
            returns: Vec::new(),
        }
    }

    /// Number of steps since the last update.
    pub fn len(&self) -> usize {
        self.rewards.len()
    }

    /// Mean reward of the steps since the last update.
    pub fn mean_reward(&self) -> f64 {
        self.rewards.iter().sum::<f64>() / self.len() as f64
    }

    /// Lives through one step; begins an episode where none goes on. After an error the episode is cut before the step.
    pub fn advance(
        &mut self,
        environment: &mut dyn Environment,
        (policy, value): (&mut Policy, &Network),
        gamma: f64,
        senses: &mut Senses,
    ) -> Result<(), Error> {
        senses.observation.resize(self.sizes.observations, 0.0);
        senses.action.resize(self.sizes.actions, 0.0);
        if !self.is_running {
            self.begin(environment, policy, senses)?;
        }
        let stepped = self.step(environment, (policy, value), gamma, senses);
        if stepped.is_err() {
            self.cut(value, &mut senses.pass);
        }
        stepped
    }

    fn begin(
        &mut self,
        environment: &mut dyn Environment,
        policy: &mut Policy,
        senses: &mut Senses,
    ) -> Result<(), Error> {
        let seeds = Stream::new(self.seed, "policy_gradient.episode");
        let (low, high) = (seeds.u32(self.episodes, 0), seeds.u32(self.episodes, 1));
        environment.reset(u64::from(high) << 32 | u64::from(low), &mut senses.observation)?;
        Error::observed(&senses.observation, Some(self.steps))?;
        policy.perceive(&senses.observation, &mut self.observation);
        self.episodes += 1;
        (self.sum, self.discounted, self.is_running) = (0.0, 0.0, true);
        Ok(())
    }

    fn step(
        &mut self,
        environment: &mut dyn Environment,
        (policy, value): (&mut Policy, &Network),
        gamma: f64,
        senses: &mut Senses,
    ) -> Result<(), Error> {
        let Senses { observation, action, pass } = senses;
        let noise = Stream::new(self.seed, "policy_gradient.action");
        let log_probability = policy.draw(&self.observation, &noise, self.steps, action);
        let step = environment.step(action, observation)?;
        if !step.reward.is_finite() {
            return Err(Error::Reward { value: step.reward, after: self.steps });
        }
        Error::observed(observation, Some(self.steps))?;
        self.observations.extend_from_slice(&self.observation);
        self.actions.extend_from_slice(action);
        self.log_probabilities.push(log_probability);
        self.rewards.push(step.reward);
        self.steps += 1;
        self.sum += step.reward;
        self.discounted = gamma * self.discounted + step.reward;
        self.spread.add(&[self.discounted]);
        if !step.ended {
            policy.perceive(observation, &mut self.observation);
        }
        self.successors.push(match step {
            _ if step.ended => Successor::Ended,
            _ if step.truncated => Successor::Cut(value.forward(&self.observation, pass)[0]),
            _ => Successor::Next,
        });
        if step.ended || step.truncated {
            self.returns.push(self.sum);
            self.is_running = false;
        }
        Ok(())
    }

    /// Leaves the running episode: training goes on with a new one.
    pub fn cut(&mut self, value: &Network, pass: &mut Pass) {
        if let Some(last @ Successor::Next) = self.successors.last_mut() {
            *last = Successor::Cut(value.forward(&self.observation, pass)[0]);
        }
        self.is_running = false;
    }

    /// Standard deviation of discounted returns, by which rewards are divided; 1 as long as it cannot be told from 0.
    pub fn reward_scale(&self) -> f64 {
        let deviation = self.spread.variance(0).sqrt();
        if deviation > 1e-8 * (1.0 + self.spread.mean(0).abs()) { deviation } else { 1.0 }
    }

    /// Advantages and returns of all steps under a value function, for rewards divided by `scale`.
    pub fn advantages(
        &mut self,
        value: &Network,
        (gamma, lambda): (f64, f64),
        scale: f64,
        pass: &mut Pass,
        (advantages, returns): (&mut Vec<f64>, &mut Vec<f64>),
    ) -> Result<(), Error> {
        let steps = self.len();
        let last = value.forward(&self.observation, pass)[0];
        let values = value.forward(&self.observations, pass);
        self.rewards.iter_mut().for_each(|r| *r /= scale);
        advantages.resize(steps, 0.0);
        generalized_advantages((gamma, lambda), &self.rewards, values, &self.successors, last, advantages)?;
        returns.clear();
        returns.extend(advantages.iter().zip(values).map(|(a, v)| a + v));
        Ok(())
    }

    /// Forgets all steps; a running episode goes on.
    pub fn clear(&mut self) {
        self.observations.clear();
        self.actions.clear();
        self.log_probabilities.clear();
        self.rewards.clear();
        self.successors.clear();
        self.returns.clear();
    }

    /// Checks experience that was read.
    pub fn check(&self, sizes: Sizes) -> Result<(), Error> {
        let steps = self.len();
        Error::same_len("a saved observation", self.sizes.observations, sizes.observations)?;
        Error::same_len("a saved action", self.sizes.actions, sizes.actions)?;
        Error::same_len("the current observation", self.observation.len(), sizes.observations)?;
        Error::same_len("the saved observations", self.observations.len(), steps * sizes.observations)?;
        Error::same_len("the saved actions", self.actions.len(), steps * sizes.actions)?;
        Error::same_len("the saved log-densities", self.log_probabilities.len(), steps)?;
        Error::same_len("the saved successors", self.successors.len(), steps)?;
        let numbers =
            [&self.observation, &self.observations, &self.actions, &self.log_probabilities, &self.rewards];
        Ranges::of("saved steps").all("value", numbers.into_iter().flatten(), |_| true, "a finite number")?;
        self.spread.check(1)
    }
}
