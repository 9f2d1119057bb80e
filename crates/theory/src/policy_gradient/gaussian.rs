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

#[cfg(test)]
mod tests {
    use super::*;

    const MEAN: [f64; 3] = [0.2, -1.0, 0.7];
    const LOG_STD: [f64; 3] = [-0.5, 0.3, -1.2];
    const ACTION: [f64; 3] = [0.9, -1.4, 0.5];

    #[test]
    fn the_density_is_the_normal_one() {
        // Standard normal at 1: exp(-1/2) / sqrt(2 pi).
        let expected = libm::log(libm::exp(-0.5) / std::f64::consts::TAU.sqrt());
        assert!((log_probability(&[0.0], &[0.0], &[1.0]) - expected).abs() < 1e-15);
        // It sums to 1, and the mean of -log p is the entropy.
        let (mut total, mut mean) = (0.0, 0.0);
        for i in -80_000..80_000 {
            let log_p = log_probability(&[0.3], &[0.4], &[f64::from(i) * 2e-4]);
            total += libm::exp(log_p) * 2e-4;
            mean -= log_p * libm::exp(log_p) * 2e-4;
        }
        assert!((total - 1.0).abs() < 1e-9, "{total}");
        assert!((mean - entropy(&[0.4])).abs() < 1e-9, "{mean}");
    }

    #[test]
    fn its_gradient_is_that_of_central_differences() {
        let (mut of_mean, mut of_log_std) = ([0.0; 3], [0.0; 3]);
        add_log_probability_gradient(&MEAN, &LOG_STD, &ACTION, 2.0, &mut of_mean, &mut of_log_std);
        for j in 0..3 {
            let moved = |values: [f64; 3], by: f64| {
                let mut moved = values;
                moved[j] += by;
                moved
            };
            let h = 1e-5;
            let by_mean = |by| log_probability(&moved(MEAN, by), &LOG_STD, &ACTION);
            let by_log_std = |by| log_probability(&MEAN, &moved(LOG_STD, by), &ACTION);
            let by_entropy = |by| entropy(&moved(LOG_STD, by));
            let near = |slope: f64, expected: f64| {
                assert!((slope - expected).abs() < 1e-6 * expected.abs(), "{j}: {slope} {expected}");
            };
            near(2.0 * (by_mean(h) - by_mean(-h)) / (2.0 * h), of_mean[j]);
            near(2.0 * (by_log_std(h) - by_log_std(-h)) / (2.0 * h), of_log_std[j]);
            near((by_entropy(h) - by_entropy(-h)) / (2.0 * h), 1.0);
        }
    }
}
