//! A simulation as one rank of several: it exchanges the spikes of an interval, gathers the state, and scatters it.
//!
//! A rank *owns* blocks (`crate::share`) and *hears* those whose spikes can act on them. Each interval
//! it sends the spikes of its own blocks to the ranks that hear them. What arrives is put where the
//! block itself would have left it, so that the propagate stage is the same for one rank and for many
//! and the order of the histories, (step, block, neuron), follows.
//!
//! A message is a verdict, then spikes as words of step (16 bits), block (32 bits), neuron (16 bits).
//! The verdict is 0, or names the first of the sender's variables that is not a number: every rank then
//! ends with the same error, after the same interval.

use crate::models::{BLOCK, LocalSpike};
use crate::state::{BlockState, PlasticBlock, State, alike};
use crate::{SpikeHistory, error::RunError, network::Network, short_term::ShortTermState};
use lobule_exchange::{Exchange, ExchangeError, SharedExchange, agree, all_to_all_long, bytes_of, words_of};
use lobule_signal::{Fingerprint, SpikeTrain};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::{MutexGuard, PoisonError};

/// A value that is not finite: (block, variable, neuron of the block, value).
pub(crate) type NotFinite = (usize, usize, usize, f32);

/// This rank among the others.
pub(crate) struct Team {
    exchange: SharedExchange,
    rank: usize,
    /// For each rank and block: true if the rank receives the block's spikes. `[rank][block]`
    hears: Vec<Vec<bool>>,
    /// Ranks other than this one that hear each own block; empty for the blocks of others. `[block]`
    readers: Vec<Vec<u32>>,
    outgoing: Vec<Vec<u64>>,
    incoming: Vec<Vec<u64>>,
}

impl Team {
    /// Makes the ranks known to each other.
    pub fn new(network: &Network, exchange: SharedExchange) -> Result<Self, RunError> {
        let mut guard = exchange.lock().unwrap_or_else(PoisonError::into_inner);
        let (rank, ranks) = (guard.rank(), guard.ranks());
        let share = &network.share;
        let word = |flags: &[bool]| flags.iter().rev().fold(0u64, |w, &b| w << 1 | u64::from(b));
        let mut identity = Fingerprint::default();
        identity.word(network.identity());
        network.owner.iter().for_each(|&owner| identity.word(u64::from(owner)));
        let mut message = vec![identity.value(), share.rank() as u64, share.ranks() as u64];
        message.extend(network.hears.chunks(64).map(word));
        let all = all_to_all_long(&mut *guard, &vec![message.clone(); ranks]).map_err(RunError::Exchange)?;
        for (r, words) in all.iter().enumerate() {
            if words.len() != message.len() || words[0] != message[0] || words[2] != message[2] {
                let what = "simulates another network, or divides it otherwise, than";
                return Err(bad(format!("rank {r} {what} rank {rank}")));
            }
            if words[1] != r as u64 || words[2] != ranks as u64 {
                let share = format!("the share of rank {} of {}", words[1], words[2]);
                let remedy = "compile with the share of its rank";
                return Err(bad(format!("rank {r} of {ranks} compiled {share}; {remedy}")));
            }
        }
        drop(guard);
        let blocks = network.blocks.len();
        let bits = |words: &Vec<u64>| (0..blocks).map(|b| words[3 + b / 64] >> (b % 64) & 1 == 1).collect();
        let hears: Vec<Vec<bool>> = all.iter().map(bits).collect();
        let readers = (0..blocks)
            .map(|b| match network.owns(b) && !network.is_replicated(b) {
                true => (0..ranks as u32).filter(|&r| r as usize != rank && hears[r as usize][b]).collect(),
                false => Vec::new(),
            })
            .collect();
        let empty = vec![Vec::new(); ranks];
        Ok(Self { exchange, rank, hears, readers, outgoing: empty.clone(), incoming: empty })
    }

    fn ranks(&self) -> usize {
        self.hears.len()
    }

    /// Sends the spikes of own blocks and takes those of the blocks that are heard. Gives the first
    /// value of any rank that is not finite, and its rank.
    pub fn exchange(
        &mut self,
        blocks: &mut [BlockState],
        found: Option<NotFinite>,
    ) -> Result<Option<(usize, NotFinite)>, ExchangeError> {
        for words in &mut self.outgoing {
            words.clear();
            match found {
                None => words.push(0),
                Some((b, v, i, value)) => {
                    words.extend([1 + b as u64, (v as u64) << 32 | i as u64, u64::from(value.to_bits())])
                }
            }
        }
        for (b, readers) in self.readers.iter().enumerate() {
            if readers.is_empty() {
                continue;
            }
            for spike in &blocks[b].spikes {
                let word = u64::from(spike.step) << 48 | (b as u64) << 16 | u64::from(spike.neuron);
                readers.iter().for_each(|&r| self.outgoing[r as usize].push(word));
            }
        }
        let mut guard = self.exchange.lock().unwrap_or_else(PoisonError::into_inner);
        guard.all_to_all(&self.outgoing, &mut self.incoming)?;
        drop(guard);
        let mut first: Option<(usize, NotFinite)> = None;
        for (r, words) in self.incoming.iter().enumerate() {
            let spikes = match words.first() {
                Some(0) => &words[1..],
                Some(&b) if words.len() >= 3 => {
                    let (v, i) = ((words[1] >> 32) as usize, words[1] as u32 as usize);
                    let found = (b as usize - 1, v, i, f32::from_bits(words[2] as u32));
                    if first.is_none_or(|(_, (earlier, ..))| found.0 < earlier) {
                        first = Some((r, found));
                    }
                    &words[3..]
                }
                _ => return Err(ExchangeError::Lost { rank: r }),
            };
            for &word in spikes {
                let spike = LocalSpike { step: (word >> 48) as u16, neuron: word as u16 };
                blocks[(word >> 16) as u32 as usize].spikes.push(spike);
            }
        }
        Ok(first)
    }

