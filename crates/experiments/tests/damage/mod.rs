//! A record damaged in every kind of place: lists emptied, shortened and lengthened, entries left out, numbers and words replaced.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Pointers to the first and the last value of each kind of place in a record; places in lists are of one kind.
fn places(value: &Value, at: &str, kind: &str, found: &mut BTreeMap<String, Vec<String>>) {
    let of_kind = found.entry(kind.to_owned()).or_default();
    match of_kind.len() {
        0 | 1 => of_kind.push(at.to_owned()),
        _ => of_kind[1] = at.to_owned(),
    }
    match value {
        Value::Array(list) => {
            for (k, item) in list.iter().enumerate() {
                places(item, &format!("{at}/{k}"), &format!("{kind}/*"), found);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                let step = key.replace('~', "~0").replace('/', "~1");
                places(item, &format!("{at}/{step}"), &format!("{kind}/{step}"), found);
            }
        }
        _ => {}
    }
}

/// Values that may stand in place of another.
fn damages(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => {
            let mut longer = list.clone();
            longer.extend(list.last().cloned());
            let (first, last) = (list.get(1..).unwrap_or_default(), &list[..list.len().saturating_sub(1)]);
            vec![json!([]), json!(first), json!(last), Value::Array(longer)]
        }
        Value::Object(entries) => {
            let mut fewer = entries.clone();
            let key = entries.keys().next_back().cloned();
            key.map(|key| fewer.remove(&key));
            vec![json!({}), Value::Object(fewer)]
        }
        Value::Number(_) => vec![Value::Null, json!(0), json!(-1e300), json!(4_000_000_000_u64)],
        Value::String(_) => vec![json!(""), json!("<script>alert(1)</script>")],
        Value::Bool(is) => vec![json!(!is)],
        Value::Null => vec![json!(0)],
    }
}

/// Every list that stands at a kind of place, emptied.
fn emptied(record: &Value, pointers: &[String]) -> Value {
    let mut record = record.clone();
    for pointer in pointers {
        if let Some(Value::Array(list)) = record.pointer_mut(pointer) {
            list.clear();
        }
    }
    record
}

/// All damaged forms of a record: (place and damage, record).
pub fn of(record: &Value) -> impl Iterator<Item = (String, Value)> {
    let mut found = BTreeMap::new();
    places(record, "", "", &mut found);
    found.into_values().flat_map(move |pointers| {
        let one = pointers.iter().flat_map(|pointer| {
            let value = record.pointer(pointer).unwrap();
            damages(value).into_iter().map(move |damage| {
                let mut damaged = record.clone();
                let shown: String = damage.to_string().chars().take(40).collect();
                *damaged.pointer_mut(pointer).unwrap() = damage;
                (format!("{pointer} = {shown}"), damaged)
            })
        });
        let all = (format!("{} emptied", pointers[0]), emptied(record, &pointers));
        one.chain([all]).collect::<Vec<_>>()
    })
}

/// The value of a function, or what it said when it panicked.
pub fn caught<T>(function: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(function)).map_err(|cause| match cause.downcast::<String>() {
        Ok(text) => *text,
        Err(cause) => cause.downcast::<&str>().map_or_else(|_| "a panic".into(), |text| (*text).to_owned()),
    })
}
