//! CMAC: a function of several inputs as a sum of tables, one for each of several shifted tilings of the input space.
//!
//! Tiling t of C puts input x_i into cell `k_i = ⌊(x_i - lo_i)/w_i + o_i⌋` with offset `o_i = ((2i + 1) t mod C)/C`. The cell's
//! address is a hash of (t, k), or a slot of its own while there is room. `y = Σ_t W[a_t]`; a sample corrects
//! `W[a_t] += (β/C)(y* - y)`: stable for 0 < β < 2, suggested 0.3. Inputs closer than a cell width share tilings: with
//! one input, the distance w m/C leaves C - m of them.
//! Local codes pay for dimension: an input more multiplies the cells.
//! Source: Albus 1975, doi:10.1115/1.3426922; offsets: Sutton & Barto 2018, section 9.5.4.

use super::{ForwardModel, Scales, Skill, fits, measured};
use crate::room::room;
use crate::{Error, StateReader, StateWriter};
use lobule_signal::Ranges;

/// Where the weight of a cell is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// At a hash of the cell; cells may collide.
    Hash,
    /// In a slot of its own near its hash, given at the first training; where 32 slots in a row are taken, at its hash.
    IndexTable,
}

/// A CMAC.
#[derive(Debug, Clone, PartialEq)]
pub struct Cmac {
    parameters: CmacParameters,
    outputs: usize,
    seed: u64,
    /// Lower end and width of a cell, for each input. `[inputs]`
    low: Vec<f64>,
    width: Vec<f64>,
    /// `[slots][outputs]`
    weights: Vec<f64>,
    /// Owner of each slot: tiling + 1 (0: free), then cells. `[slots][1 + inputs]`
    owners: Vec<i64>,
    /// `[1 + inputs]`
    cell: Vec<i64>,
    /// `[tilings]`
    addresses: Vec<usize>,
    /// `[outputs]`
    value: Vec<f64>,
    shared: u64,
    /// Fraction of the rate that is left after it was lowered.
    pace: f64,
}

/// Slots that are tried in a row.
const PROBES: usize = 32;

/// Size and learning rate of a CMAC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CmacParameters {
    /// Tilings: how far a sample generalizes, relative to a cell.
    pub tilings: usize,
    /// Weights of each output.
    pub slots: usize,
    /// β, 0 to 2.
    pub rate: f64,
    /// Where weights are kept.
    pub addressing: Addressing,
}

impl Default for CmacParameters {
    /// Source: reference runs of `forward/cartpole`.
    fn default() -> Self {
        Self { tilings: 16, slots: 8192, rate: 0.3, addressing: Addressing::Hash }
    }
}

impl Cmac {
    /// A CMAC that is 0 everywhere. `ranges` gives for each input its lower end and the width of a cell; inputs
    /// outside have cells, too.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no input, output, tiling or slot, a width that is not positive, or a rate outside 0..2.
    pub fn new(
        parameters: CmacParameters,
        ranges: &[(f64, f64)],
        outputs: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        let (checked, p) = (Ranges::of("CMAC"), &parameters);
        let counts = [("inputs", ranges.len() as f64), ("outputs", outputs as f64)];
        checked.each(counts, |n| n > 0.0, "at least one is needed")?;
        let fits = (1..=4096).contains(&p.tilings);
        checked.require(fits, "tilings", p.tilings as f64, "1 to 4096 are possible; try 16")?;
        let fits = (p.tilings..=1 << 28).contains(&p.slots);
        checked.require(fits, "slots", p.slots as f64, "at least one for each tiling, at most 2^28")?;
        let stable = p.rate > 0.0 && p.rate < 2.0;
        checked.require(stable, "rate", p.rate, "it is stable for 0 < rate < 2; try 0.3")?;
        for &(low, width) in ranges {
            checked.require(true, "lower end of an input", low, "a finite number is needed")?;
            checked.require(width > 0.0, "width of a cell", width, "it must be more than 0")?;
        }
        room("CMAC", "tables", &[p.slots, outputs.max(1 + ranges.len())])?;
        let owned = p.addressing == Addressing::IndexTable;
        Ok(Self {
            parameters,
            outputs,
            seed,
            low: ranges.iter().map(|r| r.0).collect(),
            width: ranges.iter().map(|r| r.1).collect(),
            weights: vec![0.0; p.slots * outputs],
            owners: vec![0; if owned { p.slots * (1 + ranges.len()) } else { 0 }],
            cell: vec![0; 1 + ranges.len()],
            addresses: vec![0; p.tilings],
            value: vec![0.0; outputs],
            shared: 0,
            pace: 1.0,
        })
    }

