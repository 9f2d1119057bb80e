//! A compiled circuit: immutable, shareable between simulations.

use crate::models::{BLOCK, NeuronModel, Variable};
use crate::state::{BlockState, PlasticBlock, State};
use crate::wiring::{BlockWiring, Weights};
use crate::{
    RunError, SpikeHistory, block::BlockRef, electric::CompiledElectric, error::known,
    plasticity::PlasticityRule, share::Share, short_term::ShortTerm, short_term::ShortTermState,
};
use lobule_signal::{Clock, Fingerprint, Stream};
use std::sync::Arc;

/// The populations that are advanced together in an exchange interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wave {
    /// Populations that receive nothing and send with a delay shorter than the interval.
    Ahead,
    /// All others.
    Rest,
}

pub(crate) struct CompiledPopulation {
    pub label: String,
    pub n: usize,
    pub model: Arc<dyn NeuronModel>,
    pub variables: Vec<Variable>,
    /// Receptors that are addressed by some projection.
    pub receptors: usize,
    /// Projections onto this population, in label order, so that sums do not depend on declaration.
    pub incoming: Vec<usize>,
    pub first_block: usize,
    pub is_source: bool,
    pub wave: Wave,
    /// Stimulus currents and gap junctions.
    pub electric: CompiledElectric,
    pub initial: Stream,
    /// Its spikes follow from seed and step: every rank that hears it computes it, none sends it.
    pub is_replicated: bool,
    pub is_everywhere: bool,
    pub stream: Stream,
    /// Steps its spikes must stay readable.
    pub keep: usize,
}

impl CompiledPopulation {
    /// Name and unit of what can be recorded: state variables, then derived quantities.
    pub fn recordable(&self) -> Vec<(String, &'static str)> {
        let of_state = self.variables.iter().map(|v| (v.name.clone(), v.unit));
        of_state.chain(self.model.derived()).collect()
    }

    /// The numbers of its blocks.
    pub fn blocks(&self) -> std::ops::Range<usize> {
        self.first_block..self.first_block + self.n.div_ceil(BLOCK)
    }
}

pub(crate) struct CompiledProjection {
    pub label: String,
    pub pre: usize,
    pub post: usize,
    /// Receptor from 0.
    pub receptor: usize,
    pub delay_steps: u64,
    /// One per block of the target.
    pub wiring: Vec<BlockWiring>,
    pub synapses: usize,
    /// Number in the state's list, and parameters, of short-term plasticity.
    pub short_term: Option<(usize, ShortTerm)>,
    pub rule: Option<Arc<dyn PlasticityRule>>,
    /// Projection of the teacher, and true if its spikes act through a volume.
    pub teacher: Option<(usize, bool)>,
    pub first_plastic: usize,
}

/// A compiled circuit. It never changes; everything that does is in [`State`].
pub struct Network {
    pub(crate) clock: Clock,
    pub(crate) interval: usize,
    pub(crate) has_ahead: bool,
    pub(crate) populations: Vec<CompiledPopulation>,
    pub(crate) projections: Vec<CompiledProjection>,
    pub(crate) blocks: Vec<BlockRef>,
    /// (projection, local block) of each plastic block.
    pub(crate) plastic: Vec<(usize, usize)>,
    pub(crate) share: Share,
    /// Rank that owns each block. `[block]`
    pub(crate) owner: Vec<u32>,
    /// For each block: true if its spikes can act on a block of this rank, or are its own. `[block]`
    pub(crate) hears: Vec<bool>,
    pub(crate) seed: u64,
    /// Hash of the models, rules, currents and gap junctions as they were described.
    pub(crate) description: u64,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Network of {} neurons and {} synapses", self.neurons(), self.synapses())
    }
}

/// Description of a population, for tables and reports.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationInfo {
    /// Label.
    pub label: String,
    /// Number of neurons.
    pub n: usize,
    /// State variables.
    pub variables: Vec<Variable>,
}

/// Description of a projection, for tables and reports.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectionInfo {
    /// Label.
    pub label: String,
    /// Source population.
    pub pre: String,
    /// Target population.
    pub post: String,
    /// Number of synapses; on one rank of several, of those that end on its own blocks.
    pub synapses: usize,
    /// Delay, ms.
    pub delay_ms: f64,
    /// Receptor, from 1.
    pub receptor: usize,
    /// True when a rule changes its weights.
    pub is_plastic: bool,
}

