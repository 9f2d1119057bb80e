//! Anticipation: many lines, each transmitted ahead of time.
//!
//! Lines: where the context holds an early copy of a line, the line can be transmitted early; elsewhere prediction may be worse than the
//! delayed line, and a gate is needed. Tracking: a loop with delayed senses is stable at far higher gain if they are anticipated, given
//! efference copies of the commands in flight.
//! Source: Byrnes 2020, the cerebellum as an array of short-term predictors; tasks of the reference measurements.

mod figures;
mod lines;
mod record;
mod tracking;

use crate::sweep::{over_seeds, pairs};
use lobule_study::prelude::*;
use record::{LineResult, LinesRun, Record, Sensor};

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

grounds! {
    GATE = chosen_after "bound ours: two hundredths of the variance for measuring skill; no commit precedes the first run, and the \
        learning rate is fitted";
    LATE_GAIN = measured "reference measurements (docs/experiments/forward.md): 40, the highest stable gain tested; 60 was unstable on 20 \
        of 20 seeds";
    EXTRAPOLATED_GAIN = measured "reference measurements (docs/experiments/forward.md): 20, the highest stable gain tested; the next gain \
        was 40";
    EARLY_GAIN = measured "reference measurements (docs/experiments/forward.md): at least 400, the highest gain tested";
    FIVEFOLD = chosen_before "specification of the experiment, which preceded the program: at least 5 times the gain of the raw line; the \
        reference measured at least 400 and 40";
    NO_COPY = chosen_after "direction: reference measurements, 20 without efference copy and 40 raw; bound ours: 1 is no gain over the raw \
        line; no commit precedes the first run";
    LOW_GAIN = chosen_after "direction: reference measurements, 0.336 m anticipated and 0.247 m raw; bound ours: 0 is an equal error; no \
        commit precedes the first run";
}
const REFERENCE: Source = Source::reported(
    "reference measurements (docs/experiments/forward.md), which give no spread; frequencies and learning rate are fitted to them",
);
const OTHER_SINES: Source = Source::reported(
    "reference measurements (docs/experiments/forward.md), which give no spread and follow other sines",
);

fn lines(record: &Record, lead_ms: usize, found: &mut Vec<Finding>) {
    let mut add = |what: &str, meaning: String, by_seed: Vec<f64>| {
        // There may be no line of the kind.
        if by_seed.is_empty() {
            return;
        }
        let new = Finding::new(format!("{what}/{lead_ms}ms"), meaning, by_seed);
        found.push(match what {
            "gate_working" => new.mean(-0.02.., &GATE),
            _ => new.beside(&REFERENCE),
        });
    };
    // Values of the reference at leads of 20, 50, 100 and 200 ms, in words.
    let column = [20, 50, 100, 200].iter().position(|&ms| ms == lead_ms);
    let beside =
        |values: [f64; 4]| column.map_or(String::new(), |k| format!("; {} in the reference", values[k]));
    let all = |of: fn(&LineResult) -> f64| record.by_seed(lead_ms, |_, _| true, of);
    let meaning = format!("R² of all lines, ungated{}.", beside([0.986, 0.947, 0.757, 0.068]));
    add("r2/all", meaning, all(|l| l.predicted));
    let theirs = beside([0.952, 0.769, 0.290, -0.591]);
    let meaning =
        format!("R² of the present value of each line as its prediction{theirs}; the task is fitted to it.");
    add("r2/persistence", meaning, all(|l| l.persistence));
    let theirs = beside([0.991, 0.986, 0.981, 0.974]);
    let meaning =
        format!("R² of lines whose signal other lines carry earlier by a lead and 50 ms, ungated{theirs}.");
    let known = record.by_seed(lead_ms, LinesRun::is_known_early, |l| l.predicted);
    add("r2/known_early", meaning, known);
    let meaning = format!("R² of the earliest lines, ungated{}.", beside([0.967, 0.784, 0.013, -1.17]));
    let earliest = record.by_seed(lead_ms, |_, l| l.is_earliest(), |l| l.predicted);
    add("r2/earliest", meaning, earliest);
    // A gate is necessary where prediction is worse than passing the line through; a working gate never is.
    let over_persistence = |of: fn(&LineResult) -> f64| -> Vec<f64> {
        let earliest = LineResult::is_earliest;
        let difference = |r: &LinesRun| r.mean(earliest, of) - r.mean(earliest, |l| l.persistence);
        record.of_lead(lead_ms).map(difference).filter(|m| m.is_finite()).collect()
    };
    let meaning = format!(
        "Earliest lines without a gate: R² of the prediction minus R² of the present value{}; below 0 a gate is necessary. Not judged, \
         because the outcome depends on the learning rate, which is fitted.",
        beside([0.0, 0.0, -0.265, -0.59])
    );
    add("gate_necessary", meaning, over_persistence(|l| l.predicted));
    let meaning = "Earliest lines with the gate: R² of the output minus R² of the present value; a working gate loses no more than the cost of \
                   measuring skill.";
    add("gate_working", meaning.into(), over_persistence(|l| l.gated));
}

