//! Linear regression of many outputs on many inputs, with a penalty on the weights (ridge) and a bound on their rank.
//!
//! Inputs and outputs are standardized by mean and standard deviation of the fitted samples. With
//! `G = Xᵀ X / n` and `C = Xᵀ Y / n` of the standardized samples, `W = (G + λ I)⁻¹ C`, so that λ is in variances of an
//! input. Rank r: `W V Vᵀ` with V the first r eigenvectors of `Wᵀ (G + λ I) W`.
//! Source: Hoerl & Kennard 1970, doi:10.1080/00401706.1970.10488634; Mukherjee & Zhu 2011, doi:10.1002/sam.10138.
//!
//! Shapes: samples `[n, inputs]` and `[n, outputs]`. An input that does not vary has no weight.

use crate::Error;
use nalgebra::{Cholesky, DMatrix, DVector};

/// Inputs and outputs, a sample in each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// `[n, inputs]`
    pub inputs: DMatrix<f64>,
    /// `[n, outputs]`
    pub outputs: DMatrix<f64>,
}

impl Samples {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.inputs.nrows()
    }

    /// True if there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Means, and products about the means, of samples. The moments of two sets join to those of their union, so that
/// cross-validation reads each sample once.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    n: f64,
    /// `[inputs]`
    mean_x: DVector<f64>,
    /// `[outputs]`
    mean_y: DVector<f64>,
    /// Products about the means. `[inputs, inputs]`, lower half
    xx: DMatrix<f64>,
    /// `[inputs, outputs]`
    xy: DMatrix<f64>,
    /// `[outputs]`
    yy: DVector<f64>,
}

impl Moments {
    /// The moments of samples.
    ///
    /// # Panics
    /// If inputs and outputs have different numbers of rows: a bug of the caller.
    pub fn of(samples: &Samples) -> Self {
        let (x, y) = (&samples.inputs, &samples.outputs);
        assert_eq!(x.nrows(), y.nrows(), "samples");
        let (n, inputs, outputs) = (x.nrows(), x.ncols(), y.ncols());
        let mean = |m: &DMatrix<f64>| DVector::from_fn(m.ncols(), |j, _| crate::mean(m.column(j).as_slice()));
        let (mean_x, mean_y) =
            if n == 0 { (DVector::zeros(inputs), DVector::zeros(outputs)) } else { (mean(x), mean(y)) };
        let mut all = Self {
            n: n as f64,
            mean_x,
            mean_y,
            xx: DMatrix::zeros(inputs, inputs),
            xy: DMatrix::zeros(inputs, outputs),
            yy: DVector::zeros(outputs),
        };
        let (mut dx, mut dy) = (vec![0.0; inputs], vec![0.0; outputs]);
        for t in 0..n {
            dx.iter_mut().enumerate().for_each(|(i, d)| *d = x[(t, i)] - all.mean_x[i]);
            dy.iter_mut().enumerate().for_each(|(k, d)| *d = y[(t, k)] - all.mean_y[k]);
            all.add_products(&dx, &dy, 1.0);
        }
        all
    }

    /// Adds `weight dx dxᵀ`, `weight dx dyᵀ` and `weight dy²`.
    fn add_products(&mut self, dx: &[f64], dy: &[f64], weight: f64) {
        let inputs = dx.len();
        for (j, column) in self.xx.as_mut_slice().chunks_exact_mut(inputs.max(1)).enumerate() {
            add(&mut column[j..], weight * dx[j], &dx[j..]);
        }
        for (column, d) in self.xy.as_mut_slice().chunks_exact_mut(inputs.max(1)).zip(dy) {
            add(column, weight * d, dx);
        }
        for (sum, d) in self.yy.iter_mut().zip(dy) {
            *sum += weight * d * d;
        }
    }

