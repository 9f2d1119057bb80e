//! Recordings of a simulation: spikes of populations, variables of neurons and what follows from them. They read; they never write.

use crate::error::{RunError, known};
use crate::{Simulation, models::BLOCK};
use lobule_signal::{SpikeTrain, Trace};

pub(crate) struct VariableProbe {
    pub population: usize,
    pub variable: usize,
    pub neurons: Vec<u32>,
    pub trace: Trace,
}

impl Simulation {
    /// Brings all recordings to rank 0, where they then equal those of a single process; the other ranks
    /// keep none of their spikes. Collective; nothing happens in a single process.
    ///
    /// # Errors
    /// [`RunError::Exchange`].
    pub fn merge_recordings(&mut self) -> Result<(), RunError> {
        let Some(team) = &self.team else { return Ok(()) };
        let network = &self.network;
        let mut trains: Vec<&mut SpikeTrain> = (self.recorded.iter_mut().zip(&network.populations))
            .filter(|(_, population)| !population.is_everywhere)
            .filter_map(|(train, _)| train.as_mut())
            .collect();
        team.merge_spikes(&mut trains)?;
        let owned = |population: usize, neurons: &[u32]| {
            let first = network.populations[population].first_block;
            neurons.iter().map(|&i| network.owns(first + i as usize / BLOCK)).collect()
        };
        let mut values: Vec<(&mut Vec<f32>, Vec<bool>)> = (self.variables.iter_mut())
            .map(|probe| (&mut probe.trace.values, owned(probe.population, &probe.neurons)))
            .collect();
        team.merge_values(&mut values)
    }

    /// The value of a variable of every neuron now.
    ///
    /// # Errors
    /// [`RunError::UnknownLabel`]; [`RunError::BadInput`] when some of the neurons are on other ranks.
    pub fn variable(&self, population: &str, variable: &str) -> Result<Vec<f32>, RunError> {
        let (p, v) = self.find_variable(population, variable)?;
        let blocks = self.network.blocks.iter().enumerate().filter(|(_, block)| block.population == p);
        if !blocks.map(|(b, _)| b).all(|b| self.network.computes(b)) {
            let what = "some of the neurons are on other ranks; record the variable and merge the recordings";
            return Err(RunError::bad_input(format!("{population}.{variable}"), what));
        }
        Ok((0..self.network.populations[p].n as u32).map(|i| self.value(p, v, i)).collect())
    }

    /// Records the spikes of a population from now on.
    ///
    /// # Errors
    /// [`RunError::UnknownLabel`].
    pub fn record_spikes(&mut self, population: &str) -> Result<(), RunError> {
        let p = self.network.population(population)?;
        let n = self.network.populations[p].n;
        self.recorded[p].get_or_insert_with(|| SpikeTrain::new(population, n));
        Ok(())
    }

    /// Records a variable of some neurons at the end of every interval from now on.
    ///
    /// # Errors
    /// [`RunError::UnknownLabel`], or [`RunError::BadInput`] for a neuron that does not exist.
    pub fn record_variable(
        &mut self,
        population: &str,
        variable: &str,
        neurons: &[u32],
    ) -> Result<(), RunError> {
        let (p, v) = self.find_variable(population, variable)?;
        let n = self.network.populations[p].n;
        if let Some(i) = neurons.iter().find(|&&i| i as usize >= n) {
            let what = format!("neuron {i} does not exist; there are {n}");
            return Err(RunError::bad_input(population, what));
        }
        let trace = Trace {
            label: format!("{population}.{variable}"),
            unit: self.network.populations[p].recordable()[v].1.into(),
            n: neurons.len(),
            ..Trace::default()
        };
        self.variables.push(VariableProbe { population: p, variable: v, neurons: neurons.to_vec(), trace });
        Ok(())
    }

    /// The spikes recorded so far.
    ///
    /// # Errors
    /// [`RunError::BadInput`] when the population is not recorded.
    pub fn recorded_spikes(&self, population: &str) -> Result<&SpikeTrain, RunError> {
        let p = self.network.population(population)?;
        let what = "it is not recorded; call `record_spikes` before running";
        self.recorded[p].as_ref().ok_or_else(|| RunError::bad_input(population, what))
    }

