//! The processes that `mpirun` started.
//!
//! An exchange is an all-to-all of counts followed by one of the words. MPI is called by one
//! thread at a time. When a process dies, `mpirun` ends the others; a process that panics
//! ends them itself, since they would wait for it forever.

use crate::{Exchange, ExchangeError};
use mpi::datatype::{Partition, PartitionMut};
use mpi::environment::{Threading, Universe};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives};
use std::io::Write;

/// The longest message: MPI counts in 31 bits.
const MOST: usize = i32::MAX as usize;

/// A process of `MPI_COMM_WORLD`. A process has one, and dropping it ends the use of MPI.
pub struct Mpi {
    _universe: Universe,
    /// The error after which this process can no longer take part.
    broken: Option<ExchangeError>,
    rank: usize,
    ranks: usize,
    send: Vec<u64>,
    receive: Vec<u64>,
    counts: [Vec<i32>; 2],
    starts: [Vec<i32>; 2],
}

impl Mpi {
    /// Starts MPI.
    ///
    /// # Errors
    /// [`ExchangeError::Start`] if MPI was started before in this process or does not support threads.
    pub fn start() -> Result<Self, ExchangeError> {
        let start = |what: &str| ExchangeError::Start { what: what.into() };
        let (universe, threading) = mpi::initialize_with_threading(Threading::Serialized)
            .ok_or_else(|| start("it was started before in this process; start it only once"))?;
        if threading < Threading::Serialized {
            return Err(start(
                "this MPI library does not allow threads; use one built with MPI_THREAD_SERIALIZED",
            ));
        }
        let world = SimpleCommunicator::world();
        let (rank, ranks) = (world.rank() as usize, world.size() as usize);
        let zeros = || [vec![0; ranks], vec![0; ranks]];
        Ok(Self {
            _universe: universe,
            broken: None,
            rank,
            ranks,
            send: Vec::new(),
            receive: Vec::new(),
            counts: zeros(),
            starts: zeros(),
        })
    }
}

/// Fills `starts` with the sum of the counts before each and returns the total.
fn add_up(counts: &[i32], starts: &mut [i32]) -> Option<usize> {
    let mut sum = 0i32;
    for (start, &count) in starts.iter_mut().zip(counts) {
        *start = sum;
        sum = sum.checked_add(count)?;
    }
    Some(sum as usize)
}

impl Exchange for Mpi {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.ranks
    }

    fn all_to_all(&mut self, outgoing: &[Vec<u64>], incoming: &mut [Vec<u64>]) -> Result<(), ExchangeError> {
        let done = self.try_all_to_all(outgoing, incoming);
        self.broken = self.broken.take().or(done.clone().err());
        done
    }

    fn abort(&self) -> ! {
        SimpleCommunicator::world().abort(1)
    }
}

impl Mpi {
    fn try_all_to_all(
        &mut self,
        outgoing: &[Vec<u64>],
        incoming: &mut [Vec<u64>],
    ) -> Result<(), ExchangeError> {
        let world = SimpleCommunicator::world();
        let too_large = |rank, words| ExchangeError::TooLarge { rank, words, most: MOST };
        self.send.clear();
        outgoing.iter().for_each(|words| self.send.extend_from_slice(words));
        if self.send.len() > MOST {
            return Err(too_large(self.rank, self.send.len()));
        }
        for (count, words) in self.counts[0].iter_mut().zip(outgoing) {
            *count = words.len() as i32;
        }
        let [out_counts, in_counts] = &mut self.counts;
        let [out_starts, in_starts] = &mut self.starts;
        add_up(out_counts, out_starts);
        world.all_to_all_into(&out_counts[..], &mut in_counts[..]);
        let all = add_up(in_counts, in_starts)
            .ok_or_else(|| too_large(self.rank, in_counts.iter().map(|&c| c as usize).sum()))?;
        self.receive.resize(all, 0);
        {
            let send = Partition::new(&self.send[..], &out_counts[..], &out_starts[..]);
            let mut receive = PartitionMut::new(&mut self.receive[..], &in_counts[..], &in_starts[..]);
            world.all_to_all_varcount_into(&send, &mut receive);
        }
        for ((words, &start), &count) in incoming.iter_mut().zip(in_starts.iter()).zip(in_counts.iter()) {
            words.clear();
            words.extend_from_slice(&self.receive[start as usize..(start + count) as usize]);
        }
        Ok(())
    }
}

impl Drop for Mpi {
    fn drop(&mut self) {
        // The others wait in an exchange that this process will never reach.
        if let Some(error) = &self.broken {
            // Where nobody reads it, nothing can be said.
            let _ = writeln!(std::io::stderr(), "lobule: {error}");
        }
        if self.broken.is_some() || std::thread::panicking() {
            self.abort();
        }
    }
}
