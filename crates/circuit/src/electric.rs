//! Currents that enter cells beside those of synapses: stimulus currents and gap junctions, compiled.
//!
//! A stimulus is a function of the step, written down beforehand; it needs no state. Cells with gap junctions
//! are advanced together (`crate::coupled`).
//! Pinned by `tests/electric.rs`.

use crate::block::BlockRef;
use crate::describe::{CurrentStimulus, GapJunctions, Weight};
use crate::error::CompileError;
use crate::models::Electric;
use lobule_signal::Clock;

/// Electric input of one population.
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

    /// Adds a stimulus to a population of `n` neurons.
    pub fn add_current(&mut self, c: &CurrentStimulus, n: usize, clock: &Clock) -> Result<(), CompileError> {
        let of = || format!("current `{}`", c.label);
        let bad = |parameter, value, allowed: &str| {
            Err(CompileError::BadParameter { of: of(), parameter, value, allowed: allowed.into() })
        };
        let mut neurons = c.neurons.clone();
        neurons.sort_unstable();
        if let Some(&i) = neurons.last().filter(|&&i| i as usize >= n) {
            let allowed = format!("`{}` has {n} neurons, counted from 0", c.population);
            return bad("neuron", f64::from(i), &allowed);
        }
        if let Some(pair) = neurons.windows(2).find(|pair| pair[0] == pair[1]) {
            return bad("neuron", f64::from(pair[0]), "it is listed twice; list each neuron once");
        }
        let mut steps: Vec<(u64, f32)> = Vec::with_capacity(c.steps.len());
        for &(ms, pa) in &c.steps {
            let step = clock.steps(ms).map_err(|source| CompileError::Time { of: of(), source })?;
            if steps.last().is_some_and(|&(before, _)| before >= step) {
                return bad("begin of a step", ms, "begins rise");
            }
            if !(pa as f32).is_finite() {
                return bad("current", pa, "a finite number of pA is needed");
            }
            steps.push((step, pa as f32));
        }
        self.currents.push(CompiledCurrent { neurons, steps });
        Ok(())
    }

    /// Gives a population of `n` neurons its gap junctions: all of them at once.
    pub fn add_gaps(
        &mut self,
        all: &[&GapJunctions],
        n: usize,
        capacitance: f64,
        clock: &Clock,
    ) -> Result<(), CompileError> {
        let mut ends: Vec<(u32, u32, f32)> = Vec::new();
        for gaps in all {
            let of = || format!("gap junctions `{}`", gaps.label);
            let bad = |parameter, value, allowed: String| {
                Err(CompileError::BadParameter { of: of(), parameter, value, allowed })
            };
            if let Weight::PerSynapse(g) = &gaps.conductance
                && g.len() != gaps.pairs.len()
            {
                let (weights, synapses) = (g.len(), gaps.pairs.len());
                return Err(CompileError::WeightCount { of: gaps.label.clone(), weights, synapses });
            }
            for (k, &(i, j)) in gaps.pairs.iter().enumerate() {
                let g = match &gaps.conductance {
                    Weight::Uniform(g) => *g,
                    Weight::PerSynapse(g) => g[k],
                };
                if let Some(x) = [i, j].into_iter().find(|&x| x as usize >= n) {
                    let allowed = format!("`{}` has {n} neurons, counted from 0", gaps.population);
                    return bad("neuron", f64::from(x), allowed);
                }
                if i == j {
                    return bad("neuron", f64::from(i), "a cell has no junction with itself".into());
                }
                if !(g.is_finite() && g >= 0.0) {
                    return bad("conductance", f64::from(g), "a conductance is 0 nS or more".into());
                }
                ends.extend([(i, j, g), (j, i, g)]);
            }
        }
        ends.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
        let mut gaps = CompiledGaps {
            offsets: vec![0; n + 1],
            junctions: Vec::with_capacity(ends.len()),
            total: vec![0.0; n.next_multiple_of(lobule_signal::GROUP)],
        };
        for (i, j, g) in ends {
            gaps.offsets[i as usize + 1] += 1;
            gaps.junctions.push((j, g));
            gaps.total[i as usize] += g;
        }
        for i in 0..n {
            gaps.offsets[i + 1] += gaps.offsets[i];
        }
        // Beyond it the passes of a step need not settle.
        let most = capacitance / clock.dt_ms();
        if let Some(&g) = gaps.total.iter().find(|&&g| f64::from(g) > most) {
            return Err(CompileError::BadParameter {
                of: format!("gap junctions of `{}`", all[0].population),
                parameter: "conductance of a cell's junctions together",
                value: f64::from(g),
                allowed: format!("it lies in 0..C_m / dt = {most} nS; shorten the time step"),
            });
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