    /// Joins the moments of another set. Source: Chan, Golub & LeVeque 1983, doi:10.1080/00031305.1983.10483115.
    ///
    /// # Panics
    /// If the shapes differ: a bug of the caller.
    pub fn join(&mut self, other: &Self) {
        let n = self.n + other.n;
        if n == 0.0 {
            return;
        }
        let (dx, dy) = (&other.mean_x - &self.mean_x, &other.mean_y - &self.mean_y);
        self.xx += &other.xx;
        self.xy += &other.xy;
        self.yy += &other.yy;
        self.add_products(dx.as_slice(), dy.as_slice(), self.n * other.n / n);
        self.mean_x += dx * (other.n / n);
        self.mean_y += dy * (other.n / n);
        self.n = n;
    }

    /// The moments of the union of all sets.
    ///
    /// # Panics
    /// If there is no set, or the shapes differ: a bug of the caller.
    pub fn joined<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sets = sets.into_iter();
        let mut all = sets.next().expect("at least one set").clone();
        sets.for_each(|set| all.join(set));
        all
    }

    /// Standardized moments, for fits under one or more penalties.
    pub fn standardized(&self) -> Standardized {
        let scale = |sum: f64, mean: f64| {
            let sd = (sum / self.n).sqrt();
            // A constant column has no scale.
            if varies(sd, mean) { 1.0 / sd } else { 0.0 }
        };
        let (inputs, outputs) = self.xy.shape();
        let inverse_x = DVector::from_fn(inputs, |i, _| scale(self.xx[(i, i)], self.mean_x[i]));
        let inverse_y = DVector::from_fn(outputs, |k, _| scale(self.yy[k], self.mean_y[k]));
        let gram = DMatrix::from_fn(inputs, inputs, |i, j| match i >= j {
            true => self.xx[(i, j)] / self.n * inverse_x[i] * inverse_x[j],
            false => 0.0,
        });
        let cross =
            DMatrix::from_fn(inputs, outputs, |i, k| self.xy[(i, k)] / self.n * inverse_x[i] * inverse_y[k]);
        let sd_y = inverse_y.map(|s| if s > 0.0 { 1.0 / s } else { 0.0 });
        let (mean_x, mean_y) = (self.mean_x.clone(), self.mean_y.clone());
        Standardized { scales: Scales { mean_x, mean_y, inverse_x, sd_y }, gram, cross }
    }
}

/// Least standard deviation of a column that varies, relative to its mean. Chosen: far above the rounding error of a
/// constant, about 1e-14 for hundreds of samples, and far below the precision of any recording.
const LEAST_SPREAD: f64 = 1e-10;

/// True if a column varies by more than rounding.
fn varies(sd: f64, mean: f64) -> bool {
    sd.is_finite() && sd > LEAST_SPREAD * mean.abs()
}

/// `a += s b`
fn add(a: &mut [f64], s: f64, b: &[f64]) {
    for (a, b) in a.iter_mut().zip(b) {
        *a += s * b;
    }
}

/// Means and spreads of the fitted samples.
#[derive(Debug, Clone, PartialEq)]
struct Scales {
    mean_x: DVector<f64>,
    mean_y: DVector<f64>,
    /// 1 / sd of an input, 0 if it does not vary.
    inverse_x: DVector<f64>,
    /// Standard deviation of an output, 0 if it does not vary.
    sd_y: DVector<f64>,
}

/// Standardized moments.
#[derive(Debug, Clone, PartialEq)]
pub struct Standardized {
    scales: Scales,
    /// Lower half.
    gram: DMatrix<f64>,
    cross: DMatrix<f64>,
}

