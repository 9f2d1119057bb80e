//! The record of a run: the lengths of all episodes, in ticks.

use super::config::{Actuation, ControllerKind};
use lobule_analysis::{mean, median};
use serde::{Deserialize, Serialize};

/// A seed of a controller under a delay, starting from a naive model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Actuation.
    pub task: Actuation,
    /// Sensory delay, ms.
    pub delay_ms: usize,
    /// Controller.
    pub controller: ControllerKind,
    /// Seed.
    pub seed: u64,
    /// Length of each episode.
    pub lengths: Vec<u32>,
}

impl Attempt {
    /// Number of the first episode of `steps` ticks, from 1; infinite if there is none.
    pub fn first(&self, steps: usize) -> f64 {
        self.lengths.iter().position(|&n| n as usize >= steps).map_or(f64::INFINITY, |k| k as f64 + 1.0)
    }
}

/// Correction by the passes of the inner loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassMode {
    /// Two actions; passes try the sign of the command.
    Hard,
    /// Two actions; passes try the continuous command.
    Soft,
    /// Continuous force; corrections are added.
    Added,
    /// Continuous force; corrections by the secant.
    Secant,
}

impl PassMode {
    /// All of them.
    pub const ALL: [PassMode; 4] = [PassMode::Hard, PassMode::Soft, PassMode::Added, PassMode::Secant];

    /// Key in the names of findings.
    pub fn key(self) -> &'static str {
        match self {
            PassMode::Hard => "hard",
            PassMode::Soft => "soft",
            PassMode::Added => "added",
            PassMode::Secant => "secant",
        }
    }

    /// Name in words.
    pub fn words(self) -> &'static str {
        match self {
            PassMode::Hard => "two actions, passes on the sign",
            PassMode::Soft => "two actions, passes on the command",
            PassMode::Added => "continuous, corrections added",
            PassMode::Secant => "continuous, secant",
        }
    }
}

/// The perfect model with given passes and look-ahead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassesRun {
    /// Correction by the passes.
    pub mode: PassMode,
    /// Passes.
    pub passes: usize,
    /// Look-ahead, ticks.
    pub horizon: usize,
    /// Seed.
    pub seed: u64,
    /// Length of each episode.
    pub lengths: Vec<u32>,
}

/// Controller of the pole whose length changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoleController {
    /// The fixed PD controller.
    Pd,
    /// Constant velocity.
    ConstantVelocity,
    /// RLS that stops learning at the change.
    RlsFrozen,
    /// RLS that continues to learn.
    Rls,
    /// The delta rule that stops learning at the change.
    NlmsFrozen,
    /// The delta rule that continues to learn.
    Nlms,
    /// Granule cells that continue to learn.
    Granule,
    /// The perfect model of the changed pole.
    Equations,
}

impl PoleController {
    /// All of them.
    pub const ALL: [PoleController; 8] = [
        PoleController::Pd,
        PoleController::ConstantVelocity,
        PoleController::RlsFrozen,
        PoleController::Rls,
        PoleController::NlmsFrozen,
        PoleController::Nlms,
        PoleController::Granule,
        PoleController::Equations,
    ];

    /// Key in the names of findings.
    pub fn key(self) -> &'static str {
        match self {
            PoleController::Pd => "pd",
            PoleController::ConstantVelocity => "constant_velocity",
            PoleController::RlsFrozen => "rls_frozen",
            PoleController::Rls => "rls",
            PoleController::NlmsFrozen => "nlms_frozen",
            PoleController::Nlms => "nlms",
            PoleController::Granule => "granule",
            PoleController::Equations => "equations",
        }
    }

    /// Name in words.
    pub fn words(self) -> &'static str {
        match self {
            PoleController::Pd => "PD, fixed",
            PoleController::ConstantVelocity => "constant velocity",
            PoleController::RlsFrozen => "RLS, frozen",
            PoleController::Rls => "RLS, learning",
            PoleController::NlmsFrozen => "delta rule, frozen",
            PoleController::Nlms => "delta rule, learning",
            PoleController::Granule => "granule cells, learning",
            PoleController::Equations => "perfect model",
        }
    }
}

/// A run through the change of the pole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PoleRun {
    /// Controller.
    pub controller: PoleController,
    /// Sensory delay, ms.
    pub delay_ms: usize,
    /// Half length after the change, m.
    pub half_length_m: f64,
    /// Seed.
    pub seed: u64,
    /// Length of each episode that began after the change.
    pub lengths: Vec<u32>,
}

/// Number of first and of last episodes after the change that are measured. Source: reference, the first 5.
pub const EDGE: usize = 5;

impl PoleRun {
    /// Mean length of the first [`EDGE`] episodes.
    pub fn early(&self) -> f64 {
        let n = self.lengths.len().min(EDGE);
        mean(&self.lengths[..n].iter().map(|&n| f64::from(n)).collect::<Vec<_>>())
    }

