//! A circuit built from a configuration, as network files take it.

use crate::Anatomy;
use crate::morphology::Morphology;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A constructed circuit with the shapes of its cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// Cells and connections, in the order of a network file.
    pub anatomy: Anatomy,
    pub(crate) shapes: Shapes,
}

/// The morphologies of a circuit and which cells have which.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Shapes {
    pub morphologies: Vec<Arc<Morphology>>,
    /// Of each type that has any: their names, and the one of each cell.
    pub of: BTreeMap<String, (Vec<String>, Vec<u16>)>,
}
