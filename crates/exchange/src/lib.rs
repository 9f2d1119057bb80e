//! Message passing between ranks.
//!
//! There is one operation, [`Exchange::all_to_all`]: every rank gives each rank some words of 64 bits. Spikes, states
//! and verdicts are sent with it. All calls are collective: every rank makes the same ones in the same order.
//!
//! | implementation | ranks are |
//! | --- | --- |
//! | [`Local`] | the one process |
//! | [`Threads`] | threads of one process, for tests |
//! | `Mpi` (feature `mpi`) | the processes that `mpirun` started |

#![forbid(unsafe_code)]
#[cfg(feature = "mpi")]
mod mpi;
mod ranks;
mod threads;

#[cfg(feature = "mpi")]
pub use mpi::Mpi;
pub use ranks::{Distribution, RankError, Ranks};
pub use threads::Threads;

use lobule_signal::{Reach, RoomError};
use std::sync::{Arc, Mutex};
use thiserror::Error;

/// A failed exchange.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// A rank has ended.
    #[error(
        "rank {rank} has ended before the others and the run cannot continue; resume it from its last snapshot"
    )]
    Lost {
        /// The rank that has ended.
        rank: usize,
    },
    /// A message that is too long.
    #[error(
        "rank {rank} has {words} words of 8 bytes to send at once and at most {most} are possible; use more ranks"
    )]
    TooLarge {
        /// The sender.
        rank: usize,
        /// Length of the message, words.
        words: usize,
        /// Longest message, words.
        most: usize,
    },
    /// A message library that cannot be started.
    #[error("MPI cannot be used: {what}")]
    Start {
        /// The cause and the remedy.
        what: String,
    },
    /// An error that all ranks have.
    #[error("{what}")]
    Everywhere {
        /// Its message.
        what: String,
    },
    /// An error of another rank.
    #[error("rank {rank}: {what}")]
    Other {
        /// The rank.
        rank: usize,
        /// Its message.
        what: String,
    },
    /// A message that cannot be written as bytes or read from them.
    #[error("a message between ranks: {what}; this is a bug of lobule")]
    Message {
        /// The cause.
        what: String,
    },
}

impl RoomError for ExchangeError {
    /// True if a single rank has the error, such as a folder that cannot be written.
    fn is_input(&self) -> bool {
        matches!(self, Self::Other { .. })
    }

    fn reach(&self) -> Reach {
        match self {
            Self::Message { .. } => Reach::Here,
            Self::Lost { .. } => Reach::Cut,
            _ => Reach::Everywhere,
        }
    }
}

/// Connection of a rank to the others.
pub trait Exchange: Send {
    /// This rank, from 0.
    fn rank(&self) -> usize;

    /// Number of ranks.
    fn ranks(&self) -> usize;

    /// Sends rank r the words `outgoing[r]` and replaces `incoming[r]` by the words that rank r sends.
    /// Both have one entry per rank, including this one.
    ///
    /// # Errors
    /// [`ExchangeError`]; after an error the ranks no longer agree on anything and must end.
    fn all_to_all(&mut self, outgoing: &[Vec<u64>], incoming: &mut [Vec<u64>]) -> Result<(), ExchangeError>;

    /// Ends all ranks at once, with exit status 1, after an error that the others do not have and would wait for.
    fn abort(&self) -> ! {
        std::process::exit(1)
    }
}

/// An exchange that several simulations use, one after the other.
pub type SharedExchange = Arc<Mutex<dyn Exchange>>;

/// A single process, which exchanges with itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Local;

impl Exchange for Local {
    fn rank(&self) -> usize {
        0
    }

    fn ranks(&self) -> usize {
        1
    }

    fn all_to_all(&mut self, outgoing: &[Vec<u64>], incoming: &mut [Vec<u64>]) -> Result<(), ExchangeError> {
        incoming[0].clone_from(&outgoing[0]);
        Ok(())
    }
}

/// Words in one round of a long message: 32 MiB.
const ROUND: usize = 1 << 22;

/// As [`Exchange::all_to_all`] for messages of any length, in rounds.
///
/// # Errors
/// Errors of the exchange.
pub fn all_to_all_long(
    exchange: &mut dyn Exchange,
    outgoing: &[Vec<u64>],
) -> Result<Vec<Vec<u64>>, ExchangeError> {
    let ranks = exchange.ranks();
    let longest = outgoing.iter().map(Vec::len).max().unwrap_or(0) as u64;
    let mut piece = vec![Vec::new(); ranks];
    exchange.all_to_all(&vec![vec![longest]; ranks], &mut piece)?;
    let longest = piece.iter().map(|w| w[0]).max().unwrap_or(0) as usize;
    let mut incoming = vec![Vec::new(); ranks];
    for begin in (0..longest).step_by(ROUND) {
        let part =
            |words: &Vec<u64>| words[begin.min(words.len())..(begin + ROUND).min(words.len())].to_vec();
        let now: Vec<Vec<u64>> = outgoing.iter().map(part).collect();
        exchange.all_to_all(&now, &mut piece)?;
        incoming.iter_mut().zip(&piece).for_each(|(all, part)| all.extend_from_slice(part));
    }
    Ok(incoming)
}

