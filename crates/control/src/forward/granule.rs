//! A forward model in the form of the cerebellar cortex: a sparse expansion of state and command by granule
//! cells, read by one Purkinje cell per state variable.
//!
//! Granule cell j: `a_j = Σ w x + b_j` over `fan_in` of the inputs x = (s, u) relative to their scales; `φ_j = max(0, a_j - θ)`
//! with θ the k-th largest of all a, so that fewer than k cells are active (the Golgi cells' part). Purkinje cells:
//! `F(s, u) = s + D W φ`, W by the delta rule `W += η e φᵀ/(ε + |φ|²)`. Stable for 0 < η < 2; suggested 0.5. Weights w are
//! standard normal, b uniform in ±1.
//! Source: Marr 1969, doi:10.1113/jphysiol.1969.sp008820; Albus 1971, doi:10.1016/0025-5564(71)90051-4; sizes: Chosen as
//! in the reference runs of `forward/cartpole`.

use super::{ForwardModel, Scales, Skill, fits, measured};
use crate::controller::learned;
use crate::room::room;
use crate::{Error, StateWriter};
use lobule_signal::{Ranges, Stream};
use multiversion::multiversion;
use serde::{Deserialize, Serialize};

/// Size and learning rate of a granule expansion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GranuleParameters {
    /// Granule cells.
    pub cells: usize,
    /// Inputs of each, without repetition.
    pub fan_in: usize,
    /// Part of the cells that is active, above 0 to 1.
    pub active: f64,
    /// η, 0 to 2.
    pub rate: f64,
}

impl Default for GranuleParameters {
    fn default() -> Self {
        Self { cells: 400, fan_in: 3, active: 0.1, rate: 0.5 }
    }
}

/// A granule expansion with delta-rule Purkinje cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Granule {
    rate: f64,
    /// Rank of the threshold among the cells, from 0 for the largest.
    rank: usize,
    scales: Scales,
    /// Weight of each input on each cell, 0 without a contact. `[inputs][cells]`
    weight: Vec<f32>,
    /// `[cells]`
    bias: Vec<f32>,
    /// Purkinje weights. `[cells][states]`
    readout: Vec<f32>,
    /// States and commands relative to their scales, as the linear model sees them. `[states + commands + 1]`
    features: Vec<f64>,
    /// The same, single precision. `[states + commands]`
    inputs: Vec<f32>,
    /// `[cells]`
    drive: Vec<f32>,
    /// Drives of candidates in sortable form. At most `[cells]`
    keys: Vec<u32>,
    /// The last threshold: where the next one is looked for first.
    guess: f32,
    /// The active cells, and how active; room for one more than all. `[cells + 1]`
    active: Vec<u32>,
    activity: Vec<f32>,
    n_active: usize,
    /// Fraction of the rate that is left after it was lowered.
    pace: f64,
    /// `[states]`
    predicted: Vec<f64>,
    skill: Skill,
}

/// The bit of the sign.
const SIGN: u32 = 0x8000_0000;
/// First step from the last threshold. Chosen: about what it moves in a tick.
const STEP: f32 = 0.05;
/// Doublings of the step until it is given up: drives are finite, and within this factor of it.
const DOUBLINGS: usize = 60;
/// Halvings of a bracket: more than a number has digits.
const HALVINGS: usize = 60;
/// Cells above the bracket that are too few to be worth another count.
const SPARE: usize = 24;
/// Keeps the norm of a silent layer from dividing by zero.
const EPSILON: f64 = 1e-6;

