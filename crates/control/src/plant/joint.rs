//! The minimal joint: an angle that is the double integral of its command.
//!
//! `v += u`, `x += v` each millisecond, in decoder units; the angle in degrees is
//! `scale · (x - x0)`. There is no arm geometry. Source: extra-cereb-nest, `world`.

use super::Plant;
use crate::Error;

/// The minimal joint.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// Degrees per decoder unit.
    pub deg_per_unit: f64,
    /// Position that points straight ahead, decoder units.
    pub x0: f64,
    velocity: f64,
    position: f64,
    time_s: f64,
}

impl Joint {
    /// A joint at rest at 0.
    pub fn new(deg_per_unit: f64, x0: f64) -> Self {
        Self { deg_per_unit, x0, velocity: 0.0, position: 0.0, time_s: 0.0 }
    }

    /// Position, decoder units.
    pub fn position(&self) -> f64 {
        self.position
    }

    /// The pointing angle, deg from straight ahead.
    pub fn pointing_deg(&self) -> f64 {
        (self.position - self.x0) * self.deg_per_unit
    }
}

impl Plant for Joint {
    fn name(&self) -> &'static str {
        "joint"
    }

    fn commands(&self) -> usize {
        2
    }

    fn senses(&self) -> &'static [(&'static str, &'static str)] {
        &[("angle", "deg"), ("velocity", "deg/ms")]
    }

    fn reset(&mut self) {
        (self.velocity, self.position, self.time_s) = (0.0, 0.0, 0.0);
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(
            command.len(),
            self.commands(),
            "the joint takes two commands, of which it uses the first"
        );
        // Decoder units are per millisecond squared.
        let ticks = dt_s * 1e3;
        self.velocity += command[0] * ticks;
        self.position += self.velocity * ticks;
        self.time_s += dt_s;
        if !self.position.is_finite() {
            let (plant, variable) = ("joint", "angle");
            return Err(Error::NonFinite { plant, variable, value: self.position, time_s: self.time_s });
        }
        Ok(())
    }

    fn sense(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.pointing_deg(), self.velocity * self.deg_per_unit]);
    }
}
