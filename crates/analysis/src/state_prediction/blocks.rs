//! Rates as matrices, and the samples of fits.

use super::Rates;
use crate::regression::Samples;
use nalgebra::DMatrix;

/// Choice of trials of each direction, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trials {
    All,
    Odd,
    Even,
}

/// Rates by direction, then average or trial. `[directions][blocks][samples, units]`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Blocks(pub Vec<Vec<DMatrix<f64>>>);

impl Blocks {
    pub fn new(rates: &Rates, directions: &[usize], which: Trials, averages: bool) -> Self {
        let count = directions.iter().copied().max().map_or(0, |d| d + 1);
        let mut blocks = vec![Vec::new(); count];
        let mut seen = vec![0usize; count];
        for (trial, &direction) in rates.trials.iter().zip(directions) {
            seen[direction] += 1;
            let is_odd = seen[direction] % 2 == 1;
            if which == Trials::All || is_odd == (which == Trials::Odd) {
                blocks[direction].push(DMatrix::from_row_slice(rates.samples, rates.units, trial));
            }
        }
        if averages {
            for trials in blocks.iter_mut().filter(|trials| !trials.is_empty()) {
                let n = trials.len() as f64;
                let sum = trials.drain(..).reduce(|a, b| a + b);
                trials.extend(sum.map(|s| s / n));
            }
        }
        Self(blocks)
    }

    /// Blocks with directions exchanged: `d` gets those of `to[d]`.
    pub fn permuted(&self, to: &[usize]) -> Self {
        let other = |(own, &d): (&Vec<DMatrix<f64>>, &usize)| {
            // A direction without trials in this half has nothing to give.
            (0..own.len()).filter_map(|k| self.0[d].get(k % self.0[d].len().max(1)).cloned()).collect()
        };
        Self(self.0.iter().zip(to).map(other).collect())
    }

    /// Rates rotated by half a trial.
    pub fn rotated(&self) -> Self {
        let turn = |m: &DMatrix<f64>| {
            let n = m.nrows();
            DMatrix::from_fn(n, m.ncols(), |t, k| m[((t + n / 2) % n, k)])
        };
        Self(self.0.iter().map(|blocks| blocks.iter().map(turn).collect()).collect())
    }
}

/// Input rates, `age` samples old.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub blocks: &'a Blocks,
    pub age: usize,
}

/// The samples of each direction: inputs at t, the target `lead` samples later. Each trial is used from sample `first` on,
/// so that maps with and without a history are tested on the same samples. `[directions]`
pub(super) fn samples(inputs: &[Input], target: &Blocks, lead: isize, first: usize) -> Vec<Samples> {
    let columns: usize = inputs.iter().map(|i| i.blocks.0[0][0].ncols()).sum();
    let outputs = target.0[0][0].ncols();
    let of_direction = |d: usize| {
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for (k, block) in target.0[d].iter().enumerate() {
            let n = block.nrows() as isize;
            for t in (first as isize..n).filter(|t| (0..n).contains(&(t + lead))) {
                for input in inputs {
                    x.extend(input.blocks.0[d][k].row(t as usize - input.age).iter());
                }
                y.extend(block.row((t + lead) as usize).iter());
            }
        }
        Samples {
            inputs: DMatrix::from_row_iterator(x.len() / columns, columns, x),
            outputs: DMatrix::from_row_iterator(y.len() / outputs, outputs, y),
        }
    };
    (0..target.0.len()).map(of_direction).collect()
}

/// A single group split into five consecutive ones, to choose a penalty where no other group can be left out.
pub(super) fn split(group: &Samples) -> Vec<Samples> {
    let parts = 5.min(group.len());
    let part = |k: usize| {
        let (from, to) = (k * group.len() / parts, (k + 1) * group.len() / parts);
        Samples {
            inputs: group.inputs.rows(from, to - from).into_owned(),
            outputs: group.outputs.rows(from, to - from).into_owned(),
        }
    };
    (0..parts).map(part).collect()
}

/// All rows, one after the other.
pub(super) fn stacked<'a>(parts: impl Iterator<Item = &'a DMatrix<f64>>) -> DMatrix<f64> {
    let parts: Vec<&DMatrix<f64>> = parts.collect();
    let columns = parts.first().map_or(0, |m| m.ncols());
    let rows: usize = parts.iter().map(|m| m.nrows()).sum();
    let mut all = DMatrix::zeros(rows, columns);
    let mut at = 0;
    for part in parts {
        all.rows_mut(at, part.nrows()).copy_from(part);
        at += part.nrows();
    }
    all
}
