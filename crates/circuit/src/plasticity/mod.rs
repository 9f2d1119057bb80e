//! Plasticity rules. One call per projection and target block after each
//! exchange interval; weights change for the next interval.
//!
//! Times are those of emission at the soma: Δ = t_pre − t_teacher in ms, negative
//! when the presynaptic spike came first; a teacher projection's own delay does
//! not enter. A rule goes through the interval step by step: first what the
//! presynaptic spikes of a step do, in order of neuron, then what its teachers or
//! postsynaptic spikes do. Weights are kept in their bounds after each change, so
//! they follow from the spikes alone, not from how time is cut into intervals;
//! only *when* a change first acts on the target depends on the interval.

mod cos_exp;
mod stdp;
mod supervised;

pub use cos_exp::CosExp;
pub use stdp::{AdditiveStdp, InhibitoryStdp};
pub use supervised::{Kernel, Site, Supervised};

use crate::error::CompileError;
use crate::history::SpikeHistory;
use crate::wiring::BlockWiring;
use lobule_signal::Clock;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A built-in plasticity rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Rule {
    /// Presynaptic change and teacher-gated change through an eligibility kernel (PF→PC, PF→MLI).
    Supervised(Supervised),
    /// Mossy fiber to nucleus, gated by Purkinje cells.
    CosExp(CosExp),
    /// Purkinje to nucleus, symmetric window.
    InhibitoryStdp(InhibitoryStdp),
    /// Purkinje to nucleus, additive pair window.
    AdditiveStdp(AdditiveStdp),
}

impl Rule {
    pub(crate) fn compile(&self, of: &str, clock: &Clock) -> Result<Arc<dyn PlasticityRule>, CompileError> {
        Ok(match self {
            Rule::Supervised(r) => Arc::new(supervised::Compiled::new(r, of, clock)?),
            Rule::CosExp(r) => Arc::new(cos_exp::Compiled::new(r, of, clock)?),
            Rule::InhibitoryStdp(r) => Arc::new(stdp::CompiledInhibitory::new(r, of, clock)?),
            Rule::AdditiveStdp(r) => Arc::new(stdp::CompiledAdditive::new(r, of, clock)?),
        })
    }
}

/// What a rule sees and changes: the synapses of one projection onto one block.
pub struct Learning<'a> {
    pub(crate) wiring: &'a BlockWiring,
    pub(crate) teacher_wiring: Option<&'a BlockWiring>,
    /// Spikes of the source population.
    pub pre: &'a SpikeHistory,
    /// Spikes of the target population (global neuron numbers).
    pub post: &'a SpikeHistory,
    /// Spikes of the teachers.
    pub teacher: Option<&'a SpikeHistory>,
    /// First step of the interval.
    pub first_step: u64,
    /// Steps in the interval.
    pub steps: usize,
    /// First neuron of the block in the target population.
    pub first_neuron: u32,
    /// Neurons in the block.
    pub len: usize,
    /// Weights in delivery order.
    pub weights: &'a mut [f32],
    /// The rule's memory.
    pub memory: &'a mut [i64],
    /// Working space, zero at entry and exit. `[n_pre]` after the first use
    pub scratch: &'a mut Vec<f32>,
}

impl<'a> Learning<'a> {
    /// Synapses (positions in `weights`) made by a source.
    pub fn synapses_of(&self, pre: u32) -> std::ops::Range<usize> {
        self.wiring.of(pre)
    }

    /// Synapses onto local neuron `post`: (position in `weights`, source).
    pub fn synapses_onto(&self, post: usize) -> &'a [(u32, u32)] {
        let by = &self.wiring.by_target;
        &by.entries[by.offsets[post] as usize..by.offsets[post + 1] as usize]
    }

    /// Local target of each synapse, by position.
    pub fn target(&self, synapse: usize) -> usize {
        usize::from(self.wiring.targets[synapse])
    }

    /// Local neurons taught by a teacher cell.
    pub fn taught_by(&self, teacher: u32) -> &'a [u16] {
        self.teacher_wiring.map_or(&[], |w| &w.targets[w.of(teacher)])
    }

    /// Number of source neurons.
    pub fn n_pre(&self) -> usize {
        self.wiring.offsets.len() - 1
    }
}

/// A plasticity rule, compiled for one time step.
pub trait PlasticityRule: Send + Sync {
    /// How far back spikes are needed, steps.
    fn window_steps(&self) -> u64;

    /// Whether the rule needs a teacher projection.
    fn needs_teacher(&self) -> bool;

    /// Lowest and highest weight.
    fn bounds(&self) -> (f32, f32);

    /// Words of memory for `n_pre` sources and `n_post` targets of a block.
    fn memory(&self, _n_pre: usize, _n_post: usize) -> usize {
        0
    }

    /// Changes the weights after an interval.
    fn learn(&self, learning: &mut Learning<'_>);
}

/// Refuses a rule's parameter.
pub(crate) fn check(
    of: &str,
    parameter: &'static str,
    value: f64,
    ok: bool,
    allowed: &str,
) -> Result<(), CompileError> {
    if value.is_finite() && ok {
        Ok(())
    } else {
        Err(CompileError::BadParameter {
            of: format!("rule of `{of}`"),
            parameter,
            value,
            allowed: allowed.into(),
        })
    }
}

/// Checks bounds common to all rules.
pub(crate) fn check_bounds(of: &str, w_min: f64, w_max: f64) -> Result<(), CompileError> {
    check(of, "w_min", w_min, w_min >= 0.0, "conductance weights are 0 or more")?;
    check(of, "w_max", w_max, w_max > w_min, "it must exceed w_min")
}
