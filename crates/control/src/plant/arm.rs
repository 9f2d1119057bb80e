//! A two-joint planar arm on a table, moved by torques.
//!
//! # Equation
//! ```text
//! M(q) q'' + C(q, q') = τ,   a = I1 + I2 + m2 l1² (about the shoulder), b = m2 l1 r2, d = I2
//! M = [a + 2 b cos q2, d + b cos q2; d + b cos q2, d]
//! C = [-b sin q2 (2 q1' q2' + q2'²), b sin q2 q1'²] + damping · q'
//! ```
//! The command is the acceleration that the cortex and the inverse module ask
//! of the two joints. It becomes torque through a *nominal* arm: the inertia
//! along the planned movement, without the velocity-dependent terms. What the
//! nominal arm leaves out (interaction torques, damping) is the body's own.
//! State: shoulder and elbow angle (rad) and velocity (rad/s); one Runge-Kutta
//! step of fourth order per millisecond.
//! Source: segments, masses and inertias of Shadmehr & Mussa-Ivaldi 1994,
//! doi:10.1523/JNEUROSCI.14-05-03208.1994, Table 1.

use super::two_link::runge_kutta;
use super::{Plant, TwoLink};
use crate::{Error, Signature, minimum_jerk};

const ARM: TwoLink = TwoLink::HUMAN;
/// Chosen: a lightly damped joint, N m s/rad.
const DAMPING: f64 = 0.05;
/// Chosen: the elbow opens from a right angle to nearly straight during the movement, rad.
const ELBOW: [f64; 2] = [1.9, 0.7];

/// The planar arm.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanarArm {
    signature: Signature,
    /// Radians of shoulder rotation per decoder unit of the first command.
    pub shoulder_rad_per_unit: f64,
    /// Radians of elbow rotation per decoder unit of the second command.
    pub elbow_rad_per_unit: f64,
    /// Hand direction that counts as straight ahead, deg.
    pub straight_ahead_deg: f64,
    /// Duration of the planned movement, s.
    pub duration_s: f64,
    /// Shoulder angle at the start, rad from the x axis.
    pub start_shoulder_rad: f64,
    angle: [f64; 2],
    velocity: [f64; 2],
    time_s: f64,
}

impl PlanarArm {
    /// An arm at rest in its starting posture.
    pub fn new(shoulder_rad_per_unit: f64, elbow_rad_per_unit: f64, duration_s: f64) -> Self {
        let accelerations = [("shoulder acceleration", "1/ms²"), ("elbow acceleration", "1/ms²")];
        let mut arm = Self {
            signature: Signature::new("arm", &super::TWO_JOINTS, &accelerations),
            shoulder_rad_per_unit,
            elbow_rad_per_unit,
            straight_ahead_deg: 0.0,
            duration_s,
            start_shoulder_rad: Self::pointing_shoulder_rad() + 0.5,
            angle: [0.0; 2],
            velocity: [0.0; 2],
            time_s: 0.0,
        };
        arm.reset(None);
        arm
    }

    /// Segment lengths, m.
    pub fn segments_m() -> [f64; 2] {
        ARM.length_m
    }

    /// Planned opening of the elbow, rad.
    pub fn planned_elbow_rad() -> f64 {
        ELBOW[1] - ELBOW[0]
    }

    /// Shoulder angle with which the hand, elbow opened as planned, points straight ahead, rad.
    pub fn pointing_shoulder_rad() -> f64 {
        std::f64::consts::FRAC_PI_2
            - libm::atan2(
                ARM.length_m[1] * libm::sin(ELBOW[1]),
                ARM.length_m[0] + ARM.length_m[1] * libm::cos(ELBOW[1]),
            )
    }

    /// Hand, m: x to the right, y straight ahead.
    pub fn hand_m(&self) -> [f64; 2] {
        let (q1, q12) = (self.angle[0], self.angle[0] + self.angle[1]);
        [
            ARM.length_m[0] * libm::cos(q1) + ARM.length_m[1] * libm::cos(q12),
            ARM.length_m[0] * libm::sin(q1) + ARM.length_m[1] * libm::sin(q12),
        ]
    }

