//! All that a run records.

use serde::{Deserialize, Serialize};

/// Who controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Player {
    /// MOSAIC.
    Mosaic,
    /// The same, and a cue tells the object.
    Cued,
    /// Without memory of what was held a tick ago.
    WithoutMemory,
    /// With σ at its last value from the beginning.
    WithoutAnnealing,
    /// One module.
    OneModule,
    /// Feedback alone.
    Feedback,
    /// The inverse of the very object, and feedback.
    Perfect,
}

impl Player {
    /// All.
    pub const ALL: [Self; 7] = [
        Self::Mosaic,
        Self::Cued,
        Self::WithoutMemory,
        Self::WithoutAnnealing,
        Self::OneModule,
        Self::Feedback,
        Self::Perfect,
    ];

    /// Those that have several modules.
    pub fn has_modules(self) -> bool {
        matches!(self, Self::Mosaic | Self::Cued | Self::WithoutMemory | Self::WithoutAnnealing)
    }

    /// Name in findings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mosaic => "mosaic",
            Self::Cued => "mosaic_with_cue",
            Self::WithoutMemory => "mosaic_without_memory",
            Self::WithoutAnnealing => "mosaic_without_annealing",
            Self::OneModule => "one_module",
            Self::Feedback => "feedback",
            Self::Perfect => "perfect_inverse",
        }
    }
}

/// What is kept of a moment, for the figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Time since the start of its part, s.
    pub time_s: f64,
    /// The object.
    pub object: usize,
    /// Responsibility of the module of each object, in their order.
    pub shares: Vec<f64>,
    /// Wanted and true position, m.
    pub position: [f64; 2],
}

/// What a controller did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Who.
    pub player: Player,
    /// Its seed.
    pub seed: u64,
    /// Part of the test in which the most responsible module was that of the object.
    pub accuracy: f64,
    /// The same, of each object.
    pub accuracies: Vec<f64>,
    /// Mean time from a change of the object until its module has more than half, s; none where that never was.
    pub latency_s: Option<f64>,
    /// Mean share of the module of the new object in the first command after a change.
    pub at_once: Option<f64>,
    /// Rms of the error in the test, m: with each object, then in the first 0.3 s after changes.
    pub errors_m: Vec<f64>,
    /// Rms of the error with the object between, m.
    pub between_m: f64,
    /// Mean responsibilities with it, in the order of the objects.
    pub between_shares: Vec<f64>,
    /// Moments of early learning and of the test, every 50 ms; empty where they are not kept.
    pub moments: [Vec<Moment>; 2],
}

impl Outcome {
    /// Rms of the error over all objects, each with the same weight, m.
    pub fn error_m(&self) -> f64 {
        let objects = &self.errors_m[..self.errors_m.len() - 1];
        (objects.iter().map(|e| e * e).sum::<f64>() / objects.len() as f64).sqrt()
    }

    /// Whether some object has no module of its own.
    pub fn is_collapsed(&self) -> bool {
        self.accuracies.iter().any(|a| *a < 0.5)
    }
}

/// All that a run records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By player, seed.
    pub outcomes: Vec<Outcome>,
}
