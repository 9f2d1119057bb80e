//! A run of a simulation that the file brings along.

use super::SharedAnatomy;
use super::{OpenLoop, OpenLoopResult, Prepared, run};
use crate::Error;
use crate::stored::plan;
use lobule_exchange::Ranks;
use lobule_scaffold::Anatomy;
use lobule_scaffold::configuration::StoredSimulation;
use lobule_signal::Progress;
use std::time::Instant;

/// Runs an anatomy under a stored simulation. The duration of `what`, if any, takes the place of the stored one.
///
/// # Errors
/// [`Error::Stored`] when the simulation asks for what cannot be honoured; [`Error::Config`] when it needs more
/// memory than it may take; what compiling and running report.
pub fn stored(
    anatomy: &Anatomy,
    simulation: &StoredSimulation,
    what: &OpenLoop,
    progress: &dyn Progress,
) -> Result<OpenLoopResult, Error> {
    let shared = &mut SharedAnatomy::whole(anatomy.clone());
    stored_on(shared, simulation, what, progress, &Ranks::alone())
}

/// As [`stored`] over several ranks. The rows of the anatomy are dropped when they are wiring.
///
/// # Errors
/// As [`stored`], the same on every rank.
pub fn stored_on(
    shared: &mut SharedAnatomy,
    simulation: &StoredSimulation,
    what: &OpenLoop,
    progress: &dyn Progress,
    ranks: &Ranks,
) -> Result<OpenLoopResult, Error> {
    let begin = Instant::now();
    let prepared = prepare(&shared.anatomy, simulation, what);
    run(prepared, shared, what, begin, progress, ranks)
}

fn prepare(anatomy: &Anatomy, simulation: &StoredSimulation, what: &OpenLoop) -> Result<Prepared, Error> {
    let plan = plan(anatomy, simulation, what.duration_ms, what.seed);
    let circuit = plan.circuit(anatomy)?;
    let cells = plan.populations();
    Ok(Prepared {
        circuit,
        cells,
        probes: plan.probes,
        recorders: plan.recorders,
        schedule: None,
        dt_ms: plan.resolution_ms,
        duration_ms: plan.duration_ms,
        notes: plan.notes,
    })
}
