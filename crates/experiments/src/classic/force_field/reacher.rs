//! An arm that reaches, trial by trial.

use super::config::Config;
use super::record::{Learner, Trial, TrialKind};
use lobule_control::filter::{Basis, TraceModel, Tuning};
use lobule_control::plant::{ForceChannel, ReachingArm, TwoLink, curl};
use lobule_control::{
    Beside, ClosedLoop, Controller, Drive, InverseDynamics, JointLearning, JointLearningParameters, Role,
};
use lobule_signal::Stream;
use lobule_study::Error;

/// Arm, controllers and noise.
pub struct Reacher<'a> {
    config: &'a Config,
    joined: ClosedLoop<ReachingArm, Beside<InverseDynamics, JointLearning>>,
    noise: Stream,
    trials: u64,
}

impl<'a> Reacher<'a> {
    /// An arm that knows its own dynamics and nothing of the field.
    pub fn new(config: &'a Config, learner: Learner, seed: u64) -> Result<Self, Error> {
        let (links, dt, c) = (TwoLink::HUMAN, config.dt_s(), &config.cerebellum);
        let arm = ReachingArm::new(links, ReachingArm::VISCOSITY, config.reach.center_m)?;
        // The center is in reach: the arm has just been put there.
        let middle = links.angles(config.reach.center_m).unwrap_or_default().to_vec();
        let tuning =
            Tuning { middle, reach: vec![c.reach_rad; 2], speed: vec![c.speed_rad_s; 2], width: c.width };
        let basis = Basis::tuned(c.granule_cells, &tuning, dt, seed)?;
        let shift_ms = match learner {
            Learner::Shifted | Learner::None => c.shift_ms,
            Learner::Unshifted => 0,
            Learner::Counterfactual => c.shift_of_errors_ms,
        };
        let parameters = JointLearningParameters {
            stiffness: config.feedback.stiffness.to_vec(),
            viscosity: config.feedback.viscosity.to_vec(),
            role: if learner == Learner::Counterfactual { Role::ExpectedError } else { Role::Command },
            trace: TraceModel::Delay(shift_ms / config.tick_ms),
            rate: if learner == Learner::None { 0.0 } else { c.rate },
            retention: c.retention,
        };
        let known = InverseDynamics::new(links, ReachingArm::VISCOSITY, dt)?;
        let both = Beside::new(known, JointLearning::new(parameters, basis, dt)?)?;
        let delays = [config.feedback.delay_ms / config.tick_ms, 0];
        Ok(Self {
            config,
            joined: ClosedLoop::new(arm, both, 2, dt, delays)?,
            noise: Stream::new(seed, "force_field/noise"),
            trials: 0,
        })
    }

    /// Enables or disables learning.
    pub fn set_learning(&mut self, learns: bool) {
        self.joined.controller_mut().set_learning(learns);
    }

    /// One reach.
    pub fn reach(&mut self, kind: TrialKind, target_deg: f64, keeps_path: bool) -> Result<Trial, Error> {
        let (config, dt) = (self.config, self.config.dt_s());
        let (start, reach) = (config.reach.center_m, &config.reach);
        let radians = target_deg.to_radians();
        let along = [libm::cos(radians), libm::sin(radians)];
        let b = if kind == TrialKind::Field { config.field.curl } else { 0.0 };
        let channel = ForceChannel {
            from_m: start,
            along,
            stiffness: config.field.channel_stiffness,
            damping: config.field.channel_damping,
        };
        let arm = self.joined.plant_mut();
        arm.set_field(curl(b))?;
        arm.set_channel((kind == TrialKind::Clamp).then_some(channel))?;
        self.joined.reset();

        let every = (10 / config.tick_ms).max(1);
        let (mut deviation, mut pressed, mut ideal_squared, mut path) = (0.0f64, 0.0, 0.0, Vec::new());
        for tick in 0..config.ticks() {
            let t = tick as f64 * dt;
            let desired = config.planned_angles(along, t)?;
            let at = self.trials * config.ticks() as u64 + tick as u64;
            let noise = [0, 1].map(|j| config.feedback.noise * self.noise.normal(at, j));
            self.joined.tick(&Drive { reference: &desired, disturbance: &noise, cues: &[] })?;

            let arm = self.joined.plant();
            let [x, y] = arm.hand_m();
            let from = [x - start[0], y - start[1]];
            if t < reach.duration_s {
                let right = from[0] * along[1] - from[1] * along[0];
                deviation = if right.abs() > deviation.abs() { right } else { deviation };
                let v = arm.hand_velocity();
                let ideal = config.field.curl * (v[0] * along[0] + v[1] * along[1]);
                pressed += arm.pressed_n() * ideal;
                ideal_squared += ideal * ideal;
            }
            if keeps_path && tick % every == 0 {
                path.push(from);
            }
        }
        self.joined.finish(0.0)?;
        self.trials += 1;
        let compensated = if kind == TrialKind::Clamp { pressed / ideal_squared } else { 0.0 };
        Ok(Trial { kind, target_deg, deviation_m: deviation, compensated, path })
    }
}
