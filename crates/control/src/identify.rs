//! Measures the response of a closed loop to a signal added at the error of its feedback law: by an impulse, or by random
//! steps and regression while nothing about the loop is known.
//!
//! The loop's controller must add its first cue to the error, as [`crate::feedback::Reflex`] does.

use crate::{ClosedLoop, Controller, Drive, Error, Plant};
use lobule_signal::{Ranges, Stream};
use nalgebra::{DMatrix, DVector};

/// First sense, as late as it is, while `probe` is added to the error and the reference stays 0. `[ticks]`
///
/// # Errors
/// A plant or controller that left the numbers.
pub fn answer_to<P: Plant, C: Controller>(
    closed: &mut ClosedLoop<P, C>,
    probe: &[f64],
) -> Result<Vec<f64>, Error> {
    closed.reset();
    let mut sensed = Vec::with_capacity(probe.len());
    for &o in probe {
        closed.tick(&Drive { reference: &[0.0], disturbance: &[], cues: &[o] })?;
        sensed.push(closed.sensed()[0]);
    }
    Ok(sensed)
}

/// Impulse response of a loop, exact if it is linear: the change caused by an impulse of 1. The impulse is halved until no command
/// reaches its bounds, and the response scaled up again: a clamped command would answer for the bound. `[ticks]`
///
/// # Errors
/// As [`answer_to`]; [`Error::Parameter`] when commands are clamped however small the impulse.
pub fn impulse_response<P: Plant, C: Controller>(
    closed: &mut ClosedLoop<P, C>,
    ticks: usize,
) -> Result<Vec<f64>, Error> {
    let mut probe = vec![0.0; ticks];
    let rest = answer_to(closed, &probe)?;
    let mut amplitude = 1.0;
    for _ in 0..MOST_HALVINGS {
        if let Some(first) = probe.first_mut() {
            *first = amplitude;
        }
        let answer = answer_to(closed, &probe)?;
        if closed.clamped().iter().all(|ticks| *ticks == 0) {
            return Ok(answer.iter().zip(&rest).map(|(y, y0)| (y - y0) / amplitude).collect());
        }
        amplitude *= 0.5;
    }
    let allowed = "commands must stay within the range of their channel near rest; widen it";
    Err(Ranges::of("impulse response").refusal("amplitude", amplitude, allowed).into())
}

/// Smallest impulse: about a millionth.
const MOST_HALVINGS: u32 = 20;

/// A binary sequence of `± amplitude`, a fresh sign in every tick, from the stream `label` of `seed`. `[ticks]`
pub fn random_signs(amplitude: f64, ticks: usize, seed: u64, label: &str) -> Vec<f64> {
    let stream = Stream::new(seed, label);
    (0..ticks).map(|n| if stream.u32(n as u64, 0) & 1 == 0 { amplitude } else { -amplitude }).collect()
}

/// The response of `taps` ticks that best explains `answer` by `probe`, by ridge regression; `ridge` is relative to the power
/// of the probe. `[ticks]`, `[ticks]` to `[taps]`
///
/// # Errors
/// [`Error::Parameter`] when there are fewer ticks than taps, the ridge is negative, or the regression has no solution.
pub fn finite_response(probe: &[f64], answer: &[f64], taps: usize, ridge: f64) -> Result<Vec<f64>, Error> {
    let n = probe.len();
    let ranges = Ranges::of("identification");
    ranges.require(taps > 0 && taps <= n, "taps", taps as f64, "between 1 and the ticks recorded")?;
    ranges.require(answer.len() == n, "ticks", answer.len() as f64, "as many as of the probe")?;
    ranges.require(ridge >= 0.0, "ridge", ridge, "at least 0")?;
    // S[i][j] = Σ_n u[n-i] u[n-j] follows from S[i-1][j-1] by the sample that leaves the window.
    let mut s = DMatrix::zeros(taps, taps);
    for j in 0..taps {
        s[(0, j)] = (j..n).fold(0.0, |sum, t| sum + probe[t] * probe[t - j]);
    }
    for i in 1..taps {
        for j in i..taps {
            s[(i, j)] = s[(i - 1, j - 1)] - probe[n - i] * probe[n - j];
        }
    }
    s.fill_lower_triangle_with_upper_triangle();
    let floor = ridge * s[(0, 0)];
    (0..taps).for_each(|i| s[(i, i)] += floor);
    let right = DVector::from_iterator(
        taps,
        (0..taps).map(|i| (i..n).fold(0.0, |sum, t| sum + probe[t - i] * answer[t])),
    );
    let solved = s.cholesky().map(|c| c.solve(&right));
    ranges.require(solved.is_some(), "ridge", ridge, "a larger one: the probe does not excite all taps")?;
    Ok(solved.map_or_else(Vec::new, |h| h.as_slice().to_vec()))
}

/// Measures a loop's response by [`random_signs`] of `amplitude` for `ticks`, and [`finite_response`].
///
/// # Errors
/// As [`answer_to`] and [`finite_response`].
pub fn identify<P: Plant, C: Controller>(
    closed: &mut ClosedLoop<P, C>,
    amplitude: f64,
    ticks: usize,
    taps: usize,
    ridge: f64,
    seed: u64,
) -> Result<Vec<f64>, Error> {
    let probe = random_signs(amplitude, ticks, seed, "identification");
    let answer = answer_to(closed, &probe)?;
    finite_response(&probe, &answer, taps, ridge)
}
