//! The connections of a file: `/connectivity/<set>/inc/<chunk>/{local_locs, global_locs}`.
//!
//! A row is (cell within its chunk, branch, point) on either side: `local_locs`
//! for the postsynaptic cell, which is in the chunk that names the group, and
//! `global_locs` for the presynaptic cell, which is in the chunk of the row's
//! block. Blocks follow each other in the order of attribute `chunk_list`; the
//! attribute named by a chunk's id is the first row of its block. The other half
//! of a set, `out`, repeats all rows from the presynaptic side and is not read.

use super::Keeps;
use super::members::{MISSING, Placed, PlacedCells, check_length, chunk_groups};
use crate::ConnectionSet;
use crate::chunk::ChunkId;
use crate::error::{Result, ensure, listed};
use crate::hdf5::{Node, Store};
use std::collections::BTreeMap;
use std::ops::Range;

/// The connection sets of a file, in order of name.
pub(super) struct Sets<'a> {
    pub store: &'a Store,
    pub group: &'a Node,
    pub placed: &'a Placed,
}

impl<'a> Sets<'a> {
    /// The rows of all sets that are kept, and how many there are on file.
    pub fn read(&self, keeps: Option<&Keeps>) -> Result<Vec<(ConnectionSet, usize)>> {
        let sets = self.store.members(self.group)?;
        sets.iter().map(|(name, node)| self.set(name, node, keeps)).collect()
    }

    pub fn names(&self) -> Result<Vec<ConnectionSet>> {
        let sets = self.store.members(self.group)?;
        sets.iter().map(|(name, node)| Ok(self.named(name, node)?.0)).collect()
    }

