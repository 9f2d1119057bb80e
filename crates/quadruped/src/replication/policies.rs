//! Walks of policies: the published baseline, which walks while it learns, and a residual policy, which is tested apart from training.

use super::config::{Arm, Config, Ground};
use super::record::{Trained, Walked, Way};
use super::subject::{looped, walker_parameters};
use super::track::Track;
use super::watched::{Shared, Told};
use crate::robot::{Base, DT_S};
use lobule_control::walking::{Steerable, View, Walker, WalkerParameters};
use lobule_control::{ClosedLoop, Drive, Error as ControlError, Plant};
use lobule_mujoco::MujocoPlant;
use lobule_study::{Error, Item, Progress};
use lobule_theory::Error as TheoryError;
use lobule_theory::policy_gradient::{
    Environment, Ppo, PpoParameters, PublishedPpo, PublishedPpoParameters, Sizes, Step,
};

/// Reward of the published task: for way along the world's x in a step, per m, and for uprightness. Source: MH-FLOCKE v0.4.1.
const OF_WAY: f64 = 5.0;
const OF_UPRIGHT: f64 = 2.0;
/// Loss for lying. Source: as above.
const OF_LYING: f64 = 0.05;
/// Fallen steps after which the robot is put back. Source: as above.
const LIES_STEPS: u64 = 500;
/// Share of the log of the standard deviation in a step of learning. Source: as above.
const LOG_STD_RATE: f64 = 0.1;

/// Progress of training in control steps of an item.
struct Steps<'a> {
    item: &'a Item<'a>,
    /// Control steps of an action.
    each: u64,
}

impl Progress for Steps<'_> {
    fn note(&self, _text: &str) {}

    fn expect(&self, _units: u64) {}

    fn done(&self, units: u64) {
        self.item.count(units * self.each);
    }

    fn stops(&self) -> bool {
        self.item.may_go_on().is_err()
    }
}

fn fault(error: ControlError) -> TheoryError {
    TheoryError::Environment { fault: error.to_string() }
}

/// The task of the published baseline: joint targets in each step, a reward that is almost all for standing.
struct Standing {
    robot: MujocoPlant,
    parameters: WalkerParameters,
    track: Track,
    senses: Vec<f64>,
    targets: Vec<f64>,
    x_before: f64,
    lying: u64,
    rewards: f64,
}

impl Standing {
    fn new(config: &Config, seed: u64) -> Result<Self, ControlError> {
        let robot = config.body.robot_on(config.go2_ground(Ground::Flat), Base::Generator, 1.0, seed, &[])?;
        let parameters = WalkerParameters::default();
        let mut senses = vec![0.0; parameters.body.senses()];
        robot.sense(&mut senses);
        let (mut track, x_before) = (Track::new(), senses[0]);
        track.begin(&parameters.body.view(&senses)?);
        let targets = vec![0.0; parameters.body.joints()];
        Ok(Self { robot, parameters, track, senses, targets, x_before, lying: 0, rewards: 0.0 })
    }

    /// Joint angles and velocities, orientation, angular velocity in the body's axes, velocity in the world's, height, uprightness:
    /// unscaled, as published.
    fn observe(&self, observation: &mut [f64]) -> Result<(), ControlError> {
        let view = self.parameters.body.view(&self.senses)?;
        let values = view.joint_angles().iter().chain(view.joint_velocities()).copied();
        let values = values.chain(self.senses[3..7].iter().copied()).chain(view.body_angular_velocity());
        let values = values.chain(view.velocity()).chain([view.position()[2], view.upright()]);
        observation.iter_mut().zip(values).for_each(|(to, value)| *to = value);
        Ok(())
    }

