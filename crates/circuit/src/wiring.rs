//! Synapses of one projection onto one target block, in delivery order.
//!
//! Compressed rows by source: the synapses of source `i` are
//! `offsets[i]..offsets[i + 1]`. Targets are local to the block (2 bytes).

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BlockWiring {
    /// Start of each source's synapses. `[n_pre + 1]`
    pub offsets: Vec<u32>,
    /// Target neuron from the start of the block. `[synapses]`
    pub targets: Vec<u16>,
    /// Weights; for plastic projections the initial ones.
    pub weights: Weights,
    /// The same synapses by target, for rules that work on a target's row; empty when static.
    pub by_target: ByTarget,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Weights {
    /// One for all.
    Uniform(f32),
    /// One each. `[synapses]`
    Each(Vec<f32>),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ByTarget {
    /// Start of each target's entries. `[len + 1]`
    pub offsets: Vec<u32>,
    /// (position in delivery order, source). `[synapses]`
    pub entries: Vec<(u32, u32)>,
}

impl BlockWiring {
    /// The wiring of a block that another rank owns.
    pub fn absent() -> Self {
        let (offsets, targets) = (Vec::new(), Vec::new());
        Self { offsets, targets, weights: Weights::Uniform(0.0), by_target: ByTarget::default() }
    }

    /// Builds the wiring of one block from its synapses, sorted by (source, target).
    pub fn new(
        n_pre: usize,
        len: usize,
        synapses: &[(u32, u16, f32)],
        uniform: Option<f32>,
        plastic: bool,
    ) -> Self {
        let offsets = offsets(n_pre, synapses.iter().map(|s| s.0 as usize));
        let weights = match uniform {
            Some(w) if !plastic => Weights::Uniform(w),
            _ => Weights::Each(synapses.iter().map(|s| s.2).collect()),
        };
        let mut by_target = ByTarget::default();
        if plastic {
            by_target.offsets = self::offsets(len, synapses.iter().map(|s| usize::from(s.1)));
            let mut next = by_target.offsets.clone();
            by_target.entries = vec![(0, 0); synapses.len()];
            for (k, &(pre, post, _)) in synapses.iter().enumerate() {
                let at = &mut next[usize::from(post)];
                by_target.entries[*at as usize] = (k as u32, pre);
                *at += 1;
            }
        }
        Self { offsets, targets: synapses.iter().map(|s| s.1).collect(), weights, by_target }
    }

    /// The synapses of a source.
    #[inline]
    pub fn of(&self, pre: u32) -> std::ops::Range<usize> {
        self.offsets[pre as usize] as usize..self.offsets[pre as usize + 1] as usize
    }
}

/// Where the entries of each of `n` rows begin, from the row of each entry. `[n + 1]`
pub(crate) fn offsets(n: usize, rows: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut offsets = vec![0; n + 1];
    rows.for_each(|row| offsets[row + 1] += 1);
    for i in 0..n {
        offsets[i + 1] += offsets[i];
    }
    offsets
}
