//! A mass with viscous damping: `m x'' = u - b x'`. Under a held command the tick is exact.

use crate::{Error, Plant, Signature};
use lobule_signal::Ranges;

/// A mass on a damped rail; its command is a force, N.
#[derive(Debug, Clone, PartialEq)]
pub struct Inertia {
    signature: Signature,
    mass_kg: f64,
    damping: f64,
    /// Position (m), velocity (m/s).
    state: [f64; 2],
    time_s: f64,
}

impl Inertia {
    /// A mass at rest at 0; damping in N s/m.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the mass or the damping is not positive.
    pub fn new(mass_kg: f64, damping: f64) -> Result<Self, Error> {
        let sizes = [("mass_kg", mass_kg), ("damping", damping)];
        Ranges::of("inertia").each(sizes, |size| size > 0.0, "it must be more than 0")?;
        let senses = [("position", "m"), ("velocity", "m/s")];
        let signature = Signature::new("inertia", &senses, &[("force", "N")]);
        Ok(Self { signature, mass_kg, damping, state: [0.0; 2], time_s: 0.0 })
    }

    /// The state `dt_s` seconds after `state` under a held force.
    pub fn step(&self, [x, v]: [f64; 2], force_n: f64, dt_s: f64) -> [f64; 2] {
        let (rate, last) = (self.damping / self.mass_kg, force_n / self.damping);
        let lost = -libm::expm1(-rate * dt_s);
        [x + last * dt_s + (v - last) * lost / rate, v + (last - v) * lost]
    }
}

crate::snapshot!(Inertia { state, time_s });

impl Plant for Inertia {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, _seed: Option<u64>) {
        (self.state, self.time_s) = ([0.0; 2], 0.0);
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(command.len(), 1, "the inertia takes one command");
        self.state = self.step(self.state, command[0], dt_s);
        self.time_s += dt_s;
        Error::finite("inertia", self.signature.sense_names(), &self.state, self.time_s)
    }

    fn sense(&self, out: &mut [f64]) {
        out.copy_from_slice(&self.state);
    }
}
