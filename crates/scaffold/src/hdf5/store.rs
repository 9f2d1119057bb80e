//! The HDF5 file as the reader sees it: groups, attributes, tables of numbers.
//!
//! Every failure is an [`Error`] that names the file and the object inside it.

use super::header::Headers;
use crate::error::{Error, Result, ensure};
use rust_hdf5::format::FormatError;
use rust_hdf5::format::messages::attribute::AttributeEntry;
use rust_hdf5::{ByteOrder, DatatypeMessage, FileLocking, H5Dataset, H5File, H5Type, Hdf5Error, ReadNumeric};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// An open file. What is missing in it or of another kind than asked for ends in [`Error::Content`].
pub struct Store {
    path: PathBuf,
    bytes: u64,
    file: H5File,
    headers: RefCell<Headers>,
}

/// A group or dataset in the file.
pub struct Node {
    /// Path from the root, without a leading slash; empty for the root.
    pub path: String,
    address: u64,
}

/// A group's attributes.
pub struct Attributes<'a> {
    store: &'a Store,
    node: &'a Node,
    entries: BTreeMap<String, AttributeEntry>,
}

impl Store {
    /// Opens a file for reading.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let refuse = |what: String| Error::file(path, what);
        let about = std::fs::metadata(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => refuse("no such file; check the path".into()),
            _ => refuse(format!("cannot be opened: {e}")),
        })?;
        ensure(!about.is_dir(), || refuse("is a directory; give the network file inside it".into()))?;
        ensure(about.len() > 0, || refuse("is empty (0 bytes); write or copy it again".into()))?;
        let damaged = |e: &dyn std::fmt::Display| {
            refuse(format!("is damaged or incomplete ({e}); copy it again from its source"))
        };
        let headers = Headers::open(path).map_err(|e| match e {
            FormatError::InvalidSignature => refuse(
                "is not an HDF5 file; network files are written by BSB 8, SONATA tools or lobule".into(),
            ),
            other => damaged(&other),
        })?;
        let file = H5File::options().locking(FileLocking::Disabled).open(path).map_err(|e| damaged(&e))?;
        Ok(Self { path: path.into(), bytes: about.len(), file, headers: RefCell::new(headers) })
    }

    /// The root group.
    pub fn root(&self) -> Node {
        Node { path: String::new(), address: self.headers.borrow().root }
    }

    /// An error about an object in this file.
    pub fn error(&self, object: impl Into<String>, what: impl Into<String>) -> Error {
        Error::content(&self.path, object, what)
    }

    fn damaged(&self, object: &str, e: &dyn std::fmt::Display) -> Error {
        let object = if object.is_empty() { "/" } else { object };
        self.error(
            object,
            format!("cannot be read ({e}); the file is damaged: copy it again from its source"),
        )
    }

    fn dataset(&self, path: &str) -> Result<H5Dataset> {
        self.file.dataset(path).map_err(|e| self.damaged(path, &e))
    }

    /// The members of a group, in order of name.
    pub fn members(&self, group: &Node) -> Result<BTreeMap<String, Node>, Error> {
        let links = self.headers.borrow_mut().links(group.address);
        let links = links.map_err(|e| self.damaged(&group.path, &e))?;
        let node = |(name, address): (String, u64)| {
            let path = if group.path.is_empty() { name.clone() } else { format!("{}/{name}", group.path) };
            (name, Node { path, address })
        };
        Ok(links.into_iter().map(node).collect())
    }

    /// A group's attributes.
    pub fn attributes<'a>(&'a self, node: &'a Node) -> Result<Attributes<'a>, Error> {
        let entries = self.headers.borrow_mut().attributes(node.address);
        let entries = entries.map_err(|e| self.damaged(&node.path, &e))?;
        Ok(Attributes { store: self, node, entries })
    }

    /// Shape of a dataset.
    pub fn shape(&self, path: &str) -> Result<Vec<usize>, Error> {
        Ok(self.dataset(path)?.shape())
    }

    /// A table of `columns` integers per row, flat and row-major; `None` columns for a vector.
    pub fn integers(&self, path: &str, columns: Option<usize>) -> Result<Vec<i64>, Error> {
        self.numbers(path, columns, "64-bit integers")
    }

    /// A table of `columns` floating-point numbers per row, flat and row-major.
    pub fn floats(&self, path: &str, columns: Option<usize>) -> Result<Vec<f64>, Error> {
        self.numbers(path, columns, "64-bit floating-point numbers")
    }

    fn numbers<T: H5Type + ReadNumeric>(
        &self,
        path: &str,
        columns: Option<usize>,
        kind: &str,
    ) -> Result<Vec<T>> {
        let data = self.dataset(path)?;
        let shape = data.shape();
        let is_expected = columns.map_or(shape.len() == 1, |c| shape.len() == 2 && shape[1] == c);
        ensure(is_expected, || {
            let want = columns.map_or("(n,)".to_string(), |c| format!("(n, {c})"));
            self.error(path, format!("has shape {shape:?}, expected {want}; write the file again"))
        })?;
        // A damaged extent must not become an allocation. BSB does not compress;
        // for files that others repacked, 1032 is the largest ratio of deflate.
        let filtered = !data.filters().map_err(|e| self.damaged(path, &e))?.is_empty();
        let most = self.bytes.saturating_mul(if filtered { 1032 } else { 1 });
        let wanted = shape.iter().map(|&d| d as u64).fold(8u64, u64::saturating_mul);
        ensure(wanted <= most, || {
            let here = self.bytes;
            let what = "it is damaged: copy it again from its source";
            self.error(path, format!("claims {wanted} bytes in a file of {here}; {what}"))
        })?;
        let values = match data.datatype() {
            Ok(t) if t == T::hdf5_type() => data.read_raw::<T>().map_err(|e| self.damaged(path, &e)),
            Ok(_) => data
                .read_numeric_as::<T>()
                .map_err(|e| self.error(path, format!("does not hold {kind} ({e})"))),
            Err(e) => Err(self.damaged(path, &e)),
        }?;
        ensure(values.len() == shape.iter().product::<usize>(), || {
            self.damaged(path, &format!("{} values for shape {shape:?}", values.len()))
        })?;
        Ok(values)
    }

    /// A floating-point number that is a dataset of its own.
    pub fn scalar(&self, path: &str) -> Result<f64, Error> {
        let data = self.dataset(path)?;
        ensure(data.total_elements() == 1, || {
            let shape = data.shape();
            self.error(path, format!("has shape {shape:?}, expected one number; write the file again"))
        })?;
        let values = data.read_numeric_as::<f64>();
        let values = values.map_err(|e| self.error(path, format!("does not hold a number ({e})")))?;
        values.first().copied().ok_or_else(|| self.error(path, "holds nothing; write the file again"))
    }

    /// A scalar text dataset.
    pub fn text(&self, path: &str) -> Result<String, Error> {
        let strings = self.strings(path, |e| self.damaged(path, e))?;
        Ok(strings.into_iter().next().unwrap_or_default())
    }

    /// A list of texts.
    pub fn texts(&self, path: &str) -> Result<Vec<String>, Error> {
        self.strings(path, |e| self.error(path, format!("does not hold texts ({e}); write the file again")))
    }

    fn strings(&self, path: &str, refuse: impl Fn(&Hdf5Error) -> Error) -> Result<Vec<String>> {
        let data = self.dataset(path)?;
        let size = data.total_elements().saturating_mul(data.element_size());
        ensure(size as u64 <= self.bytes, || self.damaged(path, &format!("{size} bytes of text")))?;
        data.read_strings().map_err(|e| refuse(&e))
    }

    /// A text attribute of a dataset.
    pub fn dataset_attribute(&self, path: &str, name: &str) -> Option<String> {
        self.file.dataset(path).ok()?.attr(name).ok()?.read_string().ok()
    }

    /// A text attribute of a group.
    pub fn group_attribute(&self, path: &str, name: &str) -> Option<String> {
        self.file.root_group().group(path).ok()?.attr_string(name).ok()
    }
}

