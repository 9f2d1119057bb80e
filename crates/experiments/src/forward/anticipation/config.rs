//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_study::Error;
use lobule_study::Preset;
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("anticipation.toml");

/// The presets.
pub const PRESETS: [Preset; 3] = [
    Preset::new("default", "20 seeds, four leads, seven gains", ""),
    Preset::new(
        "quick",
        "seconds: two seeds, two leads, four gains",
        include_str!("anticipation.quick.toml"),
    ),
    Preset::new("full", "longer runs, fourteen gains", include_str!("anticipation.full.toml")),
];

/// The lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinesConfig {
    /// Lines.
    pub lines: usize,
    /// Oscillators that they mix.
    pub oscillators: usize,
    /// Longest delay of a line, ms.
    pub longest_lag_ms: usize,
    /// Noise of a line in parts of its size.
    pub noise: f64,
    /// Lowest and highest frequency, Hz.
    pub frequency_hz: [f64; 2],
    /// Coherence time of the oscillators, s.
    pub coherence_s: f64,
    /// A tick, ms.
    pub tick_ms: usize,
    /// Ages of the context's values, ms.
    pub taps_ms: Vec<usize>,
    /// Leads, ms.
    pub leads_ms: Vec<usize>,
    /// Length of a run, s.
    pub duration_s: usize,
    /// Learning rate.
    pub rate: f64,
    /// Skill above which a line is anticipated.
    pub gate: f64,
}

/// The loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackingConfig {
    /// Damping, N s/m.
    pub damping: f64,
    /// ζ of the closed loop without delay.
    pub damping_ratio: f64,
    /// Age of what is sensed, ms.
    pub delay_ms: usize,
    /// A tick, ms.
    pub tick_ms: usize,
    /// Frequencies of the reference's sines, Hz.
    pub reference_hz: Vec<f64>,
    /// Kp, N/m.
    pub gains: Vec<f64>,
    /// Time for learning, s.
    pub learning_s: usize,
    /// Kp while learning, N/m.
    pub learning_gain: f64,
    /// Time at each gain, s.
    pub test_s: usize,
    /// Values of each sense in the context.
    pub sense_taps: usize,
    /// Commands in the context.
    pub command_taps: usize,
    /// Scale of the command, N.
    pub command_scale: f64,
    /// Learning rate.
    pub rate: f64,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnticipationConfig {
    /// Seeds.
    pub seeds: Vec<u64>,
    /// The lines.
    pub lines: LinesConfig,
    /// The loop.
    pub tracking: TrackingConfig,
}

impl AnticipationConfig {
    /// Checks what the types and the parts themselves do not.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        let (l, t) = (&self.lines, &self.tracking);
        for (key, n) in [
            ("lines.taps_ms", l.taps_ms.len()),
            ("lines.leads_ms", l.leads_ms.len()),
            ("tracking.gains", t.gains.len()),
            ("tracking.reference_hz", t.reference_hz.len()),
        ] {
            if n == 0 {
                return wrong(key, "it is empty; at least one is needed".into());
            }
        }
        for (key, n, most) in [
            ("lines.lines", l.lines, 10_000),
            ("lines.oscillators", l.oscillators, 1000),
            ("lines.longest_lag_ms", l.longest_lag_ms, 10_000),
            ("lines.tick_ms", l.tick_ms, 1000),
            ("lines.duration_s", l.duration_s, 100_000),
            ("tracking.tick_ms", t.tick_ms, 1000),
            ("tracking.delay_ms", t.delay_ms, 10_000),
            ("tracking.learning_s", t.learning_s, 100_000),
            ("tracking.test_s", t.test_s, 100_000),
            ("tracking.sense_taps", t.sense_taps, 1000),
            ("tracking.command_taps", t.command_taps, 1000),
        ] {
            if n == 0 || n > most {
                return wrong(key, format!("{n}; it lies in 1..={most}"));
            }
        }
        let multiples = l.taps_ms.iter().map(|ms| ("lines.taps_ms", *ms, l.tick_ms, 10_000));
        let leads = l.leads_ms.iter().map(|ms| ("lines.leads_ms", *ms, l.tick_ms, 10_000));
        let delay = [("tracking.delay_ms", t.delay_ms, t.tick_ms, 10_000)];
        for (key, ms, tick, most) in multiples.chain(leads).chain(delay) {
            if !ms.is_multiple_of(tick) || ms > most || (ms == 0 && key != "lines.taps_ms") {
                return wrong(
                    key,
                    format!("{ms}; multiples of the tick of {tick} ms up to {most} are needed"),
                );
            }
        }
        let longest = l.leads_ms.iter().max().copied().unwrap_or(0);
        if l.duration_s * 1000 / 3 <= 2 * longest {
            return wrong(
                "lines.duration_s",
                format!("{}; a third of it must exceed two leads", l.duration_s),
            );
        }
        if l.frequency_hz[1] < l.frequency_hz[0] {
            return wrong("lines.frequency_hz", "the second must not be below the first".into());
        }
        for (key, x) in [
            ("lines.coherence_s", l.coherence_s),
            ("lines.frequency_hz", l.frequency_hz[0]),
            ("tracking.damping", t.damping),
            ("tracking.damping_ratio", t.damping_ratio),
            ("tracking.learning_gain", t.learning_gain),
            ("tracking.command_scale", t.command_scale),
        ]
        .into_iter()
        .chain(t.gains.iter().map(|g| ("tracking.gains", *g)))
        .chain(t.reference_hz.iter().map(|f| ("tracking.reference_hz", *f)))
        {
            if !(x > 0.0 && x.is_finite()) {
                return wrong(key, format!("{x}; it must be more than 0"));
            }
        }
        for (key, rate) in [("lines.rate", l.rate), ("tracking.rate", t.rate)] {
            if !(rate > 0.0 && rate < 2.0) {
                return wrong(key, format!("{rate}; NLMS is stable for 0 < rate < 2"));
            }
        }
        if !(l.noise >= 0.0 && l.noise.is_finite() && l.gate < 1.0) {
            return wrong("lines", "noise is 0 or more, gate below 1".into());
        }
        Ok(())
    }
}
