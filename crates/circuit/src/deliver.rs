//! Delivery to one block of neurons, and its step.
//!
//! A block gathers what is due from the histories of its sources: projections in label order, spikes in (step,
//! neuron) order, so that sums are taken in one order whatever the number of threads.

use crate::models::{BlockStep, LocalSpike};
use crate::profile::{Laps, Stage, Stopwatch};
use crate::state::{BlockState, PlasticBlock};
use crate::{history::SpikeHistory, network::Network, short_term::ShortTermState, wiring::Weights};
use std::cell::RefCell;

thread_local! {
    /// Synaptic and electric input of the block at work; they grow to the largest block and stay.
    static BUFFERS: RefCell<(Vec<f32>, Vec<f32>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// Input of the delivery: the network, its recent spikes, and the weights of all projections.
pub(crate) struct Past<'a> {
    pub network: &'a Network,
    /// First step of the interval.
    pub first_step: u64,
    pub histories: &'a [SpikeHistory],
    pub plastic: &'a [PlasticBlock],
    pub short_term: &'a [ShortTermState],
    pub watch: Option<&'a Stopwatch>,
}

/// Delivers to one block and advances it over the interval.
pub(crate) fn integrate(past: &Past, b: usize, state: &mut BlockState) {
    let (network, first_step) = (past.network, past.first_step);
    let block = &network.blocks[b];
    let population = &network.populations[block.population];
    let mut laps = Laps::begin(past.watch);
    let (steps, stride, receptors) = (network.interval, block.stride, population.receptors);
    BUFFERS.with_borrow_mut(|(input, electric)| {
        let size = steps * receptors * stride;
        if input.len() < size {
            input.resize(size, 0.0);
        }
        let input = &mut input[..size];
        input.fill(0.0);
        deliver(past, b, input);
        let electric = population.electric.fill(block, first_step, steps, electric);
        laps.end(Stage::Deliver);
        population.model.advance(BlockStep {
            state: &mut state.variables,
            input,
            len: block.len,
            stride,
            receptors,
            steps,
            first_step,
            first_neuron: block.first as u32,
            electric,
            stream: &population.stream,
            spikes: &mut state.spikes,
        });
    });
    state.spikes.sort_unstable_by_key(|s: &LocalSpike| (s.step, s.neuron));
    laps.end(Stage::Integrate);
}

/// Adds what is due in the interval to the input of one block, `[step][receptor][stride]`.
pub(crate) fn deliver(past: &Past, b: usize, input: &mut [f32]) {
    let (network, first_step) = (past.network, past.first_step);
    let block = &network.blocks[b];
    let population = &network.populations[block.population];
    let (steps, stride, receptors) = (network.interval, block.stride, population.receptors);
    for &p in &population.incoming {
        let projection = &network.projections[p];
        let wiring = &projection.wiring[block.local];
        let weights = match &wiring.weights {
            _ if projection.rule.is_some() => {
                Ok(&past.plastic[projection.first_plastic + block.local].weights)
            }
            Weights::Each(w) => Ok(w),
            Weights::Uniform(w) => Err(*w),
        };
        let history = &past.histories[projection.pre];
        let efficacies = projection.short_term.as_ref().map(|(k, _)| &past.short_term[*k]);
        for s in 0..steps {
            let Some(emitted) = (first_step + s as u64).checked_sub(projection.delay_steps) else {
                continue;
            };
            let at = (s * receptors + projection.receptor) * stride;
            let row = &mut input[at..at + stride];
            if let Some(efficacies) = efficacies {
                let efficacies = efficacies.at(history.range(emitted));
                for (&pre, &efficacy) in history.at(emitted).iter().zip(efficacies) {
                    for k in wiring.of(pre) {
                        let w = weights.map_or_else(|w| w, |w| w[k]);
                        row[usize::from(wiring.targets[k])] += efficacy * w;
                    }
                }
                continue;
            }
            for &pre in history.at(emitted) {
                let range = wiring.of(pre);
                match weights {
                    Ok(w) => {
                        for (&j, &w) in wiring.targets[range.clone()].iter().zip(&w[range]) {
                            row[usize::from(j)] += w;
                        }
                    }
                    Err(w) => {
                        for &j in &wiring.targets[range] {
                            row[usize::from(j)] += w;
                        }
                    }
                }
            }
        }
    }
}
