//! Everything a step may change. A copy of it resumes bit for bit.

use crate::{SpikeHistory, models::LocalSpike, short_term::ShortTermState};
use lobule_signal::Fingerprint;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct BlockState {
    /// `[variable][stride]`
    pub variables: Vec<f32>,
    /// Spikes of the current interval; empty between intervals.
    #[serde(skip)]
    pub spikes: Vec<LocalSpike>,
}

/// Plastic synapses of one projection onto one block.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PlasticBlock {
    /// In delivery order. `[synapses]`
    pub weights: Vec<f32>,
    /// Memory of the rule besides weights: steps of last spikes.
    pub memory: Vec<i64>,
    /// Working space of the rule, zero between intervals. `[n_pre]` or empty
    #[serde(skip)]
    pub scratch: Vec<f32>,
    /// Working space of the rule: neurons that are taught in a step.
    #[serde(skip)]
    pub taught: Vec<u16>,
}

/// Working space is no state: a state that was written down and read back equals the one in use.
impl PartialEq for PlasticBlock {
    fn eq(&self, other: &Self) -> bool {
        self.weights == other.weights && self.memory == other.memory
    }
}

/// True if two lists are equally long and their elements alike.
pub(crate) fn alike<A, B>(a: &[A], b: &[B], mut is_alike: impl FnMut(&A, &B) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_alike(a, b))
}

/// The state of a network at the border of two exchange intervals. On one rank of several it is that rank's
/// part: what belongs to other ranks is empty, and histories hold the spikes that the rank hears.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub(crate) step: u64,
    pub(crate) blocks: Vec<BlockState>,
    pub(crate) histories: Vec<SpikeHistory>,
    pub(crate) plastic: Vec<PlasticBlock>,
    /// Of the projections with short-term plasticity, in their order.
    pub(crate) short_term: Vec<ShortTermState>,
    /// For each projection: true if its rule is at work. `[projection]`
    pub(crate) learning: Vec<bool>,
    /// Spikes to come of each source: (step, neuron) in order. `[population][..]`
    pub(crate) injected: Vec<Vec<(u64, u32)>>,
    /// Identity of the network that it belongs to, see [`crate::Simulation::identity`].
    pub(crate) network: u64,
}

impl State {
    /// Steps taken so far.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// A 64-bit hash over step, variables, weights, the rules that are at work, the memory of short-term
    /// plasticity, and all spikes that may still act: equal states have equal hashes on every machine.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Fingerprint::default();
        // Steps whose spikes may still act.
        let kept = |history: &SpikeHistory| self.step.saturating_sub(history.keep() as u64)..self.step;
        let bits = |hash: &mut Fingerprint, x: &[f32]| x.iter().for_each(|x| hash.word(x.to_bits().into()));
        hash.word(self.step);
        self.blocks.iter().for_each(|block| bits(&mut hash, &block.variables));
        for block in &self.plastic {
            bits(&mut hash, &block.weights);
            block.memory.iter().for_each(|x| hash.word(*x as u64));
        }
        for short_term in &self.short_term {
            let history = &self.histories[short_term.pre()];
            short_term.words(kept(history).map(|s| history.range(s)), |x| hash.word(x));
        }
        self.learning.iter().for_each(|&on| hash.word(u64::from(on)));
        let mut spike = |step: u64, id: u32| hash.word((step << 32) ^ u64::from(id));
        for history in &self.histories {
            kept(history).for_each(|step| history.at(step).iter().for_each(|&id| spike(step, id)));
        }
        self.injected.iter().flatten().for_each(|&(step, id)| spike(step, id));
        hash.value()
    }
}
