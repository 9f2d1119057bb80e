//! Keys of a configuration that have an effect only together with others, as its documented defaults declare them.

use crate::settings::{joined, parse, shown};
use crate::{Card, Error};
use std::fmt;
use toml::{Table, Value};
use toml_edit::{DocumentMut, Item};

/// Conditions of all keys of a configuration. The defaults declare them in a line of the comment above a key or a table:
///
/// ```toml
/// # One of the plants below.
/// # Chooses among plants.
/// plant = "cart"
/// delay_s = 0.1
/// # Only with delay_s above 0.
/// horizon = 5
/// # Only with conditions = "noise" or "push".
/// sd = 0.1
/// # Only without file.
/// size_um = 200.0
/// # Without effect.
/// rest_hz = 15.0
/// # Without effect: bench.signals, bench.width_s.
/// lowest_hz = 0.1
/// # Only with plant = "pole".
/// [pole]
/// length_m = 1.0
/// ```
///
/// A list has a value if one of its entries is that value. A key that is `""`, `0`, `false` or `[]` is left out: `Only with file.` and
/// `Only without file.` ask for that.
#[derive(Debug)]
pub(crate) struct Effects {
    rules: Vec<Rule>,
    /// Values that keys without effect may have: those of the defaults, which come first, and of each preset.
    usual: Vec<Table>,
    of_name: &'static str,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    /// The key or table that is declared.
    path: String,
    condition: Condition,
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Never,
    /// The key has one of the values.
    Equal(String, Vec<Value>),
    /// The key is larger.
    Above(String, f64),
    /// The key is given, or left out.
    Given(String, bool),
    /// Entries of the table are those that the declared key names.
    Chosen(String),
}

impl Effects {
    /// The conditions that the defaults of a card declare.
    ///
    /// # Errors
    /// A line that is no condition, or names a key that is not there.
    pub fn of(card: &Card) -> Result<Self, Error> {
        let wrong = |what: String| Error::config(format!("defaults of {}", card.name), what);
        let document: DocumentMut =
            card.defaults.parse().map_err(|e: toml_edit::TomlError| wrong(e.to_string()))?;
        let defaults = parse(card.defaults, card.name)?;
        let mut rules = Vec::new();
        collect(document.as_item(), "", &mut rules).map_err(wrong)?;
        for rule in &rules {
            for key in [rule.condition.key(), Some(rule.path.as_str())].into_iter().flatten() {
                if value(&defaults, key).is_none() {
                    let what = format!("the condition of {} names {key}, which is not there", rule.path);
                    return Err(wrong(what));
                }
            }
        }
        let mut usual = vec![defaults.clone()];
        for preset in card.presets {
            let mut table = defaults.clone();
            crate::settings::lay(&mut table, parse(preset.toml, preset.name)?, card.open_tables)?;
            usual.push(table);
        }
        Ok(Self { rules, usual, of_name: card.name })
    }

    /// Refuses the first key that was changed although it has no effect.
    ///
    /// # Errors
    /// [`Error::Config`] with key, value, the reason and what to do.
    pub fn check(&self, table: &Table) -> Result<(), Error> {
        self.check_table(table, table, "")
    }

    fn check_table(&self, whole: &Table, table: &Table, path: &str) -> Result<(), Error> {
        for (key, value) in table {
            let path = joined(path, key);
            match value {
                Value::Table(inner) => self.check_table(whole, inner, &path)?,
                value => self.check_value(whole, &path, value)?,
            }
        }
        Ok(())
    }

    fn check_value(&self, whole: &Table, path: &str, given: &Value) -> Result<(), Error> {
        if self.usual.iter().any(|usual| value(usual, path) == Some(given)) {
            return Ok(());
        }
        let Some(reason) = self.rules.iter().find_map(|rule| rule.refuses(&self.usual[0], whole, path))
        else {
            return Ok(());
        };
        let what = format!(
            "{} would have no effect{reason}; leave it out, or see `lobule show {}`",
            shown(given),
            self.of_name
        );
        Err(Error::config(path, what))
    }
}

