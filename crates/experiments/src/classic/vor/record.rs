//! The record of a run.

use crate::classic::response::Response;
use lobule_control::Architecture;
use serde::{Deserialize, Serialize};

/// Everything a run records, by architecture, then seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub courses: Vec<SubjectRun>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubjectRun {
    pub architecture: Architecture,
    pub seed: u64,
    /// Dark tests with the imperfect brainstem and after calibration.
    pub before: Vec<Response>,
    pub after: Vec<Response>,
    /// Rms of slip in equal blocks of the calibration, deg/s; shorter if the eye diverged.
    pub slip_deg_s: Vec<f64>,
    /// First and last seconds of the calibration: (s, desired velocity, eye velocity), deg/s.
    pub movement: [Vec<(f64, f64, f64)>; 2],
    pub worn: Vec<SpectaclesRun>,
    pub trained: Vec<SineTraining>,
    pub late: Vec<SingleSine>,
    pub weakened: Probes,
}

/// Dark tests: (time in s, response).
pub type Probes = Vec<(f64, Response)>;

/// Adaptation to spectacles put on at 0 s and removed after `wear_s`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpectaclesRun {
    pub magnification: f64,
    /// Tests while they are worn, and after removal.
    pub on: Probes,
    pub off: Probes,
}

/// Training behind spectacles with a head that moves in one sine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SineTraining {
    pub hz: f64,
    pub tested: Vec<Response>,
}

/// Learning of a single sine from the imperfect brainstem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SingleSine {
    pub hz: f64,
    pub has_eligibility: bool,
    /// Rms of slip after learning divided by that before.
    pub ratio: f64,
    pub diverged: bool,
}
