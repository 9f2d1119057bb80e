//! Labels of cells: plain lists of identifiers of any type; a cell may be in several.

use super::cells::{Cells, Directory};
use super::{names, placement};
use crate::CellSites;
use crate::error::{Result, ensure};
use crate::hdf5::{Node, Store};
use std::collections::BTreeMap;

/// Gives the cells of each type their sets of labels; cells and sites are in the same order.
pub(super) fn read(
    store: &Store,
    group: &Node,
    directory: &Directory,
    cells: &[Cells],
    sites: &mut [CellSites],
) -> Result<()> {
    let members = store.members(group)?;
    let labels: Vec<String> = members.keys().map(|stored| names::label(stored).to_string()).collect();
    for (k, (stored, node)) in members.iter().enumerate() {
        let other = members.keys().zip(&labels[..k]).find(|(_, label)| **label == labels[k]);
        ensure(other.is_none(), || {
            let other = other.map_or("", |(other, _)| other);
            let what = format!("and `{other}` are both lobule's label `{}`; rename one of them", labels[k]);
            store.error(&node.path, format!("`{stored}` {what}"))
        })?;
    }
    // Of each type: the labels of each labeled cell, by number.
    let mut given: Vec<Vec<(u32, usize)>> = vec![Vec::new(); cells.len()];
    for (k, (stored, node)) in members.iter().enumerate() {
        for id in placement::identifiers(store, &node.path)? {
            let (of, number) = directory.cell(id).ok_or_else(|| {
                let what = format!(
                    "label `{stored}` names identifier {id}, which is no cell ({})",
                    directory.range()
                );
                store.error(&node.path, format!("{what}: compile the network again"))
            })?;
            given[usize::from(of)].push((number, k));
        }
    }
    for (mut given, sites) in given.into_iter().zip(sites) {
        given.sort_unstable();
        given.dedup();
        let mut sets = BTreeMap::from([(Vec::new(), 0)]);
        for cell in given.chunk_by(|a, b| a.0 == b.0) {
            if sites.labels.is_empty() {
                sites.labels = vec![0; sites.positions.len()];
            }
            let set: Vec<usize> = cell.iter().map(|(_, k)| *k).collect();
            let next = sets.len();
            let index = u16::try_from(*sets.entry(set).or_insert(next)).map_err(|_| {
                let what = "has more than 65535 distinct sets of labels; remove some labels";
                store.error(&group.path, what)
            })?;
            sites.labels[cell[0].0 as usize] = index;
        }
        let mut sets: Vec<(Vec<usize>, usize)> = sets.into_iter().collect();
        sets.sort_by_key(|(_, index)| *index);
        let spelled = |(set, _): (Vec<usize>, _)| set.into_iter().map(|k| labels[k].clone()).collect();
        sites.label_sets = sets.into_iter().map(spelled).collect();
    }
    Ok(())
}
