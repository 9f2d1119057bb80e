//! The criterion of the phase.

use std::f64::consts::TAU;

/// Why learning diverges.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The trace is more than 90 deg from the loop at a frequency that the basis carries.
    Phase {
        /// Where growth is fastest, Hz.
        frequency_hz: f64,
        /// Phase of the trace minus that of the loop there, deg.
        error_deg: f64,
    },
    /// The step is above its bound.
    Step {
        /// The step.
        rate: f64,
        /// Its bound, 2 / λ_max.
        bound: f64,
    },
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Cause::Phase { frequency_hz, error_deg } => {
                write!(f, "the trace is {error_deg:.0} deg from the loop at {frequency_hz:.2} Hz, beyond 90")
            }
            Cause::Step { rate, bound } => {
                write!(f, "the step of {rate:.3e} is above its bound of {bound:.3e}")
            }
        }
    }
}

/// Real and imaginary part of `Σ h[n] exp(-i 2π f n dt)`.
pub fn gain(h: &[f64], frequency_hz: f64, dt_s: f64) -> [f64; 2] {
    h.iter().enumerate().fold([0.0; 2], |[re, im], (n, h)| {
        let angle = TAU * frequency_hz * dt_s * n as f64;
        [re + h * libm::cos(angle), im - h * libm::sin(angle)]
    })
}

/// `Re[T conj G]`: the rate of learning at a frequency is proportional to it.
pub fn alignment(t: [f64; 2], g: [f64; 2]) -> f64 {
    t[0] * g[0] + t[1] * g[1]
}

/// Phase of a gain, deg, -180 to 180.
pub fn phase_deg(t: [f64; 2]) -> f64 {
    libm::atan2(t[1], t[0]).to_degrees()
}

/// Phase of G minus phase of T, deg, -180 to 180; learning at this frequency needs less than 90 in magnitude.
pub fn phase_error_deg(t: [f64; 2], g: [f64; 2]) -> f64 {
    libm::atan2(t[0] * g[1] - t[1] * g[0], alignment(t, g)).to_degrees()
}

/// The frequency below `up_to_hz` (in steps of 0.01 Hz) at which the wrong phase of trace `g` against response `h` lets the
/// error grow fastest, given the input signals: least `|X|² Re[T conj G]`. Absent when it is positive everywhere. `signal` is
/// one of the basis, whose spectrum stands for all. `[ticks]`
pub fn cause(h: &[f64], g: &[f64], signal: &[f64], up_to_hz: f64, dt_s: f64) -> Option<Cause> {
    let mut worst: Option<(f64, Cause)> = None;
    for k in 1..=(up_to_hz.min(0.5 / dt_s) / 0.01) as usize {
        let frequency_hz = 0.01 * k as f64;
        let (t, g) = (gain(h, frequency_hz, dt_s), gain(g, frequency_hz, dt_s));
        let [re, im] = gain(signal, frequency_hz, dt_s);
        let growth = (re * re + im * im) * alignment(t, g);
        if growth < worst.map_or(0.0, |w| w.0) {
            worst = Some((growth, Cause::Phase { frequency_hz, error_deg: phase_error_deg(t, g) }));
        }
    }
    worst.map(|w| w.1)
}
