//! Phases *receptors*, *layout* and *ownership*: populations with their models, and their blocks.

use super::draft::Draft;
use crate::describe::{Model, Population};
use crate::error::CompileError;
use crate::models::{NeuronModel, Relay, cond_lif, eglif, eglif_multirec, generator, poisson, relay};
use crate::network::{CompiledPopulation, Wave};
use crate::{block::blocks_of, electric::CompiledElectric};
use lobule_signal::{Clock, Ranges, Stream};
use std::collections::HashSet;
use std::sync::Arc;

impl Draft<'_> {
    /// Phase *receptors*: projections end where there are populations.
    pub fn count_receptors(&mut self) -> Result<(), CompileError> {
        self.receptors = vec![0; self.circuit.populations.len()];
        for projection in &self.circuit.projections {
            let of = || format!("projection `{}`", projection.label);
            let post = self.population(&projection.post, of)?;
            self.population(&projection.pre, of)?;
            self.receptors[post] = self.receptors[post].max(projection.receptor);
        }
        Ok(())
    }

    /// Phase *layout*: compiles the models and divides the populations into blocks.
    pub fn lay_out_populations(&mut self) -> Result<(), CompileError> {
        for (i, population) in self.circuit.populations.iter().enumerate() {
            let (label, n) = (&population.label, population.n);
            let receptors = self.receptors[i];
            let model = compiled(population, &self.network.clock, receptors)?;
            let first_block = self.network.blocks.len();
            self.network.blocks.extend(blocks_of(i, n));
            self.network.populations.push(CompiledPopulation {
                label: label.clone(),
                n,
                variables: model.variables(),
                receptors,
                incoming: Vec::new(),
                first_block,
                is_source: matches!(population.model, Model::SpikeSource),
                wave: Wave::Rest,
                electric: CompiledElectric::default(),
                initial: Stream::new(self.network.seed, &format!("initial/{label}")),
                is_replicated: model.is_generator() && model.receptors() == 0,
                is_everywhere: self.network.share.everywhere().contains(label),
                stream: Stream::new(self.network.seed, label),
                keep: 1,
                model,
            });
        }
        self.check_receptors()
    }

    fn check_receptors(&self) -> Result<(), CompileError> {
        for projection in &self.circuit.projections {
            let post = self.population_of[projection.post.as_str()];
            let offered = self.network.populations[post].model.receptors();
            if !(1..=offered).contains(&projection.receptor) {
                return Err(CompileError::BadReceptor {
                    of: projection.label.clone(),
                    receptor: projection.receptor,
                    population: projection.post.clone(),
                    receptors: offered,
                });
            }
        }
        Ok(())
    }

    /// Phase *ownership*: deals the blocks to the ranks. Cells that are coupled are advanced together, so one
    /// rank owns them all.
    pub fn deal_blocks(&mut self) -> Result<(), CompileError> {
        let everywhere = self.network.share.everywhere();
        if let Some(label) = everywhere.iter().find(|l| !self.population_of.contains_key(l.as_str())) {
            let labels = self.network.populations.iter().map(|p| &p.label);
            return Err(CompileError::unknown("spikes for every rank".into(), "population", label, labels));
        }
        let coupled: HashSet<_> = self.circuit.gap_junctions.iter().map(|g| &g.population).collect();
        let together = self.network.populations.iter().map(|p| coupled.contains(&p.label));
        let together: Vec<bool> = together.collect();
        self.network.owner = self.network.share.owners(&self.network.blocks, &together);
        Ok(())
    }
}

/// Checks a population and derives the constants of its model for `clock` with so many receptors in use.
fn compiled(p: &Population, clock: &Clock, receptors: usize) -> Result<Arc<dyn NeuronModel>, CompileError> {
    let ranges = &Ranges::of(format!("population `{}`", p.label));
    let allowed = "a population has 1 to 2^31 neurons; leave an empty one out";
    ranges.require((1..=u32::MAX as usize / 2).contains(&p.n), "n", p.n as f64, allowed)?;
    Ok(match &p.model {
        Model::Eglif(m) => Arc::new(eglif::Compiled::new(m, ranges, clock, receptors)?),
        Model::EglifMultirec(m) => Arc::new(eglif_multirec::Compiled::new(m, ranges, clock, receptors)?),
        Model::CondLif(m) => Arc::new(cond_lif::Compiled::new(m, ranges, clock, receptors)?),
        Model::Poisson(m) => Arc::new(poisson::Compiled::new(m, ranges, clock)?),
        Model::PoissonGenerator(m) => Arc::new(generator::Poisson::new(m, ranges, clock)?),
        Model::SpikeTimes(spikes) => Arc::new(generator::Listed::new(spikes, p.n, ranges, clock)?),
        Model::SpikeSource => Arc::new(relay::Source),
        Model::Relay => Arc::new(Relay),
        Model::Custom(custom) => custom.model().clone(),
    })
}
