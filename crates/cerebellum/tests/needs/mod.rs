//! A task without a body: what is missing of the needed output is the error.

use lobule_control::{Controller, Senses};

/// Tick, s.
pub const DT: f64 = 0.02;

/// Runs a controller of one output on needs and cues as functions of the tick; `report` changes the error on its way to the teacher.
/// What is missing in each tick.
pub fn run(
    controller: &mut dyn Controller,
    ticks: std::ops::Range<u64>,
    need: impl Fn(u64) -> f64,
    cues: impl Fn(u64) -> Vec<f64>,
    mut report: impl FnMut(u64, f64) -> f64,
) -> Vec<f64> {
    let (mut missing, mut output) = (Vec::new(), [0.0]);
    let mut reported = 0.0;
    for tick in ticks {
        let senses = Senses {
            tick,
            sensed: &[-reported],
            reference: &[0.0],
            reference_then: &[0.0],
            cues: &cues(tick),
        };
        controller.advance(&senses, &mut output).unwrap();
        missing.push(need(tick) - output[0]);
        reported = report(tick, missing[missing.len() - 1]);
    }
    missing
}

/// Root of the mean square.
pub fn rms(values: &[f64]) -> f64 {
    (values.iter().map(|x| x * x).sum::<f64>() / values.len() as f64).sqrt()
}

/// Phase of a gait of 2 Hz, rad.
pub fn phase(tick: u64) -> f64 {
    std::f64::consts::TAU * 2.0 * DT * tick as f64
}
