//! States of a run on disk: written whole, tied to the network they belong to.

use crate::Error;
use crate::ranks::Ranks;
use crate::run_folder::write_whole;
use lobule_circuit::{Simulation, State};
use lobule_signal::Clock;
use std::path::{Path, PathBuf};

/// What a snapshot file begins with; the number changes with the format.
const FORMAT: &str = "lobule state 1";

/// States to begin from and to write down.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshots {
    /// File of a state to go on from.
    pub from: Option<PathBuf>,
    /// File for the state at the end, and at every multiple of `every_ms` before; it is replaced whole.
    pub to: Option<PathBuf>,
    /// Time between snapshots, ms: a whole number of exchange intervals.
    pub every_ms: Option<f64>,
}

impl Snapshots {
    /// Puts a simulation into the state to begin from, if there is one. Collective.
    pub(super) fn restore(&self, simulation: &mut Simulation, ranks: &Ranks) -> Result<(), Error> {
        let Some(path) = &self.from else { return Ok(()) };
        let identity = simulation.network().identity();
        let state = if ranks.is_first() { read(path, identity).map(Some) } else { Ok(None) };
        let state = ranks.agree(state)?;
        Ok(simulation.scatter_state(state.as_ref())?)
    }

    /// Refuses a run that is over before it begins, and snapshots inside an exchange interval.
    pub(super) fn check(&self, clock: &Clock, now: u64, end: u64, interval: u64) -> Result<(), Error> {
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        if now >= end {
            return wrong(
                "--duration",
                format!("the snapshot is of {} ms; the run must end later", clock.ms(now)),
            );
        }
        match self.every_ms.map(|ms| (ms, clock.steps(ms))) {
            Some((_, Ok(steps))) if steps > 0 && steps % interval == 0 => Ok(()),
            Some((ms, _)) => wrong(
                "--snapshot-every",
                format!("{ms} ms is no whole number of exchange intervals of {} ms", clock.ms(interval)),
            ),
            None => Ok(()),
        }
    }

    /// Writes the state down where it is due. Collective.
    pub(super) fn write_due(
        &self,
        simulation: &Simulation,
        is_end: bool,
        ranks: &Ranks,
    ) -> Result<(), Error> {
        let Some(path) = &self.to else { return Ok(()) };
        let clock = simulation.network().clock();
        let is_multiple =
            |ms: f64| clock.steps(ms).is_ok_and(|every| every > 0 && simulation.step().is_multiple_of(every));
        if !is_end && !self.every_ms.is_some_and(is_multiple) {
            return Ok(());
        }
        let identity = simulation.network().identity();
        let state = simulation.gather_state()?;
        ranks.agree(state.map_or(Ok(()), |state| write(path, identity, &state)))
    }
}

fn write(path: &Path, identity: u64, state: &State) -> Result<(), Error> {
    let bytes = postcard::to_stdvec(&(FORMAT, identity, state))
        .map_err(|e| Error::File { path: path.display().to_string(), what: e.to_string() })?;
    write_whole(path, &bytes)
}

fn read(path: &Path, identity: u64) -> Result<State, Error> {
    let wrong = |what: String| Error::File { path: path.display().to_string(), what };
    let bytes = std::fs::read(path).map_err(|e| wrong(format!("{e}; give a file made by --snapshot")))?;
    let (format, of, state): (String, u64, State) = postcard::from_bytes(&bytes)
        .map_err(|e| wrong(format!("is no snapshot, or damaged ({e}); give a file made by --snapshot")))?;
    if format != FORMAT {
        return Err(wrong("is no snapshot of this version; give a file made by --snapshot".into()));
    }
    if of != identity {
        return Err(wrong(
            "is a snapshot of another network; give the same file, --seed and options as the run it was made by"
                .into(),
        ));
    }
    Ok(state)
}
