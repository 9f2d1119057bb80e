//! The canonical mouse circuit: the values of [`ScaffoldSpec::mouse`].
//!
//! Source, where nothing else is said: configuration of cerebellar-models 0.13.0
//! (the model of De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y, as
//! extended there by nuclei, olive and microzones). Lengths are µm.

use super::geometry::{Geometry, Outline};
use super::outlines::{self, Knots};
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
struct Extent([f64; 3], [f64; 3]);
const GRANULE: Extent = Extent([-3.0, -1000.0, -15.0], [5.8, 1000.0, 142.6]);
const GOLGI: Extent = Extent([-114.1, -67.6, -126.1], [231.3, 28.8, 219.0]);
const PURKINJE: Extent = Extent([-71.5, -3.3, -433.0], [110.2, 4.8, 181.2]);
const BASKET: Extent = Extent([-185.5, -32.5, -44.7], [59.3, 6.3, 166.1]);
const STELLATE: Extent = Extent([-66.1, -40.3, -68.1], [52.2, 4.9, 77.9]);

/// Postsynaptic minus presynaptic positions at which both boxes meet.
fn reach(pre: &Extent, post: &Extent) -> [[f64; 2]; 3] {
    std::array::from_fn(|k| [pre.0[k] - post.1[k], pre.1[k] - post.0[k]])
}

fn outline(knots: Knots) -> Outline {
    Outline { knots: knots.to_vec() }
}

fn parallel_fiber(silhouette: Knots) -> Geometry {
    Geometry::ParallelFiberCrossing {
        height: FIBER_HEIGHT,
        half_length: FIBER_HALF_LENGTH,
        silhouette: outline(silhouette),
    }
}

fn ascending_axon(silhouette: Knots, footprint: Knots) -> Geometry {
    Geometry::AscendingAxonCrossing {
        from: AXON_FROM,
        to: FIBER_HEIGHT,
        silhouette: outline(silhouette),
        footprint: outline(footprint),
    }
}

fn overlap(silhouette: Knots, footprint: Knots) -> Geometry {
    Geometry::ArborOverlap { silhouette: outline(silhouette), footprint: outline(footprint) }
}

/// Twelve rules, in the order of the reference. Affinities and contacts are the
/// reference's; `fill` is fitted with the outlines and is 1 but for three rules.
fn arbors() -> Vec<ArborRule> {
    let rule = |name: &str, (pre, from): (&str, &Extent), (post, to): (&str, &Extent), geometry| ArborRule {
        name: name.into(),
        pre: pre.into(),
        post: post.into(),
        affinity: 1.0,
        contacts: (1.0, 0.0),
        reach: reach(from, to),
        geometry,
        fill: 1.0,
        autapses: true,
    };
    let granule = ("granule_cell", &GRANULE);
    let golgi = ("golgi_cell", &GOLGI);
    let purkinje = ("purkinje_cell", &PURKINJE);
    let basket = ("basket_cell", &BASKET);
    let stellate = ("stellate_cell", &STELLATE);
    vec![
        ArborRule {
            affinity: 0.41,
            contacts: (160.0, 5.0),
            ..rule(
                "golgi_to_golgi",
                golgi,
                golgi,
                overlap(outlines::GOLGI_TO_GOLGI_XZ, outlines::GOLGI_TO_GOLGI_XY),
            )
        },
        ArborRule {
            affinity: 0.3,
            contacts: (3.0, 1.0),
            // Chosen: a gap junction of a cell with itself carries no current.
            autapses: false,
            // Fitted to: the mean in-degree, which the outline alone would exceed.
            fill: 0.97,
            ..rule("gap_goc", golgi, golgi, overlap(outlines::GOLGI_GAP_XZ, outlines::GOLGI_GAP_XY))
        },
        ArborRule {
            affinity: 0.05,
            ..rule(
                "ascending_axon_to_golgi",
                granule,
                golgi,
                ascending_axon(outlines::GOLGI_BASAL_XZ, outlines::GOLGI_BASAL_XY),
            )
        },
        ArborRule {
            affinity: 0.08,
            ..rule("parallel_fiber_to_golgi", granule, golgi, parallel_fiber(outlines::GOLGI_APICAL_XZ))
        },
        ArborRule {
            affinity: 0.05,
            ..rule(
                "ascending_axon_to_purkinje",
                granule,
                purkinje,
                ascending_axon(outlines::PURKINJE_AA_XZ, outlines::PURKINJE_AA_XY),
            )
        },
        ArborRule {
            affinity: 0.1,
            ..rule("parallel_fiber_to_purkinje", granule, purkinje, parallel_fiber(outlines::PURKINJE_PF_XZ))
        },
        ArborRule {
            affinity: 0.08,
            fill: 0.97,
            ..rule("parallel_fiber_to_basket", granule, basket, parallel_fiber(outlines::BASKET_XZ))
        },
        ArborRule {
            affinity: 0.08,
            ..rule("parallel_fiber_to_stellate", granule, stellate, parallel_fiber(outlines::STELLATE_XZ))
        },
        ArborRule {
            affinity: 0.1,
            contacts: (4.0, 0.3),
            fill: 0.92,
            ..rule(
                "stellate_to_purkinje",
                stellate,
                purkinje,
                overlap(outlines::STELLATE_TO_PURKINJE_XZ, outlines::STELLATE_TO_PURKINJE_XY),
            )
        },
        rule(
            "basket_to_purkinje",
            basket,
            purkinje,
            overlap(outlines::BASKET_TO_PURKINJE_XZ, outlines::BASKET_TO_PURKINJE_XY),
        ),
        ArborRule {
            affinity: 0.3,
            contacts: (100.0, 4.0),
            ..rule(
                "stellate_to_stellate",
                stellate,
                stellate,
                overlap(outlines::STELLATE_TO_STELLATE_XZ, outlines::STELLATE_TO_STELLATE_XY),
            )
        },
        ArborRule {
            affinity: 0.5,
            contacts: (100.0, 4.0),
            ..rule(
                "basket_to_basket",
                basket,
                basket,
                overlap(outlines::BASKET_TO_BASKET_XZ, outlines::BASKET_TO_BASKET_XY),
            )
        },
    ]
}
