//! Parameters of a NEST model as a configuration gives them: one value for all cells, or a random
//! distribution from which NEST draws one for each.

use super::fields::{Fields, Problem, Problems, number, shown};
use serde_json::Value;
use std::collections::BTreeMap;

/// The value of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// The same number for all cells.
    Number(f64),
    /// The same truth value for all cells.
    Flag(bool),
    /// Drawn for each cell from a distribution that NEST names, e.g. `uniform` with `min` and `max`.
    Distribution {
        /// NEST's name.
        name: String,
        /// Its parameters.
        parameters: BTreeMap<String, f64>,
    },
}

/// Parameters by NEST's name.
pub type Constants = BTreeMap<String, Constant>;

/// Reads one value that stands at `key`.
fn constant(value: &Value, key: &str, problems: &Problems) -> Option<Constant> {
    if let Some(flag) = value.as_bool() {
        return Some(Constant::Flag(flag));
    }
    if let Some(number) = number(value) {
        return Some(Constant::Number(number));
    }
    if value.get("distribution").is_some() {
        let fields = Fields::of(value, key, problems)?;
        let name = fields.text("distribution")?.to_string();
        let names: Vec<&str> = fields.rest().into_iter().map(|(name, _)| name).collect();
        let parameters =
            names.iter().map(|n| Some((n.to_string(), fields.number(n)?))).collect::<Option<_>>()?;
        return Some(Constant::Distribution { name, parameters });
    }
    let what = format!(
        "is {}; a number or {{\"distribution\": ...}} is known here, values computed by a `strategy` are not",
        shown(value)
    );
    problems.borrow_mut().push(Problem::new(key, what));
    None
}

/// Adds `entries`, which stand at `key`, to `constants`; a name that is there already is a problem.
pub(super) fn add(constants: &mut Constants, entries: &[(&str, &Value)], key: &str, problems: &Problems) {
    for &(name, value) in entries {
        let key = format!("{key}.{name}");
        if constants.contains_key(name) {
            problems.borrow_mut().push(Problem::new(&key, "is given twice; keep one of them"));
        } else if let Some(constant) = constant(value, &key, problems) {
            constants.insert(name.into(), constant);
        }
    }
}
