//! Adam, and the limit on the norm of a gradient.
//!
//! ```text
//! m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g²
//! x <- x - step · (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
//! ```
//! Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1.

use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Constants of [`Adam`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdamParameters {
    /// Decay b1 of the mean of gradients, per step.
    pub beta1: f64,
    /// Decay b2 of the mean of squared gradients, per step.
    pub beta2: f64,
    /// Smallest root of a squared gradient that counts, epsilon.
    pub epsilon: f64,
}

impl Default for AdamParameters {
    /// Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1.
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }
}

impl AdamParameters {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] names the first parameter outside its range.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of("adam");
        let decay = |x: f64| (0.0..1.0).contains(&x);
        ranges.require(decay(self.beta1), "beta1", self.beta1, "from 0 to below 1")?;
        ranges.require(decay(self.beta2), "beta2", self.beta2, "from 0 to below 1")?;
        Ok(ranges.positive("epsilon", self.epsilon)?)
    }
}

/// The memory of Adam for one vector of parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adam {
    steps: u64,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl Adam {
    /// Adam before its first step, for `count` parameters.
    pub fn new(count: usize) -> Self {
        Self { steps: 0, mean: vec![0.0; count], squares: vec![0.0; count] }
    }

    /// Makes one step of size `step` against the gradient.
    ///
    /// # Panics
    /// If there are not as many values as in [`Adam::new`].
    pub fn step(&mut self, constants: &AdamParameters, step: f64, gradient: &[f64], values: &mut [f64]) {
        assert!(gradient.len() == self.mean.len() && values.len() == self.mean.len(), "as many as in new");
        self.steps += 1;
        let AdamParameters { beta1, beta2, epsilon } = *constants;
        let t = self.steps as f64;
        let (mean_lacks, squares_lack) = (1.0 - libm::pow(beta1, t), 1.0 - libm::pow(beta2, t));
        let moments = self.mean.iter_mut().zip(&mut self.squares);
        for (((m, v), g), x) in moments.zip(gradient).zip(values) {
            *m = beta1 * *m + (1.0 - beta1) * g;
            *v = beta2 * *v + (1.0 - beta2) * g * g;
            *x -= step * (*m / mean_lacks) / ((*v / squares_lack).sqrt() + epsilon);
        }
    }

    /// Checks a memory that was read.
    pub(super) fn check(&self, count: usize) -> Result<(), Error> {
        Error::same_len("the memory of Adam", self.mean.len(), count)?;
        Error::same_len("the memory of Adam", self.squares.len(), count)?;
        let ranges = Ranges::of("adam");
        ranges.all("mean", &self.mean, |_| true, "a finite number")?;
        Ok(ranges.all("squares", &self.squares, |v| v >= 0.0, "0 or more")?)
    }
}

/// Shortens gradients to a common norm of `most` where it is larger. Returns the norm before.
pub fn limit_norm(most: f64, gradients: &mut [&mut [f64]]) -> f64 {
    let squares = gradients.iter().flat_map(|g| g.iter()).fold(0.0, |sum, g| sum + g * g);
    let norm = squares.sqrt();
    if norm > most {
        let factor = most / norm;
        gradients.iter_mut().flat_map(|g| g.iter_mut()).for_each(|g| *g *= factor);
    }
    norm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_steps_are_those_computed_by_hand() {
        let constants = AdamParameters::default();
        let (mut adam, mut x) = (Adam::new(1), [1.0]);
        // m = 0.2, v = 0.004; both corrected to the gradient: 2 and 4, so that the step is 0.1 · 2 / (2 + 1e-8).
        adam.step(&constants, 0.1, &[2.0], &mut x);
        assert!((x[0] - (1.0 - 0.2 / (2.0 + 1e-8))).abs() < 1e-15, "{}", x[0]);
        // m = 0.9 · 0.2 - 0.1 = 0.08, v = 0.999 · 0.004 + 0.001 = 0.004996, over 0.19 and 0.001999.
        let second = 0.1 * (0.08 / 0.19) / ((0.004_996_f64 / 0.001_999).sqrt() + 1e-8);
        let before = x[0];
        adam.step(&constants, 0.1, &[-1.0], &mut x);
        assert!((before - x[0] - second).abs() < 1e-14, "{} {second}", before - x[0]);
    }

    #[test]
    fn the_first_step_has_the_same_size_for_any_gradient() {
        let (mut adam, mut x) = (Adam::new(3), [0.0; 3]);
        adam.step(&AdamParameters::default(), 0.01, &[1e-3, -5.0, 1e4], &mut x);
        for (x, expected) in x.iter().zip([-0.01, 0.01, -0.01]) {
            assert!((x - expected).abs() < 1e-6, "{x} {expected}");
        }
    }

    #[test]
    fn only_a_norm_that_is_too_large_is_shortened() {
        let (mut a, mut b) = ([3.0], [0.0, 4.0]);
        assert_eq!(limit_norm(10.0, &mut [&mut a, &mut b]), 5.0);
        assert_eq!((a, b), ([3.0], [0.0, 4.0]));
        assert_eq!(limit_norm(0.5, &mut [&mut a, &mut b]), 5.0);
        assert!((a[0] - 0.3).abs() < 1e-15 && (b[1] - 0.4).abs() < 1e-15);
    }

    #[test]
    fn constants_out_of_range_are_refused() {
        let good = AdamParameters::default();
        assert_eq!(good.check(), Ok(()));
        for bad in [
            AdamParameters { beta1: 1.0, ..good },
            AdamParameters { beta2: -0.1, ..good },
            AdamParameters { epsilon: 0.0, ..good },
            AdamParameters { beta1: f64::NAN, ..good },
        ] {
            assert!(matches!(bad.check(), Err(Error::Parameter(_))), "{bad:?}");
        }
    }
}
