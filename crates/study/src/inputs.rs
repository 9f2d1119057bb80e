//! Files that a run reads beside its configuration, which holds their names alone: what a run is of includes their content.

use crate::Error;
use lobule_signal::Fingerprint;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The hash of each input, by name: of a file's content, or of all files of a folder. What is no network or recording is left to
/// those who read it.
///
/// # Errors
/// [`Error::Config`] with the key of an input that is not there or may not be looked at.
pub(crate) fn hashes(inputs: &[(&str, PathBuf)]) -> Result<Vec<(String, String)>, Error> {
    let mut hashes = Vec::new();
    for (key, path) in inputs {
        let name = path.display().to_string();
        if let Err(e) = fs::metadata(path) {
            let shown: String = name.chars().take(LONGEST_SHOWN).collect();
            let shown = if shown.len() < name.len() { format!("{shown}...") } else { shown };
            let what = match e.kind() {
                std::io::ErrorKind::NotFound => "no such file or folder".to_string(),
                _ => e.to_string(),
            };
            return Err(Error::config(*key, format!("{shown}: {what}; check the path")));
        }
        hashes.extend(of(path).map(|hash| (name, format!("{hash:016x}"))));
    }
    Ok(hashes)
}

/// Characters of a path in a message.
const LONGEST_SHOWN: usize = 200;

fn of(path: &Path) -> Option<u64> {
    let mut files = Vec::new();
    collect(path, DEPTH, &mut files);
    files.sort();
    let mut hash = Fingerprint::new();
    for file in &files {
        let about = fs::metadata(file).ok()?;
        if about.len() > LONGEST {
            let changed = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
            hash.bytes(&about.len().to_le_bytes());
            hash.bytes(&changed.to_le_bytes());
            continue;
        }
        let mut reader = BufReader::with_capacity(1 << 20, File::open(file).ok()?);
        let mut part = vec![0; 1 << 20];
        loop {
            match reader.read(&mut part).ok()? {
                0 => break,
                n => hash.bytes(&part[..n]),
            }
        }
    }
    (!files.is_empty()).then(|| hash.value())
}

/// Longest file whose content is hashed, bytes; of a longer one, length and time of the last change are. Chosen: a few seconds.
const LONGEST: u64 = 4 << 30;

/// Folders below a folder that are looked into. Chosen: those of a run.
const DEPTH: usize = 2;

/// Regular files at and below a path.
fn collect(path: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(about) = fs::metadata(path) else { return };
    if about.is_file() {
        files.push(path.into());
    } else if about.is_dir() && depth > 0 {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.for_each(|entry| collect(&entry.path(), depth - 1, files));
    }
}
