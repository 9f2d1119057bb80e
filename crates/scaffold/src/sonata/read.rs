//! Reading a SONATA circuit: its files, then nodes, then edges, then what must be said about it.

use super::members::Unread;
use super::names::Replaced;
use super::{config, edges, names, nodes};
use crate::error::{Error, Result};
use crate::own_record::OwnRecord;
use crate::{Anatomy, CellSites, notes};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn anatomy(path: &Path) -> Result<Anatomy> {
    let circuit = config::circuit(path)?;
    let (mut extra, mut nodes, mut connections) = (Unread::default(), nodes::Nodes::default(), Vec::new());
    for part in &circuit.nodes {
        nodes::read(part, &mut nodes, &mut extra)?;
    }
    for part in &circuit.edges {
        edges::read(part, &nodes, &mut connections, &mut extra)?;
    }
    let mut cells = nodes.cells;

    let own = circuit.record.as_ref().map(|record| {
        let own = OwnRecord::parse(record).map(|own| (own, record));
        own.map_err(|what| Error::content(&circuit.path, format!("`{}`", super::OWN_RECORD), what))
    });
    let rows: BTreeMap<String, usize> = connections.iter().map(|s| (s.name.clone(), s.len())).collect();
    let own = own.transpose()?.filter(|(own, _)| own.is_of(&cells, &rows));
    if let Some((own, _)) = &own {
        own.sort(&mut cells, &mut connections);
    }
    let total: usize = cells.iter().map(CellSites::len).sum();
    let mut anatomy = Anatomy { cells, connections, ..Anatomy::default() };
    if let Some((own, record)) = own {
        anatomy.cells.iter_mut().for_each(|cells| exact_labels(cells, &record["label_sets"]));
        (anatomy.size, anatomy.source, anatomy.notes) = (own.size, own.source, own.notes);
        // Another program may have rearranged the files since.
        anatomy.notes.extend(circuit.notes.iter().chain(&extra.ids).cloned());
    } else {
        let mut replaced = names::replace(&mut anatomy.cells, &mut anatomy.connections);
        replaced.cells.append(&mut extra.translated);
        let rows = anatomy.connections.iter().map(|s| (s.name.clone(), s.len())).collect();
        anatomy.size = anatomy.extent();
        anatomy.source = format!("SONATA circuit, {total} cells");
        anatomy.notes = circuit.notes.clone();
        anatomy.notes.extend(notes_of_names(&replaced, &circuit.repeated));
        anatomy.notes.extend(notes_of(&extra, &circuit.unused));
        anatomy.notes.extend(notes::of(&anatomy, &notes::Findings::default(), &rows, false));
    }
    Ok(anatomy)
}

/// The sets of labels as they were, where the library of the file spells the same ones.
fn exact_labels(cells: &mut CellSites, recorded: &Value) {
    let Ok(sets) = Vec::<Vec<String>>::deserialize(&recorded[&cells.cell_type]) else { return };
    let spelled = |sets: &[Vec<String>]| sets.iter().map(|s| s.join(",")).collect::<Vec<_>>();
    if cells.labels.is_empty() || spelled(&sets) == spelled(&cells.label_sets) {
        cells.label_sets = sets;
    }
}

/// Sentences about names that were replaced.
fn notes_of_names(replaced: &Replaced, repeated: &[String]) -> Vec<String> {
    // Both sets of a pair of types were written to one file, which is then listed twice.
    let lost =
        replaced.ascending.iter().filter(|(stored, _)| repeated.iter().any(|file| file.contains(stored)));
    let lost: Vec<String> = lost.map(|(_, post)| format!("`{post}`")).collect();
    let by_types = "by the cell types they join; contacts of granule cells onto Golgi and Purkinje cells count as those of \
                    ascending axons";
    let notes = [
        notes::about(&replaced.cells, "by lobule's names of cell types"),
        notes::about(&replaced.sets, by_types),
        notes::about(
            &lost,
            "have lost the contacts of parallel fibers, which the export of 2020 wrote to the same file as those of ascending axons",
        ),
        notes::about(
            &replaced.contracted,
            "begin at mossy fibers, because the circuit has no glomeruli in between",
        ),
        notes::about(
            &replaced.kept,
            "keep their names, because lobule's (in brackets) are taken in this circuit",
        ),
    ];
    notes.into_iter().flatten().collect()
}

fn notes_of(extra: &Unread, unused: &[String]) -> Vec<String> {
    let edges = "are attributes of edges, which are not read: weights and delays are those of lobule's \
                 synapse models";
    let node_types = "are columns of node types, which are not read: cells have lobule's models";
    let edge_types = "are columns of edge types, which are not read: synapses have lobule's models";
    let notes = [
        notes::about(
            &extra.numbered,
            "have positions that look like numbers, not places: x counts the nodes, y and z are 0",
        ),
        notes::about(&extra.lined, "have positions on a line: y and z of all nodes are 0"),
        notes::about(
            &extra.indices,
            "do not describe their groups, but nothing that is read depends on them",
        ),
        notes::about(&extra.renamed, "by the `pop_name` of its node types"),
        notes::about(&extra.unplaced, "have no x, y, z on file and are set at the origin"),
        notes::about(&extra.flat, "are not on file and taken as 0"),
        notes::about(&extra.models, "are models of cells with a shape; cells have lobule's point models"),
        notes::about(&extra.silent, "have `nsyns` 0 and make no contact"),
        notes::about(&extra.nodes, "are attributes of nodes, which are not read"),
        notes::about(&extra.edges, edges),
        notes::about(&extra.node_types, node_types),
        notes::about(&extra.edge_types, edge_types),
        notes::about(unused, "are sections of the configuration, which are not used"),
    ];
    extra.ids.iter().cloned().chain(notes.into_iter().flatten()).collect()
}
