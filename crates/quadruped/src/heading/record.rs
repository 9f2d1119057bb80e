//! The record of a run.

use super::config::{Arm, Task};
use crate::robot::Base;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By walker, task, seed, arm.
    pub walks: Vec<Walked>,
}

/// One robot under one cerebellum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Walked {
    pub walker: Base,
    pub task: Task,
    pub arm: Arm,
    pub seed: u64,
    /// Turn in the test, deg to the left.
    pub turn_deg: f64,
    /// Mean absolute yaw rate in the test, deg/s.
    pub yaw_rate_deg_s: f64,
    /// Speed in the test, m/s.
    pub speed_m_s: f64,
    /// Falls in the whole walk.
    pub falls: u32,
    /// Mean steering in the last half of the learning, and its root mean square, units of the effector.
    pub steering: [f64; 2],
    /// The whole walk at 1 Hz, of arms that are drawn: time (s), place (m), heading (deg to the left), steering.
    pub course: Vec<(f64, [f64; 2], f64, f64)>,
}

impl Record {
    /// Walks of an arm, by seed.
    pub fn of(&self, walker: Base, task: Task, arm: Arm) -> impl Iterator<Item = &Walked> {
        self.walks.iter().filter(move |w| (w.walker, w.task, w.arm) == (walker, task, arm))
    }

    /// The robot that turns as much as half of them without plasticity.
    pub fn typical_seed(&self, walker: Base, task: Task) -> Option<u64> {
        let mut frozen: Vec<&Walked> = self.of(walker, task, Arm::Frozen).collect();
        frozen.sort_by(|a, b| a.turn_deg.abs().total_cmp(&b.turn_deg.abs()));
        frozen.get(frozen.len() / 2).map(|walk| walk.seed)
    }

    /// A value of the walks of an arm, by seed.
    pub fn values(&self, walker: Base, task: Task, arm: Arm, of: fn(&Walked) -> f64) -> Vec<f64> {
        self.of(walker, task, arm).map(of).collect()
    }
}
