//! Runs over several conditions and seeds.

/// Every kind with every seed; seeds vary fastest.
pub fn over_seeds<K: Copy>(kinds: &[K], seeds: &[u64]) -> Vec<(K, u64)> {
    kinds.iter().flat_map(|&kind| seeds.iter().map(move |&seed| (kind, seed))).collect()
}
