//! Record of a run of the prism experiment: plain data, written as
//! JSON into the run folder, read by findings, figures and the report.

use super::config::{Condition, PlantKind};
use super::keys::{MicrozoneName, ModuleName, RateOf, ZoneOf};
use lobule_scaffold::Microzone;
use lobule_signal::SpikeTrain;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Part of the protocol a trial belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Epoch {
    Baseline,
    Prism,
    Removal,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialRecord {
    /// Number of the trial, from 0.
    pub index: usize,
    pub epoch: Epoch,
    pub prism_deg: f64,
    /// Signed pointing error at the end of the movement, deg.
    pub error_deg: f64,
    /// Part of the error due to the cortical command, deg.
    pub cortex_deg: f64,
    /// Part of the error due to the inverse module's command, deg.
    pub inverse_deg: f64,
    /// Mean rate over the trial by population label (`forward/purkinje_cell/plus`, ...), Hz.
    pub rates_hz: BTreeMap<RateOf, f64>,
    /// Mean PF→PC weight by module and microzone (`forward/plus`, ...), nS.
    pub mean_weight_ns: BTreeMap<ZoneOf, f64>,
    /// Joint angle relative to the calibrated straight-ahead, deg, each ms. `[t]`
    pub path_deg: Vec<f32>,
    /// Hand of the planar arm, m, each ms: (x, y). `[t]`
    pub hand_m: Vec<[f32; 2]>,
}

/// Spikes of one module in one trial; steps count from the start of the trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivitySnapshot {
    pub trial: usize,
    pub module: ModuleName,
    /// Spikes by population (lobule's cell names).
    pub spikes: Vec<SpikeTrain>,
}

/// Time at which weights were taken: before or after the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    Before,
    After,
}

/// PF→PC weights of one module: counts in equal bins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeightHistogram {
    pub module: ModuleName,
    #[serde(with = "MicrozoneName")]
    pub microzone: Microzone,
    pub when: When,
    /// Edges of the bins, nS. `[bins + 1]`
    pub edges_ns: Vec<f64>,
    /// Synapses in each bin. `[bins]`
    pub counts: Vec<u64>,
}

/// One condition on one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConditionRun {
    pub condition: Condition,
    pub seed: u64,
    pub trials: Vec<TrialRecord>,
    /// Rasters of the first, a middle and the last trial through prisms (plastic condition only).
    pub snapshots: Vec<ActivitySnapshot>,
    /// Weights before and after (empty in the static condition).
    pub weights: Vec<WeightHistogram>,
    /// Hash of the final state: equal runs have equal hashes.
    pub fingerprint: String,
}

/// One row of the calibration sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepPoint {
    pub prism_deg: f64,
    pub errors_deg: Vec<f64>,
}

/// Calibration of one seed, with the static modules in the loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Format of this record.
    pub version: u32,
    /// Hash of everything it depends on; simulation refuses another one.
    pub key: String,
    pub seed: u64,
    /// End point without prisms, decoder units.
    pub x0: f64,
    /// Its standard deviation over trials, deg.
    pub x0_sd_deg: f64,
    /// Prism of the second calibration point, deg.
    pub second_deg: f64,
    /// End point at that prism, decoder units.
    pub x_second: f64,
    /// Its standard deviation over trials, deg.
    pub second_sd_deg: f64,
    /// Errors at a range of prisms.
    pub sweep: Vec<SweepPoint>,
    /// Slope of the sweep; 1 is ideal.
    pub slope: f64,
    /// Intercept of the sweep, deg.
    pub intercept_deg: f64,
    /// Coefficient of determination of the sweep.
    pub r2: f64,
    /// Mean error at the prism of the protocol before any learning, deg.
    pub open_loop_error_deg: f64,
    /// Effect of the static inverse module on the end point without prisms, deg.
    pub static_bias_deg: BTreeMap<ModuleName, f64>,
    /// Sign test: the module's part of the end point after learning under an imposed error of +20 and of −20 deg, deg.
    pub sign_test_deg: BTreeMap<ModuleName, [f64; 2]>,
    /// Rates at rest by population label, Hz.
    pub rates_hz: BTreeMap<RateOf, f64>,
    /// Potentiation per parallel-fiber spike from the balance rule, nS, by module.
    pub balanced_a_plus_ns: BTreeMap<ModuleName, f64>,
    /// Hash of the state after calibration.
    pub fingerprint: String,
}

/// One population of a module, for the table of the circuit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PopulationRow {
    pub cell_type: String,
    /// Number of cells in one module.
    pub n: usize,
}

/// The whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrismResult {
    pub seeds: Vec<u64>,
    /// Where the anatomy comes from.
    pub anatomy_source: String,
    /// Notes: parts that were left out, and warnings.
    pub notes: Vec<String>,
    /// Base size and height of a module, µm.
    pub size_um: [f64; 3],
    pub populations: Vec<PopulationRow>,
    /// Synapses of one module.
    pub synapses_per_module: usize,
    /// Plastic synapses of one module.
    pub plastic_per_module: usize,
    pub trial_ms: f64,
    pub dt_ms: f64,
    /// Segments of the planar arm, m.
    pub arm_segments_m: [f64; 2],
    pub plant: PlantKind,
    pub calibrations: Vec<Calibration>,
    #[serde(rename = "arms")]
    pub runs: Vec<ConditionRun>,
}

impl PrismResult {
    /// The runs of a condition, by seed.
    pub fn condition(&self, condition: Condition) -> impl Iterator<Item = &ConditionRun> {
        self.runs.iter().filter(move |run| run.condition == condition)
    }
}
