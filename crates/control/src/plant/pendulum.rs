//! A damped pendulum with a torque at its pivot: `m l² θ'' = u - b θ' - m g l sin θ`, θ = 0 hanging; Runge-Kutta of
//! fourth order.

use super::{Plant, runge_kutta};
use crate::{Error, Signature};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// A point mass on a rod.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendulumParameters {
    /// Mass, kg.
    pub mass_kg: f64,
    /// Length of the rod, m.
    pub length_m: f64,
    /// Damping, N m s/rad.
    pub damping: f64,
    /// Gravity, m/s²; negative for a pendulum that stands on its pivot.
    pub gravity: f64,
}

impl PendulumParameters {
    /// The state (θ, θ') `dt_s` seconds after `state` under a held torque, N m.
    pub fn step(&self, state: [f64; 2], torque: f64, dt_s: f64) -> [f64; 2] {
        let inertia = self.mass_kg * self.length_m * self.length_m;
        let slope = |[angle, omega]: [f64; 2]| {
            let weight = self.mass_kg * self.gravity * self.length_m * libm::sin(angle);
            [omega, (torque - self.damping * omega - weight) / inertia]
        };
        runge_kutta(state, dt_s, slope)
    }
}

/// A damped pendulum; its command is a torque, N m.
#[derive(Debug, Clone, PartialEq)]
pub struct Pendulum {
    signature: Signature,
    parameters: PendulumParameters,
    start: [f64; 2],
    state: [f64; 2],
    time_s: f64,
}

impl Pendulum {
    /// A pendulum whose trials begin at `start`: angle (rad), angular velocity (rad/s).
    ///
    /// # Errors
    /// [`Error::Parameter`] when mass or length is not positive, the damping is negative, or a number is not finite.
    pub fn new(parameters: PendulumParameters, start: [f64; 2]) -> Result<Self, Error> {
        let p = &parameters;
        let ranges = Ranges::of("pendulum");
        let sizes = [("mass_kg", p.mass_kg), ("length_m", p.length_m)];
        ranges.each(sizes, |size| size > 0.0, "it must be more than 0")?;
        ranges.require(p.damping >= 0.0, "damping", p.damping, "0 or more is needed")?;
        ranges.require(true, "gravity", p.gravity, "a finite number is needed")?;
        ranges.all("start", start, |_| true, "a finite number is needed")?;
        let senses = [("angle", "rad"), ("angular velocity", "rad/s")];
        let signature = Signature::new("pendulum", &senses, &[("torque", "N m")]);
        Ok(Self { signature, parameters, start, state: start, time_s: 0.0 })
    }
}

crate::snapshot!(Pendulum { state, time_s });

impl Plant for Pendulum {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, _seed: Option<u64>) {
        (self.state, self.time_s) = (self.start, 0.0);
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(command.len(), 1, "the pendulum takes one command");
        self.state = self.parameters.step(self.state, command[0], dt_s);
        self.time_s += dt_s;
        Error::finite("pendulum", self.signature.sense_names(), &self.state, self.time_s)
    }

    fn sense(&self, out: &mut [f64]) {
        out.copy_from_slice(&self.state);
    }
}
