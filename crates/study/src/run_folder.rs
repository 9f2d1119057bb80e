//! The folder of a run: written under a temporary name, renamed when complete,
//! so that a folder without `.partial` is always whole.

use crate::Error;
pub use crate::pieces::Identity;
use crate::pieces::{Pieces, holds_any};
use crate::verify::hash_of;
pub use crate::whole_file::write_whole;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A run folder in the making. As long as it lives, no other process works in it.
#[derive(Debug)]
pub struct RunFolder {
    /// Where it is written; none where another rank has it.
    partial: Option<Partial>,
    complete: PathBuf,
    /// True if pieces of an interrupted run may be used.
    resumes: bool,
}

#[derive(Debug)]
struct Partial {
    path: PathBuf,
    pieces: Pieces,
    /// Hashes of the files that were written, by name.
    written: Mutex<BTreeMap<String, String>>,
    /// Held until the folder is complete or the process ends, however it ends.
    _lock: File,
}

/// Name of the file that a process at work holds.
const LOCK: &str = "lock";

/// Space that a run needs to begin, bytes. Chosen: above the largest run folder of a quick preset.
const SPACE: u64 = 64 << 20;

fn at(path: &Path, error: impl std::fmt::Display, remedy: &str) -> Error {
    Error::file(path, format!("{error}; {remedy}"))
}

impl RunFolder {
    /// Opens `<out>.partial` for a run of `config`; pieces are those `of` one identity. With `resumes` what an interrupted run left
    /// there is used.
    ///
    /// # Errors
    /// When `out` exists already, when another run was interrupted or is at work there, when
    /// there is nothing to resume or it had another configuration, or when the folder cannot be made.
    pub fn open(out: &Path, of: Identity, config: &str, resumes: bool) -> Result<Self, Error> {
        let complete: PathBuf = out.components().collect();
        if complete.file_name().is_none() {
            return Err(Error::file(out, "it names no folder; write --out with a name, e.g. runs/mine"));
        }
        let partial = partial_of(&complete);
        // A link that leads nowhere is there, too.
        let is_there = |path: &Path| fs::symlink_metadata(path).is_ok();
        if is_there(&complete) {
            let what = "it exists; a finished run is never overwritten: choose another --out or remove it";
            return Err(Error::file(&complete, what));
        }
        let was_there = is_there(&partial);
        if was_there && !partial.is_dir() {
            return Err(Error::file(&partial, "it is no folder; remove it or choose another --out"));
        }
        if resumes && !was_there {
            return Err(Error::file(&partial, "there is no interrupted run to resume; leave --resume out"));
        }
        let writable = "choose an --out that can be written";
        fs::create_dir_all(&partial).map_err(|e| at(&partial, e, writable))?;
        let begun = |made: Result<(), Error>| made.inspect_err(|_| discard(&partial, was_there));
        begun(has_space(&partial))?;
        let lock = locked(&partial, was_there)?;
        if was_there && !resumes {
            let what = "a run was interrupted there; use --resume, another --out, or remove it";
            return Err(Error::file(&partial, what));
        }
        let kept = partial.join("config.toml");
        if resumes && fs::read_to_string(&kept).is_ok_and(|text| text != config) {
            let what = "the interrupted run had another configuration; resume it with the same settings";
            return Err(Error::file(&kept, what));
        }
        begun(clean(&partial))?;
        for folder in ["snapshots", "recordings", "figures"] {
            let path = partial.join(folder);
            begun(fs::create_dir_all(&path).map_err(|e| at(&path, e, writable)))?;
        }
        begun(write_whole(&kept, config.as_bytes()))?;
        let pieces = Pieces::new(partial.join("snapshots"), of);
        let partial = Partial { path: partial, pieces, written: Mutex::default(), _lock: lock };
        Ok(Self { partial: Some(partial), complete, resumes })
    }

    /// The folder for the ranks of a run beside the first, which alone reads and writes it: here nothing is
    /// kept and nothing is found.
    pub fn elsewhere(out: &Path) -> Self {
        Self { partial: None, complete: out.to_path_buf(), resumes: false }
    }

    /// Removes the folder of a run that ended before it had anything to keep; true if it did.
    pub(crate) fn discard_if_empty(&self) -> bool {
        let Some(partial) = &self.partial else { return false };
        let is_empty = !holds_work(&partial.path);
        if is_empty {
            discard(&partial.path, false);
        }
        is_empty
    }

