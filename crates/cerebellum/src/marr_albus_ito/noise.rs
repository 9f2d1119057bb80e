//! Normal noise for many neurons at once: each draw of 32 bits gives two values of a table of quantiles.
//!
//! An exact draw would take three transcendental functions for each neuron and substep. The table has the quantiles of 2048 equally likely parts of the normal
//! distribution, scaled to a variance of 1; its largest value is 3.6. Chosen: the noise is small and summed by leaky membranes.

use lobule_signal::{GROUP, Stream};

const BITS: u32 = 11;

/// Noise of the neurons of one population.
#[derive(Debug, Clone)]
pub(super) struct Noise {
    stream: Stream,
    /// `[2048]`
    quantiles: Vec<f64>,
}

impl Noise {
    pub fn new(seed: u64, label: &str) -> Self {
        let parts = 1 << BITS;
        let half = (0..parts / 2).map(|i| quantile((f64::from(i) + 0.5) / f64::from(parts)));
        let mut quantiles: Vec<f64> = half.collect();
        quantiles.extend(quantiles.clone().into_iter().rev().map(|x| -x));
        let variance = quantiles.iter().map(|x| x * x).sum::<f64>() / f64::from(parts);
        quantiles.iter_mut().for_each(|x| *x /= variance.sqrt());
        Self { stream: Stream::new(seed, label), quantiles }
    }

    /// Adds noise of standard deviation `sd` to each value; a function of the step and the place. `[neurons]`
    pub fn add(&self, step: u64, sd: f64, values: &mut [f64]) {
        let mut draws = [0; GROUP];
        for (group, values) in values.chunks_mut(2 * GROUP).enumerate() {
            self.stream.fill_group(step, group as u32, &mut draws);
            for (pair, draw) in values.chunks_mut(2).zip(draws) {
                for (value, bits) in pair.iter_mut().zip([draw >> 16, draw & 0xFFFF]) {
                    *value += sd * self.quantiles[(bits >> (16 - BITS)) as usize];
                }
            }
        }
    }
}

/// The quantile of the standard normal distribution at `p` below 1/2, by bisection.
fn quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-10.0, 0.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let below = 0.5 * libm::erfc(-middle / std::f64::consts::SQRT_2);
        if below < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_the_moments_of_a_normal_distribution() {
        assert!((quantile(0.025) + 1.959_963_985).abs() < 1e-8);
        let noise = Noise::new(3, "test");
        let n = 40_000;
        let mut values = vec![0.0; n];
        noise.add(5, 0.1, &mut values);
        let mean = |power: i32| values.iter().map(|x| (x / 0.1).powi(power)).sum::<f64>() / n as f64;
        // Four standard errors: 1, sqrt 2, sqrt 96 over sqrt n.
        let root = (n as f64).sqrt();
        assert!(mean(1).abs() < 4.0 / root, "{}", mean(1));
        assert!((mean(2) - 1.0).abs() < 4.0 * 2.0_f64.sqrt() / root, "{}", mean(2));
        assert!((mean(4) - 3.0).abs() < 4.0 * 96.0_f64.sqrt() / root, "{}", mean(4));
        let mut again = vec![0.0; n];
        noise.add(6, 0.1, &mut again);
        let product = values.iter().zip(&again).map(|(x, y)| x * y / 0.01).sum::<f64>() / n as f64;
        assert!(product.abs() < 4.0 / root, "steps are independent: {product}");
    }
}
