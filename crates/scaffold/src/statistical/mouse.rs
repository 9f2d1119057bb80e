//! The canonical mouse circuit: the values of [`ScaffoldSpec::mouse`].
//!
//! Source, where nothing else is said: configuration of cerebellar-models 0.13.0
//! (the model of De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y, as
//! extended there by nuclei, olive and microzones). Lengths are µm.

use super::geometry::{Geometry, Outline};
use super::outlines::*;
use super::spec::{
    ArborRule, Cells, GranularWiring, Layers, NucleiWiring, ParallelArrays, RandomCells, RelativeCells,
    ScaffoldSpec,
};

impl ScaffoldSpec {
    /// The canonical mouse circuit with nuclei, olive and two microzones on a base of x × y µm.
    ///
    /// # Example
    /// ```
    /// let spec = lobule_scaffold::ScaffoldSpec::mouse(300.0, 200.0);
    /// assert_eq!(spec.layers.granular, 130.0);
    /// assert_eq!(spec.arbors.len(), 12);
    /// ```
    pub fn mouse(x_um: f64, y_um: f64) -> Self {
        Self {
            size: [x_um, y_um],
            layers: Layers {
                granular: 130.0,
                purkinje: 15.0,
                basket: 50.0,
                stellate: 100.0,
                nuclei: 200.0,
                olive: 100.0,
            },
            cells: cells(),
            granular: GranularWiring {
                mossy_reach: [60.0, 20.0],
                mossy_steepness: 2.0,
                granule_dendrites: 4,
                granule_reach: 40.0,
                golgi_dendrite_reach: 50.0,
                golgi_axon_reach: 150.0,
                golgi_axon_glomeruli: 40,
            },
            arbors: arbors(),
            nuclei: NucleiWiring {
                mossy_to_dcn_p: 0.4,
                purkinje_to_dcn_p: 0.375,
                purkinje_to_dcn_i: 0.18,
                io_to_dcn_p: 0.5,
                io_to_dcn_i: 0.5,
                dcn_i_to_io: 0.5,
                climbing_fiber_contacts: (500.0, 5.0),
            },
            microzones: true,
        }
    }
}

fn cells() -> Cells {
    let random = |density, radius| RandomCells { density, radius };
    Cells {
        mossy_fiber: RelativeCells { ratio: 0.05, radius: 1.0 },
        glomerulus: random(3.0e-4, 1.5),
        granule_cell: random(3.9e-3, 2.5),
        golgi_cell: random(9.0e-6, 8.0),
        purkinje_cell: ParallelArrays { planar_density: 1.166e-3, radius: 7.5, spacing: 130.0, angle: 80.0 },
        basket_cell: random(5.0e-5, 6.0),
        stellate_cell: random(5.0e-5, 4.0),
        dcn_p: random(9.92e-6, 9.5),
        dcn_i: random(5.58e-6, 7.0),
        io_cell: RelativeCells { ratio: 0.2, radius: 7.5 },
    }
}

/// The axon of a granule cell: it rises from `AXON_FROM` to `FIBER_HEIGHT` above the
/// soma, where it becomes a fiber of `FIBER_HALF_LENGTH` to both sides along y.
/// Source: measured on the extents of the reference's cells.
const AXON_FROM: f64 = 16.6;
const FIBER_HEIGHT: f64 = 142.6;
const FIBER_HALF_LENGTH: f64 = 1000.0;

/// The box around a cell's whole arbor, from the soma: low and high corner.
/// Source: measured on the extents of the reference's cells.
type Extent = ([f64; 3], [f64; 3]);
const GRANULE: Extent = ([-3.0, -1000.0, -15.0], [5.8, 1000.0, 142.6]);
const GOLGI: Extent = ([-114.1, -67.6, -126.1], [231.3, 28.8, 219.0]);
const PURKINJE: Extent = ([-71.5, -3.3, -433.0], [110.2, 4.8, 181.2]);
const BASKET: Extent = ([-185.5, -32.5, -44.7], [59.3, 6.3, 166.1]);
const STELLATE: Extent = ([-66.1, -40.3, -68.1], [52.2, 4.9, 77.9]);

