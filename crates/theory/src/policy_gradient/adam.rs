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
