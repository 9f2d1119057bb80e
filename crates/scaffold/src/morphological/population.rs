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
    /// The morphologies of the type.
    pub shapes: Vec<Arc<Morphology>>,
    /// Which of them each cell has; empty for point cells. `[n]` or `[0]`
    pub shape_of: Vec<u16>,
    /// The labels of each cell. `[n]`
    pub labels: Vec<Vec<String>>,
}

impl Population {
    /// The cells a side of a rule means, by their labels.
    pub fn chosen(&self, side: &Side) -> Vec<u32> {
        (0..self.positions.len() as u32)
            .filter(|&i| {
                side.labels.is_empty() || self.labels[i as usize].iter().any(|l| side.labels.contains(l))
            })
            .collect()
    }
}

/// Rows of a connection set.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Rows {
    /// Presynaptic cell.
    pub pre: Vec<u32>,
    /// Postsynaptic cell.
    pub post: Vec<u32>,
    /// (branch, point) of the presynaptic cell.
    pub pre_site: Vec<[i32; 2]>,
    /// (branch, point) of the postsynaptic cell.
    pub post_site: Vec<[i32; 2]>,
}

/// The (branch, point) of a cell without morphology.
pub(super) const NO_SITE: [i32; 2] = [-1, -1];

impl Rows {
    /// Appends a row.
    pub fn push(&mut self, pre: u32, post: u32, pre_site: [i32; 2], post_site: [i32; 2]) {
        self.pre.push(pre);
        self.post.push(post);
        self.pre_site.push(pre_site);
        self.post_site.push(post_site);
    }

    /// Appends rows of another.
    pub fn append(&mut self, mut other: Rows) {
        self.pre.append(&mut other.pre);
        self.post.append(&mut other.post);
        self.pre_site.append(&mut other.pre_site);
        self.post_site.append(&mut other.post_site);
    }

    /// Joins in order.
    pub fn joined(parts: Vec<Rows>) -> Rows {
        let mut all = Rows::default();
        let n = parts.iter().map(|p| p.pre.len()).sum();
        all.pre.reserve_exact(n);
        all.post.reserve_exact(n);
        all.pre_site.reserve_exact(n);
        all.post_site.reserve_exact(n);
        parts.into_iter().for_each(|p| all.append(p));
        all
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.pre.len()
    }
}