    /// Share of episodes of full length among the last [`EDGE`].
    pub fn success(&self, steps: usize) -> f64 {
        let last = &self.lengths[self.lengths.len().saturating_sub(EDGE)..];
        last.iter().filter(|&&n| n as usize >= steps).count() as f64 / last.len() as f64
    }
}

/// Controller in dm_control's task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DmController {
    /// The feedback controller.
    Base,
    /// The feedback controller with 1.1 times the gain.
    Raised,
    /// The feedback controller with twice the gain.
    Doubled,
    /// The inner loop with a model that predicts no change.
    Persistence,
    /// The inner loop with a linear model.
    Nlms,
    /// The inner loop with granule cells.
    Granule,
    /// The inner loop with the perfect model.
    Equations,
}

impl DmController {
    /// All of them.
    pub const ALL: [DmController; 7] = [
        DmController::Base,
        DmController::Raised,
        DmController::Doubled,
        DmController::Persistence,
        DmController::Nlms,
        DmController::Granule,
        DmController::Equations,
    ];

    /// Key in the names of findings.
    pub fn key(self) -> &'static str {
        match self {
            DmController::Base => "base",
            DmController::Raised => "gain_1.1",
            DmController::Doubled => "doubled",
            DmController::Persistence => "persistence",
            DmController::Nlms => "nlms",
            DmController::Granule => "granule",
            DmController::Equations => "equations",
        }
    }
}

/// A seed in dm_control's task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DmRun {
    /// Controller.
    pub controller: DmController,
    /// Seed.
    pub seed: u64,
    /// Length of each episode, ticks of 10 ms.
    pub lengths: Vec<u32>,
}

/// Everything a run records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CartPoleRecord {
    /// By task, delay, controller, seed.
    pub attempts: Vec<Attempt>,
    /// By mode, passes, look-ahead, seed.
    pub passes: Vec<PassesRun>,
    /// By delay, half length, controller, seed.
    pub pole: Vec<PoleRun>,
    /// By controller, seed.
    pub dm_control: Vec<DmRun>,
}

impl CartPoleRecord {
    /// The attempts of a controller at a delay, by seed.
    pub fn of(&self, task: Actuation, delay_ms: usize, controller: ControllerKind) -> Vec<&Attempt> {
        let fits = |a: &&Attempt| a.task == task && a.delay_ms == delay_ms && a.controller == controller;
        self.attempts.iter().filter(fits).collect()
    }

    /// Number of the first full episode of a controller at a delay, by seed; infinite if there is none.
    pub fn firsts(
        &self,
        task: Actuation,
        delay_ms: usize,
        controller: ControllerKind,
        steps: usize,
    ) -> Vec<f64> {
        self.of(task, delay_ms, controller).iter().map(|a| a.first(steps)).collect()
    }

    /// The PD controller that solves most seeds at a delay; of these, the one that does so first.
    pub fn best_pd(&self, task: Actuation, delay_ms: usize, steps: usize) -> Option<ControllerKind> {
        let mut laws: Vec<ControllerKind> = Vec::new();
        for a in self.attempts.iter().filter(|a| a.task == task && a.delay_ms == delay_ms) {
            if matches!(a.controller, ControllerKind::Pd(..)) && !laws.contains(&a.controller) {
                laws.push(a.controller);
            }
        }
        let rank = |law: &ControllerKind| {
            let firsts = self.firsts(task, delay_ms, *law, steps);
            let unsolved = firsts.iter().filter(|f| f.is_infinite()).count() as f64;
            let steps: u32 = self.of(task, delay_ms, *law).iter().flat_map(|a| &a.lengths[..1]).sum();
            (unsolved, median(&firsts), -f64::from(steps))
        };
        laws.into_iter()
            .map(|law| (rank(&law), law))
            .reduce(|a, b| if b.0 < a.0 { b } else { a })
            .map(|b| b.1)
    }

    /// A controller with its tuning: any PD controller stands for the best one at that delay.
    pub fn resolved(
        &self,
        task: Actuation,
        delay_ms: usize,
        controller: ControllerKind,
        steps: usize,
    ) -> Option<ControllerKind> {
        match controller {
            ControllerKind::Pd(..) => self.best_pd(task, delay_ms, steps),
            other => Some(other),
        }
    }

    /// [`Self::firsts`] of the controller as [`Self::resolved`]; none without attempts.
    pub fn resolved_firsts(
        &self,
        task: Actuation,
        delay_ms: usize,
        controller: ControllerKind,
        steps: usize,
    ) -> Option<Vec<f64>> {
        let controller = self.resolved(task, delay_ms, controller, steps)?;
        Some(self.firsts(task, delay_ms, controller, steps)).filter(|firsts| !firsts.is_empty())
    }

    /// The runs of a controller through the change of the pole, by seed.
    pub fn pole_runs(
        &self,
        controller: PoleController,
        delay_ms: usize,
        half_length_m: f64,
    ) -> Vec<&PoleRun> {
        let fits = |r: &&PoleRun| {
            r.controller == controller && r.delay_ms == delay_ms && r.half_length_m == half_length_m
        };
        self.pole.iter().filter(fits).collect()
    }
}
