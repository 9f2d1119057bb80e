//! Wiring of nuclei and inferior olive: probabilities of pairs, a climbing fiber
//! for each Purkinje cell, and the olive's effect on the interneurons near it.
//!
//! Source: configuration of cerebellar-models 0.13, nuclei and olive extension.

use super::draws::truncated_normal;
use super::granular::Row;
use lobule_signal::Stream;
use rayon::prelude::*;

/// Connects each pair of `pre` × `post` with `probability`, ordered by presynaptic cell.
pub(super) fn all_to_all(name: &str, pre: &[u32], post: &[u32], probability: f64, seed: u64) -> Vec<Row> {
    let stream = Stream::new(seed, name);
    let is_drawn = |i: u32, j: u32| stream.uniform(u64::from(i), j) < probability;
    let rows = |&i: &u32| post.iter().filter(move |&&j| is_drawn(i, j)).map(move |&j| (i, j));
    pre.par_iter().flat_map_iter(rows).collect()
}

/// Gives each Purkinje cell one olivary cell drawn uniformly. Pairs (olive, Purkinje).
pub(super) fn climbing_fibers(name: &str, io: &[u32], purkinje: &[u32], seed: u64) -> Vec<Row> {
    if io.is_empty() {
        return Vec::new();
    }
    let stream = Stream::new(seed, name);
    let mut pairs: Vec<Row> =
        purkinje.iter().map(|&p| (io[stream.below(0, p, io.len() as u32) as usize], p)).collect();
    pairs.sort_unstable();
    pairs
}

/// Multiplies each pair to the contacts of a climbing fiber.
pub(super) fn with_contacts(name: &str, pairs: &[Row], contacts: (f64, f64), seed: u64) -> Vec<Row> {
    let stream = Stream::new(seed, &format!("contacts of {name}"));
    pairs
        .iter()
        .flat_map(|&pair| std::iter::repeat_n(pair, truncated_normal(stream, 0, pair.1, contacts) as usize))
        .collect()
}

/// One row from the olivary cell of each Purkinje cell to every interneuron that
/// contacts this Purkinje cell; several rows where they share several.
pub(super) fn olive_to_interneurons(climbing: &[Row], interneuron_to_purkinje: &[Row]) -> Vec<Row> {
    let mut unique = interneuron_to_purkinje.to_vec();
    unique.sort_unstable();
    unique.dedup();
    let mut rows: Vec<Row> = Vec::with_capacity(unique.len());
    let olive_of: std::collections::HashMap<u32, u32> = climbing.iter().map(|&(io, p)| (p, io)).collect();
    for (interneuron, p) in unique {
        rows.extend(olive_of.get(&p).map(|&io| (io, interneuron)));
    }
    rows.sort_unstable();
    rows
}
