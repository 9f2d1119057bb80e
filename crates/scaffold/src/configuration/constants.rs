//! Parameters of a NEST model as a configuration gives them: one value for all cells, or a random
//! distribution from which NEST draws one for each.

use super::fields::{Fields, number, shown};
use super::ranges::PARAMETER;
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

/// Reads one value that stands at `name` of `fields`.
fn constant(fields: &Fields, name: &str, value: &Value) -> Option<Constant> {
    if let Some(flag) = value.as_bool() {
        return Some(Constant::Flag(flag));
    }
    if let Some(number) = number(value) {
        if !PARAMETER.contains(number) {
            return fields.refuse(name, format!("is {}; {PARAMETER} is needed", shown(value)));
        }
        return Some(Constant::Number(number));
    }
    if value.get("distribution").is_none() {
        let what =
            "a number or {\"distribution\": ...} is known here, values computed by a `strategy` are not";
        return fields.refuse(name, format!("is {}; {what}", shown(value)));
    }
    let fields = fields.object(name)?;
    let name = fields.text("distribution")?.to_string();
    let parameters =
        fields.rest().into_iter().map(|(n, _)| Some((n.to_string(), fields.within(n, &PARAMETER)?)));
    Some(Constant::Distribution { name, parameters: parameters.collect::<Option<_>>()? })
}

/// Adds the keys of `fields` that nobody has asked for; a name that is there already is a problem.
pub(super) fn add(constants: &mut Constants, fields: &Fields) {
    for (name, value) in fields.rest() {
        if constants.contains_key(name) {
            fields.problem(name, "is given twice; keep one of them");
        } else if let Some(constant) = constant(fields, name, value) {
            constants.insert(name.into(), constant);
        }
    }
}
