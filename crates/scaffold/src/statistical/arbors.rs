//! Wiring by contact of axons with dendrites: candidates in reach, a random share
//! of them, those touched, and a number of contacts each.
//!
//! The order matters for the number of targets of a cell: drawing a fixed share of
//! the candidates *before* looking at who is touched makes that number less
//! variable than independent draws would, as in the reference.

use super::draws::{draw_to_front, stochastic_round, truncated_normal};
use super::granular::Row;
use super::spec::ArborRule;
use crate::error::{Error, Result, ensure};
use crate::memory;
use lobule_signal::Stream;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// Presynaptic cells handled by one task. Chosen: some milliseconds of work.
const TASK: usize = 512;

/// Memory of a row while it is made, bytes: in its task and in the whole.
const ROW_BYTES: u64 = 16;

/// The rows of one rule, ordered by presynaptic cell.
///
/// # Errors
/// [`Error::Spec`] when there are more of them than the memory holds that is left.
pub(super) fn connect(rule: &ArborRule, pre: &[[f64; 3]], post: &[[f64; 3]], seed: u64) -> Result<Vec<Row>> {
    let most = memory::available().map_or(u64::MAX, |bytes| bytes / ROW_BYTES);
    let made = AtomicU64::new(0);
    let stream = Stream::new(seed, &rule.name);
    let contacts = Stream::new(seed, &format!("contacts of {}", rule.name));
    let gaps = Stream::new(seed, &format!("gaps of {}", rule.name));
    let same_type = rule.pre == rule.post;
    let [x, y, z] = rule.reach;
    // Targets sorted along x: those in reach are one stretch of the list.
    let mut by_x: Vec<u32> = (0..post.len() as u32).collect();
    by_x.sort_by(|&a, &b| post[a as usize][0].total_cmp(&post[b as usize][0]));

    let tasks: Vec<Vec<Row>> = pre
        .par_chunks(TASK)
        .enumerate()
        .map(|(task, somata)| {
            let mut rows = Vec::new();
            let mut candidates: Vec<u32> = Vec::new();
            for (k, soma) in somata.iter().enumerate() {
                if made.load(Ordering::Relaxed) > most {
                    return Vec::new();
                }
                let i = task * TASK + k;
                let step = i as u64;
                // (i) Cells whose arbor can meet this one's.
                let first = by_x.partition_point(|&j| post[j as usize][0] < soma[0] + x[0]);
                let last = by_x.partition_point(|&j| post[j as usize][0] <= soma[0] + x[1]);
                candidates.clear();
                candidates.extend(by_x[first..last].iter().copied().filter(|&j| {
                    let [_, py, pz] = post[j as usize];
                    let (dy, dz) = (py - soma[1], pz - soma[2]);
                    y[0] <= dy && dy <= y[1] && z[0] <= dz && dz <= z[1]
                }));
                // (ii) A share of them; where a cell may not try itself it tries another instead.
                let tried = stochastic_round(stream, step, 0, candidates.len() as f64 * rule.affinity);
                if same_type && !rule.autapses {
                    candidates.retain(|&j| j as usize != i);
                }
                draw_to_front(stream, step, 1, &mut candidates, tried);
                candidates.truncate(tried);
                candidates.sort_unstable();
                // (iii) Those touched, each with its contacts.
                let before = rows.len();
                for &j in &candidates {
                    let target = &post[j as usize];
                    let offset = std::array::from_fn(|a| target[a] - soma[a]);
                    if rule.geometry.touches(offset) && gaps.uniform(step, j) < rule.fill {
                        let n = truncated_normal(contacts, step, j, rule.contacts);
                        rows.extend(std::iter::repeat_n((i as u32, j), n as usize));
                    }
                }
                made.fetch_add((rows.len() - before) as u64, Ordering::Relaxed);
            }
            rows
        })
        .collect();
    ensure(made.into_inner() <= most, || Error::Spec {
        parameter: format!("arbors.{}.contacts", rule.name),
        value: format!("({}, {})", rule.contacts.0, rule.contacts.1),
        what: format!(
            "make more than the {most} contacts that the memory has room for; lower them or its affinity"
        ),
    })?;
    Ok(tasks.concat())
}
