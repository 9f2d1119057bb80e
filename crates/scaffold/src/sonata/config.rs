//! Which files a circuit consists of: `circuit_config.json`, or the names in a folder.

use crate::error::{Error, Result, ensure};
use crate::files;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Names a configuration has in a folder, the preferred first.
const NAMES: [&str; 3] = ["circuit_config.json", "config.circuit.json", "config.json"];
/// Replacements of variables by others; more means a circle.
const MAX_PASSES: usize = 32;

/// An HDF5 file and the table of types beside it.
#[derive(Debug)]
pub(super) struct Part {
    pub data: PathBuf,
    pub types: Option<PathBuf>,
}

#[derive(Debug)]
pub(super) struct Circuit {
    /// The opened configuration or folder.
    pub path: PathBuf,
    pub nodes: Vec<Part>,
    pub edges: Vec<Part>,
    /// lobule's own record, not yet checked.
    pub record: Option<Value>,
    /// Sections that a simulator would use and an anatomy does not.
    pub unused: Vec<String>,
}

/// The files of the circuit at a path: a folder or a configuration.
pub(super) fn circuit(path: &Path) -> Result<Circuit> {
    let about = fs::metadata(path).map_err(|e| files::refused(path, &e))?;
    if !about.is_dir() {
        return of_file(path, 0);
    }
    match NAMES.iter().map(|name| path.join(name)).find(|p| p.is_file()) {
        Some(file) => of_file(&file, 0),
        None => of_names(path),
    }
}

/// The circuit of a configuration. A simulation's names another one under `network`.
fn of_file(path: &Path, depth: usize) -> Result<Circuit> {
    let refuse = |what: String| Error::file(path, format!("{what}; give a SONATA circuit_config.json"));
    let error = |key: &str, what: String| Error::content(path, format!("`{key}`"), what);
    let text = files::text(path, files::LONGEST_TEXT)?;
    let value: Value = serde_json::from_str(&text).map_err(|e| refuse(format!("is not JSON ({e})")))?;
    let variables = Variables::of(path, &value).map_err(|what| error("manifest", what))?;
    if value.get("networks").is_none()
        && let Some(network) = value["network"].as_str()
    {
        let error = |what: String| error("network", what);
        ensure(depth == 0, || {
            error("names a configuration that names another one; give the circuit itself".into())
        })?;
        let network = variables.path(network).map_err(error)?;
        ensure(network.is_file(), || {
            error(format!("names {}, which does not exist; check the path", network.display()))
        })?;
        return of_file(&network, depth + 1);
    }

    let networks = value["networks"].as_object().ok_or_else(|| {
        let what = "is missing; it lists the files of `nodes` and `edges`: give a SONATA circuit_config.json";
        error("networks", what.into())
    })?;
    let parts = |kind: &str, data: &str, types: &str| {
        let key = format!("networks.{kind}");
        let list = match networks.get(kind) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(list) => list.as_array().ok_or_else(|| error(&key, "is no list of files".into()))?,
        };
        let part = |entry: &Value| {
            let file = |name: &str| match &entry[name] {
                Value::Null => Ok(None),
                Value::String(text) if text.is_empty() || text == "NULL" => Ok(None),
                Value::String(text) => variables.path(text).map(Some).map_err(|what| error(&key, what)),
                other => Err(error(&key, format!("`{name}` is {other}; give the path of a file"))),
            };
            let missing = || error(&key, format!("an entry has no `{data}`; add the path of the HDF5 file"));
            Ok(Part { data: file(data)?.ok_or_else(missing)?, types: file(types)? })
        };
        list.iter().map(part).collect::<Result<Vec<_>>>()
    };
    let known = ["version", "manifest", "networks", "node_sets_file", super::OWN_RECORD];
    let unused = value.as_object().into_iter().flatten().filter(|(key, v)| {
        let is_empty = v.is_null() || v.as_object().is_some_and(serde_json::Map::is_empty);
        !known.contains(&key.as_str()) && !is_empty
    });
    Ok(Circuit {
        path: path.into(),
        nodes: parts("nodes", "nodes_file", "node_types_file")?,
        edges: parts("edges", "edges_file", "edge_types_file")?,
        record: value.get(super::OWN_RECORD).cloned(),
        unused: unused.map(|(key, _)| key.clone()).collect(),
    })
}

/// The circuit of a folder by the names of its files, as bmtk's builder gives them.
fn of_names(folder: &Path) -> Result<Circuit> {
    let entries = fs::read_dir(folder).map_err(|e| files::refused(folder, &e))?;
    let mut names: Vec<String> =
        entries.filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.sort();
    let parts = |data: &str, types: &str| {
        let part = |name: &String| {
            let stem = name.strip_suffix(data)?;
            let types = format!("{stem}{types}");
            let types = names.contains(&types).then(|| folder.join(types));
            Some(Part { data: folder.join(name), types })
        };
        names.iter().filter_map(part).collect::<Vec<_>>()
    };
    let nodes = parts("nodes.h5", "node_types.csv");
    ensure(!nodes.is_empty(), || {
        let [name, ..] = NAMES;
        let what = format!("has neither {name} nor a file *nodes.h5; give the folder of a SONATA circuit");
        Error::file(folder, what)
    })?;
    let edges = parts("edges.h5", "edge_types.csv");
    Ok(Circuit { path: folder.into(), nodes, edges, record: None, unused: vec![] })
}

struct Variables {
    folder: PathBuf,
    values: BTreeMap<String, String>,
}

impl Variables {
    fn of(path: &Path, value: &Value) -> Result<Self, String> {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let mut values = BTreeMap::from([("configdir".to_string(), folder.to_string_lossy().into_owned())]);
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

    /// A path with its variables replaced; relative ones start at the configuration.
    fn path(&self, text: &str) -> Result<PathBuf, String> {
        let mut path = text.to_string();
        for _ in 0..MAX_PASSES {
            let Some(at) = path.find('$') else { return Ok(self.folder_of(&path)) };
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

    fn folder_of(&self, path: &str) -> PathBuf {
        let path = Path::new(path);
        // `configdir` is already part of it, or it starts at the configuration.
        if path.is_absolute() || path.starts_with(&self.folder) && self.folder != Path::new(".") {
            path.into()
        } else {
            self.folder.join(path)
        }
    }
}