    fn act(&mut self, action: &[f64]) -> Result<Step, ControlError> {
        let p = &self.parameters;
        let scale = p.mixing.scale(p.body.view(&self.senses)?.upright());
        let home = p.home.iter().cycle();
        for ((target, action), home) in self.targets.iter_mut().zip(action).zip(home) {
            *target = home + scale * action.clamp(-1.0, 1.0);
        }
        self.robot.advance(&self.targets, DT_S)?;
        self.robot.sense(&mut self.senses);
        let view = p.body.view(&self.senses)?;
        self.track.see(&view);
        let way = self.senses[0] - self.x_before;
        self.x_before = self.senses[0];
        let upright = view.upright();
        let is_down = view.position()[2] < p.fallen_height_m;
        self.lying = if is_down { self.lying + 1 } else { 0 };
        let reward = if is_down {
            ((upright + 1.0) / 2.0).max(0.0) - OF_LYING
        } else {
            OF_WAY * way + OF_UPRIGHT * upright.max(0.0)
        };
        self.rewards += reward;
        Ok(Step { reward, ended: self.lying >= LIES_STEPS, truncated: false })
    }
}

impl Environment for Standing {
    fn observations(&self) -> usize {
        let body = self.parameters.body;
        2 * body.joints() + 12
    }

    fn actions(&self) -> usize {
        self.parameters.body.joints()
    }

    fn reset(&mut self, _seed: u64, observation: &mut [f64]) -> Result<(), TheoryError> {
        if self.lying > 0 {
            self.robot.stand_up();
            self.robot.sense(&mut self.senses);
            self.track.relocated();
            (self.x_before, self.lying) = (self.senses[0], 0);
        }
        self.observe(observation).map_err(fault)
    }

    fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, TheoryError> {
        let step = self.act(action).map_err(fault)?;
        self.observe(observation).map_err(fault)?;
        Ok(step)
    }
}

/// The walk of the published baseline, all of which is training.
pub fn published(config: &Config, seed: u64, item: &Item) -> Result<Walked, Error> {
    let mut task = Standing::new(config, seed)?;
    let parameters = PublishedPpoParameters { log_std_rate: LOG_STD_RATE, ..Default::default() };
    let mut ppo = PublishedPpo::new(&parameters, Sizes::of(&task), seed)?;
    ppo.train(&mut task, config.steps, &Steps { item, each: 1 })?;
    item.may_go_on()?;
    Ok(Walked {
        ground: Ground::Flat,
        arm: Arm::PublishedPpo,
        seed,
        reward: Some(task.rewards / config.steps as f64),
        way: task.track.way(),
        stages: Vec::new(),
        neurons: None,
        close_up: None,
    })
}

/// Corrections to a walk, rewarded for speed along the world's x in m/s.
struct Correcting<'a> {
    config: &'a Config,
    looped: ClosedLoop<MujocoPlant, Walker>,
    told: Shared<Vec<f64>>,
    track: Track,
    falls: u64,
    is_down: bool,
}

impl<'a> Correcting<'a> {
    fn new(config: &'a Config, seed: u64) -> Result<Self, ControlError> {
        let parameters = walker_parameters(config, Arm::ResidualPpo);
        let told = Told::new(parameters.body.joints());
        let values = told.values();
        let looped = looped(config, Ground::Flat, Walker::new(&parameters, Box::new(told), seed)?, seed)?;
        let mut track = Track::new();
        track.begin(&parameters.body.view(looped.senses())?);
        Ok(Self { config, looped, told: values, track, falls: 0, is_down: false })
    }

