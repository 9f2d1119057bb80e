//! The record of a run.

use super::config::{Arm, Scenario};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By scenario, seed, arm.
    pub walks: Vec<Walked>,
}

/// Errors relative to the window before the change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// Yaw rate, deg/s to the left.
    pub yaw_deg_s: f64,
    /// Mean roll, deg, positive with the right side down.
    pub roll_deg: f64,
}

/// One robot under one cerebellum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Walked {
    pub scenario: Scenario,
    pub arm: Arm,
    pub seed: u64,
    /// Soon after the change.
    pub early: Errors,
    /// At the end of the change.
    pub late: Errors,
    /// Soon after the end of the change.
    pub after: Errors,
    /// At the end of the walk.
    pub end: Errors,
    /// Falls in the whole walk.
    pub falls: u32,
    /// Yaw rate (deg/s) and mean roll (deg) of each second from the beginning of learning on.
    pub course: Vec<(f64, f64)>,
}

/// One of the two errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Yaw,
    Roll,
}

impl Of {
    pub const ALL: [Self; 2] = [Self::Yaw, Self::Roll];

    pub fn key(self) -> &'static str {
        match self {
            Self::Yaw => "yaw_rate",
            Self::Roll => "roll",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Yaw => "yaw rate",
            Self::Roll => "mean roll",
        }
    }

    pub fn unit(self) -> &'static str {
        match self {
            Self::Yaw => "deg/s",
            Self::Roll => "deg",
        }
    }

    pub fn get(self, errors: Errors) -> f64 {
        match self {
            Self::Yaw => errors.yaw_deg_s,
            Self::Roll => errors.roll_deg,
        }
    }
}

impl Record {
    /// Walks of an arm, by seed.
    pub fn of(&self, scenario: Scenario, arm: Arm) -> impl Iterator<Item = &Walked> {
        self.walks.iter().filter(move |w| (w.scenario, w.arm) == (scenario, arm))
    }

    /// An error of the walks of an arm in a window, by seed.
    pub fn errors(&self, scenario: Scenario, arm: Arm, of: Of, window: fn(&Walked) -> Errors) -> Vec<f64> {
        self.of(scenario, arm).map(|walk| of.get(window(walk))).collect()
    }
}
