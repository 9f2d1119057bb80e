//! The folder of the library and of the fetched models.

use std::path::{Path, PathBuf};

/// Name of the library's file.
const FILE: &str = "libmujoco.so.3.17.0";

/// The place in a checkout where `scripts/fetch_mujoco.sh` puts it.
const FETCHED: &str = "third_party/mujoco";

/// Path of the library.
///
/// # Errors
/// The places where it is not.
pub(crate) fn library() -> Result<PathBuf, String> {
    fetched(FILE).map_err(|places| format!("{FILE} is not there (looked for in {places})"))
}

/// Path of a fetched file.
///
/// # Errors
/// The places where it is not.
pub(crate) fn fetched(file: &str) -> Result<PathBuf, String> {
    let places = places();
    let found = places.iter().map(|place| place.join(file)).find(|path| path.is_file());
    found.ok_or_else(|| places.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", "))
}

/// The folder in LOBULE_MUJOCO and no other, if that is set; otherwise that of the checkout in which the program was started, or built.
fn places() -> Vec<PathBuf> {
    if let Some(named) = std::env::var_os("LOBULE_MUJOCO").filter(|named| !named.is_empty()) {
        return vec![named.into()];
    }
    let start = std::env::current_dir().ok();
    let program = std::env::current_exe().ok();
    let mut places: Vec<PathBuf> = Vec::new();
    for from in [start, program].into_iter().flatten() {
        let above = |folder: &&Path| folder.join("scripts/fetch_mujoco.sh").is_file();
        let root = from.ancestors().find(above).unwrap_or(&from);
        let place = root.join(FETCHED);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}
