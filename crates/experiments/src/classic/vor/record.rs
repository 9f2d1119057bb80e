//! All that a run records.

use crate::classic::response::Response;
use lobule_control::Architecture;
use serde::{Deserialize, Serialize};

/// All that a run records, by architecture, seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VorRecord {
    pub(super) courses: Vec<Course>,
}

/// One subject with one architecture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    pub(super) architecture: Architecture,
    pub(super) seed: u64,
    /// Dark test of the imperfect brainstem, and after calibration.
    pub(super) before: Vec<Response>,
    pub(super) after: Vec<Response>,
    /// Rms of slip in equal blocks of the calibration, deg/s; shorter when the eye was lost.
    pub(super) slip_deg_s: Vec<f64>,
    /// The first and the last seconds of calibration: (s, wanted, eye) in deg/s.
    pub(super) movement: [Vec<(f64, f64, f64)>; 2],
    pub(super) worn: Vec<Worn>,
    pub(super) trained: Vec<Trained>,
    pub(super) late: Vec<Late>,
    pub(super) weakened: Probes,
}

/// Dark tests at times.
pub type Probes = Vec<(f64, Response)>;

/// Spectacles put on at 0 s and taken off at the end of `wear_s`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worn {
    pub(super) magnification: f64,
    /// Until they are taken off, and from then on.
    pub(super) on: Probes,
    pub(super) off: Probes,
}

/// Spectacles with a head that moves in one sine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    pub(super) hz: f64,
    pub(super) tested: Vec<Response>,
}

/// One sine from the imperfect brainstem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Late {
    pub(super) hz: f64,
    pub(super) has_eligibility: bool,
    /// Rms of slip after learning over that before.
    pub(super) ratio: f64,
    pub(super) diverged: bool,
}
