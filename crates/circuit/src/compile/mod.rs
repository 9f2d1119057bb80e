//! From description to network, phase by phase; all checks are made here, once.
//!
//! | phase | adds to the [`Draft`] |
//! | --- | --- |
//! | labels | the index of each population and projection |
//! | receptors | how many receptors of each population are addressed |
//! | layout | populations with their models, and their blocks |
//! | ownership | the rank of each block |
//! | wiring | projections: synapses, rules, teachers |
//! | interval | the exchange interval, and which populations run ahead |
//! | electric | stimulus currents and gap junctions |
//! | retention | how long each population's spikes stay readable |
//!
//! Which blocks a rank hears follows from all of it.

mod draft;
mod electric;
mod layout;
mod synapses;
mod timing;
mod wiring;

use crate::{describe::Circuit, error::CompileError, network::Network, share::Share};
use draft::Draft;
use lobule_signal::Clock;
use std::sync::Arc;

impl Circuit {
    /// Checks the description and compiles it. `seed` names the run: wiring rules and
    /// noise draw from streams named by (seed, label), so the order of declaration does
    /// not matter and a further population changes no other's draws.
    ///
    /// # Errors
    /// [`CompileError`] with the culprit, its value and the remedy.
    pub fn compile(&self, clock: Clock, seed: u64) -> Result<Arc<Network>, CompileError> {
        self.compile_share(clock, seed, &Share::whole())
    }

    /// As [`Circuit::compile`] for the part of one rank: only the blocks that it owns get wiring. The
    /// synapses of a list that end on other ranks' neurons may be left out of this rank's description.
    ///
    /// # Errors
    /// [`CompileError`]; one rank may find what others do not see.
    pub fn compile_share(
        &self,
        clock: Clock,
        seed: u64,
        share: &Share,
    ) -> Result<Arc<Network>, CompileError> {
        let mut draft = Draft::new(self, clock, seed, share);
        draft.index_labels()?;
        draft.count_receptors()?;
        draft.lay_out_populations()?;
        draft.deal_blocks()?;
        draft.wire_projections()?;
        draft.choose_interval()?;
        draft.connect_electrically()?;
        draft.retain_spikes();
        Ok(Arc::new(draft.finish()))
    }
}
