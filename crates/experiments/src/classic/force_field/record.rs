//! The record of a run.

use lobule_analysis::mean;
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
    /// No learning.
    None,
}

impl Learner {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Shifted, Self::Unshifted, Self::Counterfactual, Self::None];

    /// Name in findings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shifted => "fel",
            Self::Unshifted => "fel_without_shift",
            Self::Counterfactual => "cfpc",
            Self::None => "no_cerebellum",
        }
    }

    /// Name in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Shifted => "feedback-error learning",
            Self::Unshifted => "no shift in time",
            Self::Counterfactual => "counterfactual predictive control",
            Self::None => "no cerebellum",
        }
    }
}

/// Action of the robot in a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialKind {
    /// None.
    Null,
    /// Force field.
    Field,
    /// None, when the field is expected (catch trial).
    Catch,
    /// Channel (error clamp).
    Clamp,
}

/// Outcome of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Action of the robot.
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
    /// Learner.
    pub learner: Learner,
    /// Seed.
    pub seed: u64,
    /// Trials in order.
    pub trials: Vec<Trial>,
}

/// Generalization of learning in one direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneDirection {
    /// Seed.
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
    /// A single module.
    OneModule,
}

impl SwitchingController {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cued, Self::Uncued, Self::OneModule];

    /// Name in findings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cued => "mosaic_with_cue",
            Self::Uncued => "mosaic",
            Self::OneModule => "one_module",
        }
    }

    /// Name in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Cued => "MOSAIC with cue",
            Self::Uncued => "MOSAIC",
            Self::OneModule => "one module",
        }
    }
}

/// A run under fields that take turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SwitchingRun {
    /// Controller.
    #[serde(rename = "player")]
    pub controller: SwitchingController,
    /// Seed.
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
        mean(&late.filter(|(_, f)| **f == is_first).map(|(d, _)| d.abs()).collect::<Vec<_>>())
    }
}

/// Everything a run records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By learner, seed.
    pub sessions: Vec<Session>,
    /// By seed.
    pub spreads: Vec<OneDirection>,
    /// By controller, seed.
    pub turns: Vec<SwitchingRun>,
}
