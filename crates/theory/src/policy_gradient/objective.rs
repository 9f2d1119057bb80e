//! The losses of proximal policy optimization and their gradients.
//!
//! ```text
//! r = pi(a|s) / pi_old(a|s)
//! policy: L = -mean min(r A, clip(r, 1 - e, 1 + e) A) - c H
//! value:  L = mean (V(s) - R)² / 2
//! ```
//! Where the minimum is the clipped term, it does not depend on the policy, and its gradient is 0.
//! Source: Schulman et al. 2017, arXiv:1707.06347, equations 7 and 9.

use super::gaussian::{add_log_probability_gradient, entropy, log_probability};
use super::network::{Network, Pass};

/// Steps that an optimizer looks at together. Arrays: `[step]`, or `[step][observations]`, `[step][actions]`.
pub(super) struct Minibatch<'a> {
    pub observations: &'a [f64],
    pub actions: &'a [f64],
    /// Log-densities under the policy that acted.
    pub log_probabilities: &'a [f64],
    pub advantages: &'a [f64],
}

/// Means over a minibatch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct PolicyLoss {
    pub loss: f64,
    /// Estimate of the Kullback-Leibler divergence from the policy that acted, nats: mean of `r - 1 - log r`.
    pub kl: f64,
    /// Fraction of steps without a gradient since they are clipped.
    pub clipped: f64,
}

impl PolicyLoss {
    /// Adds a step whose log-density changed by `change`; returns the derivative of its surrogate with respect to the log-density.
    pub fn add(&mut self, change: f64, advantage: f64, clip: f64) -> f64 {
        let ratio = libm::exp(change);
        let (surrogate, slope) = clipped_surrogate(ratio, advantage, clip);
        self.loss -= surrogate;
        self.kl += ratio - 1.0 - change;
        self.clipped += f64::from(u8::from(slope == 0.0 && surrogate != 0.0));
        slope
    }

    /// Means of a sum over `n` steps.
    pub fn mean(self, n: f64) -> Self {
        Self { loss: self.loss / n, kl: self.kl / n, clipped: self.clipped / n }
    }

    /// Adds a share of other means.
    pub fn add_share(&mut self, share: f64, other: Self) {
        self.loss += share * other.loss;
        self.kl += share * other.kl;
        self.clipped += share * other.clipped;
    }
}

/// Weight of the surrogate and of the entropy.
#[derive(Clone, Copy)]
pub(super) struct Weights {
    pub clip: f64,
    pub entropy_bonus: f64,
}

/// The surrogate of one step, `min(r A, clip(r) A)`, and its derivative with respect to the log-density.
pub(super) fn clipped_surrogate(ratio: f64, advantage: f64, clip: f64) -> (f64, f64) {
    let free = ratio * advantage;
    let bound = ratio.clamp(1.0 - clip, 1.0 + clip) * advantage;
    if free <= bound { (free, free) } else { (bound, 0.0) }
}

/// Gradients with respect to the policy, and the errors of its outputs that they come from.
#[derive(Debug, Clone, Default)]
pub(super) struct PolicyGradient {
    pub of_network: Vec<f64>,
    pub of_log_std: Vec<f64>,
    of_mean: Vec<f64>,
}

impl PolicyGradient {
    /// Makes room for a policy and a number of steps.
    fn clear(&mut self, network: &Network, actions: usize) {
        self.of_network.resize(network.parameters().len(), 0.0);
        self.of_mean.clear();
        self.of_mean.resize(actions, 0.0);
        self.of_log_std.clear();
        self.of_log_std.resize(network.outputs(), 0.0);
    }
}

/// The loss of a policy for a minibatch and its gradient.
pub(super) fn policy_loss(
    (network, log_std): (&Network, &[f64]),
    batch: &Minibatch<'_>,
    weights: Weights,
    pass: &mut Pass,
    gradient: &mut PolicyGradient,
) -> PolicyLoss {
    let (actions, n) = (log_std.len(), batch.advantages.len() as f64);
    gradient.clear(network, batch.actions.len());
    let means = network.forward(batch.observations, pass);
    let mut sum = PolicyLoss::default();
    for (t, advantage) in batch.advantages.iter().enumerate() {
        let at = t * actions..(t + 1) * actions;
        let (mean, action) = (&means[at.clone()], &batch.actions[at.clone()]);
        let change = log_probability(mean, log_std, action) - batch.log_probabilities[t];
        let slope = sum.add(change, *advantage, weights.clip);
        let of_mean = &mut gradient.of_mean[at];
        add_log_probability_gradient(mean, log_std, action, -slope / n, of_mean, &mut gradient.of_log_std);
    }
    gradient.of_log_std.iter_mut().for_each(|g| *g -= weights.entropy_bonus);
    network.backward(batch.observations, &gradient.of_mean, pass, &mut gradient.of_network);
    let mut mean = sum.mean(n);
    mean.loss -= weights.entropy_bonus * entropy(log_std);
    mean
}

/// The loss of a value function for a minibatch and its gradient. `returns`: `[step]`; `errors` is scratch.
pub(super) fn value_loss(
    network: &Network,
    observations: &[f64],
    returns: &[f64],
    pass: &mut Pass,
    (errors, gradient): (&mut Vec<f64>, &mut Vec<f64>),
) -> f64 {
    let n = returns.len() as f64;
    let values = network.forward(observations, pass);
    errors.clear();
    errors.extend(values.iter().zip(returns).map(|(v, r)| (v - r) / n));
    let loss = errors.iter().fold(0.0, |sum, e| sum + 0.5 * e * e * n);
    gradient.resize(network.parameters().len(), 0.0);
    network.backward(observations, errors, pass, gradient);
    loss
}

/// Shifts and scales values to mean 0 and standard deviation 1.
pub(super) fn normalize(values: &mut [f64]) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().fold(0.0, |sum, v| sum + (v - mean) * (v - mean)) / n;
    // Chosen: values that are all equal become 0.
    let deviation = variance.sqrt() + 1e-8;
    values.iter_mut().for_each(|v| *v = (*v - mean) / deviation);
}
