//! Reading a network file: its version, then cells, then connections, then what must be said about it.

use super::{config, connectivity, placement};
use crate::hdf5::{Attributes, Store};
use crate::notes;
use crate::{Anatomy, CellSites, Error};
use std::path::Path;

/// Remedy for a member that every BSB 8 file has.
pub(super) const MISSING: &str = "is missing; BSB 8 writes it: write the file again";

/// Reads a whole file.
pub(super) fn anatomy(path: &Path) -> Result<Anatomy, Error> {
    let store = Store::open(path)?;
    let root = store.root();
    let attributes = store.attributes(&root)?;
    let version = supported_version(&attributes)?;
    let members = store.members(&root)?;
    let group = |name: &str| {
        members.get(name).ok_or_else(|| {
            store.error(
                format!("/{name}"),
                "is missing; a network file has the groups `placement` and `connectivity`: \
                 compile the network again, or check that this is not a file of results",
            )
        })
    };

    let mut found = notes::Findings::default();
    let placed = placement::read(&store, group("placement")?, &mut found)?;
    let mut connections = connectivity::read(&store, group("connectivity")?, &placed)?;
    let mut cells: Vec<CellSites> = placed.into_values().map(|p| p.sites).collect();
    if let Some(group) = members.get("morphologies") {
        found.morphologies = store.members(group)?.into_keys().collect();
    }

    let own = config::own_record(&attributes)?;
    let own = own.filter(|own| own.restore_order(&mut cells, &mut connections));
    let total: usize = cells.iter().map(CellSites::len).sum();
    let mut anatomy = Anatomy { cells, connections, ..Anatomy::default() };
    if let Some(own) = own {
        (anatomy.size, anatomy.source, anatomy.notes) = (own.size, own.source, own.notes);
    } else {
        let configuration = config::active(&store, members.get("files"))?;
        anatomy.size =
            configuration.as_ref().and_then(config::size).unwrap_or_else(|| config::bounding_size(&anatomy));
        anatomy.source = format!("BSB {version} file, {total} cells");
        anatomy.notes = notes::of(&anatomy, &found);
    }
    Ok(anatomy)
}

/// Reads the active configuration only.
pub(super) fn configuration(path: &Path) -> Result<Option<serde_json::Value>, Error> {
    let store = Store::open(path)?;
    let root = store.root();
    supported_version(&store.attributes(&root)?)?;
    config::active(&store, store.members(&root)?.get("files"))
}

/// The file's version, when it is one this reader knows.
fn supported_version(root: &Attributes) -> Result<String, Error> {
    for name in ["bsb_version", "bsb_hdf5_version"] {
        if !root.has(name) {
            return Err(root.error(
                name,
                "is missing, so this is no BSB network file; supported are files of BSB 8: \
                 compile the network with bsb 8 or build it with lobule",
            ));
        }
        let version = root.text(name)?;
        let remedy = match version.split('.').next().and_then(|major| major.parse::<u32>().ok()) {
            Some(8) => continue,
            Some(0..8) => "compile the network again with bsb 8",
            _ => "write the file with bsb 8, or use a newer lobule",
        };
        return Err(root.error(name, format!("is `{version}`; supported are versions 8.x: {remedy}")));
    }
    root.text("bsb_version")
}
