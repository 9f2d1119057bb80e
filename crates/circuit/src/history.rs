//! The recent spikes of one population, by step.
//!
//! Delivery and plasticity *pull* from here: a spike is written once and read
//! by every target block when its delay has passed, so there is no ring of
//! input buffers and nothing for threads to race on.

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
        Self {
            keep,
            first_step: 0,
            ends: Vec::with_capacity(3 * keep + 64),
            ids: Vec::with_capacity(capacity),
        }
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

    /// How many spikes are held.
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
