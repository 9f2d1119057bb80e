//! Voxels of morphologies, and which voxels of one touch which voxels of another.
//!
//! The voxels of a morphology are equal boxes that divide its extent into about n parts, with
//! the soma at a corner of the grid. A voxel is occupied by the points in it; what lies
//! between two points is not filled in. The voxels of another morphology lie on a grid of
//! their own size, with a corner at the *first* cell's soma wherever the second cell is. So
//! which voxels touch depends on two numbers of voxels alone, and is tabulated once for all
//! pairs of cells ([`Contacts`]): that makes the test of a pair one look-up per point.
//!
//! Two voxels touch when their closed boxes have a point in common. Boxes are computed as
//! BSB does (lower = index · size, upper = lower + size, double precision). That decides for
//! neighboring voxels of one grid, as two cells of one morphology have them: rounding leaves some
//! of them 1e-14 µm apart, and BSB does not connect there.
//!
//! Source: behavior of VoxelIntersection of bsb-core 8.0.2.

/// Below this an extent counts as none, µm (as `numpy.isclose` to 0).
const FLAT: f64 = 1.0e-8;
/// Edge of voxels along an axis in which a morphology has no extent, µm. Chosen: thin beside any
/// arbor. (BSB makes them of no thickness, and puts them at the other cell's soma.)
const FLAT_EDGE: f64 = 1.0;

/// Edges of the voxels of a morphology of this extent when there shall be about `n`, µm.
///
/// The axis of least extent gets its proportional share of divisions, rounded down and at least 1,
/// then the next; the longest gets what is left, rounded to the nearest whole number.
pub(super) fn voxel_size(extent: [f64; 3], n: u32) -> [f64; 3] {
    let mut axes: Vec<usize> = (0..3).filter(|&k| extent[k] > FLAT).collect();
    axes.sort_by(|&a, &b| extent[a].total_cmp(&extent[b]));
    let mut size = [FLAT_EDGE; 3];
    let mut left = f64::from(n);
    for (i, &axis) in axes.iter().enumerate() {
        let longest = extent[axes[axes.len() - 1]];
        let relative: Vec<f64> = axes[i..].iter().map(|&k| extent[k] / longest).collect();
        let dimensions = relative.len() as f64;
        let divisions = match axes.len() - i {
            // The last of several axes is rounded; the only one is divided exactly.
            1 if axes.len() > 1 => left.round_ties_even().max(1.0),
            1 => left,
            _ => {
                let product: f64 = relative.iter().product();
                (relative[0] * libm::pow(left / product, 1.0 / dimensions)).floor().max(1.0)
            }
        };
        size[axis] = extent[axis] / divisions;
        left /= divisions;
    }
    size
}

/// The largest whole number not above `a / b`, as numpy's floor division finds it, for b > 0.
pub(super) fn floor_divide(a: f64, b: f64) -> f64 {
    let quotient = a / b;
    let floor = quotient.floor();
    let part = quotient - floor;
    // The quotient is right to 1e-16 of itself; away from whole numbers its floor is certain.
    if part > 1.0e-9 && part < 1.0 - 1.0e-9 && quotient.abs() < 1.0e6 {
        return floor;
    }
    let rest = a % b;
    let whole = (a - rest) / b - if rest < 0.0 { 1.0 } else { 0.0 };
    let floor = whole.floor();
    if whole - floor > 0.5 { floor + 1.0 } else { floor }
}

pub(super) fn voxel_of(p: &[f64; 3], size: &[f64; 3]) -> [i64; 3] {
    std::array::from_fn(|k| floor_divide(p[k], size[k]) as i64)
}

/// Largest table, in voxels. Chosen: 256 MB.
const MAX_TABLE: usize = 1 << 26;

/// For every voxel of a second morphology: the points of a first one in voxels that touch it.
#[derive(Debug)]
pub(super) struct Contacts {
    /// Edges of the second morphology's voxels, µm.
    size: [f64; 3],
    /// Lowest voxel of the table, and its extent.
    low: [i64; 3],
    shape: [usize; 3],
    /// CSR over voxels, x fastest: points of voxel v are `points[start[v]..start[v + 1]]`.
    start: Vec<u32>,
    points: Vec<u32>,
}

