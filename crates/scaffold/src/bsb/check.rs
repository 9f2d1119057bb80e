//! What an anatomy must satisfy before it is written.

use super::chunk::{CHUNK_SIDE, ChunkId, ChunkRuns};
use crate::{Anatomy, CellSites, ConnectionSet, Error, canonical_cell_name};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The chunks of every type, or the first thing that cannot be written.
pub(super) fn chunks<'a>(path: &Path, anatomy: &'a Anatomy) -> Result<HashMap<&'a str, ChunkRuns>, Error> {
    let error = |object: String, what: String| Error::Content { path: path.into(), object, what };
    if let Some(s) = anatomy.size.iter().find(|s| !(s.is_finite() && **s >= 0.0)) {
        return Err(error("size".into(), format!("contains {s}; give the base and height in µm, 0 or more")));
    }
    let mut chunks = HashMap::new();
    for cells in &anatomy.cells {
        let name = cells.cell_type.as_str();
        let object = format!("cell type `{name}`");
        let canonical = canonical_cell_name(name);
        if canonical != name {
            return Err(error(object, format!("is a name of BSB; use lobule's `{canonical}`")));
        }
        check_name(name).map_err(|what| error(object.clone(), what))?;
        let runs = runs(cells).map_err(|what| error(object.clone(), what))?;
        if chunks.insert(name, runs).is_some() {
            return Err(error(object, "occurs twice; join the two lists of cells".into()));
        }
    }
    let mut names = HashSet::new();
    for set in &anatomy.connections {
        let object = format!("connection set `{}`", set.name);
        check_name(&set.name).map_err(|what| error(object.clone(), what))?;
        if !names.insert(&set.name) {
            return Err(error(object, "occurs twice; give each set a name of its own".into()));
        }
        check_rows(set, &chunks).map_err(|what| error(object, what))?;
    }
    Ok(chunks)
}

/// Names become names of HDF5 members.
fn check_name(name: &str) -> Result<(), String> {
    match name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
        true => Err("cannot be named in a file; use a name without `/`, such as `golgi_cell`".into()),
        false => Ok(()),
    }
}

/// Runs of cells per chunk; the cells must stand in chunk order.
fn runs(cells: &CellSites) -> Result<ChunkRuns, String> {
    let sets = cells.label_sets.len();
    if !cells.label_sets.first().is_none_or(Vec::is_empty) {
        return Err(format!("label set 0 is {:?}; it must be the empty one", cells.label_sets[0]));
    }
    if !cells.labels.is_empty() && cells.labels.len() != cells.len() {
        return Err(format!(
            "has {} labels for {} cells; give one each, or none",
            cells.labels.len(),
            cells.len()
        ));
    }
    if let Some(label) = cells.labels.iter().find(|&&label| usize::from(label) >= sets) {
        return Err(format!("a cell has label set {label}, but there are {sets}; add it to `label_sets`"));
    }

    let mut runs = ChunkRuns::default();
    let mut current: Option<(ChunkId, usize)> = None;
    for (i, &position) in cells.positions.iter().enumerate() {
        let id = ChunkId::containing(position, CHUNK_SIDE).ok_or_else(|| {
            format!("cell {i} is at {position:?}; allowed are finite positions within ±3.2 m, in µm")
        })?;
        match &mut current {
            Some((chunk, n)) if *chunk == id => *n += 1,
            Some((chunk, _)) if *chunk > id => {
                return Err(format!(
                    "cell {i} is in chunk {id}, after one in {chunk}; call `Anatomy::sort_by_chunk` first"
                ));
            }
            _ => {
                if let Some((chunk, n)) = current.replace((id, 1)) {
                    runs.push(chunk, n);
                }
            }
        }
    }
    if let Some((chunk, n)) = current {
        runs.push(chunk, n);
    }
    Ok(runs)
}

fn check_rows(set: &ConnectionSet, chunks: &HashMap<&str, ChunkRuns>) -> Result<(), String> {
    let n = set.len();
    if set.post.len() != n {
        return Err(format!(
            "has {n} presynaptic and {} postsynaptic cells; a row needs both",
            set.post.len()
        ));
    }
    for (side, sites) in [("pre_site", &set.pre_site), ("post_site", &set.post_site)] {
        if !sites.is_empty() && sites.len() != n {
            return Err(format!("has {} of `{side}` for {n} rows; give one each, or none", sites.len()));
        }
    }
    for (cell_type, column) in [(&set.pre_type, &set.pre), (&set.post_type, &set.post)] {
        let runs = chunks.get(cell_type.as_str());
        let cells = runs
            .ok_or_else(|| format!("names cell type `{cell_type}`, which has no cells; add them to `cells`"))?
            .len();
        if let Some(row) = column.iter().position(|&cell| cell as usize >= cells) {
            return Err(format!(
                "row {row} names cell {} of `{cell_type}`, which has {cells}, numbered from 0",
                column[row]
            ));
        }
    }
    Ok(())
}
