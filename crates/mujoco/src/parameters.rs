//! A body as a configuration describes it.

use crate::{Adjustment, Change, Ending, Error, ServoParameters, Variation};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Parameters of a body besides the file of its model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BodyParameters {
    /// Name in messages and reports.
    pub name: String,
    /// Keyframe in which a trial begins; empty for the model's reference position.
    pub keyframe: String,
    /// Physics step, s; 0 for that of the file.
    pub timestep_s: f64,
    /// Channels that are sensed, in order; empty for all.
    pub senses: Vec<String>,
    /// Servo from joint targets to the model's motors; without it, commands are the actuators' controls.
    pub servo: Option<ServoParameters>,
    /// Differences from the file.
    pub adjustments: Vec<Adjustment>,
    /// Differences from robot to robot, drawn by `seed`.
    pub variation: Variation,
    /// Delay of the commands, s; rounded to physics steps.
    pub delay_s: f64,
    /// Standard deviation of hinges' angles at the start of a trial, rad.
    pub start_noise_rad: f64,
    /// Ends of a trial by what is sensed.
    pub endings: Vec<Ending>,
    /// Pushes, loads and weak motors in the course of a trial.
    pub changes: Vec<Change>,
    /// Seed of all that is drawn.
    pub seed: u64,
}

impl Default for BodyParameters {
    /// The model as its file describes it.
    fn default() -> Self {
        Self {
            name: "MuJoCo model".into(),
            keyframe: String::new(),
            timestep_s: 0.0,
            senses: Vec::new(),
            servo: None,
            adjustments: Vec::new(),
            variation: Variation::default(),
            delay_s: 0.0,
            start_noise_rad: 0.0,
            endings: Vec::new(),
            changes: Vec::new(),
            seed: 0,
        }
    }
}

/// Longest delay of a command, s. Chosen: far beyond any robot's, so that a unit mistaken for ms is found.
const MOST_DELAY_S: f64 = 10.0;

impl BodyParameters {
    /// Checks all numbers that do not depend on the model.
    ///
    /// # Errors
    /// [`Error::Parameter`] and [`Error::Description`] naming the value, its range and the remedy.
    pub fn check(&self) -> Result<(), Error> {
        if self.name.trim().is_empty() {
            return Err(crate::refuse("MuJoCo model", "it needs a name: set `name`"));
        }
        let ranges = Ranges::of(self.name.clone());
        let step = self.timestep_s;
        let allowed = "0 for that of the file, or 0.00001 to 0.1 s";
        ranges.require(step == 0.0 || (1e-5..=0.1).contains(&step), "timestep_s", step, allowed)?;
        let delay = self.delay_s;
        ranges.require((0.0..=MOST_DELAY_S).contains(&delay), "delay_s", delay, "0 to 10 s")?;
        let noise = self.start_noise_rad;
        ranges.require((0.0..=1.0).contains(&noise), "start_noise_rad", noise, "0 to 1 rad")?;
        if let Some(servo) = &self.servo {
            servo.check(&self.name)?;
        }
        self.variation.check(&self.name)?;
        self.adjustments.iter().try_for_each(|adjustment| adjustment.check(&self.name))?;
        self.endings.iter().try_for_each(|ending| ending.check(&self.name))?;
        self.changes.iter().try_for_each(|change| change.check(&self.name))
    }
}
