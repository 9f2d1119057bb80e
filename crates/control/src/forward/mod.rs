//! Forward models: what the body will do next, learned from what it did, and controllers that ask them.
//!
//! A [`ForwardModel`] maps a state and a command to the state one tick later, `F(s, u) = s + D W φ(s, u)`, with φ the
//! model's features and D the scale of a change in one tick. [`InnerLoop`] asks it twice: to carry what was sensed late
//! through the commands in flight, and to try a command before it is given.
//!
//! State, command and scales are in units of the plant; features and errors of learning are relative to the scales,
//! so that learning rates have no unit.

mod anticipating;
mod anticipator;
mod cmac;
mod equations;
mod granule;
mod inner_loop;
mod kalman;
mod linear;
mod seen;
mod simple;
mod smith;

pub use anticipating::{Anticipating, Context};
pub use anticipator::{AdaptiveLead, Anticipator, AnticipatorParameters};
pub use cmac::{Addressing, Cmac, CmacModel, CmacParameters};
pub use equations::Equations;
pub use granule::{Granule, GranuleParameters};
pub use inner_loop::{Efference, InnerLoop, InnerLoopParameters, Law};
pub use kalman::Kalman;
pub use linear::{Linear, LinearRule};
pub use seen::{Foresight, Seen};
pub use simple::{ConstantVelocity, Persistence};
pub use smith::SmithPredictor;

use crate::{Error, Snapshot, StateReader, StateWriter};
use lobule_signal::Ranges;

/// Predicts the state of a plant one tick ahead.
pub trait ForwardModel: Snapshot + Send {
    /// Name for messages and reports.
    fn name(&self) -> &str;

    /// Length of the state.
    fn states(&self) -> usize;

    /// Length of the command.
    fn commands(&self) -> usize;

    /// Writes the state one tick after `state` when `command` acts in between; allocates nothing and learns nothing.
    /// `[states]`, `[commands]`, `[states]`
    ///
    /// # Errors
    /// [`Error::Length`] for a slice of the wrong length.
    fn predict(&mut self, state: &[f64], command: &[f64], next: &mut [f64]) -> Result<(), Error>;

    /// Learns that `next` followed `state` under `command`; allocates nothing. Returns the mean squared error of
    /// the prediction before learning, relative to the scales of change. A model that does not learn only measures its error.
    ///
    /// # Errors
    /// As [`ForwardModel::predict`]; [`Error::NonFinite`], and nothing is learned, where the error is not a number.
    fn learn(&mut self, state: &[f64], command: &[f64], next: &[f64]) -> Result<f64, Error>;

    /// How much better than persistence it predicted lately: 1 is perfect, 0 no better (or nothing learned
    /// yet).
    fn confidence(&self) -> f64;

    /// Replaces what was sensed by the model's estimate of the state at that time, for models that filter. `command`
    /// acted since the last call; it is the first call of a trial when `is_first`.
    ///
    /// # Errors
    /// As [`ForwardModel::predict`].
    fn estimate(&mut self, _command: &[f64], _is_first: bool, _observed: &mut [f64]) -> Result<(), Error> {
        Ok(())
    }

    /// Checks that it predicts ticks of `dt_s`; a model that learns does so in any.
    ///
    /// # Errors
    /// [`Error::Parameter`] with both ticks ([`crate::same_tick`]).
    fn fits(&self, _dt_s: f64) -> Result<(), Error> {
        Ok(())
    }

    /// As [`crate::Controller::parameters`].
    fn parameters(&self, _to: &mut StateWriter) {}

    /// As [`crate::Controller::write_learned`].
    fn write_learned(&self, _to: &mut StateWriter) {}

    /// As [`crate::Controller::read_learned`].
    ///
    /// # Errors
    /// As there.
    fn read_learned(&mut self, _from: &mut StateReader) -> Result<(), Error> {
        Ok(())
    }

    /// As [`crate::Controller::slow`].
    fn slow(&mut self, _factor: f64) -> bool {
        false
    }
}

/// Refuses a transition of the wrong lengths.
///
/// # Errors
/// [`Error::Length`] naming the model and the slice.
pub(crate) fn fits(
    model: &(impl ForwardModel + ?Sized),
    state: &[f64],
    command: &[f64],
    next: &[f64],
) -> Result<(), Error> {
    let (states, commands) = (model.states(), model.commands());
    for (input, count, least) in [
        ("state", state.len(), states),
        ("command", command.len(), commands),
        ("next state", next.len(), states),
    ] {
        if count != least {
            let (part, needed) = (model.name().to_string().into(), format!("it has {least}"));
            return Err(Error::Length { part, input: input.into(), count, needed });
        }
    }
    Ok(())
}