impl Contacts {
    /// Tabulates contacts of the points of a first cell, in voxels of `first_size`, with voxels
    /// of `size`. Boxes not more than `slack` apart count as touching: 0 is the rule. `None` when
    /// the table would be too large.
    pub fn new(points: &[[f64; 3]], first_size: [f64; 3], size: [f64; 3], slack: f64) -> Option<Self> {
        // Points by voxel.
        let mut order: Vec<([i64; 3], u32)> =
            points.iter().enumerate().map(|(i, p)| (voxel_of(p, &first_size), i as u32)).collect();
        order.sort_unstable();
        let voxels: Vec<&[([i64; 3], u32)]> = order.chunk_by(|a, b| a.0 == b.0).collect();
        // Along each axis: which voxels of the second grid each voxel of the first touches.
        let mut ranges: Vec<[[i64; 2]; 3]> = Vec::with_capacity(voxels.len());
        for voxel in &voxels {
            let range = |k: usize| touching(voxel[0].0[k], first_size[k], size[k], slack);
            ranges.push([range(0)?, range(1)?, range(2)?]);
        }
        let low: [i64; 3] = std::array::from_fn(|k| ranges.iter().map(|r| r[k][0]).min().unwrap_or(0));
        let high: [i64; 3] = std::array::from_fn(|k| ranges.iter().map(|r| r[k][1]).max().unwrap_or(-1));
        let mut shape = [0; 3];
        for (shape, (low, high)) in shape.iter_mut().zip(low.iter().zip(high)) {
            *shape = usize::try_from(high.checked_sub(*low)?.checked_add(1)?).ok()?;
        }
        let volume = shape.iter().try_fold(1usize, |v, &s| v.checked_mul(s)).filter(|&v| v <= MAX_TABLE)?;

        let mut table = Self { size, low, shape, start: vec![0; volume + 1], points: Vec::new() };
        let mut counts = vec![0u64; volume];
        for (voxel, range) in voxels.iter().zip(&ranges) {
            table.places(range).for_each(|place| counts[place] += voxel.len() as u64);
        }
        let mut total = 0u64;
        for (start, count) in table.start[1..].iter_mut().zip(&counts) {
            total += count;
            *start = u32::try_from(total).ok()?;
        }
        let mut next: Vec<u32> = table.start.clone();
        let mut filled = vec![0; total as usize];
        for (voxel, range) in voxels.iter().zip(&ranges) {
            for place in table.places(range) {
                for &(_, point) in *voxel {
                    filled[next[place] as usize] = point;
                    next[place] += 1;
                }
            }
        }
        table.points = filled;
        Some(table)
    }

    fn place(&self, voxel: [i64; 3]) -> usize {
        let [x, y, z] = [0, 1, 2].map(|k| (voxel[k] - self.low[k]) as usize);
        (z * self.shape[1] + y) * self.shape[0] + x
    }

    /// The voxels of a range along each axis, as places in the table.
    fn places<'a>(&'a self, [x, y, z]: &'a [[i64; 2]; 3]) -> impl Iterator<Item = usize> + 'a {
        let row = move |j: i64, k: i64| (x[0]..=x[1]).map(move |i| self.place([i, j, k]));
        (z[0]..=z[1]).flat_map(move |k| (y[0]..=y[1]).flat_map(move |j| row(j, k)))
    }

    /// The range, in [`Contacts::point`], of the first cell's points that touch the voxel of `p`,
    /// a point of the second cell seen from the first one's soma.
    pub fn at(&self, p: &[f64; 3]) -> std::ops::Range<u32> {
        let voxel = voxel_of(p, &self.size);
        let is_within = |k: usize| {
            let offset = voxel[k].saturating_sub(self.low[k]);
            offset >= 0 && offset < self.shape[k] as i64
        };
        match (0..3).all(is_within) {
            true => {
                let place = self.place(voxel);
                self.start[place]..self.start[place + 1]
            }
            false => 0..0,
        }
    }

    /// The first cell's point at a place of a range.
    pub fn point(&self, place: u32) -> u32 {
        self.points[place as usize]
    }

