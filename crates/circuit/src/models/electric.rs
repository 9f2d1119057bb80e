//! Electric input of a few neurons side by side, for the kernels of models with a membrane.

use super::BlockStep;

/// Electric input of `L` neurons in one step.
pub(super) struct Lanes<const L: usize> {
    /// Current at the begin of the step, pA.
    pub begin: [f32; L],
    /// Current at its end, pA.
    pub end: [f32; L],
    /// Conductance to 0 mV, nS.
    pub conductance: [f32; L],
}

impl<const L: usize> Lanes<L> {
    /// Reads the lanes from neuron `base` of the block on; zeros where there is no electric input.
    #[inline(always)]
    pub fn load<const ELECTRIC: bool>(block: &BlockStep<'_>, step: usize, base: usize) -> Self {
        let mut lanes = Self { begin: [0.0; L], end: [0.0; L], conductance: [0.0; L] };
        if ELECTRIC && let Some(electric) = block.electric {
            let at = 2 * step * block.stride + base;
            lanes.begin.copy_from_slice(&electric.current[at..at + L]);
            lanes.end.copy_from_slice(&electric.current[at + block.stride..at + block.stride + L]);
            lanes.conductance.copy_from_slice(&electric.conductance[base..base + L]);
        }
        lanes
    }
}