impl Attributes<'_> {
    /// True if the attribute exists.
    pub fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Object and attribute, for messages.
    fn object(&self, name: &str) -> String {
        let path = if self.node.path.is_empty() { "/" } else { &self.node.path };
        format!("{path} (attribute `{name}`)")
    }

    /// An error about one of these attributes.
    pub fn error(&self, name: &str, what: impl Into<String>) -> Error {
        self.store.error(self.object(name), what)
    }

    fn missing(&self, name: &str) -> Error {
        self.error(name, "is missing; the layout needs it: write the file again")
    }

    /// A text attribute, fixed or variable length.
    pub fn text(&self, name: &str) -> Result<String, Error> {
        ensure(self.has(name), || self.missing(name))?;
        let root = self.store.file.root_group();
        let group = if self.node.path.is_empty() { Ok(root) } else { root.group(&self.node.path) };
        let value = group.and_then(|g| g.attr_string(name));
        value.map_err(|e| self.store.damaged(&self.object(name), &e))
    }

    /// A JSON document in a text attribute.
    pub fn json(&self, name: &str) -> Result<serde_json::Value, Error> {
        let value = serde_json::from_str(&self.text(name)?);
        value.map_err(|e| self.error(name, format!("is not JSON ({e}); write the file again")))
    }

    /// True if the attribute is a reference to an object of the file.
    pub fn refers_to(&self, name: &str, object: &Node) -> Result<bool, Error> {
        let (datatype, data) = self.value(name)?;
        match (datatype, data.first_chunk::<8>()) {
            (DatatypeMessage::Reference { .. }, Some(address)) => {
                Ok(u64::from_le_bytes(*address) == object.address)
            }
            _ => Err(self.error(name, "is no reference to an object; write the file again")),
        }
    }

    /// The integers of an attribute of any shape.
    pub fn integers(&self, name: &str) -> Result<Vec<i64>, Error> {
        let (datatype, data) = self.value(name)?;
        let DatatypeMessage::FixedPoint { size: size @ 1..=8, byte_order, signed, .. } = datatype else {
            return Err(self.error(name, "does not hold integers; write the file again"));
        };
        let size = *size as usize;
        let integer = |bytes: &[u8]| {
            let mut wide = [0; 8];
            wide[..size].copy_from_slice(bytes);
            if *byte_order == ByteOrder::BigEndian {
                wide[..size].reverse();
            }
            let unused = 64 - 8 * size as u32;
            let value = u64::from_le_bytes(wide) << unused;
            if *signed { value as i64 >> unused } else { (value >> unused) as i64 }
        };
        Ok(data.chunks_exact(size).map(integer).collect())
    }

    /// The floating-point numbers of an attribute, 32 or 64 bits wide.
    pub fn floats(&self, name: &str) -> Result<Vec<f64>, Error> {
        let (datatype, data) = self.value(name)?;
        if *datatype == f32::hdf5_type() {
            let wide = |b: &[u8]| f64::from(f32::from_le_bytes(b.try_into().expect("4 bytes")));
            return Ok(data.chunks_exact(4).map(wide).collect());
        }
        ensure(*datatype == f64::hdf5_type(), || {
            self.error(name, "does not hold floating-point numbers of 32 or 64 bits; write the file again")
        })?;
        Ok(data.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().expect("8 bytes"))).collect())
    }

    fn value(&self, name: &str) -> Result<(&DatatypeMessage, &[u8])> {
        let entry = self.entries.get(name).ok_or_else(|| self.missing(name))?;
        let message = entry.decoded().map_err(|e| self.store.damaged(&self.object(name), &e))?;
        Ok((&message.datatype, &message.data))
    }
}
