//! A folder that becomes visible under its name only when it is complete.

use crate::error::{Error, Result, ensure};
use crate::files;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) struct NewFolder {
    target: PathBuf,
    partial: PathBuf,
    /// Locked while the folder is being written.
    _lock: Option<fs::File>,
}

impl NewFolder {
    /// Begins a folder beside `target`, which must not exist.
    pub fn create(target: &Path) -> Result<Self> {
        let refuse = |what: &str| Error::file(target, what);
        ensure(!target.exists(), || {
            refuse("exists and is not overwritten; choose another name or remove it")
        })?;
        let name = target.file_name().map(|n| n.to_string_lossy().into_owned());
        let name = name.ok_or_else(|| refuse("is no name for a folder; give one, such as network"))?;
        files::remove_leftovers(target);
        // The process id keeps two writers of the same name apart.
        let partial = target.with_file_name(format!(".{name}.{}.partial", std::process::id()));
        fs::create_dir(&partial).map_err(|e| {
            refuse(&format!("cannot be created ({e}); check that its folder exists and may be written to"))
        })?;
        // Not every disk knows locks.
        let lock = fs::File::open(&partial).ok().filter(|folder| folder.try_lock().is_ok());
        Ok(Self { target: target.into(), partial, _lock: lock })
    }

    /// Where a member is while the folder is being written.
    pub fn member(&self, name: &str) -> PathBuf {
        self.partial.join(name)
    }

    pub fn text(&self, name: &str, text: &str) -> Result<()> {
        fs::write(self.member(name), text).map_err(|e| self.failed(name, &e))
    }

    pub fn finish(self) -> Result<()> {
        fs::rename(&self.partial, &self.target).map_err(|e| self.failed("", &e))
    }

    fn failed(&self, name: &str, e: &std::io::Error) -> Error {
        let what = format!("cannot be written ({e}); check the free space of the disk");
        Error::file(&self.target.join(name), what)
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        // Nothing is left of it after `finish`.
        _ = fs::remove_dir_all(&self.partial);
    }
}
