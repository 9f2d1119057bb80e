//! Wrappers that make any plant harder: noisy senses, a bounded command, a change in mid-run.
//!
//! They nest: `Box::new(Noisy::new(Saturated::new(plant, -1.0, 1.0)?, ...)?)`.

use super::Plant;
use crate::error::{Error, check};
use lobule_signal::Stream;

/// A plant whose senses carry white noise, one draw for each sense and tick.
pub struct Noisy<P> {
    plant: P,
    sd: Vec<f64>,
    stream: Stream,
    /// Ticks since it was made: every trial has noise of its own.
    tick: u64,
}

impl<P: Plant> Noisy<P> {
    /// Noise of standard deviation `sd` (units of the senses) from the stream `label` of `seed`. `[senses]`
    ///
    /// # Errors
    /// [`Error::Parameter`] for a standard deviation below 0 or another number of them than of senses.
    pub fn new(plant: P, sd: Vec<f64>, seed: u64, label: &str) -> Result<Self, Error> {
        let senses = plant.senses().len();
        check("noise", "deviations", sd.len() as f64, sd.len() == senses, "one for each sense of the plant")?;
        for &sd in &sd {
            check("noise", "sd", sd, sd >= 0.0, "at least 0")?;
        }
        Ok(Self { plant, sd, stream: Stream::new(seed, label), tick: 0 })
    }
}

impl<P: Plant> Plant for Noisy<P> {
    fn name(&self) -> &'static str {
        self.plant.name()
    }
    fn commands(&self) -> usize {
        self.plant.commands()
    }
    fn senses(&self) -> &'static [(&'static str, &'static str)] {
        self.plant.senses()
    }
    fn reset(&mut self) {
        self.plant.reset();
    }
    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        self.tick += 1;
        self.plant.advance(command, dt_s)
    }
    fn sense(&self, out: &mut [f64]) {
        self.plant.sense(out);
        for (i, (y, sd)) in out.iter_mut().zip(&self.sd).enumerate() {
            *y += sd * self.stream.normal(self.tick, i as u32);
        }
    }
    fn has_ended(&self) -> bool {
        self.plant.has_ended()
    }
}

/// A plant whose motor gives no more than its bounds. The clipping is the model of the motor, not a repair.
pub struct Saturated<P> {
    plant: P,
    low: f64,
    high: f64,
    clipped: Vec<f64>,
}

impl<P: Plant> Saturated<P> {
    /// Bounds of every command, in its units.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the bounds are not in order.
    pub fn new(plant: P, low: f64, high: f64) -> Result<Self, Error> {
        check("saturation", "low", low, low < high, "less than the upper bound")?;
        check("saturation", "high", high, low < high, "more than the lower bound")?;
        Ok(Self { clipped: vec![0.0; plant.commands()], plant, low, high })
    }
}

impl<P: Plant> Plant for Saturated<P> {
    fn name(&self) -> &'static str {
        self.plant.name()
    }
    fn commands(&self) -> usize {
        self.plant.commands()
    }
    fn senses(&self) -> &'static [(&'static str, &'static str)] {
        self.plant.senses()
    }
    fn reset(&mut self) {
        self.plant.reset();
    }
    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(command.len(), self.clipped.len(), "one value for each command");
        for (u, &wanted) in self.clipped.iter_mut().zip(command) {
            // A command that is no number stays none, so that the plant reports it.
            *u = if wanted.is_nan() { wanted } else { wanted.clamp(self.low, self.high) };
        }
        self.plant.advance(&self.clipped, dt_s)
    }
    fn sense(&self, out: &mut [f64]) {
        self.plant.sense(out);
    }
    fn has_ended(&self) -> bool {
        self.plant.has_ended()
    }
}

/// What is done to a plant when its time has come.
pub type Change<P> = Box<dyn FnMut(&mut P) -> Result<(), Error> + Send>;

/// A plant that changes once, after some ticks.
pub struct Changing<P> {
    plant: P,
    change: Change<P>,
    left: Option<u64>,
}

impl<P: Plant> Changing<P> {
    /// Applies `change` before tick `after` counted since it was made; a reset does not start the count again.
    pub fn new(plant: P, after: u64, change: Change<P>) -> Self {
        Self { plant, change, left: Some(after) }
    }
}

impl<P: Plant> Plant for Changing<P> {
    fn name(&self) -> &'static str {
        self.plant.name()
    }
    fn commands(&self) -> usize {
        self.plant.commands()
    }
    fn senses(&self) -> &'static [(&'static str, &'static str)] {
        self.plant.senses()
    }
    fn reset(&mut self) {
        self.plant.reset();
    }
    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        match self.left {
            Some(0) => {
                (self.change)(&mut self.plant)?;
                self.left = None;
            }
            Some(n) => self.left = Some(n - 1),
            None => {}
        }
        self.plant.advance(command, dt_s)
    }
    fn sense(&self, out: &mut [f64]) {
        self.plant.sense(out);
    }
    fn has_ended(&self) -> bool {
        self.plant.has_ended()
    }
}
