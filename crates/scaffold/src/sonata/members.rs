//! Members of SONATA populations: columns, groups of attributes, labels, and tables of types.

use super::config::Part;
use super::table::{self, Types};
use crate::error::{Error, Result, ensure};
use crate::files;
use crate::hdf5::{Node, Store};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Content of a circuit's files that an [`Anatomy`](crate::Anatomy) does not keep.
#[derive(Default)]
pub(super) struct Unread {
    /// Columns of nodes, edges and their types that are not read.
    pub nodes: BTreeSet<String>,
    pub edges: BTreeSet<String>,
    pub node_types: BTreeSet<String>,
    pub edge_types: BTreeSet<String>,
    /// Nodes without a position.
    pub unplaced: Vec<String>,
    /// Nodes with some coordinates only.
    pub flat: Vec<String>,
    /// Models of cells that are none of points, such as `biophysical`.
    pub models: BTreeSet<String>,
    /// Edges without a contact.
    pub silent: Vec<String>,
    /// Populations whose cell types have other names.
    pub renamed: Vec<String>,
    /// Populations with another name than lobule's cell type.
    pub translated: Vec<String>,
    /// Ids of nodes that are not 0 to n - 1, one sentence each.
    pub ids: Vec<String>,
    /// Populations whose positions are numbers on a line.
    pub numbered: Vec<String>,
    /// Populations whose positions lie on a line.
    pub lined: Vec<String>,
    /// Indices of groups that do not describe them and that nothing read depends on.
    pub indices: Vec<String>,
}

pub(super) fn types_of(part: &Part, id: &str) -> Result<Option<Types>> {
    let Some(path) = &part.types else { return Ok(None) };
    let text = files::text(path, files::LONGEST_TEXT)?;
    table::types(&text, id).map(Some).map_err(|what| Error::file(path, what))
}

/// The columns of a table of types but for those that are `used`.
pub(super) fn unused_columns(types: &Option<Types>, used: &[&str]) -> Vec<String> {
    let columns = types.iter().flat_map(|types| types.values()).flat_map(|t| t.keys());
    columns.filter(|c| !used.contains(&c.as_str())).cloned().collect()
}

/// The group of all populations of a kind, `nodes` or `edges`.
pub(super) fn populations(store: &Store, kind: &str) -> Result<Node> {
    let group = store.member(&store.root(), kind)?;
    group.ok_or_else(|| {
        let what = format!("is missing, so this is no SONATA {kind} file; check `{kind}_file`");
        store.error(format!("/{kind}"), what)
    })
}

/// The members of a population, or of one of its groups of attributes.
pub(super) struct Members<'a> {
    store: &'a Store,
    pub path: String,
    nodes: BTreeMap<String, Node>,
    /// Entries that the population's rows refer to; 0 for the population itself.
    needed: usize,
    /// Fault of the rows' index, which matters as soon as a column is read.
    fault: Option<IndexFault>,
}

impl<'a> Members<'a> {
    pub fn of(store: &'a Store, node: &Node) -> Result<Self> {
        Ok(Self { store, path: node.path.clone(), nodes: store.members(node)?, needed: 0, fault: None })
    }

    pub fn has(&self, name: &str) -> bool {
        self.nodes.contains_key(name)
    }

    /// An error about the group itself.
    pub fn refuse(&self, what: impl Into<String>) -> Error {
        self.store.error(&self.path, what)
    }

    pub fn error(&self, name: &str, what: impl Into<String>) -> Error {
        self.store.error(self.at(name), what)
    }

    fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    pub fn attribute(&self, name: &str, attribute: &str) -> Option<String> {
        self.store.text_attribute(&self.at(name), attribute)
    }

