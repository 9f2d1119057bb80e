//! Limits of a configuration's numbers, as its documented defaults declare them behind each value.

use crate::settings::{joined, parse, shown};
use crate::{Card, Error};
use std::collections::BTreeMap;
use std::fmt;
use toml::{Table, Value};
use toml_edit::{DocumentMut, Item};

/// Limits of all numbers of a configuration. The defaults declare each in a comment behind the value:
///
/// ```toml
/// trials = 40            # 1 to 100000
/// dt_s = 0.01            # above 0 to 1
/// forgetting = 0.1       # above 0 to below 1
/// delays_s = [0.1, 0.2]  # 0 to 2, 1 to 20 entries
/// size_um = [200, 200]   # 50 to 1000, 2 entries
/// ```
///
/// so that a reader of the defaults sees what is allowed, and what is refused is what is written there. A table of bodies of one's own
/// ([`Card::open_tables`]) has the limits of the entries that are there.
#[derive(Debug)]
pub(crate) struct Limits {
    of: BTreeMap<String, Limit>,
    open: &'static [&'static str],
    /// Name of the experiment.
    of_name: &'static str,
}

/// Limits of one key: of its number, or of all numbers in its array, and of the number of entries.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Limit {
    low: f64,
    /// True if `low` itself is refused.
    is_above: bool,
    high: f64,
    /// True if `high` itself is refused.
    is_below: bool,
    entries: Option<(usize, usize)>,
}

/// Entries of an array without limits of its own.
const MOST_ENTRIES: usize = 1000;
/// Limit of a number without limits of its own, such as one of a body of one's own that no other body has.
const ANY: Limit = Limit { low: -1e9, is_above: false, high: 1e9, is_below: false, entries: None };

impl Limits {
    /// The limits that the defaults of a card declare.
    ///
    /// # Errors
    /// A comment behind a value that is no limit.
    pub fn of(card: &Card) -> Result<Self, Error> {
        let wrong = |what: String| Error::config(format!("defaults of {}", card.name), what);
        let document: DocumentMut =
            card.defaults.parse().map_err(|e: toml_edit::TomlError| wrong(e.to_string()))?;
        let mut of = BTreeMap::new();
        collect(document.as_item(), "", &mut of).map_err(wrong)?;
        Ok(Self { of, open: card.open_tables, of_name: card.name })
    }

    /// Refuses the first number that is outside of its limits.
    ///
    /// # Errors
    /// [`Error::Config`] with key, value and what is allowed.
    pub fn check(&self, table: &Table) -> Result<(), Error> {
        self.check_table(table, "")
    }

    fn check_table(&self, table: &Table, path: &str) -> Result<(), Error> {
        for (key, value) in table {
            let path = joined(path, key);
            match value {
                Value::Table(inner) => self.check_table(inner, &path)?,
                // Seeds have a check of their own.
                _ if path == "seeds" => {}
                value => self.check_value(value, &path)?,
            }
        }
        Ok(())
    }

    fn check_value(&self, value: &Value, path: &str) -> Result<(), Error> {
        let limit = self.find(path);
        if let Value::Array(list) = value {
            let (fewest, most) = limit.and_then(|limit| limit.entries).unwrap_or((0, MOST_ENTRIES));
            if !(fewest..=most).contains(&list.len()) {
                let allowed = if fewest == most { fewest.to_string() } else { format!("{fewest} to {most}") };
                let (list_shown, remedy) = (shown(value), self.remedy());
                let what =
                    format!("{list_shown} has {} entries; {allowed} are allowed; {remedy}", list.len());
                return Err(Error::config(path, what));
            }
        }
        self.check_numbers(value, path, limit)
    }

    /// Checks a number, or all numbers of an array, at any depth.
    fn check_numbers(&self, value: &Value, path: &str, limit: Option<&Limit>) -> Result<(), Error> {
        let number = match value {
            Value::Integer(number) => *number as f64,
            Value::Float(number) => *number,
            Value::Array(list) => return list.iter().try_for_each(|v| self.check_numbers(v, path, limit)),
            // Such as the masses of a body of one's own.
            Value::Table(entry) => {
                return entry.iter().try_for_each(|(key, v)| self.check_numbers(v, &joined(path, key), None));
            }
            _ => return Ok(()),
        };
        let limit = limit.unwrap_or(&ANY);
        if limit.allows(number) {
            return Ok(());
        }
        Err(Error::config(path, format!("{}; {limit} is allowed; {}", shown(value), self.remedy())))
    }

