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
