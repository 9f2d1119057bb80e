//! The folder of a run: written under a temporary name, renamed when complete,
//! so that a folder without `.partial` is always whole.

use crate::Error;
use atomic_write_file::AtomicWriteFile;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A run folder in the making.
#[derive(Debug)]
pub struct RunFolder {
    /// Where it is written; none where another rank has it.
    partial: Option<PathBuf>,
    complete: PathBuf,
    /// True if snapshots of an interrupted run may be used.
    resumes: bool,
}

fn at(path: &Path, error: impl std::fmt::Display, remedy: &str) -> Error {
    Error::file(path, format!("{error}; {remedy}"))
}

impl RunFolder {
    /// Opens `<out>.partial` for a run of `config`. With `resumes` what an interrupted run left
    /// there is used.
    ///
    /// # Errors
    /// When `out` exists already, when another run was interrupted or is at work there, when
    /// there is nothing to resume or it had another configuration, or when the folder cannot be made.
    pub fn open(out: &Path, config: &str, resumes: bool) -> Result<Self, Error> {
        let mut name = out.as_os_str().to_owned();
        name.push(".partial");
        let partial = PathBuf::from(name);
        let kept = partial.join("config.toml");
        let is_other = || fs::read_to_string(&kept).is_ok_and(|text| text != config);
        let refused = if out.exists() {
            Some((out, "it exists; a finished run is never overwritten: choose another --out or remove it"))
        } else if resumes && !partial.is_dir() {
            Some((&*partial, "there is no interrupted run to resume; leave --resume out"))
        } else if !resumes && partial.exists() {
            let what = "a run was interrupted or is at work there; use --resume, another --out, or remove it";
            Some((&*partial, what))
        } else if resumes && is_other() {
            Some((&*kept, "the interrupted run had another configuration; resume it with the same settings"))
        } else {
            None
        };
        if let Some((path, what)) = refused {
            return Err(Error::file(path, what));
        }
        for folder in ["snapshots", "recordings", "figures"] {
            let path = partial.join(folder);
            fs::create_dir_all(&path).map_err(|e| at(&path, e, "choose an --out that can be written"))?;
        }
        write_whole(&kept, config.as_bytes())?;
        Ok(Self { partial: Some(partial), complete: out.to_path_buf(), resumes })
    }

    /// The folder for the ranks of a run beside the first, which alone reads and writes it: here nothing is
    /// kept and nothing is found.
    pub fn elsewhere(out: &Path) -> Self {
        Self { partial: None, complete: out.to_path_buf(), resumes: false }
    }

    /// Removes the folder of a run that failed before it had anything to keep.
    pub(crate) fn discard_if_empty(&self) {
        let Some(partial) = &self.partial else { return };
        let snapshots = fs::read_dir(partial.join("snapshots"));
        if snapshots.is_ok_and(|mut files| files.next().is_none()) {
            // Nothing is lost when this fails: the next run names the folder.
            let _ = fs::remove_dir_all(partial);
        }
    }

    /// Writes a file of the run, in a folder of its own when the name has one.
    pub(crate) fn write(&self, name: &str, data: &[u8]) -> Result<(), Error> {
        let Some(partial) = &self.partial else { return Ok(()) };
        let path = partial.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| at(folder, e, "check space and permissions"))?;
        }
        write_whole(&path, data)
    }

    /// Keeps a snapshot, replacing the last one of that name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_snapshot<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        let Some(partial) = &self.partial else { return Ok(()) };
        let path = partial.join("snapshots").join(name);
        let data = postcard::to_allocvec(value).map_err(|e| at(&path, e, "this is a bug of lobule"))?;
        write_whole(&path, &data)
    }

    /// The snapshot of that name, if this run resumes and there is one.
    ///
    /// # Errors
    /// When a snapshot is there but cannot be read.
    pub fn snapshot<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let Some(partial) = self.partial.as_ref().filter(|_| self.resumes) else { return Ok(None) };
        let path = partial.join("snapshots").join(name);
        if !path.exists() {
            return Ok(None);
        }
        let data = fs::read(&path).map_err(|e| at(&path, e, "start again without --resume"))?;
        let remedy = "the snapshot is of another version or damaged; start again without --resume";
        postcard::from_bytes(&data).map(Some).map_err(|e| at(&path, e, remedy))
    }

    /// Where the folder will be when complete.
    pub fn path(&self) -> &Path {
        &self.complete
    }

    /// Removes the snapshots and gives the folder its name.
    pub(crate) fn complete(self) -> Result<PathBuf, Error> {
        let Some(partial) = self.partial else { return Ok(self.complete) };
        let snapshots = partial.join("snapshots");
        fs::remove_dir_all(&snapshots).map_err(|e| at(&snapshots, e, "remove it by hand"))?;
        let remedy = "the run is whole under its .partial name; rename it by hand";
        fs::rename(&partial, &self.complete).map_err(|e| at(&self.complete, e, remedy))?;
        Ok(self.complete)
    }
}

/// Writes a file under a temporary name and renames it: never half a file.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(path: &Path, data: &[u8]) -> Result<(), Error> {
    let written =
        AtomicWriteFile::open(path).and_then(|mut file| file.write_all(data).and_then(|()| file.commit()));
    written.map_err(|e| at(path, e, "check space and permissions"))
}
