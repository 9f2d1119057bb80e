//! Parameters of the experiment: one TOML document, every key with its unit and source.

use lobule_study::{Check, Error, Preset};
use serde::{Deserialize, Serialize};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("anticipation.toml");

/// The presets.
pub const PRESETS: [Preset; 3] = [
    Preset::new("default", "20 seeds, four leads, seven gains", ""),
    Preset::new(
        "quick",
        "a few seconds: two seeds, two leads, four gains",
        include_str!("anticipation.quick.toml"),
    ),
    Preset::new("full", "longer runs, fourteen gains", include_str!("anticipation.full.toml")),
];

/// The lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinesConfig {
    /// Number of lines.
    pub lines: usize,
    /// Number of oscillators that the lines mix.
    pub oscillators: usize,
    /// Longest delay of a line, ms.
    pub longest_lag_ms: usize,
    /// Noise of a line, as a fraction of its size.
    pub noise: f64,
    /// Lowest and highest frequency, Hz.
    pub frequency_hz: [f64; 2],
    /// Coherence time of the oscillators, s.
    pub coherence_s: f64,
    /// Tick, ms.
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
    /// Sensory delay, ms.
    pub delay_ms: usize,
    /// Tick, ms.
    pub tick_ms: usize,
    /// Frequencies of the reference's sines, Hz.
    pub reference_hz: Vec<f64>,
    /// Kp, N/m.
    pub gains: Vec<f64>,
    /// Duration of learning, s.
    pub learning_s: usize,
    /// Kp while learning, N/m.
    pub learning_gain: f64,
    /// Duration of the test at each gain, s.
    pub test_s: usize,
    /// Number of values of each sense in the context.
    pub sense_taps: usize,
    /// Number of commands in the context.
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
    /// Checks everything that neither the types nor the parts themselves check.
    ///
    /// # Errors
    /// [`Error::Config`] naming key, value and range.
    pub fn validate(&self) -> Result<(), Error> {
        let whole_ticks = |check: &Check, key: &str, ms: usize, tick_ms: usize| -> Result<(), Error> {
            check.within(key, ms, 0..=10_000)?.whole_ticks(key, ms as f64, tick_ms as f64)?;
            Ok(())
        };
        let stable = "NLMS is stable for 0 < rate < 2";
        let (check, l) = (Check::of("lines"), &self.lines);
        check.within("lines", l.lines, 1..=10_000)?.within("oscillators", l.oscillators, 1..=1000)?;
        check.within("longest_lag_ms", l.longest_lag_ms, 1..=10_000)?.within(
            "tick_ms",
            l.tick_ms,
            1..=1000,
        )?;
        check.within("duration_s", l.duration_s, 1..=100_000)?;
        check.some("taps_ms", &l.taps_ms)?.some("leads_ms", &l.leads_ms)?;
        l.taps_ms.iter().try_for_each(|&ms| whole_ticks(&check, "taps_ms", ms, l.tick_ms))?;
        for &ms in &l.leads_ms {
            check.within("leads_ms", ms, l.tick_ms..=10_000)?;
            whole_ticks(&check, "leads_ms", ms, l.tick_ms)?;
        }
        let longest = l.leads_ms.iter().max().copied().unwrap_or(0);
        let is_long = l.duration_s * 1000 / 3 > 2 * longest;
        check.that("duration_s", l.duration_s, is_long, "a third of it must exceed two leads")?;
        let [low, high] = l.frequency_hz;
        check.above("frequency_hz", low, 0.0)?.at_least("frequency_hz", high, low)?;
        check.above("coherence_s", l.coherence_s, 0.0)?.at_least("noise", l.noise, 0.0)?;
        check.that("rate", l.rate, l.rate > 0.0 && l.rate < 2.0, stable)?;
        check.that("gate", l.gate, l.gate < 1.0, "a number below 1 is needed")?;

        let (check, t) = (Check::of("tracking"), &self.tracking);
        check.within("tick_ms", t.tick_ms, 1..=1000)?.within("delay_ms", t.delay_ms, t.tick_ms..=10_000)?;
        whole_ticks(&check, "delay_ms", t.delay_ms, t.tick_ms)?;
        check.within("learning_s", t.learning_s, 1..=100_000)?.within("test_s", t.test_s, 1..=100_000)?;
        check.within("sense_taps", t.sense_taps, 1..=1000)?;
        check.within("command_taps", t.command_taps, 1..=1000)?;
        check.some("gains", &t.gains)?.some("reference_hz", &t.reference_hz)?;
        let single = [
            ("damping", t.damping),
            ("damping_ratio", t.damping_ratio),
            ("learning_gain", t.learning_gain),
            ("command_scale", t.command_scale),
        ];
        let gains = t.gains.iter().map(|&gain| ("gains", gain));
        let frequencies = t.reference_hz.iter().map(|&hz| ("reference_hz", hz));
        for (key, x) in gains.chain(frequencies).chain(single) {
            check.above(key, x, 0.0)?;
        }
        check.that("rate", t.rate, t.rate > 0.0 && t.rate < 2.0, stable)?;
        Ok(())
    }
}
