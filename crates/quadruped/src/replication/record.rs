//! The record of a run.

use super::config::{Arm, Ground};
use serde::{Deserialize, Serialize};

/// Control steps from one stage of a walk to the next.
pub const STAGE: u64 = 1000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By ground, arm, seed.
    pub walks: Vec<Walked>,
    /// Residual policies, by seed.
    pub trained: Vec<Trained>,
    /// Teaching of the olive as it was published.
    pub taught: Taught,
}

/// Climbing-fiber signals of push less those of pull, for a body that stands still and tilts. `[joints]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Taught {
    /// With a roll.
    pub roll: Vec<f64>,
    /// With a pitch.
    pub pitch: Vec<f64>,
}

/// Way of a robot over the ground.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// Farthest distance from the start, m.
    pub farthest_m: f64,
    /// Length of the path in chords of a second, m.
    pub path_m: f64,
    /// Place at the end, m.
    pub end_m: [f64; 2],
    /// Heading at the end, deg to the left; whole turns count.
    pub turn_deg: f64,
    /// Falls.
    pub falls: u32,
    /// Place once a second, m.
    pub places_m: Vec<[f64; 2]>,
}

/// Means of a thousand control steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Weight of the generator.
    pub weight: f64,
    /// Size of the corrections.
    pub correction: f64,
    /// Share of active granule cells; none without neurons.
    pub sparseness: Option<f64>,
    /// Mean weight of the parallel-fiber synapses at the end; none without neurons.
    pub synapses: Option<f64>,
}

/// The circuit at the end of a walk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Neurons {
    pub mossy_fibers: usize,
    /// Neurons of all populations.
    pub all: usize,
    /// Weights in bins from 0 to their cap. `[BINS]`
    pub weights: Vec<u64>,
    /// Shares of the weights at 0 and at the cap, within a hundredth of it.
    pub at_limits: [f64; 2],
    /// Least and largest apical potential, relative to the threshold of the soma.
    pub apical: [f64; 2],
    /// Steps of the cells at each smoothed rate in the last thousand control steps, in bins from 0 to 1. `[RATE_BINS]`
    pub rates: Vec<u64>,
    /// Mean over the joints of the size of their mean correction in the last thousand steps.
    pub bias: f64,
    /// Corrections in the last steps. `[steps][joints]`
    pub corrections: Vec<Vec<f64>>,
}

/// Bins of the histogram of weights.
pub const BINS: usize = 40;
/// Bins of the histogram of rates.
pub const RATE_BINS: usize = 200;

/// Sagittal view of the robot: forward and up, m, from the place on the ground at which the view begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pose {
    /// Hip, knee and foot of each leg. `[legs]`
    pub legs: Vec<[[f64; 2]; 3]>,
}

/// The last seconds of a walk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CloseUp {
    /// Roll and pitch of the last seconds at 50 Hz, deg.
    pub tilt_deg: Vec<[f64; 2]>,
    /// A cycle of the gait at 50 Hz.
    pub poses: Vec<Pose>,
}

/// One robot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Walked {
    pub ground: Ground,
    pub arm: Arm,
    pub seed: u64,
    pub way: Way,
    /// By thousand control steps; empty for a policy.
    pub stages: Vec<Stage>,
    /// The circuit, where there is one.
    pub neurons: Option<Neurons>,
    /// Of the first robot of an arm that has a generator.
    pub close_up: Option<CloseUp>,
    /// Mean reward of a step, for a policy.
    pub reward: Option<f64>,
}

/// A residual policy of one robot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    pub seed: u64,
    /// Control steps of training, and mean reward since the update before, m/s.
    pub rewards: Vec<(u64, f64)>,
    /// After each budget, without noise.
    pub tested: Vec<Way>,
    /// Falls in all training.
    pub falls: u64,
}

/// A value of a walk.
pub type Of = fn(&Walked) -> f64;

pub const FARTHEST: Of = |walk| walk.way.farthest_m;
pub const PATH: Of = |walk| walk.way.path_m;
pub const TURN: Of = |walk| walk.way.turn_deg;
pub const FALLS: Of = |walk| f64::from(walk.way.falls);

impl Walked {
    /// Mean of a value over the last stages.
    pub fn late(&self, stages: usize, of: impl Fn(&Stage) -> Option<f64>) -> f64 {
        let from = self.stages.len().saturating_sub(stages);
        lobule_analysis::mean_of(self.stages[from..].iter().filter_map(of))
    }
}

impl Record {
    /// Walks of an arm, by seed.
    pub fn of(&self, ground: Ground, arm: Arm) -> impl Iterator<Item = &Walked> {
        self.walks.iter().filter(move |walk| (walk.ground, walk.arm) == (ground, arm))
    }

    /// A value of the walks of an arm, by seed.
    pub fn values(&self, ground: Ground, arm: Arm, of: impl Fn(&Walked) -> f64) -> Vec<f64> {
        self.of(ground, arm).map(of).collect()
    }
}
