//! Poses of a walking robot, seen from its right side.

use super::record::Pose;
use lobule_control::Error;
use lobule_mujoco::MujocoPlant;
use lobule_mujoco::go2::{FOOT_M, LEGS};

/// A camera beside the robot, that stands still.
pub struct Camera {
    /// Thigh and calf of each leg.
    bodies: Vec<[usize; 2]>,
    /// Place on the ground at which it looks, m, and the direction in which the robot walks.
    view: Option<([f64; 2], [f64; 2])>,
}

impl Camera {
    /// A camera for a robot with the bodies of the Go2.
    pub fn new(robot: &MujocoPlant) -> Result<Self, Error> {
        let of = |leg: &str| -> Result<[usize; 2], Error> {
            Ok([robot.body(&format!("{leg}_thigh"))?, robot.body(&format!("{leg}_calf"))?])
        };
        Ok(Self { bodies: LEGS.into_iter().map(of).collect::<Result<_, _>>()?, view: None })
    }

    /// The pose of the robot; the first one sets place and direction, from its heading, rad.
    pub fn pose(&mut self, robot: &MujocoPlant, yaw: f64) -> Pose {
        let points = |[thigh, calf]: &[usize; 2]| {
            let (hip, knee) = (robot.point_m(*thigh, [0.0; 3]), robot.point_m(*calf, [0.0; 3]));
            [hip, knee, robot.point_m(*calf, FOOT_M)]
        };
        let legs: Vec<[[f64; 3]; 3]> = self.bodies.iter().map(points).collect();
        let n = legs.len() as f64;
        let middle = |i: usize| legs.iter().map(|leg| leg[0][i]).sum::<f64>() / n;
        let (from, ahead) =
            *self.view.get_or_insert(([middle(0), middle(1)], [libm::cos(yaw), libm::sin(yaw)]));
        let seen = |[x, y, z]: [f64; 3]| [(x - from[0]) * ahead[0] + (y - from[1]) * ahead[1], z];
        Pose { legs: legs.into_iter().map(|leg| leg.map(seen)).collect() }
    }
}
