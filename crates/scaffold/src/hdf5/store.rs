//! The HDF5 file as the reader sees it: groups, tables of numbers and texts.
//!
//! Every failure is an [`Error`] that names the file and the object inside it. A path may lead over links, also into
//! other files. What a dataset says about its size is compared with the file and with the memory before it is read.

use super::attributes::Attributes;
use super::header::Link;
use super::links::{self, Files, Node, Place, joined, unreadable};
use super::values;
use crate::error::{Error, Result, ensure};
use crate::memory;
use rust_hdf5::format::FormatError;
use rust_hdf5::format::messages::filter::{FILTER_DEFLATE, FILTER_FLETCHER32, FILTER_SHUFFLE};
use rust_hdf5::{DatatypeMessage, H5Dataset, H5Type, Hdf5Error, StorageLayout};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;

/// Largest ratio of deflate; a dataset that claims more has no such data.
const LARGEST_RATIO: u64 = 1032;
/// Memory that is taken without asking, bytes. Chosen: far below what any process has.
const SMALL: u64 = 16 << 20;
/// Chunks up to this size may be larger than the data in them, bytes.
const LARGEST_SPARE_CHUNK: u64 = 64 << 20;

/// An open file. What is missing in it or of another kind than asked for ends in [`Error::Content`].
pub struct Store {
    files: Files,
}

