//! Confidence intervals by resampling: of a ratio between two conditions that were measured on the same subjects.

use crate::statistics::{mean_of, quantile};
use lobule_signal::Stream;

/// Resamples of an interval. Chosen: the ends of a 95 % interval vary by about a hundredth of its width.
const RESAMPLES: u64 = 10_000;

/// A ratio with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Mean of the numerators divided by the mean of the denominators.
    pub value: f64,
    /// Ends of the interval: quantiles 0.025 and 0.975 of the ratio over resampled subjects (Efron 1979, doi:10.1214/aos/1176344552).
    pub interval: [f64; 2],
}

/// The ratio of two means over the same subjects. Subjects are drawn with replacement, each with both of its values, from the stream
/// `label` of seed 0. Not a number without subjects or with a mean of 0.
///
/// # Panics
/// When the slices differ in length: a bug of the caller. `[subjects]`, `[subjects]`
///
/// # Example: half of what it was, on every subject
/// ```
/// use lobule_analysis::paired_ratio;
/// let ratio = paired_ratio(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0], "example");
/// assert_eq!(ratio.value, 0.5);
/// assert_eq!(ratio.interval, [0.5, 0.5]);
/// ```
pub fn paired_ratio(numerators: &[f64], denominators: &[f64], label: &str) -> Ratio {
    assert_eq!(numerators.len(), denominators.len(), "each subject has both values");
    let n = numerators.len() as u32;
    let ratio_of = |subjects: &[usize]| {
        let mean = |values: &[f64]| mean_of(subjects.iter().map(|&k| values[k]));
        mean(numerators) / mean(denominators)
    };
    let mut subjects: Vec<usize> = (0..n as usize).collect();
    let value = ratio_of(&subjects);
    if !value.is_finite() {
        return Ratio { value: f64::NAN, interval: [f64::NAN; 2] };
    }
    let stream = Stream::new(0, label);
    let resampled: Vec<f64> = (0..RESAMPLES)
        .map(|draw| {
            subjects
                .iter_mut()
                .enumerate()
                .for_each(|(k, subject)| *subject = stream.below(draw, k as u32, n) as usize);
            ratio_of(&subjects)
        })
        .filter(|ratio| ratio.is_finite())
        .collect();
    Ratio { value, interval: [quantile(&resampled, 0.025), quantile(&resampled, 0.975)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_covers_the_true_ratio_as_often_as_it_says() {
        // Numerators N(2, 0.5), denominators N(4, 0.5): the true ratio is 0.5.
        let stream = Stream::new(7, "bootstrap/test");
        let studies = 200;
        let covered = (0..studies)
            .filter(|study| {
                let draw = |index: u32, mean: f64| mean + 0.5 * stream.normal(*study, index);
                let numerators: Vec<f64> = (0..20).map(|k| draw(k, 2.0)).collect();
                let denominators: Vec<f64> = (20..40).map(|k| draw(k, 4.0)).collect();
                let [low, high] = paired_ratio(&numerators, &denominators, "coverage").interval;
                (low..=high).contains(&0.5)
            })
            .count();
        // Percentile intervals of 20 subjects cover a little less than 95 %; sd of the count is 3.
        assert!((174..=198).contains(&covered), "{covered} of {studies}");
    }

    #[test]
    fn no_subjects_and_no_denominator_give_no_ratio() {
        for (numerators, denominators) in [(&[][..], &[][..]), (&[1.0][..], &[0.0][..])] {
            assert!(paired_ratio(numerators, denominators, "none").value.is_nan());
        }
    }
}
