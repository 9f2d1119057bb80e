//! Snapshots of a run on disk: written whole, tied to their network.

use crate::{Error, recordings::table::longest};
use atomic_write_file::AtomicWriteFile;
use lobule_circuit::{Simulation, State};
use lobule_exchange::Ranks;
use lobule_scaffold::{files, identity::ContentHash};
use lobule_signal::Clock;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Header of a snapshot file: format and version, since versions may number variables differently.
const FORMAT: &str = concat!("lobule state 3, ", env!("CARGO_PKG_VERSION"));

/// State to start from and states to write.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshots {
    /// File of the state to resume from.
    pub from: Option<PathBuf>,
    /// File for the state at the end and at every multiple of `every_ms`; each write replaces it whole.
    pub to: Option<PathBuf>,
    /// Time between snapshots, ms: a whole number of exchange intervals.
    pub every_ms: Option<f64>,
}

impl Snapshots {
    /// Restores the state to start from, if there is one. Collective.
    pub(super) fn restore(&self, simulation: &mut Simulation, ranks: &Ranks) -> Result<(), Error> {
        let Some(path) = &self.from else { return Ok(()) };
        let identity = simulation.identity();
        let state = if ranks.is_first() { read(path, identity).map(Some) } else { Ok(None) };
        let state = ranks.agree(state)?;
        Ok(simulation.scatter_state(state.as_ref())?)
    }

    /// Checks, before the work, that the state to start from is there and the one to write has a place.
    pub(super) fn check_places(&self) -> Result<(), Error> {
        if let Some(path) = &self.from {
            files::open(path)?;
        }
        self.to.as_ref().map_or(Ok(()), |path| check_target(path))
    }

    /// The end of a run that was asked to stop at a time.
    pub(super) fn stopped(&self, ms: f64) -> String {
        let state = match &self.to {
            Some(path) => {
                let path = path.display();
                format!("its state is in {path}: the same command with --resume {path} goes on from there")
            }
            None => "its state is lost; with --snapshot FILE it would be kept".into(),
        };
        format!("stopped at {ms} ms; {state}")
    }

    /// Refuses a run that ends before it starts, and snapshots inside an exchange interval.
    pub(super) fn check(&self, clock: &Clock, now: u64, end: u64, interval: u64) -> Result<(), Error> {
        if now >= end {
            let what = format!("the snapshot is of {} ms; the run must end later", clock.ms(now));
            return Err(Error::config("--duration", what));
        }
        let Some(ms) = self.every_ms else { return Ok(()) };
        if clock.steps(ms).is_ok_and(|steps| steps > 0 && steps % interval == 0) {
            return Ok(());
        }
        let interval_ms = clock.ms(interval);
        let what = format!("{ms} ms is not a multiple of the exchange interval of {interval_ms} ms");
        Err(Error::config("--snapshot-every", what))
    }

    /// Writes the state when it is due. Collective.
    pub(super) fn write_due(&self, simulation: &Simulation, ends: bool, ranks: &Ranks) -> Result<(), Error> {
        let Some(path) = &self.to else { return Ok(()) };
        let clock = simulation.network().clock();
        let is_multiple =
            |ms: f64| clock.steps(ms).is_ok_and(|every| every > 0 && simulation.step().is_multiple_of(every));
        if !ends && !self.every_ms.is_some_and(is_multiple) {
            return Ok(());
        }
        let identity = simulation.identity();
        let state = simulation.gather_state()?;
        ranks.agree(state.map_or(Ok(()), |state| write(path, identity, &state)))
    }
}

/// A hash of a state's bytes, to detect damage before they are parsed.
fn checksum(bytes: &[u8]) -> String {
    let mut hash = ContentHash::default();
    hash.bytes(bytes);
    hash.uuid()
}

fn write(path: &Path, identity: u64, state: &State) -> Result<(), Error> {
    let wrong = |e: postcard::Error| Error::file(path, e.to_string());
    let refused = |e: std::io::Error| Error::file(path, format!("{e}; check space and permissions"));
    let state = postcard::to_stdvec(state).map_err(wrong)?;
    let bytes = postcard::to_stdvec(&(FORMAT, identity, checksum(&state), state)).map_err(wrong)?;
    let mut file = AtomicWriteFile::open(path).map_err(refused)?;
    file.write_all(&bytes).and_then(|()| file.commit()).map_err(refused)
}

fn read(path: &Path, identity: u64) -> Result<State, Error> {
    let wrong = |what: &str| Error::file(path, format!("{what}; give a file made by --snapshot"));
    let damaged = |e: postcard::Error| wrong(&format!("is not a snapshot, or damaged ({e})"));
    let bytes = files::bytes(path, longest())?;
    let (format, rest): (String, _) = postcard::take_from_bytes(&bytes).map_err(damaged)?;
    if format != FORMAT {
        return Err(wrong("is not a snapshot of this version"));
    }
    let (of, sum, state): (u64, String, Vec<u8>) = postcard::from_bytes(rest).map_err(damaged)?;
    if checksum(&state) != sum {
        let what = "is damaged: its bytes are not those that were written; give another snapshot";
        return Err(Error::file(path, what));
    }
    if of != identity {
        let remedy = "give the same file, --seed and options as the run it was made by";
        return Err(Error::file(path, format!("is a snapshot of another network; {remedy}")));
    }
    postcard::from_bytes(&state).map_err(damaged)
}

/// Refuses a path that cannot be written or that holds another kind of file.
fn check_target(path: &Path) -> Result<(), Error> {
    let wrong = |what: &str| Err(Error::file(path, what));
    if path.is_dir() {
        return wrong("is a folder; give the name of a file to --snapshot");
    }
    if path.exists() {
        let mut begin = Vec::new();
        let (file, _) = files::open(path)?;
        let read = file.take(64).read_to_end(&mut begin);
        read.map_err(|e| Error::file(path, format!("{e}; choose another name for --snapshot")))?;
        // A length, then the words themselves.
        if !begin.get(1..).is_some_and(|b| b.starts_with(b"lobule state")) {
            return wrong("exists and is not a snapshot; choose another name for --snapshot");
        }
    }
    Ok(files::check_place(path)?)
}
