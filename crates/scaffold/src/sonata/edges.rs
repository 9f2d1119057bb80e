//! Edge populations as connection sets.

use super::config::Part;
use super::members::{Members, Unread, populations, types_of, unused_columns};
use super::nodes::{Nodes, Population};
use super::table::Types;
use crate::ConnectionSet;
use crate::error::{Result, ensure, listed};
use crate::hdf5::Store;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of one population after `nsyns` is unfolded, at most. Chosen: 2 GB of numbers.
const MAX_ROWS: u64 = 1 << 28;
/// Columns with the place of a contact, as lobule writes them.
const SITES: [[&str; 2]; 2] = [["pre_branch", "pre_point"], ["post_branch", "post_point"]];

pub(super) fn read(
    part: &Part,
    nodes: &Nodes,
    sets: &mut Vec<ConnectionSet>,
    extra: &mut Unread,
) -> Result<()> {
    let types = types_of(part, "edge_type_id")?;
    let store = Store::open(&part.data)?;
    let group = populations(&store, "edges")?;
    for (name, node) in store.members(&group)? {
        let members = Members::of(&store, &node)?;
        let edges = Edges::read(&members, nodes, types.as_ref(), extra)?;
        for set in edges.sets(&members, &name, nodes)? {
            ensure(sets.iter().all(|s| s.name != set.name), || {
                let name = &set.name;
                let what =
                    format!("gives connection set `{name}`, which there is already; rename the population");
                members.refuse(what)
            })?;
            sets.push(set);
        }
    }
    let used = ["population", "pop_name", "source_query", "target_query", "nsyns"];
    extra.edge_types.extend(unused_columns(&types, &used));
    Ok(())
}

/// Contacts of each edge by `nsyns` of its type, 1 where the table has none; a column of edges comes before it.
fn contacts_of_types(members: &Members, n: usize, types: Option<&Types>) -> Result<Vec<u64>> {
    let mut contacts = vec![1; n];
    let Some(types) = types.filter(|t| t.values().any(|t| t.contains_key("nsyns"))) else {
        return Ok(contacts);
    };
    let numbers = members.integers("edge_type_id")?;
    ensure(numbers.len() == n, || {
        let what = format!("has {} entries, `source_node_id` {n}; write the file again", numbers.len());
        members.error("edge_type_id", what)
    })?;
    for (edge, (contacts, number)) in contacts.iter_mut().zip(numbers).enumerate() {
        let columns = types.get(&number).ok_or_else(|| {
            let what = "which the table of edge types does not have; add it there";
            members.error("edge_type_id", format!("edge {edge} is of type {number}, {what}"))
        })?;
        let Some(text) = columns.get("nsyns") else { continue };
        let count: Option<f64> = text.parse().ok().filter(|n: &f64| n.fract() == 0.0 && *n >= 0.0);
        *contacts = count.map(|n| n as u64).ok_or_else(|| {
            let what =
                format!("type {number} has `nsyns` {text:?} in the table; a whole number from 0 is needed");
            members.error("edge_type_id", what)
        })?;
    }
    Ok(contacts)
}

