//! Wiring by numbers alone: probabilities of pairs and fixed degrees.

use crate::ConnectionSet;
use crate::anatomy::NO_SITE;
use crate::statistical::draws::draw_to_front;
use lobule_signal::Stream;
use rayon::prelude::*;
use std::collections::HashSet;

pub(super) fn all_to_all(pre: &[u32], post: &[u32], affinity: f64, stream: Stream) -> ConnectionSet {
    let task = |&i: &u32| {
        let mut rows = ConnectionSet::default();
        for &j in post.iter().filter(|&&j| affinity >= 1.0 || stream.uniform(u64::from(i), j) < affinity) {
            rows.push(i, j, NO_SITE, NO_SITE);
        }
        rows
    };
    ConnectionSet::joined(pre.par_iter().map(task).collect())
}

/// For each of `cells`: `degree` different numbers below `n`, which must be at least `degree`.
pub(super) fn fixed(cells: &[u32], n: u32, degree: u32, stream: Stream) -> Vec<Vec<u32>> {
    let task = |&cell: &u32| {
        let step = u64::from(cell);
        // Few of many are drawn until they differ; many are drawn by shuffling.
        if degree < n / 4 {
            let (mut seen, mut taken, mut index) = (HashSet::new(), Vec::new(), 0);
            while taken.len() < degree as usize {
                let draw = stream.below(step, index, n);
                index += 1;
                if seen.insert(draw) {
                    taken.push(draw);
                }
            }
            return taken;
        }
        let mut all: Vec<u32> = (0..n).collect();
        draw_to_front(stream, step, 0, &mut all, degree as usize);
        all.truncate(degree as usize);
        all
    };
    cells.par_iter().map(task).collect()
}
