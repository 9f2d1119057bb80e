//! Ids of a population's nodes: any distinct whole numbers from 0.
//!
//! A cell's number is the place of its id among all ids in ascending order. Usually ids are 0 to n - 1; programs that
//! count over all populations begin one where another ends, and removed nodes leave gaps.

use super::members::Members;
use crate::error::{Result, ensure};

/// The ids of a population's nodes, ascending.
pub(super) struct Ids {
    first: i64,
    n: usize,
    /// All ids where they have gaps, else empty. `[n]` or `[0]`
    sparse: Vec<i64>,
}

impl Ids {
    /// Ids of `n` nodes without a column of them: 0 to n - 1.
    pub fn of_rows(n: usize) -> Self {
        Self { first: 0, n, sparse: Vec::new() }
    }

    /// Reads the ids of `n` nodes; gives the row of each place, too. `[n]`
    pub fn read(members: &Members, n: usize) -> Result<(Self, Vec<usize>)> {
        let ids = members.integers("node_id")?;
        let error = |what: String| members.error("node_id", what);
        ensure(ids.len() == n, || {
            error(format!("has {} entries, `node_type_id` {n}; write the file again", ids.len()))
        })?;
        if let Some(row) = ids.iter().position(|&id| id < 0) {
            let what = format!("row {row} is {}; ids are 0 or more: number the nodes again", ids[row]);
            return Err(error(what));
        }
        let mut rows: Vec<usize> = (0..n).collect();
        if !ids.is_sorted() {
            rows.sort_by_key(|&row| ids[row]);
        }
        if let Some(pair) = rows.windows(2).find(|pair| ids[pair[0]] == ids[pair[1]]) {
            let (id, a, b) = (ids[pair[0]], pair[0], pair[1]);
            let what =
                format!("has {id} twice (rows {a} and {b}); every id occurs once: number the nodes again");
            return Err(error(what));
        }
        let first = rows.first().map_or(0, |&row| ids[row]);
        let last = rows.last().map_or(-1, |&row| ids[row]);
        // Neither is negative, so that the difference fits.
        let has_gaps = n > 0 && (last - first) as u64 != n as u64 - 1;
        let sparse = if has_gaps { rows.iter().map(|&row| ids[row]).collect() } else { Vec::new() };
        Ok((Self { first, n, sparse }, rows))
    }

    /// The place of an id; none for an id of no node.
    pub fn place(&self, id: i64) -> Option<usize> {
        if !self.sparse.is_empty() {
            return self.sparse.binary_search(&id).ok();
        }
        let place = usize::try_from(id.checked_sub(self.first)?).ok()?;
        (place < self.n).then_some(place)
    }

    /// The id of a place, which is in range.
    pub fn id(&self, place: usize) -> i64 {
        self.sparse.get(place).copied().unwrap_or(self.first + place as i64)
    }

    /// The ids in words, as in "`granule` has 60, numbered from 73 to 132".
    pub fn described(&self) -> String {
        match (self.n, self.sparse.last()) {
            (n, Some(last)) => format!("{n}, numbered from {} to {last} with gaps", self.first),
            (n, None) if self.first == 0 => format!("{n}, numbered from 0"),
            (n, None) => format!("{n}, numbered from {} to {}", self.first, self.id(n - 1)),
        }
    }

    /// A sentence about ids that are not 0 to n - 1.
    pub fn note(&self, population: &str) -> Option<String> {
        let cell = "a cell's number is the place of its id in ascending order";
        match self.sparse.last() {
            Some(last) => {
                let range = format!("from {} to {last} for {} nodes", self.first, self.n);
                Some(format!("node ids of `{population}` have gaps ({range}); {cell}."))
            }
            None if self.first == 0 => None,
            None => Some(format!("node ids of `{population}` begin at {}; {cell}.", self.first)),
        }
    }
}
