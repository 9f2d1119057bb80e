//! A run over several processes: the rank of this one, and errors that all of them share.
//!
//! Every rank runs the same program on the same input and works on its share. Rank 0 alone prints and writes files.

use crate::{Exchange, ExchangeError, Local, SharedExchange, agree, broadcast, sum};
use lobule_signal::Reach;
use serde::{Serialize, de::DeserializeOwned};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Distribution of blocks of neurons over ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Distribution {
    /// In turn: neighbors go to different ranks, and every rank gets a part of every large population.
    #[default]
    RoundRobin,
    /// One contiguous part of each population per rank, so that neighbors stay together; blocks of a population with fewer
    /// blocks than ranks go in turn.
    Contiguous,
}

/// An error that several ranks can share.
pub trait RankError: std::fmt::Display + From<ExchangeError> {
    /// Ranks that have the error.
    fn reach(&self) -> Reach;

    /// The same error, marked as shared by all ranks.
    fn everywhere(self) -> Self;
}

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
    /// [`ExchangeError::Start`] if MPI cannot be used.
    #[cfg(feature = "mpi")]
    pub fn mpi(distribution: Distribution) -> Result<Self, ExchangeError> {
        Ok(Self::new(Arc::new(Mutex::new(crate::Mpi::start()?)), distribution))
    }

    /// Number of this process, from 0.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Number of processes.
    pub fn ranks(&self) -> usize {
        self.ranks
    }

    /// True if this process prints and writes files.
    pub fn is_first(&self) -> bool {
        self.rank == 0
    }

    /// Distribution of work over ranks.
    pub fn distribution(&self) -> Distribution {
        self.distribution
    }

    /// Connection to the other ranks, for simulations that exchange in every step.
    pub fn exchange(&self) -> SharedExchange {
        self.exchange.clone()
    }

    /// Ends all processes at once, after an error that the others do not have.
    pub fn abort(&self) -> ! {
        self.locked().abort()
    }

    /// Makes all ranks fail together, with the error of the lowest rank that failed. Collective, except for an error that
    /// every rank has already.
    ///
    /// # Errors
    /// The error, marked by [`RankError::everywhere`] if all ranks have the same.
    pub fn agree<T, E: RankError>(&self, result: Result<T, E>) -> Result<T, E> {
        match result {
            // After a failed exchange there is no other.
            Err(error) if self.ranks == 1 || error.reach() != Reach::Here => Err(error),
            result if self.ranks == 1 => result,
            result => {
                let said = result.as_ref().map(|_| ());
                match (agree(&mut *self.locked(), said), result) {
                    (Ok(()), result) => result,
                    (Err(ExchangeError::Everywhere { .. }), Err(error)) => Err(error.everywhere()),
                    (Err(error), _) => Err(error.into()),
                }
            }
        }
    }

    /// Runs a function on rank 0 alone and sends its result to all ranks. Collective.
    ///
    /// # Errors
    /// The error of rank 0, on every rank.
    pub fn on_first<T: Serialize + DeserializeOwned, E: RankError>(
        &self,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        if self.ranks == 1 {
            return f();
        }
        let unsent = |e: postcard::Error| E::from(ExchangeError::Message { what: e.to_string() });
        let done = match self.is_first() {
            true => f().and_then(|value| Ok(Some((postcard::to_stdvec(&value).map_err(unsent)?, value)))),
            false => Ok(None),
        };
        let (bytes, value) = self.agree(done)?.unzip();
        let received = broadcast(&mut *self.locked(), &bytes.unwrap_or_default())?;
        match value {
            Some(value) => Ok(value),
            None => postcard::from_bytes(&received).map_err(unsent),
        }
    }

    /// Replaces each number by its sum over ranks. Collective.
    ///
    /// # Errors
    /// [`ExchangeError::Lost`] if a rank has ended.
    pub fn sum(&self, numbers: &mut [u64]) -> Result<(), ExchangeError> {
        if self.ranks == 1 {
            return Ok(());
        }
        sum(&mut *self.locked(), numbers)
    }

    fn locked(&self) -> MutexGuard<'_, dyn Exchange + 'static> {
        self.exchange.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
