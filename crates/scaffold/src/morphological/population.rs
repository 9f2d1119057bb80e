//! The cells of a type while a circuit is built.

use crate::configuration::Side;
use crate::morphology::Morphology;
use std::sync::Arc;

/// Placed cells of one type.
#[derive(Debug, Clone)]
pub(super) struct Population {
    /// The type's name in the configuration.
    pub name: String,
    /// Somata, µm, in chunk order. `[n]`
    pub positions: Vec<[f64; 3]>,
    pub shapes: Vec<Arc<Morphology>>,
    /// Which of them each cell has; empty for point cells. `[n]` or `[0]`
    pub shape_of: Vec<u16>,
    pub labels: Vec<Vec<String>>,
}

impl Population {
    /// The cells a side of a rule means, by their labels.
    pub fn chosen(&self, side: &Side) -> Chosen<'_> {
        let is_meant = |i: &u32| {
            side.labels.is_empty() || self.labels[*i as usize].iter().any(|l| side.labels.contains(l))
        };
        Chosen { population: self, cells: (0..self.positions.len() as u32).filter(is_meant).collect() }
    }
}

/// Some cells of a type, in order.
pub(super) struct Chosen<'a> {
    pub population: &'a Population,
    pub cells: Vec<u32>,
}

impl<'a> Chosen<'a> {
    pub fn name(&self) -> &'a str {
        &self.population.name
    }

    /// The soma of a cell, µm.
    pub fn place(&self, cell: u32) -> [f64; 3] {
        self.population.positions[cell as usize]
    }

    /// Which morphology of the type a cell has; `None` for a point cell.
    pub fn shape(&self, cell: u32) -> Option<usize> {
        self.population.shape_of.get(cell as usize).map(|&shape| shape.into())
    }
}
