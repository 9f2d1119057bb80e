//! A bound of what a step of learning can do: the largest eigenvalue of the Gram matrix of the traces.
//!
//! ```text
//! G = Σ_n e[n] e[n]ᵀ                                   over the ticks that one change answers for
//! λ_max(G) ≤ max_i Σ_j |G_ij|                          Gershgorin
//!          ≤ max_i Σ_n |e_i[n]| Σ_j |e_j[n]|           rows without the matrix: n numbers, not n²
//! λ_max(G) ≤ Σ_n |e[n]|²                               trace
//! ```
//! The smaller of the two right sides is taken. For the bases of [`super::Basis`] behind a closed loop it lies 1.2 to 2.4
//! times above λ_max, 1.0 to 1.3 times above the row sums of |G| itself.
//!
//! A change at the end of a trial answers for all its ticks. A change in every tick answers for the ticks until its effect is
//! sensed, the length of the response: the sum runs over the block of so many ticks before this one and the block that it is in.
//!
//! Source: Gershgorin 1931; normalized step of a block: Haykin 2014, *Adaptive Filter Theory*, chapter 8.

/// The bound for the traces of a trial. `[signals][ticks]`
pub fn trial_bound(traces: &[Vec<f64>]) -> f64 {
    let mut bound = Bound::new(traces.len(), None, 0.0);
    let mut e = vec![0.0; traces.len()];
    for n in 0..traces.iter().map(Vec::len).min().unwrap_or(0) {
        e.iter_mut().zip(traces).for_each(|(e, trace)| *e = trace[n]);
        bound.add(&e, &e);
    }
    bound.finish();
    bound.largest
}

/// The bound, over the trials so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bound {
    /// Ticks of a block; none for the whole trial.
    block: Option<u64>,
    /// Power of the response of a synapse to one tick of input of size 1.
    response: f64,
    /// Row sums of the block before, and of this one. `[2][signals]`
    rows: [Vec<f64>; 2],
    /// Traces of the same.
    powers: [f64; 2],
    /// Ticks of this block with a trace.
    ticks: u64,
    /// Ticks with a trace in all trials, up to a block.
    seen: u64,
    /// Largest power of the inputs in a tick so far, and ticks since it was.
    input: f64,
    since: u64,
    /// Largest bound so far, and largest relative to the power of the inputs.
    largest: f64,
    relative: f64,
    is_known: bool,
}

impl Bound {
    /// No bound yet, for `signals` traces.
    pub(super) fn new(signals: usize, block: Option<u64>, response: f64) -> Self {
        Self {
            block,
            response,
            rows: [vec![0.0; signals], vec![0.0; signals]],
            powers: [0.0; 2],
            ticks: 0,
            seen: 0,
            input: 0.0,
            since: 0,
            largest: 0.0,
            relative: 0.0,
            is_known: false,
        }
    }

    /// Starts a trial. What was bound before stays: a movement that is smaller than those before it gets no larger step.
    pub(super) fn reset(&mut self) {
        self.rows.iter_mut().for_each(|rows| rows.fill(0.0));
        (self.powers, self.ticks) = ([0.0; 2], 0);
    }

    /// Takes inputs and traces of a tick. `[signals]`
    pub(super) fn add(&mut self, x: &[f64], e: &[f64]) {
        let power = |values: &[f64]| values.iter().fold(0.0, |sum, v| sum + v * v);
        let size = e.iter().fold(0.0, |sum, e: &f64| sum + e.abs());
        // Input of zeros is no movement yet, and a value that is not a number teaches nothing.
        if size == 0.0 || !size.is_finite() {
            return;
        }
        if self.block == Some(self.ticks) {
            self.rows.swap(0, 1);
            self.rows[1].fill(0.0);
            self.powers = [self.powers[1], 0.0];
            self.ticks = 0;
        }
        self.rows[1].iter_mut().zip(e).for_each(|(row, e)| *row += e.abs() * size);
        self.powers[1] += power(e);
        let input = power(x);
        self.since += 1;
        if input > self.input {
            (self.input, self.since) = (input, 0);
        }
        self.ticks += 1;
        if let Some(block) = self.block {
            self.keep_largest();
            self.seen = (self.seen + 1).min(block);
            self.is_known |= self.seen == block;
        }
    }

