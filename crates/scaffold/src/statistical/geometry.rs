//! Which cells touch: axons and dendrites as simple bodies around their somata.
//!
//! The reference intersects digitized morphologies voxel by voxel. Every cell of
//! a type has the same morphology and none is rotated there, so whether two cells
//! touch depends on their relative position alone. Here that region is given
//! outright, as what the axon is (a fiber along y, a vertical line, a cloud) and
//! the outline of what it must meet.
//!
//! All lengths are µm.

/// A region of the plane: for each abscissa u an interval of the ordinate,
/// linear between knots, empty outside them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outline {
    /// (u, lowest, highest), ascending in u.
    pub knots: Vec<[f64; 3]>,
}

impl Outline {
    /// The interval at `u`, if there is one.
    pub fn interval(&self, u: f64) -> Option<[f64; 2]> {
        let (first, last) = (self.knots.first()?, self.knots.last()?);
        if !(first[0]..=last[0]).contains(&u) {
            return None;
        }
        let right = self.knots.partition_point(|k| k[0] < u).max(1);
        let (a, b) = (&self.knots[right - 1], &self.knots[right]);
        let t = (u - a[0]) / (b[0] - a[0]);
        Some([a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])])
    }

    /// Is (u, v) inside?
    pub fn contains(&self, u: f64, v: f64) -> bool {
        self.interval(u).is_some_and(|[low, high]| low <= v && v <= high)
    }
}

/// Which relative positions of two cells touch.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// A parallel fiber crosses the dendrites of the target.
    ParallelFiberCrossing {
        /// Height of the fiber above the granule cell's soma.
        height: f64,
        /// The fiber reaches this far along y to both sides of the soma.
        half_length: f64,
        /// The target's dendrites seen along y: x and z from the target's soma.
        silhouette: Outline,
    },
    /// An ascending axon meets the dendrites of the target.
    AscendingAxonCrossing {
        /// The axon rises from here above the granule cell's soma...
        from: f64,
        /// ...to here.
        to: f64,
        /// The target's dendrites seen along y: x and z from the target's soma.
        silhouette: Outline,
        /// The target's dendrites seen from above: x and y from the target's soma.
        footprint: Outline,
    },
    /// The axonal cloud of one cell overlaps the dendrites or soma of another.
    ArborOverlap {
        /// Postsynaptic minus presynaptic soma, seen along y: x and z.
        silhouette: Outline,
        /// The same seen from above: x and y.
        footprint: Outline,
    },
}

impl Geometry {
    /// Does a presynaptic cell touch a postsynaptic one whose soma is `offset` = (dx, dy, dz) away?
    pub fn touches(&self, offset: [f64; 3]) -> bool {
        let [dx, dy, dz] = offset;
        match self {
            Self::ParallelFiberCrossing { height, half_length, silhouette } => {
                dy.abs() <= *half_length && silhouette.contains(-dx, height - dz)
            }
            Self::AscendingAxonCrossing { from, to, silhouette, footprint } => {
                footprint.contains(-dx, -dy)
                    && silhouette.interval(-dx).is_some_and(|[low, high]| from - dz <= high && low <= to - dz)
            }
            Self::ArborOverlap { silhouette, footprint } => {
                silhouette.contains(dx, dz) && footprint.contains(dx, dy)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(knots: &[[f64; 3]]) -> Outline {
        Outline { knots: knots.to_vec() }
    }

    #[test]
    fn an_outline_is_linear_between_knots_and_empty_beyond() {
        let triangle = outline(&[[0.0, 0.0, 0.0], [10.0, -5.0, 10.0]]);
        assert!(triangle.contains(5.0, -2.5) && triangle.contains(5.0, 5.0));
        assert!(
            !triangle.contains(5.0, 5.1) && !triangle.contains(-0.1, 0.0) && !triangle.contains(10.1, 0.0)
        );
        assert!(triangle.contains(0.0, 0.0) && triangle.contains(10.0, 10.0));
        assert!(!outline(&[]).contains(0.0, 0.0));
    }

    #[test]
    fn a_parallel_fiber_touches_what_it_runs_through() {
        let geometry = Geometry::ParallelFiberCrossing {
            height: 140.0,
            half_length: 1000.0,
            silhouette: outline(&[[-20.0, 0.0, 50.0], [80.0, 0.0, 50.0]]),
        };
        // The target's soma 100 above the granule cell: the fiber passes 40 above it.
        assert!(geometry.touches([0.0, 900.0, 100.0]));
        assert!(!geometry.touches([0.0, 1100.0, 100.0]), "the fiber has ended");
        assert!(!geometry.touches([0.0, 0.0, 80.0]), "the fiber passes above");
        // The tree is lopsided: a target to the left of the fiber is touched, one far to the right is not.
        assert!(geometry.touches([-70.0, 0.0, 100.0]) && !geometry.touches([70.0, 0.0, 100.0]));
    }

    #[test]
    fn an_ascending_axon_touches_what_stands_in_its_way() {
        let geometry = Geometry::AscendingAxonCrossing {
            from: 20.0,
            to: 140.0,
            silhouette: outline(&[[-10.0, -30.0, 30.0], [10.0, -30.0, 30.0]]),
            footprint: outline(&[[-10.0, -5.0, 5.0], [10.0, -5.0, 5.0]]),
        };
        assert!(geometry.touches([0.0, 0.0, 160.0]), "it reaches the lower dendrites");
        assert!(!geometry.touches([0.0, 0.0, 180.0]), "it ends below them");
        assert!(!geometry.touches([0.0, 0.0, -20.0]), "it starts above them");
        assert!(!geometry.touches([0.0, 6.0, 100.0]), "it passes beside them");
    }
}
