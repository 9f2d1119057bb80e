//! Threads of one process that act as ranks.

use crate::{Distribution, Exchange, ExchangeError, Ranks};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// One of several threads that exchange as ranks do. If a thread ends while others wait for it, they report it as lost.
#[derive(Debug)]
pub struct Threads {
    rank: usize,
    to: Vec<Sender<Vec<u64>>>,
    from: Vec<Receiver<Vec<u64>>>,
}

impl Threads {
    /// Connected members of a team, one for each thread.
    pub fn team(ranks: usize) -> Vec<Self> {
        let mut to: Vec<Vec<Sender<Vec<u64>>>> = (0..ranks).map(|_| Vec::new()).collect();
        let mut from: Vec<Vec<Receiver<Vec<u64>>>> = (0..ranks).map(|_| Vec::new()).collect();
        for sender in &mut to {
            for receiver in &mut from {
                let (s, r) = channel();
                sender.push(s);
                receiver.push(r);
            }
        }
        let both = to.into_iter().zip(from).enumerate();
        both.map(|(rank, (to, from))| Self { rank, to, from }).collect()
    }

    /// Runs one function on every rank of a team of threads; results are in the order of the ranks.
    ///
    /// # Panics
    /// If the function panics on a rank.
    pub fn each<T: Send>(ranks: usize, distribution: Distribution, f: impl Fn(Ranks) -> T + Sync) -> Vec<T> {
        let f = &f;
        std::thread::scope(|scope| {
            let member =
                |exchange| scope.spawn(move || f(Ranks::new(Arc::new(Mutex::new(exchange)), distribution)));
            let threads: Vec<_> = Self::team(ranks).into_iter().map(member).collect();
            let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
            joined.map(|t| t.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        })
    }
}

impl Exchange for Threads {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.to.len()
    }

    fn all_to_all(&mut self, outgoing: &[Vec<u64>], incoming: &mut [Vec<u64>]) -> Result<(), ExchangeError> {
        for (rank, (to, words)) in self.to.iter().zip(outgoing).enumerate() {
            to.send(words.clone()).map_err(|_| ExchangeError::Lost { rank })?;
        }
        for (rank, (from, words)) in self.from.iter().zip(incoming).enumerate() {
            *words = from.recv().map_err(|_| ExchangeError::Lost { rank })?;
        }
        Ok(())
    }
}
