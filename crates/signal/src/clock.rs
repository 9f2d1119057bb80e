//! Time as a whole number of steps; milliseconds only at the edges.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An invalid time step, or a time off the grid of a [`Clock`].
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ClockError {
    /// The step is not a positive finite number.
    #[error("time step {dt_ms} ms is not allowed; give a positive number of ms")]
    BadStep {
        /// The requested step, ms.
        dt_ms: f64,
    },
    /// A duration is not a whole number of steps.
    #[error("{ms} ms is not a whole number of {dt_ms} ms steps; the nearest is {nearest_ms} ms")]
    OffGrid {
        /// The duration, ms.
        ms: f64,
        /// The step, ms.
        dt_ms: f64,
        /// The nearest duration on the grid, ms.
        nearest_ms: f64,
    },
}

impl crate::RoomError for ClockError {}

/// The grid of time: one step is `dt_ms` milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    dt_ms: f64,
}

impl Clock {
    /// Makes a clock with a step of `dt_ms` milliseconds.
    ///
    /// # Errors
    /// [`ClockError::BadStep`] unless the step is positive and finite.
    pub fn new(dt_ms: f64) -> Result<Self, ClockError> {
        if dt_ms.is_finite() && dt_ms > 0.0 { Ok(Self { dt_ms }) } else { Err(ClockError::BadStep { dt_ms }) }
    }

    /// The step, ms.
    pub fn dt_ms(&self) -> f64 {
        self.dt_ms
    }

    /// Converts a duration in ms to steps.
    ///
    /// # Errors
    /// [`ClockError::OffGrid`] if the duration is negative, not finite or not a
    /// whole number of steps (to one part in a million of a step).
    ///
    /// # Example: a delay of 2 ms
    /// ```
    /// let clock = lobule_signal::Clock::new(0.1)?;
    /// assert_eq!(clock.steps(2.0)?, 20);
    /// assert!(clock.steps(0.05).is_err());
    /// # Ok::<(), lobule_signal::ClockError>(())
    /// ```
    pub fn steps(&self, ms: f64) -> Result<u64, ClockError> {
        let exact = ms / self.dt_ms;
        let nearest = exact.round();
        if exact.is_finite() && nearest >= 0.0 && (exact - nearest).abs() < 1e-6 {
            Ok(nearest as u64)
        } else {
            // 3 steps of 0.1 ms are 0.3 ms to a reader, not 0.30000000000000004.
            let nearest_ms = (nearest.max(0.0) * self.dt_ms * 1e9).round() / 1e9;
            Err(ClockError::OffGrid { ms, dt_ms: self.dt_ms, nearest_ms })
        }
    }

    /// The time of a step, ms.
    pub fn ms(&self, step: u64) -> f64 {
        step as f64 * self.dt_ms
    }
}
