//! The step: deliver, integrate, check, exchange, propagate, learn, record.
//!
//! One call of [`Simulation::advance`] is one exchange interval, the smallest delay. A spike emitted in it arrives in
//! a later interval at the earliest, so blocks of neurons may run in any order, on any thread, with the same bits:
//!
//! | stage | rule |
//! | --- | --- |
//! | (wave) | populations that receive nothing and send with a delay below the interval run all stages up to propagate first, but for check and exchange: every rank that hears them computes them |
//! | deliver | each block gathers the spikes whose delay ends in this interval, projections in label order, spikes in (step, neuron) order |
//! | integrate | each block advances over all steps of the interval; it reads histories and weights, writes only itself |
//! | check | the first non-finite variable stops the run at the end of the interval |
//! | exchange | with several ranks: the spikes of own blocks go to the ranks that hear them, with the verdict of the check (`crate::ranks`) |
//! | propagate | spikes of all blocks are appended to the histories in (step, neuron) order; with short-term plasticity each gets its efficacy |
//! | learn | each plastic block changes its own weights |
//! | record | recordings read; they never write |

use crate::deliver::{Past, integrate};
use crate::network::{Network, Wave};
use crate::profile::{Laps, Stage};
use crate::{
    coupled::integrate_coupled, error::RunError, plasticity::Learning, ranks::NotFinite,
    simulation::Simulation, state::BlockState,
};
use rayon::prelude::*;

impl Simulation {
    /// Advances by one exchange interval. Collective.
    ///
    /// # Errors
    /// [`RunError::NonFinite`] naming the first variable that stopped being a number, with several ranks in
    /// [`RunError::OnRank`], the same on all; [`RunError::Exchange`], after which the state is of no use.
    pub fn advance(&mut self) -> Result<(), RunError> {
        if self.network.has_ahead {
            self.deliver_and_integrate(Wave::Ahead);
            self.propagate(Wave::Ahead);
        }
        self.deliver_and_integrate(Wave::Rest);
        let found = self.check();
        let found = self.exchange(found)?;
        self.propagate(Wave::Rest);
        self.learn();
        let first_step = self.state.step;
        self.end_interval();
        self.record_interval(first_step);
        found.map_or(Ok(()), |(rank, found)| Err(self.error_of(rank, found)))
    }

    fn deliver_and_integrate(&mut self, wave: Wave) {
        let (network, state) = (&*self.network, &mut self.state);
        let (blocks, first_step) = (&mut state.blocks, state.step);
        let past = Past {
            network,
            first_step,
            histories: &state.histories,
            plastic: &state.plastic,
            short_term: &state.short_term,
            watch: self.watch.as_ref(),
        };
        each(self.pool.as_ref(), blocks, |b, state| {
            let population = &network.populations[network.blocks[b].population];
            let is_alone = !population.is_source && !population.electric.is_coupled();
            if population.wave == wave && is_alone && network.computes(b) {
                integrate(&past, b, state);
            }
        });
        for (p, population) in network.populations.iter().enumerate() {
            let is_here = network.computes(population.first_block);
            if population.wave == wave && is_here && population.electric.is_coupled() {
                integrate_coupled(&past, p, &mut blocks[population.blocks()]);
            }
        }
    }

    /// Stage *check*: the first value of this rank that is no number.
    fn check(&self) -> Option<NotFinite> {
        let mut laps = Laps::begin(self.watch.as_ref());
        let found = not_finite(&self.network, &self.state.blocks);
        laps.end(Stage::Record);
        found
    }

    /// Stage *exchange*: spikes and verdicts of all ranks. Gives the first value that is no number, and its rank.
    fn exchange(&mut self, found: Option<NotFinite>) -> Result<Option<(usize, NotFinite)>, RunError> {
        let Some(team) = &mut self.team else { return Ok(found.map(|found| (0, found))) };
        let mut laps = Laps::begin(self.watch.as_ref());
        let found = team.exchange(&mut self.state.blocks, found)?;
        laps.end(Stage::Exchange);
        Ok(found)
    }

