//! Wiring into and out of glomeruli: whose axon a glomerulus is, and who has a dendrite in it.
//!
//! Source: De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y; behavior of
//! cerebellar-models 0.13.0.

use super::population::Chosen;
use crate::ConnectionSet;
use crate::anatomy::NO_SITE;
use crate::configuration::Reach;
use crate::morphology::Selection;
use crate::statistical::draws::{draw_of_different, draw_to_front};
use crate::statistical::grid::{Grid, by_distance, squared_distance};
use lobule_signal::Stream;
use rayon::prelude::*;

/// How strongly near sources are favored: rank n·q, q = (e^(-2u) - e^-2)/(1 - e^-2), u uniform.
const STEEPNESS: f64 = 2.0;

/// Each glomerulus takes one source, a near one; without one in reach the nearest.
pub(super) fn sources(pre: &Chosen, post: &Chosen, reach: Reach, stream: Stream) -> ConnectionSet {
    let somata = &pre.population.positions;
    let floor = libm::exp(-STEEPNESS);
    let (Reach::Box([half, _]) | Reach::Sphere(half)) = reach;
    // Sources sorted along x, to look at few.
    let mut by_x = pre.cells.clone();
    by_x.sort_by(|&a, &b| somata[a as usize][0].total_cmp(&somata[b as usize][0]));
    let source = |&glomerulus: &u32| -> Option<(u32, u32)> {
        let place = post.place(glomerulus);
        let distance = |i: u32| squared_distance(&somata[i as usize], &place);
        let from = by_x.partition_point(|&i| somata[i as usize][0] < place[0] - half - 1.0e-6);
        let to = by_x.partition_point(|&i| somata[i as usize][0] <= place[0] + half + 1.0e-6);
        let in_reach = |i: u32| match reach {
            Reach::Box(half) => (0..2).all(|k| (somata[i as usize][k] - place[k]).abs() <= half[k]),
            Reach::Sphere(radius) => distance(i).sqrt() <= radius,
        };
        let mut near: Vec<(f64, u32)> =
            by_x[from..to].iter().filter(|&&i| in_reach(i)).map(|&i| (distance(i), i)).collect();
        if near.is_empty() {
            let nearest = pre.cells.iter().min_by(|&&a, &&b| distance(a).total_cmp(&distance(b)));
            return nearest.map(|&i| (i, glomerulus));
        }
        near.sort_by(by_distance);
        let u = stream.uniform(u64::from(glomerulus), 0);
        let q = (libm::exp(-STEEPNESS * u) - floor) / (1.0 - floor);
        Some((near[((near.len() as f64 * q) as usize).min(near.len() - 1)].1, glomerulus))
    };
    let pairs: Vec<Option<(u32, u32)>> = post.cells.par_iter().map(source).collect();
    let mut rows = ConnectionSet::default();
    pairs.into_iter().flatten().for_each(|(pre, post)| rows.push(pre, post, NO_SITE, NO_SITE));
    rows
}

/// A glomerulus of a source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    /// The source; numbered over all kinds of sources.
    pub source: u32,
    /// Which of the presynaptic populations the glomerulus is of.
    pub kind: usize,
    pub cell: u32,
    pub place: [f64; 3],
}

