//! All that a run records.

use lobule_analysis::mean;
use serde::{Deserialize, Serialize};

/// What learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Learner {
    /// Feedback-error learning with shifted inputs.
    Shifted,
    /// The same, without the shift.
    Unshifted,
    /// Counterfactual predictive control with shifted inputs.
    Counterfactual,
    /// Nothing.
    None,
}

impl Learner {
    /// All.
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

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Shifted => "feedback-error learning",
            Self::Unshifted => "without the shift in time",
            Self::Counterfactual => "counterfactual errors",
            Self::None => "no cerebellum",
        }
    }
}

/// What the robot does in a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nothing.
    Null,
    /// The field.
    Field,
    /// Nothing, when the field is expected.
    Catch,
    /// The channel.
    Clamp,
}

/// What a trial tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What the robot did.
    pub kind: Kind,
    /// Angle of the target, deg counter-clockwise from the right.
    pub target_deg: f64,
    /// Distance from the straight line where it is largest during the movement, m; positive to the right, where the field pushes.
    pub deviation_m: f64,
    /// Force against the wall, as part of the force that would cancel the field; 0 for other kinds.
    pub compensated: f64,
    /// Hand from its start, m, every 10 ms; empty where it is not kept.
    pub path: Vec<[f64; 2]>,
}

/// A session of one subject: baseline, adaptation, washout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// What learned.
    pub learner: Learner,
    /// Its seed.
    pub seed: u64,
    /// All trials in order.
    pub trials: Vec<Trial>,
}

/// What was learned in one direction, elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Its seed.
    pub seed: u64,
    /// Compensation after one trial of learning, in its direction.
    pub first: f64,
    /// Compensation at each angle of the configuration, mean of both sides, less that before learning.
    pub compensated: Vec<f64>,
}

/// Who controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Player {
    /// MOSAIC that is shown which field is on.
    Cued,
    /// MOSAIC that is not.
    Uncued,
    /// One module.
    OneModule,
}

impl Player {
    /// All.
    pub const ALL: [Self; 3] = [Self::Cued, Self::Uncued, Self::OneModule];

    /// Name in findings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cued => "mosaic_with_cue",
            Self::Uncued => "mosaic",
            Self::OneModule => "one_module",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Cued => "MOSAIC with cue",
            Self::Uncued => "MOSAIC",
            Self::OneModule => "one module",
        }
    }
}

/// What a controller did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turns {
    /// Who.
    pub player: Player,
    /// Its seed.
    pub seed: u64,
    /// Deviation of each trial to the side where its field pushes, m.
    pub deviations_m: Vec<f64>,
    /// Whether the field changed before it.
    pub is_first: Vec<bool>,
    /// Part of the movements in the last third in which the module of the field leads, under the better pairing.
    pub accuracy: f64,
}

impl Turns {
    /// Mean size of the deviations in the last third, m; of trials after a change, or of the others.
    pub fn late_m(&self, is_first: bool) -> f64 {
        let from = 2 * self.deviations_m.len() / 3;
        let late = self.deviations_m.iter().zip(&self.is_first).skip(from);
        mean(&late.filter(|(_, f)| **f == is_first).map(|(d, _)| d.abs()).collect::<Vec<_>>())
    }
}

/// All that a run records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By learner, seed.
    pub sessions: Vec<Session>,
    /// By seed.
    pub spreads: Vec<Spread>,
    /// By player, seed.
    pub turns: Vec<Turns>,
}
