//! Reading a network file: its version, then cells, then connections, then what must be said about it.

use super::{config, connectivity, placement};
use crate::error::{Result, ensure};
use crate::hdf5::{Attributes, Store};
use crate::notes;
use crate::part::Choose;
use crate::{Anatomy, CellSites, ConnectionSet};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads a file, whole or the chosen rows; gives the number of rows on file of each set, too.
pub(super) fn anatomy(path: &Path, choose: Choose<'_>) -> Result<(Anatomy, Vec<usize>)> {
    let store = Store::open(path)?;
    let root = store.root();
    let attributes = store.attributes(&root)?;
    let version = supported_version(&attributes)?;
    let group = |name: &str| {
        let what = "is missing; a network file of BSB 4 to 8 has the groups `placement` and `connectivity`: \
                    compile the network again, or check that this is not a file of results";
        store.member(&root, name)?.ok_or_else(|| store.error(format!("/{name}"), what))
    };

    let mut found = notes::Findings::default();
    let placed = placement::read(&store, &group("placement")?, &mut found)?;
    let sets = connectivity::Sets { store: &store, group: &group("connectivity")?, placed: &placed };
    let own = config::own_record(&attributes)?;
    let is_part = choose.is_some();
    let keeps = choose.map(|choose| {
        let cells = placed.values().map(|p| p.sites.clone()).collect();
        let connections = sets.names()?;
        let mut anatomy = Anatomy { cells, connections, ..Anatomy::default() };
        if let Some(own) = &own {
            own.sort(&mut anatomy.cells, &mut anatomy.connections);
        }
        Ok(choose(&anatomy))
    });
    let keeps = keeps.transpose()?;
    let read = sets.read(keeps.as_ref())?;
    let rows: BTreeMap<String, usize> = read.iter().map(|(set, rows)| (set.name.clone(), *rows)).collect();
    let mut connections: Vec<ConnectionSet> = read.into_iter().map(|(set, _)| set).collect();
    let mut cells: Vec<CellSites> = placed.into_values().map(|p| p.sites).collect();
    if let Some(group) = store.member(&root, "morphologies")? {
        found.morphologies = store.members(&group)?.into_keys().collect();
    }

    let own = own.filter(|own| own.is_of(&cells, &rows));
    if let Some(own) = &own {
        own.sort(&mut cells, &mut connections);
    }
    let total: usize = cells.iter().map(CellSites::len).sum();
    let mut anatomy = Anatomy { cells, connections, ..Anatomy::default() };
    if let Some(own) = own {
        (anatomy.size, anatomy.source, anatomy.notes) = (own.size, own.source, own.notes);
    } else {
        let configuration = config::active(&store, store.member(&root, "files")?.as_ref())?;
        anatomy.size = configuration.as_ref().and_then(config::size).unwrap_or_else(|| anatomy.extent());
        anatomy.source = format!("BSB {version} file{}, {total} cells", years(&version));
        anatomy.notes = notes::of(&anatomy, &found, &rows, is_part);
    }
    let rows = anatomy.connections.iter().map(|set| rows[&set.name]).collect();
    Ok((anatomy, rows))
}

pub(super) fn configuration(path: &Path) -> Result<Option<serde_json::Value>> {
    let store = Store::open(path)?;
    let root = store.root();
    supported_version(&store.attributes(&root)?)?;
    config::active(&store, store.member(&root, "files")?.as_ref())
}

/// The version of the software that wrote a file, in words.
fn supported_version(root: &Attributes) -> Result<String> {
    let names = ["bsb_version", "bsb_hdf5_version"];
    // Alphas of BSB 4 have the layout without its versions.
    if !names.iter().any(|name| root.has(name)) {
        return Ok("4 alpha".into());
    }
    for name in names {
        ensure(root.has(name), || {
            let what = "is missing, so the file was not written whole or was changed; read are files of BSB 4 to 8: \
                        compile the network again";
            root.error(name, what)
        })?;
        let version = root.text(name)?;
        let remedy = match version.split('.').next().and_then(|major| major.parse::<u32>().ok()) {
            Some(4..=8) => continue,
            Some(0..4) => {
                "files of BSB 3 have another layout, so this one was changed; copy it again from its source"
            }
            _ => "write the file with bsb 8, or use a newer lobule",
        };
        let what = format!("is `{version}`; of this layout BSB 4 to 8 are read: {remedy}");
        return Err(root.error(name, what));
    }
    root.text("bsb_version")
}

/// Years in which versions before 8 were released, with a blank in front. Source: releases of bsb-core.
fn years(version: &str) -> &'static str {
    match version.split_once(['.', ' ']).map(|(major, rest)| (major, rest.contains('a'))) {
        Some(("4", true)) => " (2022 to 2023)",
        Some(("4", false)) => " (2024)",
        Some(("5" | "6", _)) => " (2025)",
        Some(("7", _)) => " (2025 to 2026)",
        _ => "",
    }
}
