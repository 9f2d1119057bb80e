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

#[cfg(test)]
mod tests {
    use super::*;
    use lobule_signal::Stream;

    const STEPS: usize = 24;

    /// A policy of two actions, and steps whose ratios of probabilities lie on both sides of both clips.
    struct Case {
        network: Network,
        log_std: Vec<f64>,
        observations: Vec<f64>,
        actions: Vec<f64>,
        log_probabilities: Vec<f64>,
        advantages: Vec<f64>,
    }

    fn case() -> Case {
        let stream = Stream::new(9, "case");
        let draw = |step: u64, n: usize| (0..n).map(|i| stream.normal(step, i as u32)).collect::<Vec<_>>();
        let network = Network::draw(&[3, 5, 4, 2], &[0.6; 3], &stream).unwrap();
        let (observations, actions, log_std) = (draw(10, 3 * STEPS), draw(11, 2 * STEPS), vec![-0.3, 0.2]);
        let mut pass = Pass::default();
        let means = network.forward(&observations, &mut pass);
        // Changes of the log-density from -0.6 to 0.6, none within 0.001 of a kink.
        let changes: Vec<f64> = (0..STEPS).map(|t| -0.6 + 1.2 * (t as f64 + 0.5) / STEPS as f64).collect();
        assert!(
            changes.iter().all(|c| (libm::exp(*c) - 0.8).abs() > 1e-3 && (libm::exp(*c) - 1.2).abs() > 1e-3)
        );
        let log_probabilities = (0..STEPS)
            .map(|t| {
                let at = 2 * t..2 * t + 2;
                log_probability(&means[at.clone()], &log_std, &actions[at]) - changes[t]
            })
            .collect();
        let advantages = (0..STEPS).map(|t| if t % 2 == 0 { 1.3 } else { -0.7 }).collect();
        Case { network, log_std, observations, actions, log_probabilities, advantages }
    }

    impl Case {
        fn loss(&self, weights: Weights) -> (PolicyLoss, PolicyGradient) {
            let batch = Minibatch {
                observations: &self.observations,
                actions: &self.actions,
                log_probabilities: &self.log_probabilities,
                advantages: &self.advantages,
            };
            let mut gradient = PolicyGradient::default();
            let policy = (&self.network, self.log_std.as_slice());
            let loss = policy_loss(policy, &batch, weights, &mut Pass::default(), &mut gradient);
            (loss, gradient)
        }
    }

    #[test]
    fn the_gradient_of_the_clipped_surrogate_with_entropy_is_that_of_central_differences() {
        let weights = Weights { clip: 0.2, entropy_bonus: 0.05 };
        let mut case = case();
        let (loss, gradient) = case.loss(weights);
        assert!(loss.clipped > 0.2 && loss.clipped < 0.8, "both kinds of steps are there: {loss:?}");
        let h = 1e-5;
        let largest = gradient.of_network.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
        for i in 0..gradient.of_network.len() {
            let w = case.network.parameters()[i];
            let mut at = |x: f64| {
                case.network.parameters_mut()[i] = x;
                case.loss(weights).0.loss
            };
            let slope = (at(w + h) - at(w - h)) / (2.0 * h);
            case.network.parameters_mut()[i] = w;
            let expected = gradient.of_network[i];
            assert!((slope - expected).abs() < 1e-6 * largest, "{i}: {slope} {expected}");
        }
        for j in 0..2 {
            let s = case.log_std[j];
            let mut at = |x: f64| {
                case.log_std[j] = x;
                case.loss(weights).0.loss
            };
            let slope = (at(s + h) - at(s - h)) / (2.0 * h);
            case.log_std[j] = s;
            let expected = gradient.of_log_std[j];
            assert!((slope - expected).abs() < 1e-6 * expected.abs(), "{j}: {slope} {expected}");
        }
    }

    #[test]
    fn clipped_steps_give_no_gradient() {
        let weights = Weights { clip: 0.2, entropy_bonus: 0.0 };
        let mut case = case();
        // Better actions that became more probable than the clip allows, and worse ones less probable.
        let mut pass = Pass::default();
        let means = case.network.forward(&case.observations, &mut pass);
        for t in 0..STEPS {
            let at = 2 * t..2 * t + 2;
            let now = log_probability(&means[at.clone()], &case.log_std, &case.actions[at]);
            case.log_probabilities[t] = now - 0.3 * case.advantages[t].signum();
        }
        let (loss, gradient) = case.loss(weights);
        assert_eq!(loss.clipped, 1.0);
        assert!(gradient.of_network.iter().chain(&gradient.of_log_std).all(|g| *g == 0.0));
        // The same ratios with the opposite advantages are not clipped: the step leads back.
        case.advantages.iter_mut().for_each(|a| *a = -*a);
        let (loss, gradient) = case.loss(weights);
        assert_eq!(loss.clipped, 0.0);
        assert!(gradient.of_network.iter().any(|g| g.abs() > 1e-3));
    }

    #[test]
    fn the_surrogate_is_the_lower_of_both_terms() {
        for (ratio, advantage, expected) in [
            (1.1, 2.0, (2.2, 2.2)),
            (1.5, 2.0, (2.4, 0.0)),
            (0.5, 2.0, (1.0, 1.0)),
            (1.5, -2.0, (-3.0, -3.0)),
            (0.5, -2.0, (-1.6, 0.0)),
        ] {
            let (value, slope) = clipped_surrogate(ratio, advantage, 0.2);
            assert!(
                (value - expected.0).abs() < 1e-15 && (slope - expected.1).abs() < 1e-15,
                "{ratio} {advantage}"
            );
        }
    }

    #[test]
    fn the_gradient_of_the_value_loss_is_that_of_central_differences() {
        let Case { observations, .. } = case();
        let mut network = Network::draw(&[3, 5, 4, 1], &[0.6; 3], &Stream::new(8, "value")).unwrap();
        let returns: Vec<f64> = (0..STEPS).map(|t| (t % 5) as f64 - 1.0).collect();
        let loss = |network: &Network| {
            let (mut errors, mut gradient) = (Vec::new(), Vec::new());
            let of = (&mut errors, &mut gradient);
            let loss = value_loss(network, &observations, &returns, &mut Pass::default(), of);
            (loss, gradient)
        };
        let (_, gradient) = loss(&network);
        let largest = gradient.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
        for (i, expected) in gradient.iter().enumerate() {
            let w = network.parameters()[i];
            let mut at = |x: f64| {
                network.parameters_mut()[i] = x;
                loss(&network).0
            };
            let slope = (at(w + 1e-5) - at(w - 1e-5)) / 2e-5;
            network.parameters_mut()[i] = w;
            assert!((slope - expected).abs() < 1e-6 * largest, "{i}: {slope} {expected}");
        }
    }

    #[test]
    fn normalized_values_have_mean_0_and_deviation_1_and_equal_ones_become_0() {
        let mut values = [1.0, 2.0, 3.0, 6.0];
        normalize(&mut values);
        assert!(values.iter().sum::<f64>().abs() < 1e-12);
        assert!((values.iter().map(|v| v * v).sum::<f64>() / 4.0 - 1.0).abs() < 1e-7);
        let mut values = [5.0; 3];
        normalize(&mut values);
        assert_eq!(values, [0.0; 3]);
    }
}