    /// The whole state on rank 0, `None` on the others. `own` is this rank's part.
    pub fn gather(&self, network: &Network, own: &State) -> Result<Option<State>, RunError> {
        let owned = slice(network, own, &|b| network.owns(b), &|b| network.owns(b));
        let others = self.to_first(&owned)?;
        Ok((self.rank == 0).then(|| join(network, std::iter::once(owned).chain(others).collect())))
    }

    /// This rank's part of the whole state that rank 0 gives.
    pub fn scatter(&self, network: &Network, whole: Option<&State>) -> Result<State, RunError> {
        let checked = match whole.filter(|_| self.rank == 0) {
            Some(whole) => check_whole(network, whole),
            None if self.rank == 0 => Err("rank 0 has no state to restore"),
            None => Ok(()),
        };
        agree(&mut *self.locked(), checked)?;
        let mut outgoing = vec![Vec::new(); self.ranks()];
        if let Some(whole) = whole.filter(|_| self.rank == 0) {
            for (r, words) in outgoing.iter_mut().enumerate() {
                *words = pack(&self.part_of(network, whole, r))?;
            }
        }
        let received = self.talk(&outgoing)?;
        unpack(&received[0])
    }

    /// The part of a whole state that rank `r` needs.
    fn part_of(&self, network: &Network, whole: &State, r: usize) -> State {
        let hears = &self.hears[r];
        let has = |b: usize| network.owner[b] as usize == r || network.is_replicated(b) && hears[b];
        slice(network, whole, &has, &|b| hears[b])
    }

    /// Adds up the recorded spikes of all ranks on rank 0; the others have none afterwards.
    pub fn merge_spikes(&self, trains: &mut [&mut SpikeTrain]) -> Result<(), RunError> {
        let own: Vec<(&[u64], &[u32])> = trains.iter().map(|t| (&t.steps[..], &t.ids[..])).collect();
        let others: Vec<Vec<(Vec<u64>, Vec<u32>)>> = self.to_first(&own)?;
        if self.rank != 0 {
            trains.iter_mut().for_each(|train| (train.steps, train.ids) = Default::default());
            return Ok(());
        }
        for (k, train) in trains.iter_mut().enumerate() {
            let own = (&train.steps, &train.ids);
            let parts = std::iter::once(own).chain(others.iter().map(|other| (&other[k].0, &other[k].1)));
            let spikes = parts.flat_map(|(steps, ids)| steps.iter().copied().zip(ids.iter().copied()));
            let mut all: Vec<(u64, u32)> = spikes.collect();
            all.sort_unstable();
            (train.steps, train.ids) = all.into_iter().unzip();
        }
        Ok(())
    }

    /// Puts the recorded values of all ranks together on rank 0: (values `[t][n]`, whether this rank owns
    /// each of the n neurons).
    pub fn merge_values(&self, traces: &mut [(&mut Vec<f32>, Vec<bool>)]) -> Result<(), RunError> {
        let own: Vec<(&[f32], &[bool])> = traces.iter().map(|(v, o)| (&v[..], &o[..])).collect();
        for theirs in self.to_first::<Vec<(Vec<f32>, Vec<bool>)>>(&own)? {
            for ((values, _), (other, owned)) in traces.iter_mut().zip(&theirs) {
                let n = owned.len().max(1);
                for (row, from) in values.chunks_mut(n).zip(other.chunks(n)) {
                    for i in (0..owned.len()).filter(|&i| owned[i]) {
                        row[i] = from[i];
                    }
                }
            }
        }
        Ok(())
    }

