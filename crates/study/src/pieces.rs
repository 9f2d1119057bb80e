//! Pieces that a run keeps while it is at work: finished items and states to go on from, each in a file that names its run.

use crate::whole_file::write_whole;
use crate::{Error, fingerprint};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// First bytes of a file with a piece, and its format.
const MAGIC: &[u8; 8] = b"lobule\x01\n";

/// Pieces of one run, as files below a folder.
#[derive(Debug, Clone)]
pub(crate) struct Pieces {
    folder: PathBuf,
    of: Identity,
}

/// The run to which a piece belongs. A piece of another version, experiment, configuration or input is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    version: String,
    experiment: String,
    /// Hash of the configuration.
    config: u64,
    /// Hash of the input files.
    inputs: u64,
}

/// Content of a file: what it belongs to, its own name, and the value.
#[derive(Serialize, Deserialize)]
struct Piece<T> {
    of: Identity,
    name: String,
    value: T,
}

impl Identity {
    /// The identity of a run of an experiment with a configuration, and (name, hash) of its input files.
    pub fn new(experiment: &str, config: &str, inputs: &[(String, String)]) -> Self {
        let version = env!("CARGO_PKG_VERSION").into();
        let [config, inputs] = [config.to_string(), format!("{inputs:?}")].map(|t| fingerprint(t.as_bytes()));
        Self { version, experiment: experiment.into(), config, inputs }
    }
}

impl Pieces {
    pub fn new(folder: PathBuf, of: Identity) -> Self {
        Self { folder, of }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Keeps a value, in place of the last one of that name; on the disk it is either the last one or this, never a part.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        let path = self.path(name);
        let piece = Piece { of: self.of.clone(), name: name.into(), value };
        let body = postcard::to_allocvec(&piece)
            .map_err(|e| Error::file(&path, format!("{e}; this is a bug of lobule")))?;
        let mut data = Vec::with_capacity(MAGIC.len() + 8 + body.len());
        data.extend_from_slice(MAGIC);
        data.extend_from_slice(&fingerprint(&body).to_le_bytes());
        data.extend_from_slice(&body);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| Error::write(folder, e))?;
        }
        write_whole(&path, &data)
    }

    /// The value of that name, if it is there.
    ///
    /// # Errors
    /// A piece that cannot be read, is damaged, or belongs to another run.
    pub fn kept<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let path = self.path(name);
        let data = match fs::read(&path) {
            Ok(data) => data,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::file(&path, format!("{e}; check the permissions"))),
        };
        let damaged = || Error::file(&path, DAMAGED);
        let body = body(&data).ok_or_else(damaged)?;
        // The value is read after its owner, since that of another version may have another shape.
        let (of, rest) = postcard::take_from_bytes::<Identity>(body).map_err(|_| damaged())?;
        let (of_name, rest) = postcard::take_from_bytes::<String>(rest).map_err(|_| damaged())?;
        if let Some(what) = self.foreign(&of, name, &of_name) {
            return Err(Error::file(&path, what));
        }
        postcard::from_bytes(rest).map(Some).map_err(|_| damaged())
    }

    fn foreign(&self, of: &Identity, name: &str, of_name: &str) -> Option<String> {
        let own = &self.of;
        let (is, needed) = if of.version != own.version {
            (format!("lobule {}", of.version), format!("this is {}", own.version))
        } else if of.experiment != own.experiment {
            (format!("`{}`", of.experiment), format!("this run is of `{}`", own.experiment))
        } else if of.config != own.config {
            ("another configuration".into(), "resume with the settings of the interrupted run".into())
        } else if of.inputs != own.inputs {
            ("other input files".into(), "the files that the configuration names have changed since".into())
        } else if of_name != name {
            (format!("`{of_name}`"), format!("`{name}` is needed"))
        } else {
            return None;
        };
        Some(format!("it is of {is}; {needed}; or remove the file, and that part is run again"))
    }

    /// Forgets the value of that name.
    pub fn forget(&self, name: &str) {
        // A piece that stays is replaced by the next one of its name.
        let _ = fs::remove_file(self.path(name));
    }
}

const DAMAGED: &str =
    "it is damaged: its content and its checksum differ; remove the file, and --resume runs that part again";

/// The bytes behind the checksum, if that fits them.
fn body(data: &[u8]) -> Option<&[u8]> {
    let rest = data.strip_prefix(MAGIC)?;
    let (sum, body) = rest.split_at_checked(8)?;
    (u64::from_le_bytes(sum.try_into().ok()?) == fingerprint(body)).then_some(body)
}

/// True if a folder holds a piece.
pub(crate) fn holds_any(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => holds_any(&entry.path()),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(folder: &Path, config: &str) -> Pieces {
        Pieces::new(folder.into(), Identity::new("a/b", config, &[]))
    }

    fn say(pieces: &Pieces, name: &str) -> String {
        pieces.kept::<Vec<f64>>(name).unwrap_err().to_string()
    }

    #[test]
    fn a_piece_comes_back_bit_for_bit_and_a_missing_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let pieces = pieces(folder.path(), "x = 1");
        let value = vec![0.1, f64::INFINITY, -0.0];
        pieces.keep("part/3", &value).unwrap();
        let again: Vec<f64> = pieces.kept("part/3").unwrap().unwrap();
        assert_eq!(
            again.iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
            value.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
        );
        assert_eq!(pieces.kept::<Vec<f64>>("part/4").unwrap(), None);
        pieces.forget("part/3");
        assert_eq!(pieces.kept::<Vec<f64>>("part/3").unwrap(), None);
        assert!(!holds_any(folder.path()));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused_as_damage() {
        let folder = tempfile::tempdir().unwrap();
        let pieces = pieces(folder.path(), "x = 1");
        pieces.keep("p", &vec![1.0, 2.0]).unwrap();
        let (path, whole) = (folder.path().join("p"), fs::read(folder.path().join("p")).unwrap());
        for bit in 0..8 * whole.len() {
            let mut data = whole.clone();
            data[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, data).unwrap();
            assert!(say(&pieces, "p").contains("damaged"), "bit {bit}");
        }
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(say(&pieces, "p").contains("damaged"), "{length} bytes");
        }
    }

    #[test]
    fn a_piece_of_another_configuration_experiment_or_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        pieces(folder.path(), "x = 1").keep("p", &vec![1.0]).unwrap();
        assert!(say(&pieces(folder.path(), "x = 2"), "p").contains("another configuration"));
        let other = Pieces::new(folder.path().into(), Identity::new("c", "x = 1", &[]));
        assert!(say(&other, "p").contains("`a/b`"));
        let with = Identity::new("a/b", "x = 1", &[("net.hdf5".into(), "0123".into())]);
        assert!(say(&Pieces::new(folder.path().into(), with), "p").contains("other input files"));
        fs::rename(folder.path().join("p"), folder.path().join("q")).unwrap();
        assert!(say(&pieces(folder.path(), "x = 1"), "q").contains("it is of `p`"));
    }
}