impl Rule {
    /// The reason why a key has no effect in a configuration, if this rule makes it so.
    fn refuses(&self, defaults: &Table, whole: &Table, path: &str) -> Option<Reason<'_>> {
        let is_under = |table: &str| {
            path.strip_prefix(table).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let has_effect = match &self.condition {
            Condition::Chosen(table) => {
                let entry = path.strip_prefix(table.as_str())?.strip_prefix('.')?.split('.').next()?;
                // An entry of one's own may wait for its turn.
                let is_own = value(defaults, &format!("{table}.{entry}")).is_none();
                is_own || holds(value(whole, &self.path)?, &Value::from(entry))
            }
            _ if !is_under(&self.path) => return None,
            Condition::Never => false,
            Condition::Equal(key, values) => {
                let has = value(whole, key)?;
                values.iter().any(|wanted| holds(has, wanted))
            }
            Condition::Above(key, limit) => number(value(whole, key)?).is_some_and(|n| n > *limit),
            Condition::Given(key, is_given) => is_left_out(value(whole, key)?) != *is_given,
        };
        (!has_effect).then_some(Reason(self))
    }
}

/// The reason for a refusal, as the end of a sentence.
struct Reason<'a>(&'a Rule);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.0.condition {
            Condition::Never => Ok(()),
            Condition::Chosen(_) => write!(f, ", since `{}` does not name it", self.0.path),
            Condition::Equal(key, values) => {
                let values = values.iter().map(Value::to_string).collect::<Vec<_>>().join(" or ");
                write!(f, " without {key} = {values}")
            }
            Condition::Above(key, limit) => write!(f, " unless {key} is above {limit}"),
            Condition::Given(key, true) => write!(f, " without {key}"),
            Condition::Given(key, false) => write!(f, " beside {key}"),
        }
    }
}

impl Condition {
    /// Condition of a sentence; none of a sentence that declares none.
    fn parse(sentence: &str) -> Result<Option<Self>, ()> {
        let sentence = sentence.trim();
        if sentence == "Without effect." {
            return Ok(Some(Self::Never));
        }
        if let Some(table) = sentence.strip_prefix("Chooses among ") {
            return table
                .strip_suffix('.')
                .filter(|t| is_key(t))
                .map(|t| Some(Self::Chosen(t.into())))
                .ok_or(());
        }
        let (rest, is_given) =
            match (sentence.strip_prefix("Only with "), sentence.strip_prefix("Only without ")) {
                (Some(rest), _) => (rest, true),
                (_, Some(rest)) => (rest, false),
                _ => return Ok(None),
            };
        let rest = rest.strip_suffix('.').ok_or(())?;
        let of_key = |key: &str| if is_key(key) { Ok(key.to_string()) } else { Err(()) };
        let made = if let Some((key, values)) = rest.split_once(" = ").filter(|_| is_given) {
            Self::Equal(of_key(key)?, values.split(" or ").map(literal).collect::<Result<_, _>>()?)
        } else if let Some((key, limit)) = rest.split_once(" above ").filter(|_| is_given) {
            Self::Above(of_key(key)?, limit.parse().map_err(|_| ())?)
        } else {
            Self::Given(of_key(rest)?, is_given)
        };
        Ok(Some(made))
    }

    fn key(&self) -> Option<&str> {
        match self {
            Self::Never => None,
            Self::Equal(key, _) | Self::Above(key, _) | Self::Given(key, _) | Self::Chosen(key) => Some(key),
        }
    }
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn literal(text: &str) -> Result<Value, ()> {
    toml::from_str(&format!("x = {text}")).ok().and_then(|mut table: Table| table.remove("x")).ok_or(())
}

/// Reads the lines above all keys and tables.
fn collect(item: &Item, path: &str, rules: &mut Vec<Rule>) -> Result<(), String> {
    let Some(table) = item.as_table_like() else { return Ok(()) };
    for (key, item) in table.iter() {
        let path = joined(path, key);
        let above = match item {
            Item::Table(table) => table.decor().prefix(),
            _ => table.key(key).and_then(|key| key.leaf_decor().prefix()),
        };
        for line in above.and_then(|text| text.as_str()).unwrap_or("").lines() {
            let sentence = line.trim().trim_start_matches('#').trim();
            if let Some(keys) = sentence.strip_prefix("Without effect: ") {
                let keys = keys.trim_end_matches('.').split(", ");
                rules.extend(keys.map(|key| Rule { path: key.into(), condition: Condition::Never }));
                continue;
            }
            match Condition::parse(sentence) {
                Ok(Some(condition)) => rules.push(Rule { path: path.clone(), condition }),
                Ok(None) => {}
                Err(()) => return Err(no_condition(&path, sentence)),
            }
        }
        if !item.is_value() {
            collect(item, &path, rules)?;
        }
    }
    Ok(())
}

fn no_condition(path: &str, sentence: &str) -> String {
    format!(
        "{path}: `{sentence}` is no condition; write `Only with KEY.`, `Only with KEY = VALUE or VALUE.`, `Only with KEY above NUMBER.`, \
         `Only without KEY.`, `Chooses among TABLE.` or `Without effect.`"
    )
}

/// The value of a path of keys.
fn value<'a>(table: &'a Table, path: &str) -> Option<&'a Value> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let found = table.get(first)?;
    match rest {
        None => Some(found),
        Some(rest) => value(found.as_table()?, rest),
    }
}

