//! Demands of a network file on an anatomy beyond those of every file: the order of chunks.

use crate::chunk::{CHUNK_SIDE, ChunkId, ChunkRuns};
use crate::error::{Error, Result, ensure};
use crate::{Anatomy, CellSites, canonical_cell_name, check};
use std::collections::HashMap;
use std::path::Path;

/// The chunks of every type, or the first thing that cannot be written.
pub(super) fn chunks<'a>(path: &Path, anatomy: &'a Anatomy) -> Result<HashMap<&'a str, ChunkRuns>> {
    let error = |cells: &CellSites, what: String| {
        Error::content(path, format!("cell type `{}`", cells.cell_type), what)
    };
    for cells in &anatomy.cells {
        let canonical = canonical_cell_name(&cells.cell_type);
        ensure(canonical == cells.cell_type, || {
            error(cells, format!("is a name of BSB; use lobule's `{canonical}`"))
        })?;
    }
    check::anatomy(path, anatomy)?;
    let chunked = |cells: &'a CellSites| {
        let runs = runs(cells).map_err(|what| error(cells, what))?;
        Ok((cells.cell_type.as_str(), runs))
    };
    anatomy.cells.iter().map(chunked).collect()
}

/// Runs of cells per chunk; the cells must stand in chunk order.
fn runs(cells: &CellSites) -> Result<ChunkRuns, String> {
    let mut runs = ChunkRuns::default();
    for (i, &position) in cells.positions.iter().enumerate() {
        let id = ChunkId::containing(position, CHUNK_SIDE).ok_or_else(|| {
            format!("cell {i} is at {position:?}; allowed are finite positions within ±3.2 m, in µm")
        })?;
        runs.add(id).map_err(|chunk| {
            format!("cell {i} is in chunk {id}, after one in {chunk}; call `Anatomy::sort_by_chunk` first")
        })?;
    }
    Ok(runs)
}
