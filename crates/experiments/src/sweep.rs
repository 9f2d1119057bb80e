//! Runs over several conditions and seeds.

/// Every kind with every seed; seeds vary fastest.
pub fn over_seeds<K: Copy>(kinds: &[K], seeds: &[u64]) -> Vec<(K, u64)> {
    pairs(kinds, seeds)
}

/// Every one with every other; the others vary fastest.
pub fn pairs<A: Copy, B: Copy>(ones: &[A], others: &[B]) -> Vec<(A, B)> {
    ones.iter().flat_map(|&one| others.iter().map(move |&other| (one, other))).collect()
}
