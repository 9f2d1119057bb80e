//! Proximal policy optimization.

use super::adam::{Adam, limit_norm};
use super::environment::{Environment, Sizes};
use super::experience::{Experience, Senses};
use super::gaussian::entropy;
use super::network::{Network, Pass};
use super::objective::{Minibatch, PolicyGradient, PolicyLoss, Weights, normalize, policy_loss, value_loss};
use super::parameters::PpoParameters;
use super::policy::Policy;
use super::scaling::Scaling;
use super::training::{Rows, Training, Update, gather, mean, shuffle};
use crate::Error;
use lobule_signal::{Progress, Stream};
use serde::{Deserialize, Serialize};

/// Size of the initial weights of the policy's output, relative to those of other layers: actions begin near 0.
/// Source: Andrychowicz et al. 2021, arXiv:2006.05990.
const OUTPUT_WEIGHTS: f64 = 0.01;

/// A policy, its value function and the memory of their training.
///
/// Everything that training depends on is saved with it: a copy, or what was read from a file, continues bit for bit with a
/// copy of its environment. Where an environment cannot be copied, [`Ppo::leave_episode`] before copying makes
/// both go on with a new episode.
///
/// # Example: learn that the best action is 0.5
/// ```
/// use lobule_signal::Quiet;
/// use lobule_theory::{Error, policy_gradient::{Environment, Ppo, PpoParameters, Sizes, Step}};
///
/// struct Guess;
/// impl Environment for Guess {
///     fn observations(&self) -> usize { 1 }
///     fn actions(&self) -> usize { 1 }
///     fn reset(&mut self, _seed: u64, observation: &mut [f64]) -> Result<(), Error> {
///         observation[0] = 1.0;
///         Ok(())
///     }
///     fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
///         observation[0] = 1.0;
///         Ok(Step { reward: -(action[0] - 0.5).powi(2), ended: true, truncated: false })
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let parameters = PpoParameters { hidden: vec![8], rollout_steps: 256, learning_rate: 3e-3, ..Default::default() };
/// let mut ppo = Ppo::new(&parameters, Sizes::of(&Guess), 1)?;
/// ppo.train(&mut Guess, 5_000, &Quiet)?;
/// let mut action = [0.0];
/// ppo.act(&[1.0], &mut action)?;
/// assert!((action[0] - 0.5).abs() < 0.1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "State", into = "State")]
pub struct Ppo {
    state: State,
    scratch: Scratch,
}

/// What training changes, and what is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    parameters: PpoParameters,
    seed: u64,
    updates: u64,
    policy: Policy,
    value: Network,
    of_network: Adam,
    of_log_std: Adam,
    of_value: Adam,
    experience: Experience,
}

/// Means over the minibatches of an epoch.
#[derive(Default)]
struct Epoch {
    losses: PolicyLoss,
    value_loss: f64,
    /// True if the policy has gone farther from the one that acted than its limit.
    has_gone_far: bool,
}

/// Arrays that nothing outlives.
#[derive(Debug, Clone, Default)]
struct Scratch {
    senses: Senses,
    pass: Pass,
    order: Vec<u32>,
    rows: Rows,
    advantages: Vec<f64>,
    returns: Vec<f64>,
    gradient: PolicyGradient,
    value_errors: Vec<f64>,
    value_gradient: Vec<f64>,
}

impl From<Ppo> for State {
    fn from(ppo: Ppo) -> Self {
        ppo.state
    }
}

impl TryFrom<State> for Ppo {
    type Error = Error;

    fn try_from(state: State) -> Result<Self, Error> {
        let sizes = state.policy.sizes();
        state.parameters.check()?;
        Error::same_len("the value function", state.value.inputs(), sizes.observations)?;
        Error::same_len("the value function's output", state.value.outputs(), 1)?;
        state.of_network.check(state.policy.network().parameters().len())?;
        state.of_log_std.check(sizes.actions)?;
        state.of_value.check(state.value.parameters().len())?;
        state.experience.check(sizes)?;
        Ok(Self { state, scratch: Scratch::default() })
    }
}

impl PartialEq for Ppo {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state
    }
}

