//! The bodies of the bench: `mass y'' + damping y' + stiffness y + weight sin y = command`.

use lobule_control::Plant;
use lobule_control::plant::{Linear, Pendulum, PendulumParameters};
use lobule_signal::Stream;
use lobule_study::Error;
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

/// Factors of a body.
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
    /// Those of a seed: log-normal with a standard deviation of `spread`.
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
        let wrong =
            |key: &str, what: String| Err(Error::Config { key: format!("bodies.{name}.{key}"), what });
        for (key, value) in [("mass", self.mass), ("damping", self.damping), ("zero_s", self.zero_s)] {
            if !(value >= 0.0 && value.is_finite()) {
                return wrong(key, format!("{value}; 0 or more"));
            }
        }
        if !(self.stiffness.is_finite() && self.weight.is_finite()) {
            let what = format!("{} and a weight of {}; both must be finite", self.stiffness, self.weight);
            return wrong("stiffness", what);
        }
        if self.weight != 0.0 && (self.mass == 0.0 || self.stiffness != 0.0 || self.zero_s != 0.0) {
            let what = format!(
                "{}; a pendulum has a mass, and neither stiffness nor zero_s: set them to 0",
                self.weight
            );
            return wrong("weight", what);
        }
        if self.mass == 0.0 && (self.damping == 0.0 || self.zero_s != 0.0) {
            return wrong("mass", format!("{}; a body without mass has damping and no zero_s", self.mass));
        }
        Ok(())
    }

    /// The same, changed.
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

    /// Senses: position, and velocity but of first order.
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

    /// Stiffness that a law has to do with: the body's own, at least that of its mass, or without mass its damping, at 1 rad/s.
    pub fn scale(&self) -> f64 {
        let moving = if self.mass > 0.0 { self.mass } else { self.damping };
        (self.stiffness.abs() + self.weight.abs()).max(moving)
    }

    /// What is sensed `dt_s` seconds after `sensed` under a held command; Runge-Kutta of fourth order. `[senses]`
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
