//! From the description of a model to the model, for one time step.

use crate::describe::Model;
use crate::error::CompileError;
use crate::models::{NeuronModel, Relay, cond_lif, eglif, eglif_multirec, generator, poisson, relay};
use lobule_signal::{Clock, Ranges};
use std::sync::Arc;

impl Model {
    /// Checks the parameters and derives the constants for `clock`, for `n` neurons with so many receptors in use.
    pub(super) fn compile(
        &self,
        label: &str,
        n: usize,
        clock: &Clock,
        receptors: usize,
    ) -> Result<Arc<dyn NeuronModel>, CompileError> {
        let ranges = &Ranges::of(format!("population `{label}`"));
        Ok(match self {
            Model::Eglif(p) => Arc::new(eglif::Compiled::new(p, ranges, clock, receptors)?),
            Model::EglifMultirec(p) => Arc::new(eglif_multirec::Compiled::new(p, ranges, clock, receptors)?),
            Model::CondLif(p) => Arc::new(cond_lif::Compiled::new(p, ranges, clock)?),
            Model::Poisson(p) => Arc::new(poisson::Compiled::new(p, ranges, clock)?),
            Model::PoissonGenerator(p) => Arc::new(generator::Poisson::new(p, ranges, clock)?),
            Model::SpikeTimes(spikes) => Arc::new(generator::Listed::new(spikes, label, ranges, n, clock)?),
            Model::SpikeSource => Arc::new(relay::Source),
            Model::Relay => Arc::new(Relay),
            Model::Custom(custom) => custom.model().clone(),
        })
    }
}
