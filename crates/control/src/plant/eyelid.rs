//! An eyelid: muscle and lid are two first-order lags in series, and the lid stops where the eye is open or closed.
//!
//! ```text
//! τ_muscle a' = max(u, 0) - a      motoneurons fire or do not
//! τ_lid    x' = a - x              0 ≤ x ≤ 1: at a stop the lid rests until the pull changes sides
//! cornea = puff · (1 - x)          what of an air puff reaches the eye
//! ```
//!
//! Closure x is 0 with the eye open and 1 with it closed; a command of 1 held for long just closes it. Between the
//! stops the tick is exact under a held command; the moment of touching a stop is resolved to a tick.
//! Source: conditioned responses follow motoneurons through a first-order filter of order 0.1 s, Lepora, Mavritsaki,
//! Porrill, Yeo, Evinger & Dean 2007, doi:10.1152/jn.00210.2007 (abstract); that a muscle with activation, load and
//! stops underlies it, Bartha & Thompson 1992, doi:10.1007/BF00201435 (abstract; its constants are not used).

use crate::{Error, Plant, Signature};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// The constants of an eyelid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EyelidParameters {
    /// Time constant of the muscle's activation, s. Chosen: 0.01, an order below the lid's; with a strong reflex the
    /// lid then closes within 15 to 20 ms, as in cats (Trigo, Roa, Gruart & Delgado-García 2003,
    /// doi:10.1113/jphysiol.2002.033258, abstract).
    pub muscle_s: f64,
    /// Time constant of the lid, s. Source: 0.1, Lepora et al. 2007.
    pub lid_s: f64,
}

impl Default for EyelidParameters {
    fn default() -> Self {
        Self { muscle_s: 0.01, lid_s: 0.1 }
    }
}

/// An eyelid and the air puff that is blown at it; its command is the drive of its motoneurons, in units of the drive
/// that just closes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Eyelid {
    signature: Signature,
    parameters: EyelidParameters,
    /// Strength of the puff, 1 for one that is felt fully by an open eye.
    puff: f64,
    activation: f64,
    closure: f64,
    /// Mean velocity over the last tick, 1/s.
    velocity: f64,
    time_s: f64,
}

impl Eyelid {
    /// Index of what the cornea feels among the senses.
    pub const CORNEA: usize = 2;

    /// An open eye.
    ///
    /// # Errors
    /// [`Error::Parameter`] when a time constant is not positive.
    pub fn new(parameters: EyelidParameters) -> Result<Self, Error> {
        let times = [("muscle_s", parameters.muscle_s), ("lid_s", parameters.lid_s)];
        Ranges::of("eyelid").each(times, |time| time > 0.0, "more than 0 s")?;
        let senses = [("closure", "1"), ("closing velocity", "1/s"), ("cornea", "1")];
        let mut signature = Signature::new("eyelid", &senses, &[("motoneurons", "1")]);
        signature.senses[0].range = [0.0, 1.0];
        signature.senses[Self::CORNEA].range = [0.0, f64::INFINITY];
        let (puff, activation, closure, velocity, time_s) = (0.0, 0.0, 0.0, 0.0, 0.0);
        Ok(Self { signature, parameters, puff, activation, closure, velocity, time_s })
    }

    /// Blows air at the eye from now on; 0 stops it.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the strength is negative or not a number.
    pub fn blow(&mut self, strength: f64) -> Result<(), Error> {
        Ranges::of("eyelid").require(strength >= 0.0, "puff", strength, "0 or more; 0 stops it")?;
        self.puff = strength;
        Ok(())
    }

    /// How far the lid is closed, 0 to 1.
    pub fn closure(&self) -> f64 {
        self.closure
    }
}

crate::snapshot!(Eyelid { puff, activation, closure, velocity, time_s });

impl Plant for Eyelid {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Opens the eye and stops the puff.
    fn reset(&mut self, _seed: Option<u64>) {
        (self.puff, self.activation, self.closure, self.velocity, self.time_s) = (0.0, 0.0, 0.0, 0.0, 0.0);
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(command.len(), 1, "the eyelid takes one command");
        let EyelidParameters { muscle_s, lid_s } = self.parameters;
        // Motoneurons that are not driven are silent; a drive that is no number stays none.
        let drive = if command[0] < 0.0 { 0.0 } else { command[0] };
        let above = self.activation - drive;
        let (kept, held) = (libm::exp(-dt_s / muscle_s), libm::exp(-dt_s / lid_s));
        self.activation = drive + above * kept;
        // What the decaying part of the activation adds to the lid; the limit of equal time constants apart.
        let passed = match muscle_s == lid_s {
            true => dt_s / lid_s * kept,
            false => muscle_s / (muscle_s - lid_s) * (kept - held),
        };
        let free = drive + (self.closure - drive) * held + above * passed;
        let before = self.closure;
        // The stops: the margin of the open eye and the lower lid.
        self.closure = if free.is_nan() { free } else { free.clamp(0.0, 1.0) };
        self.velocity = (self.closure - before) / dt_s;
        self.time_s += dt_s;
        Error::finite("eyelid", self.signature.sense_names(), &[self.closure, self.velocity], self.time_s)
    }

    fn sense(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.closure, self.velocity, self.puff * (1.0 - self.closure)]);
    }
}