impl Store {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// [`Error::File`] when it is missing, may not be read, is no regular file, no HDF5 file or incomplete.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { files: Files::open(path)? })
    }

    /// The root group.
    pub fn root(&self) -> Node {
        Node { path: String::new(), place: Place::root(&self.files.main) }
    }

    /// An error about an object in this file.
    pub fn error(&self, object: impl Into<String>, what: impl Into<String>) -> Error {
        Error::content(&self.files.main.path, object, what)
    }

    fn damaged(&self, object: &str, e: &dyn std::fmt::Display) -> Error {
        let object = if object.is_empty() { "/" } else { object };
        self.error(object, links::damaged(e))
    }

    /// The error of data that cannot be read: damaged, or stored in a way that lobule does not read.
    fn unread(&self, path: &str, e: &Hdf5Error) -> Error {
        let what = match e {
            Hdf5Error::Format(FormatError::UnsupportedFeature(what)) | Hdf5Error::Unsupported(what) => what,
            _ => return self.damaged(path, e),
        };
        let remedy = "write it without compression or with gzip (h5repack)";
        self.error(path, format!("is stored in a way that lobule does not read ({what}); {remedy}"))
    }

    /// The members of a group, in order of name. Links are followed; one that leads nowhere is an error.
    pub fn members(&self, group: &Node) -> Result<BTreeMap<String, Node>, Error> {
        let place = &group.place;
        let links = place.file.links(place.address).map_err(|e| unreadable(place, &e))?;
        let node = |(name, link): (&String, &Link)| {
            let place = self.files.follow(place, name, link, &Cell::new(0))?;
            Ok((name.clone(), Node { path: joined(&group.path, name), place }))
        };
        links.iter().map(node).collect()
    }

    /// A member of a group by name, whatever else is in the group.
    ///
    /// # Errors
    /// A link of that name leads nowhere.
    pub fn member(&self, group: &Node, name: &str) -> Result<Option<Node>, Error> {
        let place = &group.place;
        let links = place.file.links(place.address).map_err(|e| unreadable(place, &e))?;
        let node = |link| {
            let place = self.files.follow(place, name, link, &Cell::new(0))?;
            Ok(Node { path: joined(&group.path, name), place })
        };
        links.get(name).map(node).transpose()
    }

    /// A group's attributes.
    pub fn attributes<'a>(&'a self, node: &'a Node) -> Result<Attributes<'a>, Error> {
        Attributes::of(&self.files.main.path, node)
    }

    fn place(&self, path: &str) -> Result<Place> {
        let missing = || self.error(path, "is missing; the layout needs it: write the file again");
        self.files.locate(path)?.ok_or_else(missing)
    }

    fn dataset(&self, path: &str) -> Result<(H5Dataset, Place)> {
        let place = self.place(path)?;
        let data = place.file.file.dataset(&place.path).map_err(|e| {
            // What is there and no dataset is a group or a type of its own.
            let is_group = place.file.links(place.address).is_ok_and(|links| !links.is_empty());
            match is_group || place.file.file.root_group().group(&place.path).is_ok() {
                true => self.error(path, "is a group where a dataset is expected; write the file again"),
                false => self.error(path, format!("cannot be read ({e})")),
            }
        })?;
        Ok((data, place))
    }

    /// Shape of a dataset.
    pub fn shape(&self, path: &str) -> Result<Vec<usize>, Error> {
        Ok(self.dataset(path)?.0.shape())
    }

    /// A table of `columns` whole numbers per row, flat and row-major; `None` columns for a vector. Numbers of any
    /// type are read that are whole.
    pub fn integers(&self, path: &str, columns: Option<usize>) -> Result<Vec<i64>, Error> {
        self.numbers(path, columns, values::integers)
    }

    /// A table of `columns` numbers per row, flat and row-major. Numbers of any type are read that 64 bits hold exactly.
    pub fn floats(&self, path: &str, columns: Option<usize>) -> Result<Vec<f64>, Error> {
        self.numbers(path, columns, values::floats)
    }

    /// Number of rows of a table of `columns` numbers per row, or of a vector, which costs no reading.
    pub fn rows(&self, path: &str, columns: Option<usize>) -> Result<usize, Error> {
        let shape = self.shape(path)?;
        self.check_shape(path, &shape, columns)?;
        Ok(shape.first().copied().unwrap_or(1))
    }

    fn check_shape(&self, path: &str, shape: &[usize], columns: Option<usize>) -> Result<()> {
        // A single number is a vector of one; further dimensions of length 1 change nothing.
        let is_expected = match columns {
            None => shape.iter().skip(1).all(|&n| n == 1),
            Some(c) => shape.len() >= 2 && shape[1] == c && shape[2..].iter().all(|&n| n == 1),
        };
        ensure(is_expected, || {
            let want = columns.map_or("(n,)".to_string(), |c| format!("(n, {c})"));
            self.error(path, format!("has shape {shape:?}, expected {want}; write the file again"))
        })
    }

    fn numbers<T: H5Type>(
        &self,
        path: &str,
        columns: Option<usize>,
        convert: impl Fn(&DatatypeMessage, &[u8]) -> Result<Vec<T>, String>,
    ) -> Result<Vec<T>> {
        let (data, place) = self.dataset(path)?;
        let shape = data.shape();
        self.check_shape(path, &shape, columns)?;
        let datatype = self.checked(path, &data, &place)?;
        // A type that holds no numbers is refused before its values are read.
        convert(&datatype, &[]).map_err(|what| self.error(path, what))?;
        let count: usize = if data.is_null() { 0 } else { shape.iter().product() };
        let values = if datatype == T::hdf5_type() {
            data.read_raw::<T>().map_err(|e| self.unread(path, &e))?
        } else {
            let raw = data.read_raw_bytes().map_err(|e| self.unread(path, &e))?;
            convert(&values::widened(datatype), &raw).map_err(|what| self.error(path, what))?
        };
        ensure(values.len() == count, || {
            self.damaged(path, &format!("{} values for shape {shape:?}", values.len()))
        })?;
        Ok(values)
    }

    /// The type of a dataset whose image fits the file and the memory.
    fn checked(&self, path: &str, data: &H5Dataset, place: &Place) -> Result<DatatypeMessage> {
        let damaged = |e: &dyn std::fmt::Display| self.damaged(path, e);
        let datatype = data.datatype().map_err(|e| damaged(&e))?;
        let elsewhere = |what: &str| {
            self.error(
                path,
                format!("{what}, which lobule does not read; copy the numbers into the file (h5repack)"),
            )
        };
        let layout = data.storage_layout().map_err(|e| damaged(&e))?;
        ensure(layout != StorageLayout::Virtual, || {
            elsewhere("is a virtual dataset of parts of other files")
        })?;
        let outside = data.external_files().map_err(|e| damaged(&e))?;
        ensure(outside.is_empty(), || elsewhere("keeps its numbers in a raw file beside the HDF5 file"))?;

        let item = data.element_size() as u64;
        let bytes_of = |dims: &[usize]| dims.iter().map(|&d| d as u64).fold(item, u64::saturating_mul);
        let image = bytes_of(&data.shape());
        let filters = data.filters().map_err(|e| damaged(&e))?;
        let is_bounded =
            filters.iter().all(|f| [FILTER_DEFLATE, FILTER_SHUFFLE, FILTER_FLETCHER32].contains(&f.id));
        let ratio = if filters.is_empty() { 1 } else { LARGEST_RATIO };
        let here = place.file.bytes;
        ensure(!is_bounded || image <= here.saturating_mul(ratio), || {
            let what = "it is damaged or was never written whole: write or copy it again";
            self.error(path, format!("claims {image} bytes in a file of {here}; {what}"))
        })?;
        if let Some(chunk) = data.chunk_dims().map(|dims| bytes_of(&dims)) {
            ensure(chunk <= image.max(LARGEST_SPARE_CHUNK), || {
                let what = "write it in smaller chunks";
                self.error(path, format!("has {image} bytes in chunks of {chunk}; {what}"))
            })?;
        }
        // The image, and the numbers made of it.
        let wanted = image.saturating_add((image / item.max(1)).saturating_mul(8));
        // A small table needs no look at the system.
        if wanted > SMALL
            && let Some(left) = memory::available().filter(|left| wanted > *left)
        {
            let what = format!("takes {wanted} bytes of memory, {left} are left; use a larger machine");
            return Err(self.error(path, what));
        }
        Ok(datatype)
    }

    /// A number that is a dataset of its own.
    pub fn scalar(&self, path: &str) -> Result<f64, Error> {
        let shape = self.shape(path)?;
        ensure(shape.iter().all(|&n| n == 1), || {
            self.error(path, format!("has shape {shape:?}, expected one number; write the file again"))
        })?;
        let values = self.floats(path, None)?;
        values.first().copied().ok_or_else(|| self.error(path, "holds nothing; write the file again"))
    }

    /// A scalar text dataset.
    pub fn text(&self, path: &str) -> Result<String, Error> {
        Ok(self.texts(path)?.into_iter().next().unwrap_or_default())
    }

    /// A list of texts.
    pub fn texts(&self, path: &str) -> Result<Vec<String>, Error> {
        let (data, place) = self.dataset(path)?;
        let datatype = self.checked(path, &data, &place)?;
        let raw = data.read_raw_bytes().map_err(|e| self.unread(path, &e))?;
        place.texts(&datatype, &raw).map_err(|what| self.error(path, what))
    }

    /// A text attribute of a group or dataset; `None` where it has none.
    pub fn text_attribute(&self, path: &str, name: &str) -> Option<String> {
        let place = self.files.locate(path).ok()??;
        let node = Node { path: path.into(), place };
        let attributes = self.attributes(&node).ok()?;
        if attributes.has(name) { attributes.text(name).ok() } else { None }
    }
}
