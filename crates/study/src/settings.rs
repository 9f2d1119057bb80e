//! Resolving a configuration: defaults ← preset ← file ← `--set key=value`.

use crate::Error;
use std::fmt::Display;
use toml::{Table, Value};

/// Lays `over` on `base`, key by key. Every key must exist in `base` and keep its kind, but tables whose path is in `open` take
/// entries of any name.
pub fn overlay(base: &mut Table, over: Table, path: &str, open: &[&str]) -> Result<(), Error> {
    for (key, value) in over {
        let full = joined(path, &key);
        if open.contains(&path) && !base.contains_key(&key) {
            base.insert(key, value);
            continue;
        }
        let Some(slot) = base.get_mut(&key) else {
            let known = base.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(Error::config(full, format!("{NO_KEY}; there are: {known}")));
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
                let (is, given) = (slot.type_str(), value.type_str());
                let what = format!("it is a {is}, not a {given} ({})", shown(&value));
                return Err(Error::config(full, what));
            }
        }
    }
    Ok(())
}

/// A value as it is usually written.
fn written(value: &Value) -> String {
    match value {
        Value::Float(number) if number.is_finite() => format!("{number:?}"),
        Value::Array(list) => format!("[{}]", list.iter().map(written).collect::<Vec<_>>().join(", ")),
        value => value.to_string().replace('\n', " "),
    }
}

/// A value in a message: a number as it is usually written, anything long cut short.
pub fn shown(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = written(value);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

pub fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.into() } else { format!("{path}.{key}") }
}

/// The key of a document that is most likely meant by one that is not there: the one that ends in it, or else is spelled most like it.
fn nearest(document: &Table, wrong: &str) -> Option<String> {
    let mut all = Vec::new();
    keys(document, "", &mut all);
    let last = |path: &str| path.rsplit('.').next().unwrap_or(path).to_string();
    let likeness = |path: &String| {
        let (whole, end) =
            (strsim::jaro_winkler(path, wrong), strsim::jaro_winkler(&last(path), &last(wrong)));
        whole.max(end)
    };
    let best = all.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(&best) > 0.8).then_some(best)
}

fn keys(table: &Table, path: &str, all: &mut Vec<String>) {
    for (key, value) in table {
        let path = joined(path, key);
        match value {
            Value::Table(inner) => keys(inner, &path, all),
            _ => all.push(path),
        }
    }
}

/// Refuses a layer with a key that a document does not have, as [`overlay`] does, and names the key that is most likely meant.
pub fn lay(document: &mut Table, layer: Table, open: &[&str]) -> Result<(), Error> {
    let before = document.clone();
    overlay(document, layer, "", open).map_err(|error| match error {
        Error::Config { key, what } if what.starts_with(NO_KEY) => match nearest(&before, &key) {
            Some(meant) => {
                Error::config(key, format!("{NO_KEY}; the nearest is `{meant}`{}", &what[NO_KEY.len()..]))
            }
            None => Error::config(key, what),
        },
        other => other,
    })
}

const NO_KEY: &str = "there is no such key";

/// Turns `a.b=value` into a table; the value is TOML, or a bare word.
pub fn assignment(text: &str) -> Result<Table, Error> {
    let wrong = |what: &str| Error::config(text, what);
    let (key, value) =
        text.split_once('=').ok_or_else(|| wrong("write it as key=value, e.g. protocol.prism_deg=10"))?;
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() || key.split('.').any(str::is_empty) {
        return Err(wrong("the key is empty"));
    }
    let parsed = match toml::from_str::<Table>(&format!("x = {value}")) {
        Ok(mut table) => table.remove("x"),
        // A list or a table that is none is no word.
        Err(e) if value.starts_with(['[', '{']) => {
            let part =
                e.span().and_then(|span| value.get(span.start.saturating_sub(4)..span.end.saturating_sub(4)));
            let at =
                part.filter(|part| !part.is_empty()).map(|part| format!(" at `{part}`")).unwrap_or_default();
            return Err(Error::config(key, format!("{value} is no TOML{at}: {}", e.message())));
        }
        Err(_) => None,
    };
    let parsed = parsed.unwrap_or_else(|| Value::String(value.into()));
    let table = |key: &str, value| Table::from_iter([(key.to_string(), value)]);
    let mut parts = key.rsplit('.');
    let innermost = table(parts.next().unwrap_or(key), parsed);
    Ok(parts.fold(innermost, |inner, part| table(part, Value::Table(inner))))
}

