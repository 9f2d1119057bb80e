//! Relay and spike source.
//!
//! Relay: emits one spike for each spike that arrives, in the step of arrival (NEST's `parrot_neuron`). Weights onto
//! it must be 1. Mossy fibers and glomeruli are relays in the canonical circuit. Spike source: emits what it was
//! given by `inject`; the engine writes its spikes, the model does nothing.

use super::{BlockStep, LocalSpike, NeuronModel};

/// Passes spikes on at arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relay;

impl NeuronModel for Relay {
    fn receptors(&self) -> usize {
        1
    }

    fn counts_spikes(&self) -> bool {
        true
    }

    fn advance(&self, block: BlockStep<'_>) {
        if block.receptors == 0 {
            return;
        }
        for (step, row) in block.input.chunks_exact(block.stride).take(block.steps).enumerate() {
            for (i, &count) in row[..block.len].iter().enumerate() {
                for _ in 0..count as u32 {
                    block.spikes.push(LocalSpike { step: step as u16, neuron: i as u16 });
                }
            }
        }
    }
}

/// The model of a spike source: no dynamics.
pub(crate) struct Source;

impl NeuronModel for Source {
    fn is_generator(&self) -> bool {
        true
    }

    fn advance(&self, _block: BlockStep<'_>) {}
}