/// The error of a prediction, or that it is not a number.
fn measured(part: &str, error: f64) -> Result<f64, Error> {
    if error.is_finite() {
        return Ok(error);
    }
    Error::finite(part, ["error of the prediction"], &[error], f64::NAN).map(|()| error)
}

/// Scales of what a model sees: parts of them are its features.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Scales {
    /// A large value of each state variable, units of the plant. `[states]`
    pub state: Vec<f64>,
    /// A large change of each state variable in one tick. `[states]`
    pub change: Vec<f64>,
    /// A large value of each command. `[commands]`
    pub command: Vec<f64>,
}

impl Scales {
    /// Those of Gymnasium's CartPole with commands in −1..1.
    /// Chosen: the limits of position and angle, and about what one tick of 20 ms changes at most.
    pub fn cart_pole() -> Self {
        Self { state: vec![2.4, 2.0, 0.21, 2.0], change: vec![0.02, 0.2, 0.02, 0.3], command: vec![1.0] }
    }

    /// Writes all scales.
    fn parameters(&self, to: &mut StateWriter) {
        [&self.state, &self.change, &self.command].into_iter().for_each(|scales| to.put(scales));
    }

    /// Features of a linear model: all states, all commands, one constant.
    fn features(&self) -> usize {
        self.state.len() + self.command.len() + 1
    }

    /// Writes states and commands relative to their scales, and 1. `[features]`
    fn write(&self, state: &[f64], command: &[f64], features: &mut [f64]) {
        let (states, commands) = (self.state.len(), self.command.len());
        assert!(state.len() == states && command.len() == commands, "the model has {states}, {commands}");
        for ((x, s), scale) in features.iter_mut().zip(state).zip(&self.state) {
            *x = s / scale;
        }
        for ((x, u), scale) in features[states..].iter_mut().zip(command).zip(&self.command) {
            *x = u / scale;
        }
        features[states + commands] = 1.0;
    }

    /// Checks lengths and signs for the model `part`.
    fn check(&self, part: &'static str) -> Result<(), Error> {
        check_counts(part, self.state.len(), self.command.len())?;
        let (ranges, n, changes) = (Ranges::of(part), self.state.len(), self.change.len());
        let allowed = "one for each state is needed";
        ranges.require(changes == n, "number of scales of change", changes as f64, allowed)?;
        let scales = self.state.iter().chain(&self.change).chain(&self.command);
        Ok(ranges.all("scale", scales, |scale| scale > 0.0, "a scale is more than 0")?)
    }
}

/// Refuses a model without states or without commands.
fn check_counts(part: &'static str, states: usize, commands: usize) -> Result<(), Error> {
    let counts = [("number of states", states as f64), ("number of commands", commands as f64)];
    Ok(Ranges::of(part).each(counts, |n| n > 0.0, "at least one is needed")?)
}

/// Mean squared errors of the model and of persistence over the last [`Skill::SAMPLES`] transitions or so.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Skill {
    error: f64,
    persistence: f64,
}

impl Skill {
    /// Chosen: two to ten seconds at the ticks of these plants.
    const SAMPLES: f64 = 200.0;

    /// Takes a transition and what was predicted of it; returns the mean squared error.
    fn judge(&mut self, state: &[f64], next: &[f64], predicted: &[f64], change: &[f64]) -> f64 {
        let (error, persistence) = squared_errors(state, next, predicted, change);
        // What is not a number says nothing about the model, and is not learned either.
        if !error.is_finite() || !persistence.is_finite() {
            return f64::NAN;
        }
        self.error += (error - self.error) / Self::SAMPLES;
        self.persistence += (persistence - self.persistence) / Self::SAMPLES;
        error
    }

    fn value(&self) -> f64 {
        if self.persistence > 0.0 { (1.0 - self.error / self.persistence).max(0.0) } else { 0.0 }
    }
}

crate::snapshot!(Skill { error, persistence });

/// Mean squares of `next - predicted` and of `next - state`, relative to the scales of change.
fn squared_errors(state: &[f64], next: &[f64], predicted: &[f64], change: &[f64]) -> (f64, f64) {
    let (mut error, mut persistence) = (0.0, 0.0);
    for i in 0..state.len() {
        let (e, p) = ((next[i] - predicted[i]) / change[i], (next[i] - state[i]) / change[i]);
        error += e * e;
        persistence += p * p;
    }
    let n = state.len() as f64;
    (error / n, persistence / n)
}
