//! What flows into cells beside their synapses: stimulus currents and gap junctions.
//!
//! A stimulus is a function of the step, written down beforehand; it needs no state.
//!
//! Gap junctions couple neurons inside an exchange interval. A coupled population is therefore advanced as a
//! whole, step by step, and each step is solved for the potentials at its end: neighbors move along a straight
//! line from their potential at the begin to the one they are found to have at the end, until that changes by
//! less than 10⁻⁴ mV. The scheme is of second order in the step; NEST's waveform relaxation with linear
//! interpolation is the same idea with the same tolerance. A neuron that spikes is seen by its neighbors to
//! jump at the end of the step.
//!
//! Source: Hahne et al. 2015, doi:10.3389/fninf.2015.00022 (gap junctions by waveform relaxation).
//! Pinned by `tests/electric.rs`.

use crate::deliver::{Past, deliver};
use crate::describe::{Circuit, Weight};
use crate::error::CompileError;
use crate::models::{BlockStep, Electric, LocalSpike};
use crate::network::{BlockRef, CompiledPopulation, Network};
use crate::profile::{Laps, Stage};
use crate::state::BlockState;
use lobule_signal::Clock;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A current into some cells of a population, constant between its steps.
#[derive(Debug, Clone, PartialEq)]
pub struct CurrentStimulus {
    /// Unique label.
    pub label: String,
    /// The population.
    pub population: String,
    /// Its neurons that take the current, each once.
    pub neurons: Vec<u32>,
    /// (begin ms, current pA): each current holds from its begin to the next; before the first one it is 0.
    /// Begins rise and lie on the grid of time.
    pub steps: Vec<(f64, f64)>,
}

/// Gap junctions between the cells of one population. Each pair is one junction, which carries current both
/// ways; a pair that is listed twice has two.
#[derive(Debug, Clone, PartialEq)]
pub struct GapJunctions {
    /// Unique label.
    pub label: String,
    /// The population.
    pub population: String,
    /// The two cells of each junction.
    pub pairs: Arc<Vec<(u32, u32)>>,
    /// Conductance, nS.
    pub conductance: Weight,
}

/// Electric input of one population.
#[derive(Debug, Default)]
pub(crate) struct CompiledElectric {
    /// In label order.
    currents: Vec<CompiledCurrent>,
    gaps: Option<CompiledGaps>,
}

#[derive(Debug)]
struct CompiledCurrent {
    /// In order.
    neurons: Vec<u32>,
    /// (first step, pA)
    steps: Vec<(u64, f32)>,
}

#[derive(Debug, Default)]
struct CompiledGaps {
    /// Start of each neuron's junctions. `[n + 1]`
    offsets: Vec<u32>,
    /// (neighbor, nS), by neighbor.
    junctions: Vec<(u32, f32)>,
    /// Sum over a neuron's junctions, nS. `[n rounded up to the stride of its blocks]`
    total: Vec<f32>,
}

