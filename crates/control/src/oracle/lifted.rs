//! A whole trial as one linear map.

use super::phase::Cause;
use crate::Error;
use lobule_signal::Ranges;
use nalgebra::{DMatrix, DVector, linalg::Schur};

/// Real parts of eigenvalues closer to 0 than this, in units of the largest magnitude, count as 0: they change an error by less
/// than a part in a thousand in a thousand trials.
const NEGLIGIBLE: f64 = 1e-6;

/// The matrices of learning over trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifted {
    m: DMatrix<f64>,
    g: DMatrix<f64>,
    product: DMatrix<f64>,
}

/// How the error went over trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Root mean square error of each trial over that of the first, which is 1. `[trials + 1]`, shorter when it diverged.
    pub relative: Vec<f64>,
    /// First trial at which the error exceeded the ceiling.
    pub diverged_at: Option<usize>,
    /// Weights after the last trial. `[signals]`
    pub weights: Vec<f64>,
    /// Error of the last trial. `[ticks]`
    pub error: Vec<f64>,
}

impl Lifted {
    /// From the loop's response `h`, the trace's response `g` and the input signals `[signals][ticks]`.
    ///
    /// # Errors
    /// [`Error::Parameter`] when there is no signal, signals differ in length, or a value is not finite.
    pub fn new(h: &[f64], g: &[f64], signals: &[Vec<f64>]) -> Result<Self, Error> {
        Self::of(stack(h, signals)?, stack(g, signals)?)
    }

    /// From M and G. `[ticks, signals]`
    ///
    /// # Errors
    /// [`Error::Parameter`] when shapes differ or a value is not finite.
    pub fn of(m: DMatrix<f64>, g: DMatrix<f64>) -> Result<Self, Error> {
        let ranges = Ranges::of("oracle");
        ranges.require(m.shape() == g.shape(), "signals", g.ncols() as f64, "M and G of one shape")?;
        let product = g.tr_mul(&m);
        let allowed = "finite; the loop or the model of the trace is unstable";
        ranges.all("GᵀM", &product, |_| true, allowed)?;
        Ok(Self { m, g, product })
    }

    /// M, the response of the error to each weight, with sign reversed. `[ticks, signals]`
    pub fn response(&self) -> &DMatrix<f64> {
        &self.m
    }

    /// Spectral norm of GᵀM.
    pub fn norm(&self) -> f64 {
        let squares = self.product.tr_mul(&self.product);
        squares.symmetric_eigenvalues().iter().fold(0.0f64, |top, l| top.max(*l)).sqrt()
    }

    /// A step that an exact trace always bears, and half the largest: 1 / ‖GᵀM‖₂.
    pub fn safe_rate(&self) -> f64 {
        1.0 / self.norm()
    }

    /// Eigenvalues of GᵀM, real and imaginary parts.
    ///
    /// # Errors
    /// [`Error::Parameter`] when their iteration does not settle.
    pub fn eigenvalues(&self) -> Result<Vec<[f64; 2]>, Error> {
        let schur = Schur::try_new(self.product.clone(), f64::EPSILON, 100_000);
        let allowed = "an iteration that settles; change the basis slightly";
        Ranges::of("oracle").require(schur.is_some(), "eigenvalues", self.product.nrows() as f64, allowed)?;
        Ok(schur.map_or_else(Vec::new, |s| s.complex_eigenvalues().iter().map(|l| [l.re, l.im]).collect()))
    }

    /// The bound of the step, least `2 Re λ / |λ|²`; absent when an eigenvalue has a negative real part, so that no step
    /// converges. For an exact trace it is 2 / λ_max.
    ///
    /// # Errors
    /// As [`Lifted::eigenvalues`].
    pub fn bound(&self) -> Result<Option<f64>, Error> {
        let eigenvalues = self.eigenvalues()?;
        let top = eigenvalues.iter().map(|l| libm::hypot(l[0], l[1])).fold(0.0, f64::max);
        if eigenvalues.iter().any(|l| l[0] < -NEGLIGIBLE * top) {
            return Ok(None);
        }
        let counted = eigenvalues.iter().filter(|l| l[0] > NEGLIGIBLE * top);
        Ok(Some(counted.map(|l| 2.0 * l[0] / (l[0] * l[0] + l[1] * l[1])).fold(f64::INFINITY, f64::min)))
    }

    /// The step of the bench: half the bound but at most the safe rate where the bound exists, else 0.3 safe rates, small
    /// enough to see what the wrong phase alone does.
    ///
    /// # Errors
    /// As [`Lifted::eigenvalues`].
    pub fn bench_rate(&self) -> Result<f64, Error> {
        let safe = self.safe_rate();
        Ok(self.bound()?.map_or(0.3 * safe, |bound| safe.min(0.5 * bound)))
    }

    /// Learns for so many trials, from weights of 0 and the error without them `[ticks]`; stops when the error exceeds
    /// `ceiling` times the first.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the error has another length than a trial, or is 0 throughout.
    pub fn learn(&self, first: &[f64], rate: f64, trials: usize, ceiling: f64) -> Result<Course, Error> {
        let ticks = self.m.nrows();
        let ranges = Ranges::of("oracle");
        ranges.require(first.len() == ticks, "ticks", first.len() as f64, "as many as a trial")?;
        let first = DVector::from_column_slice(first);
        let unit = first.norm();
        ranges.require(unit > 0.0, "first error", unit, "more than 0: there must be something to learn")?;
        let mut weights = DVector::zeros(self.m.ncols());
        let mut error = first.clone();
        let (mut relative, mut diverged_at) = (vec![1.0], None);
        for trial in 1..=trials {
            weights.gemv_tr(rate, &self.g, &error, 1.0);
            error.copy_from(&first);
            error.gemv(-1.0, &self.m, &weights, 1.0);
            let now = error.norm() / unit;
            relative.push(now);
            // What is no number has diverged, too.
            if now.is_nan() || now > ceiling {
                diverged_at = Some(trial);
                break;
            }
        }
        let (weights, error) = (weights.as_slice().to_vec(), error.as_slice().to_vec());
        Ok(Course { relative, diverged_at, weights, error })
    }

    /// Says when the step is above its bound.
    ///
    /// # Errors
    /// As [`Lifted::eigenvalues`].
    pub fn step_above_bound(&self, rate: f64) -> Result<Option<Cause>, Error> {
        Ok(self.bound()?.filter(|bound| rate > *bound).map(|bound| Cause::Step { rate, bound }))
    }
}

/// Convolves each signal with `h`. `[signals][ticks]` to `[ticks, signals]`
fn stack(h: &[f64], signals: &[Vec<f64>]) -> Result<DMatrix<f64>, Error> {
    let ticks = signals.first().map_or(0, Vec::len);
    let ranges = Ranges::of("oracle");
    ranges.require(ticks > 0, "signals", signals.len() as f64, "at least 1, of at least a tick")?;
    let same = signals.iter().all(|x| x.len() == ticks);
    ranges.require(same, "ticks", ticks as f64, "as many in every signal")?;
    let mut stacked = DMatrix::zeros(ticks, signals.len());
    for (mut column, x) in stacked.column_iter_mut().zip(signals) {
        for (age, h) in h.iter().take(ticks).enumerate().filter(|(_, h)| **h != 0.0) {
            for n in age..ticks {
                column[n] += h * x[n - age];
            }
        }
    }
    Ok(stacked)
}
