//! Files of users, read within bounds: regular files only, and not longer than a stated length.
//!
//! A pipe would wait for ever and a device would fill the memory, so both are refused before they are opened.

use crate::error::{Error, Result, ensure};
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Longest text that is read whole, bytes: configurations, tables of types, morphologies.
/// Chosen: the longest morphologies and tables in public archives have a few tens of megabytes.
pub const LONGEST_TEXT: u64 = 256 << 20;

/// Opens a regular file for reading; a link to one is followed.
///
/// # Errors
/// [`Error::File`] when there is none, when it may not be read, or when it is a folder, a pipe, a socket or a device.
pub fn open(path: &Path) -> Result<(File, Metadata), Error> {
    check_regular(path, &std::fs::metadata(path).map_err(|e| refused(path, &e))?)?;
    let file = File::open(path).map_err(|e| refused(path, &e))?;
    let about = file.metadata().map_err(|e| refused(path, &e))?;
    // It may have been replaced in between.
    check_regular(path, &about)?;
    Ok((file, about))
}

/// The bytes of a regular file that has at most `most` of them.
///
/// # Errors
/// As [`open`]; [`Error::File`] with both lengths when the file is longer.
///
/// # Example
/// ```
/// # let path = std::env::temp_dir().join(format!("lobule_files_{}", std::process::id()));
/// # std::fs::write(&path, "four").unwrap();
/// use lobule_scaffold::files;
/// assert_eq!(files::bytes(&path, 4)?, b"four");
/// assert!(files::bytes(&path, 3).unwrap_err().to_string().contains("4 bytes; up to 3"));
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), lobule_scaffold::Error>(())
/// ```
pub fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let (file, about) = open(path)?;
    let too_long = |has: String| {
        Error::file(
            path,
            format!("has {has} bytes; up to {most} are read: check that this is the right file"),
        )
    };
    ensure(about.len() <= most, || too_long(about.len().to_string()))?;
    let mut bytes = Vec::new();
    // A file that grows, or one of /proc, has more bytes than it says.
    let read = file.take(most.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|e| refused(path, &e))?;
    ensure(bytes.len() as u64 <= most, || too_long(format!("more than {most}")))?;
    Ok(bytes)
}

/// The text of a regular file of at most `most` bytes, without the mark of byte order at its begin.
///
/// # Errors
/// As [`bytes`]; [`Error::File`] with the place of the first byte that is no UTF-8.
pub fn text(path: &Path, most: u64) -> Result<String, Error> {
    let text = String::from_utf8(bytes(path, most)?).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let line = e.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1;
        Error::file(path, format!("is no text in UTF-8 (line {line}, byte {at}); save it as UTF-8"))
    })?;
    Ok(text.strip_prefix('\u{feff}').map(String::from).unwrap_or(text))
}

/// Refuses a place for a new file or folder that cannot be written, before the work.
///
/// # Errors
/// [`Error::File`] when the folder it would be in is missing, is no folder, or may not be written to.
pub fn check_place(path: &Path) -> Result<(), Error> {
    let name = path.file_name().ok_or_else(|| {
        Error::file(path, "is no name for a file or folder; give one, such as network.hdf5")
    })?;
    let folder = folder_of(path);
    let about = std::fs::metadata(folder).map_err(|e| {
        let shown = folder.display();
        match e.kind() {
            ErrorKind::NotFound => {
                Error::file(path, format!("its folder {shown} does not exist; make it or choose another"))
            }
            _ => Error::file(path, format!("its folder {shown} cannot be used ({e}); choose another")),
        }
    })?;
    let what = || format!("{} is no folder; choose another place", folder.display());
    ensure(about.is_dir(), || Error::file(path, what()))?;
    // Permissions, read-only disks and names that are too long are known for certain once a file is there.
    let probe = folder.join(format!(".{}.{}.probe", name.to_string_lossy(), std::process::id()));
    let made = File::create_new(&probe);
    _ = made.is_ok() && std::fs::remove_file(&probe).is_ok();
    made.map(drop).map_err(|e| {
        let what = format!("nothing can be written to its folder {} ({e})", folder.display());
        Error::file(path, format!("{what}; choose another place or change its permissions"))
    })
}

