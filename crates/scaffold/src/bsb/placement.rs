//! The cells of a file: `/placement/<type>/<chunk>/{position, rotation, morphology, labels}`.

use super::members::{MISSING, Placed, PlacedCells, check_length, chunk_groups};
use crate::chunk::{ChunkId, ChunkRuns};
use crate::error::{Result, ensure, listed};
use crate::hdf5::{Attributes, Node, Store};
use crate::notes::Findings;
use crate::{CellSites, canonical_cell_name};
use std::collections::BTreeMap;

/// Most cells in one chunk. Chosen: a cube of 100 µm holds 3900 granule cells in
/// mouse; a count far beyond is a damaged one and must not become an allocation.
const MAX_CELLS: usize = 10_000_000;

/// Reads all cell types, by their name in the file.
pub(super) fn read(store: &Store, group: &Node, found: &mut Findings) -> Result<Placed> {
    let mut placed = Placed::new();
    for (name, node) in store.members(group)? {
        let one = cell_type(store, &name, &node, found)?;
        if let Some((other, _)) = placed.iter().find(|(_, p)| p.sites.cell_type == one.sites.cell_type) {
            let what =
                format!("and `{other}` are both lobule's `{}`; rename one of them", one.sites.cell_type);
            return Err(store.error(&node.path, what));
        }
        placed.insert(name, one);
    }
    Ok(placed)
}

fn cell_type(store: &Store, name: &str, node: &Node, found: &mut Findings) -> Result<PlacedCells> {
    let attributes = store.attributes(node)?;
    let label_sets = label_sets(&attributes)?;
    let chunks = chunk_groups(store, node)?;
    let counts = chunk_counts(&attributes, &chunks)?;
    let mut sites = CellSites { cell_type: canonical_cell_name(name).into(), ..CellSites::default() };
    let mut runs = ChunkRuns::default();
    let mut labels: Vec<u16> = Vec::new();

    for (&id, chunk) in &chunks {
        let members = store.members(chunk)?;
        let first = sites.positions.len();
        let path = members.get("position");
        let path = path.ok_or_else(|| store.error(format!("{}/position", chunk.path), MISSING))?;
        // Rows are compared before they are read: a few bytes can stand for very many.
        let rows = store.rows(&path.path, Some(3))?;
        ensure(rows <= MAX_CELLS, || {
            let what = format!(
                "has {rows} rows; up to {MAX_CELLS} cells are read in one chunk: take smaller chunks"
            );
            store.error(&path.path, what)
        })?;
        let counted = counts.as_ref().map_or(rows, |c| c.get(&id).copied().unwrap_or(0));
        ensure(rows == counted || rows == 0, || {
            let what = format!(
                "counts {counted} cells in chunk {id}, but its `position` has {rows} rows; write the file again"
            );
            attributes.error("chunks", what)
        })?;
        sites.positions.extend(positions(store, &path.path)?);
        // BSB's entities are counted but have no position: the middle of their chunk stands in.
        if rows == 0 && counted > 0 {
            let (c, side) = (id.coordinates(), chunk_sides(store)?);
            let middle = [0, 1, 2].map(|k| (f64::from(c[k]) + 0.5) * side[k]);
            sites.positions.resize(first + counted, middle);
            found.entities.insert(sites.cell_type.clone());
        }
        runs.push(id, counted);

        if let Some(path) = members.get("labels") {
            chunk_labels(store, &path.path, counted, &label_sets, &mut labels)?;
        }
        labels.resize(first + counted, 0);
        if let Some(path) = members.get("rotation") {
            check_short(store, &path.path, Some(3), counted)?;
            if store.floats(&path.path, Some(3))?.iter().any(|&angle| angle != 0.0) {
                found.rotated.insert(sites.cell_type.clone());
            }
        }
        if let Some(group) = members.get("additional") {
            let keys = store.members(group)?.into_keys();
            found.additional.extend(keys.map(|key| format!("{}.{key}", sites.cell_type)));
        }
    }
    check_length(&attributes, runs.len())?;
    ensure(u32::try_from(runs.len()).is_ok(), || {
        let what = format!("has {} cells, at most 2^32 - 1 are supported; divide the network", runs.len());
        store.error(&node.path, what)
    })?;
    if labels.iter().any(|&label| label != 0) {
        sites.labels = labels;
    }
    sites.label_sets = label_sets.into_iter().map(|(_, set)| set).collect();
    Ok(PlacedCells { sites, runs })
}

