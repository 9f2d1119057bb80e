//! Where the small files are.

use lobule_scaffold::{Anatomy, format};
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A file of `tests/legacy`.
pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/legacy").join(format!("{name}.hdf5"))
}

pub fn anatomy(name: &str) -> Anatomy {
    format::read(&file(name)).unwrap()
}

/// The counts of a file.
pub fn counts(name: &str) -> Value {
    let path = file(name).with_file_name(format!("{name}.counts.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A compressed file of `tests/legacy`, unzipped into a folder.
pub fn unzipped(name: &str, folder: &tempfile::TempDir) -> PathBuf {
    let packed = std::fs::File::open(file(name).with_extension("hdf5.gz")).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    let path = folder.path().join(format!("{name}.hdf5"));
    std::fs::write(&path, bytes).unwrap();
    path
}