/// The folder a path lies in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes what killed builds of the same `target` have left beside it: members `.NAME.PROCESS.partial` whose process is gone and
/// that nobody has locked.
pub(crate) fn remove_leftovers(target: &Path) {
    let Ok(entries) = std::fs::read_dir(folder_of(target)) else { return };
    let Some(own) = target.file_name().and_then(|name| name.to_str()).map(|name| format!(".{name}.")) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let process = name
            .to_str()
            .and_then(|name| name.strip_prefix(&own)?.strip_suffix(".partial")?.parse::<u32>().ok());
        let Some(process) = process.filter(|process| *process != std::process::id()) else { continue };
        // A process of another container is not seen here, but its lock is.
        let is_gone = !Path::new("/proc").join(process.to_string()).exists();
        let is_free = || File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if is_gone && is_free() {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            _ = if is_folder {
                std::fs::remove_dir_all(entry.path())
            } else {
                std::fs::remove_file(entry.path())
            };
        }
    }
}

fn check_regular(path: &Path, about: &Metadata) -> Result<()> {
    ensure(!about.is_dir(), || Error::file(path, "is a directory; give a file in it"))?;
    ensure(about.is_file(), || Error::file(path, "is a pipe, a socket or a device; give a regular file"))
}

/// The refusal of a file that the system refuses.
pub(crate) fn refused(path: &Path, e: &std::io::Error) -> Error {
    Error::file(
        path,
        match e.kind() {
            ErrorKind::NotFound => "no such file or folder; check the path".to_string(),
            ErrorKind::PermissionDenied => {
                "permission denied; check the permissions of the file and of the folders above it".into()
            }
            _ => format!("cannot be read: {e}"),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_bounded_length_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let message = |path: &Path| bytes(path, 1000).unwrap_err().to_string();
        assert!(message(folder.path()).contains("is a directory"));
        assert!(message(&folder.path().join("none")).contains("no such file"));
        assert!(message(Path::new("/dev/zero")).contains("regular file"));
        // A file of /proc says that it is empty.
        let endless = bytes(Path::new("/proc/self/maps"), 10).unwrap_err().to_string();
        assert!(endless.contains("more than 10 bytes; up to 10"), "{endless}");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert!(message(&link).contains("regular file"));
        std::fs::write(folder.path().join("far"), "text").unwrap();
        std::fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink("far", &link).unwrap();
        assert_eq!(bytes(&link, 4).unwrap(), b"text");
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"\xef\xbb\xbfone").unwrap();
        assert_eq!(text(file.path(), 10).unwrap(), "one");
        std::fs::write(file.path(), b"one\ntw\xf6\n").unwrap();
        assert!(text(file.path(), 10).unwrap_err().to_string().contains("line 2"));
    }

    #[test]
    fn places_that_cannot_be_written_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        check_place(&folder.path().join("new.hdf5")).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
        let error = check_place(&folder.path().join("nowhere/new.hdf5")).unwrap_err().to_string();
        assert!(error.contains("does not exist"), "{error}");
        std::fs::write(folder.path().join("file"), "").unwrap();
        let error = check_place(&folder.path().join("file/new.hdf5")).unwrap_err().to_string();
        assert!(error.contains("no folder"), "{error}");
        let error = check_place(&folder.path().join("n".repeat(300))).unwrap_err().to_string();
        assert!(error.contains("nothing can be written"), "{error}");
        assert!(check_place(Path::new("..")).is_err());
    }

    #[test]
    fn leftovers_of_dead_processes_are_removed_and_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // No process has the largest number.
        let dead = u32::MAX;
        let live = std::os::unix::process::parent_id();
        for name in [".n.hdf5.x.partial".to_string(), format!(".n.hdf5.{live}.partial"), "n.partial".into()] {
            std::fs::write(at(&name), "").unwrap();
        }
        std::fs::write(at(&format!(".n.hdf5.{dead}.partial")), "").unwrap();
        std::fs::create_dir(at(&format!(".m.{dead}.partial"))).unwrap();
        let locked = File::create(at(&format!(".n.hdf5.{}.partial", dead - 1))).unwrap();
        locked.lock().unwrap();
        remove_leftovers(&at("n.hdf5"));
        let mut left: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut stay = [
            format!(".m.{dead}.partial"),
            format!(".n.hdf5.{}.partial", dead - 1),
            format!(".n.hdf5.{live}.partial"),
            ".n.hdf5.x.partial".into(),
            "n.partial".into(),
        ];
        stay.sort();
        assert_eq!(left, stay);
    }
}
