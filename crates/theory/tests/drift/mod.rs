//! An environment for tests of training: short episodes, sensors that can fail.

use lobule_signal::Stream;
use lobule_theory::Error;
use lobule_theory::policy_gradient::{Environment, Sizes, Step};

/// Sizes of [`Drift`].
pub const SIZES: Sizes = Sizes { observations: 3, actions: 2 };

/// Observations that drift and follow the actions; episodes of 37 steps, every third of which ends, the others are truncated.
#[derive(Clone, Default)]
pub struct Drift {
    /// Seed and steps of the running episode.
    pub seed: u64,
    pub steps: u64,
    /// Numbers of resets and of steps so far.
    pub episodes: u64,
    pub total: u64,
    /// Step at which the first sensor gives no number.
    pub no_sense_at: Option<u64>,
    /// Step at which the reward is not a number.
    pub no_reward_at: Option<u64>,
    /// Step at which the environment gives up.
    pub fails_at: Option<u64>,
}

impl Environment for Drift {
    fn observations(&self) -> usize {
        SIZES.observations
    }

    fn actions(&self) -> usize {
        SIZES.actions
    }

    fn reset(&mut self, seed: u64, observation: &mut [f64]) -> Result<(), Error> {
        (self.seed, self.steps) = (seed, 0);
        self.episodes += 1;
        let stream = Stream::new(seed, "drift");
        observation.iter_mut().enumerate().for_each(|(i, o)| *o = 4.0 + stream.normal(0, i as u32));
        Ok(())
    }

    fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, Error> {
        if self.fails_at == Some(self.total) {
            self.total += 1;
            return Err(Error::Environment { fault: "the left hind leg fell off; put it on".into() });
        }
        self.steps += 1;
        let stream = Stream::new(self.seed, "drift");
        for (i, o) in observation.iter_mut().enumerate() {
            *o = 0.9 * *o + 0.3 * action[i % 2] + 0.1 * stream.normal(self.steps, i as u32);
        }
        if self.no_sense_at == Some(self.total) {
            observation[1] = f64::NAN;
        }
        let mut reward = 1.0 - observation[0] * observation[0] - 0.1 * action[1];
        if self.no_reward_at == Some(self.total) {
            reward = f64::INFINITY;
        }
        self.total += 1;
        let is_last = self.steps == 37;
        Ok(Step { reward, ended: is_last && self.episodes.is_multiple_of(3), truncated: is_last })
    }
}
