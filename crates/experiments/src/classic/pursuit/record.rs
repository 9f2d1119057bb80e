//! The record of a run.

use super::config::PursuitController;
use crate::classic::response::Response;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By controller, target, seed.
    pub tracked: Vec<Tracked>,
    pub ramps: Vec<Ramp>,
    /// By controller, seed.
    pub hidden: Vec<Hidden>,
}

/// Time (s), target velocity (deg/s), eye velocity (deg/s).
pub type Sample = (f64, f64, f64);

/// One subject on one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tracked {
    pub kind: PursuitController,
    /// Frequency of a predictable target, Hz; none for the mixed one.
    pub hz: Option<f64>,
    pub seed: u64,
    /// Response at each frequency of the target; none if the eye diverged.
    pub responses: Option<Vec<Response>>,
    /// First seconds of the measurement, for the first seed.
    pub movement: Vec<Sample>,
}

/// Pursuit of a target that starts to move, by the nominal eye without noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ramp {
    pub kind: PursuitController,
    pub ki: f64,
    /// Samples from the start of the movement on.
    pub samples: Vec<Sample>,
}

/// Pursuit of a learned target that disappears at 0 s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hidden {
    pub kind: PursuitController,
    pub seed: u64,
    pub samples: Vec<Sample>,
    /// True if the eye diverged; the samples end there.
    pub is_lost: bool,
}
