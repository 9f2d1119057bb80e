//! A Kalman filter as a forward model: it predicts by `A s + B u + c`, and it corrects what was sensed before the
//! inner loop carries it through the commands in flight.
//!
//! `s⁻ = A s + B u + c`, `P⁻ = A P Aᵀ + Q`, `K = P⁻ (P⁻ + R)⁻¹`, `s = s⁻ + K (y - s⁻)`, `P = (I - K) P⁻`; all states are sensed, with
//! noise. Units: those of the plant and their squares.
//! Source: Kalman 1960, doi:10.1115/1.3662552.

use super::{ForwardModel, fits, measured};
use crate::Error;
use lobule_signal::Ranges;

/// A Kalman filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Kalman {
    states: usize,
    commands: usize,
    /// `[states][states]`, `[states][commands]`, `[states]`
    a: Vec<f64>,
    b: Vec<f64>,
    c: Vec<f64>,
    /// Variances of the noise of the plant in a tick and of the senses. `[states]`
    process: Vec<f64>,
    sensory: Vec<f64>,
    /// Estimate. `[states]`
    estimate: Vec<f64>,
    /// Its covariance. `[states][states]`
    covariance: Vec<f64>,
    /// `[states][states]` each
    scratch: [Vec<f64>; 2],
    /// `[states]`
    predicted: Vec<f64>,
}

impl Kalman {
    /// A filter for `next = A s + B u + c`; matrices are row by row, as [`super::Linear::matrices`] gives them, noise as
    /// variances of the plant in a tick (Q) and of the senses (R).
    ///
    /// # Errors
    /// [`Error::Parameter`] when lengths do not fit, a variance of the plant is negative, or one of the senses not positive.
    pub fn new(
        (a, b, c): (Vec<f64>, Vec<f64>, Vec<f64>),
        process: Vec<f64>,
        sensory: Vec<f64>,
    ) -> Result<Self, Error> {
        let (ranges, n) = (Ranges::of("Kalman filter"), c.len());
        ranges.require(n > 0, "number of states", n as f64, "at least one is needed")?;
        let (square, allowed) = (a.len() == n * n, format!("{n} states need {}", n * n));
        ranges.require(square, "entries of A", a.len() as f64, allowed)?;
        let whole = !b.is_empty() && b.len().is_multiple_of(n);
        ranges.require(whole, "entries of B", b.len() as f64, format!("a multiple of {n} is needed"))?;
        for (name, v) in [("variances of the plant", &process), ("variances of the senses", &sensory)] {
            ranges.require(v.len() == n, name, v.len() as f64, format!("{n} are needed"))?;
        }
        let entries = a.iter().chain(&b).chain(&c);
        ranges.all("entry of A, B or c", entries, |_| true, "a finite number is needed")?;
        ranges.all("variance of the plant", &process, |q| q >= 0.0, "0 or more is needed")?;
        ranges.all("variance of the senses", &sensory, |r| r > 0.0, "it must be more than 0")?;
        Ok(Self {
            states: n,
            commands: b.len() / n,
            a,
            b,
            c,
            process,
            sensory,
            estimate: vec![0.0; n],
            covariance: vec![0.0; n * n],
            scratch: [vec![0.0; n * n], vec![0.0; n * n]],
            predicted: vec![0.0; n],
        })
    }

    /// Covariance of the estimate. `[states][states]`
    pub fn covariance(&self) -> &[f64] {
        &self.covariance
    }
}

crate::snapshot!(Kalman { estimate, covariance });

impl ForwardModel for Kalman {
    fn name(&self) -> &str {
        "Kalman filter"
    }

    fn states(&self) -> usize {
        self.states
    }

    fn commands(&self) -> usize {
        self.commands
    }

    fn predict(&mut self, state: &[f64], command: &[f64], next: &mut [f64]) -> Result<(), Error> {
        fits(self, state, command, next)?;
        let dot = |row: &[f64], x: &[f64]| row.iter().zip(x).map(|(a, x)| a * x).sum::<f64>();
        let (n, m) = (self.states, self.commands);
        for (i, y) in next.iter_mut().enumerate() {
            *y = dot(&self.a[i * n..][..n], state) + dot(&self.b[i * m..][..m], command) + self.c[i];
        }
        Ok(())
    }

    fn learn(&mut self, state: &[f64], command: &[f64], next: &[f64]) -> Result<f64, Error> {
        fits(self, state, command, next)?;
        let mut predicted = std::mem::take(&mut self.predicted);
        self.predict(state, command, &mut predicted)?;
        let error = predicted.iter().zip(next).map(|(p, n)| (n - p) * (n - p)).sum::<f64>();
        self.predicted = predicted;
        measured(self.name(), error / self.states as f64)
    }

    fn confidence(&self) -> f64 {
        1.0
    }

    fn estimate(&mut self, command: &[f64], is_first: bool, observed: &mut [f64]) -> Result<(), Error> {
        fits(self, observed, command, observed)?;
        let n = self.states;
        if is_first {
            self.estimate.copy_from_slice(observed);
            self.covariance.fill(0.0);
            for (i, r) in self.sensory.iter().enumerate() {
                self.covariance[i * n + i] = *r;
            }
            return Ok(());
        }
        let mut predicted = std::mem::take(&mut self.predicted);
        let estimate = std::mem::take(&mut self.estimate);
        let done = self.predict(&estimate, command, &mut predicted);
        self.estimate = estimate;
        done?;

        // P⁻ = A P Aᵀ + Q.
        let [half, prior] = &mut self.scratch;
        for i in 0..n {
            for j in 0..n {
                half[i * n + j] = (0..n).map(|k| self.a[i * n + k] * self.covariance[k * n + j]).sum();
            }
        }
        for i in 0..n {
            for j in 0..n {
                prior[i * n + j] = (0..n).map(|k| half[i * n + k] * self.a[j * n + k]).sum();
            }
            prior[i * n + i] += self.process[i];
        }

        // One sense after the other, which is the same for independent noise and needs no inverse.
        self.estimate.copy_from_slice(&predicted);
        self.covariance.copy_from_slice(prior);
        for (s, y) in observed.iter().enumerate() {
            let down = 1.0 / (self.covariance[s * n + s] + self.sensory[s]);
            let surprise = y - self.estimate[s];
            for (i, gain) in predicted.iter_mut().enumerate() {
                *gain = self.covariance[i * n + s] * down;
            }
            let row = &mut half[..n];
            row.copy_from_slice(&self.covariance[s * n..][..n]);
            let rows = self.covariance.chunks_exact_mut(n);
            for ((gain, estimate), to) in predicted.iter().zip(&mut self.estimate).zip(rows) {
                *estimate += gain * surprise;
                to.iter_mut().zip(&*row).for_each(|(p, r)| *p -= gain * r);
            }
        }
        self.predicted = predicted;
        observed.copy_from_slice(&self.estimate);
        Ok(())
    }
}
