//! Paths in a circuit's configuration: variables of its manifest, and the folder that relative paths begin at.

use crate::files;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Replacements of variables by others; more means a circle.
const MAX_PASSES: usize = 32;
/// Stands for the folder of the configuration in the values of variables. No file's path has this character.
const CONFIG_FOLDER: &str = "\0";

/// A path of a configuration, its variables replaced.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Location {
    /// Absolute, or from `configdir`.
    Fixed(PathBuf),
    /// Relative.
    Relative(PathBuf),
}

/// The variables of a configuration.
pub(super) struct Variables {
    folder: PathBuf,
    values: BTreeMap<String, String>,
}

impl Variables {
    pub fn of(path: &Path, value: &Value) -> Result<Self, String> {
        let folder = files::folder_of(path).to_path_buf();
        let mut values = BTreeMap::from([("configdir".to_string(), CONFIG_FOLDER.to_string())]);
        match &value["manifest"] {
            Value::Null => {}
            Value::Object(manifest) => {
                for (key, v) in manifest {
                    let text = v.as_str().ok_or_else(|| format!("`{key}` is {v}; give a path as text"))?;
                    let name = key.trim_start_matches('$').trim_start_matches('{').trim_end_matches('}');
                    values.insert(name.into(), text.into());
                }
            }
            other => return Err(format!("is {other}; it maps variables to paths")),
        }
        Ok(Self { folder, values })
    }

    /// A path with its variables replaced.
    pub fn location(&self, text: &str) -> Result<Location, String> {
        let mut path = text.to_string();
        for _ in 0..MAX_PASSES {
            let Some(at) = path.find('$') else { return Ok(self.placed(&path)) };
            let rest = &path[at + 1..];
            let (name, length) = match rest.strip_prefix('{') {
                Some(inner) => {
                    let end =
                        inner.find('}').ok_or_else(|| format!("`{text}` has a `{{` that is never closed"))?;
                    (&inner[..end], end + 3)
                }
                None => {
                    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                    (&rest[..end], end + 1)
                }
            };
            let missing = || format!("`{text}` uses ${name}, which `manifest` does not give; add it there");
            let value = self.values.get(name).ok_or_else(missing)?;
            path = format!("{}{value}{}", &path[..at], &path[at + length..]);
        }
        Err(format!("`{text}` uses variables that name each other in a circle"))
    }

    fn placed(&self, path: &str) -> Location {
        match path.strip_prefix(CONFIG_FOLDER) {
            Some(rest) => Location::Fixed(self.folder.join(rest.trim_start_matches('/'))),
            None if Path::new(path).is_absolute() => Location::Fixed(path.into()),
            None => Location::Relative(path.into()),
        }
    }
}

/// The folder that the relative paths of a configuration begin at.
#[derive(Debug)]
pub(super) struct Base {
    folder: PathBuf,
    /// True for the folder above that of the configuration.
    pub is_above: bool,
}

impl Base {
    /// The folder of the configuration `path`; the one above it if all of `locations` are there and not all in the former. The folder
    /// that a program was started in plays no part.
    pub fn of<'a>(path: &Path, locations: impl IntoIterator<Item = &'a Location>) -> Self {
        let own = files::folder_of(path).to_path_buf();
        let relative = |location: &'a Location| match location {
            Location::Fixed(_) => None,
            Location::Relative(path) => Some(path),
        };
        let relative: Vec<&PathBuf> = locations.into_iter().filter_map(relative).collect();
        let holds = |folder: &Path| relative.iter().all(|path| folder.join(path).exists());
        // The real folder has a real one above it, where a link's would be another.
        let above = fs::canonicalize(&own).ok().and_then(|own| own.parent().map(Path::to_path_buf));
        match above.filter(|above| !holds(&own) && holds(above)) {
            Some(folder) => Self { folder, is_above: true },
            None => Self { folder: own, is_above: false },
        }
    }

    /// The first relative path that leads nowhere.
    pub fn missing<'a>(&self, locations: impl IntoIterator<Item = &'a Location>) -> Option<PathBuf> {
        let relative = locations.into_iter().filter(|location| matches!(location, Location::Relative(_)));
        let is_missing = |path: &PathBuf| fs::metadata(path).is_err_and(|e| e.kind() == ErrorKind::NotFound);
        relative.map(|location| self.path(location)).find(is_missing)
    }

    /// The file at a location.
    pub fn path(&self, location: &Location) -> PathBuf {
        match location {
            Location::Fixed(path) => path.clone(),
            Location::Relative(path) => self.folder.join(path),
        }
    }
}