fn tracking(config: &Config, record: &Record, found: &mut Vec<Finding>) {
    for (sensor, expected, source, gain, error) in [
        (Sensor::Raw, [None, Some(40.0)], LATE_GAIN, "40 (60 unstable on 20/20 seeds)", 0.149),
        (Sensor::ConstantVelocity, [None, Some(20.0)], EXTRAPOLATED_GAIN, "20", 0.274),
        (Sensor::WithoutEfference, [None, Some(20.0)], EXTRAPOLATED_GAIN, "20", 0.348),
        (Sensor::Anticipated, [Some(400.0), None], EARLY_GAIN, "at least 400", 0.079),
        (Sensor::Perfect, [Some(400.0), None], EARLY_GAIN, "at least 400", 0.079),
    ] {
        let words = sensor.words();
        let meaning = format!("Highest stable Kp tested, {words}; {gain} in the reference.");
        let gains = record.highest_gains(config, sensor);
        let highest = Finding::new(format!("highest_stable_gain/{sensor}"), meaning, gains);
        found.push(highest.unit("N/m").mean(expected, &source));
        let best = record.best_rms(config, sensor);
        if best.iter().all(|b| b.is_finite()) {
            let meaning = format!("Lowest rms error over all gains, {words}; {error} in the reference.");
            let lowest = Finding::new(format!("best_rms/{sensor}"), meaning, best);
            found.push(lowest.unit("m").beside(&OTHER_SINES));
        }
    }
    let raw = record.highest_gains(config, Sensor::Raw);
    let relative_to_raw = |sensor| -> Vec<f64> {
        record.highest_gains(config, sensor).iter().zip(&raw).map(|(gain, raw)| gain / raw).collect()
    };
    let meaning = "Highest stable gain relative to the raw line, anticipated with efference copies.";
    let ratio = Finding::new("gain_over_raw", meaning, relative_to_raw(Sensor::Anticipated));
    found.push(ratio.each(5.0.., &FIVEFOLD));
    let meaning = "Highest stable gain relative to the raw line, anticipated without efference copies; at most 1 is no improvement.";
    let ratios = relative_to_raw(Sensor::WithoutEfference);
    found.push(Finding::new("gain_over_raw_without_efference", meaning, ratios).each(..=1.0, &NO_COPY));
    if config.tracking.gains.contains(&20.0) {
        let at = |sensor, seed: u64| record.rms(sensor, 20.0, seed).unwrap_or(f64::NAN);
        let difference = |&seed: &u64| at(Sensor::Anticipated, seed) - at(Sensor::Raw, seed);
        let meaning = "At Kp = 20: rms error of the anticipated loop minus that of the raw one; above 0 the delayed loop has the smaller \
                       error. 0.336 - 0.247 in the reference.";
        let by_seed = config.seeds.iter().map(difference).collect();
        found.push(Finding::new("rms_at_low_gain", meaning, by_seed).unit("m").mean(0.0.., &LOW_GAIN));
    }
}

