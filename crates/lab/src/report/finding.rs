//! A finding: one number that answers the experiment's question, with unit,
//! expected range and source.

use serde::{Deserialize, Serialize};

/// One measured number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Name, e.g. `plastic_error_ratio`.
    pub name: String,
    /// What it means, one sentence.
    pub meaning: String,
    /// Mean over seeds.
    pub value: f64,
    /// Standard deviation over seeds; absent with one seed.
    pub sd: Option<f64>,
    /// Value on each seed, in the order of the seeds.
    pub by_seed: Vec<f64>,
    /// Unit; `1` for a ratio.
    pub unit: String,
    /// Lowest and highest expected value; an open end is absent.
    pub expected: [Option<f64>; 2],
    /// Where the expectation comes from.
    pub source: String,
    /// Whether the rule of the finding holds (each seed, or the mean, as `meaning` says).
    pub pass: bool,
}

/// The findings of a run, as written to `findings.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// Experiment, e.g. `prism`.
    pub experiment: String,
    /// Version of lobule.
    pub version: String,
    /// Preset.
    pub preset: String,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Wall time of the run, s.
    pub wall_s: f64,
    /// The numbers.
    pub findings: Vec<Finding>,
}
