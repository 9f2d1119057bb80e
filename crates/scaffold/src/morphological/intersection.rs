//! Voxel intersection: cells connect where voxels of their morphologies touch.
//!
//! For each cell of the *first* side (the presynaptic one, unless `favor_cache: post`):
//! 1. candidates are cells of the second side whose whole-morphology box meets its own;
//! 2. of n candidates a random n · affinity are tried, the fraction rounded at random;
//! 3. a candidate with a labeled point in a voxel that touches a labeled voxel is connected by
//!    a drawn number of contacts, each at a pair of such points, all pairs alike.
//!
//! (BSB draws a pair of voxels in proportion to the product of their points, then a point in
//! each; that is the same distribution.)
//!
//! Source: behavior of VoxelIntersection of bsb-core 8.0.2.

use super::population::{Chosen, Population};
use super::voxels::{Contacts, voxel_size};
use crate::ConnectionSet;
use crate::configuration::{Distribution, Side};
use crate::morphology::{Selection, bounds};
use crate::statistical::draws::{draw_to_front, stochastic_round};
use lobule_signal::Stream;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// Cells handled by one task. Chosen: some milliseconds of work.
const TASK: usize = 256;

pub(super) struct Half<'a> {
    chosen: Chosen<'a>,
    /// Of each morphology of the type: whole extent, labeled points, size of voxels.
    shapes: Vec<Shape>,
}

struct Shape {
    bounds: [[f64; 3]; 2],
    selection: Selection,
    size: [f64; 3],
    /// The labeled points' own box.
    labeled: [[f64; 3]; 2],
}

impl<'a> Half<'a> {
    /// The cells of `population` that `side` means, in about `voxels` voxels each.
    pub fn new(population: &'a Population, side: &Side, voxels: u32) -> Self {
        let shape = |m: &std::sync::Arc<crate::morphology::Morphology>| {
            let bounds = m.bounds();
            let selection = m.select(&side.morphology_labels);
            let extent = std::array::from_fn(|k| bounds[1][k] - bounds[0][k]);
            let labeled = self::bounds(&selection.points);
            Shape { bounds, size: voxel_size(extent, voxels), labeled, selection }
        };
        let shapes = population.shapes.iter().map(shape).collect();
        Self { chosen: population.chosen(side), shapes }
    }

    /// Names of morphologies without a point of the labels.
    pub fn unlabeled(&self) -> Vec<&str> {
        self.named(|shape| shape.selection.points.is_empty())
    }

    /// Names of morphologies that have no extent along some axis.
    pub fn flat(&self) -> Vec<&str> {
        self.named(|shape| (0..3).any(|k| shape.bounds[1][k] - shape.bounds[0][k] <= 1.0e-8))
    }

    fn named(&self, is_meant: impl Fn(&Shape) -> bool) -> Vec<&str> {
        let shapes = self.chosen.population.shapes.iter().zip(&self.shapes);
        shapes.filter(|(_, shape)| is_meant(shape)).map(|(m, _)| m.name.as_str()).collect()
    }

    fn shape(&self, cell: u32) -> usize {
        usize::from(self.chosen.population.shape_of[cell as usize])
    }

    fn place(&self, cell: u32) -> [f64; 3] {
        self.chosen.place(cell)
    }

    /// The box around a cell's whole morphology.
    fn around(&self, cell: u32) -> [[f64; 3]; 2] {
        let (place, [low, high]) = (self.place(cell), self.shapes[self.shape(cell)].bounds);
        [std::array::from_fn(|k| place[k] + low[k]), std::array::from_fn(|k| place[k] + high[k])]
    }
}

/// Two sides and the contacts of all their morphologies.
pub(super) struct Intersection<'a> {
    first: &'a Half<'a>,
    second: &'a Half<'a>,
    /// `[first shape][second shape]`
    contacts: Vec<Vec<Contacts>>,
    /// Second cells in order of the low side of their boxes along x, and those sides.
    by_x: Vec<u32>,
    low_x: Vec<f64>,
    /// Longest box of a second cell along x.
    longest: f64,
}

/// A touching candidate: its labeled points with partners, and the number of partners so far.
#[derive(Default)]
pub(super) struct Touch {
    points: Vec<(u32, std::ops::Range<u32>)>,
    upto: Vec<u64>,
}