impl Ppo {
    /// A trainer before its first step, for environments of these sizes.
    ///
    /// # Errors
    /// [`Error::Parameter`] names the first parameter outside its range.
    pub fn new(parameters: &PpoParameters, sizes: Sizes, seed: u64) -> Result<Self, Error> {
        parameters.check()?;
        let draw = |outputs: usize, last: f64, label: &str| {
            let layers: Vec<usize> = [sizes.observations]
                .into_iter()
                .chain(parameters.hidden.iter().copied())
                .chain([outputs])
                .collect();
            // Sums of a layer have the variance of its inputs. Source: LeCun et al. 1998, doi:10.1007/3-540-49430-8_2, section 4.6.
            let mut deviations: Vec<f64> = layers[..layers.len() - 1]
                .iter()
                .map(|&inputs| 1.0 / (inputs.max(1) as f64).sqrt())
                .collect();
            if let Some(deviation) = deviations.last_mut() {
                *deviation *= last;
            }
            Network::draw(&layers, &deviations, &Stream::new(seed, label))
        };
        let network = draw(sizes.actions, OUTPUT_WEIGHTS, "policy_gradient.policy")?;
        let value = draw(1, 1.0, "policy_gradient.value")?;
        let scaling = Scaling::new(sizes.observations, parameters.observation_limit);
        let state = State {
            parameters: parameters.clone(),
            seed,
            updates: 0,
            of_network: Adam::new(network.parameters().len()),
            of_log_std: Adam::new(sizes.actions),
            of_value: Adam::new(value.parameters().len()),
            policy: Policy::new(network, parameters.log_std, Some(scaling), None)?,
            value,
            experience: Experience::new(sizes, seed, parameters.rollout_steps),
        };
        Ok(Self { state, scratch: Scratch::default() })
    }

    /// The parameters.
    pub fn parameters(&self) -> &PpoParameters {
        &self.state.parameters
    }

    /// The policy as it is now: a copy of it is what to keep of training.
    pub fn policy(&self) -> &Policy {
        &self.state.policy
    }

    /// The value function, of scaled observations; in units of scaled rewards.
    pub fn value(&self) -> &Network {
        &self.state.value
    }

    /// Steps since training began.
    pub fn steps(&self) -> u64 {
        self.state.experience.steps
    }

    /// Updates since training began.
    pub fn updates(&self) -> u64 {
        self.state.updates
    }

    /// Writes the mean action of the policy as it is now: evaluation, which changes nothing.
    ///
    /// # Errors
    /// As [`Policy::act`].
    pub fn act(&mut self, observation: &[f64], action: &mut [f64]) -> Result<(), Error> {
        self.state.policy.act(observation, action)
    }

    /// Leaves the running episode, if there is one: the next step begins a new one.
    pub fn leave_episode(&mut self) {
        self.state.experience.cut(&self.state.value, &mut self.scratch.pass);
    }

    /// Makes steps in an environment and learns after every `rollout_steps` of them. Steps that are left over are kept for the
    /// next call: two calls are the same as one of both lengths. A call goes on with the episode of the last one.
    ///
    /// # Errors
    /// [`Error::Shape`] for an environment of other sizes; errors of the environment, [`Error::Observation`], [`Error::Reward`]:
    /// training can go on, with a new episode; [`Error::Diverged`].
    pub fn train(
        &mut self,
        environment: &mut dyn Environment,
        steps: u64,
        progress: &dyn Progress,
    ) -> Result<Training, Error> {
        let Self { state, scratch } = self;
        state.policy.sizes().fit(environment)?;
        progress.expect(steps);
        let mut training = Training::default();
        while training.steps < steps && !progress.stops() {
            let actor = (&mut state.policy, &state.value);
            state.experience.advance(environment, actor, state.parameters.gamma, &mut scratch.senses)?;
            training.steps += 1;
            if state.experience.len() >= state.parameters.rollout_steps {
                let update = state.update(scratch);
                state.experience.clear();
                training.updates.push(update?);
            }
            progress.done(1);
        }
        Ok(training)
    }
}

