//! Kernels of models with a membrane, for `L` neurons side by side.
//!
//! The loops over the lanes are plain: the compiler turns them into vectors, and every width gives the same bits.
//! All functions are inlined into the kernels, which are compiled once for each set of instructions.

use super::{BlockStep, LocalSpike};

/// Reads a variable of the neurons from `base` of the block on.
#[inline(always)]
pub(super) fn load<const L: usize>(block: &BlockStep<'_>, base: usize, variable: usize) -> [f32; L] {
    let at = variable * block.stride + base;
    let mut x = [0f32; L];
    x.copy_from_slice(&block.state[at..at + L]);
    x
}

/// Writes a variable of the neurons from `base` of the block on.
#[inline(always)]
pub(super) fn store<const L: usize>(block: &mut BlockStep<'_>, base: usize, variable: usize, x: &[f32; L]) {
    let at = variable * block.stride + base;
    block.state[at..at + L].copy_from_slice(x);
}

/// The synaptic input of a receptor in a step.
#[inline(always)]
pub(super) fn input<const L: usize>(
    block: &BlockStep<'_>,
    receptors: usize,
    step: usize,
    receptor: usize,
    base: usize,
) -> [f32; L] {
    let at = (step * receptors + receptor) * block.stride + base;
    let mut x = [0f32; L];
    x.copy_from_slice(&block.input[at..at + L]);
    x
}

/// Conductance, nS, and current at the resting potential, pA, into one neuron: at the begin, the middle and the
/// end of a step.
#[derive(Clone, Copy)]
pub(super) struct Drive {
    pub g: [f32; 3],
    pub i: [f32; 3],
}

impl Drive {
    /// Adds the conductance of a receptor whose reversal potential lies `drive` mV above the resting one.
    #[inline(always)]
    pub fn add(&mut self, g: [f32; 3], drive: f32) {
        self.g.iter_mut().zip(g).for_each(|(sum, g)| *sum += g);
        self.i.iter_mut().zip(g).for_each(|(sum, g)| *sum += g * drive);
    }
}

/// Stimulus currents and gap junctions in one step.
pub(super) struct ElectricLanes<const L: usize> {
    /// Current at the begin of the step, pA.
    begin: [f32; L],
    /// Current at its end, pA.
    end: [f32; L],
    /// Conductance to 0 mV, nS.
    conductance: [f32; L],
}

impl<const L: usize> ElectricLanes<L> {
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

    /// Adds the input of lane `j` in part `part` of `parts` equal parts of the step, for a resting potential of `e_l` mV.
    #[inline(always)]
    pub fn add_to<const ELECTRIC: bool>(
        &self,
        drive: &mut Drive,
        j: usize,
        e_l: f32,
        [part, parts]: [usize; 2],
    ) {
        if ELECTRIC {
            let (begin, end) = (self.begin[j], self.end[j]);
            let at = |k: usize| match k {
                0 => begin,
                k if k == parts => end,
                k => begin + (end - begin) * (k as f32 / parts as f32),
            };
            let (begin, end) = (at(part), at(part + 1));
            let (g, to_rest) = (self.conductance[j], self.conductance[j] * e_l);
            let (begin, end) = (begin - to_rest, end - to_rest);
            drive.g.iter_mut().for_each(|x| *x += g);
            drive.i[0] += begin;
            drive.i[1] += 0.5 * (begin + end);
            drive.i[2] += end;
        }
    }
}

/// Holds a refractory neuron at `v_reset` and counts its steps down, or lets it have the potential `v_1`; gives
/// whether it is held and so cannot spike.
#[inline(always)]
pub(super) fn hold(v: &mut f32, held: &mut f32, v_1: f32, v_reset: f32) -> bool {
    let is_held = *held > 0.0;
    *held = if is_held { *held - 1.0 } else { *held };
    *v = if is_held { v_reset } else { v_1 };
    is_held
}

/// Calls `f` with the number of each bit that is set.
#[inline(always)]
pub(super) fn for_each_bit(mut bits: u32, mut f: impl FnMut(usize)) {
    while bits != 0 {
        f(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

#[inline(always)]
pub(super) fn emit(block: &mut BlockStep<'_>, step: usize, i: usize) {
    block.spikes.push(LocalSpike { step: step as u16, neuron: i as u16 });
}