impl Network {
    /// Which part of the circuit this is.
    pub fn share(&self) -> &Share {
        &self.share
    }

    /// For each neuron of a population: true if this rank owns it. `[n]`
    ///
    /// # Errors
    /// [`RunError::UnknownLabel`].
    pub fn owned(&self, population: &str) -> Result<Vec<bool>, RunError> {
        let population = &self.populations[self.population(population)?];
        Ok((0..population.n).map(|i| self.owns(population.first_block + i / BLOCK)).collect())
    }

    pub(crate) fn owns(&self, block: usize) -> bool {
        self.owner[block] as usize == self.share.rank()
    }

    /// True if the ranks that receive a block's spikes compute the block themselves.
    pub(crate) fn is_replicated(&self, block: usize) -> bool {
        self.populations[self.blocks[block].population].is_replicated
    }

    /// True if this rank has a block's state and advances it.
    pub(crate) fn computes(&self, block: usize) -> bool {
        self.owns(block) || self.hears[block] && self.is_replicated(block)
    }

    /// The block on which a plastic block's synapses end.
    pub(crate) fn target_of_plastic(&self, k: usize) -> usize {
        let (projection, local) = self.plastic[k];
        self.populations[self.projections[projection].post].first_block + local
    }

    /// A number that all parts of one compiled circuit share, whatever the rank and the distribution: a hash of
    /// seed, clock, populations with their models and projections, without synapses.
    pub(crate) fn identity(&self) -> u64 {
        let mut hash = Fingerprint::default();
        hash.word(self.description);
        hash.word(self.seed);
        hash.word(self.clock.dt_ms().to_bits());
        hash.word(self.interval as u64);
        for population in &self.populations {
            population.label.bytes().for_each(|b| hash.word(u64::from(b)));
            hash.word(population.n as u64);
        }
        for projection in &self.projections {
            projection.label.bytes().for_each(|b| hash.word(u64::from(b)));
            hash.word((projection.pre as u64) << 32 | projection.post as u64);
            hash.word(projection.delay_steps);
        }
        hash.value()
    }

    /// [`Network::identity`] with the synapses of the whole network, of which `content` is the sum of [`Network::content`] over ranks.
    pub(crate) fn whole_identity(&self, content: u64) -> u64 {
        self.identity() ^ content.rotate_left(1)
    }

    /// A number for the synapses onto this rank's own blocks and their initial weights; the sum over ranks is that of
    /// the whole network.
    pub(crate) fn content(&self) -> u64 {
        let mut sum = 0u64;
        for projection in &self.projections {
            let first = self.populations[projection.post].first_block;
            for (b, wiring) in projection.wiring.iter().enumerate().filter(|(b, _)| self.owns(first + b)) {
                let mut hash = Fingerprint::default();
                projection.label.bytes().for_each(|c| hash.word(u64::from(c)));
                hash.word(b as u64);
                wiring.offsets.iter().for_each(|&o| hash.word(u64::from(o)));
                wiring.targets.iter().for_each(|&j| hash.word(u64::from(j)));
                match &wiring.weights {
                    Weights::Uniform(w) => hash.word(u64::from(w.to_bits())),
                    Weights::Each(w) => w.iter().for_each(|w| hash.word(u64::from(w.to_bits()))),
                }
                sum = sum.wrapping_add(hash.value());
            }
        }
        sum
    }

    /// The grid of time.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Steps in an exchange interval: the smallest delay.
    pub fn interval_steps(&self) -> usize {
        self.interval
    }

    /// Number of neurons of all populations.
    pub fn neurons(&self) -> usize {
        self.populations.iter().map(|p| p.n).sum()
    }

    /// Number of synapses of all projections; on one rank of several, of those that end on its own blocks.
    pub fn synapses(&self) -> usize {
        self.projections.iter().map(|p| p.synapses).sum()
    }

    /// All populations.
    pub fn populations(&self) -> Vec<PopulationInfo> {
        let info = |p: &CompiledPopulation| PopulationInfo {
            label: p.label.clone(),
            n: p.n,
            variables: p.variables.clone(),
        };
        self.populations.iter().map(info).collect()
    }

