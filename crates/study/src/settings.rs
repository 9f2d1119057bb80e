//! Resolving a configuration: defaults ← preset ← file ← `--set key=value`.

use crate::Error;
use toml::{Table, Value};

/// Lays `over` on `base`, key by key. Every key must exist in `base` and keep its kind, but tables whose path is in `open` take
/// entries of any name.
///
/// # Errors
/// [`Error::Config`] naming the unknown key and what there is, or both kinds.
pub fn overlay(base: &mut Table, over: Table, path: &str, open: &[&str]) -> Result<(), Error> {
    for (key, value) in over {
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let known = base.keys().cloned().collect::<Vec<_>>().join(", ");
        if open.contains(&path) && !base.contains_key(&key) {
            base.insert(key, value);
            continue;
        }
        let Some(slot) = base.get_mut(&key) else {
            return Err(Error::Config {
                key: full,
                what: format!("there is no such key; there are: {known}"),
            });
        };
        match (slot, value) {
            (Value::Table(inner), Value::Table(over)) => overlay(inner, over, &full, open)?,
            // 20 for 20.0 is what people write.
            (slot @ Value::Float(_), Value::Integer(i)) => *slot = Value::Float(i as f64),
            (slot @ Value::Array(_), Value::Array(new)) => {
                let floats = slot.as_array().is_some_and(|a| a.iter().any(Value::is_float));
                let new = new.into_iter().map(|v| match v {
                    Value::Integer(i) if floats => Value::Float(i as f64),
                    v => v,
                });
                *slot = Value::Array(new.collect());
            }
            (slot, value) if slot.same_type(&value) => *slot = value,
            (slot, value) => {
                return Err(Error::Config {
                    key: full,
                    what: format!("it is a {}, not a {} ({value})", slot.type_str(), value.type_str()),
                });
            }
        }
    }
    Ok(())
}

/// Turns `a.b=value` into a table; the value is TOML, or a bare word.
///
/// # Errors
/// [`Error::Config`] when there is no `=` or the value is not TOML.
pub fn assignment(text: &str) -> Result<Table, Error> {
    let wrong = |what: &str| Error::Config { key: text.into(), what: what.into() };
    let (key, value) =
        text.split_once('=').ok_or_else(|| wrong("write it as key=value, e.g. protocol.prism_deg=10"))?;
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() || key.split('.').any(str::is_empty) {
        return Err(wrong("the key is empty"));
    }
    let parsed = toml::from_str::<Table>(&format!("x = {value}"))
        .ok()
        .and_then(|mut t| t.remove("x"))
        .unwrap_or_else(|| Value::String(value.into()));
    let mut inner = parsed;
    for part in key.rsplit('.') {
        inner = Value::Table(Table::from_iter([(part.to_string(), inner)]));
    }
    match inner {
        Value::Table(table) => Ok(table),
        _ => Err(wrong("the key is empty")),
    }
}

/// The list `seeds` of a configuration.
///
/// # Errors
/// [`Error::Config`] when it is missing, empty, too long, or has entries that are no whole numbers from 0.
pub fn seeds(config: &Table) -> Result<Vec<u64>, Error> {
    let wrong = |what: String| Error::Config { key: "seeds".into(), what };
    let Some(Value::Array(list)) = config.get("seeds") else {
        return Err(wrong("there is no list of seeds; write seeds = [0]".into()));
    };
    if !(1..=MOST_SEEDS).contains(&list.len()) {
        let count = list.len();
        return Err(wrong(format!(
            "at least one seed is needed, {MOST_SEEDS} are possible; there are {count}"
        )));
    }
    let seed = |value: &Value| value.as_integer().and_then(|seed| u64::try_from(seed).ok());
    let refused = |value: &Value| wrong(format!("{value}; a seed is a whole number from 0 to {}", i64::MAX));
    list.iter().map(|value| seed(value).ok_or_else(|| refused(value))).collect()
}

/// Seeds of a run, at most.
const MOST_SEEDS: usize = 10_000;

/// The layer that `--seeds` lays.
///
/// # Errors
/// [`Error::Config`] for a seed beyond what TOML can hold.
pub fn of_seeds(seeds: &[u64]) -> Result<Table, Error> {
    let value = |seed: &u64| {
        i64::try_from(*seed).map(Value::Integer).map_err(|_| Error::Config {
            key: "seeds".into(),
            what: format!("{seed}; a seed is a whole number from 0 to {}", i64::MAX),
        })
    };
    let list = seeds.iter().map(value).collect::<Result<_, _>>()?;
    Ok(Table::from_iter([("seeds".into(), Value::Array(list))]))
}

/// Reads a TOML document.
///
/// # Errors
/// [`Error::Config`] with line and column.
pub fn parse(text: &str, origin: &str) -> Result<Table, Error> {
    toml::from_str(text).map_err(|e| Error::Config { key: origin.into(), what: e.to_string().trim().into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Table {
        parse("a = 1\n[b]\nc = 2.5\nd = [1.0]\ne = \"on\"\n", "test").unwrap()
    }

    #[test]
    fn later_layers_win() {
        let mut table = base();
        for set in ["a=7", "b.c=3", "b.d=[2, 3]", "b.e=off"] {
            overlay(&mut table, assignment(set).unwrap(), "", &[]).unwrap();
        }
        assert_eq!(table.to_string(), "a = 7\n\n[b]\nc = 3.0\nd = [2.0, 3.0]\ne = \"off\"\n");
    }

    #[test]
    fn an_open_table_takes_new_names_and_no_other_does() {
        let mut table = base();
        overlay(&mut table, assignment("b.f={ g = 1 }").unwrap(), "", &["b"]).unwrap();
        assert!(table.to_string().contains("g = 1"));
        assert!(overlay(&mut table, assignment("h=1").unwrap(), "", &["b"]).is_err());
    }

    #[test]
    fn wrong_keys_and_kinds_are_named() {
        let say =
            |set: &str| overlay(&mut base(), assignment(set).unwrap(), "", &[]).unwrap_err().to_string();
        assert!(say("b.f=1").contains("b.f") && say("b.f=1").contains("c, d, e"));
        assert!(say("b.c=on").contains("float"), "{}", say("b.c=on"));
        assert!(assignment("novalue").is_err() && assignment("=1").is_err());
    }
}
