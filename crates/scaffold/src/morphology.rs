//! A morphology: labeled points on branches, and the part of it with given labels.
//!
//! Lengths are µm, from the soma.

/// Largest coordinate of a point on file, µm. Chosen: a meter of axon.
pub(crate) const MAX_COORDINATE: f64 = 1.0e6;

/// An unbranched stretch of points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Branch {
    pub start: usize,
    pub len: usize,
    /// The branch it continues; parents come first.
    pub parent: Option<usize>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Morphology {
    pub name: String,
    /// Positions. `[points]`
    pub points: Vec<[f64; 3]>,
    /// Radii. `[points]`
    pub radii: Vec<f64>,
    /// SWC types. `[points]`
    pub types: Vec<i64>,
    /// Index into `label_sets` of each point. `[points]`
    pub labels: Vec<u16>,
    pub label_sets: Vec<Vec<String>>,
    /// Branches, which divide the points in order.
    pub branches: Vec<Branch>,
}

/// The points of a morphology with certain labels.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Selection {
    pub points: Vec<[f64; 3]>,
    /// (branch, point on it) in the whole morphology, of each point.
    pub sites: Vec<[i32; 2]>,
    pub pieces: Vec<Piece>,
}

/// Consecutive points of a branch that are all selected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Piece {
    /// First point, in the selection.
    pub start: usize,
    pub len: usize,
    /// Nothing selected continues it.
    pub is_terminal: bool,
}

impl Piece {
    pub fn tip(&self) -> usize {
        self.start + self.len - 1
    }
}

impl Morphology {
    pub fn bounds(&self) -> [[f64; 3]; 2] {
        bounds(&self.points)
    }

    /// The points with at least one of `labels`; all points when there are no labels.
    ///
    /// A branch falls into the pieces that are left of it. A piece continues the piece before
    /// it on its branch, or else the last piece of its nearest ancestor that has any.
    pub fn select(&self, labels: &[String]) -> Selection {
        let is_meant = |set: &Vec<String>| labels.is_empty() || set.iter().any(|l| labels.contains(l));
        let has: Vec<bool> = self.label_sets.iter().map(is_meant).collect();
        let mut selection = Selection::default();
        // Of each branch: the piece that a child branch continues.
        let mut last_piece: Vec<Option<usize>> = Vec::with_capacity(self.branches.len());
        for (number, branch) in self.branches.iter().enumerate() {
            let mut before = branch.parent.and_then(|p| last_piece[p]);
            let mut is_open = false;
            for point in 0..branch.len {
                let at = branch.start + point;
                if !has[usize::from(self.labels[at])] {
                    is_open = false;
                    continue;
                }
                if !is_open {
                    if let Some(piece) = before {
                        selection.pieces[piece].is_terminal = false;
                    }
                    before = Some(selection.pieces.len());
                    selection.pieces.push(Piece { start: selection.points.len(), len: 0, is_terminal: true });
                    is_open = true;
                }
                selection.points.push(self.points[at]);
                selection.sites.push([number as i32, point as i32]);
                if let Some(piece) = selection.pieces.last_mut() {
                    piece.len += 1;
                }
            }
            last_piece.push(before);
        }
        selection
    }
}

/// Lowest and highest coordinates; zeros without points.
pub(crate) fn bounds(points: &[[f64; 3]]) -> [[f64; 3]; 2] {
    let Some(first) = points.first() else { return [[0.0; 3]; 2] };
    points.iter().fold([*first; 2], |[low, high], p| {
        [std::array::from_fn(|k| low[k].min(p[k])), std::array::from_fn(|k| high[k].max(p[k]))]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Root branch a a b a, a child b b, a grandchild a.
    fn morphology() -> Morphology {
        Morphology {
            name: "cell".into(),
            points: (0..7).map(|i| [f64::from(i), 0.0, 0.0]).collect(),
            radii: vec![1.0; 7],
            types: vec![0; 7],
            labels: vec![0, 0, 1, 0, 1, 1, 2],
            label_sets: vec![vec!["a".into()], vec!["b".into()], vec!["a".into(), "c".into()]],
            branches: vec![
                Branch { start: 0, len: 4, parent: None },
                Branch { start: 4, len: 2, parent: Some(0) },
                Branch { start: 6, len: 1, parent: Some(1) },
            ],
        }
    }

    fn pieces(labels: &[&str]) -> Vec<(usize, usize, bool)> {
        let labels: Vec<String> = labels.iter().map(|l| l.to_string()).collect();
        morphology().select(&labels).pieces.iter().map(|p| (p.start, p.len, p.is_terminal)).collect()
    }

    #[test]
    fn a_selection_keeps_sites_and_knows_its_ends() {
        // The grandchild continues the last piece of the root, across the child that has no `a`.
        assert_eq!(pieces(&["a"]), [(0, 2, false), (2, 1, false), (3, 1, true)]);
        assert_eq!(pieces(&["b"]), [(0, 1, false), (1, 2, true)]);
        assert_eq!(pieces(&["c"]), [(0, 1, true)]);
        assert_eq!(pieces(&["b", "c"]), [(0, 1, false), (1, 2, false), (3, 1, true)]);
        assert_eq!(pieces(&[]), [(0, 4, false), (4, 2, false), (6, 1, true)]);
        assert_eq!(pieces(&["none"]), []);
        let b = morphology().select(&["b".into()]);
        assert_eq!(b.sites, [[0, 2], [1, 0], [1, 1]]);
        assert_eq!(b.points[1], [4.0, 0.0, 0.0]);
    }

    #[test]
    fn bounds_hold_all_points() {
        assert_eq!(morphology().bounds(), [[0.0; 3], [6.0, 0.0, 0.0]]);
        assert_eq!(bounds(&[]), [[0.0; 3]; 2]);
    }
}