    fn locked(&self) -> MutexGuard<'_, dyn Exchange + 'static> {
        self.exchange.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn talk(&self, outgoing: &[Vec<u64>]) -> Result<Vec<Vec<u64>>, RunError> {
        Ok(all_to_all_long(&mut *self.locked(), outgoing)?)
    }

    /// On rank 0: the values of the other ranks, in their order; the other ranks receive none.
    fn to_first<T: DeserializeOwned>(&self, own: &impl Serialize) -> Result<Vec<T>, RunError> {
        let mut outgoing = vec![Vec::new(); self.ranks()];
        if self.rank != 0 {
            outgoing[0] = pack(own)?;
        }
        let received = self.talk(&outgoing)?;
        received.iter().skip(1).filter(|_| self.rank == 0).map(|words| unpack(words)).collect()
    }

    pub fn sum(&self, word: u64) -> Result<u64, RunError> {
        let all = self.talk(&vec![vec![word]; self.ranks()])?;
        Ok(all.iter().fold(0, |sum, words| sum.wrapping_add(words[0])))
    }

    pub fn broadcast(&self, word: u64) -> Result<u64, RunError> {
        Ok(self.talk(&vec![vec![word]; self.ranks()])?[0][0])
    }

    /// Replaces the numbers by those of the rank `from`, on all ranks.
    pub fn take_over(&self, from: u32, numbers: &mut [f64]) -> Result<(), RunError> {
        let is_own = self.rank == from as usize;
        let own = if is_own { numbers.iter().map(|x| x.to_bits()).collect() } else { Vec::new() };
        let received = self.talk(&vec![own; self.ranks()])?;
        let theirs = &received[from as usize];
        if theirs.len() != numbers.len() {
            return Err(RunError::Exchange(ExchangeError::Lost { rank: from as usize }));
        }
        numbers.iter_mut().zip(theirs).for_each(|(x, &bits)| *x = f64::from_bits(bits));
        Ok(())
    }
}

fn bad(what: String) -> RunError {
    RunError::bad_input("ranks", what)
}

fn pack<T: Serialize>(value: &T) -> Result<Vec<u64>, RunError> {
    let wrong = |e| bad(format!("a part of the state cannot be packed: {e}"));
    postcard::to_stdvec(value).map_err(wrong).map(|bytes| words_of(&bytes))
}

fn unpack<T: DeserializeOwned>(words: &[u64]) -> Result<T, RunError> {
    postcard::from_bytes(&bytes_of(words))
        .map_err(|e| bad(format!("a part of the state cannot be read: {e}")))
}

fn check_whole(network: &Network, state: &State) -> Result<(), &'static str> {
    let is_whole = alike(&state.blocks, &network.blocks, |state, block| {
        state.variables.len() == network.populations[block.population].variables.len() * block.stride
    }) && state.plastic.len() == network.plastic.len()
        && state.learning.len() == network.projections.len()
        && state.injected.len() == network.populations.len()
        && alike(&state.histories, &network.populations, |history, population| {
            history.keep() == population.keep && history.is_sound(population.n as u32)
        })
        && (state.short_term.iter())
            .all(|s| s.pre() < state.histories.len() && s.fits(s, state.histories[s.pre()].held()));
    let what = "the state was taken from another network; restore it into the one it came from";
    if is_whole { Ok(()) } else { Err(what) }
}

/// The part of a state with the variables and weights of the blocks that are had, and the past of those
/// that are heard.
fn slice(
    network: &Network,
    state: &State,
    has: &dyn Fn(usize) -> bool,
    hears: &dyn Fn(usize) -> bool,
) -> State {
    let mut kept = Vec::with_capacity(state.histories.len());
    let mut histories = Vec::with_capacity(state.histories.len());
    for (history, population) in state.histories.iter().zip(&network.populations) {
        let (history, positions) = history.filter(|id| hears(population.first_block + id as usize / BLOCK));
        histories.push(history);
        kept.push(positions);
    }
    let block = |(b, block): (usize, &BlockState)| if has(b) { block.clone() } else { BlockState::default() };
    let plastic = |(k, block): (usize, &PlasticBlock)| match has(network.target_of_plastic(k)) {
        true => block.clone(),
        false => PlasticBlock::default(),
    };
    State {
        step: state.step,
        blocks: state.blocks.iter().enumerate().map(block).collect(),
        histories,
        plastic: state.plastic.iter().enumerate().map(plastic).collect(),
        short_term: state.short_term.iter().map(|s| s.select(&kept[s.pre()])).collect(),
        learning: state.learning.clone(),
        injected: state.injected.clone(),
        network: state.network,
    }
}

/// The state of which rank r has `parts[r]`.
fn join(network: &Network, mut parts: Vec<State>) -> State {
    let (mut histories, mut sources) = (Vec::new(), Vec::new());
    for p in 0..network.populations.len() {
        let of_population: Vec<&SpikeHistory> = parts.iter().map(|part| &part.histories[p]).collect();
        let (history, from) = SpikeHistory::join(&of_population);
        histories.push(history);
        sources.push(from);
    }
    let short_term = (0..parts[0].short_term.len())
        .map(|k| {
            let of_projection: Vec<&ShortTermState> = parts.iter().map(|part| &part.short_term[k]).collect();
            let pre = of_projection[0].pre();
            let first = network.populations[pre].first_block;
            ShortTermState::join(&of_projection, &sources[pre], |i| network.owner[first + i / BLOCK] as usize)
        })
        .collect();
    let blocks = (0..network.blocks.len())
        .map(|b| std::mem::take(&mut parts[network.owner[b] as usize].blocks[b]))
        .collect();
    let plastic = (0..network.plastic.len())
        .map(|k| std::mem::take(&mut parts[network.owner[network.target_of_plastic(k)] as usize].plastic[k]))
        .collect();
    State { blocks, histories, plastic, short_term, ..parts.swap_remove(0) }
}