impl Touch {
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

impl<'a> Intersection<'a> {
    /// Prepares the tables; `None` when the voxels of one side are too small beside the other's. Voxels count
    /// as touching when they are not more than `slack` µm apart.
    pub fn new(first: &'a Half<'a>, second: &'a Half<'a>, slack: f64) -> Option<Self> {
        let table = |a: &Shape, b: &Shape| Contacts::new(&a.selection.points, a.size, b.size, slack);
        let contacts = first
            .shapes
            .iter()
            .map(|a| second.shapes.iter().map(|b| table(a, b)).collect::<Option<Vec<_>>>())
            .collect::<Option<Vec<_>>>()?;
        let low = |cell: u32| second.around(cell)[0][0];
        let mut by_x = second.chosen.cells.clone();
        by_x.sort_by(|&a, &b| low(a).total_cmp(&low(b)).then(a.cmp(&b)));
        let low_x = by_x.iter().map(|&cell| low(cell)).collect();
        let longest = second.shapes.iter().map(|s| s.bounds[1][0] - s.bounds[0][0]).fold(0.0, f64::max);
        Some(Self { first, second, contacts, by_x, low_x, longest })
    }

    /// Second cells whose box meets that of a first cell, ascending.
    pub fn candidates(&self, cell: u32, found: &mut Vec<u32>) {
        let [low, high] = self.first.around(cell);
        // Rounding must not lose a candidate; the exact test is below.
        let from = self.low_x.partition_point(|&x| x < low[0] - self.longest - 1.0e-6);
        let to = self.low_x.partition_point(|&x| x <= high[0]);
        found.clear();
        found.extend(self.by_x[from..to.max(from)].iter().copied().filter(|&other| {
            let [other_low, other_high] = self.second.around(other);
            (0..3).all(|k| low[k] <= other_high[k] && other_low[k] <= high[k])
        }));
        found.sort_unstable();
    }

    /// The points at which two cells touch; empty when they do not.
    pub fn touch(&self, cell: u32, other: u32, touch: &mut Touch) {
        touch.points.clear();
        touch.upto.clear();
        let (a, b) = (self.first.place(cell), self.second.place(other));
        let by: [f64; 3] = std::array::from_fn(|k| b[k] - a[k]);
        let shape = &self.second.shapes[self.second.shape(other)];
        let table = &self.contacts[self.first.shape(cell)][self.second.shape(other)];
        let [low, high] = table.reach();
        if (0..3).any(|k| shape.labeled[1][k] + by[k] < low[k] || high[k] < shape.labeled[0][k] + by[k]) {
            return;
        }
        let mut sum = 0;
        for (i, p) in shape.selection.points.iter().enumerate() {
            let p: [f64; 3] = std::array::from_fn(|k| p[k] + by[k]);
            // Most points are far off along some axis; spare them the division.
            if (0..3).any(|k| p[k] < low[k] || high[k] < p[k]) {
                continue;
            }
            let range = table.at(&p);
            if !range.is_empty() {
                sum += u64::from(range.end - range.start);
                touch.points.push((i as u32, range));
                touch.upto.push(sum);
            }
        }
    }

    /// Connects all cells. The rows are (first, second) in order of the first cell; none when there are more than
    /// `most` of them.
    pub fn connect(
        &self,
        affinity: f64,
        contacts: Distribution,
        most: u64,
        (seed, label): (u64, &str),
    ) -> Option<ConnectionSet> {
        let made = AtomicU64::new(0);
        let trials = Stream::new(seed, &format!("{label}: candidates"));
        let numbers = Stream::new(seed, &format!("{label}: contacts"));
        let places = Stream::new(seed, &format!("{label}: places"));
        let task = |cells: &[u32]| {
            let mut rows = ConnectionSet::default();
            let (mut candidates, mut touch) = (Vec::new(), Touch::default());
            for &cell in cells {
                if made.load(Ordering::Relaxed) > most {
                    return ConnectionSet::default();
                }
                let before = rows.len();
                let step = u64::from(cell);
                self.candidates(cell, &mut candidates);
                if affinity < 1.0 {
                    let tried = stochastic_round(trials, step, 0, candidates.len() as f64 * affinity);
                    draw_to_front(trials, step, 1, &mut candidates, tried);
                    candidates.truncate(tried);
                    candidates.sort_unstable();
                }
                for &other in &candidates {
                    self.touch(cell, other, &mut touch);
                    if touch.is_empty() {
                        continue;
                    }
                    let n = contacts.count(numbers, step, other);
                    let pair = step << 32 | u64::from(other);
                    let (a, b) = (self.first.shape(cell), self.second.shape(other));
                    let sites = [&self.first.shapes[a], &self.second.shapes[b]].map(|s| &s.selection.sites);
                    for k in 0..n {
                        let (first, second) = self.pick(&touch, places, pair, k);
                        let first = self.contacts[a][b].point(first);
                        rows.push(cell, other, sites[0][first as usize], sites[1][second as usize]);
                    }
                }
                made.fetch_add((rows.len() - before) as u64, Ordering::Relaxed);
            }
            rows
        };
        let parts = self.first.chosen.cells.par_chunks(TASK).map(task).collect();
        (made.load(Ordering::Relaxed) <= most).then(|| ConnectionSet::joined(parts))
    }

