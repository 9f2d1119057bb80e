//! All that a run records.

use serde::{Deserialize, Serialize};

/// All that a run records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnticipationRecord {
    /// By lead, seed.
    pub lines: Vec<LinesRun>,
    /// By sensor, gain, seed.
    pub tracking: Vec<TrackingRun>,
}

/// How well one line is known a lead early: R² over the last third of the run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LineResult {
    /// How late the line is, ms.
    pub lag_ms: usize,
    /// R² of its prediction.
    pub predicted: f64,
    /// The same with the gate.
    pub gated: f64,
    /// R² of the line as it is.
    pub persistence: f64,
    /// Part of the time in which the gate was open.
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

/// Lines late by less are the earliest: nothing tells of them before. Source: reference.
pub const EARLIEST_MS: usize = 50;

impl LinesRun {
    /// Mean of a number over the lines that fit.
    pub fn mean(&self, fits: impl Fn(&LineResult) -> bool, of: impl Fn(&LineResult) -> f64) -> f64 {
        let values: Vec<f64> = self.lines.iter().filter(|l| fits(l)).map(of).collect();
        values.iter().sum::<f64>() / values.len() as f64
    }

    /// Whether others know of a line a lead earlier, and 50 ms to spare. Chosen: the reference says "earlier elsewhere".
    pub fn is_known_early(&self, line: &LineResult) -> bool {
        line.lag_ms >= self.lead_ms + EARLIEST_MS
    }
}

/// What the law is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensor {
    /// The late senses.
    Raw,
    /// The late senses, carried on with their velocity.
    ConstantVelocity,
    /// The late senses, anticipated without efference copy.
    WithoutEfference,
    /// The late senses, anticipated.
    Anticipated,
    /// The state of now.
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

    /// Its key in names of findings.
    pub fn key(self) -> &'static str {
        match self {
            Sensor::Raw => "raw",
            Sensor::ConstantVelocity => "constant_velocity",
            Sensor::WithoutEfference => "without_efference",
            Sensor::Anticipated => "anticipated",
            Sensor::Perfect => "perfect",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Sensor::Raw => "late senses",
            Sensor::ConstantVelocity => "constant velocity",
            Sensor::WithoutEfference => "anticipated, no efference copy",
            Sensor::Anticipated => "anticipated",
            Sensor::Perfect => "state of now",
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
    /// Rms of the error over the second half of the test, m; none when it diverged.
    pub rms_m: Option<f64>,
}
