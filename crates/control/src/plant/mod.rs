//! Bodies. A plant holds a command for a tick and says what is sensed.

mod actuator;
mod arm;
mod cart_pole;
mod excerpt;
mod eye;
mod eyelid;
mod forearm;
mod inertia;
mod joint;
mod linear;
mod network;
mod pendulum;
mod reaching;
mod two_link;

pub use actuator::Actuator;
pub use arm::PlanarArm;
pub use cart_pole::{CartPole, CartPoleParameters, Integrator};
pub use excerpt::{Counted, Excerpt};
pub use eye::{DrivenEye, Eye, EyeParameters};
pub use eyelid::{Eyelid, EyelidParameters};
pub use forearm::Forearm;
pub use inertia::Inertia;
pub use joint::Joint;
pub use linear::Linear;
pub use network::{
    Force, GROUND, Integration, Link, Mass, Network, NetworkParameters, Quantity, Sense, SensedEquations,
};
pub use pendulum::{Pendulum, PendulumParameters};
pub use reaching::{ForceChannel, ReachingArm, curl};
pub use two_link::{Matrix2, TwoLink};

use crate::{Error, Signature, Snapshot};

/// Status of a trial.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It goes on.
    #[default]
    Running,
    /// It is over for a reason of the plant, e.g. because a pole has fallen.
    Terminated,
    /// It is cut off for a reason outside the plant, e.g. a limit of time.
    Truncated,
}

impl Status {
    /// True if the trial is over.
    pub fn has_ended(self) -> bool {
        self != Self::Running
    }
}

/// A body: `sensed` after `advance(command)` is its whole interface to a loop. It senses without noise and takes commands
/// as they come: noise, bounds and delays stand in its [`Signature`], and [`crate::ClosedLoop`] applies them.
pub trait Plant: Snapshot + Send {
    /// Name, senses and commands; it never changes.
    fn signature(&self) -> &Signature;

    /// Goes back to the start of a trial. A plant whose starts are drawn begins its sequence of draws anew with a seed, and
    /// goes on in it without one; others ignore the seed.
    fn reset(&mut self, seed: Option<u64>);

    /// Holds `command` for `dt_s` seconds. `[commands]`
    ///
    /// # Errors
    /// [`Error::NonFinite`] when a state variable stops being a number.
    ///
    /// # Panics
    /// When the command has the wrong length: a bug of the caller.
    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error>;

    /// Writes what is sensed, free of noise; allocates nothing. `[senses]`
    ///
    /// # Panics
    /// When `out` has the wrong length: a bug of the caller.
    fn sense(&self, out: &mut [f64]);

    /// Status of the trial.
    fn status(&self) -> Status {
        Status::Running
    }

    /// Checks that it can be advanced in ticks of `dt_s`; most plants can in any.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a plant with a part that was made for another tick ([`crate::same_tick`]).
    fn fits(&self, _dt_s: f64) -> Result<(), Error> {
        Ok(())
    }
}

/// Senses of an arm of two joints.
const TWO_JOINTS: [(&str, &str); 4] =
    [("shoulder", "rad"), ("elbow", "rad"), ("shoulder velocity", "rad/s"), ("elbow velocity", "rad/s")];

/// The state `dt_s` seconds along a slope.
fn along<const N: usize>(state: [f64; N], slope: [f64; N], dt_s: f64) -> [f64; N] {
    std::array::from_fn(|i| state[i] + dt_s * slope[i])
}

/// A step of Runge-Kutta of fourth order.
fn runge_kutta<const N: usize>(state: [f64; N], dt_s: f64, slope: impl Fn([f64; N]) -> [f64; N]) -> [f64; N] {
    let first = slope(state);
    let second = slope(along(state, first, 0.5 * dt_s));
    let third = slope(along(state, second, 0.5 * dt_s));
    let fourth = slope(along(state, third, dt_s));
    let mean = std::array::from_fn(|i| (first[i] + 2.0 * (second[i] + third[i]) + fourth[i]) / 6.0);
    along(state, mean, dt_s)
}

impl<P: Plant + ?Sized> Plant for Box<P> {
    fn signature(&self) -> &Signature {
        (**self).signature()
    }

    fn reset(&mut self, seed: Option<u64>) {
        (**self).reset(seed);
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        (**self).advance(command, dt_s)
    }

    fn sense(&self, out: &mut [f64]) {
        (**self).sense(out);
    }

    fn status(&self) -> Status {
        (**self).status()
    }

    fn fits(&self, dt_s: f64) -> Result<(), Error> {
        (**self).fits(dt_s)
    }
}
