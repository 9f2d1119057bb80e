//! Files of dbbs-scaffold 3 and BSB 3.

use super::cells::{Cells, Directory};
use super::connections::{Rows, StoredSet};
use super::document::Document;
use super::network::{Contents, Network};
use super::{names, placement};
use crate::error::{Result, ensure, listed};
use crate::hdf5::{Attributes, Node, Store};
use crate::notes::Findings;
use crate::part::{Choose, Reading};
use serde_json::Value;

/// Members of `cells` that are read or say the same as others; the rest is data of hooks.
const KNOWN: [&str; 7] = [
    "placement",
    "positions",
    "type_maps",
    "connections",
    "labels",
    "connection_compartments",
    "connection_morphologies",
];
/// What stands in for a configuration.
const OF_CELLS: &str = "size and types of sets are those of the cells";
/// Root attribute with the configuration.
const CONFIGURATION: &str = "configuration_string";

pub(super) fn read(store: &Store, reading: Reading, choose: Choose<'_>) -> Result<Network> {
    ensure(!reading.is_as_stored, || {
        store.error(
            "/",
            "has no wrongly numbered sets, which only dbbs-scaffold 2 wrote; leave --as-stored out",
        )
    })?;
    let root = store.root();
    let attributes = store.attributes(&root)?;
    let group = store.member(&root, "cells")?;
    let group = group.ok_or_else(|| store.error("/cells", "is missing; compile the network again"))?;
    let placed = placement::read(store, &group)?;
    let mut notes = Vec::new();
    let software = software(&attributes, &mut notes)?;
    let document = document(&attributes, &placed.cells).unwrap_or_else(|what| {
        notes.push(format!("the configuration in the file {what}: {OF_CELLS}."));
        None
    });
    if !attributes.has(CONFIGURATION) {
        notes.push(format!("the file has no configuration: {OF_CELLS}."));
    }
    let mut found = Findings { rotated: placed.rotated, ..Findings::default() };
    let members = store.members(&group)?;
    found.additional = members.keys().filter(|name| !KNOWN.contains(&name.as_str())).cloned().collect();
    found.additional.remove("types");
    if let Some(group) = store.member(&root, "morphologies")? {
        // Voxels are pickles and belong to the morphologies.
        found.morphologies =
            store.members(&group)?.into_keys().filter(|name| name != "voxel_clouds").collect();
    }
    if let Some(group) = members.get("connection_compartments") {
        let sets: Vec<String> = store.members(group)?.into_keys().collect();
        notes.extend(crate::notes::about(&sets, "have compartments, which point neurons do not use"));
    }
    let labels = store.member(&group, "labels")?;
    let contents = Contents { store, software, cells: placed.cells, labels, document, found, notes };
    contents.read(choose, |contents, directory| {
        let Some(group) = members.get("connections") else { return Ok(Vec::new()) };
        let sets = store.members(group)?;
        sets.iter().map(|(stored, node)| set(contents, directory, stored, node)).collect()
    })
}

/// A set with the types that its attributes or the configuration give it.
fn set(contents: &mut Contents, directory: &Directory, stored: &str, node: &Node) -> Result<StoredSet> {
    let store = contents.store;
    let attributes = store.attributes(node)?;
    let texts = |name: &str| if attributes.has(name) { attributes.texts(name) } else { Ok(Vec::new()) };
    let mut connection_types = texts("connection_types")?;
    if connection_types.is_empty() {
        connection_types.push(stored.into());
    }
    let rows = Rows { store, directory, cells: &contents.cells };
    let side = |side: &str| {
        let mut types = texts(side)?;
        if let (true, Some(document)) = (types.is_empty(), &contents.document) {
            types = connection_types.iter().flat_map(|name| document.ends(name, side)).collect();
        }
        let index = |name: &String| contents.cells.iter().position(|c| c.stored == *name);
        let mut ends: Vec<u16> = types.iter().filter_map(index).map(|k| k as u16).collect();
        ends.sort_unstable();
        ends.dedup();
        let n = if ends.is_empty() && !types.is_empty() { store.rows(&node.path, Some(2))? } else { 0 };
        ensure(n == 0, || {
            let types = listed(&types);
            let what = format!("has {n} rows, but its `{side}` are {types}, of which the file has no cells");
            store.error(&node.path, format!("{what}: compile the network again"))
        })?;
        Ok::<_, crate::Error>(ends)
    };
    let ends = [side("from_cell_types")?, side("to_cell_types")?];
    let mut set = StoredSet {
        stored: stored.into(),
        name: names::set(stored).into(),
        path: node.path.clone(),
        columns: 2,
        ends,
        correction: 0.0,
    };
    // Golgi cells end on granule cells under the old name in no file that is known, but a configuration may say so.
    if set.name == names::GOLGI_ANATOMY
        && let [post] = set.ends[1][..]
        && contents.cells[usize::from(post)].name == "granule_cell"
    {
        set.name = stored.into();
    }
    let is_unknown = set.ends.iter().any(Vec::is_empty);
    if is_unknown && contents.document.is_some() && rows.count(&set)? > 0 {
        let what = format!("the configuration has no types for `{}`", listed(&connection_types));
        contents.notes.push(format!("`{stored}` joins the types that its rows have, because {what}."));
    }
    Ok(set)
}