impl Granule {
    /// A model with the wiring of `seed` that has learned nothing: it predicts persistence.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a layer of less than two cells or more than 16 million, a fan-in beyond the number of
    /// inputs, a part outside 0..=1, a rate outside 0..2, or scales that do not fit.
    pub fn new(parameters: GranuleParameters, scales: Scales, seed: u64) -> Result<Self, Error> {
        let (part, p) = ("granule model", &parameters);
        let ranges = Ranges::of(part);
        scales.check(part)?;
        let (states, inputs) = (scales.state.len(), scales.state.len() + scales.command.len());
        let (cells, fits) = (p.cells, (2..=1 << 24).contains(&p.cells));
        ranges.require(fits, "cells", cells as f64, "2 to 16777216 are possible")?;
        let (fits, allowed) = ((1..=inputs).contains(&p.fan_in), format!("there are {inputs} inputs"));
        ranges.require(fits, "fan_in", p.fan_in as f64, allowed)?;
        ranges.require(p.active > 0.0 && p.active <= 1.0, "active", p.active, "it lies above 0, up to 1")?;
        let stable = p.rate > 0.0 && p.rate < 2.0;
        ranges.require(stable, "rate", p.rate, "it is stable for 0 < rate < 2; try 0.5")?;
        room(part, "layer", &[inputs.max(states), cells])?;
        let draw = Stream::new(seed, "granule/wiring");
        let weights = Stream::new(seed, "granule/weights");
        let mut weight = vec![0.0; inputs * cells];
        let mut order: Vec<usize> = (0..inputs).collect();
        for j in 0..cells {
            // The first steps of a shuffle.
            for k in 0..p.fan_in {
                let other = k + draw.below(k as u64, j as u32, (inputs - k) as u32) as usize;
                order.swap(k, other);
                weight[order[k] * cells + j] = weights.normal(k as u64, j as u32) as f32;
            }
        }
        let biases = Stream::new(seed, "granule/bias");
        let bias = (0..cells).map(|j| (2.0 * biases.uniform(0, j as u32) - 1.0) as f32).collect();
        let rank = ((p.active * cells as f64).round() as usize).clamp(2, cells) - 1;
        Ok(Self {
            rate: p.rate,
            rank,
            weight,
            bias,
            readout: vec![0.0; cells * states],
            features: vec![0.0; inputs + 1],
            inputs: vec![0.0; inputs],
            drive: vec![0.0; cells],
            keys: Vec::with_capacity(cells),
            guess: 0.0,
            active: vec![0; cells + 1],
            activity: vec![0.0; cells + 1],
            n_active: 0,
            pace: 1.0,
            predicted: vec![0.0; states],
            skill: Skill::default(),
            scales,
        })
    }

    /// Writes drive, threshold and the list of active cells.
    fn encode(&mut self, state: &[f64], command: &[f64]) {
        self.scales.write(state, command, &mut self.features);
        self.inputs.iter_mut().zip(&self.features).for_each(|(x, f)| *x = *f as f32);

        // Drive of each cell: whole rows, in which contacts that are not there weigh 0.
        drives(&self.weight, &self.bias, &self.inputs, &mut self.drive);

        // The threshold is the drive of that rank. Bracket it by counting, which is fast, and look among the few cells above.
        self.candidates(self.below_threshold());
        // There are fewer than asked for only where drives are not finite, which the caller's own checks find.
        let at = self.keys.len().saturating_sub(1 + self.rank);
        if self.keys.is_empty() {
            return;
        }
        let (_, &mut key, _) = self.keys.select_nth_unstable(at);
        let threshold = f32::from_bits(if key & SIGN != 0 { key ^ SIGN } else { !key });
        // The next threshold is looked for from this one, if it is a number.
        if threshold.is_finite() {
            self.guess = threshold;
        }

        // Cells above it.
        let mut n = 0;
        for k in 0..self.n_active {
            let a = self.activity[k] - threshold;
            (self.active[n], self.activity[n]) = (self.active[k], a);
            n += usize::from(a > 0.0);
        }
        self.n_active = n;
    }

