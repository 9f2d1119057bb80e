//! A place in a configuration tree: a value and the path to it, so that every
//! message can say where it is (`connectivity.golgi_to_golgi.affinity`).

use crate::error::{Error, Result, ensure};
use serde_json::Value;
use std::path::Path;

/// A value of the tree with its path.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    file: &'a Path,
    pub value: &'a Value,
    /// From the root: keys joined by dots, places in lists in brackets.
    path: String,
}

impl<'a> Node<'a> {
    pub fn root(file: &'a Path, value: &'a Value) -> Self {
        Self { file, value, path: String::new() }
    }

    pub fn error(&self, what: impl Into<String>) -> Error {
        let node = if self.path.is_empty() { "(root)" } else { &self.path };
        Error::Configuration { file: self.file.into(), node: node.into(), what: what.into() }
    }

    fn expected(&self, kind: &str) -> Error {
        let mut found = self.value.to_string();
        if found.chars().count() > 60 {
            found = found.chars().take(57).chain("...".chars()).collect();
        }
        self.error(format!("{found}; expected {kind}"))
    }

    /// The member `key`; `None` when it is absent or null.
    pub fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.value.get(key).filter(|v| !v.is_null())?;
        let path = if self.path.is_empty() { key.into() } else { format!("{}.{key}", self.path) };
        Some(Node { file: self.file, value, path })
    }

    pub fn require(&self, key: &str) -> Result<Node<'a>> {
        self.get(key).ok_or_else(|| self.error(format!("`{key}` is missing; add it")))
    }

    /// The member `key` as `read` parses it, if it is there.
    pub fn maybe<T>(&self, key: &str, read: impl FnOnce(&Self) -> Result<T>) -> Result<Option<T>> {
        self.get(key).map(|node| read(&node)).transpose()
    }

    /// The member `key` as `read` parses it, else `default`.
    pub fn or<T>(&self, key: &str, default: T, read: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        Ok(self.maybe(key, read)?.unwrap_or(default))
    }

    /// The members, which must have names of `known`.
    pub fn allow(&self, known: &[&str]) -> Result<()> {
        let unknown = self.entries()?.into_iter().find(|(name, _)| !known.contains(name));
        unknown.map_or(Ok(()), |(_, node)| {
            Err(node.error(format!("is not known to lobule; known here are {}", known.join(", "))))
        })
    }

    /// Names and nodes of all members but nulls, in order of name.
    pub fn entries(&self) -> Result<Vec<(&'a str, Node<'a>)>> {
        let object = self.value.as_object().ok_or_else(|| self.expected("a mapping of names to values"))?;
        Ok(object.keys().filter_map(|k| Some((k.as_str(), self.get(k)?))).collect())
    }

    pub fn entries_of(&self, key: &str) -> Result<Vec<(&'a str, Node<'a>)>> {
        self.or(key, Vec::new(), Node::entries)
    }

    pub fn items(&self) -> Result<Vec<Node<'a>>> {
        let list = self.value.as_array().ok_or_else(|| self.expected("a list"))?;
        let item = |(i, value)| Node { file: self.file, value, path: format!("{}[{i}]", self.path) };
        Ok(list.iter().enumerate().map(item).collect())
    }

    pub fn text(&self) -> Result<String> {
        self.value.as_str().map(String::from).ok_or_else(|| self.expected("a text"))
    }

    pub fn texts(&self) -> Result<Vec<String>> {
        self.items()?.iter().map(Node::text).collect()
    }

    /// The list of texts at `key`, empty when absent.
    pub fn texts_of(&self, key: &str) -> Result<Vec<String>> {
        self.or(key, Vec::new(), Node::texts)
    }

    pub fn flag(&self) -> Result<bool> {
        self.value.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    pub fn number(&self) -> Result<f64> {
        self.value.as_f64().filter(|v| v.is_finite()).ok_or_else(|| self.expected("a finite number"))
    }

    pub fn number_in(&self, low: f64, high: f64) -> Result<f64> {
        let value = self.number()?;
        ensure(low <= value && value <= high, || {
            self.error(format!("{value}; allowed {}", range(low, high)))
        })?;
        Ok(value)
    }

    /// A number above 0, at most `high`.
    pub fn positive(&self, high: f64, what: &str) -> Result<f64> {
        let value = self.number_in(0.0, high)?;
        ensure(value > 0.0, || self.error(format!("0; give {what} above 0 um")))?;
        Ok(value)
    }

    /// A whole number in `low..=high`, also when written like `4.0`.
    pub fn whole_in(&self, low: u32, high: u32) -> Result<u32> {
        let value = self.number_in(f64::from(low), f64::from(high))?;
        ensure(value.fract() == 0.0, || {
            self.error(format!("{value}; allowed are whole numbers from {low} to {high}"))
        })?;
        Ok(value as u32)
    }

    pub fn vector(&self) -> Result<[f64; 3]> {
        let items = self.items()?;
        let numbers = items.iter().map(Node::number).collect::<Result<Vec<f64>>>()?;
        numbers.try_into().map_err(|_| self.expected("three numbers"))
    }
}

fn range(low: f64, high: f64) -> String {
    if high.is_infinite() || high >= f64::from(u32::MAX) {
        format!("{low} or more")
    } else {
        format!("{low}..{high}")
    }
}
