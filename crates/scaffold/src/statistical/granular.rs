//! Wiring of the granular layer, rules 1 to 4 of the reference.
//!
//! 1. Each glomerulus belongs to one mossy fiber, a near one.
//! 2. Each granule cell has four dendrites in glomeruli of four mossy fibers.
//! 3. A Golgi cell is driven by every glomerulus near its soma.
//! 4. A Golgi cell's axon enters the nearest glomeruli and inhibits every
//!    granule dendrite there.
//!
//! Source: De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y;
//! configuration of cerebellar-models 0.13. All lengths are µm.

use super::draws::draw_to_front;
use super::grid::{Grid, squared_distance};
use super::spec::GranularWiring;
use lobule_signal::Stream;
use rayon::prelude::*;

type Point = [f64; 3];

/// A connection as (presynaptic, postsynaptic) cell.
pub(super) type Row = (u32, u32);

/// Rule 1: the mossy fiber of each glomerulus. `[glomeruli]`
///
/// Candidates lie within `mossy_reach` along x and y at any height and are ranked
/// by distance; the rank drawn favors near ones. Without a candidate the nearest
/// fiber is taken.
pub(super) fn mossy_of_glomerulus(
    w: &GranularWiring,
    mossy: &[Point],
    glomeruli: &[Point],
    seed: u64,
) -> Vec<u32> {
    let stream = Stream::new(seed, "mossy_fibers_to_glomerulus");
    let floor = (-w.mossy_steepness).exp();
    // Fibers sorted along x, to look at few.
    let mut by_x: Vec<u32> = (0..mossy.len() as u32).collect();
    by_x.sort_by(|&a, &b| mossy[a as usize][0].total_cmp(&mossy[b as usize][0]));
    glomeruli
        .par_iter()
        .enumerate()
        .map(|(i, g)| {
            let distance = |f: u32| squared_distance(&mossy[f as usize], g);
            let first = by_x.partition_point(|&f| mossy[f as usize][0] < g[0] - w.mossy_reach[0]);
            let last = by_x.partition_point(|&f| mossy[f as usize][0] <= g[0] + w.mossy_reach[0]);
            let mut candidates: Vec<(f64, u32)> = by_x[first..last]
                .iter()
                .filter(|&&f| (mossy[f as usize][1] - g[1]).abs() <= w.mossy_reach[1])
                .map(|&f| (distance(f), f))
                .collect();
            if candidates.is_empty() {
                return (0..mossy.len() as u32)
                    .min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
                    .unwrap_or(0);
            }
            candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let u = stream.uniform(i as u64, 0);
            let q = ((-w.mossy_steepness * u).exp() - floor) / (1.0 - floor);
            candidates[((candidates.len() as f64 * q) as usize).min(candidates.len() - 1)].1
        })
        .collect()
}

/// Rule 2: the glomeruli of each granule cell. `[granules][dendrites]`
///
/// Fibers with a glomerulus in reach are drawn without replacement, and of each
/// one of its glomeruli in reach. Where fewer than the wanted number of fibers are
/// in reach, dendrites stretch to the nearest glomeruli of further fibers.
pub(super) fn glomeruli_of_granule(
    w: &GranularWiring,
    glomeruli: &[Point],
    fiber_of: &[u32],
    granules: &[Point],
    seed: u64,
) -> Vec<Vec<u32>> {
    let stream = Stream::new(seed, "glomerulus_to_granule");
    let grid = Grid::new(glomeruli, w.granule_reach / 2.0);
    granules
        .par_iter()
        .enumerate()
        .map(|(i, place)| {
            let step = i as u64;
            // Glomeruli in reach, grouped by fiber.
            let mut near: Vec<(u32, u32)> = Vec::with_capacity(128);
            grid.within(place, w.granule_reach, |g, _| near.push((fiber_of[g as usize], g)));
            near.sort_unstable();
            let mut fibers: Vec<&[(u32, u32)]> = near.chunk_by(|a, b| a.0 == b.0).collect();
            let wanted = w.granule_dendrites;
            draw_to_front(stream, step, 0, &mut fibers, wanted);
            let mut chosen: Vec<u32> = fibers
                .iter()
                .take(wanted)
                .enumerate()
                .map(|(k, group)| {
                    group[stream.below(step, (wanted + k) as u32, group.len() as u32) as usize].1
                })
                .collect();
            if chosen.len() < wanted {
                stretch(&mut chosen, wanted, place, glomeruli, fiber_of);
            }
            chosen
        })
        .collect()
}

/// Adds the nearest glomeruli of fibers not yet taken until there are `wanted`.
fn stretch(chosen: &mut Vec<u32>, wanted: usize, place: &Point, glomeruli: &[Point], fiber_of: &[u32]) {
    let mut all: Vec<(f64, u32)> =
        glomeruli.iter().enumerate().map(|(g, p)| (squared_distance(p, place), g as u32)).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for (_, g) in all {
        if chosen.len() == wanted {
            return;
        }
        if chosen.iter().all(|&c| fiber_of[c as usize] != fiber_of[g as usize]) {
            chosen.push(g);
        }
    }
}

/// Rule 3: every glomerulus closer than `golgi_dendrite_reach` to the soma, ordered by Golgi cell.
pub(super) fn glomerulus_to_golgi(w: &GranularWiring, glomeruli: &[Point], golgi: &[Point]) -> Vec<Row> {
    let grid = Grid::new(glomeruli, w.golgi_dendrite_reach / 2.0);
    let mut rows = Vec::new();
    for (j, soma) in golgi.iter().enumerate() {
        let start = rows.len();
        grid.within(soma, w.golgi_dendrite_reach, |g, _| rows.push((g, j as u32)));
        rows[start..].sort_unstable();
    }
    rows
}

/// Rule 4: from each Golgi cell to every granule dendrite in its glomeruli; a granule
/// cell with several dendrites there gets as many rows.
pub(super) fn golgi_to_granule(
    w: &GranularWiring,
    golgi: &[Point],
    glomeruli: &[Point],
    dendrites: &[Vec<u32>],
) -> Vec<Row> {
    let mut granules_in: Vec<Vec<u32>> = vec![Vec::new(); glomeruli.len()];
    for (granule, chosen) in dendrites.iter().enumerate() {
        for &g in chosen {
            granules_in[g as usize].push(granule as u32);
        }
    }
    let grid = Grid::new(glomeruli, w.golgi_axon_reach / 3.0);
    golgi
        .par_iter()
        .enumerate()
        .map(|(i, soma)| {
            let mut near: Vec<(f64, u32)> = Vec::new();
            grid.within(soma, w.golgi_axon_reach, |g, d2| near.push((d2, g)));
            near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            near.truncate(w.golgi_axon_glomeruli);
            near.iter()
                .flat_map(|&(_, g)| &granules_in[g as usize])
                .map(|&granule| (i as u32, granule))
                .collect::<Vec<Row>>()
        })
        .collect::<Vec<_>>()
        .concat()
}
