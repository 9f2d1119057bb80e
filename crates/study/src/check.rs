//! Checks of configuration values: every refusal names key, value and what is allowed.

use crate::Error;
use std::cmp::Ordering;
use std::fmt::Display;
use std::ops::RangeInclusive;

/// The checker of one table of a configuration. A check fails with [`Error::Config`], and is followed by the next.
///
/// # Example
/// ```
/// use lobule_study::Check;
///
/// let protocol = Check::of("protocol");
/// protocol.within("trials", 40, 1..=100_000)?.above("trial_ms", 300.0, 0.0)?;
/// let refused = protocol.within("trials", 0, 1..=100_000).unwrap_err();
/// assert_eq!(refused.to_string(), "protocol.trials: 0; 1 to 100000 is allowed");
/// # Ok::<(), lobule_study::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    table: &'a str,
}

impl<'a> Check<'a> {
    /// The checker of the table of that path; the empty path is the document itself.
    pub fn of(table: &'a str) -> Self {
        Self { table }
    }

    /// The refusal of a key of the table; `what` holds value, allowed range and remedy.
    pub fn refusal(&self, key: &str, what: impl Into<String>) -> Error {
        let key = match (self.table, key) {
            ("", key) => key.into(),
            (table, "") => table.into(),
            (table, key) => format!("{table}.{key}"),
        };
        Error::config(key, what)
    }

    /// Refuses the value of a key unless it `is_allowed`; `allowed` completes "`value`; …".
    pub fn that(
        &self,
        key: &str,
        value: impl Display,
        is_allowed: bool,
        allowed: &str,
    ) -> Result<&Self, Error> {
        if is_allowed { Ok(self) } else { Err(self.refusal(key, format!("{value}; {allowed}"))) }
    }

    /// A number in a range, both ends included.
    pub fn within<T>(&self, key: &str, value: T, range: RangeInclusive<T>) -> Result<&Self, Error>
    where
        T: PartialOrd + Display + Copy,
    {
        let allowed = format!("{} to {} is allowed", range.start(), range.end());
        self.that(key, value, range.contains(&value), &allowed)
    }

    /// A finite number above a limit.
    pub fn above(&self, key: &str, value: f64, limit: f64) -> Result<&Self, Error> {
        let is_allowed = value.is_finite() && value > limit;
        self.that(key, value, is_allowed, &format!("a finite number above {limit} is needed"))
    }

    /// A finite number that is at least as large as a limit.
    pub fn at_least(&self, key: &str, value: f64, limit: f64) -> Result<&Self, Error> {
        let is_allowed = value.is_finite() && value >= limit;
        self.that(key, value, is_allowed, &format!("a finite number of at least {limit} is needed"))
    }

    /// A finite number.
    pub fn finite(&self, key: &str, value: f64) -> Result<&Self, Error> {
        self.that(key, value, value.is_finite(), "a finite number is needed")
    }

    /// A time in a range, both ends included, of whole ticks; all in ms.
    ///
    /// # Errors
    /// [`Error::Config`].
    pub fn ticks_within(
        &self,
        key: &str,
        ms: usize,
        range: RangeInclusive<usize>,
        tick_ms: usize,
    ) -> Result<&Self, Error> {
        self.within(key, ms, range)?.whole_ticks(key, ms as f64, tick_ms as f64)
    }

    /// A list of numbers that all lie in a range, both ends included; the first that does not is named.
    pub fn all_within<T>(&self, key: &str, values: &[T], range: RangeInclusive<T>) -> Result<&Self, Error>
    where
        T: PartialOrd + Display + Copy,
    {
        values.iter().try_fold(self, |check, &value| check.within(key, value, range.clone()))
    }

    /// A list with at least one entry.
    pub fn some<T>(&self, key: &str, list: &[T]) -> Result<&Self, Error> {
        self.that(key, "[]", !list.is_empty(), "at least one entry is needed")
    }

