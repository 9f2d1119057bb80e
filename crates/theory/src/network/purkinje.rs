//! Weights of mossy fibers on Purkinje cells, and the drives they make.
//!
//! `w[i,s,l] = w0[i,s,l] + offset + sum_mu shift[mu,l,t_mu(i,s)]`, without bound.
//! Drives are kept for all patterns: a shift of (mu, l, t) moves the drive of
//! (nu, s, l, t') by the shift times the number of fibers that (mu, t) and (nu, t') share.

use super::fibers::{Fiber, Fibers};
use super::parameters::NetworkParameters;
use serde::{Deserialize, Serialize};

/// Weights and drives, as learning changes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PurkinjeState {
    /// Added to every weight.
    pub offset: f64,
    /// Added to the weights of fibers active in a bin of a pattern, `[p][L][T]`.
    pub shift: Vec<f64>,
    /// Drives, `[L][p][S][T]`, Hz.
    pub drive: Vec<f64>,
}

/// Purkinje cells: counts of fibers, weights and drives.
#[derive(Debug, Clone)]
pub(super) struct Purkinje {
    /// Connected fibers active in both bins, `[p][T][L]` of `[p][S][T]`.
    shared: Vec<u16>,
    /// Connected fibers active in a bin, `[L][p][S][T]`.
    count: Vec<u16>,
    pub state: PurkinjeState,
    /// Sum over rows of unperturbed rates, `[p][L][T]`, Hz.
    pub rate_sum: Vec<f64>,
}

impl Purkinje {
    pub fn new(fibers: &Fibers) -> Self {
        let p = fibers.parameters();
        let block = block_len(p);
        let mut shared = vec![0u16; p.shared_table_len()];
        let mut count = vec![0u16; p.columns * block];
        let mut drive = vec![0.0; p.columns * block];
        let mut active = Vec::new();
        for fiber in fibers.iter() {
            fibers.activity(fiber, &mut active);
            if active.is_empty() {
                continue;
            }
            fibers.each_synapse(fiber, |column, weight| {
                for &(mu, t) in &active {
                    let place = column * block + inside(p, mu, fiber.row, t);
                    drive[place] += weight;
                    count[place] += 1;
                    let row = ((mu * p.bins + t) * p.columns + column) * block;
                    for &(nu, bin) in &active {
                        shared[row + inside(p, nu, fiber.row, bin)] += 1;
                    }
                }
            });
        }
        let mut purkinje = Self {
            shared,
            count,
            state: PurkinjeState { offset: 0.0, shift: vec![0.0; p.patterns * p.outputs()], drive },
            rate_sum: vec![0.0; p.patterns * p.outputs()],
        };
        purkinje.refresh(p);
        purkinje
    }

    /// Shifts the weights of the fibers active in a bin of a pattern, in one column.
    pub fn shift_at(&mut self, p: &NetworkParameters, pattern: usize, column: usize, bin: usize, by: f64) {
        self.add_shift(p, pattern, column, bin, by);
        self.refresh_column(p, column);
    }

    /// Shifts the weights of the fibers active in each bin of a pattern, in one column; `by` is `[T]`.
    pub fn shift_column(
        &mut self,
        p: &NetworkParameters,
        pattern: usize,
        column: usize,
        by: impl Fn(usize) -> f64,
    ) {
        for bin in 0..p.bins {
            let by = by(bin);
            if by != 0.0 {
                self.add_shift(p, pattern, column, bin, by);
            }
        }
        self.refresh_column(p, column);
    }

    /// Shifts every weight.
    pub fn shift_all(&mut self, p: &NetworkParameters, by: f64) {
        self.state.offset += by;
        for (drive, &n) in self.state.drive.iter_mut().zip(&self.count) {
            *drive += by * f64::from(n);
        }
        self.refresh(p);
    }