    fn remedy(&self) -> String {
        format!("`lobule show {}` tells its meaning and unit", self.of_name)
    }

    /// The limit of a key; one of an entry of one's own is that of the entries that are there.
    fn find(&self, path: &str) -> Option<&Limit> {
        self.of.get(path).or_else(|| {
            let (table, rest) = self.open.iter().find_map(|open| {
                path.strip_prefix(open)?.strip_prefix('.')?.split_once('.').map(|(_, rest)| (*open, rest))
            })?;
            let is_sibling = |known: &str| {
                let entry = known.strip_prefix(table).and_then(|known| known.strip_prefix('.'));
                entry.and_then(|entry| entry.split_once('.')).is_some_and(|(_, key)| key == rest)
            };
            self.of.iter().find(|(known, _)| is_sibling(known)).map(|(_, limit)| limit)
        })
    }

    /// Keys of a configuration that hold numbers without limits.
    pub fn missing(&self, table: &Table) -> Vec<String> {
        let mut missing = Vec::new();
        visit(table, "", &mut |path, value| {
            if holds_number(value) && path != "seeds" && self.find(path).is_none() {
                missing.push(path.to_string());
            }
        });
        missing
    }
}

/// Keys of the defaults of a card whose numbers have no limits, for the tests of a catalogue: there should be none.
///
/// # Errors
/// Defaults that are no TOML, or declare what is no limit.
pub fn numbers_without_limits(card: &Card) -> Result<Vec<String>, Error> {
    Ok(Limits::of(card)?.missing(&parse(card.defaults, card.name)?))
}

/// Calls `see` with the path and value of every key that is no table.
fn visit(table: &Table, path: &str, see: &mut dyn FnMut(&str, &Value)) {
    for (key, value) in table {
        let path = joined(path, key);
        match value {
            Value::Table(inner) => visit(inner, &path, see),
            value => see(&path, value),
        }
    }
}

fn holds_number(value: &Value) -> bool {
    match value {
        Value::Integer(_) | Value::Float(_) => true,
        Value::Array(list) => list.iter().any(holds_number),
        _ => false,
    }
}

/// Reads the comments behind all values of a table.
fn collect(item: &Item, path: &str, of: &mut BTreeMap<String, Limit>) -> Result<(), String> {
    let Some(table) = item.as_table_like() else { return Ok(()) };
    for (key, item) in table.iter() {
        let path = joined(path, key);
        if let Item::Value(value) = item
            && !value.is_inline_table()
        {
            let comment = value.decor().suffix().and_then(|text| text.as_str()).unwrap_or("").trim();
            if let Some(text) = comment.strip_prefix('#') {
                of.insert(path.clone(), Limit::parse(text.trim()).ok_or_else(|| no_limit(&path, text))?);
            }
        }
        collect(item, &path, of)?;
    }
    Ok(())
}

fn no_limit(path: &str, text: &str) -> String {
    format!(
        "{path}: `{}` behind a value is no limit; write `0 to 1`, `above 0 to below 1` or `0 to 1, 1 to 20 entries`",
        text.trim()
    )
}

impl Limit {
    fn parse(text: &str) -> Option<Self> {
        let (numbers, entries) = match text.split_once(',') {
            Some((numbers, entries)) => (numbers, Some(entries.trim().strip_suffix("entries")?)),
            None => (text, None),
        };
        let (low, high) = numbers.trim().split_once(" to ")?;
        let (is_above, low) = bound(low, "above ")?;
        let (is_below, high) = bound(high, "below ")?;
        let entries = match entries {
            Some(text) => Some(counts(text.trim())?),
            None => None,
        };
        let is_range = low.is_finite() && high.is_finite() && low <= high;
        is_range.then_some(Self { low, is_above, high, is_below, entries })
    }

    fn allows(&self, number: f64) -> bool {
        let is_end = self.is_above && number == self.low || self.is_below && number == self.high;
        (self.low..=self.high).contains(&number) && !is_end
    }
}

