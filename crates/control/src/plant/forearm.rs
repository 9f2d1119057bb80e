//! A one-joint arm: the forearm about the elbow, moved by a torque, in a field that depends on its velocity.
//!
//! ```text
//! I q'' = τ - (V - f) q',   I = I2 + m2 r2²
//! ```
//! f is the field in joint coordinates, N m s/rad: positive helps, negative resists. A curl field at the hand of one joint acts along the
//! link and has no torque: curl fields need two joints ([`super::ReachingArm`]). Each tick is exact.
//! Source: masses as in [`super::TwoLink::HUMAN`].

use super::{Plant, TwoLink};
use crate::{Error, Signature};
use lobule_signal::Ranges;

const NAME: &str = "forearm";

/// The forearm.
#[derive(Debug, Clone, PartialEq)]
pub struct Forearm {
    signature: Signature,
    inertia: f64,
    viscosity: f64,
    field: f64,
    angle: f64,
    velocity: f64,
    time_s: f64,
}

impl Forearm {
    /// A forearm of `links` at rest at 0 rad with the viscosity of its joint, N m s/rad.
    ///
    /// # Errors
    /// [`Error::Parameter`] for an inertia that is not positive, or a viscosity below 0.
    pub fn new(links: &TwoLink, viscosity: f64) -> Result<Self, Error> {
        let inertia = links.inertia_kg_m2[1] + links.mass_kg[1] * links.center_m[1] * links.center_m[1];
        let ranges = Ranges::of(NAME);
        ranges.require(inertia > 0.0, "inertia", inertia, "more than 0 kg m²")?;
        ranges.require(viscosity >= 0.0, "viscosity", viscosity, "at least 0 N m s/rad")?;
        let senses = [("elbow", "rad"), ("elbow velocity", "rad/s")];
        let signature = Signature::new(NAME, &senses, &[("elbow torque", "N m")]);
        Ok(Self { signature, inertia, viscosity, field: 0.0, angle: 0.0, velocity: 0.0, time_s: 0.0 })
    }

    /// Moment of inertia about the elbow, kg m².
    pub fn inertia(&self) -> f64 {
        self.inertia
    }

    /// Sets the field, N m s/rad.
    ///
    /// # Errors
    /// [`Error::Parameter`] when it is not finite.
    pub fn set_field(&mut self, field: f64) -> Result<(), Error> {
        Ranges::of(NAME).require(true, "field", field, "finite, N m s/rad")?;
        self.field = field;
        Ok(())
    }
}

crate::snapshot!(Forearm { field, angle, velocity, time_s });

impl Plant for Forearm {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, _seed: Option<u64>) {
        (self.angle, self.velocity, self.time_s) = (0.0, 0.0, 0.0);
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(command.len(), 1, "the forearm takes one torque");
        let (a, k) = (command[0] / self.inertia, (self.viscosity - self.field) / self.inertia);
        // What of the velocity is lost, and integrals of e^-kt; near k = 0 the quotients are replaced by their series.
        let x = k * dt_s;
        let lost = -libm::expm1(-x);
        let (first, second) = if x.abs() < 1e-5 {
            (dt_s * (1.0 - 0.5 * x), dt_s * dt_s * (0.5 - x / 6.0))
        } else {
            (lost / k, (dt_s - lost / k) / k)
        };
        self.angle += self.velocity * first + a * second;
        self.velocity += -lost * self.velocity + a * first;
        self.time_s += dt_s;
        let state = [self.angle, self.velocity];
        Error::finite(NAME, self.signature.sense_names(), &state, self.time_s)
    }

    fn sense(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.angle, self.velocity]);
    }
}
