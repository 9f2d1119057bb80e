//! The record of a run.

use lobule_analysis::mean;
use serde::{Deserialize, Serialize};

/// Everything a run records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnticipationRecord {
    /// By lead, seed.
    pub lines: Vec<LinesRun>,
    /// By sensor, gain, seed.
    pub tracking: Vec<TrackingRun>,
}

/// Accuracy of the prediction of one line at a lead: R² over the last third of the run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LineResult {
    /// Lag of the line, ms.
    pub lag_ms: usize,
    /// R² of the prediction.
    pub predicted: f64,
    /// R² of the gated output.
    pub gated: f64,
    /// R² of the present value as prediction.
    pub persistence: f64,
    /// Share of the time with an open gate.
    pub open: f64,
}

/// One seed at one lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinesRun {
    /// Lead, ms.
    pub lead_ms: usize,
    /// Seed.
    pub seed: u64,
    /// By line.
    pub lines: Vec<LineResult>,
}

/// Lines with a smaller lag are the earliest: no other line carries their signal before. Source: reference.
pub const EARLIEST_MS: usize = 50;

impl LinesRun {
    /// Mean of a value over the lines that fit.
    pub fn mean(&self, fits: impl Fn(&LineResult) -> bool, of: impl Fn(&LineResult) -> f64) -> f64 {
        mean(&self.lines.iter().filter(|l| fits(l)).map(of).collect::<Vec<_>>())
    }

    /// True if other lines carry the signal of a line earlier by a lead and 50 ms. Chosen: the reference says "earlier elsewhere".
    pub fn is_known_early(&self, line: &LineResult) -> bool {
        line.lag_ms >= self.lead_ms + EARLIEST_MS
    }
}

/// Input of the controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensor {
    /// The delayed senses.
    Raw,
    /// The delayed senses, extrapolated with their velocity.
    ConstantVelocity,
    /// The delayed senses, anticipated without efference copy.
    WithoutEfference,
    /// The delayed senses, anticipated.
    Anticipated,
    /// The present state.
    Perfect,
}

impl Sensor {
    /// All of them.
    pub const ALL: [Sensor; 5] = [
        Sensor::Raw,
        Sensor::ConstantVelocity,
        Sensor::WithoutEfference,
        Sensor::Anticipated,
        Sensor::Perfect,
    ];

    /// Key in the names of findings.
    pub fn key(self) -> &'static str {
        match self {
            Sensor::Raw => "raw",
            Sensor::ConstantVelocity => "constant_velocity",
            Sensor::WithoutEfference => "without_efference",
            Sensor::Anticipated => "anticipated",
            Sensor::Perfect => "perfect",
        }
    }

    /// Name in words.
    pub fn words(self) -> &'static str {
        match self {
            Sensor::Raw => "delayed senses",
            Sensor::ConstantVelocity => "constant velocity",
            Sensor::WithoutEfference => "anticipated, no efference copy",
            Sensor::Anticipated => "anticipated",
            Sensor::Perfect => "present state",
        }
    }
}

/// One seed of a sensor at a gain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackingRun {
    /// Sensor.
    pub sensor: Sensor,
    /// Kp, N/m.
    pub gain: f64,
    /// Seed.
    pub seed: u64,
    /// Rms of the error over the second half of the test, m; none if it diverged.
    pub rms_m: Option<f64>,
}