    /// True if the voxels of two points, given as (branch, point) of each cell, touch.
    pub fn touches_at(&self, cell: u32, other: u32, site: [i32; 2], other_site: [i32; 2]) -> bool {
        let (a, b) = (self.first.shape(cell), self.second.shape(other));
        let (first, second) = (&self.first.shapes[a].selection, &self.second.shapes[b].selection);
        // Sites are in ascending order.
        let found = (first.sites.binary_search(&site), second.sites.binary_search(&other_site));
        let (Ok(i), Ok(j)) = found else { return false };
        let (from, to) = (self.first.place(cell), self.second.place(other));
        let p: [f64; 3] = std::array::from_fn(|k| second.points[j][k] + (to[k] - from[k]));
        let table = &self.contacts[a][b];
        table.at(&p).any(|place| table.point(place) as usize == i)
    }

    /// One of all pairs of touching points: place in the table of contacts, second point.
    fn pick(&self, touch: &Touch, stream: Stream, pair: u64, k: u32) -> (u32, u32) {
        let all = touch.upto[touch.upto.len() - 1];
        // 64 bits of draw: there may be more pairs of points than 32 bits tell apart.
        let draw = u64::from(stream.u32(pair, 2 * k)) << 32 | u64::from(stream.u32(pair, 2 * k + 1));
        let at = ((u128::from(draw) * u128::from(all)) >> 64) as u64;
        let i = touch.upto.partition_point(|&upto| upto <= at);
        let (second, range) = &touch.points[i];
        let before = if i == 0 { 0 } else { touch.upto[i - 1] };
        (range.start + (at - before) as u32, *second)
    }
}

#[cfg(test)]
mod tests {
    use super::super::voxels::voxel_of;
    use super::*;
    use crate::morphology::{Branch, Morphology};
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::sync::Arc;

    /// Cells with one branch of points; points at even places have the label `a`.
    fn population(name: &str, shapes: &[Vec<[f64; 3]>], positions: &[[f64; 3]]) -> Population {
        let shape = |points: &Vec<[f64; 3]>| {
            Arc::new(Morphology {
                name: name.into(),
                points: points.clone(),
                radii: vec![1.0; points.len()],
                types: vec![0; points.len()],
                labels: (0..points.len()).map(|i| (i % 2) as u16).collect(),
                label_sets: vec![vec!["a".into()], vec!["b".into()]],
                branches: vec![Branch { start: 0, len: points.len(), parent: None }],
            })
        };
        Population {
            name: name.into(),
            positions: positions.to_vec(),
            shapes: shapes.iter().map(shape).collect(),
            shape_of: (0..positions.len()).map(|i| (i % shapes.len()) as u16).collect(),
            labels: vec![Vec::new(); positions.len()],
        }
    }

    fn side(labels: &[&str]) -> Side {
        let labels = labels.iter().map(|l| l.to_string()).collect();
        Side { cell_types: Vec::new(), labels: Vec::new(), morphology_labels: labels }
    }

    fn connect(pre: &Population, post: &Population, affinity: f64, contacts: f64) -> ConnectionSet {
        let (a, b) = (Half::new(pre, &side(&["a"]), 50), Half::new(post, &side(&["a", "b"]), 40));
        let intersection = Intersection::new(&a, &b, 0.0).unwrap();
        intersection.connect(affinity, Distribution::Constant(contacts), u64::MAX, (5, "test")).unwrap()
    }

    fn pairs(rows: &ConnectionSet) -> BTreeSet<(u32, u32)> {
        rows.pre.iter().copied().zip(rows.post.iter().copied()).collect()
    }

    /// The rule as it is said: boxes of whole cells, then boxes of voxels with points, one pair of cells at a time.
    fn by_brute_force(pre: &Population, post: &Population) -> BTreeSet<(u32, u32)> {
        let mut pairs = BTreeSet::new();
        for (i, p) in pre.positions.iter().enumerate() {
            for (j, q) in post.positions.iter().enumerate() {
                let (a, b) =
                    (&pre.shapes[usize::from(pre.shape_of[i])], &post.shapes[usize::from(post.shape_of[j])]);
                let ([al, ah], [bl, bh]) = (a.bounds(), b.bounds());
                if !(0..3).all(|k| p[k] + al[k] <= q[k] + bh[k] && q[k] + bl[k] <= p[k] + ah[k]) {
                    continue;
                }
                let size = |b: [[f64; 3]; 2], n| voxel_size(std::array::from_fn(|k| b[1][k] - b[0][k]), n);
                let (s, t) = (size([al, ah], 50), size([bl, bh], 40));
                let touches = a.points.iter().step_by(2).any(|x| {
                    let v = voxel_of(x, &s);
                    b.points.iter().any(|y| {
                        let y: [f64; 3] = std::array::from_fn(|k| y[k] + (q[k] - p[k]));
                        let w = voxel_of(&y, &t);
                        (0..3).all(|k| {
                            let (lv, lw) = (v[k] as f64 * s[k], w[k] as f64 * t[k]);
                            lv <= lw + t[k] && lw <= lv + s[k]
                        })
                    })
                });
                if touches {
                    pairs.insert((i as u32, j as u32));
                }
            }
        }
        pairs
    }

