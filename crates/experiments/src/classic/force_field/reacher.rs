//! An arm that reaches, trial by trial.

use super::config::{Config, along};
use super::record::{Learner, Trial, TrialKind};
use lobule_control::filter::{Basis, TraceModel, Tuning};
use lobule_control::plant::{ForceChannel, ReachingArm, TwoLink, curl};
use lobule_control::{
    Beside, ClosedLoop, Controller, Drive, InverseDynamics, JointLearning, JointLearningParameters, Role,
};
use lobule_signal::Stream;
use lobule_study::Error;

pub fn arm(config: &Config) -> Result<ReachingArm, Error> {
    Ok(ReachingArm::new(TwoLink::HUMAN, ReachingArm::VISCOSITY, config.reach.center_m)?)
}

/// Arm, controller and noise.
pub struct Reacher<'a, C> {
    config: &'a Config,
    joined: ClosedLoop<ReachingArm, C>,
    noise: Stream,
    trials: u64,
}

impl<'a, C: Controller> Reacher<'a, C> {
    /// An arm under a controller, with a sensory delay in ticks.
    pub fn new(
        config: &'a Config,
        arm: ReachingArm,
        controller: C,
        delay: usize,
        noise: Stream,
    ) -> Result<Self, Error> {
        let joined = ClosedLoop::new(arm, controller, 2, config.dt_s(), [delay, 0])?;
        // Fields come and go: a large error is the task's, not the learner's.
        let joined = joined.unguarded();
        Ok(Self { config, joined, noise, trials: 0 })
    }

    pub fn set_learning(&mut self, learns: bool) {
        self.joined.controller_mut().set_learning(learns);
    }

    /// One reach in a curl field (N s/m) or a channel; gives the largest distance from the straight line during the movement, m,
    /// positive to the right. `watch` receives the number of each tick, the arm and the controller.
    pub fn reach(
        &mut self,
        field: f64,
        channel: Option<ForceChannel>,
        along: [f64; 2],
        cues: &[f64],
        mut watch: impl FnMut(usize, &ReachingArm, &C),
    ) -> Result<f64, Error> {
        let config = self.config;
        let arm = self.joined.plant_mut();
        arm.set_field(curl(field))?;
        arm.set_channel(channel)?;
        self.joined.reset();
        let mut deviation = 0.0f64;
        for tick in 0..config.ticks() {
            let t = tick as f64 * config.dt_s();
            let reference = config.planned_angles(along, t)?;
            let at = self.trials * config.ticks() as u64 + tick as u64;
            let disturbance = [0, 1].map(|j| config.feedback.noise * self.noise.normal(at, j));
            self.joined.tick(&Drive { reference: &reference, disturbance: &disturbance, cues })?;
            if t < config.reach.duration_s {
                let [x, y] = config.hand_from_center(self.joined.plant());
                let right = x * along[1] - y * along[0];
                deviation = if right.abs() > deviation.abs() { right } else { deviation };
            }
            watch(tick, self.joined.plant(), self.joined.controller());
        }
        self.joined.finish(0.0)?;
        self.trials += 1;
        Ok(deviation)
    }
}

/// The known dynamics of the arm, and a learner beside them.
pub type Adapting = Beside<InverseDynamics, JointLearning>;

impl<'a> Reacher<'a, Adapting> {
    /// An arm that knows its own dynamics and nothing of the field.
    pub fn adapting(config: &'a Config, learner: Learner, seed: u64) -> Result<Self, Error> {
        let (dt, c, arm) = (config.dt_s(), &config.cerebellum, arm(config)?);
        // The center is in reach: the arm has just been put there.
        let middle = TwoLink::HUMAN.angles(config.reach.center_m).unwrap_or_default().to_vec();
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
        let known = InverseDynamics::new(TwoLink::HUMAN, ReachingArm::VISCOSITY, dt)?;
        let both = Beside::new(known, JointLearning::new(parameters, basis, dt)?)?;
        let delay = config.feedback.delay_ms / config.tick_ms;
        Self::new(config, arm, both, delay, Stream::new(seed, "force_field/noise"))
    }

    /// A trial of a session.
    pub fn trial(&mut self, kind: TrialKind, target_deg: f64, keeps_path: bool) -> Result<Trial, Error> {
        let (config, along) = (self.config, along(target_deg));
        let curl = config.field.curl;
        let channel = (kind == TrialKind::Clamp).then_some(ForceChannel {
            from_m: config.reach.center_m,
            along,
            stiffness: config.field.channel_stiffness,
            damping: config.field.channel_damping,
        });
        let every = (10 / config.tick_ms).max(1);
        let (mut pressed, mut ideal_squared, mut path) = (0.0, 0.0, Vec::new());
        let field = if kind == TrialKind::Field { curl } else { 0.0 };
        let deviation_m = self.reach(field, channel, along, &[], |tick, arm, _| {
            if (tick as f64 * config.dt_s()) < config.reach.duration_s {
                let v = arm.hand_velocity();
                let ideal = curl * (v[0] * along[0] + v[1] * along[1]);
                pressed += arm.pressed_n() * ideal;
                ideal_squared += ideal * ideal;
            }
            if keeps_path && tick % every == 0 {
                path.push(config.hand_from_center(arm));
            }
        })?;
        let compensated = if kind == TrialKind::Clamp { pressed / ideal_squared } else { 0.0 };
        Ok(Trial { kind, target_deg, deviation_m, compensated, path })
    }
}
