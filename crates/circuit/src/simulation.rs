//! A network at work: its state, its inputs and what is read from it while it runs.

use crate::profile::{Profile, Stopwatch};
use crate::state::{State, alike};
use crate::{
    error::RunError, history::SpikeHistory, network::Network, ranks::Team, recording::VariableProbe,
    wiring::Weights,
};
use lobule_exchange::{Ranks, SharedExchange};
use lobule_signal::SpikeTrain;
use std::sync::Arc;

/// The refusal of a state.
const OTHER_NETWORK: &str = "it was taken from another network; restore it into the one it came from";

/// A network with its state and its recordings.
pub struct Simulation {
    pub(crate) network: Arc<Network>,
    pub(crate) state: State,
    /// `None` with one thread.
    pub(crate) pool: Option<rayon::ThreadPool>,
    pub(crate) recorded: Vec<Option<SpikeTrain>>,
    pub(crate) variables: Vec<VariableProbe>,
    /// Where each block's spikes are read during the merge. Scratch.
    pub(crate) cursors: Vec<usize>,
    pub(crate) watch: Option<Stopwatch>,
    /// `None` in a single process.
    pub(crate) team: Option<Team>,
    /// Identity of the whole network.
    identity: u64,
}

impl Simulation {
    /// A simulation at step 0 on `threads` threads. The number of threads changes no bit.
    ///
    /// # Errors
    /// [`RunError::Threads`] when the system refuses to start them.
    pub fn new(network: Arc<Network>, threads: usize) -> Result<Self, RunError> {
        let identity = network.whole_identity(network.content());
        Self::with(network, threads, identity)
    }

    /// A simulation at rest of a network, or of a rank's share of one, with the identity of the whole.
    fn with(network: Arc<Network>, threads: usize, identity: u64) -> Result<Self, RunError> {
        let state = network.initial_state_of(identity);
        let refused = |e: rayon::ThreadPoolBuildError| RunError::Threads { threads, why: e.to_string() };
        let start = || rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(refused);
        let pool = if threads > 1 { Some(start()?) } else { None };
        let recorded = vec![None; network.populations.len()];
        let cursors = vec![0; network.blocks.len()];
        let variables = Vec::new();
        Ok(Self { network, state, pool, recorded, variables, cursors, watch: None, team: None, identity })
    }

    /// One rank's simulation of its share of a network ([`crate::Circuit::compile_share`]). All ranks make the
    /// same calls in the same order; `advance` and all calls that are marked *collective* wait for
    /// the others. Neither the number of ranks nor the distribution changes a bit.
    ///
    /// Injected spikes and rates are given to every rank, whole. Recordings hold this rank's neurons until
    /// [`Simulation::merge_recordings`].
    ///
    /// # Errors
    /// As [`Simulation::new`], and when the ranks do not simulate the same network.
    pub fn distributed(
        network: Arc<Network>,
        threads: usize,
        exchange: SharedExchange,
    ) -> Result<Self, RunError> {
        let team = Team::new(&network, exchange)?;
        let identity = network.whole_identity(team.sum(network.content())?);
        Ok(Self { team: Some(team), ..Self::with(network, threads, identity)? })
    }

    /// The simulation of this process: alone, or of its share among others.
    ///
    /// # Errors
    /// As [`Simulation::distributed`].
    pub fn on(ranks: &Ranks, network: Arc<Network>, threads: usize) -> Result<Self, RunError> {
        match ranks.ranks() {
            1 => Self::new(network, threads),
            _ => Self::distributed(network, threads, ranks.exchange()),
        }
    }

    /// The state of the whole network on rank 0, `None` on the others. It equals that of a single
    /// process bit for bit and fits any number of ranks. Collective.
    ///
    /// # Errors
    /// [`RunError::Exchange`].
    pub fn gather_state(&self) -> Result<Option<State>, RunError> {
        match &self.team {
            Some(team) => team.gather(&self.network, &self.state),
            None => Ok(Some(self.state.clone())),
        }
    }

    /// [`State::fingerprint`] of the whole network, on every rank. Collective.
    ///
    /// # Errors
    /// [`RunError::Exchange`].
    pub fn fingerprint(&self) -> Result<u64, RunError> {
        match &self.team {
            Some(team) => {
                let whole = team.gather(&self.network, &self.state)?;
                team.broadcast(whole.map_or(0, |state| state.fingerprint()))
            }
            None => Ok(self.state.fingerprint()),
        }
    }

    /// A number that tells whether a state belongs to this network: a hash of seed, clock, models, synapses and
    /// initial weights, the same on every rank and for any number of them.
    pub fn identity(&self) -> u64 {
        self.identity
    }

    /// Restores the whole state that rank 0 gives; the others give `None`. Collective.
    ///
    /// # Errors
    /// As [`Simulation::restore`], and [`RunError::BadInput`] when rank 0 gives none.
    pub fn scatter_state(&mut self, whole: Option<&State>) -> Result<(), RunError> {
        let part = match (&self.team, whole) {
            (Some(team), _) => team.scatter(&self.network, whole)?,
            (None, Some(whole)) => whole.clone(),
            (None, None) => return Err(RunError::bad_input("state", "none was given")),
        };
        self.restore(part)
    }

