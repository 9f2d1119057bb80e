//! Playing the commands of a trial on a body.

use super::config::PlantKind;
use super::pointing_loop::TrialOutcome;
use lobule_control::Plant;
use lobule_control::plant::{Joint, PlanarArm};
use lobule_study::Error;
use serde::{Deserialize, Serialize};

/// Scales of both bodies, set by calibration.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BodyScale {
    /// Joint position that points straight ahead, decoder units.
    pub x0: f64,
    /// Degrees of error per decoder unit of the joint.
    pub deg_per_unit: f64,
    /// Decoder units of the elbow's full opening.
    pub elbow_units: f64,
    /// Hand direction of the arm without prisms, deg.
    pub arm_straight_deg: f64,
    /// Degrees of error per degree of hand direction.
    pub arm_gain: f64,
}

/// A movement as it was played.
pub struct PlayedMovement {
    /// Signed error at the end, deg, on the body that closes the loop.
    pub error_deg: f64,
    /// End point under the cortical command alone, deg.
    pub cortex_deg: f64,
    /// Contribution of the inverse module, deg.
    pub inverse_deg: f64,
    /// Joint angle each ms, deg.
    pub path_deg: Vec<f32>,
    /// Hand each ms, m.
    pub hand_m: Vec<[f32; 2]>,
}

/// End position of the joint under a command, decoder units.
pub fn end_position(command: impl Iterator<Item = f64>) -> Result<f64, Error> {
    let mut joint = Joint::new(1.0, 0.0);
    for u in command {
        joint.advance(&[u, 0.0], 1e-3)?;
    }
    Ok(joint.position())
}

fn arm(scale: &BodyScale, ticks: usize) -> PlanarArm {
    let shoulder = scale.deg_per_unit.to_radians();
    let mut arm =
        PlanarArm::new(shoulder, PlanarArm::planned_elbow_rad() / scale.elbow_units, ticks as f64 * 1e-3);
    arm.straight_ahead_deg = scale.arm_straight_deg;
    // The movement without prisms turns the shoulder to where the hand points straight ahead.
    arm.start_shoulder_rad = PlanarArm::pointing_shoulder_rad() + shoulder * scale.x0;
    arm.reset(None);
    arm
}

/// Plays a trial on both bodies; `body` decides whose error counts.
pub fn play(outcome: &TrialOutcome, scale: &BodyScale, body: PlantKind) -> Result<PlayedMovement, Error> {
    let ticks = outcome.cortex.len();
    let mut joint = Joint::new(scale.deg_per_unit, scale.x0);
    let mut arm = arm(scale, ticks);
    let (mut path_deg, mut hand_m) = (Vec::with_capacity(ticks), Vec::with_capacity(ticks));
    for t in 0..ticks {
        let command = [outcome.cortex[t] + outcome.inverse[t], outcome.elbow[t]];
        joint.advance(&command, 1e-3)?;
        arm.advance(&command, 1e-3)?;
        path_deg.push(joint.pointing_deg() as f32);
        hand_m.push(arm.hand_m().map(|x| x as f32));
    }
    let cortex = end_position(outcome.cortex.iter().copied())?;
    let error_deg = match body {
        PlantKind::Joint => joint.pointing_deg(),
        PlantKind::Arm => arm.pointing_deg() * scale.arm_gain,
    };
    Ok(PlayedMovement {
        error_deg,
        cortex_deg: (cortex - scale.x0) * scale.deg_per_unit,
        inverse_deg: (joint.position() - cortex) * scale.deg_per_unit,
        path_deg,
        hand_m,
    })
}
