//! Chunks: the cubes a BSB file is divided into, and the order they give to cells.
//!
//! A chunk is named by its id = Σ uint16(cₖ)·2^(16k) over the coordinates
//! k = x, y, z, written in decimal. Coordinates are 16-bit; a negative one wraps,
//! so the chunks below z = 0 (nuclei and olive) come *after* all others. BSB
//! sorts chunks by this number wherever it concatenates them, hence:
//!
//! > the number of a cell = its place in the concatenation of its type's chunks,
//! > sorted by id as unsigned integers.
//!
//! Source: bsb-core 8.0.2 `Chunk.id`, `chunklist`; bsb-hdf5 8.0.2 `ChunkLoader`.

use std::ops::Range;

/// Side of the cubes lobule writes, µm. Source: BSB's default `network.chunk_size`.
pub(crate) const CHUNK_SIDE: f64 = 100.0;

/// A chunk's id; ordered as BSB orders chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ChunkId(pub u64);

impl ChunkId {
    pub fn from_coordinates(c: [i16; 3]) -> Self {
        Self(c.iter().enumerate().map(|(k, &v)| u64::from(v as u16) << (16 * k)).sum())
    }

    /// The chunk that contains a position, or `None` beyond the 16-bit range of coordinates.
    pub fn containing(position: [f64; 3], side: f64) -> Option<Self> {
        let c = position.map(|p| (p / side).floor());
        let fits = |v: &f64| (f64::from(i16::MIN)..=f64::from(i16::MAX)).contains(v);
        c.iter().all(fits).then(|| Self::from_coordinates(c.map(|v| v as i16)))
    }

    /// The id written as a group name; `None` when the name is no chunk id.
    pub fn parse(name: &str) -> Option<Self> {
        name.parse::<u64>().ok().filter(|&id| id < 1 << 48 && id.to_string() == name).map(Self)
    }

    pub fn coordinates(self) -> [i16; 3] {
        [0, 16, 32].map(|shift| (self.0 >> shift) as u16 as i16)
    }
}

impl std::fmt::Display for ChunkId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The cells of one type as consecutive runs, one per chunk, in chunk order.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChunkRuns(Vec<(ChunkId, Range<usize>)>);

impl ChunkRuns {
    /// Appends a chunk of `n` cells. Chunks come in ascending order.
    pub fn push(&mut self, id: ChunkId, n: usize) {
        debug_assert!(self.0.last().is_none_or(|(last, _)| *last < id));
        self.0.push((id, self.len()..self.len() + n));
    }

    /// Appends a cell; its chunk must not come before the last one, which is the error.
    pub fn add(&mut self, id: ChunkId) -> Result<(), ChunkId> {
        match self.0.last_mut() {
            Some((last, cells)) if *last == id => cells.end += 1,
            Some((last, _)) if *last > id => return Err(*last),
            _ => self.push(id, 1),
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.0.last().map_or(0, |(_, cells)| cells.end)
    }

    /// Numbers of the cells in a chunk, or `None` when the type has no such chunk.
    pub fn range(&self, id: ChunkId) -> Option<Range<usize>> {
        let i = self.0.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(self.0[i].1.clone())
    }

    pub fn iter(&self) -> impl Iterator<Item = (ChunkId, Range<usize>)> + '_ {
        self.0.iter().cloned()
    }

    /// The chunk of a cell and the cell's index within it.
    pub fn locate(&self, cell: usize) -> Option<(ChunkId, usize)> {
        let (id, cells) = self.0.get(self.0.partition_point(|(_, cells)| cells.end <= cell))?;
        Some((*id, cell - cells.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_invert_and_negative_coordinates_come_last() {
        for c in [[0, 0, 0], [1, 2, 3], [-1, 0, -2], [i16::MIN, i16::MAX, -1]] {
            assert_eq!(ChunkId::from_coordinates(c).coordinates(), c);
        }
        assert_eq!(ChunkId::from_coordinates([2, 1, 0]).0, 65538);
        assert_eq!(ChunkId::from_coordinates([0, 0, -1]).0, 281470681743360);
        assert!(ChunkId::from_coordinates([0, 0, -2]) > ChunkId::from_coordinates([9, 9, 9]));
        assert_eq!(
            ChunkId::containing([-0.5, 100.0, 99.9], 100.0),
            Some(ChunkId::from_coordinates([-1, 1, 0]))
        );
        assert_eq!(ChunkId::containing([4e6, 0.0, 0.0], 100.0), None);
        assert_eq!(ChunkId::parse("65538"), Some(ChunkId(65538)));
        for bad in ["", "-1", "007", "x", "281474976710656"] {
            assert_eq!(ChunkId::parse(bad), None);
        }
    }

    #[test]
    fn runs_locate_every_cell() {
        let mut runs = ChunkRuns::default();
        for (id, n) in [(0, 3), (1, 0), (7, 2)] {
            runs.push(ChunkId(id), n);
        }
        assert_eq!(runs.len(), 5);
        assert_eq!(runs.range(ChunkId(1)), Some(3..3));
        assert_eq!(runs.range(ChunkId(7)), Some(3..5));
        assert_eq!(runs.locate(2), Some((ChunkId(0), 2)));
        assert_eq!(runs.locate(3), Some((ChunkId(7), 0)));
        assert_eq!(runs.locate(5), None);
    }
}
