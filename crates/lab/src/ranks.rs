//! A run over several processes: who this one is, and how all of them fail together.
//!
//! Every rank runs the same program on the same input; the circuit is divided
//! (`lobule_circuit::Share`). Rank 0 alone prints and writes files.

use crate::Error;
use crate::cerebellum::{BrainState, Drive, ModuleOptions, add_module};
use crate::open_loop::DT_MS;
use lobule_circuit::exchange::{self, ExchangeError, Local, SharedExchange};
use lobule_circuit::{Circuit, Distribution, GapJunctions, Network, RunError, Share, Simulation, Weight};
use lobule_scaffold::format::{self, Format};
use lobule_scaffold::{Anatomy, bsb};
use lobule_signal::Clock;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// This process among those of a run.
#[derive(Clone)]
pub struct Ranks {
    exchange: SharedExchange,
    rank: usize,
    ranks: usize,
    distribution: Distribution,
}

impl Ranks {
    /// A single process.
    pub fn alone() -> Self {
        Self::new(Arc::new(Mutex::new(Local)), Distribution::default())
    }

    /// One of the processes that `exchange` connects.
    pub fn new(exchange: SharedExchange, distribution: Distribution) -> Self {
        let (rank, ranks) = {
            let exchange = exchange.lock().unwrap_or_else(PoisonError::into_inner);
            (exchange.rank(), exchange.ranks())
        };
        Self { exchange, rank, ranks, distribution }
    }

    /// One of the processes that `mpirun` started.
    ///
    /// # Errors
    /// When MPI cannot be used.
    #[cfg(feature = "mpi")]
    pub fn mpi(distribution: Distribution) -> Result<Self, Error> {
        let mpi = lobule_circuit::exchange::Mpi::start().map_err(RunError::Exchange)?;
        Ok(Self::new(Arc::new(Mutex::new(mpi)), distribution))
    }

    /// This process, from 0.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// How many processes there are.
    pub fn ranks(&self) -> usize {
        self.ranks
    }

    /// Whether this process prints and writes.
    pub fn is_first(&self) -> bool {
        self.rank == 0
    }

    /// The part of a circuit that is this rank's.
    pub fn share(&self) -> Share {
        Share::of(self.rank, self.ranks, self.distribution)
    }

    /// A simulation of this rank's share.
    ///
    /// # Errors
    /// As [`Simulation::distributed`].
    pub fn simulation(&self, network: Arc<Network>, threads: usize) -> Result<Simulation, Error> {
        Ok(match self.ranks {
            1 => Simulation::new(network, threads)?,
            _ => Simulation::distributed(network, threads, self.exchange.clone())?,
        })
    }

    /// Ends all processes at once, for an error that the others do not know of.
    pub fn abort(&self) -> ! {
        self.exchange().abort()
    }

    /// Whether every rank has this same error already. Of a rank that is lost the others may know nothing.
    pub fn is_common(error: &Error) -> bool {
        match error {
            Error::Everywhere(_) | Error::Run(RunError::OnRank { .. }) => true,
            Error::Run(RunError::Exchange(error)) => !matches!(error, ExchangeError::Lost { .. }),
            _ => false,
        }
    }