    /// The network.
    pub fn network(&self) -> &Arc<Network> {
        &self.network
    }

    /// The state, to copy or write down.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Goes back, or on, to a state of the same network, on a rank to this rank's own part
    /// ([`Simulation::scatter_state`] takes the whole). Recordings stay.
    ///
    /// # Errors
    /// [`RunError::BadInput`] when the state belongs to another network ([`Simulation::identity`]): one of other models, synapses,
    /// rules, time step or seed.
    pub fn restore(&mut self, state: State) -> Result<(), RunError> {
        if state.network != self.identity {
            return Err(RunError::bad_input("state", OTHER_NETWORK));
        }
        self.transfer(state)
    }

    /// Takes over a state of another network of the same shape, such as one whose rules learn at other rates: variables, spikes and
    /// weights go on in this one. Recordings stay.
    ///
    /// # Errors
    /// [`RunError::BadInput`] when populations, variables, delays or plastic synapses differ in number.
    pub fn transfer(&mut self, state: State) -> Result<(), RunError> {
        let own = &self.state;
        let same = alike(&state.blocks, &own.blocks, |a, b| a.variables.len() == b.variables.len())
            && alike(&state.plastic, &own.plastic, |a, b| {
                a.weights.len() == b.weights.len() && a.memory.len() == b.memory.len()
            })
            && alike(&state.histories, &own.histories, |a, b| a.keep() == b.keep())
            && alike(&state.short_term, &own.short_term, |a, b| a.fits(b, state.histories[b.pre()].held()))
            && state.injected.len() == own.injected.len()
            && state.learning.len() == own.learning.len();
        if !same {
            return Err(RunError::bad_input("state", OTHER_NETWORK));
        }
        self.state = State { network: self.identity, ..state };
        Ok(())
    }

    /// As [`Simulation::restore`], but weights stay as they are now, and so does which rules are at work: a trial that
    /// starts again with what was learned.
    ///
    /// # Errors
    /// As [`Simulation::restore`].
    pub fn restore_with_own_weights(&mut self, mut state: State) -> Result<(), RunError> {
        let learned: Vec<Vec<f32>> = self.state.plastic.iter().map(|p| p.weights.clone()).collect();
        state.learning.clone_from(&self.state.learning);
        self.restore(state)?;
        self.state.plastic.iter_mut().zip(learned).for_each(|(p, weights)| p.weights = weights);
        Ok(())
    }

    /// Steps taken so far.
    pub fn step(&self) -> u64 {
        self.state.step
    }

    /// Time simulated so far, ms.
    pub fn ms(&self) -> f64 {
        self.network.clock.ms(self.state.step)
    }

    /// Index of a population, for the calls that are made every interval.
    ///
    /// # Errors
    /// [`RunError::UnknownLabel`].
    pub fn population(&self, label: &str) -> Result<usize, RunError> {
        self.network.population(label)
    }

    /// Gives a spike source spikes of the coming interval: (step from its start, neuron).
    ///
    /// # Errors
    /// [`RunError::BadInput`] for a population that is no source, a step outside the
    /// coming interval or a neuron that does not exist.
    pub fn inject(&mut self, population: usize, spikes: &[(u16, u32)]) -> Result<(), RunError> {
        let p = &self.network.populations[population];
        let bad = |what: String| Err(RunError::bad_input(&p.label, what));
        if !p.is_source {
            return bad("only a spike source takes spikes".into());
        }
        let interval = self.network.interval;
        for &(step, neuron) in spikes {
            if usize::from(step) >= interval {
                return bad(format!("step {step} lies outside the interval of {interval} steps"));
            }
            if neuron as usize >= p.n {
                return bad(format!("neuron {neuron} does not exist; there are {}", p.n));
            }
        }
        let now = self.state.step;
        let injected = &mut self.state.injected[population];
        injected.extend(spikes.iter().map(|&(step, neuron)| (now + u64::from(step), neuron)));
        injected.sort_unstable();
        Ok(())
    }

    /// Sets the rate of each neuron, Hz, of a population whose model takes rates ([`crate::models::NeuronModel::max_rate_hz`]).
    ///
    /// # Errors
    /// [`RunError::BadInput`] for another model, a wrong length or a negative rate.
    pub fn set_rates(&mut self, population: usize, rates_hz: &[f64]) -> Result<(), RunError> {
        let p = &self.network.populations[population];
        let bad = |what: String| Err(RunError::bad_input(&p.label, what));
        let Some(most) = p.model.max_rate_hz() else {
            return bad(
                "only a Poisson population, or a model of your own with `max_rate_hz`, takes rates".into()
            );
        };
        if rates_hz.len() != p.n {
            return bad(format!("{} rates for {} neurons", rates_hz.len(), p.n));
        }
        if let Some(rate) = rates_hz.iter().find(|r| !(0.0..=most).contains(*r)) {
            return bad(format!("a rate of {rate} Hz; rates lie in 0..{most} Hz at this time step"));
        }
        for b in p.blocks().filter(|&b| self.network.computes(b)) {
            let block = &self.network.blocks[b];
            let rates = &rates_hz[block.first..block.first + block.len];
            self.state.blocks[b].variables.iter_mut().zip(rates).for_each(|(x, &rate)| *x = rate as f32);
        }
        Ok(())
    }