    /// A set without rows, and its two sides.
    fn named(&self, name: &str, node: &Node) -> Result<(ConnectionSet, [&'a PlacedCells; 2])> {
        let attributes = self.store.attributes(node)?;
        let side = |which: &str| {
            let cell_type = attributes.text(which)?;
            self.placed.get(&cell_type).ok_or_else(|| {
                let known = listed(self.placed.keys());
                let what = format!("which has no placement (there are {known}); place it or remove this set");
                attributes.error(which, format!("names `{cell_type}`, {what}"))
            })
        };
        let sides = [side("pre")?, side("post")?];
        let [pre_type, post_type] = sides.map(|placed| placed.sites.cell_type.clone());
        Ok((ConnectionSet { name: name.into(), pre_type, post_type, ..Default::default() }, sides))
    }

    fn set(&self, name: &str, node: &Node, keeps: Option<&Keeps>) -> Result<(ConnectionSet, usize)> {
        let store = self.store;
        let attributes = store.attributes(node)?;
        let (mut set, sides) = self.named(name, node)?;
        let members = store.members(node)?;
        let half = |which: &str| {
            let half = members.get(which);
            chunk_groups(store, half.ok_or_else(|| store.error(format!("{}/{which}", node.path), MISSING))?)
        };
        // What the halves and the set say of their sizes is compared before a row is read: a few bytes can stand for
        // very many rows. Unequal halves tell an interrupted write, too.
        let (incoming, outgoing) = (half("inc")?, half("out")?);
        let counted = |chunks: &BTreeMap<ChunkId, Node>| {
            let mut rows = 0usize;
            for chunk in chunks.values() {
                rows = rows.saturating_add(store.rows(&format!("{}/local_locs", chunk.path), Some(3))?);
            }
            Ok(rows)
        };
        let (n, m) = (counted(&incoming)?, counted(&outgoing)?);
        ensure(n == m, || {
            let what = format!("has {n} rows in `inc` but {m} in `out`; connect these types again");
            store.error(&node.path, what)
        })?;
        check_length(&attributes, n)?;
        let mut rows = 0;
        for (id, chunk) in incoming {
            let before = set.len();
            append_chunk(store, &chunk, id, sides, &mut set)?;
            rows += set.len() - before;
            if let Some(keeps) = keeps {
                keep_from(&mut set, before, keeps);
            }
        }
        set.shorten_sites();
        Ok((set, rows))
    }
}

/// Drops those rows from `first` on that end on a cell whose inputs are not kept.
fn keep_from(set: &mut ConnectionSet, first: usize, keeps: &Keeps) {
    let mut kept = first;
    for row in first..set.len() {
        if keeps(set, set.post[row]) {
            set.pre[kept] = set.pre[row];
            set.post[kept] = set.post[row];
            set.pre_site[kept] = set.pre_site[row];
            set.post_site[kept] = set.post_site[row];
            kept += 1;
        }
    }
    for cells in [&mut set.pre, &mut set.post] {
        cells.truncate(kept);
        cells.shrink_to(2 * kept);
    }
    for sites in [&mut set.pre_site, &mut set.post_site] {
        sites.truncate(kept);
        sites.shrink_to(2 * kept);
    }
}

/// Adds the rows onto the cells of one chunk, as numbers of cells, to a set.
fn append_chunk(
    store: &Store,
    node: &Node,
    id: ChunkId,
    [pre, post]: [&PlacedCells; 2],
    set: &mut ConnectionSet,
) -> Result<()> {
    let path = |which: &str| format!("{}/{which}", node.path);
    let rows = |which: &str| store.rows(&path(which), Some(3));
    let (n, m) = (rows("local_locs")?, rows("global_locs")?);
    ensure(n == m, || {
        let what = format!("has {m} rows but `local_locs` has {n}; connect these types again");
        store.error(path("global_locs"), what)
    })?;
    let table = |which: &str| store.integers(&path(which), Some(3));
    let (local, global) = (table("local_locs")?, table("global_locs")?);
    let cells = cells_in(store, &node.path, id, post)?;
    let blocks = blocks(store, node, n)?;
    let located = |name: &str, table: &[i64], first_row: usize, cells: &Range<usize>| {
        let one = |(i, row): (usize, &[i64])| {
            located(row, cells).ok_or_else(|| {
                let (at, n) = (first_row + i, cells.len());
                let [cell, branch, point] = [row[0], row[1], row[2]];
                let what = format!(
                    "row {at} is cell {cell}, branch {branch}, point {point}; the chunk has {n} cells, numbered \
                     from 0, and a site has 32 bits: connect these types again"
                );
                store.error(path(name), what)
            })
        };
        table.chunks_exact(3).enumerate().map(one).collect::<Result<(Vec<u32>, Vec<[i32; 2]>)>>()
    };
    let (numbers, sites) = located("local_locs", &local, 0, &cells)?;
    set.post.extend(numbers);
    set.post_site.extend(sites);
    for (id, rows) in blocks {
        let cells = cells_in(store, &node.path, id, pre)?;
        let (numbers, sites) =
            located("global_locs", &global[3 * rows.start..3 * rows.end], rows.start, &cells)?;
        set.pre.extend(numbers);
        set.pre_site.extend(sites);
    }
    Ok(())
}

/// The number of a cell and its site by a row of (cell within its chunk, branch, point).
fn located(row: &[i64], cells: &Range<usize>) -> Option<(u32, [i32; 2])> {
    let cell = usize::try_from(row[0]).ok().filter(|&cell| cell < cells.len())?;
    Some(((cells.start + cell) as u32, [row[1].try_into().ok()?, row[2].try_into().ok()?]))
}

/// Numbers of a type's cells in a chunk that rows refer to.
fn cells_in(store: &Store, path: &str, id: ChunkId, placed: &PlacedCells) -> Result<Range<usize>> {
    placed.runs.range(id).ok_or_else(|| {
        let cell_type = &placed.sites.cell_type;
        let what =
            format!("connects `{cell_type}` in chunk {id}, where it has no cells; connect these types again");
        store.error(path, what)
    })
}

/// The blocks of a chunk group: together they are all of its `n` rows.
fn blocks(store: &Store, node: &Node, n: usize) -> Result<Vec<(ChunkId, Range<usize>)>> {
    let attributes = store.attributes(node)?;
    if n == 0 && !attributes.has("chunk_list") {
        return Ok(Vec::new());
    }
    let coordinates = attributes.integers("chunk_list")?;
    let wrong =
        |name: &str, what: String| attributes.error(name, format!("{what}; connect these types again"));
    let mut starts = Vec::new();
    for c in coordinates.chunks(3) {
        let c: Vec<i16> = c.iter().filter_map(|&v| i16::try_from(v).ok()).collect();
        let c: [i16; 3] = c.try_into().map_err(|_| {
            let n = coordinates.len();
            wrong("chunk_list", format!("has {n} numbers, expected three 16-bit coordinates per chunk"))
        })?;
        let id = ChunkId::from_coordinates(c);
        let name = id.to_string();
        let start = match attributes.integers(&name)?[..] {
            [start] if start >= 0 && start as usize <= n => start as usize,
            ref other => {
                return Err(wrong(&name, format!("is {other:?}, expected one row number from 0 to {n}")));
            }
        };
        let least = starts.last().map_or(0, |&(_, start)| start);
        ensure(if starts.is_empty() { start == 0 } else { start >= least }, || {
            let how = if starts.is_empty() { "exactly" } else { "at least" };
            wrong(&name, format!("starts its block at row {start}, expected {how} {least}"))
        })?;
        ensure(starts.iter().all(|&(other, _)| other != id), || {
            wrong("chunk_list", format!("names chunk {id} twice"))
        })?;
        starts.push((id, start));
    }
    ensure(!starts.is_empty() || n == 0, || wrong("chunk_list", format!("is empty for {n} rows")))?;
    let ends: Vec<usize> = starts.iter().skip(1).map(|&(_, start)| start).chain([n]).collect();
    Ok(starts.into_iter().zip(ends).map(|((id, start), end)| (id, start..end)).collect())
}
