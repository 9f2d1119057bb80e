//! The record of a run.

use lobule_study::report::drawing::{BLACK, BLUE, GREEN, GUIDE, ORANGE, PURPLE, SKY};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MosaicController {
    Mosaic,
    /// With a cue for the object.
    Cued,
    /// Without memory of the object of the last tick.
    WithoutMemory,
    /// With the last value of σ from the beginning.
    WithoutAnnealing,
    /// A single module.
    OneModule,
    /// Feedback alone.
    Feedback,
    /// The exact inverse of the present object, and feedback.
    Perfect,
}

/// All controllers, each with its key in the names of findings and its name and color in figures.
pub const CONTROLLERS: [(MosaicController, &str, &str, &str); 7] = [
    (MosaicController::Mosaic, "mosaic", "MOSAIC", BLUE),
    (MosaicController::Cued, "mosaic_with_cue", "with cue", SKY),
    (MosaicController::WithoutMemory, "mosaic_without_memory", "no memory", GREEN),
    (MosaicController::WithoutAnnealing, "mosaic_without_annealing", "no annealing", PURPLE),
    (MosaicController::OneModule, "one_module", "one module", ORANGE),
    (MosaicController::Feedback, "feedback", "feedback alone", GUIDE),
    (MosaicController::Perfect, "perfect_inverse", "perfect inverse", BLACK),
];

impl MosaicController {
    /// True if it has several modules.
    pub fn has_modules(self) -> bool {
        matches!(self, Self::Mosaic | Self::Cued | Self::WithoutMemory | Self::WithoutAnnealing)
    }
}

/// A moment that is kept for the figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Time since the start of learning or test, s.
    pub time_s: f64,
    pub object: usize,
    /// Responsibility of the module of each object, in their order.
    pub shares: Vec<f64>,
    /// Desired and true position, m.
    pub position: [f64; 2],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    #[serde(rename = "player")]
    pub controller: MosaicController,
    pub seed: u64,
    /// Share of the test in which the module of the object has the largest responsibility.
    pub accuracy: f64,
    /// This share for each object.
    pub accuracies: Vec<f64>,
    /// Mean time from a change of the object until its module has more than half of the responsibility, s; none if it never has.
    pub latency_s: Option<f64>,
    /// Mean share of the module of the new object in the first command after a change.
    pub at_once: Option<f64>,
    /// Rms of the error in the test, m: with each object, then in the first 0.3 s after changes.
    pub errors_m: Vec<f64>,
    /// Rms of the error with the object between, m.
    pub between_m: f64,
    /// Mean responsibilities with it, in the order of the objects.
    pub between_shares: Vec<f64>,
    /// Moments of early learning and of the test, every 50 ms; empty if they are not kept.
    pub moments: [Vec<Moment>; 2],
}

impl Outcome {
    /// Rms of the error over all objects, each with the same weight, m.
    pub fn error_m(&self) -> f64 {
        let objects = &self.errors_m[..self.errors_m.len() - 1];
        (objects.iter().map(|e| e * e).sum::<f64>() / objects.len() as f64).sqrt()
    }

    /// True if some object has no module of its own.
    pub fn is_collapsed(&self) -> bool {
        self.accuracies.iter().any(|a| *a < 0.5)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By controller, seed.
    pub outcomes: Vec<Outcome>,
}
