//! Gain and phase at one frequency.

use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// How an eye answers at one frequency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Frequency, Hz.
    pub hz: f64,
    /// Velocity of the eye over the wanted one.
    pub gain: f64,
    /// Lead of the eye, deg, -180 to 180.
    pub phase_deg: f64,
}

impl Response {
    /// The part of the gain that is in phase; negative for an eye that goes the wrong way.
    pub fn in_phase(&self) -> f64 {
        self.gain * libm::cos(self.phase_deg.to_radians())
    }

    /// How late the eye is, ms; negative when it leads.
    pub fn delay_ms(&self) -> f64 {
        -self.phase_deg / 360.0 / self.hz * 1e3
    }
}

/// Sums what is wanted and what is done against a sine; whole periods must be put in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demodulator {
    hz: f64,
    dt_s: f64,
    tick: u64,
    wanted: [f64; 2],
    done: [f64; 2],
}

impl Demodulator {
    /// Nothing summed yet, in ticks of `dt_s`.
    pub fn new(hz: f64, dt_s: f64) -> Self {
        Self { hz, dt_s, tick: 0, wanted: [0.0; 2], done: [0.0; 2] }
    }

    /// Takes a tick.
    pub fn take(&mut self, wanted: f64, done: f64) {
        let angle = TAU * self.hz * self.dt_s * self.tick as f64;
        let (c, s) = (libm::cos(angle), libm::sin(angle));
        for (sum, v) in [(&mut self.wanted, wanted), (&mut self.done, done)] {
            sum[0] += v * c;
            sum[1] -= v * s;
        }
        self.tick += 1;
    }

    /// What was done over what was wanted.
    pub fn response(&self) -> Response {
        let (x, y) = (self.wanted, self.done);
        let power = x[0] * x[0] + x[1] * x[1];
        let re = (y[0] * x[0] + y[1] * x[1]) / power;
        let im = (y[1] * x[0] - y[0] * x[1]) / power;
        Response {
            hz: self.hz,
            gain: (re * re + im * im).sqrt(),
            phase_deg: libm::atan2(im, re).to_degrees(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gain_and_delay_of_a_late_sine_are_found() {
        let (hz, dt_s) = (0.5, 0.01);
        let mut sums = Demodulator::new(hz, dt_s);
        let sine = |t: f64| libm::sin(TAU * hz * t + 0.3) + 0.7;
        (0..400).for_each(|n| sums.take(sine(n as f64 * dt_s), 0.8 * sine(n as f64 * dt_s - 0.15)));
        let told = sums.response();
        assert!((told.gain - 0.8).abs() < 1e-9 && (told.delay_ms() - 150.0).abs() < 1e-6, "{told:?}");
    }
}