    /// Ends a trial.
    pub(super) fn finish(&mut self) {
        self.keep_largest();
        self.is_known |= self.block.is_none() && self.largest > 0.0;
    }

    /// The bound; none before it is known.
    ///
    /// It is never below what the largest input of a single tick leads to, so that a trial which ends before the response does is not
    /// taken for a small movement. Where every tick changes weights, an input that is larger than all before raises the bound at
    /// once, as much as it will when the response to it has come.
    pub(super) fn value(&self) -> Option<f64> {
        let rises = self.block.is_some_and(|block| self.since < block);
        let coming = if rises { self.input * self.relative } else { 0.0 };
        self.is_known.then(|| self.largest.max(self.input * self.response).max(coming))
    }

    fn keep_largest(&mut self) {
        let [before, now] = &self.rows;
        let rows = before.iter().zip(now).fold(0.0, |top: f64, (a, b)| top.max(a + b));
        self.largest = self.largest.max(rows.min(self.powers[0] + self.powers[1]));
        if self.input > 0.0 {
            self.relative = self.relative.max(self.largest / self.input);
        }
    }
}

crate::snapshot!(Bound { rows, powers, ticks, seen, input, since, largest, relative, is_known });

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DMatrix, SymmetricEigen};

    /// Traces that overlap, change sign and differ in size. `[ticks][signals]`
    fn traces(signals: usize, ticks: usize) -> Vec<Vec<f64>> {
        let e = |j: usize, n: usize| {
            let t = n as f64 - 7.0 * j as f64;
            (1.0 + j as f64) * libm::exp(-0.01 * t * t) * libm::cos(0.2 * t)
        };
        (0..ticks).map(|n| (0..signals).map(|j| e(j, n)).collect()).collect()
    }

    fn largest_eigenvalue(traces: &[Vec<f64>]) -> f64 {
        let e = DMatrix::from_fn(traces[0].len(), traces.len(), |j, n| traces[n][j]);
        SymmetricEigen::new(&e * e.transpose()).eigenvalues.max()
    }

    #[test]
    fn the_bound_of_a_trial_lies_above_the_largest_eigenvalue_and_not_far() {
        for signals in [1, 2, 9, 30] {
            let traces = traces(signals, 300);
            let mut bound = Bound::new(signals, None, 1.0);
            traces.iter().for_each(|e| bound.add(e, e));
            assert_eq!(bound.value(), None, "unknown before the first trial has ended");
            bound.finish();
            let (bound, exact) = (bound.value().unwrap(), largest_eigenvalue(&traces));
            assert!(bound >= exact * (1.0 - 1e-12) && bound < 3.0 * exact, "{signals}: {bound} {exact}");
        }
    }

    #[test]
    fn the_bound_of_every_tick_covers_each_stretch_as_long_as_the_response() {
        let traces = traces(12, 300);
        let mut bound = Bound::new(12, Some(40), 0.0);
        for (n, e) in traces.iter().enumerate() {
            bound.add(e, e);
            assert_eq!(bound.value().is_some(), n >= 39, "{n}");
            if let Some(bound) = bound.value() {
                let exact = largest_eigenvalue(&traces[n + 1 - 40..=n]);
                assert!(bound >= exact * (1.0 - 1e-12), "{n}: {bound} {exact}");
            }
        }
    }

    #[test]
    fn a_smaller_or_shorter_trial_does_not_lower_the_bound() {
        let traces = traces(5, 200);
        let mut bound = Bound::new(5, None, 0.5);
        // A trial that ends at once is bound by the power of its inputs through the whole response.
        bound.add(&[10.0; 5], &[1e-9; 5]);
        bound.finish();
        assert_eq!(bound.value(), Some(250.0));
        bound.reset();
        traces.iter().for_each(|e| bound.add(e, e));
        bound.finish();
        let before = bound.value();
        bound.reset();
        traces.iter().take(9).for_each(|e| bound.add(e, e));
        bound.finish();
        assert_eq!(bound.value(), before);
        // A trace that is not a number is no movement.
        bound.reset();
        bound.add(&[f64::NAN; 5], &[f64::NAN; 5]);
        bound.finish();
        assert_eq!(bound.value(), before);
    }
}