/// A population as the file has it, by edge.
struct Edges<'a> {
    /// Node populations, and the places of their nodes. `[edges]`
    ends: [(String, &'a Population, Vec<u32>); 2],
    /// Contacts of each edge. `[edges]`
    contacts: Vec<u64>,
    /// (branch, point) of each side. `[edges]` or `[0]`
    sites: [Vec<[i32; 2]>; 2],
}

impl<'a> Edges<'a> {
    fn read(members: &Members, nodes: &'a Nodes, types: Option<&Types>, extra: &mut Unread) -> Result<Self> {
        let end = |name: &str| {
            let n = members.entries(name)?;
            ensure(n as u64 <= MAX_ROWS, || {
                let what = format!("has {n} edges; up to {MAX_ROWS} are supported: divide the population");
                members.refuse(what)
            })?;
            let ids = members.integers(name)?;
            let population = members.attribute(name, "node_population").ok_or_else(|| {
                let what = "has no text attribute `node_population`; add the name of the node population";
                members.error(name, what)
            })?;
            let found = nodes.populations.get(&population).ok_or_else(|| {
                let known = listed(nodes.populations.keys());
                members.error(name, format!("names node population `{population}`; there are {known}"))
            })?;
            let place = |(edge, &id): (usize, &i64)| {
                // A population has fewer than 2^32 nodes.
                found.ids.place(id).map(|place| place as u32).ok_or_else(|| {
                    let known = found.ids.described();
                    let what = format!("edge {edge} names node {id}; `{population}` has {known}");
                    members.error(name, format!("{what}: correct the id, or add the node"))
                })
            };
            let places = ids.iter().enumerate().map(place).collect::<Result<Vec<u32>>>()?;
            Ok((population, found, places))
        };
        let ends = [end("source_node_id")?, end("target_node_id")?];
        let n = ends[0].2.len();
        let m = ends[1].2.len();
        ensure(m == n, || {
            let what = format!("has {m} entries, `source_node_id` {n}; write the file again");
            members.error("target_node_id", what)
        })?;

        let mut edges =
            Self { ends, contacts: contacts_of_types(members, n, types)?, sites: [vec![], vec![]] };
        let groups = members.groups("edge_group_id", "edge_group_index", n)?;
        for group in &groups {
            let columns = members.columns(group)?;
            let mut used = BTreeSet::new();
            if columns.has("nsyns") {
                used.insert("nsyns");
                let nsyns = columns.integers("nsyns")?;
                for &(edge, index) in &group.rows {
                    let n = nsyns[index];
                    edges.contacts[edge] = u64::try_from(n).map_err(|_| {
                        columns.refuse(format!("`nsyns` of row {index} is {n}; it is 0 or more"))
                    })?;
                }
            }
            for (sites, names) in edges.sites.iter_mut().zip(SITES) {
                if !names.iter().all(|name| columns.has(name)) {
                    continue;
                }
                used.extend(names);
                if sites.is_empty() {
                    *sites = vec![[-1, -1]; n];
                }
                let [branches, points] = [columns.integers(names[0])?, columns.integers(names[1])?];
                for &(edge, index) in &group.rows {
                    let (branch, point) = (branches[index], points[index]);
                    let [Ok(site_branch), Ok(site_point)] = [branch, point].map(i32::try_from) else {
                        let what =
                            format!("row {index} is at branch {branch}, point {point}; both have 32 bits");
                        return Err(columns.refuse(what));
                    };
                    sites[edge] = [site_branch, site_point];
                }
            }
            if used.is_empty() && columns.names().next().is_some() {
                extra.indices.extend(group.fault());
            }
            extra.edges.extend(columns.names().filter(|c| !used.contains(c.as_str())).cloned());
        }
        let rows: u64 = edges.contacts.iter().fold(0, |sum, &c| sum.saturating_add(c));
        ensure(rows <= MAX_ROWS, || {
            let what = format!(
                "has {rows} contacts by `nsyns`; up to {MAX_ROWS} are supported: split the population"
            );
            members.refuse(what)
        })?;
        let silent = edges.contacts.iter().filter(|&&c| c == 0).count();
        if silent > 0 {
            extra.silent.push(format!("{silent} edges of `{}`", members.path));
        }
        Ok(edges)
    }

    /// One set per pair of cell types; nearly always one.
    fn sets(&self, members: &Members, name: &str, nodes: &Nodes) -> Result<Vec<ConnectionSet>> {
        let [(source, pre, sources), (target, post, targets)] = &self.ends;
        let type_of = |index: u16| nodes.cells[usize::from(index)].cell_type.clone();
        let mut sets: BTreeMap<(u16, u16), ConnectionSet> = BTreeMap::new();
        for (edge, (&i, &j)) in sources.iter().zip(targets).enumerate() {
            let ((pre_type, i), (post_type, j)) = (pre.cell_of[i as usize], post.cell_of[j as usize]);
            let set = sets.entry((pre_type, post_type)).or_default();
            for _ in 0..self.contacts[edge] {
                set.pre.push(i);
                set.post.push(j);
                set.pre_site.extend(self.sites[0].get(edge));
                set.post_site.extend(self.sites[1].get(edge));
            }
        }
        if sets.is_empty() {
            // No edge says which of its cell types a population means: take the first.
            let first = |population: &str| {
                let cells = nodes.populations[population].cell_of.first().map(|c| type_of(c.0));
                let named =
                    || nodes.cells.iter().any(|c| c.cell_type == population).then(|| population.into());
                cells.or_else(named)
            };
            let (Some(pre_type), Some(post_type)) = (first(source), first(target)) else {
                let what = "has no edge, and its node populations have no cell; remove it";
                return Err(members.refuse(what));
            };
            return Ok(vec![ConnectionSet { name: name.into(), pre_type, post_type, ..Default::default() }]);
        }
        let is_one = sets.len() == 1;
        let named = |((pre, post), mut set): ((u16, u16), ConnectionSet)| {
            (set.pre_type, set.post_type) = (type_of(pre), type_of(post));
            set.name =
                if is_one { name.into() } else { format!("{name}.{}_to_{}", set.pre_type, set.post_type) };
            set
        };
        Ok(sets.into_iter().map(named).collect())
    }
}
