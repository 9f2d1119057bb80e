//! Ways to read a network file: which inputs are kept, and what is left as it is on file.

use crate::{Anatomy, ConnectionSet};

/// A network file of which only some cells' inputs were kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// All cells, and the rows that were kept. Its notes are those of the whole, but mirrored sets are not compared.
    pub anatomy: Anatomy,
    /// Rows of each connection set in the file. `[connections]`
    pub rows: Vec<usize>,
}

/// True if the rows of a set onto one of its postsynaptic cells are kept.
pub type Keeps = Box<dyn Fn(&ConnectionSet, u32) -> bool>;

/// Says, once the cells are known, the inputs of which are kept.
pub(crate) type Choose<'a> = Option<&'a mut dyn FnMut(&Anatomy) -> Keeps>;

/// How a network is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// True to leave the two sets that dbbs-scaffold 2 numbers wrongly as they are on file. Refused for a network
    /// without such a set.
    pub is_as_stored: bool,
}
