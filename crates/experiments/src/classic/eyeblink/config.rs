//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_cerebellum::BrainState;
use lobule_control::plant::{Eyelid, EyelidParameters};
use lobule_control::{Conditioning, ConditioningParameters};
use lobule_study::{Check, Error, Preset};
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("eyeblink.toml");

/// The presets.
pub const PRESETS: [Preset; 3] = [
    Preset::new("default", "five seeds, all protocols and ablations on the rate model", ""),
    Preset::new(
        "quick",
        "a few seconds: one seed, fewer sessions and intervals",
        include_str!("eyeblink.quick.toml"),
    ),
    Preset::new(
        "spiking",
        "the E-GLIF scaffold on the same lid: minutes",
        include_str!("eyeblink.spiking.toml"),
    ),
];

/// Model of the cerebellum that is conditioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CerebellumKind {
    /// [`lobule_control::Conditioning`].
    Rates,
    /// [`lobule_cerebellum::SpikingController`].
    Spiking,
}

/// Trials and sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolConfig {
    /// Trials of a session.
    pub trials: usize,
    /// Sessions of tone and puff, of the tone alone, and again of both.
    pub sessions: [usize; 3],
    /// From the onset of the tone to that of the puff, ms.
    pub interval_ms: usize,
    /// Length of the puff, ms; the tone ends with it.
    pub puff_ms: usize,
    /// Time before the tone, ms.
    pub before_ms: usize,
    /// Time after the onset of the puff, ms.
    pub after_ms: usize,
    /// Intervals of the timing protocol, ms.
    pub intervals_ms: Vec<usize>,
    /// Intervals of the ablations, ms.
    pub ablated_ms: Vec<usize>,
    /// Sessions at each interval.
    pub interval_sessions: usize,
    /// Probes after the sessions.
    pub probes: usize,
    /// Length of the tone in a probe, ms.
    pub probe_ms: usize,
    /// Sessions with the tone, then with tone and light.
    pub blocking_sessions: [usize; 2],
}

/// Delays and noise of the loop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopConfig {
    /// Age of what is sensed, ms.
    pub sensory_delay_ms: usize,
    /// From the command to the muscle, ms.
    pub motor_delay_ms: usize,
    /// Standard deviation of the motor noise, in units of the drive that just closes the lid.
    pub noise_sd: f64,
    /// Correlation time of the motor noise, s.
    pub noise_s: f64,
}

/// Criteria of a response, of learning and of extinction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriterionConfig {
    /// Closure that makes a response.
    pub closure: f64,
    /// Percentage of responses in a session that counts as learned.
    pub acquired_percent: f64,
    /// Percentage below which responses count as extinguished.
    pub extinguished_percent: f64,
}

/// The spiking protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpikingConfig {
    /// Base area of the scaffold, µm: x, y.
    pub size_um: [f64; 2],
    /// State of the animal.
    pub state: BrainState,
    /// Trials of tone and puff, then of the tone alone.
    pub trials: [usize; 2],
    /// Probes before and after the trials of tone and puff.
    pub probes: usize,
    /// Interval, ms.
    pub interval_ms: usize,
    /// Pause between trials, ms.
    pub pause_ms: usize,
    /// Time at rest before the first trial, ms.
    pub settle_ms: usize,
    /// First and last preferred time of a fiber after the onset, s.
    pub preferred_s: [f64; 2],
    /// Width of a fiber's tuning, s.
    pub width_s: f64,
    /// Rate of a fiber at rest, and its increase at the preferred time, Hz.
    pub mossy_hz: [f64; 2],
    /// Teaching rate of an olive cell without puff, and the increase by a full puff, Hz.
    pub teaching_hz: [f64; 2],
    /// Depression by a climbing-fiber spike, nS.
    pub a_minus_ns: f64,
    /// Highest weight, nS.
    pub w_max_ns: f64,
    /// Conductance of a Purkinje synapse on a nuclear cell, nS.
    pub purkinje_to_dcn_ns: f64,
    /// Command at an output of 1.
    pub gain: f64,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EyeblinkConfig {
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Model of the cerebellum.
    pub cerebellum: CerebellumKind,
    /// Trials and sessions.
    pub protocol: ProtocolConfig,
    /// Delays and noise.
    #[serde(rename = "loop")]
    pub body: LoopConfig,
    /// Criteria.
    pub criterion: CriterionConfig,
    /// The lid.
    pub eyelid: EyelidParameters,
    /// The rate model.
    pub conditioning: ConditioningParameters,
    /// The spiking protocol.
    pub spiking: SpikingConfig,
}

impl EyeblinkConfig {
    /// Checks everything that neither the types nor the parts themselves check.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
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
