//! Populations with gap junctions, which couple neurons inside an exchange interval.
//!
//! A coupled population is advanced as a whole, step by step, and each step is solved for the potentials at its
//! end: neighbors move along a straight line from their potential at the begin to the one they are found to have
//! at the end, until that changes by less than 10⁻⁴ mV. The scheme is of second order in the step; NEST's waveform
//! relaxation with linear interpolation is the same idea with the same tolerance. A neuron that spikes is seen by
//! its neighbors to jump at the end of the step.
//!
//! Source: Hahne et al. 2015, doi:10.3389/fninf.2015.00022 (gap junctions by waveform relaxation).
//! Pinned by `tests/electric.rs`.

use crate::deliver::{Past, deliver};
use crate::models::{BlockStep, Electric, LocalSpike};
use crate::profile::{Laps, Stage};
use crate::{block::BlockRef, state::BlockState};
use std::cell::RefCell;

/// Passes of a coupled step end when no potential changes by more than this, mV. Chosen: NEST's `wfr_tol`.
const TOLERANCE: f32 = 1e-4;
/// A pass shrinks the change by `g dt / 2 C` or more, which is at most 1/2 (checked when compiling):
/// from 100 mV to the tolerance in 20. Only a neuron at its threshold, whose spike comes and goes from pass to pass, can
/// use them up; the last pass is then the step, as good as any of them to the coupling's order.
const MOST_PASSES: usize = 24;

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
pub(crate) fn integrate_coupled(past: &Past, p: usize, blocks: &mut [BlockState]) {
    let (network, first_step) = (past.network, past.first_step);
    let population = &network.populations[p];
    let Some(gaps) = &population.electric.gaps else { return };
    let refs = &network.blocks[population.first_block..population.first_block + blocks.len()];
    let (steps, receptors, variables) = (network.interval, population.receptors, population.variables.len());
    let mut laps = Laps::begin(past.watch);
    SCRATCH.with_borrow_mut(|scratch| {
        let Scratch { input, current, saved, begin, end } = scratch;
        let padded: usize = refs.iter().map(|r| r.stride).sum();
        // Where the rows of a block are in a buffer with so many numbers for each neuron.
        let rows = |r: &BlockRef, each: usize| each * r.first..each * (r.first + r.stride);
        input.clear();
        input.resize(padded * receptors * steps, 0.0);
        for (k, r) in refs.iter().enumerate() {
            let input = &mut input[rows(r, steps * receptors)];
            deliver(past, population.first_block + k, input);
        }
        laps.end(Stage::Deliver);

        current.resize(2 * padded, 0.0);
        saved.resize(variables * padded, 0.0);
        begin.resize(padded, 0.0);
        end.resize(padded, 0.0);
        for s in 0..steps {
            for (r, state) in refs.iter().zip(&*blocks) {
                saved[rows(r, variables)].copy_from_slice(&state.variables);
                begin[rows(r, 1)].copy_from_slice(&state.variables[..r.stride]);
            }
            end.copy_from_slice(begin);
            for pass in 0..MOST_PASSES {
                for r in refs {
                    let current = &mut current[rows(r, 2)];
                    current.fill(0.0);
                    let (at_begin, at_end) = current.split_at_mut(r.stride);
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
                        state.variables.copy_from_slice(&saved[rows(r, variables)]);
                        state.spikes.retain(|spike| usize::from(spike.step) < s);
                    }
                    let known = state.spikes.len();
                    let at = rows(r, steps * receptors).start + s * receptors * r.stride;
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
                            current: &current[rows(r, 2)],
                            conductance: &gaps.total[rows(r, 1)],
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