    /// A list with a number of entries in a range.
    pub fn length<T>(&self, key: &str, list: &[T], range: RangeInclusive<usize>) -> Result<&Self, Error> {
        let count = list.len();
        let allowed = format!("{} to {} entries are allowed", range.start(), range.end());
        self.that(key, format!("{count} entries"), range.contains(&count), &allowed)
    }

    /// A list without two equal entries; the first that occurs again is named.
    pub fn distinct<T: PartialEq + std::fmt::Debug>(&self, key: &str, list: &[T]) -> Result<&Self, Error> {
        match list.iter().enumerate().find(|(k, entry)| list[..*k].contains(entry)) {
            Some((_, twice)) => {
                Err(self.refusal(key, format!("{twice:?} occurs twice; each entry must differ")))
            }
            None => Ok(self),
        }
    }

    /// A list of numbers each of which is larger than the one before.
    pub fn rising<T: PartialOrd + Display>(&self, key: &str, list: &[T]) -> Result<&Self, Error> {
        match list.windows(2).find(|w| w[0].partial_cmp(&w[1]) != Some(Ordering::Less)) {
            Some(w) => Err(self.refusal(key, format!("{} after {}; the values must rise", w[1], w[0]))),
            None => Ok(self),
        }
    }

    /// A word among those that are known.
    pub fn one_of(&self, key: &str, value: &str, known: &[&str]) -> Result<&Self, Error> {
        let allowed = format!("known are: {}", known.join(", "));
        self.that(key, format!("`{value}`"), known.contains(&value), &allowed)
    }

    /// A number of whole ticks of `tick`, both in one unit; a refusal names the nearest.
    pub fn whole_ticks(&self, key: &str, value: f64, tick: f64) -> Result<&Self, Error> {
        let ticks = (value / tick).round();
        let is_whole =
            value.is_finite() && ticks >= 0.0 && (value - ticks * tick).abs() <= 1e-9 * tick.max(value.abs());
        let nearest = if ticks.is_finite() { ticks.max(0.0) * tick } else { 0.0 };
        let allowed = format!("a whole number of ticks of {tick} is needed; the nearest is {nearest}");
        self.that(key, value, is_whole, &allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_name_key_value_and_what_is_allowed() {
        let check = Check::of("a.b");
        let say = |refused: Result<&Check, Error>| refused.unwrap_err().to_string();
        assert_eq!(say(check.above("x", f64::NAN, 0.0)), "a.b.x: NaN; a finite number above 0 is needed");
        assert_eq!(say(check.at_least("x", -1.0, 0.0)), "a.b.x: -1; a finite number of at least 0 is needed");
        assert_eq!(say(check.within("x", 2.5, 0.0..=1.0)), "a.b.x: 2.5; 0 to 1 is allowed");
        assert_eq!(say(check.within("x", f64::NAN, 0.0..=1.0)), "a.b.x: NaN; 0 to 1 is allowed");
        assert_eq!(say(check.all_within("x", &[1, 9], 0..=3)), "a.b.x: 9; 0 to 3 is allowed");
        assert_eq!(say(check.some::<u8>("x", &[])), "a.b.x: []; at least one entry is needed");
        assert_eq!(say(check.length("x", &[1], 2..=3)), "a.b.x: 1 entries; 2 to 3 entries are allowed");
        assert_eq!(say(check.distinct("x", &[1, 2, 1])), "a.b.x: 1 occurs twice; each entry must differ");
        assert_eq!(say(check.rising("x", &[1.0, 1.0])), "a.b.x: 1 after 1; the values must rise");
        assert_eq!(say(check.one_of("x", "y", &["z"])), "a.b.x: `y`; known are: z");
        assert!(say(check.whole_ticks("x", 2.5, 1.0)).contains("nearest is 3"));
        assert_eq!(Check::of("").refusal("x", "0").to_string(), "x: 0");
        assert!(check.within("x", 1, 0..=1).is_ok() && check.whole_ticks("x", 0.3, 0.1).is_ok());
    }
}
