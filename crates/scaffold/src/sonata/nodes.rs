//! Node populations as cell types.

use super::config::Part;
use super::members::{Members, Unread, populations, types_of, unused_columns};
use super::table::Types;
use crate::error::{Result, ensure};
use crate::hdf5::Store;
use crate::{CellSites, canonical_cell_name};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Nodes {
    pub cells: Vec<CellSites>,
    pub populations: BTreeMap<String, Population>,
}

pub(super) struct Population {
    /// Index into [`Nodes::cells`] and number of the cell, of every node id. `[n]`
    pub cell_of: Vec<(u16, u32)>,
}

pub(super) fn read(part: &Part, nodes: &mut Nodes, extra: &mut Unread) -> Result<()> {
    let types = types_of(part, "node_type_id")?;
    let store = Store::open(&part.data)?;
    let group = populations(&store, "nodes")?;
    for (name, node) in store.members(&group)? {
        ensure(!nodes.populations.contains_key(&name), || {
            let what = "is a population of an earlier file too; give each a name of its own";
            store.error(&node.path, what)
        })?;
        let members = Members::of(&store, &node)?;
        let raw = RawPopulation::read(&members, extra)?;
        let names = raw.names(&members, types.as_ref())?;
        let population = raw.place(&members, &name, &names, nodes, extra)?;
        nodes.populations.insert(name, population);
    }
    extra.node_types.extend(unused_columns(&types, &["pop_name", "population", "model_type"]));
    Ok(())
}

/// A population as the file has it; everything by node id.
struct RawPopulation {
    types: Vec<i64>,
    /// Positions, µm. `[n]` or `[0]`
    positions: Vec<[f64; 3]>,
    /// Labels of each node. `[n]` or `[0]`, with the sets they refer to
    labels: Vec<i64>,
    label_sets: Vec<Vec<String>>,
    without_position: usize,
}

impl RawPopulation {
    fn read(members: &Members, extra: &mut Unread) -> Result<Self> {
        let types = members.integers("node_type_id")?;
        let n = types.len();
        let rows_of_id = match members.has("node_id") {
            true => permutation(members, n)?,
            false => (0..n).collect(),
        };
        let by_id = |row_values: &[i64]| rows_of_id.iter().map(|&row| row_values[row]).collect::<Vec<_>>();
        let groups = members.groups("node_group_id", "node_group_index", n)?;

        let mut raw = Self {
            types: by_id(&types),
            positions: vec![[0.0; 3]; n],
            labels: vec![],
            label_sets: vec![],
            without_position: 0,
        };
        let mut has_position = vec![false; n];
        let mut id_of_row = vec![0; n];
        rows_of_id.iter().enumerate().for_each(|(id, &row)| id_of_row[row] = id);
        for group in &groups {
            let columns = members.columns(group)?;
            let mut used = BTreeSet::new();
            if let Some(positions) = columns.positions()? {
                used.extend(["x", "y", "z", "positions"]);
                for &(row, index) in &group.rows {
                    let position = positions[index];
                    ensure(position.iter().all(|p| p.is_finite()), || {
                        columns.refuse(format!(
                            "row {index} is at {position:?}; positions must be finite, in µm"
                        ))
                    })?;
                    raw.positions[id_of_row[row]] = position;
                    has_position[id_of_row[row]] = true;
                }
            }
            // Labels need their library, and a population with one group, as lobule writes them.
            if groups.len() == 1
                && let Some((labels, sets)) = columns.labels()?
            {
                used.insert("labels");
                raw.labels = vec![0; n];
                for &(row, index) in &group.rows {
                    raw.labels[id_of_row[row]] = labels[index];
                }
                raw.label_sets = sets;
            }
            extra.nodes.extend(columns.names().filter(|c| !used.contains(c.as_str())).cloned());
        }
        raw.without_position = has_position.iter().filter(|has| !**has).count();
        Ok(raw)
    }

    /// The `pop_name` of each node's type, if it has one. `[n]`
    fn names<'a>(&self, members: &Members, types: Option<&'a Types>) -> Result<Vec<Option<&'a str>>> {
        let Some(types) = types else { return Ok(vec![None; self.types.len()]) };
        let name = |(id, t): (usize, &i64)| {
            let what = "which the table of node types does not have; add it there";
            let missing = || members.error("node_type_id", format!("node {id} is of type {t}, {what}"));
            Ok(types.get(t).ok_or_else(missing)?.get("pop_name").map(String::as_str))
        };
        self.types.iter().enumerate().map(name).collect()
    }

    fn place(
        self,
        members: &Members,
        population: &str,
        names: &[Option<&str>],
        nodes: &mut Nodes,
        extra: &mut Unread,
    ) -> Result<Population> {
        let n = self.types.len();
        ensure(u32::try_from(n).is_ok(), || {
            members.refuse(format!("has {n} nodes; up to {} are supported", u32::MAX))
        })?;
        if self.without_position > 0 {
            extra.unplaced.push(format!("{} of {n} nodes of `{population}`", self.without_position));
        }
        // In the order in which they first occur; an empty population is a type too.
        let mut kinds: Vec<&str> = Vec::new();
        for name in names {
            let name = name.unwrap_or(population);
            if !kinds.contains(&name) {
                kinds.push(name);
            }
        }
        if n == 0 {
            kinds.push(population);
        }
        let first = nodes.cells.len();
        for kind in &kinds {
            let plain = canonical_cell_name(kind);
            let is_taken = |name: &str| nodes.cells.iter().any(|c| c.cell_type == name);
            let cell_type = if is_taken(plain) { format!("{population}.{plain}") } else { plain.to_string() };
            ensure(!is_taken(&cell_type), || {
                let what = format!(
                    "gives cell type `{cell_type}`, which there is already; give `pop_name` of its own"
                );
                members.refuse(what)
            })?;
            if cell_type != population {
                extra.renamed.push(format!("`{population}` gives cell type `{cell_type}`"));
            }
            let (label_sets, labels) = (self.label_sets.clone(), vec![]);
            nodes.cells.push(CellSites { cell_type, positions: vec![], label_sets, labels });
        }
        ensure(nodes.cells.len() <= usize::from(u16::MAX), || {
            members.refuse("there are more than 65535 cell types; join some")
        })?;
        let mut cell_of = Vec::with_capacity(n);
        for (id, name) in names.iter().enumerate() {
            let kind = kinds.iter().position(|k| *k == name.unwrap_or(population)).unwrap_or(0);
            let cells = &mut nodes.cells[first + kind];
            cell_of.push(((first + kind) as u16, cells.positions.len() as u32));
            cells.positions.push(self.positions[id]);
            // In range: `Members::labels` has compared it with the library.
            cells.labels.extend(self.labels.get(id).map(|&label| label as u16));
        }
        Ok(Population { cell_of })
    }
}

/// The row of every node id, which must be 0 to n - 1 in any order.
fn permutation(members: &Members, n: usize) -> Result<Vec<usize>> {
    let ids = members.integers("node_id")?;
    let error = |what: String| members.error("node_id", what);
    ensure(ids.len() == n, || {
        error(format!("has {} entries, `node_type_id` {n}; write the file again", ids.len()))
    })?;
    let mut rows = vec![usize::MAX; n];
    for (row, &id) in ids.iter().enumerate() {
        let place = usize::try_from(id).ok().and_then(|id| rows.get_mut(id));
        let place =
            place.ok_or_else(|| error(format!("row {row} is {id}; ids of {n} nodes lie in 0..{n}")))?;
        ensure(*place == usize::MAX, || error(format!("has {id} twice; every id occurs once")))?;
        *place = row;
    }
    Ok(rows)
}
