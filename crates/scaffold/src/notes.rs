//! Parts of a file that a simulation of point neurons does not honor, or
//! that its user should know. Each note is one sentence.

use crate::anatomy::PLACED_TYPES;
use crate::error::listed;
use crate::{Anatomy, ConnectionSet};
use std::collections::{BTreeMap, BTreeSet};

/// The cell types lobule has neuron models for beside those it places itself.
const FURTHER_TYPES: [&str; 2] = ["ubc_glomerulus", "unipolar_brush_cell"];

/// Notes of a reader: parts of a file that are not part of an [`Anatomy`].
#[derive(Default)]
pub(crate) struct Findings {
    /// Cell types that are counted but have no positions.
    pub entities: BTreeSet<String>,
    /// Cell types with a rotation other than zero.
    pub rotated: BTreeSet<String>,
    /// Additional data, as `type.key`.
    pub additional: BTreeSet<String>,
    pub morphologies: Vec<String>,
}

/// The notes of an anatomy read from a file whose sets have `rows`; when it is a part, its own rows tell
/// nothing about the balance of mirrored sets.
pub(crate) fn of(
    anatomy: &Anatomy,
    found: &Findings,
    rows: &BTreeMap<String, usize>,
    is_part: bool,
) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(about(
        &found.entities,
        "have no positions on file and are set in the middle of their chunks",
    ));
    notes.extend(about(&found.rotated, "have rotations, which point neurons do not use"));
    notes.extend(about(&found.additional, "are additional data of cells, which are not read"));
    if !found.morphologies.is_empty() {
        let names = found.morphologies.join(", ");
        notes.push(format!("the stored morphologies ({names}) are not read; point neurons have none."));
    }
    let with_sites =
        anatomy.connections.iter().filter(|c| !c.pre_site.is_empty() || !c.post_site.is_empty()).count();
    if with_sites > 0 {
        notes.push(format!("{with_sites} connection sets say where on a cell a contact is, which has no effect on point neurons."));
    }

    let unknown = |name: &str| !PLACED_TYPES.contains(&name) && !FURTHER_TYPES.contains(&name);
    for cells in anatomy.cells.iter().filter(|c| unknown(&c.cell_type)) {
        let (name, n) = (&cells.cell_type, cells.len());
        let touching = anatomy.connections.iter().filter(|s| s.pre_type == *name || s.post_type == *name);
        let sets = listed(touching.map(|s| &s.name));
        let sets = if sets.is_empty() { "no connection set" } else { &sets };
        let what = "is not known to lobule and needs a model of its own; it takes part in";
        notes.push(format!("cell type `{name}` ({n} cells) {what} {sets}."));
    }

    for set in &anatomy.connections {
        if set.name.starts_with("gap_") {
            let rows = rows.get(&set.name).copied().unwrap_or(set.len());
            notes.push(format!(
                "`{}` holds gap junctions ({rows} rows); as chemical synapses they would be wrong.",
                set.name
            ));
        }
        if !is_part && let Some(mirror) = anatomy.connections(&format!("{}_minus", set.name)) {
            notes.extend(imbalance(set, mirror));
        }
    }
    notes
}

/// A sentence about some names; none without names.
pub(crate) fn about<'a>(names: impl IntoIterator<Item = &'a String>, what: &str) -> Option<String> {
    let mut names = names.into_iter().peekable();
    names.peek()?;
    Some(format!("{} {what}.", listed(names)))
}

/// A rule and its copy for the `minus` cells should make equally many contacts per
/// pair; rows are weight, so one zone would otherwise be driven harder.
///
/// cerebellar-models 0.13 multiplies the climbing-fiber rows of the `plus` zone
/// only (about 500 per pair against 1), which is how such a file comes about.
fn imbalance(plus: &ConnectionSet, minus: &ConnectionSet) -> Option<String> {
    let per_pair = |set: &ConnectionSet| set.len() as f64 / set.pairs().len() as f64;
    let (p, m) = (per_pair(plus), per_pair(minus));
    (p > 2.0 * m || m > 2.0 * p).then(|| {
        format!(
            "`{}` has {p:.1} contacts per pair but its mirror `{}` has {m:.1}: with equal weights \
             the two microzones are driven {:.0} times differently.",
            plus.name,
            minus.name,
            (p / m).max(m / p),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, contacts: usize) -> ConnectionSet {
        ConnectionSet {
            name: name.into(),
            pre: vec![0; contacts],
            post: vec![0; contacts],
            ..Default::default()
        }
    }

    #[test]
    fn unequal_mirrors_are_noted_in_either_direction() {
        for (p, m, noted) in [(500, 1, true), (1, 3, true), (2, 1, false), (1, 1, false)] {
            let connections = vec![set("io_to_purkinje", p), set("io_to_purkinje_minus", m)];
            let anatomy = Anatomy { connections, ..Anatomy::default() };
            let notes = of(&anatomy, &Findings::default(), &BTreeMap::new(), false);
            assert_eq!(
                notes.iter().any(|n| n.contains("`io_to_purkinje_minus`")),
                noted,
                "{p} against {m}: {notes:?}"
            );
        }
        let empty = Anatomy { connections: vec![set("a", 5), set("a_minus", 0)], ..Anatomy::default() };
        assert!(of(&empty, &Findings::default(), &BTreeMap::new(), false).is_empty());
    }
}