/// Postsynaptic minus presynaptic positions at which both boxes meet.
fn reach(pre: Extent, post: Extent) -> [[f64; 2]; 3] {
    std::array::from_fn(|k| [pre.0[k] - post.1[k], pre.1[k] - post.0[k]])
}

fn outline<const N: usize>([u, low, high]: Knots<N>) -> Outline {
    Outline { knots: (0..N).map(|k| [u[k], low[k], high[k]]).collect() }
}

fn parallel_fiber<const N: usize>(side: Knots<N>) -> Geometry {
    let (height, half_length, silhouette) = (FIBER_HEIGHT, FIBER_HALF_LENGTH, outline(side));
    Geometry::ParallelFiberCrossing { height, half_length, silhouette }
}

fn ascending_axon<const N: usize, const M: usize>((side, above): (Knots<N>, Knots<M>)) -> Geometry {
    let (silhouette, footprint) = (outline(side), outline(above));
    Geometry::AscendingAxonCrossing { from: AXON_FROM, to: FIBER_HEIGHT, silhouette, footprint }
}

fn overlap<const N: usize, const M: usize>((side, above): (Knots<N>, Knots<M>)) -> Geometry {
    Geometry::ArborOverlap { silhouette: outline(side), footprint: outline(above) }
}

/// Twelve rules, in the order of the reference. Affinities and contacts are the
/// reference's; `fill` is fitted with the outlines and is 1 but for three rules.
fn arbors() -> Vec<ArborRule> {
    type Arbor<'a> = (&'a str, Extent);
    let rule = |name: &str, (pre, from): Arbor, (post, to): Arbor, affinity, contacts, fill, geometry| {
        let (name, pre, post, reach) = (name.into(), pre.into(), post.into(), reach(from, to));
        ArborRule { name, pre, post, affinity, contacts, reach, geometry, fill, autapses: true }
    };
    let granule = ("granule_cell", GRANULE);
    let golgi = ("golgi_cell", GOLGI);
    let purkinje = ("purkinje_cell", PURKINJE);
    let basket = ("basket_cell", BASKET);
    let stellate = ("stellate_cell", STELLATE);
    let once = (1.0, 0.0);
    // Fitted to: the mean in-degree, which the outline alone would exceed.
    let gap_fill = 0.97;
    // Chosen: a gap junction of a cell with itself carries no current.
    let gap = ArborRule {
        autapses: false,
        ..rule("gap_goc", golgi, golgi, 0.3, (3.0, 1.0), gap_fill, overlap(GOLGI_GAP))
    };
    vec![
        rule("golgi_to_golgi", golgi, golgi, 0.41, (160.0, 5.0), 1.0, overlap(GOLGI_GOLGI)),
        gap,
        rule("ascending_axon_to_golgi", granule, golgi, 0.05, once, 1.0, ascending_axon(GOLGI_BASAL)),
        rule("parallel_fiber_to_golgi", granule, golgi, 0.08, once, 1.0, parallel_fiber(GOLGI_APICAL)),
        rule("ascending_axon_to_purkinje", granule, purkinje, 0.05, once, 1.0, ascending_axon(PURKINJE_AA)),
        rule("parallel_fiber_to_purkinje", granule, purkinje, 0.1, once, 1.0, parallel_fiber(PURKINJE_PF)),
        rule("parallel_fiber_to_basket", granule, basket, 0.08, once, 0.97, parallel_fiber(BASKET_PF)),
        rule("parallel_fiber_to_stellate", granule, stellate, 0.08, once, 1.0, parallel_fiber(STELLATE_PF)),
        rule("stellate_to_purkinje", stellate, purkinje, 0.1, (4.0, 0.3), 0.92, overlap(STELLATE_PURKINJE)),
        rule("basket_to_purkinje", basket, purkinje, 1.0, once, 1.0, overlap(BASKET_PURKINJE)),
        rule("stellate_to_stellate", stellate, stellate, 0.3, (100.0, 4.0), 1.0, overlap(STELLATE_STELLATE)),
        rule("basket_to_basket", basket, basket, 0.5, (100.0, 4.0), 1.0, overlap(BASKET_BASKET)),
    ]
}
