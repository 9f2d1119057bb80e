//! Attributes of groups and datasets.

use super::links::{Node, damaged, unreadable};
use super::values;
use crate::error::{Error, Result, ensure};
use rust_hdf5::DatatypeMessage;
use rust_hdf5::format::messages::attribute::AttributeEntry;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// The attributes of an object.
pub struct Attributes<'a> {
    /// The file the object was asked from.
    file: &'a Path,
    node: &'a Node,
    entries: BTreeMap<String, AttributeEntry>,
}

impl<'a> Attributes<'a> {
    pub(super) fn of(file: &'a Path, node: &'a Node) -> Result<Self> {
        let place = &node.place;
        let entries = place.file.headers.borrow_mut().attributes(place.address);
        let entries = entries.map_err(|e| unreadable(place, &e))?;
        Ok(Self { file, node, entries })
    }

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
        Error::content(self.file, self.object(name), what)
    }

    fn missing(&self, name: &str) -> Error {
        self.error(name, "is missing; the layout needs it: write the file again")
    }

    /// A text attribute, fixed or variable length.
    pub fn text(&self, name: &str) -> Result<String, Error> {
        let (datatype, data) = self.value(name)?;
        let texts = self.node.place.texts(datatype, data);
        let texts = texts.map_err(|what| self.error(name, what))?;
        let n = texts.len();
        let only = <[String; 1]>::try_from(texts);
        only.map(|[text]| text).map_err(|_| self.error(name, format!("holds {n} texts; one is needed")))
    }

    /// The texts of a list; none for an empty one, whatever type it has (numpy gives an empty list that of numbers).
    pub fn texts(&self, name: &str) -> Result<Vec<String>, Error> {
        let (datatype, data) = self.value(name)?;
        if data.is_empty() {
            return Ok(Vec::new());
        }
        self.node.place.texts(datatype, data).map_err(|what| self.error(name, what))
    }

    /// Names of the attributes, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
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
                let is_here = Rc::ptr_eq(&self.node.place.file, &object.place.file);
                Ok(is_here && u64::from_le_bytes(*address) == object.place.address)
            }
            _ => Err(self.error(name, "is no reference to an object; write the file again")),
        }
    }

    /// The whole numbers of an attribute of any shape.
    pub fn integers(&self, name: &str) -> Result<Vec<i64>, Error> {
        let (datatype, data) = self.value(name)?;
        values::integers(datatype, data).map_err(|what| self.error(name, what))
    }

    /// The numbers of an attribute of any shape.
    pub fn floats(&self, name: &str) -> Result<Vec<f64>, Error> {
        let (datatype, data) = self.value(name)?;
        values::floats(datatype, data).map_err(|what| self.error(name, what))
    }

    fn value(&self, name: &str) -> Result<(&DatatypeMessage, &[u8])> {
        let entry = self.entries.get(name).ok_or_else(|| self.missing(name))?;
        let message = entry.decoded().map_err(|e| {
            self.error(
                name,
                format!("cannot be read ({e}): it is damaged, or of a kind lobule does not know"),
            )
        })?;
        let count = message.dataspace.element_count().unwrap_or(u64::MAX);
        let wanted = count.saturating_mul(u64::from(message.datatype.element_size()));
        let data = usize::try_from(wanted).ok().and_then(|n| message.data.get(..n));
        let data = data
            .ok_or_else(|| self.error(name, damaged(&format!("{} of {wanted} bytes", message.data.len()))))?;
        ensure(!message.dataspace.is_null() || data.is_empty(), || self.error(name, "holds nothing"))?;
        Ok((&message.datatype, data))
    }
}
