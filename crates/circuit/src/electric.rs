//! Currents that enter cells beside those of synapses: stimulus currents and gap junctions, compiled.
//!
//! A stimulus is a function of the step, written down beforehand; it needs no state. Cells with gap junctions are
//! advanced together (`crate::coupled`). Pinned by `tests/electric.rs`.

use crate::describe::{CurrentStimulus, GapJunctions};
use crate::{block::BlockRef, error::CompileError, models::Electric, wiring::offsets};
use lobule_signal::{Clock, Ranges};

#[derive(Debug, Default)]
pub(crate) struct CompiledElectric {
    /// In label order.
    currents: Vec<CompiledCurrent>,
    pub gaps: Option<CompiledGaps>,
}

#[derive(Debug)]
struct CompiledCurrent {
    /// In order.
    neurons: Vec<u32>,
    /// (first step, pA)
    steps: Vec<(u64, f32)>,
}

#[derive(Debug, Default)]
pub(crate) struct CompiledGaps {
    /// Start of each neuron's junctions. `[n + 1]`
    pub offsets: Vec<u32>,
    /// (neighbor, nS), by neighbor.
    pub junctions: Vec<(u32, f32)>,
    /// Sum over a neuron's junctions, nS. `[n rounded up to the stride of its blocks]`
    pub total: Vec<f32>,
}

impl CompiledElectric {
    pub fn is_coupled(&self) -> bool {
        self.gaps.is_some()
    }

    pub fn add_current(&mut self, c: &CurrentStimulus, n: usize, clock: &Clock) -> Result<(), CompileError> {
        let of = || format!("current `{}`", c.label);
        let ranges = Ranges::of(of());
        let mut neurons = c.neurons.clone();
        neurons.sort_unstable();
        if let Some(&i) = neurons.last() {
            let allowed = format!("`{}` has {n} neurons, counted from 0", c.population);
            ranges.require((i as usize) < n, "neuron", i.into(), allowed)?;
        }
        for pair in neurons.windows(2) {
            let allowed = "it is listed twice; list each neuron once";
            ranges.require(pair[0] != pair[1], "neuron", pair[0].into(), allowed)?;
        }
        let mut steps: Vec<(u64, f32)> = Vec::with_capacity(c.steps.len());
        for &(ms, pa) in &c.steps {
            let step = clock.steps(ms).map_err(|source| CompileError::Time { of: of(), source })?;
            let rises = steps.last().is_none_or(|&(before, _)| before < step);
            ranges.require(rises, "begin of a step", ms, "begins rise")?;
            ranges.require((pa as f32).is_finite(), "current", pa, "a finite number of pA is needed")?;
            steps.push((step, pa as f32));
        }
        self.currents.push(CompiledCurrent { neurons, steps });
        Ok(())
    }

    /// Gives a population of `n` neurons its gap junctions, all of them at once: those of a cell together have at most
    /// `most` nS.
    pub fn add_gaps(&mut self, all: &[&GapJunctions], n: usize, most: f64) -> Result<(), CompileError> {
        let mut ends: Vec<(u32, u32, f32)> = Vec::new();
        for gaps in all {
            let ranges = Ranges::of(format!("gap junctions `{}`", gaps.label));
            gaps.conductance.check_count(&gaps.label, gaps.pairs.len())?;
            for (k, &(i, j)) in gaps.pairs.iter().enumerate() {
                let g = gaps.conductance.at(k);
                for x in [i, j] {
                    let allowed = format!("`{}` has {n} neurons, counted from 0", gaps.population);
                    ranges.require((x as usize) < n, "neuron", x.into(), allowed)?;
                }
                ranges.require(i != j, "neuron", i.into(), "a cell has no junction with itself")?;
                ranges.require(g >= 0.0, "conductance", g.into(), "a conductance is 0 nS or more")?;
                ends.extend([(i, j, g), (j, i, g)]);
            }
        }
        ends.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
        let mut total = vec![0.0; n.next_multiple_of(lobule_signal::GROUP)];
        ends.iter().for_each(|&(i, _, g)| total[i as usize] += g);
        let gaps = CompiledGaps {
            offsets: offsets(n, ends.iter().map(|end| end.0 as usize)),
            junctions: ends.into_iter().map(|(_, j, g)| (j, g)).collect(),
            total,
        };
        // Beyond it the passes of a step need not settle.
        if let Some(&g) = gaps.total.iter().find(|&&g| f64::from(g) > most) {
            let allowed = format!("it lies in 0..C_m / dt = {most} nS; shorten the time step");
            let ranges = Ranges::of(format!("gap junctions of `{}`", all[0].population));
            let parameter = "conductance of a cell's junctions together";
            return Err(ranges.refusal(parameter, g.into(), allowed).into());
        }
        self.gaps = Some(gaps);
        Ok(())
    }

    /// Adds the stimulus currents of one step to the cells of a block. `[stride]`
    pub fn stimulate(&self, block: &BlockRef, step: u64, current: &mut [f32]) {
        let (first, end) = (block.first as u32, (block.first + block.len) as u32);
        for c in &self.currents {
            let k = c.steps.partition_point(|&(begin, _)| begin <= step);
            if k == 0 || c.steps[k - 1].1 == 0.0 {
                continue;
            }
            let from = c.neurons.partition_point(|&i| i < first);
            for &i in c.neurons[from..].iter().take_while(|&&i| i < end) {
                current[(i - first) as usize] += c.steps[k - 1].1;
            }
        }
    }

    /// Fills the electric input of a block that no gap junction couples: `current` `[step][2][stride]` and
    /// `conductance` `[stride]`, one after the other in `buffer`.
    pub fn fill<'a>(
        &self,
        block: &BlockRef,
        first_step: u64,
        steps: usize,
        buffer: &'a mut Vec<f32>,
    ) -> Option<Electric<'a>> {
        if self.currents.is_empty() {
            return None;
        }
        let size = 2 * steps * block.stride;
        buffer.clear();
        buffer.resize(size + block.stride, 0.0);
        for (s, rows) in buffer[..size].chunks_exact_mut(2 * block.stride).enumerate() {
            let (begin, end) = rows.split_at_mut(block.stride);
            self.stimulate(block, first_step + s as u64, begin);
            end.copy_from_slice(begin);
        }
        let (current, conductance) = buffer.split_at(size);
        Some(Electric { current, conductance })
    }
}
