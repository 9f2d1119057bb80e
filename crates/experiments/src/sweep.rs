//! Runs over several conditions and seeds.

use lobule_study::{Error, Run};

/// Every kind with every seed; seeds vary fastest.
pub fn over_seeds<K: Copy>(kinds: &[K], seeds: &[u64]) -> Vec<(K, u64)> {
    kinds.iter().flat_map(|&kind| seeds.iter().map(move |&seed| (kind, seed))).collect()
}

/// Works on every item as [`Run::each`] does, and counts each as a step of progress.
///
/// # Errors
/// The first error of an item.
pub fn each<I: Sync, T: Send>(
    run: &Run,
    items: &[I],
    work: impl Fn(&I) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    run.each(items, |item| {
        let result = work(item)?;
        run.progress.done(1);
        Ok(result)
    })
}
