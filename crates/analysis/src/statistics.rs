//! Mean, spread, quantiles, histograms and straight lines.

/// Arithmetic mean; NaN of nothing.
pub fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// Arithmetic mean of the values of an iterator; NaN of nothing.
pub fn mean_of(x: impl IntoIterator<Item = f64>) -> f64 {
    mean(&x.into_iter().collect::<Vec<_>>())
}

/// Sample standard deviation (n - 1); 0 of fewer than two values.
pub fn sd(x: &[f64]) -> f64 {
    if x.len() < 2 {
        return 0.0;
    }
    let m = mean(x);
    (x.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (x.len() - 1) as f64).sqrt()
}

/// Median; the mean of the two middle ones of an even number, NaN of nothing.
pub fn median(x: &[f64]) -> f64 {
    let mut sorted = x.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]),
    }
}

/// The `q`-quantile, `q` in 0..=1, by linear interpolation; NaN of nothing.
pub fn quantile(x: &[f64], q: f64) -> f64 {
    if x.is_empty() {
        return f64::NAN;
    }
    let mut sorted = x.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = q.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (low, part) = (at.floor() as usize, at.fract());
    sorted[low] + part * (sorted[(low + 1).min(sorted.len() - 1)] - sorted[low])
}

/// Counts of values in `bins` equal bins of `lo..=hi`; values outside are not counted.
pub fn histogram(x: impl IntoIterator<Item = f64>, lo: f64, hi: f64, bins: usize) -> (Vec<f64>, Vec<u64>) {
    let edges: Vec<f64> = (0..=bins).map(|k| lo + (hi - lo) * k as f64 / bins as f64).collect();
    let mut counts = vec![0; bins];
    for v in x {
        if (lo..=hi).contains(&v) && bins > 0 {
            counts[(((v - lo) / (hi - lo) * bins as f64) as usize).min(bins - 1)] += 1;
        }
    }
    (edges, counts)
}

/// A straight line through points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Slope.
    pub slope: f64,
    /// Value at 0.
    pub intercept: f64,
    /// Coefficient of determination.
    pub r2: f64,
}

/// Ordinary least squares of y on x. NaN with fewer than two distinct x.
pub fn linear_fit(points: &[(f64, f64)]) -> Fit {
    let n = points.len() as f64;
    let (mx, my) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let sxx: f64 = points.iter().map(|p| (p.0 - mx).powi(2)).sum();
    let sxy: f64 = points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum();
    let syy: f64 = points.iter().map(|p| (p.1 - my).powi(2)).sum();
    let slope = sxy / sxx;
    Fit { slope, intercept: my - slope * mx, r2: sxy * sxy / (sxx * syy) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_again() {
        let points: Vec<(f64, f64)> = (0..10).map(|k| (f64::from(k), 3.0 - 0.5 * f64::from(k))).collect();
        let fit = linear_fit(&points);
        assert!(
            (fit.slope + 0.5).abs() < 1e-12
                && (fit.intercept - 3.0).abs() < 1e-12
                && (fit.r2 - 1.0).abs() < 1e-12
        );
    }

    #[test]
    fn spread_and_quantiles_of_known_numbers() {
        let x = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(mean(&x), 2.5);
        assert!((sd(&x) - (5.0f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!((quantile(&x, 0.0), quantile(&x, 0.5), quantile(&x, 1.0)), (1.0, 2.5, 4.0));
        assert_eq!(sd(&[1.0]), 0.0);
        assert_eq!((median(&x), median(&[9.0, 1.0, 2.0]), median(&[]).is_nan()), (2.5, 2.0, true));
    }

    #[test]
    fn every_value_in_range_is_counted_once() {
        let (edges, counts) = histogram([0.0, 0.1, 0.5, 1.0, 1.5], 0.0, 1.0, 2);
        assert_eq!(edges, [0.0, 0.5, 1.0]);
        assert_eq!(counts, [2, 2]);
    }
}