/// An end of a range, and true if a word before it excludes the end itself.
fn bound(text: &str, word: &str) -> Option<(bool, f64)> {
    let number = text.trim().strip_prefix(word);
    Some((number.is_some(), number.unwrap_or(text).trim().parse().ok()?))
}

/// Least and largest number of entries.
fn counts(text: &str) -> Option<(usize, usize)> {
    let (fewest, most) = text.split_once(" to ").unwrap_or((text, text));
    let (fewest, most) = (fewest.trim().parse().ok()?, most.trim().parse().ok()?);
    (fewest <= most).then_some((fewest, most))
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let above = if self.is_above { "above " } else { "" };
        let below = if self.is_below { "below " } else { "" };
        write!(f, "{above}{} to {below}{}", self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static CARD: Card = Card {
        name: "a/b",
        defaults: "seeds = [0]\ntrials = 40 # 1 to 100\nfree = 1.0\n[loop]\ndt_s = 0.01 # above 0 to 1\n\
                   delays = [0.1] # 0 to 2, 1 to 2 entries\nword = \"x\"\n\
                   pair = [0.1, 0.2] # above 0 to below 1, 2 entries\n\
                   [bodies.one]\nmass = 1.0 # 0 to 10\n",
        open_tables: &["bodies"],
        ..Card::BLANK
    };

    fn say(text: &str) -> String {
        let table = parse(text, "test").unwrap();
        Limits::of(&CARD).unwrap().check(&table).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn numbers_outside_of_what_the_defaults_declare_are_refused_with_key_value_and_range() {
        assert_eq!(
            say("trials = 101"),
            "trials: 101; 1 to 100 is allowed; `lobule show a/b` tells its meaning and unit"
        );
        assert!(say("[loop]\ndt_s = 0.0").starts_with("loop.dt_s: 0.0; above 0 to 1 is allowed"));
        assert!(say("[loop]\ndt_s = nan").starts_with("loop.dt_s: nan; above 0 to 1 is allowed"));
        assert!(say("[loop]\ndelays = [0.1, inf]").starts_with("loop.delays: inf; 0 to 2 is allowed"));
        assert!(say("[loop]\ndelays = []").starts_with("loop.delays: [] has 0 entries; 1 to 2 are allowed"));
        assert!(say("[loop]\ndelays = [[9.0]]").starts_with("loop.delays: 9.0; 0 to 2"));
        assert!(
            say("[loop]\npair = [1.0, 0.5]").starts_with("loop.pair: 1.0; above 0 to below 1 is allowed")
        );
        assert!(
            say("[loop]\npair = [0.0, 0.5]").starts_with("loop.pair: 0.0; above 0 to below 1 is allowed")
        );
        assert!(say("[loop]\npair = [0.5]").starts_with("loop.pair: [0.5] has 1 entries; 2 are allowed"));
        assert_eq!(say("trials = 100\n[loop]\ndt_s = 1\ndelays = [0, 2]"), "");
    }

    #[test]
    fn numbers_without_declared_limits_are_bounded_and_listed() {
        let allowed = "-1000000000 to 1000000000 is allowed";
        assert!(say("free = inf").starts_with(&format!("free: inf; {allowed}")));
        assert!(
            say("[bodies.mine]\nmasses = [{ mass = 1e300 }]")
                .contains(&format!("bodies.mine.masses.mass: 1e300; {allowed}"))
        );
        assert_eq!(say("free = 1e9"), "");
        assert_eq!(numbers_without_limits(&CARD).unwrap(), ["free"]);
    }

    #[test]
    fn an_entry_of_ones_own_has_the_limits_of_its_siblings() {
        assert!(say("[bodies.mine]\nmass = 11").starts_with("bodies.mine.mass: 11; 0 to 10"));
    }

    #[test]
    fn a_comment_behind_a_value_that_is_no_limit_is_refused() {
        for text in
            ["positive", "0 to", "1 to 0", "0 to inf", "0 to 1, few", "above 0", "0 to 1, 2 to 1 entries"]
        {
            assert_eq!(Limit::parse(text), None, "{text}");
        }
    }
}