    /// Lowest and highest coordinates of second points that may touch, with some room.
    pub fn reach(&self) -> [[f64; 3]; 2] {
        let edge = |k: usize, at: i64| at as f64 * self.size[k];
        [
            std::array::from_fn(|k| edge(k, self.low[k] - 1)),
            std::array::from_fn(|k| edge(k, self.low[k] + self.shape[k] as i64 + 1)),
        ]
    }
}

/// Lowest and highest index of intervals of length `other` that touch interval `index` of length
/// `size`; `None` where double precision does not tell them apart.
fn touching(index: i64, size: f64, other: f64, slack: f64) -> Option<[i64; 2]> {
    let low = index as f64 * size;
    let high = low + size;
    let touches = |i: &i64| {
        let other_low = *i as f64 * other;
        other_low <= high + slack && low <= other_low + other + slack
    };
    let (first, last) = ((low / other).floor() as i64, (high / other).floor() as i64);
    let first = (first.checked_sub(2)?..first.checked_add(3)?).find(touches)?;
    let last = (last.checked_sub(2)?..last.checked_add(3)?).rev().find(touches)?;
    Some([first, last])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn divisions_follow_the_proportions() {
        // 500 voxels over 8.821 x 2000 x 157.622: shares 0.5 -> 1, sqrt(500 * 0.0788) = 6.3 -> 6, 500 / 6 = 83.3 -> 83.
        let size = voxel_size([8.821, 2000.0, 157.622], 500);
        assert_eq!(size, [8.821, 2000.0 / 83.0, 157.622 / 6.0]);
        // A cube of 27 voxels is divided into 3 x 3 x 3; one axis alone into all of them.
        let cube = voxel_size([30.0; 3], 28);
        assert_eq!(cube, [10.0; 3]);
        assert_eq!(voxel_size([30.0, 0.0, 0.0], 7), [30.0 / 7.0, FLAT_EDGE, FLAT_EDGE]);
        assert_eq!(voxel_size([0.0; 3], 50), [FLAT_EDGE; 3]);
    }

    #[test]
    fn neighbors_of_one_grid_touch_and_others_do_not() {
        let points = [[0.5, 0.5, 0.5]];
        let contacts = Contacts::new(&points, [1.0; 3], [1.0; 3], 0.0).unwrap();
        for (x, touches) in [(-1.5, false), (-0.5, true), (0.5, true), (1.5, true), (2.5, false)] {
            assert_eq!(!contacts.at(&[x, 0.5, 0.5]).is_empty(), touches, "{x}");
            assert_eq!(!contacts.at(&[1.5, x, -0.5]).is_empty(), touches, "{x}");
        }
    }

    proptest! {
        #[test]
        fn floor_division_is_the_largest_whole_number(i in -1000i64..1000, part in 0.0f64..1.0, b in 0.01f64..50.0) {
            let f = floor_divide((i as f64 + part) * b, b);
            // At the edges of voxels rounding decides; a voxel may then be the neighbor's.
            prop_assert!(f == i as f64 || (part > 1.0 - 1e-12 && f == i as f64 + 1.0) || (part < 1e-12 && f == i as f64 - 1.0));
            prop_assert_eq!(floor_divide(0.0, b), 0.0);
        }

        #[test]
        fn the_table_equals_the_boxes(
            points in prop::collection::vec(prop::array::uniform3(-40.0f64..40.0), 1..12),
            other in prop::collection::vec(prop::array::uniform3(-60.0f64..60.0), 1..20),
            first in prop::array::uniform3(2.0f64..20.0),
            second in prop::array::uniform3(2.0f64..20.0),
        ) {
            let contacts = Contacts::new(&points, first, second, 0.0).unwrap();
            for p in &other {
                let expected: Vec<u32> = (0..points.len() as u32)
                    .filter(|&i| {
                        let (a, b) = (voxel_of(&points[i as usize], &first), voxel_of(p, &second));
                        (0..3).all(|k| {
                            let (la, lb) = (a[k] as f64 * first[k], b[k] as f64 * second[k]);
                            la <= lb + second[k] && lb <= la + first[k]
                        })
                    })
                    .collect();
                let mut found: Vec<u32> = contacts.at(p).map(|i| contacts.point(i)).collect();
                found.sort_unstable();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
