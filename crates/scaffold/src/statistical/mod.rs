//! Native reconstruction of the canonical mouse circuit: a specification and a
//! seed make cells with positions and connection sets.
//!
//! ```text
//! ScaffoldSpec ─▶ check ─▶ layout (placement) ─▶ wiring (granular, arbors, nuclei) ─▶ Anatomy
//! ```
//!
//! The rule all parts obey: every random number is a pure function of (seed,
//! name of the rule, cell, draw), so the result does not depend on threads or on
//! which other rules are there.
//!
//! Lengths are µm; x runs across and y along the parallel fibers, z up from the
//! bottom of the granular layer.
//!
//! Source: De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y, with the values
//! of the configuration of cerebellar-models 0.13.

mod arbors;
mod check;
pub(crate) mod draws;
mod geometry;
mod granular;
pub(crate) mod grid;
mod layout;
mod mouse;
mod nuclei;
mod outlines;
mod placement;
mod spec;
mod wiring;

pub use geometry::*;
pub use spec::*;

use crate::{Anatomy, Error};

/// Places and connects the cells of `spec`.
///
/// The same specification and seed give the same anatomy, whatever the number of
/// threads of the current rayon pool.
///
/// # Errors
/// [`Error::Spec`] when a value of the specification is out of its range, when the
/// circuit would not fit into memory, or when a layer is too crowded for its cells.
///
/// # Example: how many granule cells a small block holds
/// ```
/// use lobule_scaffold::{ScaffoldSpec, reconstruct};
/// let anatomy = reconstruct(&ScaffoldSpec::mouse(60.0, 60.0), 7)?;
/// assert_eq!(anatomy.count("granule_cell"), 1825);
/// # Ok::<(), lobule_scaffold::Error>(())
/// ```
pub fn reconstruct(spec: &ScaffoldSpec, seed: u64) -> Result<Anatomy, Error> {
    check::check(spec)?;
    let mut notes = Vec::new();
    let cells = layout::place(spec, seed, &mut notes)?;
    let connections = wiring::connect(spec, seed, &cells, &mut notes)?;
    let layers = &spec.layers;
    let height = layers.granular + layers.purkinje + layers.basket + layers.stellate;
    Ok(Anatomy {
        size: [spec.size[0], spec.size[1], height],
        cells,
        connections,
        source: format!("lobule-scaffold {}, reconstruct, seed {seed}", env!("CARGO_PKG_VERSION")),
        notes,
    })
}