    /// The columns of a group of attributes.
    pub fn columns(&self, group: &RowGroup) -> Result<Members<'a>> {
        let needed = group.rows.iter().map(|r| r.1 + 1).max().unwrap_or(0);
        Ok(Members { needed, fault: group.fault.clone(), ..Members::of(self.store, group.node)? })
    }

    /// Number of entries of a column that every population has.
    pub fn entries(&self, name: &str) -> Result<usize> {
        ensure(self.has(name), || {
            self.error(name, "is missing; every SONATA population has it: write the file again")
        })?;
        self.store.rows(&self.at(name), None)
    }

    pub fn integers(&self, name: &str) -> Result<Vec<i64>> {
        let n = self.entries(name)?;
        self.long_enough(name, n)?;
        self.store.integers(&self.at(name), None)
    }

    /// A column of texts: as such, by the names of an enumeration, or as numbers of names in the library.
    pub fn texts(&self, name: &str) -> Result<Vec<String>> {
        self.long_enough(name, self.store.rows(&self.at(name), None)?)?;
        let library = self.nodes.get(LIBRARY).map(|node| Members::of(self.store, node)).transpose()?;
        let Some(library) = library.filter(|library| library.has(name)) else {
            return self.store.texts(&self.at(name));
        };
        let names = self.store.texts(&library.at(name))?;
        let named = |(row, &k): (usize, &i64)| {
            let found = usize::try_from(k).ok().and_then(|k| names.get(k));
            found.cloned().ok_or_else(|| {
                let n = names.len();
                let what = format!("row {row} is {k}; `{LIBRARY}/{name}` has {n} entries, numbered from 0");
                self.error(name, what)
            })
        };
        self.integers(name)?.iter().enumerate().map(named).collect()
    }

    /// Names of columns.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.nodes.keys().filter(|name| *name != LIBRARY)
    }

    /// Refuses a column that is too short for the population, or so long that it is no column of it; before it is read.
    fn long_enough(&self, name: &str, n: usize) -> Result<()> {
        let needed = self.needed;
        ensure(n >= needed, || {
            let what = format!("has {n} entries, but the population refers to entry {}", needed - 1);
            self.error(name, what)
        })?;
        match &self.fault {
            Some(IndexFault::Negative { index, row, at }) => {
                let what = format!("row {row} is {at}; it is 0 or more: write the index again");
                return Err(self.store.error(index, what));
            }
            Some(IndexFault::Repeated { index, rows: [a, b], at, distinct }) if *distinct < n => {
                let what = format!(
                    "rows {a} and {b} both are {at}, and {} of the {n} entries of `{}` have no row",
                    n - distinct,
                    self.at(name)
                );
                let what =
                    format!("{what}, so that nobody knows which belongs to which: write the index again");
                return Err(self.store.error(index, what));
            }
            _ => {}
        }
        ensure(needed == 0 || n <= 2 * needed + SPARE_ENTRIES, || {
            let what =
                format!("has {n} entries, but the population refers to {needed}; write the file again");
            self.error(name, what)
        })
    }

    /// The groups of attributes with the rows that are in them. Without the two
    /// columns all rows are in group 0, in order.
    pub fn groups(&self, id: &str, index: &str, n: usize) -> Result<Vec<RowGroup<'_>>> {
        let group_of =
            |name: &str| self.nodes.get(name).map(|node| RowGroup { node, rows: vec![], fault: None });
        if !self.has(id) && !self.has(index) {
            let mut groups: Vec<RowGroup> = group_of("0").into_iter().collect();
            groups.iter_mut().for_each(|g| g.rows = (0..n).map(|row| (row, row)).collect());
            return Ok(groups);
        }
        let (ids, indices) = (self.integers(id)?, self.integers(index)?);
        for (name, values) in [(id, &ids), (index, &indices)] {
            ensure(values.len() == n, || {
                self.error(name, format!("has {} entries for {n} rows; write the file again", values.len()))
            })?;
        }
        let mut groups: BTreeMap<i64, RowGroup> = BTreeMap::new();
        for (row, (&group, &at)) in ids.iter().zip(&indices).enumerate() {
            let found = match groups.entry(group) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => entry.insert(group_of(&group.to_string()).ok_or_else(|| {
                    let what = format!("row {row} is in group {group}, which the population does not have");
                    self.error(id, what)
                })?),
            };
            if at < 0 && found.fault.is_none() {
                found.fault = Some(IndexFault::Negative { index: self.at(index), row, at });
            }
            // A negative one is told as soon as a column is read.
            found.rows.push((row, usize::try_from(at).unwrap_or(0)));
        }
        let mut groups: Vec<RowGroup> = groups.into_values().collect();
        for group in groups.iter_mut().filter(|group| group.fault.is_none()) {
            group.fault = group.repeated(&self.at(index));
        }
        Ok(groups)
    }

    /// Positions as a table `positions`, if there is one.
    pub fn positions(&self) -> Result<Option<Vec<[f64; 3]>>> {
        if !self.has("positions") {
            return Ok(None);
        }
        let path = self.at("positions");
        self.long_enough("positions", self.store.rows(&path, Some(3))?)?;
        Ok(Some(self.store.floats(&path, Some(3))?.as_chunks::<3>().0.to_vec()))
    }

    /// A column of numbers, if there is one.
    pub fn floats(&self, name: &str) -> Result<Option<Vec<f64>>> {
        if !self.has(name) {
            return Ok(None);
        }
        let path = self.at(name);
        self.long_enough(name, self.store.rows(&path, None)?)?;
        self.store.floats(&path, None).map(Some)
    }

    /// Labels and their library, if the group has both.
    pub fn labels(&self) -> Result<Option<Labels>> {
        let Some(library) = self.nodes.get(LIBRARY).filter(|_| self.has("labels")) else {
            return Ok(None);
        };
        let library = Members::of(self.store, library)?;
        if !library.has("labels") {
            return Ok(None);
        }
        let names = library.store.texts(&library.at("labels"))?;
        let split = |name: &String| name.split(',').filter(|l| !l.is_empty()).map(String::from).collect();
        let mut sets: Vec<Vec<String>> = names.iter().map(split).collect();
        let mut of = self.integers("labels")?;
        let most = sets.len().min(usize::from(u16::MAX) - 1);
        if let Some(row) = of.iter().position(|&l| usize::try_from(l).map_or(true, |l| l >= most)) {
            let (label, sets) = (of[row], sets.len());
            let what = format!("row {row} is {label}; `@library/labels` has {sets} entries, numbered from 0");
            return Err(self.error("labels", what));
        }
        if sets.first().is_some_and(|set| !set.is_empty()) {
            // Set 0 of an anatomy is the empty one.
            sets.insert(0, vec![]);
            of.iter_mut().for_each(|label| *label += 1);
        }
        Ok(Some((of, sets)))
    }
}