    /// Writes the value at `inputs`. `[inputs]`, `[outputs]`
    ///
    /// # Errors
    /// [`Error::Length`] for a slice of the wrong length.
    pub fn value(&mut self, inputs: &[f64], out: &mut [f64]) -> Result<(), Error> {
        self.check(inputs, out)?;
        self.address(inputs, false);
        self.sum(out);
        Ok(())
    }

    fn check(&self, inputs: &[f64], values: &[f64]) -> Result<(), Error> {
        let rows = [("inputs", inputs.len(), self.low.len()), ("values", values.len(), self.outputs)];
        for (input, count, needed) in rows {
            if count != needed {
                let needed = format!("it has {needed}");
                return Err(Error::Length { part: "CMAC".into(), input: input.into(), count, needed });
            }
        }
        Ok(())
    }

    /// Moves the value at `inputs` to `target` by the part β. `[inputs]`, `[outputs]`
    ///
    /// # Errors
    /// As [`Cmac::value`]; [`Error::NonFinite`], and nothing is learned, for a value that is not a number.
    pub fn train(&mut self, inputs: &[f64], target: &[f64]) -> Result<(), Error> {
        self.check(inputs, target)?;
        Error::finite("CMAC", std::iter::repeat("input"), inputs, f64::NAN)?;
        Error::finite("CMAC", std::iter::repeat("target"), target, f64::NAN)?;
        self.address(inputs, true);
        let mut value = std::mem::take(&mut self.value);
        self.sum(&mut value);
        let step = self.pace * self.parameters.rate / self.parameters.tilings as f64;
        for &a in &self.addresses {
            let row = &mut self.weights[a * self.outputs..][..self.outputs];
            for ((w, y), wanted) in row.iter_mut().zip(&value).zip(target) {
                *w += step * (wanted - y);
            }
        }
        self.value = value;
        Ok(())
    }

    /// Cells of the index table that found no slot of their own when they were trained.
    pub fn shared_cells(&self) -> u64 {
        self.shared
    }

    fn sum(&self, out: &mut [f64]) {
        assert_eq!(out.len(), self.outputs, "room for each output");
        out.fill(0.0);
        for &a in &self.addresses {
            let row = &self.weights[a * self.outputs..][..self.outputs];
            out.iter_mut().zip(row).for_each(|(y, w)| *y += w);
        }
    }

    /// Writes the address of each tiling's cell.
    fn address(&mut self, inputs: &[f64], takes: bool) {
        assert_eq!(inputs.len(), self.low.len(), "one value for each input");
        let c = self.parameters.tilings;
        for t in 0..c {
            self.cell[0] = t as i64 + 1;
            for (i, x) in inputs.iter().enumerate() {
                let offset = ((2 * i + 1) * t % c) as f64 / c as f64;
                self.cell[i + 1] = libm::floor((x - self.low[i]) / self.width[i] + offset) as i64;
            }
            let home = (self.hash() % self.parameters.slots as u64) as usize;
            self.addresses[t] = match self.parameters.addressing {
                Addressing::Hash => home,
                Addressing::IndexTable => self.own_slot(home, takes),
            };
        }
    }

    /// The finalizer of splitmix64 over tiling and cells.
    fn hash(&self) -> u64 {
        self.cell.iter().fold(self.seed, |hash, &k| {
            let mut z = hash.wrapping_add(0x9E37_79B9_7F4A_7C15) ^ k as u64;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        })
    }

    /// The slot that the cell owns or, when it `takes`, may own from now on; else its home.
    fn own_slot(&mut self, home: usize, takes: bool) -> usize {
        let n = self.cell.len();
        for slot in (0..PROBES.min(self.parameters.slots)).map(|k| (home + k) % self.parameters.slots) {
            let owner = &mut self.owners[slot * n..(slot + 1) * n];
            let is_free = owner[0] == 0;
            if is_free && takes {
                owner.copy_from_slice(&self.cell);
            }
            if is_free || *owner == self.cell[..] {
                return slot;
            }
        }
        self.shared += u64::from(takes);
        home
    }
}

