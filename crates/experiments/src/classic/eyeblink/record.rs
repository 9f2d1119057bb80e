//! The record of a run.

use serde::{Deserialize, Serialize};

/// Everything a run records; lists stay empty for protocols that its cerebellum does not run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By condition, seed.
    pub courses: Vec<ConditioningRun>,
    /// By condition, interval, seed.
    pub intervals: Vec<Interval>,
    /// By condition, tone learned before or not, then seed.
    pub blocking: Vec<Blocking>,
    /// Peaks of the signals, s. `[signals]`
    pub peaks_s: Vec<f64>,
    /// By condition, seed.
    pub spiking: Vec<SpikingRun>,
}

/// Interval between kept samples of a trace, ms.
pub const SAMPLE_MS: usize = 5;

/// A phase of conditioning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Tone and puff.
    Acquisition,
    /// The tone alone.
    Extinction,
    /// Tone and puff again.
    Reacquisition,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub phase: Phase,
    /// Trials with a response before the puff, %.
    pub percent: f64,
    /// Largest closure before the puff, mean over trials.
    pub amplitude: f64,
    /// Trials with a climbing-fiber spike in response to the puff, or at its time, %.
    pub climbing_percent: f64,
    /// Nuclear weight v after the session.
    pub nuclear: f64,
    /// Mean closure in probes after the session, every 5 ms from the start, for the first seed. `[samples]`
    pub probe: Vec<f64>,
}

/// Acquisition, extinction and reacquisition in one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConditioningRun {
    /// Condition: `full`, `no_nucleo_olivary` or `frozen_nucleus`.
    pub condition: String,
    pub seed: u64,
    pub sessions: Vec<Session>,
    /// Trials to the criterion of learning in acquisition; none if it was not reached.
    pub acquired: Option<usize>,
    /// Trials to the criterion after extinction: intact, with the nucleus made naive, with the cortex made naive.
    pub reacquired: [Option<usize>; 3],
}

/// Timing of the response at one interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Condition: `full`, `no_nucleo_olivary`, `one_kernel`, `window_0` or `window_200`.
    pub condition: String,
    pub interval_ms: usize,
    pub seed: u64,
    /// Probes with a response, %.
    pub percent: f64,
    /// Peak of the mean closure in probes.
    pub amplitude: f64,
    /// Time of the peak, ms; none if fewer than half of the probes have a response.
    pub peak_ms: Option<f64>,
    /// Time at which the mean closure passes the criterion, ms.
    pub onset_ms: Option<f64>,
    /// At half height.
    pub width_ms: Option<f64>,
    /// Mean closure in probes, every 5 ms from the start, for the first seed. `[samples]`
    pub trace: Vec<f64>,
    /// Cortical weights w, for the first seed. `[signals]`
    pub weights: Vec<f64>,
}

/// Conditioning to a light that was paired with a learned tone, or with a new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blocking {
    /// Condition: `full` or `no_nucleo_olivary`.
    pub condition: String,
    /// True if the tone had been learned before.
    pub is_blocked: bool,
    pub seed: u64,
    /// Peak of the mean closure to the light alone.
    pub amplitude: f64,
}

/// Width of the bins of [`CellRates`], ms.
pub const BIN_MS: usize = 10;

/// Mean rates in probes around the tone, Hz, in bins of 10 ms from the start of the trial. `[bins]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CellRates {
    pub purkinje_plus: Vec<f64>,
    pub purkinje_minus: Vec<f64>,
    pub nuclear_plus: Vec<f64>,
    pub nuclear_minus: Vec<f64>,
    pub olive: Vec<f64>,
    /// Mean closure, every ms. `[ms]`
    pub closure: Vec<f64>,
}

/// Learning of a spiking scaffold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SpikingRun {
    pub condition: String,
    pub seed: u64,
    /// Largest closure before the puff, by trial: tone and puff, then the tone alone. `[trials]`
    pub amplitude: Vec<f64>,
    /// Mean PF→PC weights of the plus and the minus zone after each trial, nS. `[trials][2]`
    pub weights_ns: Vec<[f64; 2]>,
    /// Probes before the first and after the last trial of tone and puff, and at the end. `[3]`
    pub probes: Vec<CellRates>,
    /// Percentage of these probes with a response. `[3]`
    pub percent: Vec<f64>,
    /// Peak of their mean closure, and its time after the onset, ms. `[3][2]`
    pub peaks: Vec<[f64; 2]>,
}
