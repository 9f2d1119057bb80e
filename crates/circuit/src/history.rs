//! The recent spikes of one population, by step.
//!
//! Delivery and plasticity *pull* from here: a spike is written once and read by every target block when its delay
//! has passed, so there is no ring of input buffers and nothing for threads to race on.

use serde::{Deserialize, Serialize};

/// Spikes of the last `keep` steps and more, in order of (step, neuron).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpikeHistory {
    /// Steps that must stay readable.
    keep: usize,
    /// Step of `ends[0]`.
    first_step: u64,
    /// End in `ids` of each step from `first_step` on; the start is the end before it.
    ends: Vec<usize>,
    /// Neurons, step after step.
    ids: Vec<u32>,
}

impl SpikeHistory {
    /// An empty history that keeps at least `keep` steps.
    pub fn new(keep: usize, capacity: usize) -> Self {
        let (ends, ids) = (Vec::with_capacity(3 * keep + 64), Vec::with_capacity(capacity));
        Self { keep, first_step: 0, ends, ids }
    }

    /// The neurons that fired in `step`; empty before the first and after the last step known.
    pub fn at(&self, step: u64) -> &[u32] {
        &self.ids[self.range(step)]
    }

    /// Where the spikes of `step` are among all that are held.
    pub(crate) fn range(&self, step: u64) -> std::ops::Range<usize> {
        match step.checked_sub(self.first_step).map(|k| k as usize).filter(|&k| k < self.ends.len()) {
            Some(0) => 0..self.ends[0],
            Some(k) => self.ends[k - 1]..self.ends[k],
            None => 0..0,
        }
    }

    pub(crate) fn held(&self) -> usize {
        self.ids.len()
    }

    /// How many steps stay readable.
    pub(crate) fn keep(&self) -> usize {
        self.keep
    }

    /// The step after the last one written.
    pub fn end(&self) -> u64 {
        self.first_step + self.ends.len() as u64
    }

    pub(crate) fn push(&mut self, id: u32) {
        self.ids.push(id);
    }

    pub(crate) fn close_step(&mut self) {
        self.ends.push(self.ids.len());
    }

    /// True if it can be one of `n` neurons: it may have been read from a file.
    pub(crate) fn is_sound(&self, n: u32) -> bool {
        self.ends.is_sorted()
            && self.ends.last().copied().unwrap_or(0) == self.ids.len()
            && self.ids.iter().all(|&id| id < n)
    }

    /// The spikes of some neurons only, and where each was among all that are held.
    pub(crate) fn filter(&self, keep: impl Fn(u32) -> bool) -> (Self, Vec<usize>) {
        let mut some = Self { keep: self.keep, first_step: self.first_step, ..Self::new(0, 0) };
        let mut positions = Vec::new();
        for step in self.first_step..self.end() {
            for k in self.range(step).filter(|&k| keep(self.ids[k])) {
                some.push(self.ids[k]);
                positions.push(k);
            }
            some.close_step();
        }
        (some, positions)
    }

    /// The spikes of histories of disjoint neurons over the same steps, in order of (step, neuron), and
    /// where each comes from: (history, position).
    pub(crate) fn join(parts: &[&Self]) -> (Self, Vec<(usize, usize)>) {
        let mut all = Self { keep: parts[0].keep, first_step: parts[0].first_step, ..Self::new(0, 0) };
        let mut from = Vec::new();
        for step in all.first_step..parts[0].end() {
            let begin = from.len();
            for (r, part) in parts.iter().enumerate() {
                from.extend(part.range(step).map(|k| (r, k)));
            }
            from[begin..].sort_by_key(|&(r, k)| parts[r].ids[k]);
            from[begin..].iter().for_each(|&(r, k)| all.push(parts[r].ids[k]));
            all.close_step();
        }
        (all, from)
    }

    /// Drops what is older than `keep` steps, when that is at least half of the whole; gives the number of
    /// spikes dropped.
    pub(crate) fn forget_old(&mut self) -> usize {
        if self.ends.len() < 2 * self.keep + 64 {
            return 0;
        }
        let drop_steps = self.ends.len() - self.keep;
        let drop_ids = self.ends[drop_steps - 1];
        self.ids.copy_within(drop_ids.., 0);
        self.ids.truncate(self.ids.len() - drop_ids);
        self.ends.copy_within(drop_steps.., 0);
        self.ends.truncate(self.keep);
        for end in &mut self.ends {
            *end -= drop_ids;
        }
        self.first_step += drop_steps as u64;
        drop_ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_that_was_divided_is_joined_again() {
        let mut history = SpikeHistory::new(5, 0);
        for step in 0..400u32 {
            (0..step % 7).for_each(|k| history.push(k * 300 + step % 11));
            history.close_step();
            history.forget_old();
        }
        let parts: Vec<_> = (0..3).map(|r| history.filter(|id| id / 512 % 3 == r)).collect();
        let (joined, from) = SpikeHistory::join(&parts.iter().map(|p| &p.0).collect::<Vec<_>>());
        assert_eq!(joined, history);
        assert!(from.iter().enumerate().all(|(k, &(r, at))| parts[r].1[at] == k));
    }

    #[test]
    fn old_steps_are_forgotten_and_recent_ones_kept() {
        let mut history = SpikeHistory::new(50, 0);
        for step in 0..1000u32 {
            for id in 0..step % 3 {
                history.push(step * 10 + id);
            }
            history.close_step();
            history.forget_old();
            for back in 0..50.min(step + 1) {
                let s = step - back;
                let expected: Vec<u32> = (0..s % 3).map(|id| s * 10 + id).collect();
                assert_eq!(history.at(u64::from(s)), expected);
            }
        }
        assert!(history.at(5000).is_empty());
        assert!(history.ends.len() < 200);
    }
}
