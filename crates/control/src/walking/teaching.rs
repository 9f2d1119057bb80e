//! Reports of climbing fibers: the errors as they are, or changed so that they cannot teach.

use crate::{DelayLine, Error};
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

const PART: &str = "teaching";
/// Longest delay or window, updates. Chosen: an hour at 50 Hz is a fifth of it.
const LONGEST: f64 = 1e6;

/// Teaching of a cerebellum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Teaching {
    /// Errors as they are.
    #[default]
    Live,
    /// Errors as they were.
    Delayed {
        /// Delay, s.
        delay_s: f64,
    },
    /// Errors of random instants of the last seconds, with random signs: of the right size, and of no use. Without random signs the
    /// mean error is kept, and teaches.
    Shuffled {
        /// Time from which they are drawn, s.
        window_s: f64,
        /// True if instants are random.
        time: bool,
        /// True if signs are random.
        sign: bool,
    },
    /// No learning at all.
    Frozen,
}

/// Teaching over time.
#[derive(Debug, Clone)]
pub(super) struct Teacher {
    teaching: Teaching,
    line: DelayLine,
    /// Errors of the window, a ring. `[updates][errors]`
    window: Vec<f64>,
    errors: usize,
    updates: u64,
    stream: Stream,
}

crate::snapshot!(Teacher { line, window, updates });

impl Teacher {
    /// A teacher of so many errors, in updates of `dt_s`, whose draws depend on `seed`.
    pub(super) fn new(teaching: Teaching, errors: usize, dt_s: f64, seed: u64) -> Result<Self, Error> {
        let whole = |name: &'static str, seconds: f64, least: f64| -> Result<usize, Error> {
            let updates = libm::round(seconds / dt_s);
            let is_whole = (updates * dt_s - seconds).abs() <= 1e-9 * (1.0 + seconds);
            let allowed = format!("{least} to {LONGEST} whole updates of {dt_s} s");
            let holds = is_whole && (least..=LONGEST).contains(&updates);
            Ranges::of(PART).require(holds, name, seconds, allowed)?;
            Ok(updates as usize)
        };
        let (delay, window) = match teaching {
            Teaching::Live | Teaching::Frozen => (0, 0),
            Teaching::Delayed { delay_s } => (whole("delay_s", delay_s, 0.0)?, 0),
            Teaching::Shuffled { window_s, .. } => (0, whole("window_s", window_s, 1.0)?),
        };
        Ok(Self {
            teaching,
            line: DelayLine::new(delay, errors)?,
            window: vec![0.0; window * errors],
            errors,
            updates: 0,
            stream: Stream::new(seed, "walking/teaching"),
        })
    }

    /// Starts a walk; draws begin anew.
    pub(super) fn reset(&mut self) {
        self.line.held.fill(0.0);
        self.line.next = 0;
        self.window.fill(0.0);
        self.updates = 0;
    }

    /// Replaces the errors of an update by what is reported. `[errors]`
    pub(super) fn report(&mut self, errors: &mut [f64]) -> Result<(), Error> {
        let update = self.updates;
        self.updates += 1;
        match self.teaching {
            Teaching::Live | Teaching::Frozen => Ok(()),
            Teaching::Delayed { .. } => self.line.exchange(errors),
            Teaching::Shuffled { time, sign, .. } => {
                let length = (self.window.len() / self.errors) as u64;
                let at = |instant: u64| (instant % length) as usize * self.errors;
                self.window[at(update)..at(update) + self.errors].copy_from_slice(errors);
                let held = length.min(self.updates) as u32;
                let ago = if time { u64::from(self.stream.below(update, 0, held)) } else { 0 };
                let from = at(update - ago);
                for (i, error) in errors.iter_mut().enumerate() {
                    let is_turned = sign && self.stream.u32(update, 1 + i as u32) & 1 == 1;
                    let then = self.window[from + i];
                    *error = if is_turned { -then } else { then };
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DT: f64 = 0.02;

    /// Reports of the errors `f(n)` and `-f(n)`.
    fn reports(teaching: Teaching, n: u32, f: impl Fn(u32) -> f64) -> Vec<[f64; 2]> {
        let mut teacher = Teacher::new(teaching, 2, DT, 5).unwrap();
        let report = |n| {
            let mut errors = [f(n), -f(n)];
            teacher.report(&mut errors).unwrap();
            errors
        };
        (0..n).map(report).collect()
    }

    #[test]
    fn live_errors_pass_and_delayed_ones_come_later() {
        for (n, errors) in reports(Teaching::Live, 9, f64::from).into_iter().enumerate() {
            assert_eq!(errors, [n as f64, -(n as f64)]);
        }
        for (n, errors) in reports(Teaching::Delayed { delay_s: 0.1 }, 30, f64::from).into_iter().enumerate()
        {
            let then = if n < 5 { 0.0 } else { n as f64 - 5.0 };
            assert_eq!(errors, [then, -then]);
        }
    }

    #[test]
    fn shuffled_errors_are_errors_of_the_window_with_signs_that_cancel() {
        let shuffled = Teaching::Shuffled { window_s: 1.0, time: true, sign: true };
        let found = reports(shuffled, 10_000, |n| 1.0 + f64::from(n));
        let mut mean = 0.0;
        for (n, errors) in found.iter().enumerate() {
            let newest = 1.0 + n as f64;
            let then = errors[0].abs();
            assert!(then <= newest && then > (newest - 50.0).max(0.0), "{n}: {then}");
            assert_eq!(errors[1].abs(), then, "both are of one instant");
            mean += errors[0].signum() / 10_000.0;
        }
        assert!(mean.abs() < 4.0 / 100.0, "{mean}");
        // Time alone keeps the sign, and so the mean error.
        let late = Teaching::Shuffled { window_s: 1.0, time: true, sign: false };
        assert!(reports(late, 500, |_| 0.3).iter().all(|errors| *errors == [0.3, -0.3]));
    }

    #[test]
    fn a_reset_begins_the_draws_anew_and_times_must_be_whole() {
        let shuffled = Teaching::Shuffled { window_s: 0.2, time: true, sign: true };
        let mut teacher = Teacher::new(shuffled, 1, DT, 5).unwrap();
        let mut run = || {
            teacher.reset();
            (0..50)
                .map(|n| {
                    let mut error = [f64::from(n)];
                    teacher.report(&mut error).unwrap();
                    error[0]
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
        for (teaching, name) in [
            (Teaching::Delayed { delay_s: 0.03 }, "delay_s = 0.03"),
            (Teaching::Delayed { delay_s: f64::NAN }, "delay_s = NaN"),
            (Teaching::Shuffled { window_s: 0.0, time: true, sign: true }, "window_s = 0"),
        ] {
            let error = Teacher::new(teaching, 1, DT, 5).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
