//! Configuration and record of `cfpc/traces`, and the table that the reference measured.

use super::super::family::*;
use lobule_control::oracle::Cause;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    pub(super) seeds: Vec<u64>,
    pub(super) trials: usize,
    pub(super) hopeless_step: f64,
    pub(super) ceiling: f64,
    pub(super) scan_step_s: f64,
    pub(super) scan_to_s: f64,
    #[serde(flatten)]
    pub(super) probe: Probe,
    pub(super) loop_trials: usize,
    pub(super) bench: Bench,
}

/// A learning curve of one trace on one plant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraceCurve {
    /// Trace, one of [`TRACES`].
    pub trace: String,
    pub plant: String,
    /// `minjerk` or `sines`.
    pub reference: String,
    /// Seed of the random movement or probe, if there is one.
    pub seed: Option<u64>,
    /// Delay of the trace, s, where it is one.
    pub delay_s: Option<f64>,
    pub rate: f64,
    /// True if the theory of eigenvalues has a step that converges.
    pub has_bound: bool,
    /// Relative error of each trial; a curve that diverged is shorter.
    pub relative: Vec<f64>,
    /// Trial at which the curve passed the ceiling and ended.
    pub diverged_at: Option<usize>,
    /// Cause of its growth, for curves that ended above 1 or diverged.
    pub cause: Option<Cause>,
}

impl TraceCurve {
    /// Relative error at a trial; of a curve that ended before, its last.
    pub fn at(&self, trial: usize) -> f64 {
        self.relative[trial.min(self.relative.len() - 1)]
    }
}

/// The loop of one plant in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoopResponse {
    pub plant: String,
    /// Response of the sensed output to a signal at the error, over a trial. `[ticks]`
    pub response: Vec<f64>,
    /// Lowest frequency at which its phase passes -90 deg, Hz.
    pub quarter_hz: f64,
    /// Feedback alone, `minjerk`: true and sensed error, root mean square.
    pub rms: [f64; 2],
    /// Largest rise from a trial to the next with the exact trace and the safe step.
    pub largest_rise: f64,
    /// Largest difference of relative errors between lifted matrices and the loop, tick by tick.
    pub lifted_minus_loop: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Tick, s.
    pub dt_s: f64,
    pub loops: Vec<LoopResponse>,
    #[serde(rename = "cells")]
    pub curves: Vec<TraceCurve>,
}

impl Record {
    /// The curves of a trace on a plant, by seed where there are several.
    pub fn curves<'a>(
        &'a self,
        trace: &'a str,
        plant: &'a str,
        reference: &'a str,
    ) -> impl Iterator<Item = &'a TraceCurve> {
        self.curves.iter().filter(move |c| c.trace == trace && c.plant == plant && c.reference == reference)
    }

    /// Their relative errors at a trial.
    pub fn values(&self, trace: &str, plant: &str, reference: &str, trial: usize) -> Vec<f64> {
        self.curves(trace, plant, reference).map(|c| c.at(trial)).collect()
    }
}

/// The traces, in the order of the table: name in the record, name in text.
pub const TRACES: [(&str, &str); 10] = [
    ("none", "none"),
    ("loop_delay", "conduction delay"),
    ("best_delay", "best delay of a scan"),
    ("model", "model of the loop, exact"),
    ("identified", "model, identified from noise"),
    ("delay_50", "model, delay +50 ms"),
    ("delay_150", "model, delay +150 ms"),
    ("delay_300", "model, delay +300 ms"),
    ("mass_2", "model, mass × 2"),
    ("mass_half", "model, mass × 0.5"),
];

pub fn words(trace: &str) -> &str {
    TRACES.iter().find(|t| t.0 == trace).map_or(trace, |t| t.1)
}

pub const TRIALS: [usize; 3] = [10, 50, 400];

/// Relative errors that the reference measured at [`TRIALS`], by plant; NaN where there is none. Its curves end at about 10⁶.
pub const EXPECTED: [(&str, [[f64; 3]; 4]); 9] = {
    const NONE: [f64; 3] = [f64::NAN; 3];
    [
        ("none", [[1.5, 229.0, 3e6], [1.3, 27.0, 2e6], [1.7, 38.0, 9e5], [2.8, 143.0, 2e6]]),
        ("loop_delay", [[0.64, 2.1, 0.43], [1.1, 61.0, 1.8e3], [1.4, 11.0, 1.3e3], [1.6, 29.0, 2e6]]),
        (
            "best_delay",
            [[0.008, 0.002, 0.002], [0.078, 0.003, 0.001], [0.27, 0.011, 0.002], [0.16, 0.013, 0.21]],
        ),
        ("model", [[0.016, 0.005, 0.001], [0.12, 0.026, 0.004], [0.72, 0.36, 0.011], [0.075, 0.011, 0.003]]),
        (
            "delay_50",
            [[0.036, 0.007, 0.002], [0.14, 0.041, 0.005], [0.81, 0.57, 0.069], [0.087, 0.018, 0.004]],
        ),
        ("delay_150", [[0.54, 0.90, 0.14], [0.30, 0.20, 0.11], [2.2, 2.8e3, 2e6], [0.24, 0.11, 0.035]]),
        ("delay_300", [[1.1, 13.0, 3e5], [1.0, 0.48, 0.71], [0.98, 6.8, 2e6], [0.67, 0.25, 1.1]]),
        ("mass_2", [NONE, [0.18, 0.079, 0.007], [0.86, 116.0, 2e6], [0.12, 0.036, 0.003]]),
        ("mass_half", [NONE, [0.070, 0.010, 0.002], [0.99, 6.1, 2e6], [0.095, 0.006, 0.003]]),
    ]
};
