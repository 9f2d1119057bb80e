//! Why a controller did not hold a body.

use super::controllers::{Place, is_filter, rests_on_feedback};
use super::course::course;
use crate::bench::config::Condition;
use crate::cfpc::{reaches, signals, sines};
use lobule_control::identify::impulse_response;
use lobule_control::oracle::{Cause, Lifted, cause};
use lobule_study::Error;
use serde::{Deserialize, Serialize};

/// The reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It refused, and said so.
    Refused(String),
    /// Feedback alone does not hold this body under this delay, and the controller rests on it.
    Feedback,
    /// What theory says of the filter.
    Cause(Cause),
    /// The filter's errors may fall in the end, but grow for longer than the run.
    Growth,
    /// The law's gain is above the bound: it is held with this part of it.
    Gain(f64),
    /// At no tested gain: what the model says of now is too wrong.
    Model,
}

/// Parts of the gain that are tried. Chosen: steps of a factor of about 0.7 down to a quarter.
const GAINS: [f64; 4] = [0.7, 0.5, 0.35, 0.25];
/// Highest frequency at which phases are compared, Hz. Chosen: twice what the movements hold.
const UP_TO_HZ: f64 = 3.0;

impl Why {
    /// One letter for a map.
    pub fn letter(&self) -> &'static str {
        match self {
            Why::Refused(_) => "–",
            Why::Feedback => "F",
            Why::Cause(Cause::Phase { .. }) => "P",
            Why::Cause(Cause::Step { .. }) => "S",
            Why::Growth => "T",
            Why::Gain(_) => "G",
            Why::Model => "M",
        }
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Why::Refused(what) => write!(f, "refused: {what}"),
            Why::Feedback => {
                write!(f, "feedback alone, on which it rests, does not hold this body under this delay")
            }
            Why::Cause(cause) => write!(f, "{cause}"),
            Why::Growth => write!(f, "errors grow for longer than the run before they fall"),
            Why::Gain(part) => write!(f, "the gain of the law is above its bound; {part} of it holds"),
            Why::Model => {
                write!(f, "not held with a quarter of the gain either: the model is too wrong about now")
            }
        }
    }
}

/// Looks for the reason why `name` diverged at a place, feedback alone having diverged or not.
///
/// # Errors
/// A part that cannot be made.
pub fn diagnose(place: &Place, name: &str, feedback_diverged: bool) -> Result<Why, Error> {
    if name == "feedback" || (rests_on_feedback(name) && feedback_diverged) {
        return Ok(Why::Feedback);
    }
    if is_filter(name) {
        return match of_filter(place, name) {
            // The loop's own response is not finite: there is nothing that a filter could rest on.
            Err(error) if matches!(error.of_room(), Some(lobule_control::Error::NonFinite { .. })) => {
                Ok(Why::Feedback)
            }
            cause => cause,
        };
    }
    for gain in GAINS {
        if !course(place, name, gain)?.diverged(place.config)[0] {
            return Ok(Why::Gain(gain));
        }
    }
    Ok(Why::Model)
}

fn of_filter(place: &Place, name: &str) -> Result<Why, Error> {
    let (c, ticks) = (place.config, place.config.ticks());
    let h = impulse_response(&mut place.reflex(place.body)?, ticks)?;
    let g = place.trace(name)?.impulse(ticks);
    let reference = match place.condition {
        Condition::Wander => sines(place.seed, 0, ticks, c.dt_s),
        _ => reaches(ticks, c.dt_s),
    };
    let x = signals(place.basis()?, &reference, &[])?;
    if let Some(cause) = cause(&h, &g, &x[x.len() / 2], UP_TO_HZ, c.dt_s) {
        return Ok(Why::Cause(cause));
    }
    // The normalised step as a plain one: over the largest power of the traces.
    let lifted = Lifted::new(&h, &g, &x)?;
    let traces = Lifted::new(&g, &g, &x)?;
    let power = traces.response().row_iter().map(|row| row.norm_squared()).fold(f64::MIN_POSITIVE, f64::max);
    Ok(match lifted.step_above_bound(c.rates.filter / power)? {
        Some(cause) => Why::Cause(cause),
        None => Why::Growth,
    })
}
