//! The minimal joint: an angle that is the double integral of its command.
//!
//! `v += u`, `x += v` each millisecond, in decoder units; the angle in degrees is
//! `scale · (x - x0)`. There is no arm geometry. Source: extra-cereb-nest, `world`.

use crate::{Error, Plant, Signature};

/// The minimal joint.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    signature: Signature,
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
        let senses = [("angle", "deg"), ("velocity", "deg/ms")];
        let commands = [("acceleration", "1/ms²"), ("elbow acceleration", "1/ms²")];
        let signature = Signature::new("joint", &senses, &commands);
        Self { signature, deg_per_unit, x0, velocity: 0.0, position: 0.0, time_s: 0.0 }
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

crate::snapshot!(Joint { deg_per_unit, x0, velocity, position, time_s });

impl Plant for Joint {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, _seed: Option<u64>) {
        (self.velocity, self.position, self.time_s) = (0.0, 0.0, 0.0);
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(command.len(), 2, "the joint takes two commands, of which it uses the first");
        // Decoder units are per millisecond squared.
        let ticks = dt_s * 1e3;
        self.velocity += command[0] * ticks;
        self.position += self.velocity * ticks;
        self.time_s += dt_s;
        Error::finite("joint", ["angle"], &[self.position], self.time_s)
    }

    fn sense(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.pointing_deg(), self.velocity * self.deg_per_unit]);
    }
}
