//! The scripted walk as a controller receives it.

use super::gait::Gait;
use lobule_control::walking::Body;

/// Senses and cues of the next step.
pub fn senses(gait: &mut Gait, body: Body) -> (Vec<f64>, Vec<f64>) {
    let s = gait.next();
    let [roll, pitch, yaw] = s.euler.map(|angle| angle / 2.0);
    let (sr, cr) = (libm::sin(roll), libm::cos(roll));
    let (sp, cp) = (libm::sin(pitch), libm::cos(pitch));
    let (sy, cy) = (libm::sin(yaw), libm::cos(yaw));
    let orientation = [
        cr * cp * cy + sr * sp * sy,
        sr * cp * cy - cr * sp * sy,
        cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy,
    ];
    let mut sensed = [&s.position[..], &orientation, &s.velocity, &s.angular_velocity].concat();
    sensed.extend(s.joint_angles);
    sensed.extend(s.joint_velocities);
    sensed.resize(body.senses(), 30.0);
    let arousal = [s.steering, s.target_heading, s.target_distance, s.norepinephrine, s.way];
    (sensed, [s.command, &arousal].concat())
}
