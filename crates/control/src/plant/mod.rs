//! Bodies. A plant holds a command for a tick and says what is sensed.

mod actuator;
mod arm;
mod cart_pole;
mod eye;
mod eyelid;
mod forearm;
mod inertia;
mod joint;
mod linear;
mod pendulum;
mod reaching;
mod two_link;
mod wrap;

pub use actuator::Actuator;
pub use arm::PlanarArm;
pub use cart_pole::{CartPole, CartPoleParameters, Integrator};
pub use eye::{DrivenEye, Eye, EyeParameters};
pub use eyelid::{Eyelid, EyelidParameters};
pub use forearm::Forearm;
pub use inertia::Inertia;
pub use joint::Joint;
pub use linear::Linear;
pub use pendulum::{Pendulum, PendulumParameters};
pub use reaching::{Channel, ReachingArm, curl};
pub use two_link::{Matrix2, TwoLink};
pub use wrap::{Change, Changing, Noisy, Saturated};

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

    /// Writes what is sensed; allocates nothing. `[senses]`
    ///
    /// # Panics
    /// When `out` has the wrong length: a bug of the caller.
    fn sense(&self, out: &mut [f64]);

    /// Whether the trial is over before its time, e.g. because a pole has fallen.
    fn has_ended(&self) -> bool {
        false
    }
}

impl<P: Plant + ?Sized> Plant for Box<P> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn commands(&self) -> usize {
        (**self).commands()
    }

    fn senses(&self) -> &'static [(&'static str, &'static str)] {
        (**self).senses()
    }

    fn reset(&mut self) {
        (**self).reset();
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        (**self).advance(command, dt_s)
    }

    fn sense(&self, out: &mut [f64]) {
        (**self).sense(out);
    }

    fn has_ended(&self) -> bool {
        (**self).has_ended()
    }
}
