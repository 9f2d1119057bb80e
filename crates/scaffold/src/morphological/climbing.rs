//! The inferior olive: its reach to the interneurons of the Purkinje cells it climbs, and the
//! many contacts of a climbing fiber.
//!
//! Source: behavior of cerebellar-models 0.13.0.

use crate::ConnectionSet;
use crate::anatomy::NO_SITE;
use crate::configuration::Distribution;
use lobule_signal::Stream;
use std::collections::{BTreeMap, BTreeSet};

/// For every pair of olive and Purkinje cell, one row from that olive cell to each interneuron
/// that contacts this Purkinje cell. `interneurons` holds (Purkinje, population, cell).
pub(super) fn interneurons(
    climbing: &BTreeSet<(u32, u32)>,
    interneurons: &BTreeSet<(u32, usize, u32)>,
    targets: usize,
) -> Vec<ConnectionSet> {
    let mut of_purkinje: BTreeMap<u32, Vec<(usize, u32)>> = BTreeMap::new();
    for &(purkinje, target, cell) in interneurons {
        of_purkinje.entry(purkinje).or_default().push((target, cell));
    }
    let mut rows = vec![ConnectionSet::default(); targets];
    for &(purkinje, olive) in climbing {
        for &(target, cell) in of_purkinje.get(&purkinje).into_iter().flatten() {
            rows[target].push(olive, cell, NO_SITE, NO_SITE);
        }
    }
    rows
}

/// Replaces each row by a drawn number of rows, at least one.
pub(super) fn multiply(set: &mut ConnectionSet, contacts: Distribution, stream: Stream) {
    fn repeated<T: Copy>(column: &[T], times: &[usize]) -> Vec<T> {
        column.iter().zip(times).flat_map(|(&row, &n)| std::iter::repeat_n(row, n)).collect()
    }
    let drawn = |row: usize| contacts.count(stream, 0, row as u32).max(1) as usize;
    let times: Vec<usize> = (0..set.len()).map(drawn).collect();
    set.pre = repeated(&set.pre, &times);
    set.post = repeated(&set.post, &times);
    set.pre_site = repeated(&set.pre_site, &times);
    set.post_site = repeated(&set.post_site, &times);
}
