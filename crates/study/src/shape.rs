//! Shape of a record that was read, on which the figures and words of a study rely.

/// Refuses a list of another length than a run writes.
///
/// # Errors
/// A sentence with name, length and the length that was expected.
pub fn long<T>(what: &str, list: &[T], wanted: usize) -> Result<(), String> {
    match list.len() {
        n if n == wanted => Ok(()),
        n => Err(format!(
            "{what}: the list has {n} entries, and a run with this configuration writes {wanted}"
        )),
    }
}

/// Refuses a list without an entry.
///
/// # Errors
/// A sentence with the name of the list.
pub fn filled<T>(what: &str, list: &[T]) -> Result<(), String> {
    if list.is_empty() { Err(format!("{what}: the list is empty")) } else { Ok(()) }
}