/// Software, version and years, in words.
fn software(attributes: &Attributes, notes: &mut Vec<String>) -> Result<String> {
    let text = |name: &str| if attributes.has(name) { attributes.text(name).map(Some) } else { Ok(None) };
    let (class, version) = (text("configuration_class")?, text("version")?);
    let name = match class.as_deref().and_then(|class| class.split('.').next()) {
        Some("scaffold") => "dbbs-scaffold",
        Some("bsb") => "BSB",
        _ => {
            let is = class.map_or("is missing".into(), |class| format!("`{class}` is not known"));
            let what = "files of dbbs-scaffold 3 begin it with `scaffold.`, those of BSB 3 with `bsb.`";
            notes.push(format!("configuration_class {is}; {what}; the layout is theirs."));
            "dbbs-scaffold or BSB"
        }
    };
    let Some(version) = version else {
        notes.push("the file does not state the version of the software that wrote it.".into());
        return Ok(format!("{name} 3 file (2020 to 2023)"));
    };
    if version.split('.').next() != Some("3") {
        let what = "is not known with this layout, which is that of version 3";
        notes.push(format!("version `{version}` {what}; the file is read as one."));
        return Ok(format!("{name} {version} file"));
    }
    let years = match version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok()) {
        Some(0..=5) => "2020",
        Some(6..=9) => "2021",
        _ => "2021 to 2023",
    };
    Ok(format!("{name} {version} file ({years})"))
}

/// The configuration inside a file, if it has one, or why it is none of this network.
fn document(attributes: &Attributes, cells: &[Cells]) -> Result<Option<Document>, String> {
    if !attributes.has(CONFIGURATION) {
        return Ok(None);
    }
    let text = attributes.text(CONFIGURATION).map_err(|e| format!("cannot be read ({e})"))?;
    let document = Document::parse(&text)?;
    let missing: Vec<&str> =
        cells.iter().map(|c| c.stored.as_str()).filter(|name| !document.has_type(name)).collect();
    ensure(missing.is_empty(), || {
        format!("is of another network (it has no cell types {})", listed(missing))
    })?;
    Ok(Some(document))
}

/// The cell types of a file by lobule's names, and its cells by their identifiers.
///
/// # Errors
/// [`crate::Error::Content`] when identifiers cannot be read.
pub(crate) fn identifiers(store: &Store) -> Result<(Vec<String>, Directory)> {
    let group = store.member(&store.root(), "cells")?;
    let group = group.ok_or_else(|| store.error("/cells", "is missing; compile the network again"))?;
    let cells = placement::read(store, &group)?.cells;
    let directory = Directory::of(&cells).map_err(|(object, what)| store.error(object, what))?;
    Ok((cells.into_iter().map(|c| c.name).collect(), directory))
}

/// The configuration inside a file.
///
/// # Errors
/// [`crate::Error::Content`] when it is no configuration of this network.
pub(crate) fn configuration(store: &Store) -> Result<Option<Value>> {
    let root = store.root();
    let attributes = store.attributes(&root)?;
    let group = store.member(&root, "cells")?;
    let group = group.ok_or_else(|| store.error("/cells", "is missing; compile the network again"))?;
    let mut cells = Vec::new();
    if let Some(placement) = store.member(&group, "placement")? {
        let named = |stored: String| Cells { stored, ..Cells::default() };
        cells = store.members(&placement)?.into_keys().map(named).collect();
    }
    let remedy = "give the configuration of this network";
    let document = document(&attributes, &cells);
    let document = document.map_err(|what| attributes.error(CONFIGURATION, format!("{what}; {remedy}")))?;
    Ok(document.map(|document| document.0))
}
