//! Reads configuration files (JSON, YAML) and resolves what they take from each other.
//!
//! - `{$ref: "file#/path", ...}` becomes a copy of the node at `path` of `file`, with the
//!   local members merged over it.
//! - `{$import: {ref: "file#/path", values: [...]}, ...}` takes the named members of that
//!   node, with the local members merged over them.
//!
//! Merging is deep for mappings; anything else that is there locally stays. A path without a
//! file means the same document; one without a leading `/` starts at the node itself. Files
//! are looked for beside the document that names them.

use crate::error::{Error, Result, ensure};
use crate::files;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Most references inside references. Chosen: far beyond any use; a deeper chain is a mistake.
const MAX_DEPTH: usize = 64;

/// Most values that references make. Chosen: a hundred times as many as the largest configuration known has; a few
/// lines that refer to each other can stand for any number.
const MAX_REFERRED: usize = 1_000_000;

/// The resolved tree and the folders of all documents it was made of, the main one first.
pub(super) fn document(path: &Path) -> Result<(Value, Vec<PathBuf>)> {
    let mut resolver = Resolver::default();
    let tree = resolver.node(path, &[])?;
    let folder = |p: &Path| p.parent().map(PathBuf::from).unwrap_or_default();
    let mut folders = vec![folder(path)];
    for document in resolver.documents.keys() {
        if !folders.contains(&folder(document)) {
            folders.push(folder(document));
        }
    }
    Ok((tree, folders))
}

#[derive(Default)]
struct Resolver {
    documents: BTreeMap<PathBuf, Value>,
    /// References being followed: file and path of keys.
    active: Vec<(PathBuf, Vec<String>)>,
    /// Values that references have made so far.
    referred: usize,
}

impl Resolver {
    fn node(&mut self, file: &Path, keys: &[String]) -> Result<Value> {
        self.find(file, keys)?.ok_or_else(|| error(file, keys, "is referred to, but is not there".into()))
    }

    /// The node at `keys` of a document, resolved; `None` when there is none.
    ///
    /// It is made of what the document itself has there and of what the nodes above it refer to
    /// or import; nothing else of the document is resolved.
    fn find(&mut self, file: &Path, keys: &[String]) -> Result<Option<Value>> {
        let place = (file.to_path_buf(), keys.to_vec());
        if self.active.contains(&place) || self.active.len() > MAX_DEPTH {
            let name = |(f, k): &(PathBuf, Vec<String>)| format!("{}#/{}", f.display(), k.join("/"));
            let chain: Vec<String> = self.active.iter().chain([&place]).map(name).collect();
            let what = format!("refers to itself: {}; break the circle", chain.join(" -> "));
            return Err(error(file, keys, what));
        }
        self.active.push(place);
        self.count(file, keys)?;
        if !self.documents.contains_key(file) {
            let value = parse(file)?;
            self.documents.insert(file.into(), value);
        }
        let own = at(&self.documents[file], keys).cloned();
        let mut found = own.map(|own| self.value(file, &mut keys.to_vec(), own)).transpose()?;
        for depth in (0..keys.len()).rev() {
            let (above, below) = keys.split_at(depth);
            let Some(node) = at(&self.documents[file], above) else { continue };
            let (import, reference) = (node.get("$import").cloned(), node.get("$ref").cloned());
            let takes =
                |i: &Value| i["values"].as_array().is_some_and(|v| v.iter().any(|v| v == below[0].as_str()));
            let import = import.filter(takes).map(|i| i["ref"].clone());
            for text in [import, reference].into_iter().flatten() {
                let Some(text) = text.as_str() else { continue };
                let (document, mut to) = self.target(file, above, text)?;
                to.extend_from_slice(below);
                if let Some(other) = self.find(&document, &to)? {
                    found = Some(over(found, other));
                }
            }
        }
        self.active.pop();
        Ok(found)
    }

    /// Counts a value that stands in the place of a reference.
    fn count(&mut self, file: &Path, keys: &[String]) -> Result<()> {
        // The first place being followed is the document itself.
        self.referred += usize::from(self.active.len() > 1);
        ensure(self.referred <= MAX_REFERRED, || {
            let what =
                format!("references make more than {MAX_REFERRED} values; refer to fewer, or write them out");
            error(file, keys, what)
        })
    }