    /// A value that more than `rank` cells exceed, but few more: found from the last threshold, near which the next one lies.
    fn below_threshold(&self) -> f32 {
        let count = |t: f32| above(&self.drive, t);
        let (mut step, mut low, mut high) = (STEP, self.guess, self.guess);
        let mut n = count(low);
        // Steps double, so that a range of any size is left behind; what is not a number ends it.
        for _ in 0..DOUBLINGS {
            if n > self.rank {
                break;
            }
            (high, low, step) = (low, low - step, 2.0 * step);
            n = count(low);
        }
        if n <= self.rank {
            return f32::NEG_INFINITY;
        }
        // The guess itself was low enough: a bracket above it.
        let mut left = if low == high { DOUBLINGS } else { 0 };
        while left > 0 {
            (high, step, left) = (low + step, 2.0 * step, left - 1);
            let over = count(high);
            if over <= self.rank {
                break;
            }
            (low, n) = (high, over);
        }
        for _ in 0..HALVINGS {
            if n <= self.rank + SPARE {
                break;
            }
            let middle = 0.5 * (low + high);
            match count(middle) {
                over if over > self.rank => (low, n) = (middle, over),
                _ => high = middle,
            }
        }
        low
    }

    /// Lists the cells whose drive exceeds `guess`, their drives, and these as integers that sort alike.
    fn candidates(&mut self, guess: f32) {
        let n = list(&self.drive, guess, &mut self.active, &mut self.activity);
        self.n_active = n;
        self.keys.clear();
        self.keys.extend(self.activity[..n].iter().map(|a| {
            let bits = a.to_bits();
            bits ^ (((bits as i32 >> 31) as u32) | SIGN)
        }));
    }

    /// Writes `state + D W φ` for the active cells.
    fn apply(&self, state: &[f64], next: &mut [f64]) {
        let states = self.scales.state.len();
        next.fill(0.0);
        for (&j, &x) in self.active[..self.n_active].iter().zip(&self.activity) {
            let row = &self.readout[j as usize * states..][..states];
            next.iter_mut().zip(row).for_each(|(y, w)| *y += f64::from(w * x));
        }
        for ((y, s), d) in next.iter_mut().zip(state).zip(&self.scales.change) {
            *y = s + d * *y;
        }
    }

    /// Cells that were active in the last prediction.
    pub fn active_cells(&self) -> usize {
        self.n_active
    }
}

/// Cells whose drives are summed at a time: they stay in registers over all inputs.
const BLOCK: usize = 32;

/// Writes `bias + Σ x w`, input by input. Products and sums are rounded one by one, so every width of vectors gives the same bits.
/// `[inputs][cells]`, `[cells]`, `[inputs]`, `[cells]`
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn drives(weight: &[f32], bias: &[f32], inputs: &[f32], drive: &mut [f32]) {
    drives_plain(weight, bias, inputs, drive);
}

/// [`drives`] as it is compiled for each set of instructions.
#[inline(always)]
fn drives_plain(weight: &[f32], bias: &[f32], inputs: &[f32], drive: &mut [f32]) {
    let cells = drive.len();
    let whole = cells - cells % BLOCK;
    for from in (0..whole).step_by(BLOCK) {
        let mut sum = [0.0; BLOCK];
        sum.copy_from_slice(&bias[from..from + BLOCK]);
        for (row, &x) in weight.chunks_exact(cells).zip(inputs) {
            sum.iter_mut().zip(&row[from..from + BLOCK]).for_each(|(a, w)| *a += w * x);
        }
        drive[from..from + BLOCK].copy_from_slice(&sum);
    }
    for j in whole..cells {
        drive[j] = weight.chunks_exact(cells).zip(inputs).fold(bias[j], |a, (row, x)| a + row[j] * x);
    }
}

/// How many cells' drives exceed `t`.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn above(drive: &[f32], t: f32) -> usize {
    let mut n = 0u32;
    for &a in drive {
        n += u32::from(a > t);
    }
    n as usize
}

/// Writes down the cells whose drive exceeds `t` and their drives; returns how many there are. Comparisons are made a word of cells at a
/// time, and only what is found is written.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn list(drive: &[f32], t: f32, cells: &mut [u32], drives: &mut [f32]) -> usize {
    let mut n = 0;
    for (word, part) in drive.chunks(32).enumerate() {
        let mut found = 0u32;
        for (i, &a) in part.iter().enumerate() {
            found |= u32::from(a > t) << i;
        }
        while found != 0 {
            let i = found.trailing_zeros();
            (cells[n], drives[n]) = (32 * word as u32 + i, part[i as usize]);
            n += 1;
            found &= found - 1;
        }
    }
    n
}

