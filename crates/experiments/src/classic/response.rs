//! Gain and phase at one frequency.

use lobule_analysis::mean_of;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Gain and phase of an eye at one frequency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Response {
    pub hz: f64,
    /// Velocity of the eye relative to the desired one.
    pub gain: f64,
    /// Lead of the eye, deg, -180 to 180.
    pub phase_deg: f64,
}

impl Response {
    /// The response of an eye that diverged: neither gain nor phase is a number.
    pub fn lost(hz: f64) -> Self {
        Self { hz, gain: f64::NAN, phase_deg: f64::NAN }
    }

    /// Mean gain and mean phase over subjects; not a number without any.
    pub fn mean(hz: f64, responses: impl Iterator<Item = Self> + Clone) -> Self {
        let over = |of: fn(&Self) -> f64| mean_of(responses.clone().map(|r| of(&r)));
        Self { hz, gain: over(|r| r.gain), phase_deg: over(|r| r.phase_deg) }
    }

    /// In-phase part of the gain; negative for an eye that moves in the wrong direction.
    pub fn in_phase(&self) -> f64 {
        self.gain * libm::cos(self.phase_deg.to_radians())
    }

    /// Delay of the eye, ms; negative when it leads.
    pub fn delay_ms(&self) -> f64 {
        -self.phase_deg / 360.0 / self.hz * 1e3
    }
}

/// Fourier sums of the desired and the actual velocity at one frequency, over whole periods.
pub struct Demodulator {
    hz: f64,
    dt_s: f64,
    tick: u64,
    desired: [f64; 2],
    actual: [f64; 2],
}

impl Demodulator {
    pub fn new(hz: f64, dt_s: f64) -> Self {
        Self { hz, dt_s, tick: 0, desired: [0.0; 2], actual: [0.0; 2] }
    }

    pub fn take(&mut self, desired: f64, actual: f64) {
        let angle = TAU * self.hz * self.dt_s * self.tick as f64;
        let (c, s) = (libm::cos(angle), libm::sin(angle));
        for (sum, v) in [(&mut self.desired, desired), (&mut self.actual, actual)] {
            sum[0] += v * c;
            sum[1] -= v * s;
        }
        self.tick += 1;
    }

    /// The actual velocity relative to the desired one.
    pub fn response(&self) -> Response {
        let (x, y) = (self.desired, self.actual);
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
        let found = sums.response();
        assert!((found.gain - 0.8).abs() < 1e-9 && (found.delay_ms() - 150.0).abs() < 1e-6, "{found:?}");
    }
}