fn positions(store: &Store, path: &str) -> Result<Vec<[f64; 3]>> {
    let table = store.floats(path, Some(3))?;
    let positions = table.as_chunks::<3>().0;
    if let Some(row) = positions.iter().position(|p| p.iter().any(|v| !v.is_finite())) {
        let what = "a position is three finite numbers in µm: place these cells again";
        return Err(store.error(path, format!("row {row} is {:?}; {what}", positions[row])));
    }
    Ok(positions.to_vec())
}

/// Refuses a dataset with more entries than there are cells, before it is read.
fn check_short(store: &Store, path: &str, columns: Option<usize>, cells: usize) -> Result<()> {
    let n = store.rows(path, columns)?;
    ensure(n <= cells, || store.error(path, format!("has {n} entries for {cells} cells; write them again")))
}

/// Appends the label set of each cell of a chunk; cells at the end without an entry have none.
fn chunk_labels(
    store: &Store,
    path: &str,
    cells: usize,
    sets: &[(i64, Vec<String>)],
    out: &mut Vec<u16>,
) -> Result<()> {
    check_short(store, path, None, cells)?;
    for key in store.integers(path, None)? {
        let index = sets.iter().position(|(k, _)| *k == key).ok_or_else(|| {
            let known = listed(sets.iter().map(|(k, _)| k.to_string()));
            let what =
                format!("uses label set {key}, but attribute `labelsets` has {known}; label the cells again");
            store.error(path, what)
        })?;
        out.push(index as u16);
    }
    Ok(())
}

/// Cells per chunk by attribute `chunks`, where it exists. BSB computes the
/// numbers of cells from it, so it must describe the chunks that are there.
fn chunk_counts(
    attributes: &Attributes,
    chunks: &BTreeMap<ChunkId, Node>,
) -> Result<Option<BTreeMap<ChunkId, usize>>> {
    if !attributes.has("chunks") {
        return Ok(None);
    }
    let wrong = |what: String| attributes.error("chunks", format!("{what}; write the file again"));
    let value = attributes.json("chunks")?;
    let object =
        value.as_object().ok_or_else(|| wrong("is not a JSON object of chunk: number of cells".into()))?;
    let mut counts = BTreeMap::new();
    for (name, count) in object {
        let n = count.as_u64().filter(|&n| n <= MAX_CELLS as u64);
        let n = n.ok_or_else(|| {
            wrong(format!("counts {count} cells in chunk {name}, allowed are 0 to {MAX_CELLS}"))
        })?;
        match ChunkId::parse(name) {
            Some(id) if chunks.contains_key(&id) => _ = counts.insert(id, n as usize),
            _ if n == 0 => {}
            _ => return Err(wrong(format!("counts {n} cells in chunk {name}, which is not in the file"))),
        }
    }
    Ok(Some(counts))
}

/// Numbers and contents of a type's label sets; the empty one, number 0, is first.
fn label_sets(attributes: &Attributes) -> Result<Vec<(i64, Vec<String>)>> {
    let mut sets = vec![(0, Vec::new())];
    if !attributes.has("labelsets") {
        return Ok(sets);
    }
    let wrong = |found: &dyn std::fmt::Display| {
        let what = format!("holds {found}, expected number: [labels] with \"0\": []; label the cells again");
        attributes.error("labelsets", what)
    };
    let value = attributes.json("labelsets")?;
    for (key, labels) in value.as_object().ok_or_else(|| wrong(&value))? {
        let number: i64 = key.parse().map_err(|_| wrong(key))?;
        let labels = labels.as_array().ok_or_else(|| wrong(labels))?;
        let labels = labels.iter().map(|l| l.as_str().map(String::from).ok_or_else(|| wrong(l)));
        let labels = labels.collect::<Result<Vec<_>, _>>()?;
        match number {
            0 if labels.is_empty() => {}
            ..=0 => return Err(wrong(key)),
            _ => sets.push((number, labels)),
        }
    }
    ensure(sets.len() <= usize::from(u16::MAX), || wrong(&format!("{} label sets", sets.len())))?;
    sets.sort_by_key(|(number, _)| *number);
    Ok(sets)
}

fn chunk_sides(store: &Store) -> Result<Vec<f64>> {
    let root = store.root();
    let attributes = store.attributes(&root)?;
    let sides = attributes.floats("chunk_size")?;
    ensure(sides.len() == 3 && sides.iter().all(|s| s.is_finite() && *s > 0.0), || {
        let what = format!("is {sides:?}, expected three positive numbers in µm; write the file again");
        attributes.error("chunk_size", what)
    })?;
    Ok(sides)
}