    /// All projections.
    pub fn projections(&self) -> Vec<ProjectionInfo> {
        let info = |p: &CompiledProjection| ProjectionInfo {
            label: p.label.clone(),
            pre: self.populations[p.pre].label.clone(),
            post: self.populations[p.post].label.clone(),
            synapses: p.synapses,
            delay_ms: self.clock.ms(p.delay_steps),
            receptor: p.receptor + 1,
            is_plastic: p.rule.is_some(),
        };
        self.projections.iter().map(info).collect()
    }

    pub(crate) fn population(&self, label: &str) -> Result<usize, RunError> {
        position("population", label, self.populations.iter().map(|p| p.label.as_str()))
    }

    pub(crate) fn projection(&self, label: &str) -> Result<usize, RunError> {
        position("projection", label, self.projections.iter().map(|p| p.label.as_str()))
    }

    /// The state at step 0: initial variables, silent past, initial weights, learning on.
    pub fn initial_state(&self) -> State {
        self.initial_state_of(self.whole_identity(self.content()))
    }

    /// The same, of a network whose identity is known.
    pub(crate) fn initial_state_of(&self, identity: u64) -> State {
        let block = |(b, block): (usize, &BlockRef)| {
            if !self.computes(b) {
                return BlockState::default();
            }
            let population = &self.populations[block.population];
            let mut variables = Vec::with_capacity(population.variables.len() * block.stride);
            for (v, variable) in population.variables.iter().enumerate() {
                for i in 0..block.stride {
                    let neuron = (block.first + i) as u32;
                    variables.push(match i < block.len {
                        true if variable.spread > 0.0 => {
                            let u = population.initial.uniform(v as u64, neuron) as f32;
                            variable.initial + u * variable.spread
                        }
                        true => variable.initial,
                        false => variable.padding,
                    });
                }
            }
            BlockState { variables, spikes: Vec::with_capacity(block.len) }
        };
        let plastic = |(k, &(p, b)): (usize, &(usize, usize))| {
            if !self.owns(self.target_of_plastic(k)) {
                return PlasticBlock::default();
            }
            let projection = &self.projections[p];
            let wiring = &projection.wiring[b];
            let weights = match &wiring.weights {
                Weights::Each(w) => w.clone(),
                Weights::Uniform(w) => vec![*w; wiring.targets.len()],
            };
            let n_pre = self.populations[projection.pre].n;
            let n_post = wiring.by_target.offsets.len().saturating_sub(1);
            let memory = projection.rule.as_ref().map_or(0, |r| r.memory(n_pre, n_post));
            let scratch = Vec::with_capacity(n_pre.max(n_post));
            // Several teachers may reach every neuron in one step; more make room once.
            let taught = Vec::with_capacity(2 * n_post);
            PlasticBlock { weights, memory: vec![i64::MIN / 2; memory], scratch, taught }
        };
        let short_term = |p: &CompiledProjection| {
            Some(ShortTermState::initial(&p.short_term.as_ref()?.1, p.pre, self.populations[p.pre].n))
        };
        let mut heard = vec![0; self.populations.len()];
        for (block, _) in self.blocks.iter().zip(&self.hears).filter(|(_, hears)| **hears) {
            heard[block.population] += block.len;
        }
        let histories = self.populations.iter().zip(heard).map(|(p, n)| SpikeHistory::new(p.keep, 4 * n));
        State {
            step: 0,
            blocks: self.blocks.iter().enumerate().map(block).collect(),
            histories: histories.collect(),
            plastic: self.plastic.iter().enumerate().map(plastic).collect(),
            short_term: self.projections.iter().filter_map(short_term).collect(),
            learning: vec![true; self.projections.len()],
            injected: vec![Vec::new(); self.populations.len()],
            network: identity,
        }
    }
}

fn position<'a>(
    kind: &'static str,
    label: &str,
    mut labels: impl Iterator<Item = &'a str> + Clone,
) -> Result<usize, RunError> {
    let all = labels.clone();
    labels.position(|known| known == label).ok_or_else(|| RunError::UnknownLabel {
        kind,
        label: label.into(),
        known: known(all),
    })
}
