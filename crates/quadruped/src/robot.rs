//! The robot and its walker, as every study on legs describes them.

use lobule_control::Error as ControlError;
use lobule_control::walking::{Body, FixedCorrections, Steerable, Walker, WalkerParameters, Weight};
use lobule_mujoco::go2::{Go2Parameters, JOINTS, LEGS};
use lobule_mujoco::policy::{PolicyParameters, PolicyWalker};
use lobule_mujoco::{BodyParameters, Change, MujocoPlant, Source, Variation};
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Model that stands for the fetched Go2.
pub const GO2: &str = "go2";
/// Control step, s. Source: MH-FLOCKE v0.4.1.
pub const DT_S: f64 = 0.005;

/// What walks under a cerebellum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// Pattern generator and reflexes.
    Generator,
    /// The trained policy.
    Policy,
}

impl Base {
    /// Its key in names of findings.
    pub fn key(self) -> &'static str {
        match self {
            Self::Generator => "generator",
            Self::Policy => "policy",
        }
    }
}

/// Robots of a study: each seed is another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyConfig {
    /// `go2`, or a file in MJCF with the senses of [`Body`].
    pub model: String,
    /// Keyframe in which a walk begins.
    pub keyframe: String,
    /// Standard deviation of the motors' strengths.
    pub strength_sd: f64,
    /// Standard deviation of the joints' angles at the start, rad.
    pub joint_noise_rad: f64,
    /// Noise of the gyroscope, rad/s.
    pub gyro_noise_rad_s: f64,
}

impl BodyConfig {
    /// Checks the file.
    pub fn check(&self) -> Result<(), Error> {
        if self.model != GO2 && !Path::new(&self.model).is_file() {
            let what = format!("there is no file `{}`; give an MJCF file, or `{GO2}`", self.model);
            return Err(Check::of("body").refusal("model", what));
        }
        Ok(())
    }

    /// The robot of a seed with what happens to it. `stiffness` multiplies the gains of the generator's servos.
    ///
    /// # Errors
    /// As [`MujocoPlant::new`].
    pub fn robot(
        &self,
        base: Base,
        stiffness: f64,
        seed: u64,
        changes: &[Change],
    ) -> Result<MujocoPlant, ControlError> {
        let mut go2 = match base {
            Base::Generator => Go2Parameters::default(),
            Base::Policy => Go2Parameters::identified(),
        };
        go2.kp = go2.kp.map(|kp| kp * stiffness);
        // Critical damping goes with the root of the stiffness.
        go2.kd = go2.kd.map(|kd| kd * stiffness.sqrt());
        let body = BodyParameters {
            variation: Variation { strength: self.strength_sd, ..Variation::default() },
            start_noise_rad: self.joint_noise_rad,
            keyframe: self.keyframe.clone(),
            changes: changes.to_vec(),
            seed,
            ..go2.body()
        };
        if self.model == GO2 {
            go2.robot(&body)
        } else {
            MujocoPlant::new(
                Source::File(Path::new(&self.model)),
                &BodyParameters { name: "robot".into(), ..body },
            )
        }
    }
}

/// A walker by pattern generator at a fixed weight.
///
/// # Errors
/// As [`Walker::new`].
pub fn generator(weight: f64, seed: u64) -> Result<Box<dyn Steerable>, ControlError> {
    let parameters = WalkerParameters { weight: Weight::Fixed(weight), ..WalkerParameters::default() };
    let none = FixedCorrections::none(Body::default().joints())?;
    Ok(Box::new(Walker::new(&parameters, Box::new(none), seed)?))
}

/// Actuators of the legs of a side.
pub fn side(is_right: bool) -> Vec<String> {
    let legs = LEGS.into_iter().filter(|leg| leg.ends_with(if is_right { 'R' } else { 'L' }));
    legs.flat_map(|leg| JOINTS.map(|joint| format!("{leg}_{joint}"))).collect()
}

/// A walker by the trained policy, forward at that speed.
///
/// # Errors
/// As [`PolicyWalker::open`].
pub fn policy(speed_m_s: f64) -> Result<Box<dyn Steerable>, ControlError> {
    let parameters = PolicyParameters { velocity: [speed_m_s, 0.0, 0.0], ..PolicyParameters::default() };
    Ok(Box::new(PolicyWalker::open(&lobule_mujoco::policy::fetched()?, &parameters)?))
}
