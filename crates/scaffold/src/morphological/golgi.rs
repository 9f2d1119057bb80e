//! Golgi cells and glomeruli: which glomeruli drive a Golgi cell, and whom it inhibits there.
//!
//! Source: De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y; behavior of
//! cerebellar-models 0.13.0.

use super::population::Chosen;
use crate::ConnectionSet;
use crate::anatomy::NO_SITE;
use crate::morphology::Selection;
use crate::statistical::grid::{Grid, by_distance, squared_distance};
use lobule_signal::Stream;
use rayon::prelude::*;

/// Which tip of a dendrite a glomerulus contacts: the rank by distance is the number of tips
/// times an exponential draw of this mean, cut off here. Source: cerebellar-models 0.13.0.
const TIP_MEAN: f64 = 0.03;
const TIP_MOST: f64 = 0.15;

/// The tips of a selection's terminal pieces: (place, site).
fn tips(selection: &Selection) -> Vec<([f64; 3], [i32; 2])> {
    let terminal = selection.pieces.iter().filter(|p| p.is_terminal);
    terminal.map(|p| (selection.points[p.tip()], selection.sites[p.tip()])).collect()
}

/// Every glomerulus closer than `radius` to a Golgi cell's soma drives it, at a tip of its
/// dendrites: a near one or, as cerebellar-models 0.13 has it, the one nearest to the place
/// (i, i, i) µm where i is the number of the glomerulus.
pub(super) fn onto_golgi(
    pre: &Chosen,
    post: &Chosen,
    dendrites: &[Selection],
    radius: f64,
    copies_tips: bool,
    stream: Stream,
) -> ConnectionSet {
    let places: Vec<[f64; 3]> = pre.cells.iter().map(|&cell| pre.place(cell)).collect();
    let grid = Grid::new(&places, (radius / 2.0).max(10.0));
    let tips: Vec<Vec<([f64; 3], [i32; 2])>> = dendrites.iter().map(tips).collect();
    let task = |&golgi: &u32| {
        let soma = post.place(golgi);
        let mut near: Vec<u32> = Vec::new();
        grid.within(&soma, radius, |i, _| near.push(i));
        near.sort_unstable();
        let mut rows = ConnectionSet::default();
        for i in near {
            let glomerulus = pre.cells[i as usize];
            let site = post.shape(golgi).and_then(|shape| {
                let aim = if copies_tips { [f64::from(glomerulus); 3] } else { places[i as usize] };
                let aim = std::array::from_fn(|k| aim[k] - soma[k]);
                let mut ranked: Vec<(f64, [i32; 2])> =
                    tips[shape].iter().map(|(p, s)| (squared_distance(p, &aim), *s)).collect();
                ranked.sort_by(by_distance);
                let u = stream.uniform(u64::from(golgi), glomerulus);
                // Inverse of the distribution function of the cut exponential.
                let e = -TIP_MEAN * libm::log1p(u * libm::expm1(-TIP_MOST / TIP_MEAN));
                let rank = if copies_tips { 0 } else { (ranked.len() as f64 * e) as usize };
                ranked.get(rank).map(|&(_, site)| site)
            });
            rows.push(glomerulus, golgi, NO_SITE, site.unwrap_or(NO_SITE));
        }
        rows
    };
    ConnectionSet::joined(post.cells.par_iter().map(task).collect())
}

/// A glomerulus and all it contacts.
#[derive(Debug, Clone)]
pub(super) struct Glomerulus {
    pub place: [f64; 3],
    /// (postsynaptic population, cell, site) of each of its contacts.
    pub contacts: Vec<(usize, u32, [i32; 2])>,
}

/// Each Golgi cell reaches into the nearest `divergence` glomeruli within `radius` and contacts
/// all they contact, from a random tip of its axon. Returns the rows onto each population.
pub(super) fn from_golgi(
    pre: &Chosen,
    axons: &[Selection],
    glomeruli: &[Glomerulus],
    targets: usize,
    radius: f64,
    divergence: usize,
    stream: Stream,
) -> Vec<ConnectionSet> {
    let places: Vec<[f64; 3]> = glomeruli.iter().map(|g| g.place).collect();
    let tips: Vec<Vec<([f64; 3], [i32; 2])>> = axons.iter().map(tips).collect();
    // The grid finds those closer than; the rule takes those at the radius, too.
    let grid = Grid::new(&places, (radius / 3.0).max(10.0));
    let task = |&golgi: &u32| {
        let step = u64::from(golgi);
        let near = grid.nearest(&pre.place(golgi), radius.next_up());
        let mut rows = vec![ConnectionSet::default(); targets];
        let contacts = near.iter().take(divergence).flat_map(|&(_, i)| &glomeruli[i as usize].contacts);
        for (k, &(target, cell, site)) in contacts.enumerate() {
            let tips = pre.shape(golgi).map_or(&[][..], |shape| &tips[shape]);
            let from = match tips.len() {
                0 => NO_SITE,
                n => tips[stream.below(step, k as u32, n as u32) as usize].1,
            };
            rows[target].push(golgi, cell, from, site);
        }
        rows
    };
    let parts: Vec<Vec<ConnectionSet>> = pre.cells.par_iter().map(task).collect();
    let mut rows = vec![ConnectionSet::default(); targets];
    for part in parts {
        rows.iter_mut().zip(part).for_each(|(all, own)| all.append(own));
    }
    rows
}
