//! The bodies of the bench: `mass y'' + damping y' + stiffness y + weight sin y = command`.

use lobule_control::Plant;
use lobule_control::plant::{Linear, Pendulum, PendulumParameters};
use lobule_signal::Stream;
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

/// A body of one command, sensed as `y - zero_s y'` and `y'`; mass 0: `damping y' + stiffness y = command`, sensed as y alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
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

/// Factors of a body's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factors {
    /// Of the mass, and with it of the weight.
    pub mass: f64,
    /// Of the damping.
    pub damping: f64,
    /// Of the stiffness.
    pub stiffness: f64,
}

impl Factors {
    /// Factors of a seed: log-normal with a standard deviation of `spread`.
    pub fn of_seed(seed: u64, spread: f64) -> Self {
        let draw = Stream::new(seed, "bench/body");
        let [mass, damping, stiffness] = [0, 1, 2].map(|i| libm::exp(spread * draw.normal(0, i)));
        Self { mass, damping, stiffness }
    }
}

impl Body {
    /// Checks what types do not.
    ///
    /// # Errors
    /// [`Error::Config`] with the key.
    pub fn check(&self, name: &str) -> Result<(), Error> {
        let table = format!("bodies.{name}");
        let check = Check::of(&table);
        check
            .at_least("mass", self.mass, 0.0)?
            .at_least("damping", self.damping, 0.0)?
            .at_least("zero_s", self.zero_s, 0.0)?
            .finite("stiffness", self.stiffness)?
            .finite("weight", self.weight)?;
        let is_pendulum = self.mass > 0.0 && self.stiffness == 0.0 && self.zero_s == 0.0;
        let is_first_order = self.damping > 0.0 && self.zero_s == 0.0;
        let (of_weight, of_mass) = (
            "a pendulum has a mass, and stiffness and zero_s of 0",
            "a body without mass has damping and a zero_s of 0",
        );
        check.that("weight", self.weight, self.weight == 0.0 || is_pendulum, of_weight)?.that(
            "mass",
            self.mass,
            self.mass > 0.0 || is_first_order,
            of_mass,
        )?;
        Ok(())
    }

    /// The same body with its parameters times these factors.
    pub fn times(&self, by: &Factors) -> Self {
        Self {
            mass: self.mass * by.mass,
            // Of first order the damping is what a mass is elsewhere.
            damping: self.damping * by.damping * if self.mass == 0.0 { by.mass } else { 1.0 },
            stiffness: self.stiffness * by.stiffness,
            weight: self.weight * by.mass,
            zero_s: self.zero_s,
        }
    }

    /// Number of senses: position, and velocity unless the body is of first order.
    pub fn senses(&self) -> usize {
        if self.mass == 0.0 { 1 } else { 2 }
    }

    /// The body as a plant, at rest.
    pub fn plant(&self) -> Result<Box<dyn Plant>, Error> {
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
    pub fn holding(&self, y: f64) -> f64 {
        self.stiffness * y + self.weight * libm::sin(y)
    }

    /// Stiffness that a controller works against: the body's own, but at least that of its mass, or without mass its damping, at 1 rad/s.
    pub fn scale(&self) -> f64 {
        let moving = if self.mass > 0.0 { self.mass } else { self.damping };
        (self.stiffness.abs() + self.weight.abs()).max(moving)
    }

    /// Senses `dt_s` seconds after `sensed` under a constant command; Runge-Kutta of fourth order. `[senses]`
    pub fn step(&self, sensed: &[f64], command: f64, dt_s: f64, next: &mut [f64]) {
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

    /// The matrices of `next = A s + B u + c` near rest, in ticks of `dt_s`, as [`lobule_control::forward::Kalman`] takes them.
    pub fn matrices(&self, dt_s: f64) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        // Exact for linear bodies: differences of a linear function.
        const STEP: f64 = 1e-4;
        let n = self.senses();
        let (mut a, mut b, mut next) = (vec![0.0; n * n], vec![0.0; n], vec![0.0; n]);
        for j in 0..n {
            let mut state = vec![0.0; n];
            state[j] = STEP;
            self.step(&state, 0.0, dt_s, &mut next);
            (0..n).for_each(|i| a[i * n + j] = next[i] / STEP);
        }
        self.step(&vec![0.0; n], STEP, dt_s, &mut next);
        (0..n).for_each(|i| b[i] = next[i] / STEP);
        (a, b, vec![0.0; n])
    }
}
