//! Which files a circuit consists of: `circuit_config.json`, or the names in a folder.

use super::paths::{Base, Location, Variables};
use crate::error::{Error, Result, ensure};
use crate::files;
use same_file::Handle;
use serde_json::Value;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};

/// Names a configuration has in a folder, the preferred first.
const NAMES: [&str; 3] = ["circuit_config.json", "config.circuit.json", "config.json"];

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
    /// Departures of the list of files from the format, one sentence each.
    pub notes: Vec<String>,
    /// Names of edge files that are listed more than once.
    pub repeated: Vec<String>,
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
        let location = variables.location(network).map_err(error)?;
        let base = Base::of(path, [&location]);
        let network = base.path(&location);
        ensure(network.is_file(), || {
            error(format!("names {}, which does not exist; check the path", network.display()))
        })?;
        let mut circuit = of_file(&network, depth + 1)?;
        circuit.notes.extend(above(path, &base));
        return Ok(circuit);
    }

    let networks = value["networks"].as_object().ok_or_else(|| {
        if value["cell_types"].is_object() || value["simulations"].is_object() {
            let what = "is missing, and `cell_types` or `simulations` are there: this is a configuration of BSB, not a network; give \
                        the network, and this one by --configuration";
            return error("networks", what.into());
        }
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
                Value::String(text) => variables.location(text).map(Some).map_err(|what| error(&key, what)),
                other => Err(error(&key, format!("`{name}` is {other}; give the path of a file"))),
            };
            let missing = || error(&key, format!("an entry has no `{data}`; add the path of the HDF5 file"));
            Ok((file(data)?.ok_or_else(missing)?, file(types)?))
        };
        list.iter().map(part).collect::<Result<Vec<_>>>()
    };
    let known = ["version", "manifest", "networks", "node_sets_file", super::OWN_RECORD];
    let unused = value.as_object().into_iter().flatten().filter(|(key, v)| {
        let is_empty = v.is_null() || v.as_object().is_some_and(serde_json::Map::is_empty);
        !known.contains(&key.as_str()) && !is_empty
    });
    let nodes: Vec<Listed> = parts("nodes", "nodes_file", "node_types_file")?;
    let edges: Vec<Listed> = parts("edges", "edges_file", "edge_types_file")?;
    let listed = || nodes.iter().chain(&edges);
    let locations = listed().flat_map(|(data, types)| [Some(data), types.as_ref()]).flatten();
    let base = Base::of(path, locations);
    let locations = listed().flat_map(|(data, types)| [Some(data), types.as_ref()]).flatten();
    if let Some(missing) = base.missing(locations) {
        let name = path.file_name().unwrap_or_default().display();
        let what = "or at the one above if all files are there: check the path, and `manifest`";
        let what = format!("no such file; relative paths begin at the folder of {name}, {what}");
        return Err(Error::file(&missing, what));
    }
    let files = |parts: Vec<Listed>| {
        let part =
            |(data, types): Listed| Part { data: base.path(&data), types: types.map(|t| base.path(&t)) };
        parts.into_iter().map(part).collect()
    };
    let (nodes, edges) = (files(nodes), files(edges));
    let mut circuit = Circuit {
        path: path.into(),
        nodes,
        edges,
        record: value.get(super::OWN_RECORD).cloned(),
        unused: unused.map(|(key, _)| key.clone()).collect(),
        notes: above(path, &base).into_iter().collect(),
        repeated: vec![],
    };
    circuit.read_files_once()?;
    Ok(circuit)
}

/// An HDF5 file and its table of types as a configuration lists them.
type Listed = (Location, Option<Location>);

/// A sentence about paths that begin above the configuration.
fn above(path: &Path, base: &Base) -> Option<String> {
    let name = path.file_name().unwrap_or_default().display();
    base.is_above.then(|| {
        format!("relative paths of {name} begin at the folder above its own, where its files are; SONATA's begin at its own.")
    })
}

impl Circuit {
    /// Keeps one entry of each file, by whatever path or link it is named.
    fn read_files_once(&mut self) -> Result<()> {
        for (kind, parts) in [("nodes", &mut self.nodes), ("edges", &mut self.edges)] {
            let mut kept: Vec<Part> = Vec::new();
            let mut seen: HashMap<Handle, usize> = HashMap::new();
            for part in parts.drain(..) {
                // A pipe is not opened; what is missing is told when it is read.
                let is_file = part.data.is_file();
                let Some(handle) = is_file.then(|| Handle::from_path(&part.data).ok()).flatten() else {
                    kept.push(part);
                    continue;
                };
                let first = match seen.entry(handle) {
                    Entry::Occupied(entry) => &kept[*entry.get()],
                    Entry::Vacant(entry) => {
                        entry.insert(kept.len());
                        kept.push(part);
                        continue;
                    }
                };
                let name = |path: &Path| path.file_name().unwrap_or_default().display().to_string();
                let types = |part: &Part| part.types.as_deref().map_or("none".into(), name);
                let is_same = match (&first.types, &part.types) {
                    (Some(a), Some(b)) => a == b || same_file::is_same_file(a, b).unwrap_or(false),
                    (a, b) => a.is_none() && b.is_none(),
                };
                ensure(is_same, || {
                    let files =
                        format!("{} is listed twice, with different tables of types", name(&part.data));
                    let what =
                        format!("{files} ({}, {}); keep the entry that holds", types(first), types(&part));
                    Error::content(&self.path, format!("`networks.{kind}`"), what)
                })?;
                let name = name(&part.data);
                if !self.repeated.contains(&name) {
                    self.notes.push(format!(
                        "{name} is listed more than once under `networks.{kind}` and read once; further entries bring nothing."
                    ));
                    self.repeated.push(name);
                }
            }
            *parts = kept;
        }
        Ok(())
    }
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
    let (record, unused, notes, repeated) = (None, vec![], vec![], vec![]);
    let mut circuit = Circuit { path: folder.into(), nodes, edges, record, unused, notes, repeated };
    circuit.read_files_once()?;
    Ok(circuit)
}
