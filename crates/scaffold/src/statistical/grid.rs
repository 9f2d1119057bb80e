//! Points sorted into cubes, to find those near a place without looking at all.

use crate::morphology::bounds;

/// A regular grid of cubes over the box that holds the points.
pub(crate) struct Grid<'a> {
    points: &'a [[f64; 3]],
    low: [f64; 3],
    edge: f64,
    shape: [usize; 3],
    /// CSR: points of cube c are `order[start[c]..start[c + 1]]`.
    start: Vec<u32>,
    order: Vec<u32>,
}

impl<'a> Grid<'a> {
    /// Sorts `points` into cubes of at least `edge` µm.
    pub(crate) fn new(points: &'a [[f64; 3]], edge: f64) -> Self {
        let [low, high] = bounds(points);
        let shape = std::array::from_fn(|k| ((high[k] - low[k]).max(0.0) / edge) as usize + 1);
        let mut grid = Self { points, low, edge, shape, start: Vec::new(), order: Vec::new() };
        let cubes: Vec<usize> = points.iter().map(|p| grid.cube(grid.coordinates(p))).collect();
        grid.start = vec![0; shape.iter().product::<usize>() + 1];
        for &c in &cubes {
            grid.start[c + 1] += 1;
        }
        for c in 1..grid.start.len() {
            grid.start[c] += grid.start[c - 1];
        }
        let mut next = grid.start.clone();
        grid.order = vec![0; points.len()];
        for (i, &c) in cubes.iter().enumerate() {
            grid.order[next[c] as usize] = i as u32;
            next[c] += 1;
        }
        grid
    }

    fn coordinates(&self, p: &[f64; 3]) -> [usize; 3] {
        std::array::from_fn(|k| (((p[k] - self.low[k]) / self.edge).max(0.0) as usize).min(self.shape[k] - 1))
    }

    fn cube(&self, c: [usize; 3]) -> usize {
        (c[2] * self.shape[1] + c[1]) * self.shape[0] + c[0]
    }

    /// Calls `visit(index, squared distance)` for every point closer than `radius` to `center`,
    /// in an order that depends on the points alone.
    pub(crate) fn within(&self, center: &[f64; 3], radius: f64, mut visit: impl FnMut(u32, f64)) {
        if self.points.is_empty() {
            return;
        }
        let low = self.coordinates(&center.map(|v| v - radius));
        let high = self.coordinates(&center.map(|v| v + radius));
        for z in low[2]..=high[2] {
            for y in low[1]..=high[1] {
                // Cubes of one row are neighbors in memory.
                let (first, last) = (self.cube([low[0], y, z]), self.cube([high[0], y, z]));
                for &i in &self.order[self.start[first] as usize..self.start[last + 1] as usize] {
                    let d2 = squared_distance(&self.points[i as usize], center);
                    if d2 < radius * radius {
                        visit(i, d2);
                    }
                }
            }
        }
    }

    /// (squared distance, index) of every point closer than `radius` to `center`, the nearest first.
    pub(crate) fn nearest(&self, center: &[f64; 3], radius: f64) -> Vec<(f64, u32)> {
        let mut near = Vec::new();
        self.within(center, radius, |i, d2| near.push((d2, i)));
        near.sort_by(by_distance);
        near
    }
}

/// The order of (distance, number of a point): the nearest first.
pub(crate) fn by_distance<T: Ord>(a: &(f64, T), b: &(f64, T)) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

/// Squared distance of two places, µm².
pub(crate) fn squared_distance(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    (0..3).map(|k| (a[k] - b[k]).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lobule_signal::Stream;

    #[test]
    fn the_grid_finds_what_a_full_search_finds() {
        let stream = Stream::new(5, "grid");
        let points: Vec<[f64; 3]> = (0..500)
            .map(|i| std::array::from_fn(|k| 100.0 * stream.uniform(0, 3 * i + k as u32) - 20.0))
            .collect();
        let grid = Grid::new(&points, 15.0);
        for center in [[0.0, 0.0, 0.0], [-40.0, 50.0, 90.0], [79.0, 79.0, 79.0]] {
            for radius in [5.0, 40.0, 300.0] {
                let mut found = Vec::new();
                grid.within(&center, radius, |i, _| found.push(i as usize));
                found.sort_unstable();
                let expected: Vec<usize> = (0..points.len())
                    .filter(|&i| squared_distance(&points[i], &center) < radius * radius)
                    .collect();
                assert_eq!(found, expected);
            }
        }
    }
}