    fn view(&self) -> Result<View<'_>, ControlError> {
        self.looped.controller().body().view(self.looped.senses())
    }

    /// Joint angles from home and velocities, commands, attitude with the heading, velocities in the body's axes.
    fn observe(&self, observation: &mut [f64]) -> Result<(), ControlError> {
        let view = self.view()?;
        let walker = self.looped.controller();
        let home = walker.configuration().home.iter().cycle();
        let angles = view.joint_angles().iter().zip(home).map(|(angle, home)| angle - home);
        let [roll, pitch, yaw] = view.roll_pitch_yaw();
        let values = angles.chain(view.joint_velocities().iter().copied());
        let values = values.chain(walker.normalized().iter().copied());
        let values = values.chain([roll, pitch, libm::cos(yaw), libm::sin(yaw)]);
        let values = values.chain(view.body_velocity()).chain(view.body_angular_velocity());
        observation.iter_mut().zip(values).for_each(|(to, value)| *to = value);
        Ok(())
    }

    /// Holds corrections; ends with a fall if `ends`, else sets a robot that has lain on its feet, and goes on.
    fn act(&mut self, action: &[f64], ends: bool) -> Result<Step, ControlError> {
        let limit = self.config.residual.limit;
        for (told, action) in self.told.lock().iter_mut().zip(action) {
            *told = limit * action.clamp(-1.0, 1.0);
        }
        let hold = self.config.residual.hold;
        let x_before = self.view()?.position()[0];
        let mut way = 0.0;
        for _ in 0..hold {
            self.looped.tick(&Drive::default())?;
            let view = self.looped.controller().body().view(self.looped.senses())?;
            way = view.position()[0] - x_before;
            let lies = self.track.see(&view);
            self.is_down = self.track.is_down();
            if lies && !ends {
                self.stand_up();
            }
            if self.is_down && ends {
                break;
            }
        }
        let ended = self.is_down && ends;
        self.falls += u64::from(ended);
        Ok(Step { reward: way / (hold as f64 * DT_S), ended, truncated: false })
    }

    fn stand_up(&mut self) {
        self.looped.plant_mut().stand_up();
        self.looped.controller_mut().relocated();
        self.track.relocated();
        self.is_down = false;
    }
}

impl Environment for Correcting<'_> {
    fn observations(&self) -> usize {
        3 * self.actions() + 10
    }

    fn actions(&self) -> usize {
        self.looped.controller().body().joints()
    }

    /// The gait goes on; a robot that fell is set on its feet.
    fn reset(&mut self, _seed: u64, observation: &mut [f64]) -> Result<(), TheoryError> {
        if self.is_down {
            self.stand_up();
            // The loop senses the new place in its next tick.
            self.told.lock().fill(0.0);
            self.looped.tick(&Drive::default()).map_err(fault)?;
        }
        self.observe(observation).map_err(fault)
    }

    fn step(&mut self, action: &[f64], observation: &mut [f64]) -> Result<Step, TheoryError> {
        let step = self.act(action, true).map_err(fault)?;
        self.observe(observation).map_err(fault)?;
        Ok(step)
    }
}

/// Trains a residual policy and tests it after each budget.
pub fn residual(config: &Config, seed: u64, item: &Item) -> Result<Trained, Error> {
    let mut task = Correcting::new(config, seed)?;
    let hold = config.residual.hold;
    let mut ppo = Ppo::new(&PpoParameters::default(), Sizes::of(&task), seed)?;
    let (mut rewards, mut tested) = (Vec::new(), Vec::new());
    for budget in &config.residual.budgets {
        let actions = budget / hold - ppo.steps();
        let training = ppo.train(&mut task, actions, &Steps { item, each: hold })?;
        item.may_go_on()?;
        rewards.extend(training.updates.iter().map(|update| (update.steps * hold, update.mean_reward)));
        tested.push(test(config, &mut ppo, seed, item)?);
    }
    Ok(Trained { seed, rewards, tested, falls: task.falls })
}

/// A walk of the policy as it is, without noise and learning.
fn test(config: &Config, ppo: &mut Ppo, seed: u64, item: &Item) -> Result<Way, Error> {
    let mut task = Correcting::new(config, seed)?;
    let (mut observation, mut action) = (vec![0.0; task.observations()], vec![0.0; task.actions()]);
    let hold = config.residual.hold;
    for _ in 0..config.steps / hold {
        task.observe(&mut observation)?;
        ppo.act(&observation, &mut action)?;
        task.act(&action, false)?;
        item.done(hold)?;
    }
    Ok(task.track.way())
}
