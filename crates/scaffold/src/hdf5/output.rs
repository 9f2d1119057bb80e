//! A new HDF5 file as the writer sees it.
//!
//! The file has the oldest format (superblock 0, symbol tables), as h5py gives
//! it to BSB's own files. Attributes that hold text are variable-length strings,
//! because h5py returns fixed-length ones as bytes and BSB compares names with `str`.

use crate::{Error, files};
use rust_hdf5::format::messages::datatype::EnumMember;
use rust_hdf5::{
    DatatypeMessage, FileLocking, H5Dataset, H5File, H5Group, H5Type, Hdf5Error, LibverBound, VarLenUnicode,
};
use std::path::{Path, PathBuf};

/// A file that becomes visible under its name only when it is complete.
pub struct Output {
    target: PathBuf,
    partial: PathBuf,
    file: Option<H5File>,
}

impl Output {
    /// Begins a file beside `target`.
    ///
    /// # Errors
    /// [`Error::File`] when `target` is a directory or its folder cannot be written to.
    pub fn create(target: &Path) -> Result<Self, Error> {
        let name = target.file_name().map(|n| n.to_string_lossy().into_owned());
        let Some(name) = name.filter(|_| !target.is_dir()) else {
            return Err(Error::file(target, "is a directory; give the name of a file in it"));
        };
        files::remove_leftovers(target);
        // The process id keeps two writers of the same name apart.
        let partial = target.with_file_name(format!(".{name}.{}.partial", std::process::id()));
        // Its lock tells others that it is being written.
        let options = H5File::options().locking(FileLocking::BestEffort).libver(LibverBound::Earliest);
        let file = options.create(&partial).map_err(|e| {
            _ = std::fs::remove_file(&partial);
            let what = format!("cannot be created ({e}); check that its folder exists and may be written to");
            Error::file(target, what)
        })?;
        Ok(Self { target: target.into(), partial, file: Some(file) })
    }

    /// The root group.
    pub fn root(&self) -> Group<'_> {
        let group = self.file.as_ref().expect("open until finish").root_group();
        Group { output: self, path: String::new(), group }
    }

    /// Completes the file and gives it its name, replacing an earlier one.
    ///
    /// # Errors
    /// [`Error::File`] when the disk refuses.
    pub fn finish(mut self) -> Result<(), Error> {
        let file = self.file.take().expect("open until finish");
        file.close().map_err(|e| self.failed("", e))?;
        std::fs::rename(&self.partial, &self.target).map_err(|e| self.failed("", e.into()))
    }

    fn failed(&self, object: &str, e: Hdf5Error) -> Error {
        Error::file(&self.target, format!("cannot write /{object} ({e}); check the free space of the disk"))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // Closed first, since closing would otherwise write to a removed file.
        self.file = None;
        _ = std::fs::remove_file(&self.partial);
    }
}

/// A group being written. Every call ends in [`Error::File`] when the name is taken or the disk refuses.
pub struct Group<'a> {
    output: &'a Output,
    path: String,
    group: H5Group,
}

impl<'a> Group<'a> {
    fn member(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { format!("{}/{name}", self.path) }
    }

    fn checked<T>(&self, name: &str, result: Result<T, Hdf5Error>) -> Result<T, Error> {
        result.map_err(|e| self.output.failed(&self.member(name), e))
    }