    /// Direction of the hand seen from the shoulder, deg to the right of straight ahead.
    pub fn direction_deg(&self) -> f64 {
        let [x, y] = self.hand_m();
        libm::atan2(x, y).to_degrees()
    }

    /// The pointing angle, deg from straight ahead.
    pub fn pointing_deg(&self) -> f64 {
        self.direction_deg() - self.straight_ahead_deg
    }

    /// Kinetic energy, J.
    pub fn kinetic_energy_j(&self) -> f64 {
        let [[m11, m12], [_, m22]] = mass_matrix(self.angle[1]);
        let [v1, v2] = self.velocity;
        0.5 * (m11 * v1 * v1 + 2.0 * m12 * v1 * v2 + m22 * v2 * v2)
    }

    /// Sets angles (rad) and velocities (rad/s), for tests of the dynamics.
    pub fn set_state(&mut self, angle: [f64; 2], velocity: [f64; 2]) {
        (self.angle, self.velocity) = (angle, velocity);
    }

    /// Torque for a commanded acceleration, N m: the nominal arm.
    fn torque(&self, command: &[f64]) -> [f64; 2] {
        // Decoder units are per ms²; the shoulder turns clockwise, to the right, for a positive command.
        let a1 = -command[0] * 1e6 * self.shoulder_rad_per_unit;
        let a2 = command[1] * 1e6 * self.elbow_rad_per_unit;
        let phase = (self.time_s / self.duration_s).clamp(0.0, 1.0);
        let planned_elbow = ELBOW[0] + (ELBOW[1] - ELBOW[0]) * minimum_jerk(phase)[0];
        let [[m11, m12], [m21, m22]] = mass_matrix(planned_elbow);
        [m11 * a1 + m12 * a2, m21 * a1 + m22 * a2]
    }

    fn acceleration(angle: [f64; 2], velocity: [f64; 2], torque: [f64; 2]) -> [f64; 2] {
        let [[m11, m12], [m21, m22]] = mass_matrix(angle[1]);
        let b = ARM.mass_kg[1] * ARM.length_m[0] * ARM.center_m[1] * libm::sin(angle[1]);
        let c1 = -b * (2.0 * velocity[0] * velocity[1] + velocity[1] * velocity[1]) + DAMPING * velocity[0];
        let c2 = b * velocity[0] * velocity[0] + DAMPING * velocity[1];
        let (t1, t2) = (torque[0] - c1, torque[1] - c2);
        let det = m11 * m22 - m12 * m21;
        [(m22 * t1 - m12 * t2) / det, (m11 * t2 - m21 * t1) / det]
    }
}

fn mass_matrix(elbow: f64) -> [[f64; 2]; 2] {
    let d = ARM.inertia_kg_m2[1] + ARM.mass_kg[1] * ARM.center_m[1] * ARM.center_m[1];
    let a = ARM.inertia_kg_m2[0]
        + ARM.mass_kg[0] * ARM.center_m[0] * ARM.center_m[0]
        + d
        + ARM.mass_kg[1] * ARM.length_m[0] * ARM.length_m[0];
    let b = ARM.mass_kg[1] * ARM.length_m[0] * ARM.center_m[1] * libm::cos(elbow);
    [[a + 2.0 * b, d + b], [d + b, d]]
}

crate::snapshot!([] PlanarArm {
    shoulder_rad_per_unit, elbow_rad_per_unit, straight_ahead_deg, duration_s, start_shoulder_rad, angle, velocity, time_s,
});

impl Plant for PlanarArm {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, _seed: Option<u64>) {
        self.angle = [self.start_shoulder_rad, ELBOW[0]];
        self.velocity = [0.0; 2];
        self.time_s = 0.0;
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(command.len(), 2, "the arm takes two commands");
        let torque = self.torque(command);
        [self.angle, self.velocity] =
            runge_kutta([self.angle, self.velocity], dt_s, |q, v| Self::acceleration(q, v, torque));
        self.time_s += dt_s;
        Error::finite("arm", ["shoulder", "elbow"], &self.angle, self.time_s)
    }

    fn sense(&self, out: &mut [f64]) {
        out.copy_from_slice([self.angle, self.velocity].as_flattened());
    }
}
