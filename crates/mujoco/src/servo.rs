//! A servo from joint targets to motors, as robots with legs have it.

use crate::library::{Model, Object};
use crate::{Error, refuse};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// The law control = bound(k_p (target - angle) - k_d velocity), evaluated in every physics step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServoParameters {
    /// Stiffness of each actuator's joint, in controls per rad or m; one value stands for all.
    pub kp: Vec<f64>,
    /// Damping of each actuator's joint, in controls per rad/s or m/s; one value stands for all.
    pub kd: Vec<f64>,
    /// Time constant with which the motors follow, s; 0 for at once.
    #[serde(default)]
    pub lag_s: f64,
}

impl ServoParameters {
    pub(crate) fn check(&self, part: &str) -> Result<(), Error> {
        let ranges = Ranges::of(part.to_string());
        for (name, gains) in [("servo.kp", &self.kp), ("servo.kd", &self.kd)] {
            ranges.all(name, gains.iter().copied(), |k| (0.0..=1e6).contains(&k), "0 to 1000000")?;
        }
        Ok(ranges.require((0.0..=10.0).contains(&self.lag_s), "servo.lag_s", self.lag_s, "0 to 10 s")?)
    }
}

/// A servo of a model's actuators.
#[derive(Debug, Clone)]
pub(crate) struct Servo {
    joints: Vec<Joint>,
    /// Share of the difference that the motors make up in a physics step; 1 for at once.
    follows: f64,
    /// Controls that the motors have, before their strength. `[actuators]`
    pub controls: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Joint {
    kp: f64,
    kd: f64,
    position: usize,
    velocity: usize,
    bounds: [f64; 2],
}

impl Servo {
    pub(crate) fn new(given: &ServoParameters, model: &Model, part: &str) -> Result<Self, Error> {
        let n = model.actuators();
        let gain = |name: &str, gains: &[f64], k: usize| match gains.len() {
            1 => Ok(gains[0]),
            len if len == n => Ok(gains[k]),
            len => Err(refuse(
                part,
                format!("servo.{name} has {len} values; give one, or one for each of {n} actuators"),
            )),
        };
        let joints = (0..n).map(|k| {
            let joint = model.driven_joint(k).filter(|_| model.is_motor(k)).ok_or_else(|| {
                let name = model.name(Object::Actuator, k).unwrap_or_default();
                let what = "is not a motor on a hinge or slide, which a servo needs; leave `servo` out";
                refuse(part, format!("actuator `{name}` {what}"))
            })?;
            Ok(Joint {
                kp: gain("kp", &given.kp, k)?,
                kd: gain("kd", &given.kd, k)?,
                position: model.joint_position()[joint] as usize,
                velocity: model.joint_velocity()[joint] as usize,
                bounds: model.bounds(k),
            })
        });
        let joints = joints.collect::<Result<Vec<_>, Error>>()?;
        let dt_s = model.timestep_s();
        let follows = if given.lag_s > 0.0 { -libm::expm1(-dt_s / given.lag_s) } else { 1.0 };
        Ok(Self { joints, follows, controls: vec![0.0; n] })
    }

    pub(crate) fn reset(&mut self) {
        self.controls.fill(0.0);
    }

    /// Moves the controls toward those of the law. `[actuators]`, `[positions]`, `[velocities]`
    pub(crate) fn advance(&mut self, targets: &[f64], positions: &[f64], velocities: &[f64]) {
        for ((joint, control), target) in self.joints.iter().zip(&mut self.controls).zip(targets) {
            let wanted =
                joint.kp * (target - positions[joint.position]) - joint.kd * velocities[joint.velocity];
            let wanted = wanted.clamp(joint.bounds[0], joint.bounds[1]);
            *control =
                if self.follows < 1.0 { *control + self.follows * (wanted - *control) } else { wanted };
        }
    }
}
