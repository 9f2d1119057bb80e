//! Reading a finished run folder: every file is compared with the hash that its provenance keeps of it.

use crate::report::Findings;
use crate::{Error, fingerprint};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// File of the provenance.
pub(crate) const PROVENANCE: &str = "provenance.json";
/// File of the findings.
pub(crate) const FINDINGS: &str = "findings.json";
/// File of the configuration.
pub(crate) const CONFIG: &str = "config.toml";
/// Key of the provenance with the hash of everything else in it.
const SEAL: &str = "seal";
/// Longest file of a run folder that is read, bytes. Chosen: ten times the largest record of a preset.
const LONGEST: u64 = 4 << 30;

/// A finished run folder whose files are what the run wrote.
#[derive(Debug)]
pub struct RunFiles {
    folder: PathBuf,
    /// Provenance of the run.
    pub provenance: Value,
    /// Findings of the run.
    pub findings: Findings,
}

impl RunFiles {
    /// Opens the folder of a finished run.
    ///
    /// # Errors
    /// A folder that is not of a run by this version of lobule, or a file in it that has changed since.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(PROVENANCE);
        let mut provenance: Value =
            serde_json::from_slice(&read(&path)?).map_err(|e| foreign(&path, &e.to_string()))?;
        let seal = provenance.as_object_mut().and_then(|all| all.remove(SEAL));
        match seal {
            None => return Err(foreign(&path, "it has no hash of its own")),
            Some(seal) if seal != sealed(&provenance) => return Err(changed(&path)),
            Some(_) => {}
        }
        let mut files = Self { folder: folder.into(), provenance, findings: Findings::default() };
        let path = folder.join(FINDINGS);
        files.findings = json(&path, &files.bytes(FINDINGS)?)?;
        Ok(files)
    }

    /// The content of a file of the run, as the run wrote it.
    ///
    /// # Errors
    /// A file that cannot be read, or has changed.
    pub fn bytes(&self, name: &str) -> Result<Vec<u8>, Error> {
        let path = self.folder.join(name);
        let data = read(&path)?;
        let hash = self.provenance["files"][name].as_str();
        match hash {
            None => Err(foreign(&path, "the provenance has no hash of it")),
            Some(hash) if hash != hash_of(&data) => Err(changed(&path)),
            Some(_) => Ok(data),
        }
    }

    /// A record of the run.
    ///
    /// # Errors
    /// As [`Self::bytes`], and a record of another shape.
    pub(crate) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        json(&self.folder.join(name), &self.bytes(name)?)
    }
}

/// A provenance with the hash of everything in it.
pub(crate) fn seal(mut provenance: Value) -> Value {
    let hash = sealed(&provenance);
    provenance[SEAL] = hash.into();
    provenance
}

/// The hash of a JSON value; keys are in the order of the alphabet, however they were written.
fn sealed(value: &Value) -> String {
    hash_of(value.to_string().as_bytes())
}

pub(crate) fn hash_of(data: &[u8]) -> String {
    format!("{:016x}", fingerprint(data))
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let wrong = |e: std::io::Error| Error::file(path, format!("{e}; check the path"));
    let about = fs::metadata(path).map_err(wrong)?;
    if !about.is_file() {
        return Err(Error::file(path, "it is no regular file; name the folder of a finished run"));
    }
    if about.len() > LONGEST {
        let what = format!("{} MB; a file of a run has at most {} MB", about.len() >> 20, LONGEST >> 20);
        return Err(Error::file(path, what));
    }
    fs::read(path).map_err(wrong)
}

fn json<T: DeserializeOwned>(path: &Path, data: &[u8]) -> Result<T, Error> {
    crate::numbers::from_slice(data).map_err(|e| foreign(path, &e.to_string()))
}

pub(crate) fn foreign(path: &Path, what: &str) -> Error {
    Error::file(path, format!("{what}; it is not of a run by this version of lobule"))
}

fn changed(path: &Path) -> Error {
    let what = "it has changed since the run: its content and the hash in provenance.json differ; run again, \
                or put the file of the run back";
    Error::file(path, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_does_not_depend_on_the_order_of_keys_and_breaks_with_any_change() {
        let one: Value = serde_json::from_str(r#"{"a": 1, "b": [0.1, "x"]}"#).unwrap();
        let two: Value = serde_json::from_str(r#"{"b": [0.1, "x"], "a": 1}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"b": [0.1, "y"], "a": 1}"#).unwrap();
        assert_eq!(sealed(&one), sealed(&two));
        assert_ne!(sealed(&one), sealed(&other));
    }
}