/// Passes of a coupled step end when no potential changes by more than this, mV. Chosen: NEST's `wfr_tol`.
const TOLERANCE: f32 = 1e-4;
/// A pass shrinks the change by `g dt / 2 C` or more, which is at most 1/2 (checked when compiling):
/// from 100 mV to the tolerance in 20. Only a neuron at its threshold, whose spike comes and goes from pass to pass, can
/// use them up; the last pass is then the step, as good as any of them to the coupling's order.
const MOST_PASSES: usize = 24;

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
    fn stimulate(&self, block: &BlockRef, step: u64, current: &mut [f32]) {
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

impl Circuit {
    /// Gives the populations their currents, in label order, and their gap junctions.
    pub(crate) fn electric(
        &self,
        index: &HashMap<&str, usize>,
        populations: &mut [CompiledPopulation],
        clock: &Clock,
    ) -> Result<(), CompileError> {
        let mut labels = HashSet::new();
        let find = |of: String, label: &str| {
            index.get(label).copied().ok_or_else(|| CompileError::UnknownLabel {
                of,
                kind: "population",
                label: label.into(),
                known: self.labels(),
            })
        };
        let capacitance = |of: String, population: &CompiledPopulation| {
            population.model.capacitance().ok_or_else(|| CompileError::Rule {
                of,
                what: format!("`{}` has no membrane; only cells with one take current", population.label),
            })
        };
        let mut currents: Vec<_> = self.currents.iter().collect();
        currents.sort_by(|a, b| a.label.cmp(&b.label));
        for current in currents {
            let of = format!("current `{}`", current.label);
            let population = &mut populations[find(of.clone(), &current.population)?];
            capacitance(of, population)?;
            population.electric.add_current(current, population.n, clock)?;
            if !labels.insert(current.label.as_str()) {
                return Err(CompileError::DuplicateLabel { kind: "current", label: current.label.clone() });
            }
        }
        let mut coupled: BTreeMap<usize, Vec<&GapJunctions>> = BTreeMap::new();
        for gaps in &self.gap_junctions {
            let of = format!("gap junctions `{}`", gaps.label);
            let p = find(of.clone(), &gaps.population)?;
            capacitance(of, &populations[p])?;
            coupled.entry(p).or_default().push(gaps);
        }
        for (p, gaps) in coupled {
            let population = &mut populations[p];
            if let Some(c_m) = population.model.capacitance() {
                population.electric.add_gaps(&gaps, population.n, c_m, clock)?;
            }
        }
        Ok(())
    }
}

/// Working space of coupled populations; grows to the largest and stays.
#[derive(Default)]
struct Scratch {
    /// Block after block: `[step][receptor][stride]`
    input: Vec<f32>,
    /// Block after block: `[2][stride]`
    current: Vec<f32>,
    /// Variables at the begin of the step, block after block.
    saved: Vec<f32>,
    /// Potentials at the begin and the end of the step, mV. `[n]`
    begin: Vec<f32>,
    end: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Delivers to a population with gap junctions and advances it over the interval. `blocks` are all of its blocks.
pub(crate) fn integrate_coupled(
    network: &Network,
    p: usize,
    blocks: &mut [BlockState],
    past: &Past,
    first_step: u64,
) {
    let population = &network.populations[p];
    let Some(gaps) = &population.electric.gaps else { return };
    let refs = &network.blocks[population.first_block..population.first_block + blocks.len()];
    let (steps, receptors, variables) = (network.interval, population.receptors, population.variables.len());
    let mut laps = Laps::begin(past.watch);
    SCRATCH.with_borrow_mut(|scratch| {
        let Scratch { input, current, saved, begin, end } = scratch;
        let padded: usize = refs.iter().map(|r| r.stride).sum();
        input.clear();
        input.resize(padded * receptors * steps, 0.0);
        for (k, r) in refs.iter().enumerate() {
            let at = steps * receptors * r.first;
            let input = &mut input[at..at + steps * receptors * r.stride];
            deliver(network, population.first_block + k, past, first_step, input);
        }
        laps.end(Stage::Deliver);

        current.resize(2 * padded, 0.0);
        saved.resize(variables * padded, 0.0);
        begin.resize(padded, 0.0);
        end.resize(padded, 0.0);
        for s in 0..steps {
            for (r, state) in refs.iter().zip(&*blocks) {
                let at = variables * r.first;
                saved[at..at + variables * r.stride].copy_from_slice(&state.variables);
                begin[r.first..r.first + r.stride].copy_from_slice(&state.variables[..r.stride]);
            }
            end.copy_from_slice(begin);
            for pass in 0..MOST_PASSES {
                for r in refs {
                    let rows = &mut current[2 * r.first..2 * (r.first + r.stride)];
                    rows.fill(0.0);
                    let (at_begin, at_end) = rows.split_at_mut(r.stride);
                    population.electric.stimulate(r, first_step + s as u64, at_begin);
                    at_end.copy_from_slice(at_begin);
                    for i in 0..r.len {
                        let of = r.first + i;
                        let range = gaps.offsets[of] as usize..gaps.offsets[of + 1] as usize;
                        for &(j, g) in &gaps.junctions[range] {
                            at_begin[i] += g * begin[j as usize];
                            at_end[i] += g * end[j as usize];
                        }
                    }
                }
                let mut change = 0f32;
                for (r, state) in refs.iter().zip(&mut *blocks) {
                    if pass > 0 {
                        let at = variables * r.first;
                        state.variables.copy_from_slice(&saved[at..at + variables * r.stride]);
                        state.spikes.retain(|spike| usize::from(spike.step) < s);
                    }
                    let known = state.spikes.len();
                    let at = steps * receptors * r.first + s * receptors * r.stride;
                    population.model.advance(BlockStep {
                        state: &mut state.variables,
                        input: &input[at..at + receptors * r.stride],
                        len: r.len,
                        stride: r.stride,
                        receptors,
                        steps: 1,
                        first_step: first_step + s as u64,
                        first_neuron: r.first as u32,
                        electric: Some(Electric {
                            current: &current[2 * r.first..2 * (r.first + r.stride)],
                            conductance: &gaps.total[r.first..r.first + r.stride],
                        }),
                        stream: &population.stream,
                        spikes: &mut state.spikes,
                    });
                    for spike in &mut state.spikes[known..] {
                        spike.step = s as u16;
                    }
                    for i in 0..r.len {
                        let of = r.first + i;
                        let fired = state.spikes[known..].iter().any(|spike| usize::from(spike.neuron) == i);
                        let v = if fired { begin[of] } else { state.variables[i] };
                        // A potential that is no number ends the passes; the check after the interval names it.
                        change = change.max((v - end[of]).abs());
                        end[of] = v;
                    }
                }
                if change <= TOLERANCE {
                    break;
                }
            }
        }
    });
    for state in blocks {
        state.spikes.sort_unstable_by_key(|s: &LocalSpike| (s.step, s.neuron));
    }
    laps.end(Stage::Integrate);
}
