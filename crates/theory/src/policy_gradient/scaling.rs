//! Running mean and variance, and observations scaled by them.

use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Smallest variance that is told from none. Source: Dhariwal et al. 2017, OpenAI Baselines, `VecNormalize`.
const LEAST_VARIANCE: f64 = 1e-8;

/// Mean and variance of all values so far, one of each per component.
///
/// Source: Welford 1962, doi:10.1080/00401706.1962.10490022.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moments {
    count: u64,
    mean: Vec<f64>,
    /// Sum of squared deviations from the mean.
    squares: Vec<f64>,
}

impl Moments {
    /// Moments of nothing yet, of `components` components.
    pub fn new(components: usize) -> Self {
        Self { count: 0, mean: vec![0.0; components], squares: vec![0.0; components] }
    }

    /// Takes in one value of each component.
    pub fn add(&mut self, values: &[f64]) {
        self.count += 1;
        let count = self.count as f64;
        for ((mean, squares), x) in self.mean.iter_mut().zip(&mut self.squares).zip(values) {
            let before = x - *mean;
            *mean += before / count;
            *squares += before * (x - *mean);
        }
    }

    /// Mean of a component; 0 before the first value.
    pub fn mean(&self, component: usize) -> f64 {
        self.mean[component]
    }

    /// Variance of a component (divided by the number of values); 0 before the first value.
    pub fn variance(&self, component: usize) -> f64 {
        if self.count == 0 { 0.0 } else { self.squares[component] / self.count as f64 }
    }

    /// Checks moments that were read.
    pub(super) fn check(&self, components: usize) -> Result<(), Error> {
        Error::same_len("the list of means", self.mean.len(), components)?;
        Error::same_len("the list of squares", self.squares.len(), components)?;
        let ranges = Ranges::of("moments");
        ranges.all("mean", &self.mean, |_| true, "a finite number")?;
        Ok(ranges.all("squares", &self.squares, |s| s >= 0.0, "0 or more")?)
    }
}

/// Observations in units of their standard deviation: `(x - mean) / sqrt(variance + 1e-8)`, limited to `± limit`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    moments: Moments,
    limit: f64,
}

impl Scaling {
    /// A scaling that has seen nothing.
    pub(super) fn new(observations: usize, limit: f64) -> Self {
        Self { moments: Moments::new(observations), limit }
    }

    /// Mean and variance of what was observed in training.
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    /// Takes in an observation of training.
    pub(super) fn learn(&mut self, observation: &[f64]) {
        self.moments.add(observation);
    }

    /// Writes a scaled observation.
    pub fn scale(&self, observation: &[f64], scaled: &mut [f64]) {
        for (i, (y, x)) in scaled.iter_mut().zip(observation).enumerate() {
            let deviation = (self.moments.variance(i) + LEAST_VARIANCE).sqrt();
            *y = ((x - self.moments.mean[i]) / deviation).clamp(-self.limit, self.limit);
        }
    }

    /// Checks a scaling that was read.
    pub(super) fn check(&self, observations: usize) -> Result<(), Error> {
        Ranges::of("scaling").positive("limit", self.limit)?;
        self.moments.check(observations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lobule_signal::Stream;

    #[test]
    fn running_moments_are_those_of_all_values_together() {
        let stream = Stream::new(6, "moments");
        // A large mean: the difference of two large sums would lose the variance.
        let values: Vec<f64> = (0..1000).map(|i| 1e6 + 0.01 * stream.normal(0, i)).collect();
        let mut moments = Moments::new(1);
        assert_eq!((moments.mean(0), moments.variance(0)), (0.0, 0.0));
        values.iter().for_each(|v| moments.add(&[*v]));
        let mean = 1e6 + values.iter().map(|v| v - 1e6).sum::<f64>() / 1000.0;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 1000.0;
        assert!((moments.mean(0) - mean).abs() < 1e-8);
        assert!((moments.variance(0) / variance - 1.0).abs() < 1e-6, "{}", moments.variance(0));
    }

    #[test]
    fn scaled_observations_are_in_standard_deviations_and_limited() {
        let mut scaling = Scaling::new(2, 3.0);
        for x in [1.0, 3.0, 5.0, 7.0] {
            scaling.learn(&[x, 2.0]);
        }
        let mut scaled = [0.0; 2];
        // Mean 4, variance 5; the other observation is always 2.
        scaling.scale(&[5.0, 2.0], &mut scaled);
        assert!((scaled[0] - 1.0 / 5.0_f64.sqrt()).abs() < 1e-8 && scaled[1] == 0.0, "{scaled:?}");
        scaling.scale(&[1e6, -1e6], &mut scaled);
        assert_eq!(scaled, [3.0, -3.0]);
    }
}