/// The label set of each entry, and the sets.
pub(super) type Labels = (Vec<i64>, Vec<Vec<String>>);

pub(super) struct RowGroup<'a> {
    node: &'a Node,
    /// Row of the population, index into the group's columns.
    pub rows: Vec<(usize, usize)>,
    /// Fault of these indices.
    fault: Option<IndexFault>,
}

impl RowGroup<'_> {
    /// Two rows with one entry, if there are any. Rows may share entries, but not while others have no row: an index of
    /// 16 bits, for instance, ends at 32767.
    fn repeated(&self, index: &str) -> Option<IndexFault> {
        if self.rows.is_sorted_by(|a, b| a.1 < b.1) {
            return None;
        }
        let mut sorted: Vec<(usize, usize)> = self.rows.iter().map(|&(row, at)| (at, row)).collect();
        sorted.sort_unstable();
        let pair = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0)?;
        let (at, rows) = (pair[0].0, [pair[0].1, pair[1].1]);
        let distinct = sorted.chunk_by(|a, b| a.0 == b.0).count();
        Some(IndexFault::Repeated { index: index.into(), rows, at, distinct })
    }

    /// The fault of the index in words, for a group of which no column was read.
    pub fn fault(&self) -> Option<String> {
        match self.fault.as_ref()? {
            IndexFault::Negative { index, row, at } => Some(format!("`{index}` (row {row} is {at})")),
            IndexFault::Repeated { index, rows: [a, b], at, .. } => {
                Some(format!("`{index}` (rows {a} and {b} both are {at})"))
            }
        }
    }
}

/// A fault of the index of rows into a group's columns.
#[derive(Clone)]
enum IndexFault {
    /// An entry below 0.
    Negative { index: String, row: usize, at: i64 },
    /// Two rows with one entry, and the number of distinct entries.
    Repeated { index: String, rows: [usize; 2], at: usize, distinct: usize },
}

/// Entries of a column that nothing refers to, at most. Chosen: a file with more of them has another fault.
const SPARE_ENTRIES: usize = 1_000_000;

/// Group of the names behind enumerated attributes.
const LIBRARY: &str = "@library";
