//! Blocks: the runs of up to 512 neurons of a population that are advanced, owned and stored together.

use crate::models::BLOCK;
use lobule_signal::GROUP;

/// Position of a block in the network.
pub(crate) struct BlockRef {
    pub population: usize,
    /// Its first neuron in the population.
    pub first: usize,
    pub len: usize,
    /// `len` rounded up to whole groups of 32.
    pub stride: usize,
    /// Block number within the population.
    pub local: usize,
}

/// Splits `n` neurons into blocks; strides are whole groups of 32.
pub(crate) fn blocks_of(population: usize, n: usize) -> Vec<BlockRef> {
    let block = |(local, first): (usize, usize)| {
        let len = (n - first).min(BLOCK);
        BlockRef { population, first, len, stride: len.div_ceil(GROUP) * GROUP, local }
    };
    (0..n.max(1)).step_by(BLOCK).enumerate().map(block).collect()
}
