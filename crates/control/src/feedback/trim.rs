//! A slow integral of the late error that moves the reference of a law: what a model is wrong about at rest is taken away.
//!
//! ```text
//! b[n] = b[n-1] + rate dt (r_then - y)      the inner controller is told r + b
//! ```
//!
//! A law of state alone, as forward models serve it, stops short of its reference when the body is stiffer than the
//! model. An integral beside the law would hide its command from the model; moving the reference does not. Stable around a loop that
//! follows its reference where `rate (delay + its own time constant)` stays well below 1.

use crate::{Controller, Delays, Error, Inputs, Senses, controller::leave, same_tick};
use lobule_signal::Ranges;

/// A controller whose first reference is trimmed.
#[derive(Debug, Clone)]
pub struct Trimmed<C> {
    inner: C,
    rate: f64,
    dt_s: f64,
    trim: f64,
    /// Reference for the inner controller. `[references]`
    reference: Vec<f64>,
}

impl<C: Controller> Trimmed<C> {
    /// Trims the first of `references` references of `inner` at `rate` per second, in ticks of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no reference, a negative rate, or a tick that is not positive.
    pub fn new(inner: C, references: usize, rate: f64, dt_s: f64) -> Result<Self, Error> {
        let ranges = Ranges::of("trim");
        ranges.require(references > 0, "references", references as f64, "at least one is needed")?;
        ranges.require(rate >= 0.0, "rate", rate, "0 or more, in 1/s")?;
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        Ok(Self { inner, rate, dt_s, trim: 0.0, reference: vec![0.0; references] })
    }
}

crate::snapshot!([C: Controller] Trimmed<C> { trim, inner });

impl<C: Controller> Controller for Trimmed<C> {
    leave!(self, self.inner; name commands finish weights set_learning parameters write_learned read_learned slow misfit);

    fn fits(&self, dt_s: f64, delays: Delays) -> Result<(), Error> {
        same_tick("trim", self.dt_s, dt_s)?;
        self.inner.fits(dt_s, delays)
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(1, self.reference.len(), 0).and(self.inner.inputs())
    }

    fn reset(&mut self) {
        self.trim = 0.0;
        self.inner.reset();
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        self.trim += self.rate * self.dt_s * senses.error(0);
        let n = self.reference.len();
        self.reference.copy_from_slice(&senses.reference[..n]);
        self.reference[0] += self.trim;
        self.inner.advance(&Senses { reference: &self.reference, ..*senses }, command)
    }
}