    /// Lets all ranks fail together: the error of the lowest that failed, on every rank. Collective, but for
    /// an error that every rank has already.
    ///
    /// # Errors
    /// That error; [`Error::Everywhere`] when all ranks have the same.
    pub fn agree<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        match result {
            // After a failed exchange there is no other.
            Err(error @ Error::Run(RunError::Exchange(_))) => Err(error),
            Err(error) if self.ranks == 1 || Self::is_common(&error) => Err(error),
            result if self.ranks == 1 => result,
            result => {
                let said = result.as_ref().map(|_| ());
                match (exchange::agree(&mut *self.exchange(), said), result) {
                    (Ok(()), result) => result,
                    (Err(ExchangeError::Everywhere { .. }), Err(error)) => {
                        Err(Error::Everywhere(Box::new(error)))
                    }
                    (Err(error), _) => Err(Error::Run(error.into())),
                }
            }
        }
    }

    /// What rank 0 alone does, with its result on all ranks. Collective.
    ///
    /// # Errors
    /// That of rank 0, on every rank.
    pub fn on_first<T: Serialize + DeserializeOwned>(
        &self,
        f: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.ranks == 1 {
            return f();
        }
        let bug = |e: postcard::Error| Error::File {
            path: "message".into(),
            what: format!("{e}; this is a bug of lobule"),
        };
        let done = match self.is_first() {
            true => f().and_then(|value| Ok(Some((postcard::to_stdvec(&value).map_err(bug)?, value)))),
            false => Ok(None),
        };
        let (bytes, value) = self.agree(done)?.unzip();
        let heard = exchange::broadcast(&mut *self.exchange(), &bytes.unwrap_or_default())
            .map_err(|e| Error::Run(e.into()))?;
        match value {
            Some(value) => Ok(value),
            None => postcard::from_bytes(&heard).map_err(bug),
        }
    }

    /// Replaces each number by the sum of the ranks' numbers in its place. Collective.
    ///
    /// # Errors
    /// When a rank is gone.
    pub fn sum(&self, numbers: &mut [u64]) -> Result<(), Error> {
        if self.ranks == 1 {
            return Ok(());
        }
        exchange::sum(&mut *self.exchange(), numbers).map_err(|e| Error::Run(e.into()))
    }

    fn exchange(&self) -> MutexGuard<'_, dyn lobule_circuit::exchange::Exchange + 'static> {
        self.exchange.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A network file as one rank has read it.
pub struct SharedAnatomy {
    /// All cells, and the rows onto those of this rank.
    pub anatomy: Anatomy,
    /// Whether there are other ranks, which have the other rows.
    pub is_part: bool,
    /// Whether the rows onto each cell of a type were kept; empty when all were. `[cell type][n]`
    kept: BTreeMap<String, Vec<bool>>,
}

impl SharedAnatomy {
    /// Reads a network file whole, on every rank: for what needs all rows.
    ///
    /// # Errors
    /// As [`format::read`], on every rank.
    pub fn read_whole(path: &Path, ranks: &Ranks) -> Result<Self, Error> {
        Ok(Self::whole(ranks.agree(format::read(path).map_err(Error::from))?))
    }

    /// A whole anatomy, for one process.
    pub fn whole(anatomy: Anatomy) -> Self {
        Self { anatomy, is_part: false, kept: BTreeMap::new() }
    }

    /// Reads a network file; with several ranks the rows onto this rank's cells only.
    ///
    /// # Errors
    /// As [`format::read`], on every rank.
    pub fn read(path: &Path, state: BrainState, ranks: &Ranks) -> Result<Self, Error> {
        // Only BSB's format is read in parts.
        if ranks.ranks() == 1 || Format::of_input(path) != Format::Bsb {
            let read = format::read(path).map_err(Error::from);
            return Ok(Self::whole(ranks.agree(read)?));
        }
        let share = ranks.share();
        let mut kept = BTreeMap::new();
        let part = bsb::read_part(path, |cells| {
            kept = owned(cells, state, &share);
            let kept = kept.clone();
            Box::new(move |set, cell| {
                // Who couples cells must know all junctions; other sets end on the cells of one rank.
                let is_own = |owned: &Vec<bool>| owned.get(cell as usize).copied().unwrap_or(true);
                set.name.starts_with("gap_") || kept.get(&set.post_type).is_none_or(is_own)
            })
        });
        let bsb::Part { mut anatomy, rows } = ranks.agree(part.map_err(Error::from))?;
        // A set that is empty on file is missing for all; one that is empty here is not.
        let is_there: BTreeMap<String, bool> =
            anatomy.connections.iter().zip(&rows).map(|(set, &n)| (set.name.clone(), n > 0)).collect();
        let mirror = |name: &str| is_there.get(&format!("{name}_minus")).copied().unwrap_or(false);
        anatomy.connections.retain(|set| is_there[&set.name] || mirror(&set.name));
        Ok(Self { anatomy, is_part: true, kept })
    }

    /// Makes sure that the rows onto all cells that this rank simulates were kept.
    ///
    /// # Errors
    /// [`Error::Anatomy`]; this would be a bug of lobule.
    pub fn covers(&self, network: &Network) -> Result<(), Error> {
        for (cell_type, kept) in &self.kept {
            let owned = network.owned(cell_type)?;
            if owned.iter().zip(kept).any(|(owns, keeps)| *owns && !keeps) {
                return Err(Error::Anatomy {
                    what: format!(
                        "the rows onto some `{cell_type}` of this rank were not read; this is a bug of lobule"
                    ),
                });
            }
        }
        Ok(())
    }
}

/// The cells of each type that this rank may own, whether gap junctions couple a population or not.
fn owned(cells: &Anatomy, state: BrainState, share: &Share) -> BTreeMap<String, Vec<bool>> {
    let bare = Anatomy { cells: cells.cells.clone(), ..Anatomy::default() };
    let mut circuit = Circuit::new();
    let mut owned: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    // What is wrong with the cells is said when the circuit itself is made of them.
    if add_module(&mut circuit, "", &bare, &ModuleOptions::new(state, Drive::Poisson(0.0))).is_err() {
        return owned;
    }
    let mut coupled = circuit.clone();
    for set in cells.connections.iter().filter(|set| set.name.starts_with("gap_")) {
        coupled.add_gap_junctions(GapJunctions {
            label: set.name.clone(),
            population: set.post_type.clone(),
            pairs: Arc::default(),
            conductance: Weight::Uniform(0.0),
        });
    }
    for circuit in [circuit, coupled] {
        let Ok(clock) = Clock::new(DT_MS) else { continue };
        let Ok(network) = circuit.compile_share(clock, 0, share) else { continue };
        for population in network.populations() {
            let now = network.owned(&population.label).unwrap_or_default();
            let before = owned.entry(population.label).or_insert_with(|| vec![false; now.len()]);
            before.iter_mut().zip(now).for_each(|(before, now)| *before |= now);
        }
    }
    owned
}
