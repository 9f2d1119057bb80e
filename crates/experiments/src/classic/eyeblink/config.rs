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

/// Trials of a part of the protocol, at most. Chosen: hundreds of times those of an animal.
const MOST_TRIALS: usize = 1_000_000;

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
    /// Checks everything that neither the limits of the defaults, nor the types, nor the parts themselves check.
    pub(super) fn validate(&self) -> Result<(), Error> {
        let (check, p) = (Check::of("protocol"), &self.protocol);
        check.within("after_ms", p.after_ms, p.puff_ms..=5000)?;
        for (key, intervals_ms) in [("intervals_ms", &p.intervals_ms), ("ablated_ms", &p.ablated_ms)] {
            check.all_within(key, intervals_ms, 10..=p.probe_ms)?.distinct(key, intervals_ms)?;
        }
        for (key, sessions) in [
            ("sessions", p.sessions.iter().sum()),
            ("blocking_sessions", p.blocking_sessions.iter().sum()),
            ("interval_sessions", p.interval_sessions * (p.intervals_ms.len() + p.ablated_ms.len())),
        ] {
            let few = format!("of {} trials each; at most {MOST_TRIALS} trials are allowed", p.trials);
            check.that(key, format!("{sessions} sessions"), sessions * p.trials <= MOST_TRIALS, &few)?;
        }
        let (check, c) = (Check::of("criterion"), &self.criterion);
        let [low, high] = [c.extinguished_percent, c.acquired_percent];
        check.that("extinguished_percent", low, low <= high, "at most acquired_percent is allowed")?;
        let (check, [first, last]) = (Check::of("spiking"), self.spiking.preferred_s);
        let order = "two times in order are needed";
        check.that("preferred_s", format!("[{first}, {last}]"), first <= last, order)?;
        Conditioning::new(&self.conditioning, 2, 1e-3, 0)?;
        Eyelid::new(self.eyelid)?;
        Ok(())
    }
}