    /// Places on a grid of 1/64 µm, so that moving them loses no bit.
    fn places(n: std::ops::Range<usize>, reach: i32) -> impl Strategy<Value = Vec<[f64; 3]>> {
        let place =
            prop::array::uniform3(-64 * reach..64 * reach).prop_map(|p| p.map(|v| f64::from(v) / 64.0));
        prop::collection::vec(place, n)
    }

    proptest! {
        #[test]
        fn all_touching_pairs_are_found_wherever_the_cells_are(
            a in prop::collection::vec(places(1..20, 30), 1..3),
            b in prop::collection::vec(places(1..20, 20), 1..3),
            p in places(1..8, 60),
            q in places(1..8, 60),
            by in prop::array::uniform3(-1000i32..1000),
        ) {
            let (pre, post) = (population("pre", &a, &p), population("post", &b, &q));
            let expected = by_brute_force(&pre, &post);
            let rows = connect(&pre, &post, 1.0, 1.0);
            prop_assert_eq!(&pairs(&rows), &expected);
            prop_assert_eq!(rows.len(), expected.len());

            let moved = |ps: &[[f64; 3]]| ps.iter().map(|p| std::array::from_fn(|k| p[k] + f64::from(by[k]))).collect::<Vec<_>>();
            let there = connect(&population("pre", &a, &moved(&p)), &population("post", &b, &moved(&q)), 1.0, 1.0);
            prop_assert_eq!(there, rows);
        }
    }

    #[test]
    fn an_affinity_tries_a_share_of_candidates_and_contacts_touch() {
        // A row of 40 cells whose boxes all meet that of the one other cell; half of them touch it.
        let bar = vec![vec![[0.0; 3], [0.5, 0.5, 0.5], [100.0, 1.0, 1.0]]];
        let dots = vec![vec![[0.0; 3], [1.0, 1.0, 1.0]]];
        let positions: Vec<[f64; 3]> =
            (0..40).map(|i| [if i < 20 { 0.25 } else { 50.25 }, 0.25, 0.25]).collect();
        let (pre, post) = (population("bar", &bar, &[[0.0; 3]]), population("dots", &dots, &positions));
        let all = connect(&pre, &post, 1.0, 1.0);
        assert_eq!(pairs(&all).into_iter().map(|(_, j)| j).collect::<Vec<_>>(), (0..20).collect::<Vec<_>>());
        // A quarter of 40 candidates is tried: 10, of which those below 20 touch.
        let rows = connect(&pre, &post, 0.25, 3.0);
        let connected = pairs(&rows);
        assert!(
            connected.iter().all(|&(_, j)| j < 20) && (1..=10).contains(&connected.len()),
            "{connected:?}"
        );
        assert_eq!(rows.len(), 3 * connected.len());
        // Contacts are at points of the labels: of the bar only the first and last have `a`.
        assert!(rows.pre_site.iter().all(|site| *site == [0, 0]), "{:?}", rows.pre_site);
        assert!(connect(&pre, &post, 0.0, 1.0).pre.is_empty());
        assert!(connect(&pre, &post, 1.0, 0.9).pre.is_empty(), "the integer part of 0.9 is no contact");
    }

    #[test]
    fn contacts_are_uniform_over_pairs_of_touching_points() {
        // In voxels of 9.8 x 9 x 9 the four points are in three voxels, one of two points; all touch.
        let near = vec![vec![[0.1, 0.0, 0.0], [9.9, 0.0, 0.0], [0.2, 9.0, 9.0], [9.8, 1.0, 1.0]]];
        let dot = vec![vec![[0.0; 3]]];
        let (pre, post) =
            (population("near", &near, &[[0.0; 3]]), population("dot", &dot, &[[9.5, 8.5, 8.5]]));
        let a = Half::new(&pre, &side(&[]), 1);
        let b = Half::new(&post, &side(&[]), 1);
        let all = |most: u64| {
            let intersection = Intersection::new(&a, &b, 0.0).unwrap();
            intersection.connect(1.0, Distribution::Constant(8000.0), most, (1, "test"))
        };
        assert!(all(7999).is_none(), "more rows than may be");
        let rows = all(8000).unwrap();
        let mut hits = [0u32; 4];
        rows.pre_site.iter().for_each(|s| hits[s[1] as usize] += 1);
        // Mean 2000 for each of 4 points, standard deviation 39; five of them.
        assert!(hits.iter().all(|h| h.abs_diff(2000) < 195), "{hits:?}");
    }
}
