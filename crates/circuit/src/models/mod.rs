//! Neuron models. One call advances one block of neurons over one exchange
//! interval, so an open set of models costs nothing inside the step.

pub(crate) mod cond_lif;
mod custom;
pub(crate) mod eglif;
pub(crate) mod eglif_multirec;
mod escape;
pub(crate) mod generator;
mod glif;
mod grid;
mod lanes;
mod membrane;
pub(crate) mod poisson;
pub(crate) mod relay;
mod synapse;
#[cfg(test)]
mod widths;

pub use cond_lif::{CondLif, SynapseShape};
pub use custom::CustomModel;
pub use eglif::{Eglif, Receptor};
pub use eglif_multirec::{DoubleDecay, EglifMultirec};
pub use generator::{PoissonGenerator, RateProfile};
pub use poisson::Poisson;
pub use relay::Relay;

use lobule_signal::Stream;

/// Neurons that are advanced together. Their state stays in cache over an interval.
pub const BLOCK: usize = 512;

/// A state variable of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Name in NEST's symbols, lower case.
    pub name: String,
    /// Unit.
    pub unit: &'static str,
    /// Value at step 0.
    pub initial: f32,
    /// Each neuron starts at a random value between `initial` and `initial + spread`, uniformly.
    pub spread: f32,
    /// Value of the padding neurons behind the last one of a block.
    pub padding: f32,
}

impl Variable {
    /// A variable that starts at the same value in every neuron.
    pub fn new(name: &str, unit: &'static str, initial: f32) -> Self {
        Self { name: name.into(), unit, initial, spread: 0.0, padding: initial }
    }
}

/// A spike inside an interval: step from the interval's start, neuron from the block's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalSpike {
    /// Step from the start of the interval.
    pub step: u16,
    /// Neuron from the start of the block.
    pub neuron: u16,
}

/// Stimulus currents and gap junctions: a current that is linear inside a step, and a conductance to 0 mV.
///
/// A gap junction of g nS to a neighbor at V_j carries g (V_j - V) = g V_j - g V: the first term is
/// current, the second conductance.
#[derive(Clone, Copy)]
pub struct Electric<'a> {
    /// pA at the begin and at the end of each step. `[step][2][stride]`
    pub current: &'a [f32],
    /// nS to 0 mV. `[stride]`
    pub conductance: &'a [f32],
}

/// One block of neurons over one exchange interval.
pub struct BlockStep<'a> {
    /// State, variable by variable: `[variable][stride]`.
    pub state: &'a mut [f32],
    /// Synaptic input: `[step][receptor][stride]`, the summed weights that arrive at the end of each step.
    pub input: &'a [f32],
    /// Neurons in the block.
    pub len: usize,
    /// `len` rounded up to whole groups of 32; what lies between is padding that never spikes.
    pub stride: usize,
    /// Receptors in use.
    pub receptors: usize,
    /// Steps in the interval.
    pub steps: usize,
    /// First step of the interval.
    pub first_step: u64,
    /// Index in the population of the block's first neuron; a multiple of 32.
    pub first_neuron: u32,
    /// Currents into the cells beside those of synapses; `None` where nothing does.
    pub electric: Option<Electric<'a>>,
    /// Random draws of the population.
    pub stream: &'a Stream,
    /// Where spikes go, in any order.
    pub spikes: &'a mut Vec<LocalSpike>,
}

/// A neuron model, compiled for one time step.
pub trait NeuronModel: Send + Sync {
    /// The state variables, in the order of their arrays; none by default.
    fn variables(&self) -> Vec<Variable> {
        Vec::new()
    }

    /// How many receptors synapses can address; none by default.
    fn receptors(&self) -> usize {
        0
    }

    /// Advances one block over one interval and emits its spikes.
    fn advance(&self, block: BlockStep<'_>);

    /// Name and unit of quantities that follow from the state variables; they are recorded like those.
    fn derived(&self) -> Vec<(String, &'static str)> {
        Vec::new()
    }

    /// The value of derived quantity `k` of a neuron whose state variable v is `variable(v)`.
    fn derive(&self, _k: usize, _variable: &dyn Fn(usize) -> f32) -> f32 {
        f32::NAN
    }

    /// Membrane capacitance, pF, of a model whose first variable is a potential in mV and which takes
    /// [`BlockStep::electric`]; `None` for a model without.
    fn capacitance(&self) -> Option<f64> {
        None
    }

    /// Highest rate, Hz, of a model whose first variable is the rate of each neuron in Hz, which
    /// [`crate::Simulation::set_rates`] sets; `None` for a model without such a rate.
    fn max_rate_hz(&self) -> Option<f64> {
        None
    }

    /// True if spikes follow from (seed, step, neuron) and rates alone, so that every rank that receives them can
    /// compute them instead of having them sent. It has an effect on models without receptors only.
    fn is_generator(&self) -> bool {
        false
    }

    /// True if every incoming weight must be 1 because spikes are counted, not summed.
    fn counts_spikes(&self) -> bool {
        false
    }
}
