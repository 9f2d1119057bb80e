//! Members that cells and connections have in common: groups per chunk, and the number of entries.

use crate::CellSites;
use crate::chunk::{ChunkId, ChunkRuns};
use crate::error::{Result, ensure};
use crate::hdf5::{Attributes, Node, Store};
use std::collections::BTreeMap;

/// Remedy for a member that every BSB 8 file has.
pub(super) const MISSING: &str = "is missing; BSB 8 writes it: write the file again";

/// Cell types by their name in the file.
pub(super) type Placed = BTreeMap<String, PlacedCells>;

pub(super) struct PlacedCells {
    pub sites: CellSites,
    /// Which of them are in which chunk.
    pub runs: ChunkRuns,
}

pub(super) fn chunk_groups(store: &Store, node: &Node) -> Result<BTreeMap<ChunkId, Node>> {
    let named = |(name, chunk): (String, Node)| {
        let what = "is no chunk: the name of a chunk is a number below 2^48; remove this member";
        let id = ChunkId::parse(&name).ok_or_else(|| store.error(&chunk.path, what))?;
        Ok((id, chunk))
    };
    store.members(node)?.into_iter().map(named).collect()
}

/// Refuses a set whose attribute `len`, where it has one, disagrees with its content.
pub(super) fn check_length(attributes: &Attributes, n: usize) -> Result<()> {
    if attributes.has("len") {
        let len = attributes.integers("len")?;
        ensure(len == [n as i64], || {
            attributes.error("len", format!("is {len:?}, but the data are {n}; write the file again"))
        })?;
    }
    Ok(())
}
