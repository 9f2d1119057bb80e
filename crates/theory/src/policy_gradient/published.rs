//! The baseline of that name in MH-FLOCKE as it was published: its faults are kept on purpose, so that what was
//! measured with it can be measured again.
//!
//! A policy of tanh layers and a value function beside it, rollouts with generalized advantages, several epochs of minibatches.
//! What differs from [`Ppo`](super::Ppo):
//!
//! 1. **No clipping in the gradient.** The clipped loss is computed for display only. The step goes along the score weighted
//!    with the advantage, `mean A (a - mu) / sigma²`: the ratio of probabilities does not enter.
//! 2. **Stale data.** Without the ratio, all epochs but the first follow the gradient of a policy that is gone.
//! 3. **Plain gradient ascent**, without Adam and without a limit on the gradient: 3e-4 times a mean score hardly moves the policy.
//! 4. **No scaling** of observations or rewards: joint velocities of 20 rad/s stand beside angles of 0.5 rad, and the value
//!    function begins at 0 where returns are 200.
//! 5. **Almost constant noise**: the log standard deviation starts at -0.5 and stays (`log_std_rate` 0), or follows its score with a
//!    tenth of the step, as the program has it (0.1).
//! 6. **Densities of clipped actions.** An action is clipped at ± 1 after it was drawn, and its density is taken to be that
//!    of the unclipped distribution there: score and noise do not belong together.
//! 7. **Truncation is taken for an end**: an episode that is stopped has no value beyond, which teaches that time runs out.
//! 8. **The reward**, which is not part of this file: in the published task, standing still earns 99.7 % of the maximum.
//!
//! The program computes in single precision, this one in double.
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1), its PPO baseline for the Go2.

use super::environment::{Environment, Sizes, Step};
use super::experience::{Experience, Senses};
use super::gaussian::{entropy, log_probability};
use super::network::{Network, Pass};
use super::objective::{PolicyLoss, normalize, value_loss};
use super::parameters::PublishedPpoParameters;
use super::policy::Policy;
use super::training::{Rows, Training, Update, gather, mean, shuffle};
use crate::Error;
use lobule_signal::{Progress, Stream};
use serde::{Deserialize, Serialize};

/// Added to the variance by which a score is divided. Source: as the head of this file.
const LEAST_VARIANCE: f64 = 1e-8;

/// The published baseline: a policy, its value function and the steps since the last update. See the head of this file for
/// its faults.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "State", into = "State")]
pub struct PublishedPpo {
    state: State,
    scratch: Scratch,
}

/// What training changes, and what is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    parameters: PublishedPpoParameters,
    seed: u64,
    updates: u64,
    policy: Policy,
    value: Network,
    experience: Experience,
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
    /// Score of the mean, `[step][actions]`, and of the log standard deviation.
    of_mean: Vec<f64>,
    of_log_std: Vec<f64>,
    errors: Vec<f64>,
    gradient: Vec<f64>,
}

impl From<PublishedPpo> for State {
    fn from(ppo: PublishedPpo) -> Self {
        ppo.state
    }
}

impl TryFrom<State> for PublishedPpo {
    type Error = Error;

    fn try_from(state: State) -> Result<Self, Error> {
        let sizes = state.policy.sizes();
        state.parameters.check()?;
        Error::same_len("the value function", state.value.inputs(), sizes.observations)?;
        Error::same_len("the value function's output", state.value.outputs(), 1)?;
        state.experience.check(sizes)?;
        Ok(Self { state, scratch: Scratch::default() })
    }
}

impl PartialEq for PublishedPpo {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state
    }
}

/// An environment whose truncated episodes count as ended.
struct NothingBeyond<'a>(&'a mut dyn Environment);

impl Environment for NothingBeyond<'_> {
    fn observations(&self) -> usize {
        self.0.observations()
    }

    fn actions(&self) -> usize {
        self.0.actions()
    }

    fn reset(&mut self, seed: u64, observation: &mut [f64]) -> Result<(), Error> {
        self.0.reset(seed, observation)
    }

    fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
        let step = self.0.step(action, observation)?;
        Ok(Step { ended: step.ended || step.truncated, ..step })
    }
}

impl PublishedPpo {
    /// A trainer before its first step, for environments of these sizes.
    ///
    /// # Errors
    /// [`Error::Parameter`] names the first parameter outside its range.
    pub fn new(parameters: &PublishedPpoParameters, sizes: Sizes, seed: u64) -> Result<Self, Error> {
        parameters.check()?;
        let mut deviations = vec![parameters.hidden_deviation; parameters.hidden.len()];
        deviations.push(parameters.output_deviation);
        let draw = |outputs: usize, label: &str| {
            let mut layers = vec![sizes.observations];
            layers.extend(&parameters.hidden);
            layers.push(outputs);
            Network::draw(&layers, &deviations, &Stream::new(seed, label))
        };
        let network = draw(sizes.actions, "published_ppo.policy")?;
        let state = State {
            parameters: parameters.clone(),
            seed,
            updates: 0,
            policy: Policy::new(network, parameters.log_std, None, Some(parameters.action_limit))?,
            value: draw(1, "published_ppo.value")?,
            experience: Experience::new(sizes, seed, parameters.rollout_steps),
        };
        Ok(Self { state, scratch: Scratch::default() })
    }

    /// The parameters.
    pub fn parameters(&self) -> &PublishedPpoParameters {
        &self.state.parameters
    }

    /// The policy as it is now.
    pub fn policy(&self) -> &Policy {
        &self.state.policy
    }