    fn dataset(&self, name: &str, data: H5Dataset) -> Dataset<'a> {
        Dataset { output: self.output, path: self.member(name), data }
    }

    /// Creates a member group.
    pub fn group(&self, name: &str) -> Result<Self, Error> {
        let group = self.checked(name, self.group.create_group(name))?;
        Ok(Self { output: self.output, path: self.member(name), group })
    }

    /// Sets a text attribute.
    pub fn text(&self, name: &str, value: &str) -> Result<(), Error> {
        self.checked(name, self.group.set_attr_string(name, value))
    }

    /// Sets an attribute with one integer.
    pub fn integer(&self, name: &str, value: usize) -> Result<(), Error> {
        self.checked(name, self.group.set_attr_numeric(name, &(value as i64)))
    }

    /// Sets an attribute with a vector or matrix.
    pub fn array<T: H5Type>(&self, name: &str, values: &[T], shape: &[usize]) -> Result<(), Error> {
        self.checked(name, self.group.set_attr_array_numeric_nd(name, values, shape))
    }

    /// Sets an attribute with a list of texts.
    pub fn texts(&self, name: &str, values: &[&str]) -> Result<(), Error> {
        self.checked(name, self.group.set_attr_string_array(name, values))
    }

    /// Sets an attribute of an enumerated type: `names[value]`, numbered from 0.
    pub fn choice(&self, name: &str, value: u8, names: &[&str]) -> Result<(), Error> {
        let member = |(i, name): (usize, &&str)| EnumMember { name: name.to_string(), value: vec![i as u8] };
        let members = names.iter().enumerate().map(member).collect();
        let datatype = DatatypeMessage::enumeration(DatatypeMessage::u8_type(), members);
        self.checked(name, self.group.set_attr_typed(name, datatype, vec![value]))
    }

    /// Writes an array of the given shape, row-major; an empty shape is a single number.
    pub fn data<T: H5Type>(&self, name: &str, values: &[T], shape: &[usize]) -> Result<Dataset<'a>, Error> {
        let builder = self.group.new_dataset::<T>();
        let builder = if shape.is_empty() { builder.scalar() } else { builder.shape(shape) };
        let data = self.checked(name, builder.create(name))?;
        if !values.is_empty() {
            self.checked(name, data.write_raw(values))?;
        }
        Ok(self.dataset(name, data))
    }

    /// Writes a list of texts as variable-length UTF-8 strings.
    pub fn strings(&self, name: &str, values: &[&str]) -> Result<Dataset<'a>, Error> {
        let data = self.checked(name, self.group.write_vlen_strings(name, values))?;
        Ok(self.dataset(name, data))
    }

    /// Writes one text as a scalar.
    pub fn string(&self, name: &str, text: &str) -> Result<Dataset<'a>, Error> {
        self.fixed_string(name, text, 1)
    }

    fn fixed_string(&self, name: &str, text: &str, charset: u8) -> Result<Dataset<'a>, Error> {
        // A fixed-length string has at least one byte.
        let bytes = if text.is_empty() { b"\0" } else { text.as_bytes() };
        let datatype = DatatypeMessage::FixedString { size: bytes.len() as u32, padding: 1, charset };
        let data = self.group.new_dataset::<u8>().scalar().datatype(datatype).create(name);
        let data = self.checked(name, data)?;
        self.checked(name, data.write_raw_bytes(bytes))?;
        Ok(self.dataset(name, data))
    }

    /// Gives an object of this file, named by its full path, a second name.
    pub fn link(&self, name: &str, target: &str) -> Result<(), Error> {
        self.checked(name, self.group.link(name, target))
    }

    /// Writes a table that can grow along its first axis.
    pub fn table<T: H5Type>(
        &self,
        name: &str,
        values: &[T],
        shape: &[usize],
        chunk: &[usize],
    ) -> Result<(), Error> {
        let most: Vec<Option<usize>> = shape.iter().enumerate().map(|(k, &n)| (k > 0).then_some(n)).collect();
        let data = self.group.new_dataset::<T>().shape(shape).chunk(chunk).max_shape(&most).create(name);
        let data = self.checked(name, data)?;
        if values.is_empty() { Ok(()) } else { self.checked(name, data.write_raw(values)) }
    }

    /// Writes a text as a scalar byte string, with attributes (BSB's files in `/files`).
    pub fn document(&self, name: &str, text: &str, attributes: &[(&str, &str)]) -> Result<(), Error> {
        let document = self.fixed_string(name, text, 0)?;
        attributes.iter().try_for_each(|(attribute, value)| document.text(attribute, value))?;
        // 0: the text never changed after the file was made.
        document.number("mtime", 0i64)
    }
}

/// A dataset being written, for its attributes. Every call ends in [`Error::File`] when the disk refuses.
pub struct Dataset<'a> {
    output: &'a Output,
    path: String,
    data: H5Dataset,
}

impl Dataset<'_> {
    fn checked<T>(&self, result: Result<T, Hdf5Error>) -> Result<T, Error> {
        result.map_err(|e| self.output.failed(&self.path, e))
    }

    /// Path from the root, with a leading slash.
    pub fn path(&self) -> String {
        format!("/{}", self.path)
    }

    /// Sets a text attribute.
    pub fn text(&self, name: &str, value: &str) -> Result<(), Error> {
        let attribute = self.data.new_attr::<VarLenUnicode>().shape(()).create(name);
        self.checked(attribute.and_then(|a| a.write_string(value)))
    }

    /// Sets an attribute with a list of texts.
    pub fn texts(&self, name: &str, values: &[&str]) -> Result<(), Error> {
        let attribute = self.data.new_attr::<VarLenUnicode>().shape([values.len()]).create(name);
        self.checked(attribute.and_then(|a| a.write_string_array(values)))
    }

    /// Sets an attribute with one number.
    pub fn number<T: H5Type>(&self, name: &str, value: T) -> Result<(), Error> {
        self.checked(self.data.new_attr::<T>().shape(()).create(name).and_then(|a| a.write_numeric(&value)))
    }

    /// Sets an attribute that refers to another object of the file.
    pub fn reference(&self, name: &str, target: &Dataset) -> Result<(), Error> {
        let attribute = self.data.new_attr::<u64>().shape(()).create(name);
        self.checked(attribute.and_then(|a| a.write_object_references(&[&target.path()])))
    }
}
