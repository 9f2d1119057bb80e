//! Bodies. A plant holds a command for a tick and says what is sensed.

mod arm;
mod joint;

pub use arm::PlanarArm;
pub use joint::Joint;

use crate::Error;

/// A body: `sensed` after `advance(command)` is its whole interface to a loop.
pub trait Plant: Send {
    /// Name for messages and reports.
    fn name(&self) -> &'static str;

    /// Length of the command.
    fn commands(&self) -> usize;

    /// Names and units of what is sensed.
    fn senses(&self) -> &'static [(&'static str, &'static str)];

    /// Goes back to the start of a trial.
    fn reset(&mut self);

    /// Holds `command` for `dt_s` seconds.
    ///
    /// # Errors
    /// [`Error::NonFinite`] when a state variable stops being a number.
    ///
    /// # Panics
    /// When the command has the wrong length: a bug of the caller.
    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error>;

    /// Writes what is sensed. `[senses]`
    fn sense(&self, out: &mut Vec<f64>);

    /// The pointing angle, deg from straight ahead: what the task is about.
    fn pointing_deg(&self) -> f64;
}
