//! The vestibulo-ocular reflex: canals, brainstem, and a flocculus that retinal slip teaches.
//!
//! ```text
//! m = canal(head velocity)           high-pass
//! v = c - m                          wanted eye velocity
//! u = brainstem(v)                   motor command
//! c = Σ w_j x_j                      flocculus: signals x made of m (feed-forward) or of u, a tick late (recurrent)
//! Δw_j = η e_j slip                  slip = wanted minus eye velocity, late; e_j the eligibility of x_j
//! ```
//!
//! Feed-forward, slip differs from the error of the flocculus by brainstem and eye: the eligibility should hold a model of
//! both (the motor-error problem). Recurrent, with P eye and motor delay, B the brainstem and slip free of delay,
//! `slip = (C* - C) u` with `C* = B⁻¹ - P` up to the canals: slip *is* the error of the flocculus, and an eligibility of
//! the visual delay alone is the gradient. The recurrent reflex is `B / (1 - B C)`: it divides, and cannot reverse.
//!
//! Senses: the eye's velocity first; reference: the velocity at which nothing would slip; first cue: head velocity (deg/s).
//! Darkness is learning switched off: slip has no other way to the eye here.
//! Source: feed-forward Fujita 1982, doi:10.1007/BF00336192; recurrent Dean, Porrill & Stone 2002, doi:10.1098/rspb.2002.2103;
//! Porrill, Dean & Stone 2004, doi:10.1098/rspb.2003.2658.

use crate::controller::leave;
use crate::filter::AdaptiveFilter;
use crate::{Brainstem, Controller, Delays, Error, Inputs, Senses, StateWriter, same_tick};
use lobule_signal::Ranges;

/// Input of the flocculus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// Head velocity.
    FeedForward,
    /// A copy of the motor command.
    Recurrent,
}

/// The reflex.
#[derive(Debug, Clone, PartialEq)]
pub struct VestibuloOcular {
    architecture: Architecture,
    brainstem: Brainstem,
    filter: AdaptiveFilter,
    dt_s: f64,
    /// Share of the canal's adaptation that a tick keeps.
    canal_decay: f64,
    adapted: f64,
    command: f64,
    ticks: u64,
}

impl VestibuloOcular {
    /// A reflex at rest in ticks of `dt_s`; `canal_s` is the time constant of the canals. The filter's basis is driven by
    /// the first cue ([`crate::filter::Basis::bands`], [`crate::filter::Basis::gammas`]).
    ///
    /// # Errors
    /// [`Error::Parameter`] when the tick or the time constant of the canals is not positive.
    pub fn new(
        architecture: Architecture,
        canal_s: f64,
        brainstem: Brainstem,
        filter: AdaptiveFilter,
        dt_s: f64,
    ) -> Result<Self, Error> {
        let ranges = Ranges::of("vestibulo-ocular reflex");
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        ranges.require(canal_s > 0.0, "canal_s", canal_s, "more than 0 s")?;
        let canal_decay = libm::exp(-dt_s / canal_s);
        Ok(Self { architecture, brainstem, filter, dt_s, canal_decay, adapted: 0.0, command: 0.0, ticks: 0 })
    }
}

crate::snapshot!(VestibuloOcular { brainstem, filter, adapted, command, ticks });

impl Controller for VestibuloOcular {
    leave!(self, self.filter; weights set_learning write_learned read_learned);

    fn name(&self) -> &str {
        "vestibulo-ocular reflex"
    }

    fn commands(&self) -> usize {
        1
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(1, 1, 1).and(self.filter.inputs())
    }

    fn reset(&mut self) {
        self.brainstem.reset();
        self.filter.reset();
        (self.adapted, self.command, self.ticks) = (0.0, 0.0, 0);
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        let head = senses.cues[0];
        self.adapted = self.canal_decay * self.adapted + (1.0 - self.canal_decay) * head;
        let told = head - self.adapted;
        let heard = match self.architecture {
            Architecture::FeedForward => told,
            Architecture::Recurrent => self.command,
        };
        let corrected = self.filter.answer(&Senses { cues: &[heard], ..*senses })? - told;
        self.command = self.brainstem.advance(corrected);
        self.filter.teach("vestibulo-ocular reflex", senses.error(0))?;
        self.ticks += 1;
        if !self.command.is_finite() {
            let time_s = self.ticks as f64 * self.dt_s;
            return Error::finite(self.name(), ["command"], &[self.command], time_s);
        }
        command[0] = self.command;
        Ok(())
    }

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick(self.name(), self.dt_s, dt_s)?;
        self.brainstem.fits(dt_s)?;
        self.filter.fits(dt_s)
    }

    fn parameters(&self, to: &mut StateWriter) {
        to.put(&(self.architecture == Architecture::Recurrent));
        to.put(&[self.canal_decay, self.dt_s]);
        self.filter.parameters(to);
    }

    fn slow(&mut self, factor: f64) -> bool {
        self.filter.slow(factor);
        true
    }

    fn finish(&mut self, _cost: f64) -> Result<(), Error> {
        self.filter.finish("vestibulo-ocular reflex", self.ticks as f64 * self.dt_s)
    }
}
