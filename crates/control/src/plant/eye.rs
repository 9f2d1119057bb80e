//! The oculomotor plant: globe, orbital tissue and muscles, with a slow and a fast time constant; and the same behind
//! its brainstem.
//!
//! ```text
//! T_slow T_fast d²θ/dt² + (T_slow + T_fast) dθ/dt + θ = k u
//! ```
//!
//! θ is the angle of the eye in the head (deg), u the motor command in deg of the angle at which a healthy eye settles, k the
//! strength of the muscles (1 healthy). Held exactly between ticks. Typical: T_slow 0.2 s, T_fast 0.016 s.
//!
//! The head is no part of the plant: what the eye should do about it is the reference of the loop (retinal slip = wanted
//! minus eye velocity, late), and what the canals tell of it is a cue.
//! Source: Robinson 1981, Annu Rev Neurosci 4, 463 (two time constants, as commonly quoted). Sklavos, Porrill, Kaneko & Dean
//! 2005, Vision Research 45, 1525 (PMC1785298), measured four (0.012, 0.099, 0.46, 7.8 s): two do not fit both fast and slow movements.

use super::{Linear, Plant};
use crate::{Brainstem, Error, LinearSystem, Signature};
use lobule_signal::Ranges;
use nalgebra::DMatrix;

/// Senses of the eye itself.
const SENSES: usize = 2;
/// Senses of the eye behind its brainstem.
const DRIVEN_SENSES: [(&str, &str); 3] =
    [("eye velocity", "deg/s"), ("eye position", "deg"), ("integrator", "deg")];

/// Time constants and strength of an eye.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EyeParameters {
    /// Slow time constant, s.
    pub slow_s: f64,
    /// Fast time constant, s.
    pub fast_s: f64,
    /// Strength of the muscles; 1 healthy.
    pub strength: f64,
}

impl Default for EyeParameters {
    /// Robinson's eye.
    fn default() -> Self {
        Self { slow_s: 0.2, fast_s: 0.016, strength: 1.0 }
    }
}

/// An eye. Command: where to settle (deg). Senses: velocity (deg/s), position (deg).
#[derive(Debug, Clone, PartialEq)]
pub struct Eye {
    body: Linear,
}

impl Eye {
    /// An eye that looks straight ahead.
    ///
    /// # Errors
    /// [`Error::Parameter`] when a time constant or the strength is not positive.
    pub fn new(parameters: EyeParameters) -> Result<Self, Error> {
        let EyeParameters { slow_s, fast_s, strength } = parameters;
        let sizes = [("slow_s", slow_s), ("fast_s", fast_s), ("strength", strength)];
        Ranges::of("eye").each(sizes, |size| size > 0.0, "more than 0")?;
        let product = slow_s * fast_s;
        let a = DMatrix::from_row_slice(2, 2, &[0.0, 1.0, -1.0 / product, -(slow_s + fast_s) / product]);
        let b = DMatrix::from_row_slice(2, 1, &[0.0, strength / product]);
        let c = DMatrix::from_row_slice(2, 2, &[0.0, 1.0, 1.0, 0.0]);
        let signature = Signature::new("eye", &DRIVEN_SENSES[..SENSES], &[("motor command", "deg")]);
        Ok(Self { body: Linear::new(signature, a, b, c)? })
    }

    /// Takes over other time constants and another strength and keeps position and velocity: muscles that weaken in
    /// mid-run.
    ///
    /// # Errors
    /// [`Error::Parameter`] as [`Eye::new`].
    pub fn change(&mut self, parameters: EyeParameters) -> Result<(), Error> {
        self.body.become_like(&Self::new(parameters)?.body)
    }

    /// From command to eye velocity in ticks of `dt_s`, exact.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the discretization is not finite: the tick is too long.
    pub fn system(&self, dt_s: f64) -> Result<LinearSystem, Error> {
        self.body.system(dt_s)
    }
}

crate::snapshot!(Eye { body });

impl Plant for Eye {
    fn signature(&self) -> &Signature {
        self.body.signature()
    }

    fn reset(&mut self, _seed: Option<u64>) {
        self.body.reset(None);
    }
    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        self.body.advance(command, dt_s)
    }
    fn sense(&self, out: &mut [f64]) {
        self.body.sense(out);
    }
}

/// An eye behind its brainstem: what pursuit controls. Command: a wanted velocity (deg/s). Senses: those of the eye, and
/// what the integrator holds (deg).
#[derive(Debug, Clone, PartialEq)]
pub struct DrivenEye {
    signature: Signature,
    eye: Eye,
    brainstem: Brainstem,
}

impl DrivenEye {
    /// The two joined; the brainstem's tick must be that of the loop.
    pub fn new(eye: Eye, brainstem: Brainstem) -> Self {
        let signature = Signature::new("eye", &DRIVEN_SENSES, &[("wanted velocity", "deg/s")]);
        Self { signature, eye, brainstem }
    }

    /// The eye and its brainstem.
    pub fn parts(&self) -> (&Eye, &Brainstem) {
        (&self.eye, &self.brainstem)
    }

    /// From wanted velocity to eye velocity in ticks of `dt_s`, exact.
    ///
    /// # Errors
    /// [`Error::Parameter`] when a value overflows.
    pub fn system(&self, dt_s: f64) -> Result<LinearSystem, Error> {
        Ok(self.brainstem.system()?.then(&self.eye.system(dt_s)?))
    }
}

crate::snapshot!(DrivenEye { eye, brainstem });

impl Plant for DrivenEye {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, _seed: Option<u64>) {
        self.eye.reset(None);
        self.brainstem.reset();
    }
    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        let motor = self.brainstem.advance(command[0]);
        self.eye.advance(&[motor], dt_s)
    }
    fn fits(&self, dt_s: f64) -> Result<(), Error> {
        self.brainstem.fits(dt_s)
    }
    fn sense(&self, out: &mut [f64]) {
        assert_eq!(out.len(), DRIVEN_SENSES.len(), "one value for each sense");
        self.eye.sense(&mut out[..SENSES]);
        out[SENSES] = self.brainstem.integral();
    }
}
