//! Where the cells are: random without overlap, or Purkinje cells in parallel arrays.
//!
//! All lengths are µm. Cells come out in the order of a network file: sorted by
//! the 100 µm chunk they lie in, so that a cell's index is its id in a BSB file.

use super::spec::ParallelArrays;
use crate::CellSites;
use crate::chunk::{CHUNK_SIDE, ChunkId};
use crate::configuration::Block;
use crate::error::{Error, Result};
use lobule_signal::Stream;

/// Attempts to find a free position for one cell.
/// Chosen: granule cells at a packing of 0.26, the densest type here, need up to 160 of them.
const ATTEMPTS: u32 = 10_000;

/// Places `count` cells in the box, none closer to another than two radii.
///
/// Each chunk gets its share of the cells, so that their density varies little over
/// 100 µm, as in the reference. Within its chunk a cell takes the first free place
/// of its own sequence of random ones (random sequential addition). Soma centers
/// may lie on the border, also as in the reference.
pub(super) fn random(
    cell_type: &str,
    count: usize,
    radius: f64,
    place: Block,
    seed: u64,
) -> Result<Vec<[f64; 3]>> {
    let stream = Stream::new(seed, &format!("placement of {cell_type}"));
    let mut occupied = OccupiedCubes::new(place, 2.0 * radius, count);
    for (part, share) in shares(count, place, Stream::new(seed, &format!("shares of {cell_type}"))) {
        for _ in 0..share {
            let i = occupied.points.len();
            let free = (0..ATTEMPTS).find_map(|attempt| {
                let p = part.at(|k| stream.uniform(i as u64, 3 * attempt + k));
                occupied.is_free(&p).then_some(p)
            });
            occupied.add(free.ok_or_else(|| Error::Spec {
                parameter: cell_type.into(),
                value: format!("{count} cells of radius {radius} µm"),
                what: format!(
                    "no room for cell {i} after {ATTEMPTS} attempts; lower the density or the radius"
                ),
            })?);
        }
    }
    Ok(occupied.points)
}

/// Divides the box along the borders of chunks, and `count` among the parts by volume.
///
/// A part gets its expectation rounded up or down: the expectations are laid end to
/// end, shifted by one random fraction, and each part gets the integers it covers.
fn shares(count: usize, place: Block, stream: Stream) -> Vec<(Block, usize)> {
    let edges = |k: usize| {
        let first = (place.low[k] / CHUNK_SIDE).floor() as i64 + 1;
        let inner = (first..).map(|c| c as f64 * CHUNK_SIDE).take_while(|&e| e < place.high[k]);
        [place.low[k]].into_iter().chain(inner).chain([place.high[k]]).collect::<Vec<f64>>()
    };
    let [x, y, z] = [edges(0), edges(1), edges(2)];
    let mut parts = Vec::new();
    for z in z.windows(2) {
        for y in y.windows(2) {
            for x in x.windows(2) {
                parts.push(Block { low: [x[0], y[0], z[0]], high: [x[1], y[1], z[1]] });
            }
        }
    }
    let per_volume = count as f64 / place.volume();
    let shift = stream.uniform(0, 0);
    let (mut expected, mut given) = (0.0, 0);
    let last = parts.len() - 1;
    parts
        .into_iter()
        .enumerate()
        .map(|(i, part)| {
            expected += per_volume * part.volume();
            let until = if i == last { count } else { ((expected + shift) as usize).min(count) };
            let share = until - given;
            given = until;
            (part, share)
        })
        .collect()
}

/// Points in cubes at least one exclusion distance wide.
struct OccupiedCubes {
    place: Block,
    distance: f64,
    edge: f64,
    shape: [usize; 3],
    points: Vec<[f64; 3]>,
    cubes: Vec<Vec<u32>>,
}

impl OccupiedCubes {
    fn new(place: Block, distance: f64, expected: usize) -> Self {
        // Not many more cubes than points, however small the cells are.
        let edge = distance.max(libm::cbrt(place.volume() / expected.max(1) as f64));
        let shape = place.size().map(|length| (length / edge) as usize + 1);
        let cubes = vec![Vec::new(); shape.iter().product()];
        Self { place, distance, edge, shape, points: Vec::with_capacity(expected), cubes }
    }

    fn coordinates(&self, p: &[f64; 3]) -> [usize; 3] {
        std::array::from_fn(|k| ((p[k] - self.place.low[k]) / self.edge) as usize)
    }

    fn cube(&self, c: [usize; 3]) -> usize {
        (c[2] * self.shape[1] + c[1]) * self.shape[0] + c[0]
    }