    /// The value function, of observations as they are.
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

    /// Writes the mean action of the policy as it is now, clipped.
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

    /// Makes steps in an environment and learns after every `rollout_steps` of them, as [`Ppo::train`](super::Ppo::train) does.
    ///
    /// # Errors
    /// As [`Ppo::train`](super::Ppo::train).
    pub fn train(
        &mut self,
        environment: &mut dyn Environment,
        steps: u64,
        progress: &dyn Progress,
    ) -> Result<Training, Error> {
        let Self { state, scratch } = self;
        state.policy.sizes().fit(environment)?;
        let mut environment = NothingBeyond(environment);
        progress.expect(steps);
        let mut training = Training::default();
        while training.steps < steps && !progress.stops() {
            let actor = (&mut state.policy, &state.value);
            state.experience.advance(&mut environment, actor, state.parameters.gamma, &mut scratch.senses)?;
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
        let PublishedPpoParameters { gamma, lambda, epochs, minibatch, .. } = self.parameters;
        let experience = &mut self.experience;
        let mut update = Update {
            steps: experience.steps,
            mean_reward: experience.mean_reward(),
            episode_return: mean(&experience.returns),
            epochs,
            ..Update::default()
        };
        let targets = (&mut scratch.advantages, &mut scratch.returns);
        experience.advantages(&self.value, (gamma, lambda), 1.0, &mut scratch.pass, targets)?;
        normalize(&mut scratch.advantages);
        let steps = experience.len();
        let mut order = std::mem::take(&mut scratch.order);
        for epoch in 0..epochs {
            shuffle(self.seed, self.updates * epochs as u64 + epoch as u64, steps, &mut order);
            let (mut losses, mut value) = (PolicyLoss::default(), 0.0);
            for indices in order.chunks(minibatch) {
                let share = indices.len() as f64 / steps as f64;
                let (loss, value_loss) = self.minibatch(indices, scratch)?;
                losses.add_share(share, loss);
                value += share * value_loss;
            }
            (update.policy_loss, update.kl, update.clipped) = (losses.loss, losses.kl, losses.clipped);
            update.value_loss = value;
        }
        scratch.order = order;
        update.entropy = entropy(self.policy.log_std());
        self.updates += 1;
        Ok(update)
    }

    /// One step along the score weighted with advantages, and one of the value function. Returns the clipped loss, which
    /// is not that of which the step follows the gradient, and the loss of the value function.
    fn minibatch(&mut self, indices: &[u32], scratch: &mut Scratch) -> Result<(PolicyLoss, f64), Error> {
        let Scratch { pass, rows, advantages, returns, of_mean, of_log_std, errors, gradient, .. } = scratch;
        let Sizes { observations, actions } = self.policy.sizes();
        let experience = &self.experience;
        gather(indices, observations, &experience.observations, &mut rows.observations);
        gather(indices, actions, &experience.actions, &mut rows.actions);
        gather(indices, 1, &experience.log_probabilities, &mut rows.log_probabilities);
        gather(indices, 1, advantages, &mut rows.advantages);
        gather(indices, 1, returns, &mut rows.returns);

        // Score of each mean and log standard deviation, weighted and negated: steps go against a gradient.
        let PublishedPpoParameters { clip, learning_rate, log_std_rate, .. } = self.parameters;
        let n = indices.len() as f64;
        let log_std = self.policy.log_std();
        let means = self.policy.network().forward(&rows.observations, pass);
        let mut loss = PolicyLoss::default();
        of_mean.clear();
        of_log_std.clear();
        of_log_std.resize(actions, 0.0);
        for (t, advantage) in rows.advantages.iter().enumerate() {
            let at = t * actions..(t + 1) * actions;
            let (mean, action) = (&means[at.clone()], &rows.actions[at]);
            loss.add(log_probability(mean, log_std, action) - rows.log_probabilities[t], *advantage, clip);
            for j in 0..actions {
                let sigma = libm::exp(log_std[j]);
                let (miss, variance) = (action[j] - mean[j], sigma * sigma + LEAST_VARIANCE);
                of_mean.push(-advantage * miss / variance / n);
                of_log_std[j] -= advantage * (miss * miss / variance - 1.0) / n;
            }
        }

        // The policy.
        gradient.resize(self.policy.network().parameters().len(), 0.0);
        self.policy.network().backward(&rows.observations, of_mean, pass, gradient);
        let (network, log_std) = self.policy.parts_mut();
        descend(learning_rate, gradient, network);
        descend(learning_rate * log_std_rate, of_log_std, log_std);
        finite("policy", network.iter().chain(&*log_std), self.updates)?;

        // The value function.
        let value_loss = value_loss(&self.value, &rows.observations, &rows.returns, pass, (errors, gradient));
        descend(learning_rate, gradient, self.value.parameters_mut());
        finite("value function", self.value.parameters(), self.updates)?;
        Ok((loss.mean(n), value_loss))
    }
}

/// A step of plain gradient descent.
fn descend(step: f64, gradient: &[f64], values: &mut [f64]) {
    values.iter_mut().zip(gradient).for_each(|(x, g)| *x -= step * g);
}

/// Checks that all parameters are finite after a step.
fn finite<'a>(
    quantity: &'static str,
    values: impl IntoIterator<Item = &'a f64>,
    update: u64,
) -> Result<(), Error> {
    let sum: f64 = values.into_iter().map(|x| x.abs()).sum();
    if sum.is_finite() { Ok(()) } else { Err(Error::Diverged { quantity, value: sum, update }) }
}