/// True if a value is the wanted one, or a list with it.
fn holds(value: &Value, wanted: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(|entry| holds(entry, wanted)),
        value => value == wanted,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

fn is_left_out(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Boolean(is) => !is,
        value => number(value) == Some(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Preset;

    static CARD: Card = Card {
        name: "a/b",
        defaults: "seeds = [0]\n\
                   # Chooses among plants.\nplant = \"cart\"\nfile = \"\"\n\
                   # Only without file.\nsize = 1.0\n# Only with file.\nunit = 1.0\n\
                   kinds = [\"x\", \"y\"]\n# A sentence.\n# Only with kinds = \"y\" or \"z\".\nsd = 0.1\n\
                   repeats = 5\n# Only with repeats above 2.\nsteps = 10\n# Without effect.\nrest = 1.0\n\
                   # Without effect: x.rest.\n# Only with kinds = \"x\".\n[x]\nrest = 1.0\na = 1\n[x.deeper]\nb = 2\n\
                   [plants.cart]\nmass = 1.0\n[plants.rod]\nmass = 2.0\n",
        presets: &[Preset::new("quick", "", "steps = 5\nrest = 3.0")],
        open_tables: &["plants"],
        ..Card::BLANK
    };

    fn say(layer: &str) -> String {
        let mut table = parse(CARD.defaults, "test").unwrap();
        crate::settings::lay(&mut table, parse(layer, "test").unwrap(), CARD.open_tables).unwrap();
        Effects::of(&CARD).unwrap().check(&table).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_changed_key_without_effect_is_refused_with_the_reason() {
        let end = "; leave it out, or see `lobule show a/b`";
        for (layer, refused) in [
            ("rest = 2.0", "rest: 2.0 would have no effect"),
            ("file = \"f\"\nsize = 2.0", "size: 2.0 would have no effect beside file"),
            ("unit = 2.0", "unit: 2.0 would have no effect without file"),
            ("kinds = [\"x\"]\nsd = 0.2", "sd: 0.2 would have no effect without kinds = \"y\" or \"z\""),
            ("repeats = 2\nsteps = 11", "steps: 11 would have no effect unless repeats is above 2"),
            ("[x]\nrest = 2.0", "x.rest: 2.0 would have no effect"),
            ("kinds = [\"y\"]\n[x]\na = 2", "x.a: 2 would have no effect without kinds = \"x\""),
            (
                "kinds = [\"y\"]\n[x.deeper]\nb = 3",
                "x.deeper.b: 3 would have no effect without kinds = \"x\"",
            ),
            (
                "[plants.rod]\nmass = 3.0",
                "plants.rod.mass: 3.0 would have no effect, since `plant` does not name it",
            ),
        ] {
            assert_eq!(say(layer), format!("{refused}{end}"), "{layer}");
        }
    }

    #[test]
    fn keys_with_effect_and_usual_values_are_taken() {
        for layer in [
            "size = 2.0",
            "file = \"f\"\nunit = 2.0",
            "sd = 0.2",
            "kinds = [\"z\"]\nsd = 0.2",
            "repeats = 3\nsteps = 11",
            "[x]\na = 2",
            "[plants.cart]\nmass = 3.0",
            "[plants.own]\nmass = 3.0",
            "plant = \"own\"\n[plants.own]\nmass = 3.0",
            // As a preset has them, such as in the configuration that a run of it has written.
            "rest = 3.0",
            "repeats = 0\nsteps = 5",
        ] {
            assert_eq!(say(layer), "", "{layer}");
        }
    }

    #[test]
    fn a_sentence_that_is_no_condition_is_refused() {
        for text in [
            "Only with a b.",
            "Only with a",
            "Only with a = x y.",
            "Only with a above b.",
            "Chooses among a b.",
        ] {
            assert_eq!(Condition::parse(text), Err(()), "{text}");
        }
        assert_eq!(Condition::parse("Only the first counts."), Ok(None));
        let card = Card { defaults: "# Only with c.\na = 1", ..CARD };
        assert!(Effects::of(&card).unwrap_err().to_string().contains("names c, which is not there"));
    }
}
