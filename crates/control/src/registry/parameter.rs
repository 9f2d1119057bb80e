//! Parameters of an entry: their table, and the values that a configuration gives them.

use crate::{Error, Name};
use lobule_signal::Ranges;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Flag(bool),
    /// A number.
    Number(f64),
    /// Several numbers.
    Numbers(Vec<f64>),
    /// A word or a text.
    Word(String),
}

/// Parameters as a configuration gives them: those that differ from the defaults.
pub type Values = BTreeMap<String, Value>;

/// Default and range of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// True or false.
    Flag(bool),
    /// A number: default, lowest and highest.
    Number(f64, [f64; 2]),
    /// A whole number: default, lowest and highest.
    Whole(u64, [u64; 2]),
    /// Several numbers: default, lowest and highest of each.
    Numbers(&'static [f64], [f64; 2]),
    /// One of some words: default, all.
    Word(&'static str, &'static [&'static str]),
    /// Any text, such as the name of a file: default.
    Text(&'static str),
}

pub(super) type Text = &'static str;

/// A parameter of a controller or plant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Parameter {
    /// Its key.
    pub key: &'static str,
    /// Its unit; 1 for none.
    pub unit: &'static str,
    /// Default and range.
    pub kind: Kind,
    /// Its meaning.
    pub about: &'static str,
}

/// A number of a table: default, lowest and highest.
pub const fn number(key: Text, unit: Text, default: f64, limits: [f64; 2], about: Text) -> Parameter {
    Parameter { key, unit, kind: Kind::Number(default, limits), about }
}

/// A whole number of a table.
pub const fn whole(key: Text, unit: Text, default: u64, limits: [u64; 2], about: Text) -> Parameter {
    Parameter { key, unit, kind: Kind::Whole(default, limits), about }
}

/// Several numbers of a table: their defaults, lowest and highest of each.
pub const fn numbers(
    key: Text,
    unit: Text,
    default: &'static [f64],
    limits: [f64; 2],
    about: Text,
) -> Parameter {
    Parameter { key, unit, kind: Kind::Numbers(default, limits), about }
}

/// A word of a table: default and all.
pub const fn word(key: Text, default: Text, words: &'static [Text], about: Text) -> Parameter {
    Parameter { key, unit: "1", kind: Kind::Word(default, words), about }
}

/// A text of a table, such as the name of a file.
pub const fn text(key: Text, default: Text, about: Text) -> Parameter {
    Parameter { key, unit: "1", kind: Kind::Text(default), about }
}

/// A flag of a table.
pub const fn flag(key: Text, default: bool, about: Text) -> Parameter {
    Parameter { key, unit: "1", kind: Kind::Flag(default), about }
}

/// Numbers from 0, with room for any unit that a body is measured in. Chosen: sums of squares of more have no digits left.
pub const NOT_NEGATIVE: [f64; 2] = [0.0, 1e12];
/// Numbers above 0, as well.
pub const POSITIVE: [f64; 2] = [1e-12, 1e12];
/// Numbers of either sign, as well.
pub const FINITE: [f64; 2] = [-1e12, 1e12];
/// A part of something, above 0 to 1.
pub const SHARE: [f64; 2] = [1e-9, 1.0];
/// Time constants and durations, s: from a microsecond to a day.
pub const TIME_S: [f64; 2] = [1e-6, 86_400.0];
/// Delays and responses, s: those of a loop that is of use.
pub const SHORT_S: [f64; 2] = [0.0, 60.0];

impl Parameter {
    /// Allowed values, in words.
    pub fn allowed(&self) -> String {
        let plain = |x: f64| match x.abs() {
            0.0 | 1e-3..1e6 => x.to_string(),
            _ => format!("{x:e}"),
        };
        let range = |limits: [f64; 2]| match limits {
            [low, high] => format!("{} to {}", plain(low), plain(high)),
        };
        match self.kind {
            Kind::Flag(_) => "true or false".into(),
            Kind::Number(_, limits) => range(limits),
            Kind::Whole(_, [low, high]) => format!("a whole number, {low} to {high}"),
            Kind::Numbers(_, limits) => format!("numbers, each {}", range(limits)),
            Kind::Word(_, words) => words.join(", "),
            Kind::Text(_) => "a text".into(),
        }
    }

    /// Its default.
    pub fn default(&self) -> Value {
        match self.kind {
            Kind::Flag(flag) => Value::Flag(flag),
            Kind::Number(number, _) => Value::Number(number),
            Kind::Whole(number, _) => Value::Number(number as f64),
            Kind::Numbers(numbers, _) => Value::Numbers(numbers.to_vec()),
            Kind::Word(word, _) | Kind::Text(word) => Value::Word(word.into()),
        }
    }

    fn check(&self, part: &str, value: &Value) -> Result<(), Error> {
        let number = |value: f64, ok: bool| -> Result<(), Error> {
            let allowed = format!("{}; unit: {}", self.allowed(), self.unit);
            Ok(Ranges::of(part.to_string()).require(ok, self.key, value, allowed)?)
        };
        let within = |value: f64, [low, high]: [f64; 2]| number(value, (low..=high).contains(&value));
        match (&self.kind, value) {
            (Kind::Flag(_), Value::Flag(_)) => Ok(()),
            (Kind::Number(_, limits), Value::Number(value)) => within(*value, *limits),
            (Kind::Whole(_, [low, high]), Value::Number(value)) => {
                number(*value, value.fract() == 0.0 && (*low as f64..=*high as f64).contains(value))
            }
            (Kind::Numbers(_, limits), Value::Numbers(values)) => {
                values.iter().try_for_each(|value| within(*value, *limits))
            }
            (Kind::Text(_), Value::Word(_)) => Ok(()),
            (Kind::Word(_, words), Value::Word(word)) if words.contains(&word.as_str()) => Ok(()),
            _ => Err(Error::Description {
                part: Name::Owned(part.into()),
                what: format!("{} = {value} is not allowed; {}", self.key, self.allowed()),
            }),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Value::Flag(flag) => write!(f, "{flag}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Numbers(numbers) => write!(f, "{numbers:?}"),
            Value::Word(word) => write!(f, "\"{word}\""),
        }
    }
}

/// Every parameter of an entry, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    pub(super) part: &'static str,
    values: BTreeMap<&'static str, Value>,
}

impl Given {
    /// The defaults of `tables`, changed by `values`.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a key that no table has, [`Error::Parameter`] and [`Error::Description`] for a value outside its range.
    pub fn resolve(
        part: &'static str,
        tables: &[&'static [Parameter]],
        values: &Values,
    ) -> Result<Self, Error> {
        let all = || tables.iter().flat_map(|table| table.iter());
        let mut given: BTreeMap<&'static str, Value> = all().map(|p| (p.key, p.default())).collect();
        for (key, value) in values {
            let unknown =
                || Error::unknown(format!("parameter of `{part}` called"), key, all().map(|p| p.key));
            let parameter = all().find(|p| p.key == key).ok_or_else(unknown)?;
            parameter.check(part, value)?;
            given.insert(parameter.key, value.clone());
        }
        Ok(Self { part, values: given })
    }

    /// The value of a key as a kind that `read` takes.
    fn get<'a, T>(&'a self, key: &str, read: impl Fn(&'a Value) -> Option<T>) -> T {
        let value = self.values.get(key);
        value.and_then(read).unwrap_or_else(|| {
            panic!("a bug: `{key}` of `{}` is read as another kind than {value:?}", self.part)
        })
    }

    /// A number.
    ///
    /// # Panics
    /// As all of these, when the table has no such parameter of that kind: a bug of the entry.
    pub fn number(&self, key: &str) -> f64 {
        self.get(key, |value| if let Value::Number(number) = value { Some(*number) } else { None })
    }

    /// A number for each key.
    pub fn each<const N: usize>(&self, keys: [&str; N]) -> [f64; N] {
        keys.map(|key| self.number(key))
    }

    /// A whole number.
    pub fn whole(&self, key: &str) -> usize {
        self.number(key) as usize
    }

    /// Several numbers.
    pub fn numbers(&self, key: &str) -> &[f64] {
        self.get(key, |value| if let Value::Numbers(numbers) = value { Some(&numbers[..]) } else { None })
    }

    /// Two numbers; one stands for both.
    ///
    /// # Errors
    /// As [`Given::numbers_of`].
    pub fn pair(&self, key: &'static str) -> Result<[f64; 2], Error> {
        let two = self.numbers_of(key, 2, 0.0)?;
        Ok([two[0], two[1]])
    }

    /// So many numbers; one number stands for all, none for `otherwise`.
    ///
    /// # Errors
    /// [`Error::Length`] for another number of them.
    pub fn numbers_of(&self, key: &'static str, count: usize, otherwise: f64) -> Result<Vec<f64>, Error> {
        match self.numbers(key) {
            [] => Ok(vec![otherwise; count]),
            [one] => Ok(vec![*one; count]),
            many if many.len() == count => Ok(many.to_vec()),
            many => Err(Error::Length {
                part: self.part.into(),
                input: key.into(),
                count: many.len(),
                needed: format!("one for all, or {count}"),
            }),
        }
    }

    /// `base` with each of its fields that has the name of a parameter set to that parameter.
    ///
    /// # Errors
    /// As [`Given::numbers_of`], for a field of so many numbers.
    pub fn over<T: Serialize + DeserializeOwned>(&self, base: T) -> Result<T, Error> {
        let bug = |error| Error::Description {
            part: self.part.into(),
            what: format!("a bug of its table: {error}"),
        };
        let mut fields = serde_json::to_value(base).map_err(bug)?;
        // A field says by its own value whether it is whole, and of how many numbers.
        for (name, field) in fields.as_object_mut().into_iter().flatten() {
            *field = match (self.values.get_key_value(name.as_str()), &*field) {
                (None, _) => continue,
                (Some((_, Value::Number(number))), Json::Number(old)) if old.is_u64() => {
                    Json::from(*number as u64)
                }
                (Some((key, Value::Numbers(_))), Json::Array(old)) => {
                    Json::from(self.numbers_of(key, old.len(), 0.0)?)
                }
                (Some((_, value)), _) => serde_json::to_value(value).map_err(bug)?,
            };
        }
        serde_json::from_value(fields).map_err(bug)
    }

    /// A word or a text.
    pub fn word(&self, key: &str) -> &str {
        self.get(key, |value| if let Value::Word(word) = value { Some(&word[..]) } else { None })
    }

    /// True or false.
    pub fn flag(&self, key: &str) -> bool {
        self.get(key, |value| if let Value::Flag(flag) = value { Some(*flag) } else { None })
    }
}
