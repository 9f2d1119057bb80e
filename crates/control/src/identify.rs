//! Measures the response of a closed loop to a signal added at the error of its feedback law: by an impulse, or by random
//! steps and regression while nothing about the loop is known.
//!
//! The loop's controller must add its first cue to the error, as [`crate::feedback::Reflex`] does.

use crate::filter::convolve;
use crate::room::room;
use crate::{ClosedLoop, Controller, Drive, Error, Plant, Snapshot};
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
    let cues = closed.controller().inputs().cues.max(1);
    let mut given = vec![0.0; cues];
    let mut sensed = Vec::with_capacity(probe.len());
    let still = vec![0.0; closed.references()];
    for &o in probe {
        given[0] = o;
        closed.tick(&Drive { reference: &still, disturbance: &[], cues: &given })?;
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
    room("identification", "regression", &[taps, taps])?;
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

/// Measurement of a loop's response by random steps: `Identify { amplitude: 0.2, ..Identify::default() }.run(&mut closed)`.
///
/// The amplitude has the unit of the first sense. It must be large enough to move the plant against its friction, and small enough that
/// no command reaches its bounds: start with the error that the law can answer with a third of its range, `u_max / (3 kp)`. Steps that are
/// held longer move more for the same command, and say less about what is faster than them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Identify {
    /// Size of a step, units of the first sense.
    pub amplitude: f64,
    /// Time for which a step is held before another sign is drawn, s; 0 for a tick.
    pub hold_s: f64,
    /// Duration of the measurement, s.
    pub probe_s: f64,
    /// Length of the response, s: until the loop has settled.
    pub response_s: f64,
    /// Ridge of the regression, relative to the power of the probe.
    pub ridge: f64,
    /// Seed of the signs.
    pub seed: u64,
}

impl Default for Identify {
    /// A minute of steps of 0.05 that are held for a tick, and a response of 2 s. Chosen: as in `cfpc/*`.
    fn default() -> Self {
        Self { amplitude: 0.05, hold_s: 0.0, probe_s: 60.0, response_s: 2.0, ridge: 1e-6, seed: 1 }
    }
}

/// A measured response, and how far it can be trusted.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The response to one tick of a signal of 1 at the error. `[ticks]`
    pub taps: Vec<f64>,
    /// Fraction of the variance of the answer that the response explains, adjusted for the number of taps: 1 for a linear loop without noise.
    pub explained: f64,
    /// Fraction of the ticks in which a command was at a bound of its channel.
    pub saturated: f64,
    /// Variance of the answer relative to that of the loop at rest; infinite for a loop that rests.
    pub signal_to_noise: f64,
    /// Fraction of the ticks in which the answer did not change at all: friction holds.
    pub stuck: f64,
}

impl Response {
    /// Least part of the variance that must be explained. Chosen: a sine that is 45 deg off explains half of the variance.
    pub const LEAST_EXPLAINED: f64 = 0.5;
    /// Largest part of ticks at a bound. Chosen: a command at its bound answers for the bound, and one tick in ten changes the response by about as much.
    pub const MOST_SATURATED: f64 = 0.1;
    /// Least signal to noise. Chosen: the answer then has twice the standard deviation of the loop at rest.
    pub const LEAST_SIGNAL_TO_NOISE: f64 = 4.0;