crate::snapshot!(Granule { readout, guess, pace, skill });

impl ForwardModel for Granule {
    fn name(&self) -> &str {
        "granule cells"
    }

    fn states(&self) -> usize {
        self.scales.state.len()
    }

    fn commands(&self) -> usize {
        self.scales.command.len()
    }

    fn predict(&mut self, state: &[f64], command: &[f64], next: &mut [f64]) -> Result<(), Error> {
        fits(self, state, command, next)?;
        self.encode(state, command);
        self.apply(state, next);
        Ok(())
    }

    fn learn(&mut self, state: &[f64], command: &[f64], next: &[f64]) -> Result<f64, Error> {
        fits(self, state, command, next)?;
        self.encode(state, command);
        let mut predicted = std::mem::take(&mut self.predicted);
        self.apply(state, &mut predicted);
        let error = self.skill.judge(state, next, &predicted, &self.scales.change);
        if error.is_nan() {
            self.predicted = predicted;
            return measured(self.name(), error);
        }
        let activity = &self.activity[..self.n_active];
        let norm: f64 = activity.iter().map(|x| f64::from(x * x)).sum();
        let step = self.pace * self.rate / (EPSILON + norm);
        // What each Purkinje cell is told, in place of what it predicted.
        for ((p, n), d) in predicted.iter_mut().zip(next).zip(&self.scales.change) {
            *p = step * (n - *p) / d;
        }
        // Weights are of single precision: an error beyond its range is not learned.
        if predicted.iter().any(|p| !(*p as f32).is_finite()) {
            self.predicted = predicted;
            return measured(self.name(), f64::INFINITY);
        }
        let states = predicted.len();
        for (&j, &x) in self.active[..self.n_active].iter().zip(activity) {
            let row = &mut self.readout[j as usize * states..][..states];
            row.iter_mut().zip(&predicted).for_each(|(w, e)| *w += *e as f32 * x);
        }
        self.predicted = predicted;
        Ok(error)
    }

    fn confidence(&self) -> f64 {
        self.skill.value()
    }

    learned!(readout, skill);

    /// Wiring, drawn from the seed, and scales.
    fn parameters(&self, to: &mut StateWriter) {
        to.put(&self.rank);
        to.put(&self.weight);
        to.put(&self.bias);
        self.scales.parameters(to);
    }

    fn slow(&mut self, factor: f64) -> bool {
        self.pace *= factor;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[multiversion(targets("x86_64+avx2+fma"))]
    fn with_avx2(weight: &[f32], bias: &[f32], inputs: &[f32], drive: &mut [f32]) {
        drives_plain(weight, bias, inputs, drive);
    }

    #[multiversion(targets("x86_64+avx512f"))]
    fn with_avx512(weight: &[f32], bias: &[f32], inputs: &[f32], drive: &mut [f32]) {
        drives_plain(weight, bias, inputs, drive);
    }

    type Drives = fn(&[f32], &[f32], &[f32], &mut [f32]);

    #[test]
    fn drives_are_the_same_bits_at_every_width() {
        let (cells, inputs) = (77, 5);
        let some = |n: usize, scale: f64| -> Vec<f32> {
            (0..n).map(|i| (libm::sin(scale * (i + 1) as f64) * 3.0) as f32).collect()
        };
        let (weight, bias, x) = (some(inputs * cells, 0.37), some(cells, 1.7), some(inputs, 0.9));
        let bits = |drives: Drives| {
            let mut drive = vec![0.0; cells];
            drives(&weight, &bias, &x, &mut drive);
            drive.into_iter().map(f32::to_bits).collect::<Vec<_>>()
        };
        assert_eq!(bits(drives_plain), bits(with_avx2));
        assert_eq!(bits(drives_plain), bits(with_avx512));
    }
}
