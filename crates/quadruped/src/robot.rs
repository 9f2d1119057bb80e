//! The robot and its walker, as every study on legs describes them.

use lobule_control::Error as ControlError;
use lobule_control::walking::{
    Body, Cue, Effector, FixedCorrections, Output, Steerable, WalkError, Walker, WalkerParameters, Weight,
};
use lobule_mujoco::go2::{Go2Parameters, Ground, JOINTS, LEGS};
use lobule_mujoco::policy::{PolicyParameters, PolicyWalker};
use lobule_mujoco::{BodyParameters, Change, MujocoPlant, Source, Variation};
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Model that stands for the fetched Go2.
pub const GO2: &str = "go2";
/// Control step, s. Source: MH-FLOCKE v0.4.1.
pub const DT_S: f64 = 0.005;

/// The walker under a cerebellum.
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

    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Generator => "pattern generator",
            Self::Policy => "trained policy",
        }
    }

    /// Output that steers it, taught by the rate of the heading: a lateral step locked to the gait, which turns to the right, or the yaw
    /// rate that the policy is asked for.
    pub fn steering(self, limit: f64) -> Output {
        let (effector, gain) = match self {
            Self::Generator => (Effector::LateralStep, -1.0),
            Self::Policy => (Effector::TurnRate, 1.0),
        };
        Output { effector, gain, limit, error: WalkError::HeadingRate, ..Output::LATERAL_STEP }
    }

    /// Cues of its gait: the phase of a leg; the policy has no clock.
    pub fn gait(self) -> Vec<Cue> {
        match self {
            Self::Generator => vec![Cue::Phase { leg: 0 }],
            Self::Policy => Vec::new(),
        }
    }

    /// The walker: the generator at a weight, or the policy at a speed.
    ///
    /// # Errors
    /// As [`Walker::new`] and [`PolicyWalker::open`].
    pub fn walker(self, weight: f64, speed_m_s: f64, seed: u64) -> Result<Box<dyn Steerable>, ControlError> {
        match self {
            Self::Generator => {
                let weight = Weight::Fixed(weight);
                let parameters = WalkerParameters { weight, ..WalkerParameters::default() };
                let none = FixedCorrections::none(Body::default().joints())?;
                Ok(Box::new(Walker::new(&parameters, Box::new(none), seed)?))
            }
            Self::Policy => {
                let velocity = [speed_m_s, 0.0, 0.0];
                let parameters = PolicyParameters { velocity, ..PolicyParameters::default() };
                Ok(Box::new(PolicyWalker::open(&lobule_mujoco::policy::fetched()?, &parameters)?))
            }
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
    /// Checks that the file is there, and the library.
    ///
    /// # Errors
    /// [`Error::Config`] naming the file, and the error of [`lobule_mujoco::available`].
    pub fn check(&self) -> Result<(), Error> {
        if self.model != GO2 && !Path::new(&self.model).is_file() {
            let what = format!("there is no file `{}`; give an MJCF file, or `{GO2}`", self.model);
            return Err(Check::of("body").refusal("model", what));
        }
        Ok(lobule_mujoco::available()?)
    }

    /// Files that the robot is made of, with the key that names them.
    pub fn inputs(&self) -> Vec<(&'static str, PathBuf)> {
        let fetched = [lobule_mujoco::fetched("go2/go2.xml"), lobule_mujoco::policy::fetched()];
        let own = (self.model != GO2).then(|| PathBuf::from(&self.model));
        let files = fetched.into_iter().filter_map(Result::ok).chain(own);
        files.map(|file| ("body.model", file)).collect()
    }

    /// The robot of a seed on flat ground with what happens to it. `stiffness` multiplies the gains of the generator's servos.
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
        self.robot_on(Ground::Flat, base, stiffness, seed, changes)
    }

    /// The same on another ground; a model of one's own brings its own.
    ///
    /// # Errors
    /// As [`MujocoPlant::new`].
    pub fn robot_on(
        &self,
        ground: Ground,
        base: Base,
        stiffness: f64,
        seed: u64,
        changes: &[Change],
    ) -> Result<MujocoPlant, ControlError> {
        let mut go2 = match base {
            Base::Generator => Go2Parameters::default(),
            Base::Policy => Go2Parameters::identified(),
        };
        go2.ground = ground;
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

/// Actuators of the legs of a side.
pub fn side(is_right: bool) -> Vec<String> {
    let legs = LEGS.into_iter().filter(|leg| leg.ends_with(if is_right { 'R' } else { 'L' }));
    legs.flat_map(|leg| JOINTS.map(|joint| format!("{leg}_{joint}"))).collect()
}

/// Most ticks of all walks of a run. Chosen: weeks.
const MOST_TICKS: f64 = 1e10;

/// Checks that walks of a study end, of so many robots for so many seconds.
///
/// # Errors
/// [`Error::Config`] naming the seeds.
pub fn check_time(walks: usize, each_s: f64) -> Result<(), Error> {
    let ticks = walks as f64 * each_s / DT_S;
    let shown = format!("{walks} walks of {each_s} s");
    Check::of("").that("seeds", shown, ticks <= MOST_TICKS, "at most 1e10 ticks of 5 ms")?;
    Ok(())
}

/// Checks that all arms are compared with one of them.
///
/// # Errors
/// [`Error::Config`] naming the arms.
pub fn check_arms<A: PartialEq + std::fmt::Debug>(arms: &[A], frozen: &A) -> Result<(), Error> {
    let check = Check::of("");
    check.some("arms", arms)?.distinct("arms", arms)?;
    if arms.contains(frozen) {
        return Ok(());
    }
    Err(check.refusal("arms", "`frozen` is missing: all others are compared with it"))
}
