//! The brainstem's part of every eye movement: a wanted eye velocity becomes a motor command by a direct path and an
//! integrator that leaks.
//!
//! ```text
//! dI/dt = g v - I / T_leak         u = g T_direct v + I
//! ```
//!
//! With g = 1, T_direct equal to the eye's slow time constant and no leak, the command cancels that time constant: the eye
//! moves at the wanted velocity. Units: v deg/s, u deg (the position that the eye would settle at).
//! Source: Skavenski & Robinson 1973, J Neurophysiol 36, 724; Robinson 1981, Annu Rev Neurosci 4, 463.

use crate::{Error, LinearSystem};
use lobule_signal::Ranges;
use nalgebra::DMatrix;

/// Gain and time constants of the brainstem.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrainstemParameters {
    /// Gain of both paths, 1.
    pub gain: f64,
    /// Weight of the direct path, s.
    pub direct_s: f64,
    /// Time constant of the integrator's leak, s.
    pub leak_s: f64,
}

/// Direct path and integrator.
#[derive(Debug, Clone, PartialEq)]
pub struct Brainstem {
    parameters: BrainstemParameters,
    dt_s: f64,
    decay: f64,
    integral: f64,
}

impl Brainstem {
    /// A brainstem at rest, in ticks of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the gain or a time constant is not positive (the direct path may be 0).
    pub fn new(parameters: BrainstemParameters, dt_s: f64) -> Result<Self, Error> {
        let BrainstemParameters { gain, direct_s, leak_s } = parameters;
        let ranges = Ranges::of("brainstem");
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        ranges.require(gain > 0.0, "gain", gain, "more than 0")?;
        ranges.require(direct_s >= 0.0, "direct_s", direct_s, "at least 0 s")?;
        let allowed = "more than 0 s; an integrator without leak has 1e9 s";
        ranges.require(leak_s > 0.0, "leak_s", leak_s, allowed)?;
        Ok(Self { parameters, dt_s, decay: libm::exp(-dt_s / leak_s), integral: 0.0 })
    }

    /// Checks that it was made for ticks of `dt_s`.
    pub(crate) fn fits(&self, dt_s: f64) -> Result<(), Error> {
        crate::same_tick("brainstem", self.dt_s, dt_s)
    }

    /// Goes back to rest.
    pub fn reset(&mut self) {
        self.integral = 0.0;
    }

    /// The motor command (deg) of a wanted eye velocity (deg/s) that is held for the tick.
    pub fn advance(&mut self, velocity: f64) -> f64 {
        let BrainstemParameters { gain, direct_s, leak_s } = self.parameters;
        self.integral = self.decay * self.integral + gain * leak_s * (1.0 - self.decay) * velocity;
        gain * direct_s * velocity + self.integral
    }

    /// State of the integrator, deg.
    pub fn integral(&self) -> f64 {
        self.integral
    }

    /// As a linear system from wanted velocity to command; the state is the integral.
    ///
    /// # Errors
    /// [`Error::Parameter`] when a value overflows.
    pub fn system(&self) -> Result<LinearSystem, Error> {
        let BrainstemParameters { gain, direct_s, leak_s } = self.parameters;
        let step = gain * leak_s * (1.0 - self.decay);
        let scalar = |v| DMatrix::from_element(1, 1, v);
        let through = gain * direct_s + step;
        LinearSystem::new(scalar(self.decay), scalar(step), scalar(self.decay), scalar(through))
    }
}

crate::snapshot!(Brainstem { integral });