/// Weights of the lines' predictor, at most. Chosen: 4 bytes each.
const MOST_WEIGHTS: usize = 100_000_000;
/// Values of all lines or oscillators that a run keeps, at most. Chosen: 8 bytes each.
const MOST_KEPT: usize = 100_000_000;

impl Study for AnticipationStudy {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "forward/anticipation",
        title: "Signals transmitted ahead of time",
        line: "Can a relay transmit signals ahead of time? where a gate is needed, and the gain of a delayed loop",
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
        grounds: GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        let whole_ticks = |check: &Check, key: &str, ms: usize, tick_ms: usize| -> Result<(), Error> {
            check.whole_ticks(key, ms as f64, tick_ms as f64).map(drop)
        };
        let (check, l) = (Check::of("lines"), &config.lines);
        l.taps_ms.iter().try_for_each(|&ms| whole_ticks(&check, "taps_ms", ms, l.tick_ms))?;
        l.leads_ms.iter().try_for_each(|&ms| whole_ticks(&check, "leads_ms", ms, l.tick_ms))?;
        check.distinct("taps_ms", &l.taps_ms)?.distinct("leads_ms", &l.leads_ms)?;
        let longest = l.leads_ms.iter().max().copied().unwrap_or(0);
        let is_long = l.duration_s * 1000 / 3 > 2 * longest;
        check.that("duration_s", l.duration_s, is_long, "a third of it must exceed two leads")?;
        let ([low, high], top) = (l.frequency_hz, 500.0 / l.tick_ms as f64);
        let allowed = format!("two frequencies in order, up to {top} Hz, half the rate of the ticks");
        check.that("frequency_hz", format!("[{low}, {high}]"), low <= high && high <= top, &allowed)?;
        let weights = l.lines * l.lines * l.taps_ms.len();
        let few = format!("squared times {} taps, at most {MOST_WEIGHTS} is allowed", l.taps_ms.len());
        check.that("lines", l.lines, weights <= MOST_WEIGHTS, &few)?;
        let kept = l.lines.max(l.oscillators);
        let few =
            format!("in ticks of {} ms, times {kept} signals, at most {MOST_KEPT} is allowed", l.tick_ms);
        let ticks = l.duration_s * 1000 / l.tick_ms;
        check.that("duration_s", l.duration_s, ticks * kept <= MOST_KEPT, &few)?;

        let (check, t) = (Check::of("tracking"), &config.tracking);
        check.that("delay_ms", t.delay_ms, t.delay_ms >= t.tick_ms, "at least a tick is needed")?;
        whole_ticks(&check, "delay_ms", t.delay_ms, t.tick_ms)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let lines = over_seeds(&config.lines.leads_ms, &config.seeds);
        let tracking = over_seeds(&pairs(&Sensor::ALL, &config.tracking.gains), &config.seeds);
        run.progress.expect((lines.len() + tracking.len()) as u64);
        let track = |&((sensor, gain), seed): &_| tracking::run(&config.tracking, sensor, gain, seed);
        Ok(Record {
            lines: run
                .each_counted("lines", &lines, |&(lead, seed)| lines::run(&config.lines, lead, seed))?,
            tracking: run.each_counted("tracking", &tracking, track)?,
        })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let mut found = Vec::new();
        config.lines.leads_ms.iter().for_each(|&lead_ms| lines(record, lead_ms, &mut found));
        tracking(config, record, &mut found);
        found
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![figures::leads(config, record)?, figures::gains(config, record)?])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let compared = [Sensor::Raw, Sensor::Anticipated, Sensor::WithoutEfference];
        let [raw, early, blind] = compared.map(|sensor| plain(record.highest_gain(config, sensor)));
        let top = plain(config.tracking.gains.iter().copied().fold(0.0, f64::max));
        Story {
            answer: format!(
                "With a sensory delay of {} ms, the loop was stable up to a gain of {raw}. Anticipation with efference copies raised this to {early} (the \
                 highest gain tested is {top}); without efference copies the limit was {blind}.",
                config.tracking.delay_ms
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
