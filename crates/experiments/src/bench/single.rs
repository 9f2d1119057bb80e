//! A body of one mass, as a table of the matrix has it.

use lobule_control::plant::{Linear, Pendulum, PendulumParameters};
use lobule_control::{Error as ControlError, Plant};
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

/// One mass, sensed as `y - zero_s y'` and `y'`; mass 0: `damping y' + stiffness y = command`, sensed as y alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SingleMass {
    /// Mass or inertia.
    pub mass: f64,
    /// Damping.
    pub damping: f64,
    /// Stiffness.
    pub stiffness: f64,
    /// Torque of gravity at a right angle: a pendulum; negative for one that stands.
    pub weight: f64,
    /// Makes the response begin in the wrong direction, s.
    pub zero_s: f64,
}

impl SingleMass {
    pub(super) fn feedforward(&self) -> [f64; 3] {
        [self.stiffness, self.weight, self.damping]
    }

    pub(super) fn scale(&self) -> f64 {
        let moving = if self.mass > 0.0 { self.mass } else { self.damping };
        (self.stiffness.abs() + self.weight.abs()).max(moving)
    }

    pub(super) fn check(&self, check: Check) -> Result<(), Error> {
        let is_pendulum = self.mass > 0.0 && self.stiffness == 0.0 && self.zero_s == 0.0;
        let is_first_order = self.damping > 0.0 && self.zero_s == 0.0;
        let of_weight = "a pendulum has a mass, and stiffness and zero_s of 0";
        let of_mass = "a body without mass has damping and a zero_s of 0";
        check.that("weight", self.weight, self.weight == 0.0 || is_pendulum, of_weight)?;
        check.that("mass", self.mass, self.mass > 0.0 || is_first_order, of_mass)?;
        Ok(())
    }

    /// Number of senses: position, and velocity unless the body is of first order.
    pub(super) fn senses(&self) -> usize {
        if self.mass == 0.0 { 1 } else { 2 }
    }

    pub(super) fn plant(&self) -> Result<Box<dyn Plant>, ControlError> {
        Ok(if self.weight != 0.0 {
            let (mass_kg, gravity) = (self.mass, self.weight / self.mass);
            let parameters = PendulumParameters { mass_kg, length_m: 1.0, damping: self.damping, gravity };
            Box::new(Pendulum::new(parameters, [0.0; 2])?)
        } else if self.mass == 0.0 {
            Box::new(Linear::first_order(self.damping, self.stiffness)?)
        } else if self.zero_s == 0.0 {
            Box::new(Linear::second_order(self.mass, self.damping, self.stiffness)?)
        } else {
            Box::new(Linear::non_minimum_phase(self.mass, self.damping, self.stiffness, self.zero_s)?)
        })
    }

    /// The command that holds the body at `y`.
    fn holding(&self, y: f64) -> f64 {
        self.stiffness * y + self.weight * libm::sin(y)
    }

    /// Senses `dt_s` seconds after `sensed` under a constant command; Runge-Kutta of fourth order. `[senses]`
    pub(super) fn step(&self, sensed: &[f64], command: f64, dt_s: f64, next: &mut [f64]) {
        let slope = |[y, v]: [f64; 2]| {
            let force = command - self.holding(y);
            if self.mass == 0.0 {
                [force / self.damping, 0.0]
            } else {
                [v, (force - self.damping * v) / self.mass]
            }
        };
        let velocity = sensed.get(1).copied().unwrap_or(0.0);
        let state = [sensed[0] + self.zero_s * velocity, velocity];
        let along = |slope: [f64; 2], dt: f64| [state[0] + dt * slope[0], state[1] + dt * slope[1]];
        let first = slope(state);
        let second = slope(along(first, 0.5 * dt_s));
        let third = slope(along(second, 0.5 * dt_s));
        let fourth = slope(along(third, dt_s));
        let mean = [0, 1].map(|i| (first[i] + 2.0 * (second[i] + third[i]) + fourth[i]) / 6.0);
        let [y, v] = along(mean, dt_s);
        next[0] = y - self.zero_s * v;
        if let Some(next) = next.get_mut(1) {
            *next = v;
        }
    }
}
