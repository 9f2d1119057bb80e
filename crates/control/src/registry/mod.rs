//! Controllers and plants by name, as a configuration asks for them: `controller = "cfpc"` and a table of parameters. Each
//! parameter stands once, with unit, range, default and documentation, in the table of its entry: what checks a
//! configuration, what `lobule show controllers` prints, and what the bench runs.
//!
//! ```text
//! Values (from TOML, JSON, ...) ──resolve──▶ Given: every parameter, checked ──make──▶ Box<dyn Controller>
//!                                            Setting: tick, delays, plants ──┘
//! ```

mod controllers;
mod forward;
mod plants;

pub use controllers::{LAW, basis_and_trace, law};

use crate::{Controller, Error, Name, Plant, forward::Equations};
use lobule_signal::Ranges;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write;

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
    /// A word.
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
}

type Text = &'static str;

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

/// A flag of a table.
pub const fn flag(key: Text, default: bool, about: Text) -> Parameter {
    Parameter { key, unit: "1", kind: Kind::Flag(default), about }
}

/// Numbers of at least 0.
pub const NOT_NEGATIVE: [f64; 2] = [0.0, f64::MAX];
/// Numbers above 0.
pub const POSITIVE: [f64; 2] = [f64::MIN_POSITIVE, f64::MAX];
/// Any finite number.
pub const FINITE: [f64; 2] = [f64::MIN, f64::MAX];
/// A part of something, above 0 to 1.
pub const SHARE: [f64; 2] = [f64::MIN_POSITIVE, 1.0];

impl Parameter {
    /// Allowed values, in words.
    pub fn allowed(&self) -> String {
        let range = |[low, high]: [f64; 2]| match (low, high) {
            (f64::MIN, f64::MAX) => "any number".to_string(),
            (f64::MIN_POSITIVE, f64::MAX) => "more than 0".into(),
            (low, f64::MAX) => format!("at least {low}"),
            (f64::MIN_POSITIVE, high) => format!("above 0 to {high}"),
            (low, high) => format!("{low} to {high}"),
        };
        match self.kind {
            Kind::Flag(_) => "true or false".into(),
            Kind::Number(_, limits) => range(limits),
            Kind::Whole(_, [low, high]) => format!("a whole number, {low} to {high}"),
            Kind::Numbers(_, limits) => format!("numbers, each {}", range(limits)),
            Kind::Word(_, words) => words.join(", "),
        }
    }

    /// Its default.
    pub fn default(&self) -> Value {
        match self.kind {
            Kind::Flag(flag) => Value::Flag(flag),
            Kind::Number(number, _) => Value::Number(number),
            Kind::Whole(number, _) => Value::Number(number as f64),
            Kind::Numbers(numbers, _) => Value::Numbers(numbers.to_vec()),
            Kind::Word(word, _) => Value::Word(word.into()),
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
    part: &'static str,
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

    /// A word.
    pub fn word(&self, key: &str) -> &str {
        self.get(key, |value| if let Value::Word(word) = value { Some(&word[..]) } else { None })
    }

    /// True or false.
    pub fn flag(&self, key: &str) -> bool {
        self.get(key, |value| if let Value::Flag(flag) = value { Some(*flag) } else { None })
    }
}

/// A plant as far as a controller may know it.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Makes the plant at rest, to be probed in a loop of its own.
    pub plant: &'a dyn Fn() -> Result<Box<dyn Plant>, Error>,
    /// Its equations from senses and commands to the senses a tick later, or why there are none.
    pub equations: &'a dyn Fn() -> Result<Equations, Error>,
}

/// The place of a controller: the loop that it is made for.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// Tick, s.
    pub dt_s: f64,
    /// Sensory and motor delay, ticks.
    pub delays: [usize; 2],
    /// Ticks of a trial.
    pub trial_ticks: usize,
    /// Senses, references, commands and cues of the loop.
    pub senses: usize,
    /// Leading senses that are controlled.
    pub references: usize,
    /// Commands of the plant.
    pub commands: usize,
    /// Cues.
    pub cues: usize,
    /// Seed of what is drawn.
    pub seed: u64,
    /// The plant as it is believed to be: for models.
    pub model: Known<'a>,
    /// The plant as it is: for controllers that probe it, or are told the truth.
    pub truth: Known<'a>,
}

/// Refuses a plant of several commands.
fn one_command(given: &Given, setting: &Setting) -> Result<(), Error> {
    let (commands, allowed) = (setting.commands as f64, "it controls plants of one command");
    Ok(Ranges::of(given.part).require(setting.commands == 1, "commands of the plant", commands, allowed)?)
}

/// A controller of a registry.
pub struct ControllerEntry {
    /// Its name.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Its parameters; several tables, so that kin share theirs.
    pub parameters: Tables,
    /// True if it changes from trial to trial.
    pub learns: bool,
    /// Makes it.
    pub make: MakeController,
}

impl ControllerEntry {
    /// A controller that stays as it is.
    pub const fn fixed(name: Text, about: Text, parameters: Tables, make: MakeController) -> Self {
        Self { name, about, parameters, learns: false, make }
    }

    /// A controller that changes from trial to trial.
    pub const fn learning(name: Text, about: Text, parameters: Tables, make: MakeController) -> Self {
        Self { name, about, parameters, learns: true, make }
    }
}

/// A constructor of controllers.
pub type MakeController = fn(&Given, &Setting) -> Made;