    fn is_free(&self, p: &[f64; 3]) -> bool {
        let c = self.coordinates(p);
        let range = |k: usize| c[k].saturating_sub(1)..=(c[k] + 1).min(self.shape[k] - 1);
        let is_near = |&i: &u32| {
            super::grid::squared_distance(p, &self.points[i as usize]) < self.distance * self.distance
        };
        let is_taken = |c: [usize; 3]| self.cubes[self.cube(c)].iter().any(is_near);
        !range(2).any(|z| range(1).any(|y| range(0).any(|x| is_taken([x, y, z]))))
    }

    fn add(&mut self, p: [f64; 3]) {
        let cube = self.cube(self.coordinates(&p));
        self.cubes[cube].push(self.points.len() as u32);
        self.points.push(p);
    }
}

/// Places Purkinje cells in parallel rows over the whole layer.
///
/// Rows start every `spacing` along x and are slanted by `angle`; what leaves the
/// array on one side re-enters on the other, and what falls outside the box is
/// dropped, so the count depends on where along x the rows start. `start` numbers the
/// random choices of that place.
pub(super) fn parallel_arrays(spec: &ParallelArrays, place: Block, seed: u64, start: u64) -> Vec<[f64; 3]> {
    let stream = Stream::new(seed, "placement of purkinje_cell");
    let [width, depth, height] = place.size();
    let r = spec.radius;
    let arrays = (width / spec.spacing).ceil();
    // The arrays are wider than the box; cells are added for the part that will be dropped.
    let wanted = (spec.planar_density * width * depth).floor();
    let wanted = wanted + ((arrays * spec.spacing - width) / width * wanted).floor();
    let per_row = (wanted / arrays).round().max(1.0);
    let step = (depth - r) / per_row;
    let (sin, cos) = libm::sincos(spec.angle.to_radians());
    let jitter = (step - 2.0 * r * cos).max(0.0);
    let span = arrays * spec.spacing - 2.0 * r;
    let first = stream.uniform(start, 0) * spec.spacing;

    let mut points = Vec::new();
    let mut index = 1;
    for row in 0..arrays as u32 {
        for i in 0..per_row as u32 {
            let y = f64::from(i) * step;
            let x = (first + f64::from(row) * spec.spacing + y * sin / cos).rem_euclid(span) + r;
            let y = y + r + step / 2.0 + (stream.uniform(start, index) - 0.5) * jitter;
            let z = r + stream.uniform(start, index + 1) * (height - 2.0 * r).max(0.0);
            index += 2;
            if x < width - r && y < depth {
                points.push([place.low[0] + x, place.low[1] + y, place.low[2] + z]);
            }
        }
    }
    points
}

/// Makes the cells of a type, in chunk order.
pub(super) fn sites(cell_type: &str, mut positions: Vec<[f64; 3]>) -> CellSites {
    positions.sort_by_key(|&p| ChunkId::containing(p, CHUNK_SIDE));
    CellSites { cell_type: cell_type.into(), positions, label_sets: vec![Vec::new()], labels: Vec::new() }
}

/// Labels a random half of the cells `plus` and the others `minus`.
/// Of an odd number the larger part is `minus`, as in the reference.
pub(super) fn split_microzones(cells: &mut CellSites, seed: u64) {
    let stream = Stream::new(seed, &format!("microzones of {}", cells.cell_type));
    let mut order: Vec<usize> = (0..cells.len()).collect();
    super::draws::draw_to_front(stream, 0, 0, &mut order, cells.len());
    cells.label_sets = vec![vec![], vec!["plus".into()], vec!["minus".into()]];
    cells.labels = vec![2; cells.len()];
    for &i in &order[..cells.len() / 2] {
        cells.labels[i] = 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_get_their_share_of_the_cells() {
        let place = Block::of_layer([250.0, 100.0], [-30.0, 130.0]);
        let parts = shares(100, place, Stream::new(3, "shares"));
        // Three columns of chunks, each with the levels -30..0, 0..100, 100..130.
        assert_eq!(parts.len(), 9);
        assert_eq!(parts.iter().map(|p| p.1).sum::<usize>(), 100);
        for (part, share) in parts {
            let expected = 100.0 * part.volume() / place.volume();
            assert!((share as f64 - expected).abs() < 1.0, "{share} cells where {expected} are expected");
        }
    }

    #[test]
    fn a_full_box_is_reported() {
        let place = Block::of_layer([50.0, 50.0], [0.0, 50.0]);
        let error = random("golgi_cell", 100, 8.0, place, 1).unwrap_err();
        assert!(error.to_string().contains("golgi_cell"), "{error}");
    }
}
