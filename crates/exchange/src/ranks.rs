//! A run over several processes: who this one is, and how all of them fail together.
//!
//! Every rank runs the same program on the same input; what it works on is divided. Rank 0 alone prints and
//! writes files.

use crate::{Exchange, ExchangeError, Local, SharedExchange, agree, broadcast, sum};
use lobule_signal::Reach;
use serde::{Serialize, de::DeserializeOwned};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How blocks of neurons are dealt to ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Distribution {
    /// One after the other: neighbors go to different ranks, and every rank gets a part of every
    /// large population.
    #[default]
    RoundRobin,
    /// Each population in one run per rank, so that neighbors stay together; the blocks of a population with fewer
    /// blocks than there are ranks, one after the other.
    Contiguous,
}

/// An error that ranks can have together.
pub trait RankError: std::fmt::Display + From<ExchangeError> {
    /// Which ranks have it.
    fn reach(&self) -> Reach;

    /// The same error, marked as one that every rank has.
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
    /// When MPI cannot be used.
    #[cfg(feature = "mpi")]
    pub fn mpi(distribution: Distribution) -> Result<Self, ExchangeError> {
        Ok(Self::new(Arc::new(Mutex::new(crate::Mpi::start()?)), distribution))
    }

    /// This process, from 0.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// How many processes there are.
    pub fn ranks(&self) -> usize {
        self.ranks
    }

    /// True if this process prints and writes.
    pub fn is_first(&self) -> bool {
        self.rank == 0
    }

    /// How work is dealt to the ranks.
    pub fn distribution(&self) -> Distribution {
        self.distribution
    }

    /// The way to the other ranks, for what exchanges in every step.
    pub fn exchange(&self) -> SharedExchange {
        self.exchange.clone()
    }

    /// Ends all processes at once, for an error that the others do not know of.
    pub fn abort(&self) -> ! {
        self.locked().abort()
    }

    /// Lets all ranks fail together: the error of the lowest that failed, on every rank. Collective, but for
    /// an error that every rank has already.
    ///
    /// # Errors
    /// That error; marked by [`RankError::everywhere`] when all ranks have the same.
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

    /// What rank 0 alone does, with its result on all ranks. Collective.
    ///
    /// # Errors
    /// That of rank 0, on every rank.
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

    /// Replaces each number by the sum of the ranks' numbers in its place. Collective.
    ///
    /// # Errors
    /// When a rank is gone.
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