/// The list `seeds` of a configuration.
pub fn seeds(config: &Table) -> Result<Vec<u64>, Error> {
    let Some(Value::Array(list)) = config.get("seeds") else {
        return Err(Error::config("seeds", "there is no list of seeds; write seeds = [0]"));
    };
    let count = list.len();
    if !(1..=MOST_SEEDS).contains(&count) {
        let what = format!("at least one seed is needed, {MOST_SEEDS} are possible; there are {count}");
        return Err(Error::config("seeds", what));
    }
    let seed = |value: &Value| value.as_integer().and_then(|seed| u64::try_from(seed).ok());
    let seeds =
        list.iter().map(|value| seed(value).ok_or_else(|| no_seed(value))).collect::<Result<Vec<_>, _>>()?;
    if let Some((_, seed)) = seeds.iter().enumerate().find(|(k, seed)| seeds[..*k].contains(seed)) {
        return Err(Error::config(
            "seeds",
            format!("{seed} occurs twice; equal seeds give equal runs: name each once"),
        ));
    }
    Ok(seeds)
}

fn no_seed(value: impl Display) -> Error {
    Error::config("seeds", format!("{value}; a seed is a whole number from 0 to {}", i64::MAX))
}

/// Seeds of a run, at most.
const MOST_SEEDS: usize = 10_000;

/// The layer that `--seeds` lays.
pub fn of_seeds(seeds: &[u64]) -> Result<Table, Error> {
    let value = |seed: &u64| i64::try_from(*seed).map(Value::Integer).map_err(|_| no_seed(seed));
    let list = seeds.iter().map(value).collect::<Result<_, _>>()?;
    Ok(Table::from_iter([("seeds".into(), Value::Array(list))]))
}

/// Reads a TOML document.
pub fn parse(text: &str, origin: &str) -> Result<Table, Error> {
    toml::from_str(text).map_err(|e| Error::config(origin, e.to_string().trim()))
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
    fn values_in_messages_are_short() {
        let float = |number: f64| shown(&Value::Float(number));
        assert_eq!(
            [float(1e300), float(-1e-7), float(f64::NAN), float(2.0)],
            ["1e300", "-1e-7", "nan", "2.0"]
        );
        assert_eq!(shown(&Value::from(vec![1; 1000])).len(), 63);
    }

    #[test]
    fn a_seed_that_occurs_twice_is_refused() {
        let refused = seeds(&parse("seeds = [3, 1, 3]", "test").unwrap()).unwrap_err().to_string();
        assert_eq!(refused, "seeds: 3 occurs twice; equal seeds give equal runs: name each once");
    }

    #[test]
    fn wrong_keys_and_kinds_are_named() {
        let say =
            |set: &str| overlay(&mut base(), assignment(set).unwrap(), "", &[]).unwrap_err().to_string();
        assert!(say("b.f=1").contains("b.f") && say("b.f=1").contains("c, d, e"));
        let mean = |set: &str| lay(&mut base(), assignment(set).unwrap(), &[]).unwrap_err().to_string();
        assert_eq!(mean("c=1"), "c: there is no such key; the nearest is `b.c`; there are: a, b");
        assert_eq!(mean("b.zzz=1"), "b.zzz: there is no such key; there are: c, d, e");
        assert!(say("b.c=on").contains("float"), "{}", say("b.c=on"));
        assert!(assignment("novalue").is_err() && assignment("=1").is_err());
    }
}
