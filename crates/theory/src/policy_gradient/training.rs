//! What training reports, and the order in which it goes through its steps.

use lobule_signal::Stream;

/// Account of a call of `train`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Training {
    /// Steps made: fewer than asked for if the progress sink stopped them.
    pub steps: u64,
    /// Each update.
    pub updates: Vec<Update>,
}

/// Account of an update.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Update {
    /// Steps since training began.
    pub steps: u64,
    /// Mean reward per step since the last update.
    pub mean_reward: f64,
    /// Mean sum of the rewards of an episode that was finished since the last update; none if none was.
    pub episode_return: Option<f64>,
    /// Passes made through the steps; the last one may have ended early.
    pub epochs: usize,
    /// Loss of the policy, mean of the last epoch.
    pub policy_loss: f64,
    /// Loss of the value function, mean of the last epoch.
    pub value_loss: f64,
    /// Estimated Kullback-Leibler divergence from the policy that acted, nats, mean of the last epoch.
    pub kl: f64,
    /// Fraction of steps that were clipped, mean of the last epoch.
    pub clipped: f64,
    /// Entropy of the policy after the update, nats.
    pub entropy: f64,
}

/// Writes a permutation of `0..count`, a function of the seed and of the epoch (counted since training began).
pub(super) fn shuffle(seed: u64, epoch: u64, count: usize, order: &mut Vec<u32>) {
    let stream = Stream::new(seed, "policy_gradient.order");
    order.clear();
    order.extend(0..count as u32);
    for i in (1..count).rev() {
        order.swap(i, stream.below(epoch, i as u32, i as u32 + 1) as usize);
    }
}

/// Mean of a list; none for an empty one.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Copies of the rows of several steps, side by side.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    pub observations: Vec<f64>,
    pub actions: Vec<f64>,
    pub log_probabilities: Vec<f64>,
    pub advantages: Vec<f64>,
    pub returns: Vec<f64>,
}

/// Writes the rows of `values` with these indices.
pub(super) fn gather(indices: &[u32], width: usize, values: &[f64], rows: &mut Vec<f64>) {
    rows.clear();
    for &i in indices {
        rows.extend_from_slice(&values[i as usize * width..][..width]);
    }
}
