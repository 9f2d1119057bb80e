//! Pipeline of a morphology: the steps that a configuration applies before it is used.
//!
//! Angles are in degrees about the fixed axes x, y, z, in this order.

use crate::configuration::Step;
use crate::morphology::Morphology;

pub(super) fn apply(morphology: &mut Morphology, steps: &[Step]) {
    for step in steps {
        match *step {
            Step::SwapAxes(a, b) => morphology.points.iter_mut().for_each(|p| p.swap(a, b)),
            Step::Rotate { angles, center } => {
                let matrix = rotation(angles);
                morphology.points.iter_mut().for_each(|p| *p = rotated(&matrix, *p, center));
            }
            Step::RootRotate { angles } => {
                let matrix = rotation(angles);
                for (root, branches) in trees(morphology) {
                    for i in branches {
                        morphology.points[i] = rotated(&matrix, morphology.points[i], root);
                    }
                }
            }
            Step::Translate(by) => translate(&mut morphology.points, by),
            Step::Center => {
                let origin = origin(morphology);
                translate(&mut morphology.points, origin.map(|v| -v));
            }
            Step::CloseGaps => close_gaps(morphology),
            Step::Collapse => {
                let origin = origin(morphology);
                for (root, points) in trees(morphology) {
                    for i in points {
                        morphology.points[i] =
                            std::array::from_fn(|k| morphology.points[i][k] + origin[k] - root[k]);
                    }
                }
            }
        }
    }
}

fn translate(points: &mut [[f64; 3]], by: [f64; 3]) {
    points.iter_mut().for_each(|p| *p = std::array::from_fn(|k| p[k] + by[k]));
}

/// First point of each tree and the numbers of all its points.
fn trees(m: &Morphology) -> Vec<([f64; 3], Vec<usize>)> {
    let mut trees: Vec<([f64; 3], Vec<usize>)> = Vec::new();
    let mut tree_of = Vec::with_capacity(m.branches.len());
    for branch in &m.branches {
        let tree = branch.parent.map_or(trees.len(), |p| tree_of[p]);
        tree_of.push(tree);
        if tree == trees.len() {
            trees.push((m.points.get(branch.start).copied().unwrap_or_default(), Vec::new()));
        }
        trees[tree].1.extend(branch.start..branch.start + branch.len);
    }
    trees
}

/// Mean of the first points of all trees.
fn origin(m: &Morphology) -> [f64; 3] {
    let trees = trees(m);
    std::array::from_fn(|k| trees.iter().map(|(root, _)| root[k]).sum::<f64>() / trees.len().max(1) as f64)
}

/// Moves each branch, with all that continues it, so that it starts where its parent ends.
fn close_gaps(m: &mut Morphology) {
    for i in 0..m.branches.len() {
        let branch = m.branches[i];
        let mut by = [0.0; 3];
        if let Some(parent) = branch.parent.map(|p| m.branches[p])
            && parent.len > 0
            && branch.len > 0
        {
            // The parent has been moved already; this branch not yet.
            let (end, start) = (m.points[parent.start + parent.len - 1], m.points[branch.start]);
            by = std::array::from_fn(|k| end[k] - start[k]);
        }
        translate(&mut m.points[branch.start..branch.start + branch.len], by);
    }
}

fn rotation(angles: [f64; 3]) -> [[f64; 3]; 3] {
    let [(sx, cx), (sy, cy), (sz, cz)] = angles.map(|a| {
        let a = a.to_radians();
        (libm::sin(a), libm::cos(a))
    });
    // Rz Ry Rx
    [
        [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
        [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
        [-sy, cy * sx, cy * cx],
    ]
}

fn rotated(matrix: &[[f64; 3]; 3], p: [f64; 3], center: [f64; 3]) -> [f64; 3] {
    let d: [f64; 3] = std::array::from_fn(|k| p[k] - center[k]);
    std::array::from_fn(|k| matrix[k][0] * d[0] + matrix[k][1] * d[1] + matrix[k][2] * d[2] + center[k])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::morphology::Branch;

    /// Two trees: one of two branches with a gap of (1, 0, 0) between them, one of a point.
    fn trees_with_a_gap() -> Morphology {
        Morphology {
            name: "cell".into(),
            points: vec![[0.0, 2.0, 4.0], [1.0, 2.0, 4.0], [3.0, 2.0, 4.0], [4.0, 3.0, 4.0], [2.0, 0.0, 0.0]],
            radii: vec![1.0; 5],
            types: vec![0; 5],
            labels: vec![0; 5],
            label_sets: vec![vec!["soma".into()]],
            branches: vec![
                Branch { start: 0, len: 2, parent: None },
                Branch { start: 2, len: 2, parent: Some(0) },
                Branch { start: 4, len: 1, parent: None },
            ],
        }
    }

    fn after(steps: &[Step]) -> Vec<[f64; 3]> {
        let mut morphology = trees_with_a_gap();
        apply(&mut morphology, steps);
        // Rotations are right to the last bits.
        morphology.points.iter().map(|p| p.map(|v| (v * 1e9).round() / 1e9 + 0.0)).collect()
    }

    #[test]
    fn axes_are_swapped_and_swapped_back() {
        assert_eq!(after(&[Step::SwapAxes(1, 2)])[0], [0.0, 4.0, 2.0]);
        assert_eq!(after(&[Step::SwapAxes(1, 2), Step::SwapAxes(2, 1)]), trees_with_a_gap().points);
    }

    #[test]
    fn rotations_are_about_fixed_axes_in_order_x_y_z() {
        let rotate = |angles| Step::Rotate { angles, center: [0.0; 3] };
        // About x, y becomes z; about z, x becomes y.
        assert_eq!(after(&[rotate([90.0, 0.0, 0.0])])[0], [0.0, -4.0, 2.0]);
        assert_eq!(after(&[rotate([0.0, 0.0, 90.0])])[0], [-2.0, 0.0, 4.0]);
        let (x, y, z) = (rotate([90.0, 0.0, 0.0]), rotate([0.0, 90.0, 0.0]), rotate([0.0, 0.0, 90.0]));
        assert_eq!(after(&[rotate([90.0; 3])]), after(&[x, y, z]));
        let about = Step::Rotate { angles: [0.0, 0.0, 180.0], center: [1.0, 2.0, 0.0] };
        assert_eq!(after(&[about])[0], [2.0, 2.0, 4.0]);
        // Each tree about its own root.
        let rooted = after(&[Step::RootRotate { angles: [0.0, 0.0, 90.0] }]);
        assert_eq!((rooted[0], rooted[1], rooted[4]), ([0.0, 2.0, 4.0], [0.0, 3.0, 4.0], [2.0, 0.0, 0.0]));
    }

    #[test]
    fn trees_are_centered_collapsed_and_closed() {
        // The roots are at (0, 2, 4) and (2, 0, 0): their mean is (1, 1, 2).
        assert_eq!(after(&[Step::Center])[0], [-1.0, 1.0, 2.0]);
        assert_eq!(after(&[Step::Translate([1.0, -1.0, 0.5])])[4], [3.0, -1.0, 0.5]);
        let collapsed = after(&[Step::Collapse]);
        assert_eq!(
            (collapsed[0], collapsed[1], collapsed[4]),
            ([1.0, 1.0, 2.0], [2.0, 1.0, 2.0], [1.0, 1.0, 2.0])
        );
        let closed = after(&[Step::CloseGaps]);
        assert_eq!((closed[2], closed[3]), ([1.0, 2.0, 4.0], [2.0, 3.0, 4.0]));
    }
}
