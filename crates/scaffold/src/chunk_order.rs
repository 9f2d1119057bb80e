//! The order of cells that BSB files imply, given to any anatomy.
//!
//! A file keeps cells in cubes of 100 µm and numbers them by the order of the
//! cubes, so an anatomy can be written only when its cells stand in that order.

use crate::Anatomy;
use crate::chunk::{CHUNK_SIDE, ChunkId};
use std::collections::HashMap;

impl Anatomy {
    /// True if the cells of every type stand in the order of a network file, which
    /// [`sort_by_chunk`](Self::sort_by_chunk) gives them.
    pub fn is_in_chunk_order(&self) -> bool {
        let chunk = |&p: &[f64; 3]| ChunkId::containing(p, CHUNK_SIDE);
        self.cells.iter().all(|cells| cells.positions.is_sorted_by_key(chunk))
    }

    /// Brings cells and rows into the order of a network file, and optional
    /// fields into their short form, so that writing and reading changes nothing.
    ///
    /// Cells of a type are ordered by the chunk they are in and keep their order
    /// within it; rows of a set by the chunk of their postsynaptic cell, then of
    /// their presynaptic cell. Which cells contact each other, where, and how
    /// often stays the same: the numbers in the rows follow the cells. `labels`
    /// without any label and sites that are all (-1, -1) become empty.
    ///
    /// # Example
    /// ```
    /// use lobule_scaffold::{Anatomy, CellSites, ConnectionSet};
    ///
    /// let cells = CellSites {
    ///     cell_type: "golgi_cell".into(),
    ///     positions: vec![[150.0, 0.0, 0.0], [50.0, 0.0, 0.0]],
    ///     ..CellSites::default()
    /// };
    /// let set = ConnectionSet {
    ///     name: "golgi_to_golgi".into(),
    ///     pre_type: "golgi_cell".into(),
    ///     post_type: "golgi_cell".into(),
    ///     pre: vec![0],
    ///     post: vec![1],
    ///     ..ConnectionSet::default()
    /// };
    /// let mut anatomy = Anatomy { cells: vec![cells], connections: vec![set], ..Anatomy::default() };
    /// anatomy.sort_by_chunk();
    /// assert_eq!(anatomy.cells[0].positions[0], [50.0, 0.0, 0.0]);
    /// assert_eq!((anatomy.connections[0].pre[0], anatomy.connections[0].post[0]), (1, 0));
    /// ```
    pub fn sort_by_chunk(&mut self) {
        // Of each type: the new number of each cell, and the chunk of each new number.
        let mut renumbered: HashMap<String, (Vec<u32>, Vec<Option<ChunkId>>)> = HashMap::new();
        for cells in &mut self.cells {
            let chunk_of = |i: &usize| ChunkId::containing(cells.positions[*i], CHUNK_SIDE);
            let mut order: Vec<usize> = (0..cells.len()).collect();
            order.sort_by_key(chunk_of);
            let mut new_number = vec![0; order.len()];
            for (new, &old) in order.iter().enumerate() {
                new_number[old] = new as u32;
            }
            let chunks = order.iter().map(chunk_of).collect();
            cells.positions = order.iter().map(|&old| cells.positions[old]).collect();
            if cells.label_sets.is_empty() {
                cells.label_sets = vec![Vec::new()];
            }
            match cells.labels.iter().any(|&label| label != 0) {
                true => cells.labels = order.iter().map(|&old| cells.labels[old]).collect(),
                false => cells.labels = Vec::new(),
            }
            renumbered.insert(cells.cell_type.clone(), (new_number, chunks));
        }

        for set in &mut self.connections {
            set.shorten_sites();
            // A set between types that are not placed is refused when it is written.
            let sides = (renumbered.get(&set.pre_type), renumbered.get(&set.post_type));
            let (Some((pre_number, pre_chunk)), Some((post_number, post_chunk))) = sides else { continue };
            let pre: Vec<u32> = set.pre.iter().map(|&i| pre_number[i as usize]).collect();
            let post: Vec<u32> = set.post.iter().map(|&j| post_number[j as usize]).collect();
            let mut order: Vec<usize> = (0..pre.len()).collect();
            order.sort_by_key(|&row| (post_chunk[post[row] as usize], pre_chunk[pre[row] as usize]));
            set.pre = order.iter().map(|&row| pre[row]).collect();
            set.post = order.iter().map(|&row| post[row]).collect();
            for sites in [&mut set.pre_site, &mut set.post_site] {
                if !sites.is_empty() {
                    *sites = order.iter().map(|&row| sites[row]).collect();
                }
            }
        }
    }
}
