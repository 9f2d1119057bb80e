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

use super::draws::draw_of_different;
use super::grid::{Grid, by_distance, squared_distance};
use super::spec::GranularWiring;
use lobule_signal::Stream;
use rayon::prelude::*;

type Point = [f64; 3];

/// A connection as (presynaptic, postsynaptic) cell.
pub(super) type Row = (u32, u32);

/// The cells of the granular layer and their rules.
pub(super) struct GranularLayer<'a> {
    pub rules: &'a GranularWiring,
    pub seed: u64,
    pub mossy: &'a [Point],
    pub glomeruli: &'a [Point],
    pub granules: &'a [Point],
    pub golgi: &'a [Point],
}

impl GranularLayer<'_> {
    /// Rule 1: the mossy fiber of each glomerulus. `[glomeruli]`
    ///
    /// Candidates lie within `mossy_reach` along x and y at any height and are ranked
    /// by distance; the rank drawn favors near ones. Without a candidate the nearest
    /// fiber is taken.
    pub fn mossy_of_glomerulus(&self) -> Vec<u32> {
        let ([reach_x, reach_y], steepness) = (self.rules.mossy_reach, self.rules.mossy_steepness);
        let mossy = self.mossy;
        let stream = Stream::new(self.seed, "mossy_fibers_to_glomerulus");
        let floor = libm::exp(-steepness);
        // Fibers sorted along x, to look at few.
        let mut by_x: Vec<u32> = (0..mossy.len() as u32).collect();
        by_x.sort_by(|&a, &b| mossy[a as usize][0].total_cmp(&mossy[b as usize][0]));
        let fiber = |(i, g): (usize, &Point)| {
            let distance = |f: u32| squared_distance(&mossy[f as usize], g);
            let first = by_x.partition_point(|&f| mossy[f as usize][0] < g[0] - reach_x);
            let last = by_x.partition_point(|&f| mossy[f as usize][0] <= g[0] + reach_x);
            let is_near = |f: &&u32| (mossy[**f as usize][1] - g[1]).abs() <= reach_y;
            let mut candidates: Vec<(f64, u32)> =
                by_x[first..last].iter().filter(is_near).map(|&f| (distance(f), f)).collect();
            if candidates.is_empty() {
                let all = 0..mossy.len() as u32;
                return all.min_by(|&a, &b| distance(a).total_cmp(&distance(b))).unwrap_or(0);
            }
            candidates.sort_by(by_distance);
            let u = stream.uniform(i as u64, 0);
            let q = (libm::exp(-steepness * u) - floor) / (1.0 - floor);
            candidates[((candidates.len() as f64 * q) as usize).min(candidates.len() - 1)].1
        };
        self.glomeruli.par_iter().enumerate().map(fiber).collect()
    }

    /// Rule 2: the glomeruli of each granule cell. `[granules][dendrites]`
    ///
    /// Fibers with a glomerulus in reach are drawn without replacement, and of each
    /// one of its glomeruli in reach. Where fewer than the wanted number of fibers are
    /// in reach, dendrites stretch to the nearest glomeruli of further fibers.
    pub fn glomeruli_of_granule(&self, fiber_of: &[u32]) -> Vec<Vec<u32>> {
        let (reach, wanted) = (self.rules.granule_reach, self.rules.granule_dendrites);
        let stream = Stream::new(self.seed, "glomerulus_to_granule");
        let grid = Grid::new(self.glomeruli, reach / 2.0);
        let dendrites = |(i, place): (usize, &Point)| {
            let mut near: Vec<(u32, u32)> = Vec::with_capacity(128);
            grid.within(place, reach, |g, _| near.push((fiber_of[g as usize], g)));
            let mut chosen = draw_of_different(stream, i as u64, near, wanted);
            if chosen.len() < wanted {
                self.stretch(&mut chosen, place, fiber_of);
            }
            chosen
        };
        self.granules.par_iter().enumerate().map(dendrites).collect()
    }

    /// Adds the nearest glomeruli of fibers not yet taken until there are enough.
    fn stretch(&self, chosen: &mut Vec<u32>, place: &Point, fiber_of: &[u32]) {
        let distances = self.glomeruli.iter().map(|p| squared_distance(p, place));
        let mut all: Vec<(f64, u32)> = distances.zip(0..).collect();
        all.sort_by(by_distance);
        for (_, g) in all {
            if chosen.len() == self.rules.granule_dendrites {
                return;
            }
            if chosen.iter().all(|&c| fiber_of[c as usize] != fiber_of[g as usize]) {
                chosen.push(g);
            }
        }
    }

    /// Rule 3: every glomerulus closer than `golgi_dendrite_reach` to the soma, ordered by Golgi cell.
    pub fn glomerulus_to_golgi(&self) -> Vec<Row> {
        let reach = self.rules.golgi_dendrite_reach;
        let grid = Grid::new(self.glomeruli, reach / 2.0);
        let mut rows = Vec::new();
        for (j, soma) in self.golgi.iter().enumerate() {
            let start = rows.len();
            grid.within(soma, reach, |g, _| rows.push((g, j as u32)));
            rows[start..].sort_unstable();
        }
        rows
    }

    /// Rule 4: from each Golgi cell to every granule dendrite in its glomeruli; a granule
    /// cell with several dendrites there gets as many rows.
    pub fn golgi_to_granule(&self, dendrites: &[Vec<u32>]) -> Vec<Row> {
        let mut granules_in: Vec<Vec<u32>> = vec![Vec::new(); self.glomeruli.len()];
        for (granule, chosen) in dendrites.iter().enumerate() {
            chosen.iter().for_each(|&g| granules_in[g as usize].push(granule as u32));
        }
        let reach = self.rules.golgi_axon_reach;
        let grid = Grid::new(self.glomeruli, reach / 3.0);
        let rows = |(i, soma): (usize, &Point)| {
            let near = grid.nearest(soma, reach).into_iter().take(self.rules.golgi_axon_glomeruli);
            let granules = near.flat_map(|(_, g)| &granules_in[g as usize]);
            granules.map(move |&granule| (i as u32, granule))
        };
        self.golgi.par_iter().enumerate().flat_map_iter(rows).collect()
    }
}
