//! Proportional, integral and derivative feedback with a filtered derivative.
//!
//! ```text
//! I[n] = I[n-1] + dt v[n]                            integral, 1 s
//! q[n] = q[n-1] + a ((v[n] - v[n-1]) / dt - q[n-1])  derivative behind a low-pass, a = dt / (tau + dt)
//! u[n] = kp v[n] + ki I[n] + kd q[n]
//! ```
//!
//! Source: Åström & Hägglund 2006, Advanced PID Control, ch. 3 and 13 (backward differences).

use crate::{Controller, Delays, Error, Inputs, LinearSystem, Senses};
use lobule_signal::Ranges;
use nalgebra::DMatrix;

/// Gains, in units of command over units of the first sense.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PidGains {
    /// Proportional.
    pub kp: f64,
    /// Derivative, s.
    pub kd: f64,
    /// Integral, 1/s.
    pub ki: f64,
    /// Time constant of the derivative's low-pass, s; 0 for none.
    pub filter_s: f64,
}

/// The law: error in, command out.
#[derive(Debug, Clone, PartialEq)]
pub struct Pid {
    gains: PidGains,
    dt_s: f64,
    a: f64,
    integral: f64,
    derivative: f64,
    before: f64,
}

impl Pid {
    /// A law at rest, in ticks of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] when a gain is not finite, the filter is negative or the tick is not positive.
    pub fn new(gains: PidGains, dt_s: f64) -> Result<Self, Error> {
        let ranges = Ranges::of("pid");
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        ranges.require(gains.filter_s >= 0.0, "filter_s", gains.filter_s, "at least 0 s")?;
        ranges.each([("kp", gains.kp), ("kd", gains.kd), ("ki", gains.ki)], |_| true, "finite")?;
        let a = dt_s / (gains.filter_s + dt_s);
        Ok(Self { gains, dt_s, a, integral: 0.0, derivative: 0.0, before: 0.0 })
    }

    /// Checks that it was made for ticks of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] with both ticks.
    pub fn fits(&self, dt_s: f64) -> Result<(), Error> {
        crate::same_tick("pid", self.dt_s, dt_s)
    }

    /// Its gains.
    pub fn gains(&self) -> PidGains {
        self.gains
    }

    /// Goes back to rest.
    pub fn reset(&mut self) {
        (self.integral, self.derivative, self.before) = (0.0, 0.0, 0.0);
    }

    /// The command that answers error `v` in this tick.
    pub fn answer(&mut self, v: f64) -> f64 {
        let PidGains { kp, kd, ki, .. } = self.gains;
        self.integral += self.dt_s * v;
        self.derivative += self.a * ((v - self.before) / self.dt_s - self.derivative);
        self.before = v;
        kp * v + ki * self.integral + kd * self.derivative
    }

    /// The law as a linear system from error to command; states: integral, derivative, error before.
    ///
    /// # Errors
    /// [`Error::Parameter`] when a value overflows.
    pub fn system(&self) -> Result<LinearSystem, Error> {
        let PidGains { kp, kd, ki, .. } = self.gains;
        let (a, dt) = (self.a, self.dt_s);
        LinearSystem::new(
            DMatrix::from_row_slice(3, 3, &[1.0, 0.0, 0.0, 0.0, 1.0 - a, -a / dt, 0.0, 0.0, 0.0]),
            DMatrix::from_row_slice(3, 1, &[dt, a / dt, 1.0]),
            DMatrix::from_row_slice(1, 3, &[ki, kd * (1.0 - a), -kd * a / dt]),
            DMatrix::from_element(1, 1, kp + ki * dt + kd * a / dt),
        )
    }
}

crate::snapshot!(Pid { integral, derivative, before });

/// A controller of feedback alone. Its first cue, when there is one, is added to the error: the place where a
/// counterfactual error acts, so that a loop's answer to one can be measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Reflex {
    law: Pid,
}

impl Reflex {
    /// A reflex that follows `law`.
    pub fn new(law: Pid) -> Self {
        Self { law }
    }
}

crate::snapshot!(Reflex { law });

impl Controller for Reflex {
    fn name(&self) -> &str {
        "reflex"
    }

    fn commands(&self) -> usize {
        1
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(1, 1, 0)
    }

    fn reset(&mut self) {
        self.law.reset();
    }

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        self.law.fits(dt_s)
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        command[0] = self.law.answer(senses.error(0) + senses.cues.first().copied().unwrap_or(0.0));
        Ok(())
    }
}
