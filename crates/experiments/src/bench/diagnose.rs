//! Diagnosis of a controller that did not stabilize a body.

use super::config::TrialCondition;
use super::controllers::{BenchSetup, is_filter, rests_on_feedback};
use super::curve::learning_curve;
use super::record::Failure;
use lobule_control::filter::trial_bound;
use lobule_control::identify::impulse_response;
use lobule_control::oracle::{Lifted, cause};
use lobule_control::trajectory::{reaches, sines};
use lobule_study::Error;

/// Fractions of the gain that are tried. Chosen: steps of a factor of about 0.7 down to a quarter.
const GAINS: [f64; 4] = [0.7, 0.5, 0.35, 0.25];
/// Highest frequency at which phases are compared, Hz. Chosen: twice that of the movements.
const UP_TO_HZ: f64 = 3.0;

/// Finds the reason why the controller `name` diverged at a place; feedback alone diverged there or did not.
pub fn diagnose(place: &BenchSetup, name: &str, feedback_diverged: bool) -> Result<Failure, Error> {
    if name == "feedback" || (rests_on_feedback(name) && feedback_diverged) {
        return Ok(Failure::Feedback);
    }
    if is_filter(name) {
        return match of_filter(place, name) {
            // The loop's own response is not finite: no filter can rest on it.
            Err(error)
                if matches!(
                    error.of_room(),
                    Some(lobule_control::Error::NonFinite { .. } | lobule_control::Error::Sensor { .. })
                ) =>
            {
                Ok(Failure::Feedback)
            }
            cause => cause,
        };
    }
    for gain in GAINS {
        if !learning_curve(place, name, gain)?.diverged(place.config)[0] {
            return Ok(Failure::Gain(gain));
        }
    }
    Ok(Failure::Model)
}

fn of_filter(place: &BenchSetup, name: &str) -> Result<Failure, Error> {
    let (c, ticks) = (place.config, place.config.ticks());
    let h = impulse_response(&mut place.reflex(place.body)?, ticks)?;
    let (basis, trace) = place.basis_and_trace(name)?;
    let g = trace.impulse(ticks);
    let reference = match place.condition {
        TrialCondition::Wander => sines(place.seed, 0, ticks, c.dt_s),
        _ => reaches(ticks, c.dt_s),
    };
    let x = basis.over_trial(&reference, &[])?;
    if let Some(cause) = cause(&h, &g, &x[x.len() / 2], UP_TO_HZ, c.dt_s) {
        return Ok(Failure::Cause(cause));
    }
    // The normalized step as a plain one.
    let lifted = Lifted::new(&h, &g, &x)?;
    let traces: Vec<Vec<f64>> = x.iter().map(|x| trace.of_trial(x)).collect();
    let bound = trial_bound(&traces).max(f64::MIN_POSITIVE);
    Ok(match lifted.step_above_bound(c.rates.filter / bound)? {
        Some(cause) => Failure::Cause(cause),
        None => Failure::Growth,
    })
}
