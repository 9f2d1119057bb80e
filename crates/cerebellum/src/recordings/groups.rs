//! Groups of an NWB file and what they hold.

use lobule_scaffold::Error as FileError;
use lobule_scaffold::hdf5::{Node, Store};

/// An object by its path; none if a part of the path is missing.
pub(super) fn node(store: &Store, path: &str) -> Result<Option<Node>, FileError> {
    let mut node = store.root();
    for part in path.split('/') {
        match store.members(&node)?.remove(part) {
            Some(next) => node = next,
            None => return Ok(None),
        }
    }
    Ok(Some(node))
}

/// Names in a group; none if the group is missing.
pub(super) fn names(store: &Store, group: &str) -> Result<Vec<String>, FileError> {
    Ok(match node(store, group)? {
        Some(node) => store.members(&node)?.into_keys().collect(),
        None => Vec::new(),
    })
}

/// The path of a member of a group that must be there.
pub(super) fn require(store: &Store, group: &str, name: &str, remedy: &str) -> Result<String, FileError> {
    let there = names(store, group)?;
    if there.iter().any(|n| n == name) {
        return Ok(format!("{group}/{name}"));
    }
    let there = if there.is_empty() { "nothing".into() } else { there.join(", ") };
    Err(store.error(format!("{group}/{name}"), format!("is missing; {remedy}; `{group}` holds {there}")))
}

/// Refuses the first value that is not finite.
pub(super) fn finite(store: &Store, path: &str, values: &[f64]) -> Result<(), FileError> {
    match values.iter().position(|v| !v.is_finite()) {
        Some(k) => Err(store.error(path, format!("value {k} is {}; finite numbers are needed", values[k]))),
        None => Ok(()),
    }
}
