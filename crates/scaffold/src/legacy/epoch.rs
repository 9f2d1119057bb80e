//! The software that wrote an HDF5 file, by what its root holds.

use crate::error::{Error, Result};
use crate::hdf5::{Node, Store};

/// Layouts of network files, by the software that wrote them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Epoch {
    /// BSB 4 to 8.
    Bsb,
    /// dbbs-scaffold 3 and BSB 3.
    Scaffold3,
    /// dbbs-scaffold 2.
    Scaffold2,
    /// The scripts of Casali et al. 2019.
    Casali2019,
}

/// Network files that are read, for messages.
const READ: &str = "read are network files of BSB 3 to 8, of dbbs-scaffold 2 and 3 and of Casali et al. 2019, and SONATA circuits";

/// Files of the field that hold no network: a member of the root, the content and the remedy.
const OTHERS: [(&str, &str); 6] = [
    ("recorders", "a file of results of BSB 3; give the network file that was simulated"),
    ("spikes", "a file of spikes in SONATA's format; give the circuit's folder or circuit_config.json"),
    ("report", "a file of reports in SONATA's format; give the circuit's folder or circuit_config.json"),
    ("nodes", "a file of nodes of a SONATA circuit; give its folder or circuit_config.json"),
    ("edges", "a file of edges of a SONATA circuit; give its folder or circuit_config.json"),
    ("specifications", "a recording in the format NWB; give the network file it belongs to"),
];

impl Epoch {
    /// The layout of an open file.
    ///
    /// # Errors
    /// [`Error::Content`] or [`Error::File`] for a file that holds no network, named as what it is.
    pub fn of(store: &Store) -> Result<Self> {
        let root = store.root();
        let attributes = store.attributes(&root)?;
        // Links that lead nowhere are left to the reader of the layout.
        let has = |name: &str| !matches!(store.member(&root, name), Ok(None));
        if attributes.has("bsb_version") || attributes.has("bsb_hdf5_version") {
            return Ok(Self::Bsb);
        }
        if has("placement") || has("connectivity") {
            return Ok(Self::Bsb);
        }
        if has("cells") {
            return scaffold3(store, &root);
        }
        if has("positions") {
            let positions = store.member(&root, "positions")?.filter(|_| has("connections"));
            let positions = positions.ok_or_else(|| {
                let what =
                    "is missing beside `positions`; network files of 2019 have both: copy the file again";
                store.error("/connections", what)
            })?;
            let is_named = store.attributes(&positions)?.has("types");
            return Ok(if is_named { Self::Scaffold2 } else { Self::Casali2019 });
        }
        if let Some((_, what)) = OTHERS.iter().find(|(name, _)| has(name)) {
            return Err(store.error("/", format!("is {what}; {READ}")));
        }
        if attributes.has("configuration_class") {
            return Err(store.error("/cells", MISSING_CELLS));
        }
        let members: Vec<String> = store.members(&root)?.into_keys().take(12).collect();
        let has = if members.is_empty() { "nothing".to_string() } else { members.join(", ") };
        Err(store.error("/", format!("holds no network (it has {has}); {READ}")))
    }
}

const MISSING_CELLS: &str =
    "is missing; files of dbbs-scaffold 3 and BSB 3 keep their network there: compile the network again";

fn scaffold3(store: &Store, root: &Node) -> Result<Epoch, Error> {
    let cells = store.member(root, "cells")?.ok_or_else(|| store.error("/cells", MISSING_CELLS))?;
    let has = |name: &str| Ok::<_, Error>(store.member(&cells, name)?.is_some());
    if has("placement")? || has("positions")? {
        return Ok(Epoch::Scaffold3);
    }
    let what = "has neither `placement` nor `positions`, which hold the cells in files of dbbs-scaffold 3 and BSB 3; the file was \
                not written whole: compile the network again";
    Err(store.error("/cells", format!("{what}; {READ}")))
}