    /// Resolves all references in a value that stands at `keys` of `file`.
    fn value(&mut self, file: &Path, keys: &mut Vec<String>, value: Value) -> Result<Value> {
        self.count(file, keys)?;
        match value {
            Value::Object(mut members) => {
                let reference = members.remove("$ref");
                let import = members.remove("$import");
                let mut local = Map::new();
                for (key, below) in members {
                    keys.push(key.clone());
                    let below = self.value(file, keys, below)?;
                    keys.pop();
                    local.insert(key, below);
                }
                if let Some(import) = import {
                    for (key, taken) in self.imported(file, keys, &import)? {
                        let own = local.remove(&key);
                        local.insert(key, over(own, taken));
                    }
                }
                let local = Value::Object(local);
                let Some(reference) = reference else { return Ok(local) };
                let text = reference
                    .as_str()
                    .ok_or_else(|| error(file, keys, format!("$ref is {reference}; expected a text")))?;
                let (document, to) = self.target(file, keys, text)?;
                let target = self.node(&document, &to)?;
                ensure(target.is_object(), || {
                    error(file, keys, format!("$ref `{text}` is no mapping; refer to one"))
                })?;
                Ok(over(Some(local), target))
            }
            Value::Array(items) => {
                let mut resolved = Vec::with_capacity(items.len());
                for (i, item) in items.into_iter().enumerate() {
                    keys.push(i.to_string());
                    resolved.push(self.value(file, keys, item)?);
                    keys.pop();
                }
                Ok(Value::Array(resolved))
            }
            other => Ok(other),
        }
    }

    fn imported(&mut self, file: &Path, keys: &[String], import: &Value) -> Result<Vec<(String, Value)>> {
        let (Some(text), Some(values)) = (import["ref"].as_str(), import["values"].as_array()) else {
            let what = "$import needs `ref` (a text) and `values` (a list of names)";
            return Err(error(file, keys, what.into()));
        };
        let (document, to) = self.target(file, keys, text)?;
        let mut taken = Vec::new();
        for name in values {
            let missing = || error(file, keys, format!("$import names {name}, which is not in `{text}`"));
            let key = name.as_str().ok_or_else(missing)?;
            let mut place = to.clone();
            place.push(key.into());
            taken.push((key.to_string(), self.find(&document, &place)?.ok_or_else(missing)?));
        }
        Ok(taken)
    }

    /// The document and keys that a reference written at `keys` of `file` points to.
    fn target(&self, file: &Path, keys: &[String], text: &str) -> Result<(PathBuf, Vec<String>)> {
        let (document, path) = text.rsplit_once('#').unwrap_or(("", text));
        let mut to: Vec<String> = if path.starts_with('/') { Vec::new() } else { keys.to_vec() };
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => _ = to.pop(),
                part => to.push(part.into()),
            }
        }
        if document.is_empty() {
            return Ok((file.into(), to));
        }
        let beside = file.parent().unwrap_or(Path::new("")).join(document);
        ensure(beside.is_file(), || {
            let file_name = beside.display();
            let what = format!("refers to {file_name}, which is no file; paths are relative to this file");
            error(file, keys, what)
        })?;
        Ok((lexically_normal(&beside), to))
    }
}

/// The value at `keys`, references unresolved.
fn at<'a>(value: &'a Value, keys: &[String]) -> Option<&'a Value> {
    keys.iter().try_fold(value, |value, key| match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    })
}

/// `local` over `base`: mappings are merged, anything else of `local` wins.
fn over(local: Option<Value>, base: Value) -> Value {
    match (local, base) {
        (Some(Value::Object(local)), Value::Object(mut base)) => {
            for (key, own) in local {
                let value = match base.remove(&key) {
                    Some(other) => over(Some(own), other),
                    None => own,
                };
                base.insert(key, value);
            }
            Value::Object(base)
        }
        (local, base) => local.unwrap_or(base),
    }
}

/// The path without `.` and `a/..`, so that one file has one name.
fn lexically_normal(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

fn parse(file: &Path) -> Result<Value> {
    let refuse = |what: String| Error::File { path: file.into(), what };
    let text = files::text(file, files::LONGEST_TEXT)?;
    let extension = file.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let value: Value = if extension == "json" {
        serde_json::from_str(&text).map_err(|e| refuse(format!("is no JSON: {e}")))?
    } else {
        serde_saphyr::from_str(&text).map_err(|e| refuse(format!("is no YAML: {e}")))?
    };
    ensure(value.is_object(), || {
        refuse("is no configuration; expected a mapping with `network`, `cell_types`, ...".into())
    })?;
    Ok(value)
}

fn error(file: &Path, keys: &[String], what: String) -> Error {
    let node = if keys.is_empty() { "(root)".into() } else { keys.join(".") };
    Error::Configuration { file: file.into(), node, what }
}
