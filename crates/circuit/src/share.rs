//! Which blocks of a network a rank owns.
//!
//! The unit that is owned is a block of up to 512 neurons, with everything that ends on it: its
//! state, its wiring and its weights. Ownership follows from the order and sizes of the populations
//! alone, so that every rank knows it before it has seen a synapse.

use crate::block::BlockRef;
use lobule_exchange::{Distribution, Ranks};

/// The part of a network that one rank compiles and simulates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    rank: usize,
    ranks: usize,
    distribution: Distribution,
    everywhere: Vec<String>,
}

impl Share {
    /// The whole network, for one process.
    pub fn whole() -> Self {
        Self::of(0, 1, Distribution::RoundRobin)
    }

    /// The part of this process.
    pub fn on(ranks: &Ranks) -> Self {
        Self::of(ranks.rank(), ranks.ranks(), ranks.distribution())
    }

    /// The part of rank `rank` of `ranks`.
    ///
    /// # Panics
    /// When `rank` is not below `ranks`: the two come from an [`lobule_exchange::Exchange`], not from a user.
    pub fn of(rank: usize, ranks: usize, distribution: Distribution) -> Self {
        assert!(rank < ranks, "rank {rank} of {ranks}");
        Self { rank, ranks, distribution, everywhere: Vec::new() }
    }

    /// Lets every rank have all spikes of these populations: for loops that read them while running.
    /// Labels that the circuit does not have are refused by `compile`.
    #[must_use]
    pub fn with_everywhere(mut self, labels: impl IntoIterator<Item = String>) -> Self {
        self.everywhere.extend(labels);
        self
    }

    /// This rank.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// How many ranks share the network.
    pub fn ranks(&self) -> usize {
        self.ranks
    }

    /// How blocks are dealt.
    pub fn distribution(&self) -> Distribution {
        self.distribution
    }

    /// Populations whose spikes every rank has.
    pub fn everywhere(&self) -> &[String] {
        &self.everywhere
    }

    /// Owner of each block. Populations that are `together` belong to the owner of their first block; this
    /// moves no other block, and neither does a further population behind the others.
    pub(crate) fn owners(&self, blocks: &[BlockRef], together: &[bool]) -> Vec<u32> {
        let mut of_population = vec![0; together.len()];
        blocks.iter().for_each(|block| of_population[block.population] += 1);
        let mut owners: Vec<u32> = Vec::with_capacity(blocks.len());
        for (b, block) in blocks.iter().enumerate() {
            let n: usize = of_population[block.population];
            owners.push(match self.distribution {
                _ if together[block.population] && block.local > 0 => owners[b - block.local],
                Distribution::Contiguous if n >= self.ranks => (block.local * self.ranks / n) as u32,
                _ => (b % self.ranks) as u32,
            });
        }
        owners
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::blocks_of;
    use proptest::prelude::*;

    fn blocks(sizes: &[usize]) -> Vec<BlockRef> {
        sizes.iter().enumerate().flat_map(|(p, &n)| blocks_of(p, n)).collect()
    }

    #[test]
    fn contiguous_shares_are_runs_of_about_equal_length() {
        let blocks = blocks(&[5000, 100, 20_000, 300]);
        let owners = Share::of(0, 4, Distribution::Contiguous).owners(&blocks, &[false; 4]);
        for p in 0..4 {
            let of: Vec<u32> =
                (blocks.iter().zip(&owners)).filter(|(b, _)| b.population == p).map(|(_, o)| *o).collect();
            assert!(of.is_sorted());
            let counts = (0..4).map(|r| of.iter().filter(|&&o| o == r).count());
            assert!(counts.clone().max().unwrap() - counts.min().unwrap() <= 1, "{of:?}");
        }
    }

    proptest! {
        /// Every rank computes the same owners; the populations that belong together have one.
        #[test]
        fn what_belongs_together_has_one_owner(
            sizes in prop::collection::vec(1usize..3000, 1..8), ranks in 1usize..9, contiguous: bool
        ) {
            let distribution = if contiguous { Distribution::Contiguous } else { Distribution::RoundRobin };
            let blocks = blocks(&sizes);
            let together: Vec<bool> = (0..sizes.len()).map(|p| p % 3 == 1).collect();
            let of = |rank| Share::of(rank, ranks, distribution).owners(&blocks, &together);
            let owners = of(0);
            prop_assert!(owners.iter().all(|&o| (o as usize) < ranks));
            prop_assert_eq!(&of(ranks - 1), &owners);
            let apart = Share::of(0, ranks, distribution).owners(&blocks, &vec![false; sizes.len()]);
            for (b, block) in blocks.iter().enumerate() {
                let expected = if together[block.population] { apart[b - block.local] } else { apart[b] };
                prop_assert_eq!(owners[b], expected);
            }
        }
    }
}
