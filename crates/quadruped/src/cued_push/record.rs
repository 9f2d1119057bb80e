//! The record of a run.

use super::config::{Arm, Kind, Scenario};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By scenario, seed, arm.
    pub walks: Vec<Walked>,
}

/// One robot under one cerebellum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Walked {
    pub scenario: Scenario,
    pub arm: Arm,
    pub seed: u64,
    pub trials: Vec<Pushed>,
    /// Mean roll toward the pushed side around the pushes of the test with a cue, deg, from a second before to two seconds after, at
    /// 50 Hz; the same in trials with a cue and no push.
    pub rolls_deg: [Vec<f64>; 2],
    /// Mean trim in the same trials, rad; positive where the legs on the pushed side are longer, against the push.
    pub trims: [Vec<f64>; 2],
}

/// One trial.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pushed {
    pub kind: Kind,
    pub is_test: bool,
    /// Largest roll toward the pushed side in the window, deg, at most 60.
    pub peak_deg: f64,
    /// Largest roll to the other side from the cue to the end of the window, deg, at most 60.
    pub opposite_deg: f64,
    /// Way to the pushed side, relative to the course before, at the end of the window, m.
    pub way_m: f64,
    /// True if it fell in the window.
    pub fell: bool,
}

impl Record {
    /// Walks of an arm, by seed.
    pub fn of(&self, scenario: Scenario, arm: Arm) -> impl Iterator<Item = &Walked> {
        self.walks.iter().filter(move |w| (w.scenario, w.arm) == (scenario, arm))
    }

    /// Mean of a value over the trials of a kind in the test, by seed.
    pub fn means(&self, scenario: Scenario, arm: Arm, kind: Kind, of: fn(&Pushed) -> f64) -> Vec<f64> {
        let mean = |walk: &Walked| {
            let trials = walk.trials.iter().filter(|trial| trial.is_test && trial.kind == kind);
            lobule_analysis::mean_of(trials.map(of))
        };
        self.of(scenario, arm).map(mean).collect()
    }
}

pub const PEAK: fn(&Pushed) -> f64 = |trial| trial.peak_deg;
pub const OPPOSITE: fn(&Pushed) -> f64 = |trial| trial.opposite_deg;
pub const WAY: fn(&Pushed) -> f64 = |trial| trial.way_m;
pub const FELL: fn(&Pushed) -> f64 = |trial| f64::from(u8::from(trial.fell));
