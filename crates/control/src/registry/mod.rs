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
mod parameter;
mod plants;

pub use controllers::{LAW, basis_and_trace, law};
pub use parameter::{
    FINITE, Given, Kind, NOT_NEGATIVE, POSITIVE, Parameter, SHARE, SHORT_S, TIME_S, Value, Values, flag,
    number, numbers, text, whole, word,
};

use crate::{Controller, Error, Plant, forward::Equations};
use lobule_signal::Ranges;
use parameter::Text;
use std::fmt::Write;

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

/// Plants by name.
#[derive(Clone)]
pub struct Plants(Vec<&'static PlantEntry>);

/// The plants of this crate; bodies in MuJoCo are added by `lobule-mujoco`. One that a file describes is [`crate::plant::Network`].
pub fn plants() -> Plants {
    Plants(plants::ALL.iter().collect())
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

impl Plants {
    /// The same with more.
    pub fn with(mut self, more: &'static [PlantEntry]) -> Self {
        self.0.extend(more);
        self
    }

    /// All, in order.
    pub fn all(&self) -> impl Iterator<Item = &'static PlantEntry> + Clone {
        self.0.iter().copied()
    }

    /// The entry of that name.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the names there are.
    pub fn find(&self, name: &str) -> Result<&'static PlantEntry, Error> {
        let unknown = || Error::unknown("plant", name, self.all().map(|entry| entry.name));
        self.all().find(|entry| entry.name == name).ok_or_else(unknown)
    }

    /// The plant of that name with its defaults changed by `values`.
    ///
    /// # Errors
    /// As [`Plants::find`] and [`Given::resolve`], and what the plant refuses.
    ///
    /// # Example: a plant by name
    /// ```
    /// use lobule_control::registry::{Value, Values, plants};
    ///
    /// let heavy = Values::from([("mass_kg".into(), Value::Number(3.0))]);
    /// let mut cart = plants().make("inertia", &heavy)?;
    /// cart.advance(&[1.0], 0.01)?;
    /// # Ok::<(), lobule_control::Error>(())
    /// ```
    pub fn make(&self, name: &str, values: &Values) -> Result<Box<dyn Plant>, Error> {
        let entry = self.find(name)?;
        (entry.make)(&Given::resolve(entry.name, entry.parameters, values)?)
    }
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
