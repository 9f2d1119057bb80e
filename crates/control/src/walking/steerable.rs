//! Walkers that can be steered.

use super::{Body, Effector};
use crate::{Controller, Error};

/// A controller that walks by itself and whose walk can be changed by named effectors: a generator, or a trained policy.
pub trait Steerable: Controller {
    /// The body that it walks with.
    fn body(&self) -> Body;

    /// Effectors that it has.
    fn effectors(&self) -> &[Effector];

    /// Sets an effector from the next tick on, until it is set again; a reset keeps it.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a value that is not a number, or an effector that it does not have.
    fn steer(&mut self, effector: Effector, value: f64) -> Result<(), Error>;

    /// Phases of the gait, rad: of each leg, one for all, or none for a walker that knows none.
    fn phases(&self) -> &[f64];

    /// Says that the body was put back to its start while the walk goes on: the way there is no speed.
    fn relocated(&mut self) {}
}

impl<S: Steerable + ?Sized> Steerable for Box<S> {
    fn body(&self) -> Body {
        (**self).body()
    }

    fn effectors(&self) -> &[Effector] {
        (**self).effectors()
    }

    fn steer(&mut self, effector: Effector, value: f64) -> Result<(), Error> {
        (**self).steer(effector, value)
    }

    fn phases(&self) -> &[f64] {
        (**self).phases()
    }

    fn relocated(&mut self) {
        (**self).relocated();
    }
}
