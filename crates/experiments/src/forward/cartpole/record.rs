//! The record of a run: the lengths of all episodes, in ticks.

use super::config::{Actuation, ControllerKind};
use lobule_analysis::{mean_of, median};
use serde::{Deserialize, Serialize};

/// A task, the sensory delay, ms, and the controller.
pub type Case = (Actuation, usize, ControllerKind);

/// A seed of a controller under a delay, starting from a naive model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub task: Actuation,
    pub delay_ms: usize,
    pub controller: ControllerKind,
    pub seed: u64,
    pub lengths: Vec<u32>,
}

impl Attempt {
    fn case(&self) -> Case {
        (self.task, self.delay_ms, self.controller)
    }

    /// Number of the first episode of `steps` ticks, from 1; infinite if there is none.
    fn first(&self, steps: usize) -> f64 {
        self.lengths.iter().position(|&n| n as usize >= steps).map_or(f64::INFINITY, |k| k as f64 + 1.0)
    }
}

/// Correction by the passes of the inner loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassMode {
    Hard,
    Soft,
    Added,
    Secant,
}

impl PassMode {
    pub const ALL: [Self; 4] = [Self::Hard, Self::Soft, Self::Added, Self::Secant];

    pub fn words(self) -> &'static str {
        match self {
            Self::Hard => "two actions, passes on the sign",
            Self::Soft => "two actions, passes on the command",
            Self::Added => "continuous, corrections added",
            Self::Secant => "continuous, secant",
        }
    }
}

/// The perfect model with given passes and look-ahead (ticks).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassesRun {
    pub mode: PassMode,
    pub passes: usize,
    pub horizon: usize,
    pub seed: u64,
    pub lengths: Vec<u32>,
}

/// Controller of the pole whose length changes; a frozen model stops learning at the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoleController {
    Pd,
    ConstantVelocity,
    RlsFrozen,
    Rls,
    NlmsFrozen,
    Nlms,
    Granule,
    Equations,
}

impl PoleController {
    pub const ALL: [Self; 8] = {
        use PoleController::*;
        [Pd, ConstantVelocity, RlsFrozen, Rls, NlmsFrozen, Nlms, Granule, Equations]
    };

    pub fn is_frozen(self) -> bool {
        matches!(self, Self::RlsFrozen | Self::NlmsFrozen)
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Pd => "PD, fixed",
            Self::ConstantVelocity => "constant velocity",
            Self::RlsFrozen => "RLS, frozen",
            Self::Rls => "RLS, learning",
            Self::NlmsFrozen => "delta rule, frozen",
            Self::Nlms => "delta rule, learning",
            Self::Granule => "granule cells, learning",
            Self::Equations => "perfect model",
        }
    }
}

/// A run through the change of the pole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PoleRun {
    pub controller: PoleController,
    pub delay_ms: usize,
    /// After the change.
    pub half_length_m: f64,
    pub seed: u64,
    /// Of the episodes that began after the change.
    pub lengths: Vec<u32>,
}

/// Number of first and of last episodes after the change that are measured. Source: reference, the first 5.
const EDGE: usize = 5;

impl PoleRun {
    /// Mean length of the first [`EDGE`] episodes.
    pub fn early(&self) -> f64 {
        mean_of(self.lengths.iter().take(EDGE).map(|&n| f64::from(n)))
    }

    /// Share of episodes of full length among the last [`EDGE`].
    pub fn success(&self, steps: usize) -> f64 {
        let last = &self.lengths[self.lengths.len().saturating_sub(EDGE)..];
        last.iter().filter(|&&n| n as usize >= steps).count() as f64 / last.len() as f64
    }
}

/// Controller in dm_control's task: the feedback controller with 1, 1.1 and 2 times the gain, and inner loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DmController {
    Base,
    Raised,
    Doubled,
    Persistence,
    Nlms,
    Granule,
    Equations,
}

impl DmController {
    pub const ALL: [Self; 7] = {
        use DmController::*;
        [Base, Raised, Doubled, Persistence, Nlms, Granule, Equations]
    };
}

written_as_recorded!(PassMode, PoleController, DmController);

/// A seed in dm_control's task, with ticks of 10 ms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DmRun {
    pub controller: DmController,
    pub seed: u64,
    pub lengths: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By task, delay, controller, seed.
    pub attempts: Vec<Attempt>,
    /// By mode, passes, look-ahead, seed.
    pub passes: Vec<PassesRun>,
    /// By delay, half length, controller, seed.
    pub pole: Vec<PoleRun>,
    /// By controller, seed.
    pub dm_control: Vec<DmRun>,
}

impl Record {
    fn of(&self, case: Case) -> Vec<&Attempt> {
        self.attempts.iter().filter(|a| a.case() == case).collect()
    }

    /// The PD controller that solves most seeds at a delay; of these, the one that does so first.
    fn best_pd(&self, task: Actuation, delay_ms: usize, steps: usize) -> Option<Case> {
        let is_pd =
            |case: &Case| matches!(case, (t, ms, ControllerKind::Pd(..)) if (*t, *ms) == (task, delay_ms));
        let mut cases: Vec<Case> = self.attempts.iter().map(Attempt::case).filter(is_pd).collect();
        cases.dedup();
        let rank = |case: Case| {
            let attempts = self.of(case);
            let firsts: Vec<f64> = attempts.iter().map(|a| a.first(steps)).collect();
            let unsolved = firsts.iter().filter(|f| f.is_infinite()).count() as f64;
            let steps: f64 = attempts.iter().map(|a| f64::from(a.lengths[0])).sum();
            (unsolved, median(&firsts), -steps)
        };
        let ranked = cases.into_iter().map(|case| (rank(case), case));
        ranked.reduce(|a, b| if b.0 < a.0 { b } else { a }).map(|best| best.1)
    }

    /// The attempts of a case, by seed; any PD controller stands for the best one at that delay.
    pub fn tuned(&self, case: Case, steps: usize) -> Vec<&Attempt> {
        match case {
            (task, ms, ControllerKind::Pd(..)) => {
                self.best_pd(task, ms, steps).map(|best| self.of(best)).unwrap_or_default()
            }
            _ => self.of(case),
        }
    }

    /// Number of the first full episode of these attempts, by seed, infinite if there is none; none without attempts.
    pub fn firsts(&self, case: Case, steps: usize) -> Option<Vec<f64>> {
        let firsts: Vec<f64> = self.tuned(case, steps).iter().map(|a| a.first(steps)).collect();
        (!firsts.is_empty()).then_some(firsts)
    }

    /// The runs of a controller through the change of the pole, by seed.
    pub fn pole_runs(&self, who: PoleController, delay_ms: usize, half_length_m: f64) -> Vec<&PoleRun> {
        let change = (delay_ms, half_length_m);
        let fits = |r: &&PoleRun| r.controller == who && (r.delay_ms, r.half_length_m) == change;
        self.pole.iter().filter(fits).collect()
    }
}