    fn add_shift(&mut self, p: &NetworkParameters, pattern: usize, column: usize, bin: usize, by: f64) {
        let block = block_len(p);
        self.state.shift[(pattern * p.columns + column) * p.bins + bin] += by;
        let row = ((pattern * p.bins + bin) * p.columns + column) * block;
        let drive = &mut self.state.drive[column * block..(column + 1) * block];
        let (one, shared) = (p.rows * p.bins, &self.shared[row..row + block]);
        for (nu, (drive, shared)) in drive.chunks_exact_mut(one).zip(shared.chunks_exact(one)).enumerate() {
            // A fiber is active in one bin of a pattern: bins of the shown pattern share none.
            let (first, stride) = if nu == pattern { (bin, p.bins) } else { (0, 1) };
            for (drive, &n) in
                drive[first..].iter_mut().step_by(stride).zip(shared[first..].iter().step_by(stride))
            {
                *drive += by * f64::from(n);
            }
        }
    }

    /// Recomputes the sums of rates of all columns from the drives.
    pub fn refresh(&mut self, p: &NetworkParameters) {
        for column in 0..p.columns {
            self.refresh_column(p, column);
        }
    }

    fn refresh_column(&mut self, p: &NetworkParameters, column: usize) {
        let (block, one) = (block_len(p), p.rows * p.bins);
        let drives = &self.state.drive[column * block..(column + 1) * block];
        for (mu, drives) in drives.chunks_exact(one).enumerate() {
            let at = (mu * p.columns + column) * p.bins;
            let sums = &mut self.rate_sum[at..at + p.bins];
            sums.fill(0.0);
            for row in drives.chunks_exact(p.bins) {
                for (sum, &drive) in sums.iter_mut().zip(row) {
                    *sum += phi(p, drive);
                }
            }
        }
    }

    /// Rate of one Purkinje cell, Hz.
    pub fn rate(&self, p: &NetworkParameters, pattern: usize, row: usize, column: usize, bin: usize) -> f64 {
        phi(p, self.state.drive[column * block_len(p) + inside(p, pattern, row, bin)])
    }

    /// Sum over rows of the rates in a perturbed place, Hz.
    pub fn perturbed_sum(&self, p: &NetworkParameters, pattern: usize, place: usize, amplitude: f64) -> f64 {
        let (column, bin) = (place / p.bins, place % p.bins);
        let start = column * block_len(p);
        (0..p.rows).map(|s| phi(p, self.state.drive[start + inside(p, pattern, s, bin)] + amplitude)).sum()
    }

    /// The weight of one synapse; zero if the fiber does not reach the column.
    pub fn weight(&self, fibers: &Fibers, fiber: Fiber, column: usize) -> f64 {
        if !fibers.reaches(fiber, column) {
            return 0.0;
        }
        fibers.initial_purkinje_weight(fiber, column) + self.learned(fibers, fiber, column)
    }

    /// Drives computed from all weights, `[L][p][S][T]`, Hz.
    pub fn drive_from_weights(&self, fibers: &Fibers) -> Vec<f64> {
        let p = fibers.parameters();
        let mut drive = vec![0.0; self.state.drive.len()];
        let mut active = Vec::new();
        for fiber in fibers.iter() {
            fibers.activity(fiber, &mut active);
            if active.is_empty() {
                continue;
            }
            fibers.each_synapse(fiber, |column, initial| {
                let weight = initial + self.learned(fibers, fiber, column);
                for &(mu, t) in &active {
                    drive[column * block_len(p) + inside(p, mu, fiber.row, t)] += weight;
                }
            });
        }
        drive
    }

    fn learned(&self, fibers: &Fibers, fiber: Fiber, column: usize) -> f64 {
        let p = fibers.parameters();
        let shifts = (0..p.patterns).filter_map(|mu| {
            let bin = fibers.active_bin(mu, fiber)?;
            Some(self.state.shift[(mu * p.columns + column) * p.bins + bin])
        });
        self.state.offset + shifts.sum::<f64>()
    }
}

/// Values of one column: `[p][S][T]`.
fn block_len(p: &NetworkParameters) -> usize {
    p.patterns * p.rows * p.bins
}

/// Place of (pattern, row, bin) in the block of a column.
fn inside(p: &NetworkParameters, pattern: usize, row: usize, bin: usize) -> usize {
    (pattern * p.rows + row) * p.bins + bin
}

/// Transfer function of every neuron.
#[inline]
pub(super) fn phi(p: &NetworkParameters, x: f64) -> f64 {
    // Not `clamp`: a NaN must pass, to be found.
    if x < 0.0 {
        0.0
    } else if x > p.rate_max {
        p.rate_max
    } else {
        x
    }
}
