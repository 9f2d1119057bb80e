//! Times of models as whole steps, and the parts of a step, for parameters that are shorter than it.
//!
//! Source: NEST 3.10, `nest_time.h`: a time is rounded to a tic of 1 µs, then up to whole steps. Pinned by `tests/grid.rs`.

use lobule_signal::{Parameter, Ranges};

/// Tics in a ms.
const TICS_PER_MS: f64 = 1000.0;
/// Longest refractory period, steps: beyond it, an `f32` that is counted down by one keeps its value.
const MOST_STEPS: f64 = 16_777_216.0;
/// Parts of a step for each time constant that is shorter than the step. Chosen: Simpson's rule, which is what a Runge-Kutta step
/// makes of a conductance, then has a relative error of 1e-6.
const PARTS_PER_TAU: f64 = 4.0;
/// Shortest time constant, in fractions of a step. Chosen: 400 parts of a step.
const SHORTEST: f64 = 0.01;

/// Number of steps of a duration (ms) as NEST counts them: rounded to a tic, then up.
///
/// # Errors
/// [`Parameter`] for a negative duration or one that is too long to be counted.
pub(super) fn whole_steps(
    ranges: &Ranges,
    parameter: &'static str,
    ms: f64,
    dt_ms: f64,
) -> Result<f32, Parameter> {
    let tics_per_step = (dt_ms * TICS_PER_MS).round();
    let has_tics = tics_per_step >= 1.0 && (dt_ms * TICS_PER_MS - tics_per_step).abs() < 1e-6;
    let steps = match has_tics {
        true => ((ms * TICS_PER_MS + 0.5).floor() / tics_per_step).ceil(),
        // A time that was meant to lie on the grid is not pushed to the next step by its last bit.
        false => (ms / dt_ms - 1e-6).ceil().max(0.0),
    };
    let most_ms = MOST_STEPS * dt_ms;
    let allowed = format!("0 to {most_ms} ms are possible at a step of {dt_ms} ms");
    ranges.require(ms >= 0.0 && steps <= MOST_STEPS, parameter, ms, allowed)?;
    Ok(steps as f32)
}

/// A time constant, ms, of a conductance.
pub(super) struct Constant {
    /// Name of the parameter.
    pub name: &'static str,
    /// ms
    pub tau_ms: f64,
    /// Longest step, in time constants, that is integrated at once.
    pub longest: f64,
}

/// Number of parts into which a step is divided so that the membrane follows all conductances: one where the step is at
/// most `longest` times every time constant.
///
/// # Errors
/// [`Parameter`] for a time constant below a hundredth of a step.
pub(super) fn parts(ranges: &Ranges, constants: &[Constant], dt_ms: f64) -> Result<usize, Parameter> {
    let shortest_ms = SHORTEST * dt_ms;
    let mut parts = 1;
    for &Constant { name, tau_ms, longest } in constants {
        let allowed = format!("at a step of {dt_ms} ms it is {shortest_ms} ms or longer; use a shorter step");
        ranges.require(tau_ms >= shortest_ms * (1.0 - 1e-9), name, tau_ms, allowed)?;
        if longest * tau_ms < dt_ms * (1.0 - 1e-9) {
            parts = parts.max((PARTS_PER_TAU * dt_ms / tau_ms).ceil() as usize);
        }
    }
    Ok(parts)
}
