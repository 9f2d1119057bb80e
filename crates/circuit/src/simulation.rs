//! The step: deliver, integrate, check, exchange, propagate, learn, record.
//!
//! One call of [`Simulation::advance`] is one exchange interval, the smallest
//! delay. A spike emitted in it arrives in a later interval at the earliest,
//! so blocks of neurons may run in any order, on any thread, with the same bits:
//!
//! | stage | rule |
//! | --- | --- |
//! | ahead | a population that receives nothing and sends with a delay below the interval runs all stages up to propagate first |
//! | deliver | each block gathers the spikes whose delay ends in this interval, projections in label order, spikes in (step, neuron) order |
//! | integrate | each block advances over all steps of the interval; it reads histories and weights, writes only itself |
//! | check | the first non-finite variable stops the run at the end of the interval |
//! | exchange | with several ranks: the spikes of own blocks go to the ranks that hear them, with the verdict of the check (`crate::ranks`) |
//! | propagate | spikes of all blocks are appended to the histories in (step, neuron) order; with short-term plasticity each gets its efficacy |
//! | learn | each plastic block changes its own weights |
//! | record | recordings read; they never write |

use crate::coupled::integrate_coupled;
use crate::deliver::{Past, integrate};
use crate::error::RunError;
use crate::history::SpikeHistory;
use crate::network::Network;
use crate::plasticity::Learning;
use crate::profile::{Laps, Profile, Stage, Stopwatch};
use crate::ranks::{NotFinite, Team};
use crate::recording::VariableProbe;
use crate::state::{BlockState, PlasticBlock, State};
use crate::wiring::Weights;
use lobule_exchange::{Ranks, SharedExchange};
use lobule_signal::SpikeTrain;
use rayon::prelude::*;
use std::sync::Arc;

/// A network with its state and its recordings.
pub struct Simulation {
    pub(crate) network: Arc<Network>,
    pub(crate) state: State,
    /// `None` with one thread.
    pool: Option<rayon::ThreadPool>,
    pub(crate) recorded: Vec<Option<SpikeTrain>>,
    pub(crate) variables: Vec<VariableProbe>,
    /// Where each block's spikes are read during the merge. Scratch.
    cursors: Vec<usize>,
    watch: Option<Stopwatch>,
    /// `None` in a single process.
    pub(crate) team: Option<Team>,
}

