//! The cerebella that learn on top of a walker: one place for all studies.

use lobule_cerebellum::marr_albus_ito::graded::{ChannelParameters, GradedCircuit, GradedParameters, Tuning};
use lobule_cerebellum::{CuedFilter, CuedFilterParameters};
use lobule_control::walking::Cue;
use lobule_control::{Controller, Error};

/// Time from one update to the next, s.
pub const UPDATE_S: f64 = 0.02;

/// Rates of learning.
#[derive(Debug, Clone, Copy)]
pub struct Rates<'a> {
    /// Of each output, 1/s.
    pub of_outputs: &'a [f64],
    /// Delay of the eligibility, s.
    pub delay_s: f64,
}

/// The graded circuit with so many granule cells and one output for each rate, which is given these cues.
///
/// # Errors
/// As [`GradedCircuit::new`].
pub fn circuit(cells: usize, cues: &[Cue], rates: Rates, seed: u64) -> Result<Box<dyn Controller>, Error> {
    let parameters = GradedParameters {
        channels: channels(cues)?,
        granule_cells: cells,
        rates: rates.of_outputs.to_vec(),
        delay_s: rates.delay_s,
        ..GradedParameters::default()
    };
    Ok(Box::new(GradedCircuit::new(&parameters, rates.of_outputs.len(), UPDATE_S, seed)?))
}

/// The adaptive filter over the same mossy fibers, with one output for each rate.
///
/// # Errors
/// As [`CuedFilter::new`].
pub fn filter(cues: &[Cue], rates: Rates) -> Result<Box<dyn Controller>, Error> {
    let parameters = CuedFilterParameters {
        channels: channels(cues)?,
        rates: rates.of_outputs.to_vec(),
        delay_s: rates.delay_s,
        ..CuedFilterParameters::default()
    };
    Ok(Box::new(CuedFilter::new(&parameters, UPDATE_S)?))
}

fn channels(cues: &[Cue]) -> Result<Vec<ChannelParameters>, Error> {
    cues.iter().enumerate().map(|(cue, &kind)| Ok(ChannelParameters { cue, tuning: tuning(kind)? })).collect()
}

/// Mossy fibers for a cue. Widths and ranges: source, the reference measurements of steering a quadruped.
fn tuning(cue: Cue) -> Result<Tuning, Error> {
    Ok(match cue {
        Cue::Phase { .. } => Tuning::Circular,
        Cue::Line { .. } => Tuning::Line,
        Cue::SinceLine { .. } => Tuning::Plain { low: 0.0, high: 0.8, fibers: 14, sd: 0.06 },
        // Chosen: yaw rates and rolls of a walk, in rad/s and rad.
        Cue::YawRate { .. } | Cue::Roll => Tuning::Plain { low: -0.5, high: 0.5, fibers: 8, sd: 0.15 },
        Cue::Phases => {
            let what = "mossy fibers are tuned to the phase of one leg; use the cue `phase`";
            return Err(Error::Description { part: "graded circuit".into(), what: what.into() });
        }
    })
}
