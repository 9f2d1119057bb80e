//! Rates and regularity of spike trains.

use lobule_signal::SpikeTrain;

/// Mean rate over all neurons, Hz, over `steps` steps of `dt_ms`.
pub fn mean_rate_hz(train: &SpikeTrain, steps: u64, dt_ms: f64) -> f64 {
    train.len() as f64 / (train.n as f64 * steps as f64 * dt_ms * 1e-3)
}

/// Rate of each neuron, Hz. `[n]`
pub fn rates_hz(train: &SpikeTrain, steps: u64, dt_ms: f64) -> Vec<f64> {
    let mut counts = vec![0.0; train.n];
    train.ids.iter().for_each(|&i| counts[i as usize] += 1.0);
    counts.iter_mut().for_each(|c| *c /= steps as f64 * dt_ms * 1e-3);
    counts
}

/// The bin of a step among `bins` of `bin` steps each, from step `from` on.
fn bin_of(step: u64, from: u64, bins: usize, bin: u64) -> Option<usize> {
    step.checked_sub(from).map(|d| (d / bin) as usize).filter(|&k| k < bins)
}

/// Population rate in bins of `bin` steps from step `from`, Hz. `[bins]`
pub fn rate_histogram_hz(train: &SpikeTrain, from: u64, bins: usize, bin: u64, dt_ms: f64) -> Vec<f64> {
    let mut counts = vec![0.0; bins];
    for k in train.steps.iter().filter_map(|&step| bin_of(step, from, bins, bin)) {
        counts[k] += 1.0;
    }
    counts.iter_mut().for_each(|c| *c /= train.n as f64 * bin as f64 * dt_ms * 1e-3);
    counts
}

/// Coefficient of variation of the interspike intervals of each neuron with at least three spikes.
pub fn interval_cv(train: &SpikeTrain) -> Vec<f64> {
    let mut by_neuron: Vec<Vec<f64>> = vec![Vec::new(); train.n];
    for (&step, &i) in train.steps.iter().zip(&train.ids) {
        by_neuron[i as usize].push(step as f64);
    }
    let cv = |times: &Vec<f64>| {
        let intervals: Vec<f64> = times.windows(2).map(|w| w[1] - w[0]).collect();
        crate::sd(&intervals) / crate::mean(&intervals)
    };
    by_neuron.iter().filter(|times| times.len() >= 3).map(cv).collect()
}

/// Mean over all pairs of neurons of the correlation of their spike counts in `bins` bins of `bin` steps from
/// step `from`; neurons whose count does not vary are left out. NaN for fewer than two neurons.
pub fn count_correlation(train: &SpikeTrain, from: u64, bins: usize, bin: u64) -> f64 {
    let mut counts = vec![vec![0.0; bins]; train.n];
    for (&step, &i) in train.steps.iter().zip(&train.ids) {
        if let Some(k) = bin_of(step, from, bins, bin) {
            counts[i as usize][k] += 1.0;
        }
    }
    counts.retain(|c| c.iter().any(|x| *x != c[0]));
    // With unit vectors the sum over pairs is that of the squared sum, less the squares.
    let mut sum = vec![0.0; bins];
    for c in &mut counts {
        let mean = c.iter().sum::<f64>() / bins as f64;
        let norm = c.iter().map(|x| (x - mean).powi(2)).sum::<f64>().sqrt();
        for (x, total) in c.iter().zip(&mut sum) {
            *total += (x - mean) / norm;
        }
    }
    let n = counts.len() as f64;
    (sum.iter().map(|x| x * x).sum::<f64>() - n) / (n * (n - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regular() -> SpikeTrain {
        let mut train = SpikeTrain::new("x", 2);
        (0..100).for_each(|k| train.push(k * 100, 0));
        train
    }

    #[test]
    fn counts_that_rise_together_are_correlated_and_opposite_ones_are_not() {
        let mut train = SpikeTrain::new("x", 4);
        for bin in 0..100u64 {
            // Neurons 0 and 1 fire in even bins, neuron 2 in odd ones, neuron 3 never.
            let ids: &[u32] = if bin % 2 == 0 { &[0, 1] } else { &[2] };
            ids.iter().for_each(|&i| train.push(bin * 10, i));
        }
        // A neuron with the same count in every bin has no correlation.
        let mut ids = train.clone();
        ids.n = 4;
        (0..100).for_each(|bin| ids.push(bin * 10, 3));
        // Three pairs: 1, -1, -1.
        for train in [train, ids] {
            assert!((count_correlation(&train, 0, 100, 10) + 1.0 / 3.0).abs() < 1e-12);
        }
        assert!(count_correlation(&regular(), 0, 100, 100).is_nan());
    }

    #[test]
    fn a_regular_neuron_has_its_rate_and_no_variation() {
        let train = regular();
        assert_eq!(rates_hz(&train, 10_000, 0.1), [100.0, 0.0]);
        assert_eq!(mean_rate_hz(&train, 10_000, 0.1), 50.0);
        assert_eq!(interval_cv(&train), [0.0]);
        assert_eq!(rate_histogram_hz(&train, 5_000, 2, 1_000, 0.1), [50.0, 50.0]);
    }
}
