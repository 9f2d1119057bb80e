//! Anticipation: many lines, each transmitted ahead of time.
//!
//! Lines: where the context holds an early copy of a line, the line can be transmitted early; elsewhere prediction may be worse than the
//! delayed line, and a gate is needed. Tracking: a loop with delayed senses is stable at far higher gain if they are anticipated, given
//! efference copies of the commands in flight.
//! Source: Byrnes 2020, the cerebellum as an array of short-term predictors; tasks of the reference measurements.

mod figures;
mod findings;
mod lines;
mod record;
mod tracking;

use crate::sweep::{over_seeds, pairs};
use lobule_study::prelude::*;
use record::{Record, Sensor};

const QUICK: &str = include_str!("anticipation.quick.toml");

/// The experiment `forward/anticipation`.
#[derive(Debug, Clone, Copy)]
pub struct AnticipationStudy;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinesConfig {
    lines: usize,
    oscillators: usize,
    longest_lag_ms: usize,
    noise: f64,
    frequency_hz: [f64; 2],
    coherence_s: f64,
    tick_ms: usize,
    taps_ms: Vec<usize>,
    leads_ms: Vec<usize>,
    duration_s: usize,
    rate: f64,
    gate: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrackingConfig {
    damping: f64,
    damping_ratio: f64,
    delay_ms: usize,
    tick_ms: usize,
    reference_hz: Vec<f64>,
    gains: Vec<f64>,
    learning_s: usize,
    learning_gain: f64,
    test_s: usize,
    sense_taps: usize,
    command_taps: usize,
    command_scale: f64,
    rate: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    lines: LinesConfig,
    tracking: TrackingConfig,
}

impl Study for AnticipationStudy {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "forward/anticipation",
        title: "Signals transmitted ahead of time",
        line: "can a relay transmit signals ahead of time? where a gate is needed, and the gain of a delayed loop",
        source: "short-term signal anticipator (Byrnes 2020), tasks of the reference measurements",
        sources: &[
            "Anticipator: Byrnes 2020, the cerebellum as an array of short-term predictors of its own lines",
            "NLMS: Haykin 2014, Adaptive Filter Theory, chapter 6",
        ],
        defaults: include_str!("anticipation.toml"),
        presets: &[
            Preset::new("default", "20 seeds, four leads, seven gains", ""),
            Preset::new("quick", "a few seconds: two seeds, two leads, four gains", QUICK),
            Preset::new("full", "longer runs, fourteen gains", include_str!("anticipation.full.toml")),
        ],
        unit: "runs",
        grounds: findings::GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        let whole_ticks = |check: &Check, key: &str, ms: usize, tick_ms: usize| -> Result<(), Error> {
            check.within(key, ms, 0..=10_000)?.whole_ticks(key, ms as f64, tick_ms as f64).map(drop)
        };
        let stable = "NLMS is stable for 0 < rate < 2";
        let (check, l) = (Check::of("lines"), &config.lines);
        check.within("lines", l.lines, 1..=10_000)?.within("oscillators", l.oscillators, 1..=1000)?;
        check.within("longest_lag_ms", l.longest_lag_ms, 1..=10_000)?;
        check.within("tick_ms", l.tick_ms, 1..=1000)?.within("duration_s", l.duration_s, 1..=100_000)?;
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

        let (check, t) = (Check::of("tracking"), &config.tracking);
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
        check.that("rate", t.rate, t.rate > 0.0 && t.rate < 2.0, stable).map(drop)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let lines = over_seeds(&config.lines.leads_ms, &config.seeds);
        let tracking = over_seeds(&pairs(&Sensor::ALL, &config.tracking.gains), &config.seeds);
        run.progress.expect((lines.len() + tracking.len()) as u64);
        let track = |&((sensor, gain), seed): &_| tracking::run(&config.tracking, sensor, gain, seed);
        Ok(Record {
            lines: run.each_counted(&lines, |&(lead, seed)| lines::run(&config.lines, lead, seed))?,
            tracking: run.each_counted(&tracking, track)?,
        })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![figures::leads(config, record)?, figures::gains(config, record)?])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let highest = |sensor: Sensor| plain(record.highest_gain(config, sensor));
        Story {
            answer: format!(
                "With a sensory delay of {} ms, the loop was stable up to a gain of {}. Anticipation with efference copies raised this to {} (the highest \
                 gain tested is {}); without efference copies the limit was {}.",
                config.tracking.delay_ms,
                highest(Sensor::Raw),
                highest(Sensor::Anticipated),
                plain(config.tracking.gains.iter().copied().fold(0.0, f64::max)),
                highest(Sensor::WithoutEfference)
            ),
            small_print: texts([
                "Stable: the error stays bounded, and its rms is less than twice that of a controller with the present state at the same gain. Means over \
                 seeds.",
            ]),
            steps: texts([
                "An array of predictors estimates each line one lead ahead from a context that all lines share. The line itself, one lead later, is the teacher.",
                "The predictors learn the increment, so naive predictors pass their lines through. A gate also passes a line through while its prediction is worse.",
                "In the loop, the lines are position and velocity of a mass, and the context holds the commands in flight.",
            ]),
            sections: vec![
                Section::new(
                    "Which lines can be sent early?",
                    "Lines whose signal other lines carry earlier can be predicted. For the earliest lines there is no such information: where their prediction is worse \
                     than the present value, the gate must close. Whether it is worse depends on the learning rate.",
                    &["leads"],
                ),
                Section::new(
                    "What does anticipation do for a loop?",
                    "At an equal low gain the delayed loop may have a smaller error than the anticipated one; compare the lowest errors over all gains.",
                    &["gains"],
                ),
            ],
            differences: texts([
                "The reference does not give frequencies and coherence of the oscillators or the sines that the mass follows. They are fitted to its R² of \
                 persistence and to its error with the perfect state.",
                "The learning rate of the lines is fitted to the reference's R² of the earliest lines. At a fifth of this rate, ungated prediction is better than the \
                 present value at every lead, and no gate is needed.",
                "Anticipators learn at a low gain before each test; the reference does not say how it starts at high gains.",
                "Skill is computed from predictions at the time they were made. Predictions recomputed with later weights look better than they were, and the \
                 gate would never close.",
            ]),
            ..Story::default()
        }
    }
}