impl Standardized {
    /// The weights under a penalty, in variances of an input. `rank` 0 is full.
    ///
    /// # Errors
    /// [`Error::Data`] if values are not finite or the penalty is too small for linearly dependent inputs.
    pub fn fit(&self, penalty: f64, rank: usize) -> Result<LinearMap, Error> {
        let mut penalized = self.gram.clone();
        (0..penalized.nrows()).for_each(|i| penalized[(i, i)] += penalty);
        let remedy = "inputs are linearly dependent or not finite; raise the penalty";
        let refused =
            || Error::data("regression", format!("no solution under the penalty {penalty}: {remedy}"));
        let solved = Cholesky::new(penalized).ok_or_else(refused)?;
        let mut weights = self.cross.clone();
        solved.solve_mut(&mut weights);
        if weights.iter().any(|w| !w.is_finite()) {
            return Err(refused());
        }
        if rank > 0 && rank < weights.ncols().min(weights.nrows()) {
            // Wᵀ (G + λ I) W = Wᵀ C.
            let fitted = weights.tr_mul(&self.cross);
            let fitted = (&fitted + fitted.transpose()) * 0.5;
            let eigen = fitted.symmetric_eigen();
            let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
            order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]).then(a.cmp(&b)));
            let first = eigen.eigenvectors.select_columns(&order[..rank]);
            weights = (&weights * &first) * first.transpose();
        }
        Ok(LinearMap { scales: self.scales.clone(), weights })
    }
}

/// A fitted map from inputs to outputs.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearMap {
    scales: Scales,
    /// From standardized inputs to standardized outputs. `[inputs, outputs]`
    weights: DMatrix<f64>,
}

impl LinearMap {
    /// Predicts outputs from inputs, both in their own units. `[n, inputs]` to `[n, outputs]`
    ///
    /// # Panics
    /// If the number of inputs differs: a bug of the caller.
    pub fn predict(&self, inputs: &DMatrix<f64>) -> DMatrix<f64> {
        let mut z = inputs.clone();
        for (j, mut column) in z.column_iter_mut().enumerate() {
            let (mean, scale) = (self.scales.mean_x[j], self.scales.inverse_x[j]);
            column.iter_mut().for_each(|x| *x = (*x - mean) * scale);
        }
        let mut y = z * &self.weights;
        for (k, mut column) in y.column_iter_mut().enumerate() {
            let (mean, sd) = (self.scales.mean_y[k], self.scales.sd_y[k]);
            column.iter_mut().for_each(|y| *y = mean + sd * *y);
        }
        y
    }

    /// Squared errors relative to the variance of each output in the fitted samples, summed over samples and outputs.
    pub fn standardized_error(&self, samples: &Samples) -> f64 {
        let predicted = self.predict(&samples.inputs);
        let sd_y = &self.scales.sd_y;
        let mut sum = 0.0;
        for k in (0..predicted.ncols()).filter(|&k| sd_y[k] > 0.0) {
            sum += squared_error(&samples.outputs, &predicted, k) / (sd_y[k] * sd_y[k]);
        }
        sum
    }

    /// Weights from standardized inputs to standardized outputs. `[inputs, outputs]`
    pub fn weights(&self) -> &DMatrix<f64> {
        &self.weights
    }
}

/// Sum of squared errors of output `k`.
fn squared_error(truth: &DMatrix<f64>, predicted: &DMatrix<f64>, k: usize) -> f64 {
    truth.column(k).iter().zip(predicted.column(k).iter()).map(|(y, p)| (y - p) * (y - p)).sum()
}

/// Coefficient of determination of each output, `1 - Σ (y - ŷ)² / Σ (y - ȳ)²`; NaN for an output that does not vary. `[outputs]`
///
/// # Panics
/// If the shapes differ: a bug of the caller.
pub fn r_squared(truth: &DMatrix<f64>, predicted: &DMatrix<f64>) -> Vec<f64> {
    assert_eq!(truth.shape(), predicted.shape(), "shapes");
    let one = |k: usize| {
        let y = truth.column(k);
        let mean = crate::mean(y.as_slice());
        let about_mean: f64 = y.iter().map(|y| (y - mean) * (y - mean)).sum();
        let sd = (about_mean / y.len() as f64).sqrt();
        if varies(sd, mean) { 1.0 - squared_error(truth, predicted, k) / about_mean } else { f64::NAN }
    };
    (0..truth.ncols()).map(one).collect()
}