    /// Turns a projection's rule on or off from the coming interval. A rule that remembers the last
    /// spikes of each side (the pair rules) does not see spikes while it is off.
    ///
    /// # Errors
    /// [`RunError::BadInput`] when the projection has no rule.
    pub fn set_learning(&mut self, projection: &str, on: bool) -> Result<(), RunError> {
        let p = self.network.projection(projection)?;
        if self.network.projections[p].rule.is_none() {
            return Err(RunError::bad_input(projection, "it is static: it has no rule"));
        }
        self.state.learning[p] = on;
        Ok(())
    }

    /// The current synapses of a projection: (source, target, weight nS), in (block, source, target) order;
    /// on one rank of several those onto its own neurons.
    ///
    /// # Errors
    /// [`RunError::UnknownLabel`].
    pub fn synapses(&self, projection: &str) -> Result<Vec<(u32, u32, f32)>, RunError> {
        let p = self.network.projection(projection)?;
        let projection = &self.network.projections[p];
        let mut synapses = Vec::with_capacity(projection.synapses);
        for local in 0..projection.wiring.len() {
            self.for_synapses(p, local, |pre, post, weight| synapses.push((pre, post, weight)));
        }
        Ok(synapses)
    }

    /// Goes through all synapses of a projection in (block, source, target) order, on whatever ranks they are, and
    /// changes some numbers with each: `add(numbers, source, target, weight nS)`. Every rank goes through its
    /// own, from the numbers that the ranks before it have left; all get those of a single process, bit for bit.
    /// Collective.
    ///
    /// # Errors
    /// [`RunError::UnknownLabel`]; [`RunError::Exchange`].
    pub fn fold_synapses(
        &self,
        projection: &str,
        numbers: &mut [f64],
        mut add: impl FnMut(&mut [f64], u32, u32, f32),
    ) -> Result<(), RunError> {
        let p = self.network.projection(projection)?;
        let projection = &self.network.projections[p];
        let first = self.network.populations[projection.post].first_block;
        let owners = &self.network.owner[first..first + projection.wiring.len()];
        for (local, owner) in owners.iter().enumerate() {
            self.for_synapses(p, local, |pre, post, weight| add(numbers, pre, post, weight));
            if let Some(team) = &self.team
                && owners.get(local + 1) != Some(owner)
            {
                team.take_over(*owner, numbers)?;
            }
        }
        Ok(())
    }

    /// The synapses of a projection onto one block of its target, if the block is this rank's.
    fn for_synapses(&self, p: usize, local: usize, mut f: impl FnMut(u32, u32, f32)) {
        let projection = &self.network.projections[p];
        let block = self.network.populations[projection.post].first_block + local;
        if !self.network.owns(block) {
            return;
        }
        let wiring = &projection.wiring[local];
        let base = self.network.blocks[block].first as u32;
        for pre in 0..wiring.offsets.len() as u32 - 1 {
            for k in wiring.of(pre) {
                let weight = match &wiring.weights {
                    _ if projection.rule.is_some() => {
                        self.state.plastic[projection.first_plastic + local].weights[k]
                    }
                    Weights::Uniform(w) => *w,
                    Weights::Each(w) => w[k],
                };
                f(pre, base + u32::from(wiring.targets[k]), weight);
            }
        }
    }

    /// Spikes of a population in the last interval and before, by step; on one rank of several those that
    /// it hears, which are all for the populations named by [`crate::Share::with_everywhere`].
    pub fn history(&self, population: usize) -> &SpikeHistory {
        &self.state.histories[population]
    }

    /// Measures from now on how long each stage takes.
    pub fn start_profile(&mut self) {
        self.watch = Some(Stopwatch::default());
    }

    /// How long each stage took since [`Simulation::start_profile`]; `None` when it was not called.
    pub fn profile(&self) -> Option<Profile> {
        self.watch.as_ref().map(Stopwatch::read)
    }

    /// Runs for a duration that is a whole number of exchange intervals.
    ///
    /// # Errors
    /// [`RunError::OffInterval`], or what [`Simulation::advance`] reports.
    pub fn run_ms(&mut self, ms: f64) -> Result<(), RunError> {
        let interval = self.network.interval as u64;
        let off = RunError::OffInterval { ms, interval_ms: self.network.clock.ms(interval) };
        let steps = self.network.clock.steps(ms).map_err(|_| off.clone())?;
        if steps % interval != 0 {
            return Err(off);
        }
        (0..steps / interval).try_for_each(|_| self.advance())
    }
}
