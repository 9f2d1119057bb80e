//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_cerebellum::BrainState;
use lobule_control::plant::{Eyelid, EyelidParameters};
use lobule_control::{Conditioning, ConditioningParameters};
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CerebellumKind {
    /// [`lobule_control::Conditioning`].
    Rates,
    /// [`lobule_cerebellum::SpikingController`].
    Spiking,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolConfig {
    pub trials: usize,
    pub sessions: [usize; 3],
    pub interval_ms: usize,
    pub puff_ms: usize,
    pub before_ms: usize,
    pub after_ms: usize,
    pub intervals_ms: Vec<usize>,
    pub ablated_ms: Vec<usize>,
    pub interval_sessions: usize,
    pub probes: usize,
    pub probe_ms: usize,
    pub blocking_sessions: [usize; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopConfig {
    pub sensory_delay_ms: usize,
    pub motor_delay_ms: usize,
    pub noise_sd: f64,
    pub noise_s: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriterionConfig {
    pub closure: f64,
    pub acquired_percent: f64,
    pub extinguished_percent: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpikingConfig {
    pub size_um: [f64; 2],
    pub state: BrainState,
    pub trials: [usize; 2],
    pub probes: usize,
    pub interval_ms: usize,
    pub pause_ms: usize,
    pub settle_ms: usize,
    pub preferred_s: [f64; 2],
    pub width_s: f64,
    pub mossy_hz: [f64; 2],
    pub teaching_hz: [f64; 2],
    pub a_minus_ns: f64,
    pub w_max_ns: f64,
    pub purkinje_to_dcn_ns: f64,
    pub gain: f64,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub(super) seeds: Vec<u64>,
    pub(super) cerebellum: CerebellumKind,
    pub(super) protocol: ProtocolConfig,
    #[serde(rename = "loop")]
    pub(super) body: LoopConfig,
    pub(super) criterion: CriterionConfig,
    pub(super) eyelid: EyelidParameters,
    pub(super) conditioning: ConditioningParameters,
    pub(super) spiking: SpikingConfig,
}

impl Config {
    /// Checks everything that neither the types nor the parts themselves check.
    pub(super) fn validate(&self) -> Result<(), Error> {
        let (check, p) = (Check::of("protocol"), &self.protocol);
        check.within("trials", p.trials, 10..=10_000)?.all_within("sessions", &p.sessions, 1..=1000)?;
        check.within("interval_ms", p.interval_ms, 10..=5000)?.within("puff_ms", p.puff_ms, 1..=1000)?;
        check.within("before_ms", p.before_ms, 1..=5000)?;
        check.within("after_ms", p.after_ms, p.puff_ms..=5000)?;
        check.within("interval_sessions", p.interval_sessions, 1..=1000)?;
        check.within("probes", p.probes, 1..=1000)?.within("probe_ms", p.probe_ms, 100..=10_000)?;
        check.all_within("blocking_sessions", &p.blocking_sessions, 1..=1000)?;
        for (key, intervals_ms) in [("intervals_ms", &p.intervals_ms), ("ablated_ms", &p.ablated_ms)] {
            check.some(key, intervals_ms)?.all_within(key, intervals_ms, 10..=p.probe_ms)?;
        }
        let (check, delays) = (Check::of("loop"), &self.body);
        check.within("sensory_delay_ms", delays.sensory_delay_ms, 0..=1000)?;
        check.within("motor_delay_ms", delays.motor_delay_ms, 0..=1000)?;
        check.at_least("noise_sd", delays.noise_sd, 0.0)?.above("noise_s", delays.noise_s, 0.0)?;
        let (check, c) = (Check::of("criterion"), &self.criterion);
        check.that("closure", c.closure, c.closure > 0.0 && c.closure < 1.0, "a number between 0 and 1")?;
        let [low, high] = [c.extinguished_percent, c.acquired_percent];
        let is_ordered = 0.0 < low && low <= high && high <= 100.0;
        let order = "0 < extinguished_percent <= acquired_percent <= 100 is needed";
        check.that("", format!("{low} and {high}"), is_ordered, order)?;
        let (check, s) = (Check::of("spiking"), &self.spiking);
        check.all_within("trials", &s.trials, 1..=10_000)?.within("probes", s.probes, 1..=1000)?;
        check.within("interval_ms", s.interval_ms, 10..=5000)?;
        check.within("pause_ms", s.pause_ms, 0..=100_000)?.within("settle_ms", s.settle_ms, 1..=100_000)?;
        Conditioning::new(&self.conditioning, 2, 1e-3, 0)?;
        Eyelid::new(self.eyelid)?;
        Ok(())
    }
}