    /// Stage *propagate*: spikes go to the histories, in (step, neuron) order.
    fn propagate(&mut self, wave: Wave) {
        let mut laps = Laps::begin(self.watch.as_ref());
        let (network, state) = (&*self.network, &mut self.state);
        let first_step = state.step;
        self.cursors.fill(0);
        for s in 0..network.interval as u16 {
            for (p, population) in network.populations.iter().enumerate() {
                if population.wave != wave {
                    continue;
                }
                let history = &mut state.histories[p];
                for b in population.blocks() {
                    let (spikes, first) = (&state.blocks[b].spikes, network.blocks[b].first as u32);
                    while let Some(spike) = spikes.get(self.cursors[b]).filter(|spike| spike.step == s) {
                        history.push(first + u32::from(spike.neuron));
                        self.cursors[b] += 1;
                    }
                }
                if population.is_source {
                    let due = first_step + u64::from(s);
                    let injected = &mut state.injected[p];
                    let count = injected.iter().take_while(|x| x.0 <= due).count();
                    injected.drain(..count).for_each(|(_, neuron)| history.push(neuron));
                }
                history.close_step();
            }
        }
        for projection in &network.projections {
            if let Some((k, parameters)) = &projection.short_term
                && network.populations[projection.pre].wave == wave
            {
                let history = &state.histories[projection.pre];
                let steps = first_step..first_step + network.interval as u64;
                state.short_term[*k].take(parameters, history, steps, network.clock.dt_ms());
            }
        }
        laps.end(Stage::Propagate);
    }

    fn learn(&mut self) {
        let (network, state, watch) = (&*self.network, &mut self.state, self.watch.as_ref());
        let (histories, learning, first_step) = (&state.histories, &state.learning, state.step);
        each(self.pool.as_ref(), &mut state.plastic, |k, block| {
            let mut laps = Laps::begin(watch);
            let (p, local) = network.plastic[k];
            let projection = &network.projections[p];
            let learns = learning[p] && network.owns(network.target_of_plastic(k));
            let Some(rule) = projection.rule.as_ref().filter(|_| learns) else { return };
            let target = &network.blocks[network.target_of_plastic(k)];
            let teacher = projection.teacher.map(|(t, _)| &network.projections[t]);
            rule.learn(&mut Learning {
                wiring: &projection.wiring[local],
                teacher_wiring: teacher.map(|t| &t.wiring[local]),
                pre: &histories[projection.pre],
                post: &histories[projection.post],
                teacher: teacher.map(|t| &histories[t.pre]),
                is_volume: projection.teacher.is_some_and(|(_, is_volume)| is_volume),
                first_step,
                steps: network.interval,
                first_neuron: target.first as u32,
                len: target.len,
                weights: &mut block.weights,
                memory: &mut block.memory,
                scratch: &mut block.scratch,
                taught: &mut block.taught,
            });
            laps.end(Stage::Learn);
        });
    }

    /// Forgets the spikes of the interval and those that nothing reads any more; counts its steps.
    fn end_interval(&mut self) {
        let mut laps = Laps::begin(self.watch.as_ref());
        let state = &mut self.state;
        state.blocks.iter_mut().for_each(|b| b.spikes.clear());
        for (p, history) in state.histories.iter_mut().enumerate() {
            let forgotten = history.forget_old();
            if forgotten > 0 {
                state.short_term.iter_mut().filter(|s| s.pre() == p).for_each(|s| s.forget(forgotten));
            }
        }
        state.step += self.network.interval as u64;
        laps.end(Stage::Propagate);
    }

    fn record_interval(&mut self, first_step: u64) {
        // Recording borrows all of the simulation.
        let watch = self.watch.take();
        let mut laps = Laps::begin(watch.as_ref());
        self.record(first_step);
        laps.end(Stage::Record);
        self.watch = watch;
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

fn not_finite(network: &Network, states: &[BlockState]) -> Option<NotFinite> {
    for (b, block) in network.blocks.iter().enumerate().filter(|(b, _)| network.computes(*b)) {
        let variables = &states[b].variables;
        let population = &network.populations[block.population];
        // Everything feeds the first variable, the potential: looking there is enough to notice.
        let first = &variables[..if population.variables.is_empty() { 0 } else { block.len }];
        // No early exit, so that the loop vectorizes.
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