impl State {
    /// Learns from the steps since the last update.
    fn update(&mut self, scratch: &mut Scratch) -> Result<Update, Error> {
        let experience = &mut self.experience;
        let mut update = Update {
            steps: experience.steps,
            mean_reward: experience.mean_reward(),
            episode_return: mean(&experience.returns),
            ..Update::default()
        };
        let scale = if self.parameters.reward_scaling { experience.reward_scale() } else { 1.0 };
        let discounts = (self.parameters.gamma, self.parameters.lambda);
        let targets = (&mut scratch.advantages, &mut scratch.returns);
        experience.advantages(&self.value, discounts, scale, &mut scratch.pass, targets)?;
        for epoch in 0..self.parameters.epochs {
            let number = self.updates * self.parameters.epochs as u64 + epoch as u64;
            let Epoch { losses, value_loss, has_gone_far } = self.epoch(number, scratch)?;
            (update.policy_loss, update.kl, update.clipped) = (losses.loss, losses.kl, losses.clipped);
            (update.value_loss, update.epochs) = (value_loss, epoch + 1);
            if has_gone_far {
                break;
            }
        }
        update.entropy = entropy(self.policy.log_std());
        self.updates += 1;
        Ok(update)
    }

    /// Goes through all steps once in random order, or until a minibatch shows that the policy has gone too far.
    fn epoch(&mut self, number: u64, scratch: &mut Scratch) -> Result<Epoch, Error> {
        let mut order = std::mem::take(&mut scratch.order);
        shuffle(self.seed, number, self.experience.len(), &mut order);
        let mut epoch = Epoch::default();
        let mut seen = 0.0;
        for indices in order.chunks(self.parameters.minibatch) {
            let (loss, value_loss, has_gone_far) = self.minibatch(indices, scratch)?;
            seen += indices.len() as f64;
            epoch.losses.add_share(indices.len() as f64, loss);
            epoch.value_loss += indices.len() as f64 * value_loss;
            epoch.has_gone_far = has_gone_far;
            if has_gone_far {
                break;
            }
        }
        scratch.order = order;
        epoch.losses = epoch.losses.mean(seen);
        epoch.value_loss /= seen;
        Ok(epoch)
    }

    /// One step of both optimizers; of that of the value function alone, and true, where the policy has gone too far.
    fn minibatch(
        &mut self,
        indices: &[u32],
        scratch: &mut Scratch,
    ) -> Result<(PolicyLoss, f64, bool), Error> {
        let Scratch { pass, rows, advantages, returns, gradient, value_errors, value_gradient, .. } = scratch;
        let Sizes { observations, actions } = self.policy.sizes();
        let experience = &self.experience;
        gather(indices, observations, &experience.observations, &mut rows.observations);
        gather(indices, actions, &experience.actions, &mut rows.actions);
        gather(indices, 1, &experience.log_probabilities, &mut rows.log_probabilities);
        gather(indices, 1, advantages, &mut rows.advantages);
        gather(indices, 1, returns, &mut rows.returns);
        normalize(&mut rows.advantages);

        // The policy.
        let p = &self.parameters;
        let batch = Minibatch {
            observations: &rows.observations,
            actions: &rows.actions,
            log_probabilities: &rows.log_probabilities,
            advantages: &rows.advantages,
        };
        let weights = Weights { clip: p.clip, entropy_bonus: p.entropy_bonus };
        let loss =
            policy_loss((self.policy.network(), self.policy.log_std()), &batch, weights, pass, gradient);
        let PolicyGradient { of_network, of_log_std, .. } = gradient;
        let norm = limit_norm(p.gradient_norm, &mut [of_network, of_log_std]);
        finite("gradient of the policy", norm, self.updates)?;
        let has_gone_far = p.kl_limit.is_some_and(|limit| loss.kl > limit);
        if !has_gone_far {
            let (network, log_std) = self.policy.parts_mut();
            self.of_network.step(&p.adam, p.learning_rate, of_network, network);
            self.of_log_std.step(&p.adam, p.learning_rate, of_log_std, log_std);
        }

        // The value function.
        let of_value = (value_errors, &mut *value_gradient);
        let value_loss = value_loss(&self.value, &rows.observations, &rows.returns, pass, of_value);
        let norm = limit_norm(p.gradient_norm, &mut [value_gradient]);
        finite("gradient of the value function", norm, self.updates)?;
        self.of_value.step(&p.adam, p.value_learning_rate, value_gradient, self.value.parameters_mut());
        Ok((loss, value_loss, has_gone_far))
    }
}

/// Checks that a quantity of an update is finite.
fn finite(quantity: &'static str, value: f64, update: u64) -> Result<(), Error> {
    if value.is_finite() { Ok(()) } else { Err(Error::Diverged { quantity, value, update }) }
}
