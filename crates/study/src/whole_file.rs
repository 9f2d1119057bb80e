//! Files that are either there as a whole or not at all.

use crate::Error;
use atomic_write_file::AtomicWriteFile;
use std::io::Write;
use std::path::Path;

/// Writes a file under a temporary name and renames it: never half a file.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(path: &Path, data: &[u8]) -> Result<(), Error> {
    let written =
        AtomicWriteFile::open(path).and_then(|mut file| file.write_all(data).and_then(|()| file.commit()));
    written.map_err(|e| Error::write(path, e))
}