/// Makes all ranks fail together: `Ok` if every rank has succeeded, otherwise the error of the lowest rank that failed, on
/// every rank.
///
/// # Errors
/// [`ExchangeError::Other`] with the rank and its message, [`ExchangeError::Everywhere`] if all ranks have the same error,
/// and errors of the exchange itself.
pub fn agree<T, E: std::fmt::Display>(
    exchange: &mut dyn Exchange,
    result: Result<T, E>,
) -> Result<T, ExchangeError> {
    let message = match &result {
        Ok(_) => Vec::new(),
        Err(error) => words_of(error.to_string().as_bytes()),
    };
    let to_all = vec![message; exchange.ranks()];
    let said = all_to_all_long(exchange, &to_all)?;
    let what = |words: &[u64]| String::from_utf8_lossy(&bytes_of(words)).into_owned();
    if said.len() > 1 && !said[0].is_empty() && said.iter().all(|words| *words == said[0]) {
        return Err(ExchangeError::Everywhere { what: what(&said[0]) });
    }
    match said.iter().position(|words| !words.is_empty()) {
        Some(rank) => Err(ExchangeError::Other { rank, what: what(&said[rank]) }),
        None => result.map_err(|e| ExchangeError::Other { rank: exchange.rank(), what: e.to_string() }),
    }
}

/// Sends rank 0's bytes to all ranks; bytes of the others are ignored.
///
/// # Errors
/// Errors of the exchange.
pub fn broadcast(exchange: &mut dyn Exchange, bytes: &[u8]) -> Result<Vec<u8>, ExchangeError> {
    let words = if exchange.rank() == 0 { words_of(bytes) } else { Vec::new() };
    let to_all = vec![words; exchange.ranks()];
    Ok(bytes_of(&all_to_all_long(exchange, &to_all)?[0]))
}

/// Replaces each number by its sum over ranks. All ranks give equally many numbers.
///
/// # Errors
/// Errors of the exchange; [`ExchangeError::Lost`] if a rank gives more or fewer numbers.
pub fn sum(exchange: &mut dyn Exchange, numbers: &mut [u64]) -> Result<(), ExchangeError> {
    let to_all = vec![numbers.to_vec(); exchange.ranks()];
    let all = all_to_all_long(exchange, &to_all)?;
    if let Some(rank) = all.iter().position(|words| words.len() != numbers.len()) {
        return Err(ExchangeError::Lost { rank });
    }
    numbers.fill(0);
    for words in &all {
        numbers.iter_mut().zip(words).for_each(|(sum, word)| *sum = sum.wrapping_add(*word));
    }
    Ok(())
}

/// Packs bytes into words, their number first.
pub fn words_of(bytes: &[u8]) -> Vec<u64> {
    let mut words = Vec::with_capacity(1 + bytes.len().div_ceil(8));
    words.push(bytes.len() as u64);
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        words.push(u64::from_le_bytes(word));
    }
    words
}

/// Unpacks the bytes of [`words_of`].
pub fn bytes_of(words: &[u64]) -> Vec<u8> {
    let Some((&len, rest)) = words.split_first() else { return Vec::new() };
    let mut bytes: Vec<u8> = rest.iter().flat_map(|word| word.to_le_bytes()).collect();
    bytes.truncate(len as usize);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_team<T: Send>(ranks: usize, f: impl Fn(&mut Threads) -> T + Sync) -> Vec<T> {
        let f = &f;
        std::thread::scope(|scope| {
            let ranks: Vec<_> =
                Threads::team(ranks).into_iter().map(|mut team| scope.spawn(move || f(&mut team))).collect();
            ranks.into_iter().map(|r| r.join().unwrap()).collect()
        })
    }

    #[test]
    fn bytes_come_back_from_words() {
        for n in 0..40 {
            let bytes: Vec<u8> = (0..n).collect();
            assert_eq!(bytes_of(&words_of(&bytes)), bytes);
        }
    }

    #[test]
    fn long_messages_arrive_whole() {
        let long: Vec<u64> = (0..ROUND as u64 + 5).collect();
        assert_eq!(all_to_all_long(&mut Local, std::slice::from_ref(&long)), Ok(vec![long]));
    }

    #[test]
    fn all_ranks_get_the_error_of_the_lowest_that_failed() {
        let errors = on_team(4, |team| {
            let rank = team.rank();
            agree(team, if rank % 2 == 1 { Err(format!("no memory on {rank}")) } else { Ok(()) })
        });
        let expected = ExchangeError::Other { rank: 1, what: "no memory on 1".into() };
        assert!(errors.iter().all(|e| *e == Err(expected.clone())), "{errors:?}");
    }

    #[test]
    fn an_error_of_all_ranks_belongs_to_none() {
        let errors = on_team(3, |team| agree(team, Err::<(), _>("no such file")));
        let expected = Err(ExchangeError::Everywhere { what: "no such file".into() });
        assert!(errors.iter().all(|e| *e == expected), "{errors:?}");
    }

    #[test]
    fn numbers_are_added_up_and_bytes_of_the_first_are_heard_by_all() {
        let sums = on_team(3, |team| {
            let mut numbers = [team.rank() as u64, 1 << 60];
            sum(team, &mut numbers).map(|()| numbers)
        });
        assert!(sums.iter().all(|s| *s == Ok([3, 3 << 60])), "{sums:?}");
        let heard = on_team(3, |team| {
            let bytes = [team.rank() as u8; 11];
            broadcast(team, &bytes)
        });
        assert!(heard.iter().all(|h| *h == Ok(vec![0; 11])), "{heard:?}");
        let uneven = on_team(2, |team| {
            let mut numbers = vec![1; 1 + team.rank()];
            sum(team, &mut numbers)
        });
        assert_eq!(uneven, [Err(ExchangeError::Lost { rank: 1 }), Err(ExchangeError::Lost { rank: 0 })]);
    }
}
