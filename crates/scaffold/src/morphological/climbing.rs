//! The inferior olive: its reach to the interneurons of the Purkinje cells it climbs, and the
//! many contacts of a climbing fiber.
//!
//! Source: behavior of cerebellar-models 0.13.0.

use super::draw;
use super::population::{NO_SITE, Rows};
use crate::configuration::Distribution;
use lobule_signal::Stream;
use std::collections::{BTreeMap, BTreeSet};

/// For every pair of olive and Purkinje cell, one row from that olive cell to each interneuron
/// that contacts this Purkinje cell. `interneurons` holds (Purkinje, population, cell).
pub(super) fn interneurons(
    climbing: &BTreeSet<(u32, u32)>,
    interneurons: &BTreeSet<(u32, usize, u32)>,
    targets: usize,
) -> Vec<Rows> {
    let mut of_purkinje: BTreeMap<u32, Vec<(usize, u32)>> = BTreeMap::new();
    for &(purkinje, target, cell) in interneurons {
        of_purkinje.entry(purkinje).or_default().push((target, cell));
    }
    let mut rows = vec![Rows::default(); targets];
    for &(purkinje, olive) in climbing {
        for &(target, cell) in of_purkinje.get(&purkinje).into_iter().flatten() {
            rows[target].push(olive, cell, NO_SITE, NO_SITE);
        }
    }
    rows
}

/// Replaces each row by a drawn number of rows, at least one.
pub(super) fn multiplied(rows: &Rows, contacts: Distribution, stream: Stream) -> Rows {
    let mut all = Rows::default();
    for row in 0..rows.len() {
        for _ in 0..draw::count(contacts, stream, 0, row as u32).max(1) {
            all.push(rows.pre[row], rows.post[row], rows.pre_site[row], rows.post_site[row]);
        }
    }
    all
}
