//! The record of a run.

use crate::classic::response::Response;
use lobule_control::Architecture;
use serde::{Deserialize, Serialize};

/// Everything a run records, by architecture, then seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VorRecord {
    pub(super) courses: Vec<SubjectRun>,
}

/// One subject with one architecture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubjectRun {
    pub(super) architecture: Architecture,
    pub(super) seed: u64,
    /// Dark tests with the imperfect brainstem and after calibration.
    pub(super) before: Vec<Response>,
    pub(super) after: Vec<Response>,
    /// Rms of slip in equal blocks of the calibration, deg/s; shorter if the eye diverged.
    pub(super) slip_deg_s: Vec<f64>,
    /// First and last seconds of the calibration: (s, desired velocity, eye velocity), deg/s.
    pub(super) movement: [Vec<(f64, f64, f64)>; 2],
    pub(super) worn: Vec<SpectaclesRun>,
    pub(super) trained: Vec<SineTraining>,
    pub(super) late: Vec<SingleSine>,
    pub(super) weakened: Probes,
}

/// Dark tests: (time in s, response).
pub type Probes = Vec<(f64, Response)>;

/// Adaptation to spectacles put on at 0 s and removed after `wear_s`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpectaclesRun {
    pub(super) magnification: f64,
    /// Tests while they are worn, and after removal.
    pub(super) on: Probes,
    pub(super) off: Probes,
}

/// Training behind spectacles with a head that moves in one sine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SineTraining {
    pub(super) hz: f64,
    pub(super) tested: Vec<Response>,
}

/// Learning of a single sine from the imperfect brainstem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SingleSine {
    pub(super) hz: f64,
    pub(super) has_eligibility: bool,
    /// Rms of slip after learning divided by that before.
    pub(super) ratio: f64,
    pub(super) diverged: bool,
}
