//! Edge populations as connection sets.

use super::config::Part;
use super::members::{Members, Unread, types_of};
use super::nodes::{Nodes, Population};
use crate::hdf5::{Node, Store};
use crate::{ConnectionSet, Error};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of one population after `nsyns` is unfolded, at most. Chosen: 2 GB of numbers.
const MAX_ROWS: u64 = 1 << 28;
/// Columns with the place of a contact, as lobule writes them.
const SITES: [[&str; 2]; 2] = [["pre_branch", "pre_point"], ["post_branch", "post_point"]];

/// Reads all populations of a file.
pub(super) fn read(
    part: &Part,
    nodes: &Nodes,
    sets: &mut Vec<ConnectionSet>,
    extra: &mut Unread,
) -> Result<(), Error> {
    let types = types_of(part, "edge_type_id")?;
    let store = Store::open(&part.data)?;
    let root = store.root();
    let members = store.members(&root)?;
    let group = members.get("edges").ok_or_else(|| {
        store.error("/edges", "is missing, so this is no SONATA edges file; check `edges_file`")
    })?;
    for (name, node) in store.members(group)? {
        let edges = Edges::read(&store, &node, nodes, extra)?;
        for set in edges.sets(&store, &node, &name, nodes)? {
            if sets.iter().any(|s| s.name == set.name) {
                return Err(store.error(
                    &node.path,
                    format!(
                        "gives connection set `{}`, which there is already; rename the population",
                        set.name
                    ),
                ));
            }
            sets.push(set);
        }
    }
    if let Some(types) = &types {
        let columns = types.values().flat_map(|t| t.keys());
        let is_used = |c: &str| ["population", "pop_name", "source_query", "target_query"].contains(&c);
        extra.edge_types.extend(columns.filter(|c| !is_used(c)).cloned());
    }
    Ok(())
}

/// A population as the file has it, by edge.
struct Edges<'a> {
    ends: [(String, &'a Population, Vec<i64>); 2],
    /// Contacts of each edge. `[edges]`
    contacts: Vec<u64>,
    /// (branch, point) of each side. `[edges]` or `[0]`
    sites: [Vec<[i32; 2]>; 2],
}

impl<'a> Edges<'a> {
    fn read(store: &Store, node: &Node, nodes: &'a Nodes, extra: &mut Unread) -> Result<Self, Error> {
        let members = Members::of(store, node)?;
        let end = |name: &str| {
            let ids = members.integers(name)?;
            let population = store.dataset_attribute(&format!("{}/{name}", node.path), "node_population");
            let population = population.ok_or_else(|| {
                members.error(
                    name,
                    "has no text attribute `node_population`; add the name of the node population".into(),
                )
            })?;
            let Some(found) = nodes.populations.get(&population) else {
                let known: Vec<&str> = nodes.populations.keys().map(String::as_str).collect();
                return Err(members.error(
                    name,
                    format!("names node population `{population}`; there are {}", known.join(", ")),
                ));
            };
            let n = found.cell_of.len();
            match ids.iter().position(|&id| usize::try_from(id).map_or(true, |id| id >= n)) {
                Some(edge) => Err(members.error(
                    name,
                    format!("edge {edge} names node {}; `{population}` has {n}, numbered from 0", ids[edge]),
                )),
                None => Ok((population, found, ids)),
            }
        };
        let ends = [end("source_node_id")?, end("target_node_id")?];
        let n = ends[0].2.len();
        if ends[1].2.len() != n {
            return Err(members.error(
                "target_node_id",
                format!("has {} entries, `source_node_id` {n}; write the file again", ends[1].2.len()),
            ));
        }

        let mut edges = Self { ends, contacts: vec![1; n], sites: [vec![], vec![]] };
        let groups = members.groups("edge_group_id", "edge_group_index", n)?;
        for group in &groups {
            let columns = group.columns(store)?;
            let mut used = BTreeSet::new();
            if columns.has("nsyns") {
                used.insert("nsyns");
                let nsyns = columns.integers("nsyns")?;
                for &(edge, index) in &group.rows {
                    edges.contacts[edge] = u64::try_from(nsyns[index]).map_err(|_| {
                        store.error(
                            columns.path(),
                            format!("`nsyns` of row {index} is {}; it is 0 or more", nsyns[index]),
                        )
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
                    let site = [branches[index], points[index]].map(i32::try_from);
                    let [Ok(branch), Ok(point)] = site else {
                        return Err(store.error(
                            columns.path(),
                            format!(
                                "row {index} is at branch {}, point {}; both have 32 bits",
                                branches[index], points[index]
                            ),
                        ));
                    };
                    sites[edge] = [branch, point];
                }
            }
            extra.edges.extend(columns.names().filter(|c| !used.contains(c.as_str())).cloned());
        }
        let rows: u64 = edges.contacts.iter().fold(0, |sum, &c| sum.saturating_add(c));
        if rows > MAX_ROWS {
            return Err(store.error(
                &node.path,
                format!(
                    "has {rows} contacts by `nsyns`; up to {MAX_ROWS} are supported: split the population"
                ),
            ));
        }
        let silent = edges.contacts.iter().filter(|&&c| c == 0).count();
        if silent > 0 {
            extra.silent.push(format!("{silent} edges of `{}`", node.path));
        }
        Ok(edges)
    }

    /// One set per pair of cell types; nearly always one.
    fn sets(
        &self,
        store: &Store,
        node: &Node,
        name: &str,
        nodes: &Nodes,
    ) -> Result<Vec<ConnectionSet>, Error> {
        let [(source, pre, pre_ids), (target, post, post_ids)] = &self.ends;
        let type_of = |index: u16| nodes.cells[usize::from(index)].cell_type.clone();
        let mut sets: BTreeMap<(u16, u16), ConnectionSet> = BTreeMap::new();
        for (edge, (&i, &j)) in pre_ids.iter().zip(post_ids).enumerate() {
            // In range: `read` has compared them.
            let ((pre_type, i), (post_type, j)) = (pre.cell_of[i as usize], post.cell_of[j as usize]);
            let set = sets.entry((pre_type, post_type)).or_default();
            for _ in 0..self.contacts[edge] {
                set.pre.push(i);
                set.post.push(j);
                if let Some(&site) = self.sites[0].get(edge) {
                    set.pre_site.push(site);
                }
                if let Some(&site) = self.sites[1].get(edge) {
                    set.post_site.push(site);
                }
            }
        }
        if sets.is_empty() {
            // No edge says which of its cell types a population means: take the first.
            let first = |population: &str| {
                let cells = nodes.populations[population].cell_of.first().map(|c| type_of(c.0));
                cells.or_else(|| {
                    nodes.cells.iter().find(|c| c.cell_type == population).map(|c| c.cell_type.clone())
                })
            };
            let (Some(pre_type), Some(post_type)) = (first(source), first(target)) else {
                return Err(
                    store.error(&node.path, "has no edge, and its node populations have no cell; remove it")
                );
            };
            return Ok(vec![ConnectionSet {
                name: name.into(),
                pre_type,
                post_type,
                ..ConnectionSet::default()
            }]);
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