/// Each cell takes `convergence` glomeruli of as many sources, each on a dendrite of its own.
///
/// Sources with a glomerulus in reach are drawn without replacement, and of each one of its
/// glomeruli in reach. Where there are too few, further sources are drawn, and of each the
/// nearest glomerulus. Returns the rows of each kind of glomerulus. `members` must have at
/// least `convergence` sources.
pub(super) fn onto_dendrites(
    members: &[Member],
    kinds: usize,
    post: &Chosen,
    dendrites: &[Selection],
    radius: f64,
    convergence: usize,
    stream: Stream,
) -> Vec<ConnectionSet> {
    let places: Vec<[f64; 3]> = members.iter().map(|m| m.place).collect();
    let grid = Grid::new(&places, (radius / 2.0).max(10.0));
    let count = members.iter().map(|m| m.source + 1).max().unwrap_or(0) as usize;
    let mut of_source: Vec<Vec<u32>> = vec![Vec::new(); count];
    members.iter().enumerate().for_each(|(i, m)| of_source[m.source as usize].push(i as u32));

    let task = |&cell: &u32| -> Vec<(u32, [i32; 2])> {
        let step = u64::from(cell);
        let place = post.place(cell);
        let mut near: Vec<(u32, u32)> = Vec::with_capacity(128);
        grid.within(&place, radius, |i, _| near.push((members[i as usize].source, i)));
        let mut taken = draw_of_different(stream, step, near, convergence);
        if taken.len() < convergence {
            let used: Vec<u32> = taken.iter().map(|&i| members[i as usize].source).collect();
            let mut left: Vec<u32> = (0..count as u32)
                .filter(|s| !used.contains(s) && !of_source[*s as usize].is_empty())
                .collect();
            let missing = convergence - taken.len();
            draw_to_front(stream, step, 2 * convergence as u32, &mut left, missing);
            let distance = |i: u32| squared_distance(&members[i as usize].place, &place);
            taken.extend(left.iter().take(missing).filter_map(|&s| {
                of_source[s as usize].iter().copied().min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
            }));
        }
        // Each on a dendrite of its own, at its end.
        let Some(shape) = post.shape(cell) else {
            return taken.into_iter().map(|i| (i, NO_SITE)).collect();
        };
        let selection = &dendrites[shape];
        let mut pieces: Vec<usize> = selection.pieces.iter().map(|p| p.tip()).collect();
        draw_to_front(stream, step, 3 * convergence as u32, &mut pieces, convergence);
        taken.into_iter().zip(pieces).map(|(i, tip)| (i, selection.sites[tip])).collect()
    };
    let taken: Vec<Vec<(u32, [i32; 2])>> = post.cells.par_iter().map(task).collect();
    let mut rows = vec![ConnectionSet::default(); kinds];
    for (&cell, glomeruli) in post.cells.iter().zip(taken) {
        for (i, site) in glomeruli {
            let member = members[i as usize];
            rows[member.kind].push(member.cell, cell, NO_SITE, site);
        }
    }
    rows
}

/// Each unipolar brush cell takes one glomerulus, the nearest that is still free; when all of a
/// kind are taken, all are free again. Cells are divided at random among the kinds by `shares`.
///
/// `is_permuted_twice` copies cerebellar-models 0.13: the place looked from is then that of
/// another cell. Returns the rows of each kind.
pub(super) fn onto_brush_cells(
    kinds: &[Chosen],
    shares: &[f64],
    post: &Chosen,
    is_permuted_twice: bool,
    stream: Stream,
) -> Vec<ConnectionSet> {
    let n = post.cells.len();
    let mut order: Vec<usize> = (0..n).collect();
    draw_to_front(stream, 0, 0, &mut order, n);
    let mut rows = Vec::new();
    let (mut from, mut share) = (0, 0.0);
    for (kind, part) in kinds.iter().zip(shares) {
        let cells = &kind.cells;
        share += part;
        let to = ((n as f64 * share).round_ties_even() as usize).clamp(from, n);
        let mut own = ConnectionSet::default();
        let mut free: Vec<bool> = vec![true; cells.len()];
        for &k in &order[from..to] {
            if cells.is_empty() {
                break;
            }
            if !free.contains(&true) {
                free.fill(true);
            }
            let at = if is_permuted_twice { order[k] } else { k };
            let place = post.place(post.cells[at]);
            let distance = |i: usize| squared_distance(&kind.place(cells[i]), &place);
            let nearest =
                (0..cells.len()).filter(|&i| free[i]).min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
            if let Some(i) = nearest {
                free[i] = false;
                own.push(cells[i], post.cells[k], NO_SITE, NO_SITE);
            }
        }
        from = to;
        rows.push(own);
    }
    rows
}
