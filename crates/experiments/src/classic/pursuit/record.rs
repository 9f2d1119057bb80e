//! The record of a run.

use super::config::PursuitController;
use crate::classic::response::Response;
use serde::{Deserialize, Serialize};

/// Everything a run records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PursuitRecord {
    /// By controller, target, seed.
    pub(super) tracked: Vec<Tracked>,
    pub(super) ramps: Vec<Ramp>,
    /// By controller, seed.
    pub(super) hidden: Vec<Hidden>,
}

/// Time (s), target velocity (deg/s), eye velocity (deg/s).
pub type Sample = (f64, f64, f64);

/// One subject on one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tracked {
    pub(super) kind: PursuitController,
    /// Frequency of a predictable target, Hz; none for the mixed one.
    pub(super) hz: Option<f64>,
    pub(super) seed: u64,
    /// Response at each frequency of the target; none if the eye diverged.
    pub(super) responses: Option<Vec<Response>>,
    /// First seconds of the measurement, for the first seed.
    pub(super) movement: Vec<Sample>,
}

/// Pursuit of a target that starts to move, by the nominal eye without noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ramp {
    pub(super) kind: PursuitController,
    pub(super) ki: f64,
    /// Samples from the start of the movement on.
    pub(super) samples: Vec<Sample>,
}

/// Pursuit of a learned target that disappears at 0 s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hidden {
    pub(super) kind: PursuitController,
    pub(super) seed: u64,
    pub(super) samples: Vec<Sample>,
    /// True if the eye diverged; the samples end there.
    pub(super) is_lost: bool,
}
