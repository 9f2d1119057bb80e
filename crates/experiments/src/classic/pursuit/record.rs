//! All that a run records.

use super::config::Kind;
use crate::classic::response::Response;
use serde::{Deserialize, Serialize};

/// All that a run records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PursuitRecord {
    /// By controller, target, seed.
    pub(super) tracked: Vec<Tracked>,
    pub(super) ramps: Vec<Ramp>,
    /// By controller, seed.
    pub(super) hidden: Vec<Hidden>,
}

/// (s, target deg/s, eye deg/s)
pub type Sample = (f64, f64, f64);

/// One subject on one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tracked {
    pub(super) kind: Kind,
    /// Of a predictable target; none for a mixed one.
    pub(super) hz: Option<f64>,
    pub(super) seed: u64,
    /// At each frequency of the target; none when the eye was lost.
    pub(super) responses: Option<Vec<Response>>,
    /// The first seconds that were measured, of the first seed.
    pub(super) movement: Vec<Sample>,
}

/// A target that starts to move; no noise, the nominal eye.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ramp {
    pub(super) kind: Kind,
    pub(super) ki: f64,
    /// From the start of the movement on.
    pub(super) samples: Vec<Sample>,
}

/// A learned target that disappears at 0 s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hidden {
    pub(super) kind: Kind,
    pub(super) seed: u64,
    pub(super) samples: Vec<Sample>,
    /// Whether the eye was lost; the samples end there.
    pub(super) is_lost: bool,
}
