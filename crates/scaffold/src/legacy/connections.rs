//! Rows of connection sets: pairs of identifiers, each checked against the types that the set joins.

use super::cells::{Cells, Directory, identifier};
use crate::ConnectionSet;
use crate::error::{Result, ensure, listed};
use crate::hdf5::Store;
use crate::part::Keeps;
use std::collections::BTreeMap;

const SIDES: [&str; 2] = ["begins at", "ends on"];

/// A set on file.
#[derive(Debug, Clone)]
pub(super) struct StoredSet {
    /// Name on file.
    pub stored: String,
    /// lobule's name.
    pub name: String,
    /// Path of the table.
    pub path: String,
    /// Columns of the table; the first two are pre and post.
    pub columns: usize,
    /// Types that rows may begin at and end on; empty where nothing says, so that all rows must agree.
    pub ends: [Vec<u16>; 2],
    /// Added to the postsynaptic identifiers, which some files number wrongly.
    pub correction: f64,
}

/// The cells that rows refer to.
pub(super) struct Rows<'a> {
    pub store: &'a Store,
    pub directory: &'a Directory,
    pub cells: &'a [Cells],
}

/// The rows of one pair of types that were kept, and how many there are on file.
pub(super) type Counted = (ConnectionSet, usize);

impl Rows<'_> {
    /// The rows of a set that are kept, by the types they join: none for an empty set whose types are not known, several for
    /// a set between several types.
    pub fn read(&self, set: &StoredSet, keeps: Option<&Keeps>) -> Result<Vec<Counted>> {
        let table = self.store.floats(&set.path, Some(set.columns))?;
        let mut ends = set.ends.clone();
        let n = table.len() / set.columns;
        let mut parts: Vec<([u16; 2], Counted)> = Vec::new();
        let mut part_of: BTreeMap<[u16; 2], usize> = BTreeMap::new();
        // The first row that ends on another type, its side, identifier and type; and the number of such rows.
        let mut misfit: Option<(usize, usize, u32, u16)> = None;
        let mut misfits = 0usize;
        let mut at = 0;
        for (k, row) in table.chunks_exact(set.columns).enumerate() {
            let (mut of, mut number) = ([0; 2], [0; 2]);
            let mut is_misfit = false;
            for side in 0..2 {
                let id = self.identifier(set, k, row, side)?;
                let cell = self.directory.cell(id).ok_or_else(|| self.unknown(set, k, row[side], side))?;
                (of[side], number[side]) = cell;
                if ends[side].is_empty() {
                    ends[side].push(of[side]);
                }
                if !ends[side].contains(&of[side]) {
                    misfit = misfit.or(Some((k, side, id, of[side])));
                    is_misfit = true;
                }
            }
            misfits += usize::from(is_misfit);
            if misfit.is_some() {
                continue;
            }
            if parts.get(at).is_none_or(|(types, _)| *types != of) {
                at = *part_of.entry(of).or_insert_with(|| {
                    let mut part = self.empty(set, of);
                    if keeps.is_none() && parts.is_empty() {
                        part.pre.reserve_exact(n);
                        part.post.reserve_exact(n);
                    }
                    parts.push((of, (part, 0)));
                    parts.len() - 1
                });
            }
            let (part, rows) = &mut parts[at].1;
            *rows += 1;
            if keeps.is_none_or(|keeps| keeps(part, number[1])) {
                part.pre.push(number[0]);
                part.post.push(number[1]);
            }
        }
        if let Some((k, side, id, found)) = misfit {
            let of = |types: &[u16]| listed(types.iter().map(|t| self.cells[usize::from(*t)].shown()));
            let expected = match set.ends[side].is_empty() {
                true => format!(
                    "row 0 {} `{}`, and no configuration says the set's types",
                    SIDES[side],
                    of(&ends[side])
                ),
                false => format!("the set {} {}", SIDES[side], of(&ends[side])),
            };
            let found = self.cells[usize::from(found)].shown();
            let what =
                format!("row {k} {} identifier {id}, which is a `{found}`, but {expected}", SIDES[side]);
            let sum = format!("{misfits} of {n} rows do not fit");
            return Err(self.store.error(&set.path, format!("{what}; {sum}: compile the network again")));
        }
        if let ([pre], [post], true) = (&ends[0][..], &ends[1][..], parts.is_empty()) {
            parts.push(([*pre, *post], (self.empty(set, [*pre, *post]), 0)));
        }
        let is_divided = parts.len() > 1;
        let named = |(_, (mut part, rows)): (_, Counted)| {
            if is_divided {
                part.name = format!("{}_{}_to_{}", set.name, part.pre_type, part.post_type);
            }
            (part, rows)
        };
        Ok(parts.into_iter().map(named).collect())
    }

    /// True if all rows of a set that was given its types end on them after a correction.
    pub fn fits(&self, set: &StoredSet, correction: f64) -> Result<bool> {
        let table = self.store.floats(&set.path, Some(set.columns))?;
        let end = |value: f64, side: usize| {
            let cell = identifier(value).and_then(|id| self.directory.cell(id));
            cell.is_some_and(|(of, _)| set.ends[side].contains(&of))
        };
        Ok(table.chunks_exact(set.columns).all(|row| end(row[0], 0) && end(row[1] + correction, 1)))
    }

    /// Number of rows of a set, which costs no reading.
    pub fn count(&self, set: &StoredSet) -> Result<usize> {
        self.store.rows(&set.path, Some(set.columns))
    }

    /// A set between two types without rows.
    pub fn empty(&self, set: &StoredSet, [pre, post]: [u16; 2]) -> ConnectionSet {
        let name = |of: u16| self.cells[usize::from(of)].name.clone();
        ConnectionSet {
            name: set.name.clone(),
            pre_type: name(pre),
            post_type: name(post),
            ..ConnectionSet::default()
        }
    }

    fn identifier(&self, set: &StoredSet, k: usize, row: &[f64], side: usize) -> Result<u32> {
        let correction = if side == 1 { set.correction } else { 0.0 };
        identifier(row[side] + correction).ok_or_else(|| self.unknown(set, k, row[side], side))
    }

    fn unknown(&self, set: &StoredSet, k: usize, value: f64, side: usize) -> crate::Error {
        let what = format!("row {k} {} {value}, which is no cell ({})", SIDES[side], self.directory.range());
        self.store.error(&set.path, format!("{what}: compile the network again"))
    }
}

/// Refuses two sets that would have one name.
pub(super) fn check_names(store: &Store, sets: &[StoredSet]) -> Result<()> {
    for (k, set) in sets.iter().enumerate() {
        let other = sets[..k].iter().find(|other| other.name == set.name);
        ensure(other.is_none(), || {
            let other = other.map_or("", |other| &other.stored);
            let what = format!("and `{other}` are both lobule's `{}`; rename one of them", set.name);
            store.error(&set.path, what)
        })?;
    }
    Ok(())
}