    /// The response that best explains what was recorded on a robot: `probe` at the error of its law, `answer` of its first sense, by
    /// [`finite_response`]. Bounds and rest are not in these numbers: `saturated` is 0 and `signal_to_noise` infinite unless you set them. `[ticks]`, `[ticks]`
    ///
    /// # Errors
    /// As [`finite_response`].
    pub fn fit(probe: &[f64], answer: &[f64], taps: usize, ridge: f64) -> Result<Self, Error> {
        let taps = finite_response(probe, answer, taps, ridge)?;
        let predicted = convolve(&taps, probe);
        let (n, mean) = (answer.len(), answer.iter().sum::<f64>() / answer.len() as f64);
        let squares = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, |sum, v| sum + v * v);
        let total = squares(&mut answer.iter().map(|y| y - mean));
        let left = squares(&mut answer.iter().zip(&predicted).map(|(y, p)| y - p));
        let free = n.saturating_sub(taps.len()).max(1) as f64 / n as f64;
        let explained = if total > 0.0 { 1.0 - left / free / total } else { 0.0 };
        let stuck = answer.windows(2).filter(|y| y[0] == y[1]).count() as f64 / n as f64;
        Ok(Self { taps, explained, saturated: 0.0, signal_to_noise: f64::INFINITY, stuck })
    }

    /// Checks that a filter can rest on it.
    ///
    /// # Errors
    /// [`Error::Identification`] saying what is wrong with the measurement, and the remedy.
    pub fn check(&self) -> Result<(), Error> {
        let percent = |part: f64| format!("{:.0} %", 100.0 * part);
        let Self { explained, saturated, signal_to_noise, stuck, .. } = *self;
        let fault = if saturated > Self::MOST_SATURATED {
            format!(
                "commands were at their bounds in {} of the ticks, where at most {} are allowed; take a smaller amplitude, or lower the gains",
                percent(saturated),
                percent(Self::MOST_SATURATED)
            )
        } else if signal_to_noise.is_nan() || signal_to_noise < Self::LEAST_SIGNAL_TO_NOISE {
            format!(
                "the answer has {signal_to_noise:.2} times the variance of the loop at rest, and {} are needed; take a larger amplitude, or probe for longer",
                Self::LEAST_SIGNAL_TO_NOISE
            )
        } else if explained.is_nan() || explained < Self::LEAST_EXPLAINED {
            let remedy = match stuck > 0.2 {
                true => format!(
                    "it stood still in {} of the ticks: friction holds it; take a larger amplitude, or hold steps for longer (hold_s)",
                    percent(stuck)
                ),
                false => "the loop is not linear at this size: take a smaller amplitude where the plant saturates, a larger one where \
                    friction holds it, or a longer response where it has not settled"
                    .into(),
            };
            format!(
                "the response explains {explained:.2} of the variance, and {} are needed; {remedy}",
                Self::LEAST_EXPLAINED
            )
        } else {
            return Ok(());
        };
        Err(Error::Identification { fault })
    }
}

