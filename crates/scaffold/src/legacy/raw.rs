//! Files of dbbs-scaffold 2 and of Casali et al. 2019: a table of cells and sets that are known by name.
//!
//! dbbs-scaffold 2 numbers two sets wrongly: the postsynaptic ends of `GolgiGlomerulus` are too high by the first glomerulus's
//! identifier, those of `GapJunctionsGolgi` are numbers within the type. A set all of whose rows fit after adding or subtracting
//! the first identifier of its type is put right.
//!
//! Source: file and code of dbbs-scaffold 2.2.2.

use super::cells::Directory;
use super::connections::{Rows, StoredSet};
use super::epoch::Epoch;
use super::network::{Contents, Network};
use super::{names, positions};
use crate::error::{Result, ensure};
use crate::hdf5::{Node, Store};
use crate::notes::Findings;
use crate::part::{Choose, Reading};

/// Path of the table of all cells.
const POSITIONS: &str = "positions";
/// Members of the root that are read, or say the same as others.
const KNOWN: [&str; 3] = [POSITIONS, "connections", "connectome"];

pub(super) fn read(store: &Store, epoch: Epoch, reading: Reading, choose: Choose<'_>) -> Result<Network> {
    let root = store.root();
    let missing =
        |name: &str| store.error(format!("/{name}"), "is missing; copy the file again from its source");
    let table = store.member(&root, POSITIONS)?.ok_or_else(|| missing(POSITIONS))?;
    let group = store.member(&root, "connections")?.ok_or_else(|| missing("connections"))?;
    let mut notes = Vec::new();
    let (software, cells) = match epoch {
        Epoch::Casali2019 => ("file of Casali et al. 2019", positions::numbered(store, POSITIONS)?),
        _ => {
            let types = store.attributes(&table)?.texts("types")?;
            (
                "dbbs-scaffold 2 file (2019)",
                positions::named(store, POSITIONS, &types, names::free_cell_type)?,
            )
        }
    };
    if epoch == Epoch::Casali2019 && cells.iter().any(|c| c.stored == "8") {
        notes
            .push("type number 8 is taken for cells of the inferior olive, as in late files of 2019.".into());
    }
    let mut found = Findings::default();
    let members = store.members(&root)?.into_keys();
    found.additional = members.filter(|name| !KNOWN.contains(&name.as_str())).collect();
    let contents =
        Contents { store, software: software.into(), cells, labels: None, document: None, found, notes };
    contents.read(choose, |contents, directory| {
        let mut sets = Vec::new();
        let mut was_wrong = false;
        for (stored, node) in store.members(&group)? {
            let (set, is_wrong) = set(contents, directory, epoch, reading, &stored, &node)?;
            was_wrong |= is_wrong;
            sets.push(set);
        }
        ensure(was_wrong || !reading.is_as_stored, || {
            store.error("/connections", "has no wrongly numbered set; leave --as-stored out")
        })?;
        Ok(sets)
    })
}

/// A set with the types of its name; the second is true if it is numbered wrongly.
fn set(
    contents: &mut Contents,
    directory: &Directory,
    epoch: Epoch,
    reading: Reading,
    stored: &str,
    node: &Node,
) -> Result<(StoredSet, bool)> {
    let store = contents.store;
    let columns = match store.shape(&node.path)?[..] {
        [_, 3] => 3,
        _ => 2,
    };
    let mut set = StoredSet {
        stored: stored.into(),
        name: stored.into(),
        path: node.path.clone(),
        columns,
        ends: [Vec::new(), Vec::new()],
        correction: 0.0,
    };
    let is_it = |known: &&names::RawSet| match epoch {
        Epoch::Casali2019 => known.casali2019 == stored,
        _ => known.scaffold2 == stored,
    };
    let Some(known) = names::RAW_SETS.iter().find(is_it) else {
        let what = "is a set that lobule does not know; it joins the types that its rows have";
        contents.notes.push(format!("`{stored}` {what}."));
        return Ok((set, false));
    };
    set.name = known.name.into();
    let index = |name: &str| contents.cells.iter().position(|c| c.name == name && c.len() > 0);
    let rows = Rows { store, directory, cells: &contents.cells };
    let ends = [known.pre, known.post].map(index);
    let [Some(pre), Some(post)] = ends else {
        let n = rows.count(&set)?;
        let absent = if ends[0].is_none() { known.pre } else { known.post };
        ensure(n == 0, || {
            let what = format!("has {n} rows between `{}` and `{}`", known.pre, known.post);
            store.error(
                &set.path,
                format!("{what}, but there are no cells `{absent}`: compile the network again"),
            )
        })?;
        return Ok((set, false));
    };
    set.ends = [vec![pre as u16], vec![post as u16]];
    if rows.fits(&set, 0.0)? {
        return Ok((set, false));
    }
    let n = rows.count(&set)?;
    let first = contents.cells[post].runs.iter().map(|(first, _)| *first).min().unwrap_or(0);
    let (down, up) = (-f64::from(first), f64::from(first));
    // Rows that fit neither way are refused when they are read.
    let [is_down, is_up] = [rows.fits(&set, down)?, rows.fits(&set, up)?];
    if !is_down && !is_up {
        return Ok((set, false));
    }
    let post = &contents.cells[post].stored;
    if reading.is_as_stored {
        let all: Vec<u16> = (0..contents.cells.len() as u16).collect();
        set.ends = [all.clone(), all];
        let what =
            format!("`{stored}` is left as it is on file, although its {n} rows do not end on `{post}`");
        contents.notes.push(format!("{what}."));
        return Ok((set, true));
    }
    let is_ambiguous = is_down && is_up;
    ensure(!is_ambiguous, || {
        let what =
            format!("does not end on `{post}`, and both adding and subtracting {first} would put it right");
        store.error(&set.path, format!("{what}; number its rows by identifiers"))
    })?;
    set.correction = if is_down { down } else { up };
    let how = if is_down {
        format!("were too high by the first identifier of `{post}`, {first}")
    } else {
        format!("were numbers within `{post}` and not identifiers, which begin at {first}")
    };
    contents.notes.push(format!("`{stored}` is put right: the postsynaptic ends of its {n} rows {how}."));
    if known.name == names::GOLGI_ANATOMY {
        let derived = names::RAW_SETS.iter().find(|s| s.name == "golgi_to_glomerulus");
        let derived =
            derived.map_or("", |s| if epoch == Epoch::Casali2019 { s.casali2019 } else { s.scaffold2 });
        contents.notes.push(format!(
            "`{derived}` was derived from the faulty numbers of `{stored}`, so that contacts of Golgi cells are missing in it."
        ));
    }
    Ok((set, true))
}
