//! The record of a run.

use lobule_analysis::mean_of;
use lobule_study::report::drawing::{BLUE, GREEN, ORANGE};
use serde::{Deserialize, Serialize};

/// Learner beside the known dynamics of the arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Learner {
    /// Feedback-error learning with shifted inputs.
    Shifted,
    /// Feedback-error learning without the shift.
    Unshifted,
    /// Counterfactual predictive control with shifted inputs.
    Counterfactual,
    None,
}

/// All learners, each with its key in the names of findings and its name in words.
pub const LEARNERS: [(Learner, &str, &str); 4] = [
    (Learner::Shifted, "fel", "feedback-error learning"),
    (Learner::Unshifted, "fel_without_shift", "no shift in time"),
    (Learner::Counterfactual, "cfpc", "counterfactual predictive control"),
    (Learner::None, "no_cerebellum", "no cerebellum"),
];

/// Action of the robot in a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialKind {
    Null,
    Field,
    /// None, when the field is expected (catch trial).
    Catch,
    /// Channel (error clamp).
    Clamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    pub kind: TrialKind,
    /// Angle of the target, deg counter-clockwise from the right.
    pub target_deg: f64,
    /// Largest distance from the straight line during the movement, m; positive to the right, the direction of the field's force.
    pub deviation_m: f64,
    /// Force against the wall in an error clamp, as a fraction of the force that would cancel the field; 0 in other trials.
    pub compensated: f64,
    /// Path of the hand from its start, m, every 10 ms; empty if it is not kept.
    pub path: Vec<[f64; 2]>,
}

/// A session of one subject: baseline, adaptation, washout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub learner: Learner,
    pub seed: u64,
    pub trials: Vec<Trial>,
}

/// Generalization of learning in one direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneDirection {
    pub seed: u64,
    /// Compensation in the trained direction after one trial.
    pub first: f64,
    /// Compensation at each angle of the configuration, mean of both sides, minus that before learning.
    pub compensated: Vec<f64>,
}

/// Controller under fields that take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwitchingController {
    /// MOSAIC with a cue for the present field.
    Cued,
    /// MOSAIC without a cue.
    Uncued,
    OneModule,
}

/// All controllers, each with its key in the names of findings, its name in words and its color.
pub const CONTROLLERS: [(SwitchingController, &str, &str, &str); 3] = [
    (SwitchingController::Cued, "mosaic_with_cue", "MOSAIC with cue", BLUE),
    (SwitchingController::Uncued, "mosaic", "MOSAIC", GREEN),
    (SwitchingController::OneModule, "one_module", "one module", ORANGE),
];

/// A run under fields that take turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SwitchingRun {
    #[serde(rename = "player")]
    pub controller: SwitchingController,
    pub seed: u64,
    /// Deviation of each trial in the direction of its field's force, m.
    pub deviations_m: Vec<f64>,
    /// True for the first trial after a change of field.
    pub is_first: Vec<bool>,
    /// Share of the ticks of movements in the last third in which the module of the field has the larger responsibility, under the
    /// better pairing.
    pub accuracy: f64,
}

impl SwitchingRun {
    /// Mean size of the deviations in the last third, m: in first trials after a change, or in the others.
    pub fn late_m(&self, is_first: bool) -> f64 {
        let from = 2 * self.deviations_m.len() / 3;
        let late = self.deviations_m.iter().zip(&self.is_first).skip(from);
        mean_of(late.filter(|(_, f)| **f == is_first).map(|(d, _)| d.abs()))
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By learner, seed.
    pub sessions: Vec<Session>,
    /// By seed.
    pub spreads: Vec<OneDirection>,
    /// By controller, seed.
    pub turns: Vec<SwitchingRun>,
}
