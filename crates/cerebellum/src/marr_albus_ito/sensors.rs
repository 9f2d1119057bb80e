//! Input of the circuit in a control step, as plain data.

use lobule_control::Error;
use lobule_signal::Ranges;

pub(super) const PART: &str = "marr_albus_ito";

/// Senses of a body with legs and its state of arousal in one control step. n is the number of actuators.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensors<'a> {
    /// Position of the trunk, m, world.
    pub position: [f64; 3],
    /// Velocity of the trunk, m/s, world.
    pub velocity: [f64; 3],
    /// Roll, pitch and yaw, rad: rotation about x, then y, then z of the world.
    pub euler: [f64; 3],
    /// Height of the trunk, m.
    pub height: f64,
    /// Uprightness `1 - 2 (qx² + qy²)`.
    pub upright: f64,
    /// Height of the tip of the body's unit vector upward, which the mossy fibers encode.
    pub r33: f64,
    /// Forward velocity, m/s.
    pub forward_velocity: f64,
    /// Angular velocity of the trunk, rad/s, world.
    pub angular_velocity: [f64; 3],
    /// Angles of the joints, rad. `[n]`
    pub joint_angles: &'a [f64],
    /// Velocities of the joints, rad/s. `[n]`
    pub joint_velocities: &'a [f64],
    /// Normalized command of the step before, -1 to 1. `[n]`
    pub command: &'a [f64],
    /// Steering.
    pub steering: f64,
    /// Heading of a target: 1 far to the right, -1 far to the left. Source: MH-FLOCKE v0.4.1.
    pub target_heading: f64,
    /// Distance code of a target: 0 far or absent, 1 at the body. Source: MH-FLOCKE v0.4.1.
    pub target_distance: f64,
    /// Distance to an obstacle ahead, m; none without one or without a sensor.
    pub obstacle_range: Option<f64>,
    /// Norepinephrine, 0 to 1.
    pub norepinephrine: f64,
    /// Way forward since the step before, m.
    pub way: f64,
}

impl Sensors<'_> {
    /// Checks that there is a value for each of `n_actuators` and that all are numbers.
    ///
    /// # Errors
    /// [`Error::Length`] naming the input, [`Error::NonFinite`] naming the value, [`Error::Parameter`] for norepinephrine or an
    /// obstacle's range below 0.
    pub fn check(&self, n_actuators: usize) -> Result<(), Error> {
        let joints = [
            ("joint angle", "joint angles", self.joint_angles),
            ("joint velocity", "joint velocities", self.joint_velocities),
            ("command", "commands", self.command),
        ];
        for (what, all, values) in joints {
            let count = values.len();
            if count != n_actuators {
                let needed = format!("{n_actuators}, one for each actuator");
                return Err(Error::Length { part: PART.into(), input: all.into(), count, needed });
            }
            if !all_finite(values) {
                Error::finite(PART, (0..).map(|i: usize| format!("{what} {i}")), values, f64::NAN)?;
            }
        }
        for (what, values) in [
            ("position", self.position),
            ("velocity", self.velocity),
            ("euler angle", self.euler),
            ("angular velocity", self.angular_velocity),
        ] {
            if !all_finite(&values) {
                Error::finite(PART, ["x", "y", "z"].map(|axis| format!("{what} {axis}")), &values, f64::NAN)?;
            }
        }
        let names = [
            "height",
            "upright",
            "r33",
            "forward velocity",
            "steering",
            "target heading",
            "target distance",
            "norepinephrine",
            "way",
            "obstacle range",
        ];
        let values = [
            self.height,
            self.upright,
            self.r33,
            self.forward_velocity,
            self.steering,
            self.target_heading,
            self.target_distance,
            self.norepinephrine,
            self.way,
            self.obstacle_range.unwrap_or(0.0),
        ];
        Error::finite(PART, names, &values, f64::NAN)?;
        let ranges = Ranges::of(PART);
        ranges.at_least_zero("norepinephrine", self.norepinephrine)?;
        Ok(ranges.at_least_zero("obstacle_range", self.obstacle_range.unwrap_or(0.0))?)
    }

    /// A vector of the world in the body's frame.
    pub(super) fn to_body(self, world: [f64; 3]) -> [f64; 3] {
        let [roll, pitch, yaw] = self.euler;
        let about = |angle: f64, a: f64, b: f64| {
            let (s, c) = (libm::sin(angle), libm::cos(angle));
            (c * a + s * b, c * b - s * a)
        };
        // The inverse of rotations about x, y and z: z first.
        let (x, y) = about(yaw, world[0], world[1]);
        let (z, x) = about(pitch, world[2], x);
        let (y, z) = about(roll, y, z);
        [x, y, z]
    }
}

fn all_finite(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_finite())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A level body at rest.
    pub fn level<'a>(n: &'a [f64]) -> Sensors<'a> {
        Sensors {
            position: [0.0, 0.0, 0.27],
            velocity: [0.0; 3],
            euler: [0.0; 3],
            height: 0.27,
            upright: 1.0,
            r33: 1.0,
            forward_velocity: 0.0,
            angular_velocity: [0.0; 3],
            joint_angles: n,
            joint_velocities: n,
            command: n,
            steering: 0.0,
            target_heading: 0.0,
            target_distance: 0.0,
            obstacle_range: None,
            norepinephrine: 0.25,
            way: 0.0,
        }
    }

    #[test]
    fn the_frame_of_the_body_is_that_of_the_senses_of_a_body_with_legs() {
        use lobule_control::walking::Body;
        let body = Body::default();
        let mut senses = vec![0.0; body.senses()];
        let q: [f64; 4] = [0.8, 0.3, -0.2, 0.4];
        let length = q.iter().map(|x| x * x).sum::<f64>().sqrt();
        senses[3..7].copy_from_slice(&q.map(|x| x / length));
        let view = body.view(&senses).unwrap();
        let joints = [0.0; 12];
        let sensors = Sensors { euler: view.roll_pitch_yaw(), ..level(&joints) };
        let world = [0.3, -1.2, 0.7];
        for (found, expected) in sensors.to_body(world).iter().zip(view.to_body(world)) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn bad_senses_are_refused_by_name() {
        let joints = [0.0; 12];
        let short = [0.0; 11];
        let message = |sensors: Sensors| sensors.check(12).unwrap_err().to_string();
        assert!(level(&joints).check(12).is_ok());
        let error = message(Sensors { joint_velocities: &short, ..level(&joints) });
        assert!(error.contains("11 values as joint velocities") && error.contains("12, one"), "{error}");
        let mut angles = joints;
        angles[7] = f64::NAN;
        let error = message(Sensors { joint_angles: &angles, ..level(&joints) });
        assert!(error.contains("joint angle 7 is NaN"), "{error}");
        let error = message(Sensors { velocity: [0.0, f64::INFINITY, 0.0], ..level(&joints) });
        assert!(error.contains("velocity y is inf"), "{error}");
        let error = message(Sensors { way: f64::NAN, ..level(&joints) });
        assert!(error.contains("way is NaN"), "{error}");
        let error = message(Sensors { norepinephrine: -0.1, ..level(&joints) });
        assert!(error.contains("norepinephrine = -0.1"), "{error}");
    }
}
