//! A plant by name as a body of the bench: one command and one or two of its senses, in units of a movement.

use super::single::SingleMass;
use lobule_control::plant::{Counted, Excerpt};
use lobule_control::registry::{Plants, Value, Values};
use lobule_control::{Error as ControlError, Plant};
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

/// Parameter that takes the seed, of a plant that has it.
const ROBOT: &str = "robot";

/// A plant by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedBody {
    /// Its name, as `lobule show plants` lists it.
    pub plant: String,
    /// The position that is controlled, and its velocity if that is sensed.
    pub senses: Vec<Counted>,
    /// The command.
    pub command: Counted,
    /// What control laws and models that do not learn know of it.
    pub model: SingleMass,
    /// Parameters that differ from the plant's defaults.
    #[serde(default)]
    pub values: Values,
    /// Further ones of the bodies of the seeds, which are drawn by the parameter `robot` where the plant has it.
    #[serde(default)]
    pub of_seeds: Values,
    /// Further ones after the change.
    #[serde(default)]
    pub after_change: Values,
}

impl NamedBody {
    pub(super) fn check(&self, check: Check, dt_s: f64, plants: &Plants) -> Result<(), Error> {
        let wrong = |what: String| Err(check.refusal("", what));
        self.model.check(check)?;
        if self.senses.len() != self.model.senses() {
            return wrong(format!(
                "it has {} senses and the model {}; give the position, and its velocity unless the model has no mass",
                self.senses.len(),
                self.model.senses()
            ));
        }
        // Every plant that the matrix will ask for, so that a value is refused before the first hour.
        for body in [self.clone(), self.of_seed(0, plants), self.of_seed(0, plants).changed()] {
            if let Err(error) = body.plant(plants).and_then(|plant| plant.fits(dt_s)) {
                return wrong(error.to_string());
            }
        }
        Ok(())
    }

    fn with(&self, more: impl IntoIterator<Item = (String, Value)>) -> Self {
        let mut body = self.clone();
        body.values.extend(more);
        body
    }

    pub(super) fn of_seed(&self, seed: u64, plants: &Plants) -> Self {
        let is_drawn = plants.find(&self.plant).is_ok_and(|entry| {
            entry.parameters.iter().flat_map(|table| table.iter()).any(|parameter| parameter.key == ROBOT)
        });
        let robot = is_drawn.then(|| (ROBOT.to_string(), Value::Number(seed as f64)));
        self.with(self.of_seeds.clone().into_iter().chain(robot))
    }

    pub(super) fn changed(&self) -> Self {
        self.with(self.after_change.clone())
    }

    pub(super) fn plant(&self, plants: &Plants) -> Result<Box<dyn Plant>, ControlError> {
        let whole = plants.make(&self.plant, &self.values)?;
        Ok(Box::new(Excerpt::new(whole, &self.senses, std::slice::from_ref(&self.command))?))
    }
}
