//! Where the small files are.

use lobule_scaffold::{Anatomy, format};
use std::path::{Path, PathBuf};

/// A file of `tests/legacy`.
pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/legacy").join(format!("{name}.hdf5"))
}

pub fn anatomy(name: &str) -> Anatomy {
    format::read(&file(name)).unwrap()
}
