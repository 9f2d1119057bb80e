//! A network in the making.

use crate::error::CompileError;
use crate::network::{Network, Wave};
use crate::{block::BlockRef, describe::Circuit, models::BLOCK, share::Share};
use lobule_signal::Clock;
use std::collections::HashMap;

/// The network as far as it is compiled. Each phase reads what those before it have added.
pub(super) struct Draft<'a> {
    pub circuit: &'a Circuit,
    pub population_of: HashMap<&'a str, usize>,
    pub projection_of: HashMap<&'a str, usize>,
    /// Receptors that some projection addresses. `[population]`
    pub receptors: Vec<usize>,
    pub network: Network,
}

impl<'a> Draft<'a> {
    pub fn new(circuit: &'a Circuit, clock: Clock, seed: u64, share: &Share) -> Self {
        let network = Network {
            clock,
            interval: 0,
            has_ahead: false,
            populations: Vec::new(),
            projections: Vec::new(),
            blocks: Vec::new(),
            plastic: Vec::new(),
            share: share.clone(),
            owner: Vec::new(),
            hears: Vec::new(),
            seed,
            description: 0,
        };
        let (population_of, projection_of) = (HashMap::new(), HashMap::new());
        Self { circuit, population_of, projection_of, receptors: Vec::new(), network }
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
        let labels = self.circuit.populations.iter().map(|p| &p.label);
        let unknown = || CompileError::unknown(of(), "population", label, labels);
        self.population_of.get(label).copied().ok_or_else(unknown)
    }

    pub fn finish(mut self) -> Network {
        self.network.hears = self.heard_blocks();
        self.network.has_ahead = self.network.populations.iter().any(|p| p.wave == Wave::Ahead);
        self.network.description = self.circuit.fingerprint();
        self.network
    }

    /// The blocks whose spikes this rank needs: its own, those of which a synapse ends on its own, the whole
    /// source of a rule at work on its own blocks (a rule may remember sources without synapses), sources
    /// of given spikes, and what every rank has. `[block]`
    fn heard_blocks(&self) -> Vec<bool> {
        let network = &self.network;
        let is_needed = |(b, block): (usize, &BlockRef)| {
            let population = &network.populations[block.population];
            network.owns(b) || population.is_source || population.is_everywhere
        };
        let mut hears: Vec<bool> = network.blocks.iter().enumerate().map(is_needed).collect();
        for projection in &network.projections {
            let (pre, post) = (&network.populations[projection.pre], &network.populations[projection.post]);
            let wiring = projection.wiring.iter().enumerate();
            for (_, wiring) in wiring.filter(|(local, _)| network.owns(post.first_block + local)) {
                for (k, first) in (0..pre.n).step_by(BLOCK).enumerate() {
                    let end = (first + BLOCK).min(pre.n);
                    let is_connected = wiring.offsets[first] < wiring.offsets[end];
                    hears[pre.first_block + k] |= is_connected || projection.rule.is_some();
                }
            }
        }
        // A rank that computes one of several coupled blocks computes all.
        for population in network.populations.iter().filter(|p| p.is_replicated && p.electric.is_coupled()) {
            let any = hears[population.blocks()].contains(&true);
            hears[population.blocks()].fill(any);
        }
        hears
    }
}
