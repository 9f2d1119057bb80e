//! A scripted walk: what a quadruped at 2 Hz senses, without a body.

use lobule_cerebellum::marr_albus_ito::Sensors;

const DT: f64 = 0.005;
const HOME: [f64; 3] = [0.0, 0.9, -1.8];
/// Amplitudes of the joints' angles, rad.
const SWING: [f64; 3] = [0.01, 0.12, 0.17];
/// Pace: left legs together.
const PHASES: [f64; 4] = [0.5, 0.0, 0.5, 0.0];

/// Senses of a walk, step by step.
pub struct Gait {
    pub angles: [f64; 12],
    pub velocities: [f64; 12],
    pub command: [f64; 12],
    step: u64,
}

impl Gait {
    pub fn new() -> Self {
        Self { angles: [0.0; 12], velocities: [0.0; 12], command: [0.0; 12], step: 0 }
    }

    /// Senses of the next step: 0.2 m/s, a slow turn to the left, roll and pitch of a few degrees at the frequency of the legs.
    pub fn next(&mut self) -> Sensors<'_> {
        let t = self.step as f64 * DT;
        self.step += 1;
        let omega = std::f64::consts::TAU * 2.0;
        for joint in 0..12 {
            let (leg, k) = (joint / 3, joint % 3);
            let phase = omega * t + std::f64::consts::TAU * PHASES[leg] + if k == 2 { 0.6 } else { 0.0 };
            self.angles[joint] = HOME[k] + SWING[k] * libm::sin(phase);
            self.velocities[joint] = SWING[k] * omega * libm::cos(phase);
            self.command[joint] = 2.0 * SWING[k] * libm::sin(phase + 0.3);
        }
        let yaw = 0.005 * t;
        let (sin, cos) = (libm::sin(omega * t), libm::cos(omega * t));
        let (roll, pitch) = (0.105 * sin, 0.03 + 0.03 * cos);
        let upright = libm::cos(roll) * libm::cos(pitch);
        let speed = 0.2 + 0.05 * libm::cos(2.0 * omega * t);
        let (heading_x, heading_y) = (libm::cos(yaw), libm::sin(yaw));
        let sway = 0.1 * cos;
        let velocity =
            [speed * heading_x - sway * heading_y, speed * heading_y + sway * heading_x, 0.02 * sin];
        Sensors {
            position: [0.2 * t * libm::cos(yaw / 2.0), 0.2 * t * libm::sin(yaw / 2.0), 0.26 + 0.005 * sin],
            velocity,
            euler: [roll, pitch, yaw],
            height: 0.26 + 0.005 * sin,
            upright,
            r33: upright,
            forward_velocity: velocity[0],
            angular_velocity: [0.105 * omega * cos, -0.03 * omega * sin, 0.005 + 0.3 * sin],
            joint_angles: &self.angles,
            joint_velocities: &self.velocities,
            command: &self.command,
            steering: 0.0,
            target_heading: 0.0,
            target_distance: 0.0,
            obstacle_range: None,
            norepinephrine: 0.25 + 0.06 * (1.0 + sin * libm::sin(0.1 * t)),
            way: 0.2 * DT,
        }
    }
}
