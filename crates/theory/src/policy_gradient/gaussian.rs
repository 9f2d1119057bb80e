//! A normal distribution of actions with independent components: density, entropy, and their gradients.
//!
//! ```text
//! z = (a - mu) / sigma,   log p = Σ_j (-z_j² / 2 - log sigma_j - log(2 pi) / 2)
//! d log p / d mu_j = z_j / sigma_j,   d log p / d log sigma_j = z_j² - 1
//! H = Σ_j (log sigma_j + log(2 pi e) / 2),   d H / d log sigma_j = 1
//! ```

/// log(2 pi) / 2.
const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_7;

/// Log-density of an action, `[actions]` each.
pub fn log_probability(mean: &[f64], log_std: &[f64], action: &[f64]) -> f64 {
    mean.iter().zip(log_std).zip(action).fold(0.0, |sum, ((mu, s), a)| {
        let z = (a - mu) * libm::exp(-s);
        sum - 0.5 * z * z - s - HALF_LOG_TAU
    })
}

/// Adds `weight` times the gradient of [`log_probability`] to those with respect to the mean and to log sigma.
pub fn add_log_probability_gradient(
    mean: &[f64],
    log_std: &[f64],
    action: &[f64],
    weight: f64,
    of_mean: &mut [f64],
    of_log_std: &mut [f64],
) {
    for j in 0..mean.len() {
        let per_sigma = libm::exp(-log_std[j]);
        let z = (action[j] - mean[j]) * per_sigma;
        of_mean[j] += weight * z * per_sigma;
        of_log_std[j] += weight * (z * z - 1.0);
    }
}

/// Differential entropy, nats.
pub fn entropy(log_std: &[f64]) -> f64 {
    log_std.iter().fold(0.0, |sum, s| sum + s + HALF_LOG_TAU + 0.5)
}
