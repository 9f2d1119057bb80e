//! Plasticity rules. One call per projection and target block after each
//! exchange interval; weights change for the next interval.
//!
//! Times are those of emission at the soma: Δ = t_pre − t_teacher in ms, negative when the presynaptic spike came
//! first; a teacher projection's own delay does not enter. A rule goes through the interval step by step: first what
//! the presynaptic spikes of a step do, in order of neuron, then what its teachers or postsynaptic spikes do. Weights
//! are kept in their bounds after each change, so they follow from the spikes alone, not from how time is cut into
//! intervals; only *when* a change first acts on the target depends on the interval.

mod cos_exp;
mod stdp;
mod supervised;

pub use cos_exp::CosExp;
pub use stdp::{AdditiveStdp, InhibitoryStdp};
pub use supervised::{Kernel, Site, Supervised};

use crate::{error::CompileError, history::SpikeHistory, wiring::BlockWiring};
use lobule_signal::{Clock, Parameter, Ranges};
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
        let ranges = &Ranges::of(format!("rule of `{of}`"));
        Ok(match self {
            Rule::Supervised(r) => Arc::new(supervised::Compiled::new(r, ranges, clock)?),
            Rule::CosExp(r) => Arc::new(cos_exp::Compiled::new(r, ranges, clock)?),
            Rule::InhibitoryStdp(r) => r.compile(ranges, clock)?,
            Rule::AdditiveStdp(r) => r.compile(ranges, clock)?,
        })
    }
}

/// Synapses that a rule reads and changes: those of one projection onto one block.
pub struct Learning<'a> {
    pub(crate) wiring: &'a BlockWiring,
    pub(crate) teacher_wiring: Option<&'a BlockWiring>,
    /// Spikes of the source population.
    pub pre: &'a SpikeHistory,
    /// Spikes of the target population (global neuron numbers).
    pub post: &'a SpikeHistory,
    /// Spikes of the teachers.
    pub teacher: Option<&'a SpikeHistory>,
    /// True if all spikes of teachers that reach a cell in one step count as one.
    pub is_volume: bool,
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
    /// Working space.
    pub taught: &'a mut Vec<u16>,
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

    /// Local neurons that the teachers of a step teach: as often as spikes reach them, or once through a volume.
    pub fn taught_at(&mut self, step: u64) -> &[u16] {
        self.taught.clear();
        let (Some(spikes), Some(wiring)) = (self.teacher, self.teacher_wiring) else { return self.taught };
        for &teacher in spikes.at(step) {
            self.taught.extend_from_slice(&wiring.targets[wiring.of(teacher)]);
        }
        if self.is_volume {
            self.taught.sort_unstable();
            self.taught.dedup();
        }
        self.taught
    }

    /// Number of source neurons.
    pub fn n_pre(&self) -> usize {
        self.wiring.offsets.len() - 1
    }

    /// Lets the teachers of a step act: `change` gets each synapse of the cells that they teach and the sum of
    /// `kernel[age]` over the spikes of its source at these ages, where that is not 0.
    fn teach(
        &mut self,
        step: u64,
        ages: impl Iterator<Item = u64> + Clone,
        kernel: &[f32],
        change: impl Fn(&mut f32, f32),
    ) {
        for age in ages.clone() {
            for &pre in self.pre.at(step - age) {
                self.scratch[pre as usize] += kernel[age as usize];
            }
        }
        self.taught_at(step);
        for &post in self.taught.iter() {
            let by = &self.wiring.by_target;
            let onto = by.offsets[usize::from(post)] as usize..by.offsets[usize::from(post) + 1] as usize;
            for &(k, pre) in &by.entries[onto] {
                let sum = self.scratch[pre as usize];
                if sum != 0.0 {
                    change(&mut self.weights[k as usize], sum);
                }
            }
        }
        for age in ages {
            for &pre in self.pre.at(step - age) {
                self.scratch[pre as usize] = 0.0;
            }
        }
    }
}

/// A plasticity rule, compiled for one time step.
pub trait PlasticityRule: Send + Sync {
    /// How far back spikes are needed, steps.
    fn window_steps(&self) -> u64 {
        1
    }

    /// True if the rule needs a teacher projection.
    fn needs_teacher(&self) -> bool {
        false
    }

    /// Lowest and highest weight.
    fn bounds(&self) -> (f32, f32);

    /// Words of memory for `n_pre` sources and `n_post` targets of a block.
    fn memory(&self, _n_pre: usize, _n_post: usize) -> usize {
        0
    }

    /// Changes the weights after an interval.
    fn learn(&self, learning: &mut Learning<'_>);
}

/// Lowest and highest weight.
#[derive(Debug, Clone, Copy)]
struct Bounds(f32, f32);

impl Bounds {
    fn new(ranges: &Ranges, w_min: f64, w_max: f64) -> Result<Self, Parameter> {
        ranges.require(w_min >= 0.0, "w_min", w_min, "conductance weights are 0 or more")?;
        ranges.require(w_max > w_min, "w_max", w_max, "it must exceed w_min")?;
        Ok(Self(w_min as f32, w_max as f32))
    }

    /// Changes a weight within the bounds.
    #[inline]
    fn add(self, w: &mut f32, by: f32) {
        *w = (*w + by).clamp(self.0, self.1);
    }
}

/// A window of at most `most_ms`, steps.
fn window_steps(ranges: &Ranges, ms: f64, most_ms: f64, clock: &Clock) -> Result<u64, CompileError> {
    let allowed = format!("it lies in 0..{most_ms} ms");
    ranges.require(ms > 0.0 && ms <= most_ms, "window_ms", ms, allowed)?;
    let of = || format!("{}, window_ms", ranges.owner());
    clock.steps(ms).map_err(|source| CompileError::Time { of: of(), source })
}