    /// Writes a file of the run, in a folder of its own when the name has one.
    pub(crate) fn write(&self, name: &str, data: &[u8]) -> Result<(), Error> {
        let Some(partial) = &self.partial else { return Ok(()) };
        let path = partial.path.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| Error::write(folder, e))?;
        }
        write_whole(&path, data)?;
        let mut written = partial.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.insert(name.into(), hash_of(data));
        Ok(())
    }

    /// Hashes of the files that were written, by name.
    pub(crate) fn written(&self) -> BTreeMap<String, String> {
        let Some(partial) = &self.partial else { return BTreeMap::new() };
        partial.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps a piece of the run, in place of the last one of that name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn keep<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        self.partial.as_ref().map_or(Ok(()), |partial| partial.pieces.keep(name, value))
    }

    /// The piece of that name, if this run resumes and there is one.
    ///
    /// # Errors
    /// A piece that is damaged or of another run.
    pub(crate) fn kept<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let partial = self.partial.as_ref().filter(|_| self.resumes);
        partial.map_or(Ok(None), |partial| partial.pieces.kept(name))
    }

    pub(crate) fn forget(&self, name: &str) {
        if let Some(partial) = &self.partial {
            partial.pieces.forget(name);
        }
    }

    /// Where the folder will be when complete.
    pub fn path(&self) -> &Path {
        &self.complete
    }

    /// Removes the pieces and gives the folder its name.
    pub(crate) fn complete(self) -> Result<PathBuf, Error> {
        let Some(Partial { path, _lock, .. }) = self.partial else { return Ok(self.complete) };
        let snapshots = path.join("snapshots");
        fs::remove_dir_all(&snapshots).map_err(|e| at(&snapshots, e, "remove it by hand"))?;
        clean(&path)?;
        let lock = path.join(LOCK);
        fs::remove_file(&lock).map_err(|e| at(&lock, e, "remove it by hand"))?;
        let remedy = "the run is whole under its .partial name; rename it by hand";
        fs::rename(&path, &self.complete).map_err(|e| at(&self.complete, e, remedy))?;
        Ok(self.complete)
    }
}

/// Removes what a killed process was writing: files under their temporary names, which begin with a dot.
fn clean(folder: &Path) -> Result<(), Error> {
    let wrong = |e: std::io::Error| at(folder, e, "check the permissions");
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let is_temporary = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        match path.is_dir() {
            true => clean(&path)?,
            false if is_temporary => fs::remove_file(&path).map_err(|e| at(&path, e, "remove it by hand"))?,
            false => {}
        }
    }
    Ok(())
}

/// Takes the lock of a folder, which the system gives back when the process ends.
fn locked(partial: &Path, was_there: bool) -> Result<File, Error> {
    let path = partial.join(LOCK);
    let wrong = |e: std::io::Error| {
        discard(partial, was_there);
        at(&path, e, "check space and permissions, or choose another --out")
    };
    let open = || File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = open().map_err(wrong)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(&path).unwrap_or_default();
            let by = if holder.trim().is_empty() {
                "another process".into()
            } else {
                format!("process {}", holder.trim())
            };
            let what = format!("{by} is at work there; wait until it ends, or choose another --out");
            return Err(Error::file(partial, what));
        }
        Err(TryLockError::Error(e)) => return Err(wrong(e)),
    }
    file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).map_err(wrong)?;
    Ok(file)
}

/// Refuses a disk that is full before the work begins, as far as that can be known.
fn has_space(folder: &Path) -> Result<(), Error> {
    let Ok(free) = fs4::available_space(folder) else { return Ok(()) };
    if free >= SPACE {
        return Ok(());
    }
    let what = format!("{} MB are free there, {} MB are needed", free >> 20, SPACE >> 20);
    Err(at(folder, what, "free some, or choose an --out on another disk"))
}

/// The folder in which a run works before it gets the name `out`.
pub fn partial_of(out: &Path) -> PathBuf {
    // Without a slash at the end, which would make `.partial` a name of its own.
    let mut name = out.components().collect::<PathBuf>().into_os_string();
    name.push(".partial");
    name.into()
}

/// True if an unfinished run folder holds something to go on from.
pub fn holds_work(partial: &Path) -> bool {
    holds_any(&partial.join("snapshots"))
}

/// Removes the unfinished folder of this process if it holds nothing to go on from, before the process ends.
pub fn abandon(partial: &Path) {
    let is_own =
        fs::read_to_string(partial.join(LOCK)).is_ok_and(|pid| pid == std::process::id().to_string());
    discard(partial, !is_own || holds_work(partial));
}

/// Removes a folder that was made for a run that did not begin.
fn discard(partial: &Path, was_there: bool) {
    if !was_there {
        // Nothing is lost when this fails: the next run names the folder.
        let _ = fs::remove_dir_all(partial);
    }
}