    /// Takes the spikes recorded so far and stops recording the population.
    ///
    /// # Errors
    /// [`RunError::UnknownLabel`].
    pub fn take_spikes(&mut self, population: &str) -> Result<Option<SpikeTrain>, RunError> {
        let p = self.network.population(population)?;
        Ok(self.recorded[p].take())
    }

    /// Takes the traces recorded so far, in the order they were asked for, and stops recording variables.
    pub fn take_traces(&mut self) -> Vec<Trace> {
        std::mem::take(&mut self.variables).into_iter().map(|probe| probe.trace).collect()
    }

    /// Makes room for `samples` more samples of all recorded variables, so that a run that is too long for the memory is refused
    /// before it begins.
    ///
    /// # Errors
    /// [`RunError::BadInput`] when the system refuses the memory.
    pub fn reserve_samples(&mut self, samples: usize) -> Result<(), RunError> {
        for probe in &mut self.variables {
            let trace = &mut probe.trace;
            let values = samples.checked_mul(trace.n);
            let is_there = values.is_some_and(|n| trace.values.try_reserve_exact(n).is_ok())
                && trace.steps.try_reserve_exact(samples).is_ok();
            if !is_there {
                let what = format!(
                    "{samples} samples of {} neurons do not fit the memory; record fewer neurons, less often or for a shorter time",
                    trace.n
                );
                return Err(RunError::bad_input(&trace.label, what));
            }
        }
        Ok(())
    }

    /// Number of all spikes recorded so far.
    pub fn spikes_so_far(&self) -> usize {
        self.recorded.iter().flatten().map(SpikeTrain::len).sum()
    }

    /// The traces recorded so far, in the order they were asked for.
    pub fn traces(&self) -> impl Iterator<Item = &Trace> {
        self.variables.iter().map(|p| &p.trace)
    }

    /// Appends what the interval from `first_step` on brought.
    pub(crate) fn record(&mut self, first_step: u64) {
        for (p, train) in self.recorded.iter_mut().enumerate() {
            if let Some(train) = train {
                let population = &self.network.populations[p];
                // With several ranks each records its own neurons, unless all have all.
                let owns = |id: u32| self.network.owns(population.first_block + id as usize / BLOCK);
                let is_whole = self.team.is_none() || population.is_everywhere;
                for step in first_step..self.state.step {
                    let spikes = self.state.histories[p].at(step).iter();
                    spikes.filter(|&&id| is_whole || owns(id)).for_each(|&id| train.push(step, id));
                }
            }
        }
        let mut probes = std::mem::take(&mut self.variables);
        for probe in &mut probes {
            probe.trace.steps.push(self.state.step);
            for &i in &probe.neurons {
                probe.trace.values.push(self.value(probe.population, probe.variable, i));
            }
        }
        self.variables = probes;
    }

    /// Population and number of a variable; derived ones are counted after those of the state.
    fn find_variable(&self, population: &str, variable: &str) -> Result<(usize, usize), RunError> {
        let p = self.network.population(population)?;
        let all = self.network.populations[p].recordable();
        let v = all.iter().position(|(name, _)| name == variable).ok_or_else(|| RunError::UnknownLabel {
            kind: "variable",
            label: format!("{population}.{variable}"),
            known: known(all.iter().map(|(name, _)| name.as_str())),
        })?;
        Ok((p, v))
    }

    /// NaN for a neuron of another rank.
    fn value(&self, population: usize, variable: usize, neuron: u32) -> f32 {
        let b = self.network.populations[population].first_block + neuron as usize / BLOCK;
        if !self.network.computes(b) {
            return f32::NAN;
        }
        let block = &self.network.blocks[b];
        let at = neuron as usize - block.first;
        let value = |v: usize| self.state.blocks[b].variables[v * block.stride + at];
        let population = &self.network.populations[population];
        match variable.checked_sub(population.variables.len()) {
            None => value(variable),
            Some(k) => population.model.derive(k, &value),
        }
    }
}