type Made = Result<Box<dyn Controller>, Error>;
type Tables = &'static [&'static [Parameter]];

/// A plant of a registry.
pub struct PlantEntry {
    /// Its name.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Its parameters.
    pub parameters: Tables,
    /// Makes it.
    pub make: fn(&Given) -> Result<Box<dyn Plant>, Error>,
}

/// Controllers by name.
#[derive(Clone)]
pub struct Controllers(Vec<&'static ControllerEntry>);

/// The controllers of this crate; those that need other rooms are added by `lobule-cerebellum`.
pub fn controllers() -> Controllers {
    Controllers(controllers::LAWS.iter().chain(forward::ALL).chain(controllers::MODELS).collect())
}

/// The plants of this crate. One that a file describes is [`crate::plant::Network`].
pub fn plants() -> &'static [PlantEntry] {
    plants::ALL
}

impl Controllers {
    /// The same with more.
    pub fn with(mut self, more: &'static [ControllerEntry]) -> Self {
        self.0.extend(more);
        self
    }

    /// All, in order.
    pub fn all(&self) -> impl Iterator<Item = &'static ControllerEntry> + Clone {
        self.0.iter().copied()
    }

    /// The entry of that name.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the names there are.
    pub fn find(&self, name: &str) -> Result<&'static ControllerEntry, Error> {
        let unknown = || Error::unknown("controller", name, self.all().map(|entry| entry.name));
        self.all().find(|entry| entry.name == name).ok_or_else(unknown)
    }

    /// The controller of that name with its defaults changed by `values`, made for a setting.
    ///
    /// # Errors
    /// As [`Controllers::find`] and [`Given::resolve`], and what the controller refuses.
    ///
    /// # Example: feedback by name
    /// ```
    /// use lobule_control::plant::Linear;
    /// use lobule_control::registry::{Value, Values, controllers, setting_of};
    /// use lobule_control::{ClosedLoop, Drive, Error, Plant};
    ///
    /// let body = || Ok(Box::new(Linear::second_order(1.0, 2.0, 4.0)?) as Box<dyn Plant>);
    /// let setting = setting_of(&body, 1, 0.01, [10, 5])?;
    /// let gains = Values::from([("kp".into(), Value::Number(6.0)), ("kd".into(), Value::Number(1.5))]);
    /// let feedback = controllers().make("feedback", &gains, &setting)?;
    /// let mut arm = ClosedLoop::new(body()?, feedback, 1, 0.01, [10, 5])?;
    /// arm.tick(&Drive { reference: &[1.0], ..Drive::default() })?;
    /// assert_eq!(
    ///     controllers().make("feedbakc", &gains, &setting).err().map(|e| e.to_string()[..32].to_string()),
    ///     Some("there is no controller `feedbakc".into())
    /// );
    /// # Ok::<(), Error>(())
    /// ```
    pub fn make(&self, name: &str, values: &Values, setting: &Setting) -> Made {
        let entry = self.find(name)?;
        (entry.make)(&Given::resolve(entry.name, entry.parameters, values)?, setting)
    }
}

/// The plant of that name with its defaults changed by `values`.
///
/// # Errors
/// [`Error::Unknown`] with what exists, [`Error::Parameter`] for values out of range, and what the plant refuses.
pub fn plant(name: &str, values: &Values) -> Result<Box<dyn Plant>, Error> {
    let entry = find_plant(name)?;
    (entry.make)(&Given::resolve(entry.name, entry.parameters, values)?)
}

/// The entry of a plant.
///
/// # Errors
/// [`Error::Unknown`] with the names there are.
pub fn find_plant(name: &str) -> Result<&'static PlantEntry, Error> {
    let unknown = || Error::unknown("plant", name, plants().iter().map(|entry| entry.name));
    plants().iter().find(|entry| entry.name == name).ok_or_else(unknown)
}

/// Name, line and parameters of an entry as a TOML table with the defaults.
pub fn describe(name: &str, about: &str, parameters: &[&'static [Parameter]]) -> String {
    let mut text = format!("# {name}: {about}\n");
    for p in parameters.iter().flat_map(|table| table.iter()) {
        let unit = if p.unit == "1" { String::new() } else { format!(" [{}]", p.unit) };
        let _ = writeln!(text, "\n# {}{unit}; {}\n{} = {}", p.about, p.allowed(), p.key, p.default());
    }
    text
}

/// A setting in which a controller is made for a plant that it knows but for its equations: no cues, trials of 4 s, seed 0.
///
/// # Errors
/// A plant that cannot be made.
pub fn setting_of<'a>(
    plant: &'a dyn Fn() -> Result<Box<dyn Plant>, Error>,
    references: usize,
    dt_s: f64,
    delays: [usize; 2],
) -> Result<Setting<'a>, Error> {
    let made = plant()?;
    let known = Known { plant, equations: &no_equations };
    Ok(Setting {
        dt_s,
        delays,
        trial_ticks: (4.0 / dt_s).round() as usize,
        senses: made.signature().senses.len(),
        references,
        commands: made.signature().commands.len(),
        cues: 0,
        seed: 0,
        model: known,
        truth: known,
    })
}

fn no_equations() -> Result<Equations, Error> {
    let what = "its equations are not given; take a controller that learns a model, such as `rls`";
    Err(Error::Description { part: "plant".into(), what: what.into() })
}