impl Simulation {
    /// A simulation at step 0 on `threads` threads. The number of threads changes no bit.
    ///
    /// # Errors
    /// [`RunError::Threads`] when the system refuses to start them.
    pub fn new(network: Arc<Network>, threads: usize) -> Result<Self, RunError> {
        let state = network.initial_state();
        let pool = match threads {
            0 | 1 => None,
            n => Some(
                rayon::ThreadPoolBuilder::new()
                    .num_threads(n)
                    .build()
                    .map_err(|e| RunError::Threads { threads: n, why: e.to_string() })?,
            ),
        };
        let recorded = vec![None; network.populations.len()];
        let cursors = vec![0; network.blocks.len()];
        Ok(Self { network, state, pool, recorded, variables: Vec::new(), cursors, watch: None, team: None })
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
        Ok(Self { team: Some(team), ..Self::new(network, threads)? })
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
    /// initial weights, the same on every rank and for any number of them. Collective.
    ///
    /// # Errors
    /// [`RunError::Exchange`].
    pub fn identity(&self) -> Result<u64, RunError> {
        let content = self.network.content();
        let content = self.team.as_ref().map_or(Ok(content), |team| team.sum(content))?;
        Ok(self.network.identity() ^ content.rotate_left(1))
    }

    /// Restores the whole state that rank 0 gives; the others give `None`. Collective.
    ///
    /// # Errors
    /// As [`Simulation::restore`], and [`RunError::BadInput`] when rank 0 gives none.
    pub fn scatter_state(&mut self, whole: Option<&State>) -> Result<(), RunError> {
        let part = match (&self.team, whole) {
            (Some(team), _) => team.scatter(&self.network, whole)?,
            (None, Some(whole)) => whole.clone(),
            (None, None) => {
                return Err(RunError::BadInput { label: "state".into(), what: "none was given".into() });
            }
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
    /// [`RunError::BadInput`] when the state belongs to another network.
    pub fn restore(&mut self, state: State) -> Result<(), RunError> {
        let same = state.blocks.len() == self.network.blocks.len()
            && state.plastic.len() == self.network.plastic.len()
            && state.histories.len() == self.network.populations.len()
            && state.injected.len() == self.network.populations.len()
            && state.short_term.len() == self.state.short_term.len()
            && (state.short_term.iter().zip(&self.state.short_term))
                .all(|(a, b)| a.fits(b, state.histories[b.pre()].held()))
            && state.learning.len() == self.network.projections.len()
            && state
                .blocks
                .iter()
                .zip(&self.state.blocks)
                .all(|(a, b)| a.variables.len() == b.variables.len())
            && state.histories.iter().zip(&self.state.histories).all(|(a, b)| a.keep() == b.keep())
            && state
                .plastic
                .iter()
                .zip(&self.state.plastic)
                .all(|(a, b)| a.weights.len() == b.weights.len() && a.memory.len() == b.memory.len());
        if !same {
            return Err(RunError::BadInput {
                label: "state".into(),
                what: "it was taken from another network; restore it into the one it came from".into(),
            });
        }
        self.state = state;
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
        let bad = |what: String| RunError::BadInput { label: p.label.clone(), what };
        if !p.is_source {
            return Err(bad("only a spike source takes spikes".into()));
        }
        for &(step, neuron) in spikes {
            if usize::from(step) >= self.network.interval {
                return Err(bad(format!(
                    "step {step} lies outside the interval of {} steps",
                    self.network.interval
                )));
            }
            if neuron as usize >= p.n {
                return Err(bad(format!("neuron {neuron} does not exist; there are {}", p.n)));
            }
        }
        let now = self.state.step;
        let injected = &mut self.state.injected[population];
        injected.extend(spikes.iter().map(|&(step, neuron)| (now + u64::from(step), neuron)));
        injected.sort_unstable();
        Ok(())
    }

    /// Sets the rate of each neuron of a Poisson population, Hz.
    ///
    /// # Errors
    /// [`RunError::BadInput`] for another model, a wrong length or a negative rate.
    pub fn set_rates(&mut self, population: usize, rates_hz: &[f64]) -> Result<(), RunError> {
        let p = &self.network.populations[population];
        let bad = |what: String| RunError::BadInput { label: p.label.clone(), what };
        if p.variables.first().map(|v| v.name.as_str()) != Some("rate") {
            return Err(bad("only a Poisson population has rates".into()));
        }
        if rates_hz.len() != p.n {
            return Err(bad(format!("{} rates for {} neurons", rates_hz.len(), p.n)));
        }
        let most = crate::models::poisson_max_rate_hz(&self.network.clock);
        if let Some(rate) = rates_hz.iter().find(|r| !(0.0..=most).contains(*r)) {
            return Err(bad(format!("a rate of {rate} Hz; rates lie in 0..{most} Hz at this time step")));
        }
        for (b, block) in self.network.blocks.iter().enumerate() {
            if block.population == population {
                if !self.network.computes(b) {
                    continue;
                }
                for i in 0..block.len {
                    self.state.blocks[b].variables[i] = rates_hz[block.first + i] as f32;
                }
            }
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
            return Err(RunError::BadInput {
                label: projection.into(),
                what: "it is static: it has no rule".into(),
            });
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

    /// Advances by one exchange interval. Collective.
    ///
    /// # Errors
    /// [`RunError::NonFinite`] naming the first variable that stopped being a number, with several ranks in
    /// [`RunError::OnRank`], the same on all; [`RunError::Exchange`], after which the state is of no use.
    pub fn advance(&mut self) -> Result<(), RunError> {
        let network = self.network.clone();
        let State { step, blocks, histories, plastic, short_term, learning, injected } = &mut self.state;
        let first_step = *step;
        let pool = self.pool.as_ref();
        let watch = self.watch.as_ref();

        // 1 to 5, for sources whose delays are shorter than the interval, then for the others.
        let mut found = None;
        for is_ahead in [true, false] {
            if is_ahead && !network.has_ahead {
                continue;
            }
            // 1, 2: deliver and integrate.
            {
                let past = Past { histories, plastic, short_term, watch };
                each(pool, blocks, |b, state| {
                    let population = &network.populations[network.blocks[b].population];
                    if population.is_ahead == is_ahead
                        && network.computes(b)
                        && !population.is_source
                        && !population.electric.is_coupled()
                    {
                        integrate(&network, b, state, &past, first_step);
                    }
                });
                for (p, population) in network.populations.iter().enumerate() {
                    let is_here = network.computes(population.first_block);
                    if population.is_ahead == is_ahead && is_here && population.electric.is_coupled() {
                        let blocks = &mut blocks[population.blocks()];
                        integrate_coupled(&network, p, blocks, &past, first_step);
                    }
                }
            }

            // 3, 4: check and exchange. Sources that run ahead are advanced by every rank that hears them.
            let mut laps = Laps::begin(watch);
            if !is_ahead {
                found = not_finite(&network, blocks).map(|found| (0, found));
                laps.end(Stage::Record);
                if let Some(team) = &mut self.team {
                    found = team.exchange(blocks, found.map(|(_, found)| found))?;
                }
                laps.end(Stage::Exchange);
            }

            // 5: propagate, in (step, neuron) order.
            self.cursors.fill(0);
            for s in 0..network.interval as u16 {
                for (p, population) in network.populations.iter().enumerate() {
                    if population.is_ahead != is_ahead {
                        continue;
                    }
                    let history = &mut histories[p];
                    for b in population.blocks() {
                        let (spikes, first) = (&blocks[b].spikes, network.blocks[b].first as u32);
                        while let Some(spike) = spikes.get(self.cursors[b]).filter(|spike| spike.step == s) {
                            history.push(first + u32::from(spike.neuron));
                            self.cursors[b] += 1;
                        }
                    }
                    if population.is_source {
                        let due = first_step + u64::from(s);
                        let count = injected[p].iter().take_while(|x| x.0 <= due).count();
                        injected[p].drain(..count).for_each(|(_, neuron)| history.push(neuron));
                    }
                    history.close_step();
                }
            }
            for projection in &network.projections {
                if let Some((k, parameters)) = &projection.short_term
                    && network.populations[projection.pre].is_ahead == is_ahead
                {
                    let history = &histories[projection.pre];
                    parameters.take(&mut short_term[*k], history, first_step, network.interval as u64);
                }
            }
            laps.end(Stage::Propagate);
        }
        let mut laps = Laps::begin(watch);
        blocks.iter_mut().for_each(|b| b.spikes.clear());
        laps.end(Stage::Propagate);

        // 6: learn.
        {
            let (histories, learning) = (&*histories, &*learning);
            each(pool, plastic, |k, block| {
                let mut laps = Laps::begin(watch);
                learn(&network, k, block, histories, learning, first_step);
                laps.end(Stage::Learn);
            });
        }
        laps.skip();
        for (p, history) in histories.iter_mut().enumerate() {
            let forgotten = history.forget_old();
            if forgotten > 0 {
                short_term.iter_mut().filter(|s| s.pre() == p).for_each(|s| s.forget(forgotten));
            }
        }
        *step += network.interval as u64;
        laps.end(Stage::Propagate);

        // 7: record.
        let watch = self.watch.take();
        let mut laps = Laps::begin(watch.as_ref());
        self.record(first_step);
        laps.end(Stage::Record);
        self.watch = watch;
        found.map_or(Ok(()), |(rank, found)| Err(self.error_of(rank, found)))
    }

    fn error_of(&self, rank: usize, (b, v, i, value): NotFinite) -> RunError {
        let block = &self.network.blocks[b];
        let population = &self.network.populations[block.population];
        let error = RunError::NonFinite {
            population: population.label.clone(),
            neuron: block.first + i,
            variable: population.variables[v].name.clone(),
            value,
            step: self.state.step - 1,
        };
        match self.team {
            Some(_) => RunError::OnRank { rank, error: Box::new(error) },
            None => error,
        }
    }
}

/// The first value that is no number.
fn not_finite(network: &Network, states: &[BlockState]) -> Option<NotFinite> {
    for (b, block) in network.blocks.iter().enumerate().filter(|(b, _)| network.computes(*b)) {
        let variables = &states[b].variables;
        let population = &network.populations[block.population];
        // Everything feeds the first variable, the potential: looking there is enough to notice.
        let first = &variables[..if population.variables.is_empty() { 0 } else { block.len }];
        // No early exit, so that the loop vectorises.
        if !first.iter().fold(false, |found, x| found | !x.is_finite()) {
            continue;
        }
        for v in 0..population.variables.len() {
            let values = &variables[v * block.stride..v * block.stride + block.len];
            if let Some(i) = values.iter().position(|x| !x.is_finite()) {
                return Some((b, v, i, values[i]));
            }
        }
    }
    None
}

/// Applies `f` to every element, on the pool if there is one.
fn each<T: Send>(pool: Option<&rayon::ThreadPool>, items: &mut [T], f: impl Fn(usize, &mut T) + Sync + Send) {
    match pool {
        Some(pool) => {
            pool.install(|| items.par_iter_mut().enumerate().with_max_len(1).for_each(|(i, x)| f(i, x)))
        }
        None => items.iter_mut().enumerate().for_each(|(i, x)| f(i, x)),
    }
}

/// Lets one plastic block learn from the interval.
fn learn(
    network: &Network,
    k: usize,
    block: &mut PlasticBlock,
    histories: &[SpikeHistory],
    learning: &[bool],
    first_step: u64,
) {
    let (p, local) = network.plastic[k];
    if !learning[p] || !network.owns(network.target_of_plastic(k)) {
        return;
    }
    let projection = &network.projections[p];
    let Some(rule) = &projection.rule else { return };
    let target = &network.blocks[network.populations[projection.post].first_block + local];
    let teacher = projection.teacher.map(|t| &network.projections[t]);
    rule.learn(&mut Learning {
        wiring: &projection.wiring[local],
        teacher_wiring: teacher.map(|t| &t.wiring[local]),
        pre: &histories[projection.pre],
        post: &histories[projection.post],
        teacher: teacher.map(|t| &histories[t.pre]),
        first_step,
        steps: network.interval,
        first_neuron: target.first as u32,
        len: target.len,
        weights: &mut block.weights,
        memory: &mut block.memory,
        scratch: &mut block.scratch,
    });
}
