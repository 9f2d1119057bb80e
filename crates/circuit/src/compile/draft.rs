//! A network in the making.

use crate::block::BlockRef;
use crate::describe::Circuit;
use crate::error::CompileError;
use crate::models::BLOCK;
use crate::network::{CompiledPopulation, CompiledProjection, Network};
use crate::share::Share;
use crate::wave::Wave;
use lobule_signal::Clock;
use std::collections::HashMap;

/// The network as far as it is compiled. Each phase reads the fields of those before it.
pub(super) struct Draft<'a> {
    pub circuit: &'a Circuit,
    pub clock: Clock,
    pub seed: u64,
    pub share: &'a Share,
    /// Index of each population by label.
    pub population_of: HashMap<&'a str, usize>,
    /// Index of each projection by label.
    pub projection_of: HashMap<&'a str, usize>,
    /// Receptors that some projection addresses. `[population]`
    pub receptors: Vec<usize>,
    pub populations: Vec<CompiledPopulation>,
    pub blocks: Vec<BlockRef>,
    /// Rank of each block. `[block]`
    pub owner: Vec<u32>,
    pub projections: Vec<CompiledProjection>,
    /// (projection, local block) of each plastic block.
    pub plastic: Vec<(usize, usize)>,
    /// Exchange interval, steps.
    pub interval: u64,
}

impl<'a> Draft<'a> {
    pub fn new(circuit: &'a Circuit, clock: Clock, seed: u64, share: &'a Share) -> Self {
        Self {
            circuit,
            clock,
            seed,
            share,
            population_of: HashMap::new(),
            projection_of: HashMap::new(),
            receptors: Vec::new(),
            populations: Vec::new(),
            blocks: Vec::new(),
            owner: Vec::new(),
            projections: Vec::new(),
            plastic: Vec::new(),
            interval: 0,
        }
    }

    /// Phase *labels*: each is used once.
    pub fn index_labels(&mut self) -> Result<(), CompileError> {
        let duplicate = |kind, label: &String| CompileError::DuplicateLabel { kind, label: label.clone() };
        for (i, population) in self.circuit.populations.iter().enumerate() {
            if self.population_of.insert(&population.label, i).is_some() {
                return Err(duplicate("population", &population.label));
            }
        }
        for (i, projection) in self.circuit.projections.iter().enumerate() {
            if self.projection_of.insert(&projection.label, i).is_some() {
                return Err(duplicate("projection", &projection.label));
            }
        }
        Ok(())
    }

    /// The population `label`, asked for by `of`.
    pub fn population(&self, label: &str, of: impl FnOnce() -> String) -> Result<usize, CompileError> {
        self.population_of.get(label).copied().ok_or_else(|| CompileError::UnknownLabel {
            of: of(),
            kind: "population",
            label: label.into(),
            known: known(self.circuit.populations.iter().map(|p| p.label.as_str())),
        })
    }

    /// True if this rank owns a block.
    pub fn owns(&self, block: usize) -> bool {
        self.owner[block] as usize == self.share.rank()
    }

    /// The network, once all phases are done.
    pub fn finish(self) -> Network {
        let hears = self.heard_blocks();
        Network {
            clock: self.clock,
            interval: self.interval as usize,
            has_ahead: self.populations.iter().any(|p| p.wave == Wave::Ahead),
            description: self.circuit.fingerprint(),
            populations: self.populations,
            projections: self.projections,
            blocks: self.blocks,
            plastic: self.plastic,
            share: self.share.clone(),
            owner: self.owner,
            hears,
            seed: self.seed,
        }
    }

    /// The blocks whose spikes this rank needs: its own, those of which a synapse ends on its own, the whole
    /// source of a rule at work on its own blocks (a rule may remember sources without synapses), sources
    /// of given spikes, and what every rank has. `[block]`
    fn heard_blocks(&self) -> Vec<bool> {
        let mut hears: Vec<bool> = self
            .blocks
            .iter()
            .enumerate()
            .map(|(b, block)| {
                let population = &self.populations[block.population];
                self.owns(b) || population.is_source || population.is_everywhere
            })
            .collect();
        for projection in &self.projections {
            let (pre, post) = (&self.populations[projection.pre], &self.populations[projection.post]);
            let wiring = projection.wiring.iter().enumerate();
            for (_, wiring) in wiring.filter(|(local, _)| self.owns(post.first_block + local)) {
                for (k, first) in (0..pre.n).step_by(BLOCK).enumerate() {
                    let end = (first + BLOCK).min(pre.n);
                    let is_connected = wiring.offsets[first] < wiring.offsets[end];
                    hears[pre.first_block + k] |= is_connected || projection.rule.is_some();
                }
            }
        }
        // A rank that computes one of several coupled blocks computes all.
        for population in self.populations.iter().filter(|p| p.is_replicated && p.electric.is_coupled()) {
            let any = hears[population.blocks()].contains(&true);
            hears[population.blocks()].fill(any);
        }
        hears
    }
}

/// Labels for a message that names what exists.
pub(super) fn known<'a>(labels: impl Iterator<Item = &'a str>) -> String {
    labels.collect::<Vec<_>>().join(", ")
}
