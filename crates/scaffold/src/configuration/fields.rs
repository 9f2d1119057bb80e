//! Reading the keys of a JSON object one by one. A value of the wrong kind, a missing key and a key
//! that nobody asked for become a [`Problem`] that names where it stands; reading goes on, so that all of them
//! can be told at once.

use super::ranges::{COORDINATE, MOST_RECEPTORS, Range};
use crate::error::listed;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

/// Something in a configuration that cannot be honored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, e.g. `simulations.basal.devices.noise.rate`.
    pub key: String,
    /// The value, what is known and the remedy.
    pub what: String,
}

impl Problem {
    /// A problem at a key.
    pub fn new(key: impl Into<String>, what: impl Into<String>) -> Self {
        Self { key: key.into(), what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.what)
    }
}

pub(super) type Problems = RefCell<Vec<Problem>>;

/// A value as a message shows it: the first 60 characters of its JSON.
pub(super) fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("`{}...`", &text[..end]),
        None => format!("`{text}`"),
    }
}

pub(super) struct Fields<'a> {
    /// Where the object stands.
    pub key: String,
    object: &'a Map<String, Value>,
    taken: RefCell<BTreeSet<String>>,
    pub problems: &'a Problems,
}

impl<'a> Fields<'a> {
    /// The keys of `value`, which stands at `key`; a problem when it is no object.
    pub fn of(value: &'a Value, key: impl Into<String>, problems: &'a Problems) -> Option<Self> {
        let key = key.into();
        let Some(object) = value.as_object() else {
            let what = format!("is {}; an object with keys is needed", shown(value));
            problems.borrow_mut().push(Problem::new(key, what));
            return None;
        };
        Some(Self { key, object, taken: RefCell::default(), problems })
    }

    pub fn at(&self, name: &str) -> String {
        format!("{}.{name}", self.key)
    }

    pub fn problem(&self, name: &str, what: impl Into<String>) {
        self.problems.borrow_mut().push(Problem::new(self.at(name), what));
    }

    /// Reports a problem at one of its keys that leaves nothing to go on with.
    pub fn refuse<T>(&self, name: &str, what: impl Into<String>) -> Option<T> {
        self.problem(name, what);
        None
    }

    /// The value of a key; none when it is absent or null.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.taken.borrow_mut().insert(name.into());
        self.object.get(name).filter(|v| !v.is_null())
    }

    pub fn object(&self, name: &str) -> Option<Fields<'a>> {
        Fields::of(self.value(name)?, self.at(name), self.problems)
    }

    /// The objects in the object at a key, which must be there; another value is a problem.
    pub fn needed_objects(&self, name: &str) -> impl Iterator<Item = (&'a str, Fields<'a>)> {
        let at = self.at(name);
        let entries = self.needed(name, Fields::object).map(|parent| parent.rest()).unwrap_or_default();
        let object = move |(k, v)| Some((k, Fields::of(v, format!("{at}.{k}"), self.problems)?));
        entries.into_iter().filter_map(object)
    }

    /// The value of a required key, as `read` parses it.
    pub fn needed<T>(&self, name: &str, read: impl FnOnce(&Self, &str) -> Option<T>) -> Option<T> {
        if self.value(name).is_none() {
            return self.refuse(name, "is missing; BSB needs it: add it to the configuration");
        }
        read(self, name)
    }

    /// Puts a value through `read`; a problem that says what is needed when it does not fit.
    fn read<T>(&self, name: &str, needed: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.value(name)?;
        let read = read(value);
        if read.is_none() {
            self.problem(name, format!("is {}; {needed} is needed", shown(value)));
        }
        read
    }

    /// A number of a range.
    pub fn within(&self, name: &str, range: &Range) -> Option<f64> {
        self.read(name, &range.to_string(), |v| number(v).filter(|n| range.contains(*n)))
    }

    /// A number of a range that must be there.
    pub fn needed_within(&self, name: &str, range: &Range) -> Option<f64> {
        self.needed(name, |fields, name| fields.within(name, range))
    }

    /// A list of numbers of a range.
    pub fn all_within(&self, name: &str, range: &Range) -> Option<Vec<f64>> {
        let numbers = self.numbers(name)?;
        match numbers.iter().position(|n| !range.contains(*n)) {
            None => Some(numbers),
            Some(k) => self.refuse(name, format!("has {:?} as entry {k}; {range} is needed", numbers[k])),
        }
    }

    /// A number of 0 or more.
    pub fn amount(&self, name: &str) -> Option<f64> {
        self.read(name, "a number of 0 or more", |v| number(v).filter(|n| *n >= 0.0))
    }

    pub fn count(&self, name: &str) -> Option<usize> {
        self.read(name, "a whole number of 0 or more", |v| usize::try_from(v.as_u64()?).ok())
    }

    /// The number of a receptor, from 1; 0 for none.
    pub fn receptor(&self, name: &str) -> Option<usize> {
        let needed = format!("a whole number of 0 or more, up to {MOST_RECEPTORS},");
        let fits = |v: &Value| usize::try_from(v.as_u64()?).ok().filter(|n| *n <= MOST_RECEPTORS);
        self.read(name, &needed, fits)
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.read(name, "true or false", Value::as_bool)
    }

    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.read(name, "a text", Value::as_str)
    }

    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        self.read(name, "a list of texts", |v| Vec::deserialize(v).ok())
    }

    pub fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        self.read(name, "a list of numbers", |v| v.as_array()?.iter().map(number).collect())
    }

    pub fn point<const N: usize>(&self, name: &str) -> Option<[f64; N]> {
        let within = |v: &Value| number(v).filter(|n| COORDINATE.contains(*n));
        let numbers = |v: &Value| v.as_array()?.iter().map(within).collect::<Option<Vec<f64>>>();
        self.read(name, &format!("a list of {N} numbers, each {COORDINATE}"), |v| numbers(v)?.try_into().ok())
    }

    /// The keys that nobody has asked for so far, with their values.
    pub fn rest(&self) -> Vec<(&'a str, &'a Value)> {
        let taken = self.taken.borrow();
        let rest = self.object.iter().filter(|(name, _)| !taken.contains(*name));
        rest.map(|(name, value)| (name.as_str(), value)).collect()
    }

    /// Reports the keys that nobody has asked for.
    pub fn finish(self) {
        let known = listed(self.taken.borrow().iter());
        for (name, value) in self.rest() {
            let value = shown(value);
            self.problem(name, format!("is {value} and not known here; known are: {known}; remove it"));
        }
    }
}

/// A finite number; BSB also takes one that is written as a text.
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    number.filter(|n| n.is_finite())
}
