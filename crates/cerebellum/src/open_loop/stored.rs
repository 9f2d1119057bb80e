//! A run of a simulation that a network file stores.

use super::{Job, OpenLoop, OpenLoopResult, Prepared, SharedAnatomy};
use crate::{Error, stored::plan};
use lobule_exchange::Ranks;
use lobule_scaffold::{Anatomy, configuration::StoredSimulation};
use lobule_signal::Progress;

/// Runs a network file under a stored simulation. A duration of `what` replaces the stored one. The rows of the anatomy are
/// dropped once they are wiring.
///
/// # Errors
/// [`Error::Stored`] if the simulation needs a feature that lobule lacks, [`Error::Config`] if it needs too much memory, and
/// errors of compiling and running; the same on every rank.
pub fn stored(
    shared: &mut SharedAnatomy,
    simulation: &StoredSimulation,
    what: &OpenLoop,
    progress: &dyn Progress,
    ranks: &Ranks,
) -> Result<OpenLoopResult, Error> {
    Job { what, progress, ranks }.run(shared, |shared| prepare(&shared.anatomy, simulation, what))
}

fn prepare(anatomy: &Anatomy, simulation: &StoredSimulation, what: &OpenLoop) -> Result<Prepared, Error> {
    let plan = plan(anatomy, simulation, what.duration_ms, what.seed);
    let circuit = plan.circuit(anatomy)?;
    Ok(Prepared {
        circuit,
        cells: plan.populations(),
        probes: plan.probes,
        recorders: plan.recorders,
        changes: Vec::new(),
        dt_ms: plan.resolution_ms,
        duration_ms: plan.duration_ms,
        notes: plan.notes,
    })
}
