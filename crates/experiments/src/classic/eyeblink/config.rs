//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_cerebellum::BrainState;
use lobule_control::ConditioningParameters;
use lobule_control::plant::EyelidParameters;
use lobule_study::Error;
use lobule_study::Preset;
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("eyeblink.toml");

/// The presets.
pub const PRESETS: [Preset; 3] = [
    Preset::new("default", "five seeds, all protocols and ablations on the model of rates", ""),
    Preset::new(
        "quick",
        "seconds: one seed, fewer sessions and intervals",
        include_str!("eyeblink.quick.toml"),
    ),
    Preset::new(
        "spiking",
        "the E-GLIF scaffold on the same lid: minutes",
        include_str!("eyeblink.spiking.toml"),
    ),
];

/// Which cerebellum is conditioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cerebellum {
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
    /// Those at which the ablations are timed, ms.
    pub ablated_ms: Vec<usize>,
    /// Sessions at each.
    pub interval_sessions: usize,
    /// Probes after them.
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
    /// Its correlation time, s.
    pub noise_s: f64,
}

/// What counts as a response, as learned and as extinguished.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriterionConfig {
    /// Closure that makes a response.
    pub closure: f64,
    /// Share of responses in a session that counts as learned, %.
    pub acquired_percent: f64,
    /// Share below which they are extinguished, %.
    pub extinguished_percent: f64,
}

/// The spiking protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpikingConfig {
    /// Base of the scaffold, µm.
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
    /// Rates of a fiber at rest and at its preferred time above that, Hz.
    pub mossy_hz: [f64; 2],
    /// Teaching of an olive cell without puff, and what a full puff adds, Hz.
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
    /// Which cerebellum.
    pub cerebellum: Cerebellum,
    /// Trials and sessions.
    pub protocol: ProtocolConfig,
    /// Delays and noise.
    #[serde(rename = "loop")]
    pub body: LoopConfig,
    /// Criteria.
    pub criterion: CriterionConfig,
    /// The lid.
    pub eyelid: EyelidParameters,
    /// The model of rates.
    pub conditioning: ConditioningParameters,
    /// The spiking protocol.
    pub spiking: SpikingConfig,
}

impl EyeblinkConfig {
    /// Checks what the types and the parts themselves do not.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        let (p, s, b, c) = (&self.protocol, &self.spiking, &self.body, &self.criterion);
        for (key, n) in
            [("protocol.intervals_ms", p.intervals_ms.len()), ("protocol.ablated_ms", p.ablated_ms.len())]
        {
            if n == 0 {
                return wrong(key, "it is empty; at least one is needed".into());
            }
        }
        let counts = [
            ("protocol.trials", p.trials, 10, 10_000),
            ("protocol.sessions", p.sessions.into_iter().min().unwrap_or(0), 1, 1000),
            ("protocol.sessions", p.sessions.into_iter().max().unwrap_or(0), 1, 1000),
            ("protocol.interval_ms", p.interval_ms, 10, 5000),
            ("protocol.puff_ms", p.puff_ms, 1, 1000),
            ("protocol.before_ms", p.before_ms, 1, 5000),
            ("protocol.after_ms", p.after_ms, p.puff_ms, 5000),
            ("protocol.interval_sessions", p.interval_sessions, 1, 1000),
            ("protocol.probes", p.probes, 1, 1000),
            ("protocol.probe_ms", p.probe_ms, 100, 10_000),
            ("protocol.blocking_sessions", p.blocking_sessions.into_iter().min().unwrap_or(0), 1, 1000),
            ("loop.sensory_delay_ms", b.sensory_delay_ms, 0, 1000),
            ("loop.motor_delay_ms", b.motor_delay_ms, 0, 1000),
            ("spiking.trials", s.trials.into_iter().min().unwrap_or(0), 1, 10_000),
            ("spiking.probes", s.probes, 1, 1000),
            ("spiking.interval_ms", s.interval_ms, 10, 5000),
            ("spiking.pause_ms", s.pause_ms, 0, 100_000),
            ("spiking.settle_ms", s.settle_ms, 1, 100_000),
        ];
        let intervals = p.intervals_ms.iter().map(|ms| ("protocol.intervals_ms", *ms, 10, p.probe_ms));
        let ablated = p.ablated_ms.iter().map(|ms| ("protocol.ablated_ms", *ms, 10, p.probe_ms));
        for (key, n, least, most) in counts.into_iter().chain(intervals).chain(ablated) {
            if n < least || n > most {
                return wrong(key, format!("{n}; it lies in {least}..={most}"));
            }
        }
        if !(b.noise_sd >= 0.0 && b.noise_sd.is_finite()) {
            return wrong("loop.noise_sd", format!("{}; 0 or more is needed", b.noise_sd));
        }
        if !(b.noise_s > 0.0 && b.noise_s.is_finite()) {
            return wrong("loop.noise_s", format!("{}; more than 0 is needed", b.noise_s));
        }
        if !(c.closure > 0.0 && c.closure < 1.0) {
            return wrong("criterion.closure", format!("{}; it lies between 0 and 1", c.closure));
        }
        let [low, high] = [c.extinguished_percent, c.acquired_percent];
        if !(0.0 < low && low <= high && high <= 100.0) {
            let what =
                format!("{low} and {high}; 0 < extinguished_percent <= acquired_percent <= 100 is needed");
            return wrong("criterion", what);
        }
        lobule_control::Conditioning::new(&self.conditioning, 2, 1e-3, 0)?;
        lobule_control::plant::Eyelid::new(self.eyelid)?;
        Ok(())
    }
}
