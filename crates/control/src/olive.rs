//! Input of the inferior olive: rates of teaching spikes for the two opponent
//! microzones of each module. How many spikes an olive cell answers with is the synapse's matter.
//!
//! Push-pull: what one zone is told above its spontaneous rate, the other is told
//! below it, down to silence. Depression above and potentiation below the balance
//! then nearly cancel over both zones, and what is learned is the difference.
//! Without it the untaught zone stays at its spontaneous rate, as in the reference.
//!
//! Sensory olive (forward module): `spontaneous + gain |e|` on one microzone for
//! the whole trial, the pause before the movement included. Nuclear cells of the plus zone raise the cortical command
//! and an olive spike in a zone ends in more nuclear activity there, so an
//! overshoot (e > 0) must teach the *minus* zone. The other choice is positive
//! feedback.
//!
//! Motor olive (inverse module): `spontaneous + gain |e| m(t - delay)` with m the
//! positive part of ± the planned acceleration. For e > 0 the movement must be
//! weaker: less push, then less brake. With the teaching delayed by the peak of
//! the plasticity kernel the synapses active at the planned time are depressed,
//! so the minus zone follows +acceleration and the plus zone -acceleration.
//! Source: extra-cereb-nest; polarity and phase settled explicitly here.

use crate::{Error, normalized_acceleration};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// One of the two opponent microzones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Zone {
    /// Raises the output.
    Plus,
    /// Lowers the output.
    Minus,
}

/// The zone that an error of sign `e` teaches when it acts through the whole movement.
/// `is_right` false swaps the zones: a positive feedback, for the polarity control.
pub fn opponent(e: f64, is_right: bool) -> Option<Zone> {
    if e == 0.0 {
        None
    } else if (e > 0.0) == is_right {
        Some(Zone::Minus)
    } else {
        Some(Zone::Plus)
    }
}

/// Teaching of the forward module.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensoryOlive {
    /// Rate of teaching spikes without error, Hz.
    pub spontaneous_hz: f64,
    /// Gain, Hz/deg.
    pub gain_hz_per_deg: f64,
    /// True if the zone that is not taught falls below its spontaneous rate.
    pub is_push_pull: bool,
}

impl SensoryOlive {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn checked(self) -> Result<Self, Error> {
        self.check("sensory olive")?;
        Ok(self)
    }

    /// Rates of the plus and the minus zone under error `e_deg`, Hz.
    pub fn rates_hz(&self, e_deg: f64, is_right: bool) -> [f64; 2] {
        let rates = self.opponent_rates_hz(e_deg);
        match opponent(e_deg, is_right) {
            Some(Zone::Plus) => rates,
            Some(Zone::Minus) => [rates[1], rates[0]],
            None => [self.spontaneous_hz; 2],
        }
    }

    fn check(&self, olive: &'static str) -> Result<(), Error> {
        let (ranges, spontaneous, gain) = (Ranges::of(olive), self.spontaneous_hz, self.gain_hz_per_deg);
        ranges.require(spontaneous >= 0.0, "spontaneous_hz", spontaneous, "0 or more is needed")?;
        let allowed = "0 or more is needed; the polarity is set apart";
        Ok(ranges.require(gain >= 0.0, "gain_hz_per_deg", gain, allowed)?)
    }

    /// Rates of the taught and of the other zone, Hz.
    fn opponent_rates_hz(&self, e_deg: f64) -> [f64; 2] {
        let (spontaneous, drive) = (self.spontaneous_hz, self.gain_hz_per_deg * e_deg.abs());
        let other = if self.is_push_pull { (spontaneous - drive).max(0.0) } else { spontaneous };
        [spontaneous + drive, other]
    }
}

/// Teaching of the inverse module.
#[derive(Debug, Clone, PartialEq)]
pub struct MotorOlive {
    rates: SensoryOlive,
    /// Planned acceleration by tick, delayed; none in the pause. `[ticks + pause]`
    acceleration: Vec<f64>,
}

impl MotorOlive {
    /// An olive for movements of `ticks` ms, each after a pause of `pause` ms, whose teaching
    /// comes `delay_ms` after the planned acceleration: what is delayed beyond the end falls into
    /// the next pause, and without one into the start of the next movement.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn new(
        spontaneous_hz: f64,
        gain_hz_per_deg: f64,
        is_push_pull: bool,
        ticks: usize,
        pause: usize,
        delay_ms: usize,
    ) -> Result<Self, Error> {
        let rates = SensoryOlive { spontaneous_hz, gain_hz_per_deg, is_push_pull };
        rates.check("motor olive")?;
        let (fits, allowed) = (delay_ms < ticks, "it must be shorter than a trial");
        Ranges::of("motor olive").require(fits, "delay_ms", delay_ms as f64, allowed)?;
        let mut acceleration = normalized_acceleration(ticks);
        acceleration.resize(ticks + pause, 0.0);
        acceleration.rotate_right(delay_ms);
        Ok(Self { rates, acceleration })
    }

    /// Rates of the plus and the minus zone at `phase` ms from the start of the movement under
    /// error `e_deg`, Hz; the phases from `ticks` on are those of the pause.
    pub fn rates_hz(&self, e_deg: f64, phase: u64, is_right: bool) -> [f64; 2] {
        let signed = if is_right { e_deg } else { -e_deg } * self.acceleration[phase as usize];
        let [taught, other] = self.rates.opponent_rates_hz(signed);
        if signed > 0.0 { [other, taught] } else { [taught, other] }
    }
}
