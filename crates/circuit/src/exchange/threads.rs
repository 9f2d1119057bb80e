//! Threads of one process that stand for ranks.

use super::{Exchange, ExchangeError};
use std::sync::mpsc::{Receiver, Sender, channel};

/// One of several threads that exchange as ranks do. A thread that ends while others wait for it is
/// reported to them as lost.
#[derive(Debug)]
pub struct Threads {
    rank: usize,
    to: Vec<Sender<Vec<u64>>>,
    from: Vec<Receiver<Vec<u64>>>,
}

impl Threads {
    /// `ranks` members that know each other, one for each thread.
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
