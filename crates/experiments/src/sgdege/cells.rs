//! Comparison of nuclear cells with their targets. Rates and targets are `[L][T]`, Hz.

use lobule_analysis::{mean, mean_of};

/// Pearson correlation, where both vary.
pub(super) fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(&x, &y)| f(x - ma, y - mb)).sum::<f64>();
    let both = (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt();
    (both > 0.0).then(|| sum(&|x, y| x * y) / both)
}

/// Mean over cells of |mean rate - mean target|, Hz.
pub(super) fn mean_rate_error(rates: &[f64], targets: &[f64], bins: usize) -> f64 {
    let cells = rates.chunks_exact(bins).zip(targets.chunks_exact(bins));
    mean_of(cells.map(|(r, t)| (mean(r) - mean(t)).abs()))
}

/// Means of blocks of equal length; an incomplete last block is left out.
pub(super) fn block_means(values: &[f64], block: usize) -> Vec<f64> {
    values.chunks_exact(block.max(1)).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_is_one_of_a_line_and_minus_one_of_its_mirror() {
        let (x, y) = ([1.0, 2.0, 4.0], [3.0, 5.0, 9.0]);
        assert!((correlation(&x, &y).unwrap() - 1.0).abs() < 1e-12);
        assert!((correlation(&x, &y.map(|v| -v)).unwrap() + 1.0).abs() < 1e-12);
        assert!(correlation(&x, &[1.0; 3]).is_none());
    }

    #[test]
    fn errors_within_a_cell_cancel_in_its_mean_rate() {
        assert_eq!(mean_rate_error(&[1.0, 3.0, 5.0, 5.0], &[2.0, 2.0, 4.0, 4.0], 2), 0.5);
        assert_eq!(block_means(&[1.0, 3.0, 5.0, 5.0, 9.0], 2), [2.0, 5.0]);
    }
}
