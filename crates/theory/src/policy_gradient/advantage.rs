//! Generalized advantage estimation.
//!
//! ```text
//! delta_t = r_t + gamma V(s_{t+1}) - V(s_t)
//! A_t     = delta_t + gamma lambda A_{t+1}          within an episode
//! ```
//! After the last step of an episode nothing follows: V = 0 and A = 0. Where an episode is cut although it could go on, V is
//! the value of the state it was left in, and A = 0 follows.
//! Source: Schulman et al. 2016, arXiv:1506.02438, equations 11 to 16; truncation: Pardo et al. 2018, arXiv:1712.00378.

use crate::Error;
use serde::{Deserialize, Serialize};

/// Continuation after a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Successor {
    /// The next step of the same episode.
    Next,
    /// Nothing: the episode ended.
    Ended,
    /// Nothing that was recorded: the episode was cut in a state of this value.
    Cut(f64),
}

/// Writes the advantages of steps in a row. All arrays: `[step]`; `last_value` is the value of the state after the last
/// step, for a [`Successor::Next`] there.
///
/// # Errors
/// [`Error::Shape`] for arrays of different lengths.
pub fn generalized_advantages(
    (gamma, lambda): (f64, f64),
    rewards: &[f64],
    values: &[f64],
    successors: &[Successor],
    last_value: f64,
    advantages: &mut [f64],
) -> Result<(), Error> {
    Error::same_len("the list of values", values.len(), rewards.len())?;
    Error::same_len("the list of successors", successors.len(), rewards.len())?;
    Error::same_len("the list of advantages", advantages.len(), rewards.len())?;
    let (mut next_value, mut next_advantage) = (last_value, 0.0);
    for t in (0..rewards.len()).rev() {
        let (value_after, advantage_after) = match successors[t] {
            Successor::Next => (next_value, next_advantage),
            Successor::Ended => (0.0, 0.0),
            Successor::Cut(value) => (value, 0.0),
        };
        let delta = rewards[t] + gamma * value_after - values[t];
        advantages[t] = delta + gamma * lambda * advantage_after;
        (next_value, next_advantage) = (values[t], advantages[t]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Successor::{Cut, Ended, Next};
    use super::*;

    fn advantages(rewards: &[f64], values: &[f64], successors: &[Successor], last_value: f64) -> Vec<f64> {
        let mut advantages = vec![f64::NAN; rewards.len()];
        generalized_advantages((0.5, 0.5), rewards, values, successors, last_value, &mut advantages).unwrap();
        advantages
    }

    #[track_caller]
    fn near(found: &[f64], expected: &[f64]) {
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?} {expected:?}");
    }

    #[test]
    fn an_episode_that_ends_one_that_is_cut_and_one_that_goes_on_are_those_computed_by_hand() {
        let rewards = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let values = [8.0, 4.0, 2.0, 6.0, 1.0, 10.0];
        // gamma = lambda = 1/2. Ended after the second step, cut at a value of 12 after the fourth, goes on at a value of 20.
        let found = advantages(&rewards, &values, &[Next, Ended, Next, Cut(12.0), Next, Next], 20.0);
        // t = 5: 6 + 10 - 10 = 6;      t = 4: 5 + 5 - 1 + 6/4 = 10.5
        // t = 3: 4 + 6 - 6 = 4;        t = 2: 3 + 3 - 2 + 4/4 = 5
        // t = 1: 2 - 4 = -2;           t = 0: 1 + 2 - 8 - 2/4 = -5.5
        near(&found, &[-5.5, -2.0, 5.0, 4.0, 10.5, 6.0]);
    }

    #[test]
    fn lambda_0_is_the_temporal_difference_and_lambda_1_the_return() {
        let (rewards, values) = ([1.0, 2.0, 4.0], [3.0, 5.0, 7.0]);
        let with = |lambda| {
            let mut advantages = [0.0; 3];
            let successors = [Next, Next, Ended];
            generalized_advantages((0.5, lambda), &rewards, &values, &successors, 99.0, &mut advantages)
                .unwrap();
            advantages
        };
        near(&with(0.0), &[1.0 + 2.5 - 3.0, 2.0 + 3.5 - 5.0, 4.0 - 7.0]);
        near(&with(1.0), &[1.0 + 1.0 + 1.0 - 3.0, 2.0 + 2.0 - 5.0, 4.0 - 7.0]);
    }

    #[test]
    fn lists_of_different_lengths_are_refused() {
        let found = generalized_advantages((0.9, 0.9), &[1.0], &[1.0, 2.0], &[Next], 0.0, &mut [0.0]);
        assert!(matches!(found, Err(Error::Shape { found: 2, expected: 1, .. })));
    }
}