impl Identify {
    /// Measures a loop's response, and refuses one that a filter cannot rest on.
    ///
    /// # Errors
    /// As [`Identify::measure`] and [`Response::check`].
    ///
    /// # Example: a probe that is too large for the motor
    /// ```
    /// use lobule_control::feedback::{Pid, PidGains, Reflex};
    /// use lobule_control::identify::Identify;
    /// use lobule_control::plant::Linear;
    /// use lobule_control::{ClosedLoop, Error};
    ///
    /// let law = Pid::new(PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 }, 0.01)?;
    /// let arm = ClosedLoop::new(Linear::second_order(1.0, 2.0, 4.0)?, Reflex::new(law), 1, 0.01, [10, 5])?;
    /// let mut arm = arm.signed(|channels| channels.commands[0].range = [-5.0, 5.0])?;
    /// let good = Identify { amplitude: 0.05, response_s: 4.0, ..Identify::default() }.run(&mut arm)?;
    /// assert!(good.explained > 0.99 && good.saturated == 0.0);
    /// let error = Identify { amplitude: 1.0, ..Identify::default() }.run(&mut arm).unwrap_err().to_string();
    /// assert!(error.contains("take a smaller amplitude"), "{error}");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn run<P: Plant, C: Controller>(&self, closed: &mut ClosedLoop<P, C>) -> Result<Response, Error> {
        let response = self.measure(closed)?;
        response.check()?;
        Ok(response)
    }

    /// Measures a loop's response and how good it is. The loop is probed, then left at rest as long as the response lasts.
    ///
    /// # Errors
    /// [`Error::Parameter`] for an amplitude of 0, or times that do not fit each other; [`Error::Identification`] for a controller that does
    /// not add its first cue to the error, or that learns while it is probed; as [`answer_to`] and [`finite_response`].
    pub fn measure<P: Plant, C: Controller>(&self, closed: &mut ClosedLoop<P, C>) -> Result<Response, Error> {
        let (probe, taps) = (self.probe(closed.dt_s())?, self.ticks(self.response_s, closed.dt_s()));
        let (before, name) = (closed.controller().save(), closed.controller().name().to_string());
        let answer = answer_to(closed, &probe)?;
        let at_bounds = closed.clamped().iter().copied().max().unwrap_or(0);
        let fault = |fault: String| Err(Error::Identification { fault });
        let learned = closed.controller().save() != before;
        if !self.is_heard(closed)? {
            return fault(format!(
                "the controller `{name}` does not add its first cue to the error; probe feedback alone (Reflex) in its place"
            ));
        }
        if learned {
            return fault(format!(
                "the controller `{name}` learned while it was probed; it must hold still: set_learning(false), or feedback alone (Reflex) in its place"
            ));
        }
        let mut response = Response::fit(&probe, &answer, taps, self.ridge)?;
        response.saturated = at_bounds as f64 / probe.len() as f64;
        let rest = answer_to(closed, &vec![0.0; taps.min(probe.len())])?;
        let variance = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            values.iter().fold(0.0, |sum, y| sum + (y - mean) * (y - mean)) / values.len() as f64
        };
        let (signal, noise) = (variance(&answer), variance(&rest));
        response.signal_to_noise = if noise > 0.0 { signal / noise } else { f64::INFINITY };
        Ok(response)
    }

    /// The steps, in ticks of `dt_s`. `[ticks]`
    ///
    /// # Errors
    /// [`Error::Parameter`] for an amplitude of 0, or times that are not positive or too long.
    pub fn probe(&self, dt_s: f64) -> Result<Vec<f64>, Error> {
        let ranges = Ranges::of("identification");
        let Self { amplitude, hold_s, probe_s, response_s, .. } = *self;
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        ranges.require(
            amplitude > 0.0,
            "amplitude",
            amplitude,
            "more than 0, in units of the first sense",
        )?;
        let allowed = format!("more than 0 s, at most {MOST_TICKS} ticks");
        for (name, seconds) in [("probe_s", probe_s), ("response_s", response_s)] {
            let ticks = seconds / dt_s;
            ranges.require(seconds > 0.0 && ticks <= MOST_TICKS, name, seconds, allowed.clone())?;
        }
        let allowed = "at most probe_s: several times shorter is better";
        ranges.require(response_s <= probe_s, "response_s", response_s, allowed)?;
        ranges.require(hold_s >= 0.0 && hold_s < probe_s, "hold_s", hold_s, "0 to less than probe_s")?;
        let (ticks, hold) = (self.ticks(probe_s, dt_s), self.ticks(hold_s, dt_s));
        let signs = random_signs(amplitude, ticks.div_ceil(hold), self.seed, "identification");
        Ok((0..ticks).map(|n| signs[n / hold]).collect())
    }

    /// Ticks of some seconds, at least one.
    fn ticks(&self, seconds: f64, dt_s: f64) -> usize {
        ((seconds / dt_s).round() as usize).max(1)
    }

    /// True if a first cue changes the first command.
    fn is_heard<P: Plant, C: Controller>(&self, closed: &mut ClosedLoop<P, C>) -> Result<bool, Error> {
        // Both from the same state, so that noise does not make the difference.
        let start = closed.snapshot();
        let mut said = |cue: f64| -> Result<Vec<f64>, Error> {
            closed.restore(&start)?;
            answer_to(closed, &[cue])?;
            Ok(closed.command().to_vec())
        };
        Ok(said(self.amplitude)? != said(0.0)?)
    }
}

/// Most ticks of a measurement: longer ones are a mistake in the unit.
const MOST_TICKS: f64 = 1e7;