/// A forward model `F(s, u) = s + D y(s, u)` whose y is a CMAC.
#[derive(Debug, Clone, PartialEq)]
pub struct CmacModel {
    cmac: Cmac,
    scales: Scales,
    /// `[states + commands + 1]`
    features: Vec<f64>,
    /// `[states]`
    predicted: Vec<f64>,
    skill: Skill,
}

impl CmacModel {
    /// A model that has learned nothing; each input has `cells` cells between minus and plus its scale.
    ///
    /// # Errors
    /// [`Error::Parameter`] as [`Cmac::new`], for no cell, or for scales that do not fit.
    pub fn new(parameters: CmacParameters, cells: usize, scales: Scales, seed: u64) -> Result<Self, Error> {
        scales.check("CMAC")?;
        let allowed = "at least one for each input is needed; try 6";
        Ranges::of("CMAC").require(cells > 0, "cells", cells as f64, allowed)?;
        let inputs = scales.state.len() + scales.command.len();
        let range = (-1.0, 2.0 / cells as f64);
        let cmac = Cmac::new(parameters, &vec![range; inputs], scales.state.len(), seed)?;
        let (features, predicted) = (vec![0.0; inputs + 1], vec![0.0; scales.state.len()]);
        Ok(Self { cmac, scales, features, predicted, skill: Skill::default() })
    }

    /// The function.
    pub fn cmac(&self) -> &Cmac {
        &self.cmac
    }
}

crate::snapshot!(Cmac { weights, owners, shared, pace });
crate::snapshot!(CmacModel { cmac, skill });

impl ForwardModel for CmacModel {
    fn name(&self) -> &str {
        "CMAC"
    }

    fn states(&self) -> usize {
        self.scales.state.len()
    }

    fn commands(&self) -> usize {
        self.scales.command.len()
    }

    fn predict(&mut self, state: &[f64], command: &[f64], next: &mut [f64]) -> Result<(), Error> {
        fits(self, state, command, next)?;
        self.scales.write(state, command, &mut self.features);
        self.cmac.value(&self.features[..state.len() + command.len()], next)?;
        for ((y, s), d) in next.iter_mut().zip(state).zip(&self.scales.change) {
            *y = s + d * *y;
        }
        Ok(())
    }

    fn learn(&mut self, state: &[f64], command: &[f64], next: &[f64]) -> Result<f64, Error> {
        fits(self, state, command, next)?;
        let mut predicted = std::mem::take(&mut self.predicted);
        self.predict(state, command, &mut predicted)?;
        let error = self.skill.judge(state, next, &predicted, &self.scales.change);
        if error.is_nan() {
            self.predicted = predicted;
            return measured(self.name(), error);
        }
        for (i, p) in predicted.iter_mut().enumerate() {
            *p = (next[i] - state[i]) / self.scales.change[i];
        }
        self.cmac.train(&self.features[..state.len() + command.len()], &predicted)?;
        self.predicted = predicted;
        Ok(error)
    }

    fn confidence(&self) -> f64 {
        self.skill.value()
    }

    fn write_learned(&self, to: &mut StateWriter) {
        to.put(&self.cmac.weights);
        to.put(&self.cmac.owners);
        to.put(&self.skill);
    }

    fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.take("weights", &mut self.cmac.weights)?;
        from.take("owners", &mut self.cmac.owners)?;
        from.take("skill", &mut self.skill)
    }

    fn parameters(&self, to: &mut StateWriter) {
        let Cmac { parameters: p, seed, low, width, .. } = &self.cmac;
        [p.tilings, p.slots].iter().for_each(|n| to.put(n));
        to.put(&(p.addressing == Addressing::Hash));
        to.put(seed);
        to.put(low);
        to.put(width);
        self.scales.parameters(to);
    }

    fn slow(&mut self, factor: f64) -> bool {
        self.cmac.pace *= factor;
        true
    }
}
