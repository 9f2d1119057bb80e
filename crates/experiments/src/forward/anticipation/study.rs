//! The experiment `forward/anticipation`.

use super::config::{AnticipationConfig, DEFAULTS, PRESETS};
use super::findings::{GROUNDS, mean_highest_gain};
use super::record::{AnticipationRecord, Sensor};
use super::{lines, tracking};
use crate::sweep::over_seeds;
use lobule_study::prelude::*;

/// The experiment `forward/anticipation`.
#[derive(Debug, Clone, Copy)]
pub struct AnticipationStudy;

impl Study for AnticipationStudy {
    type Config = AnticipationConfig;
    type Record = AnticipationRecord;

    const CARD: &'static Card = &Card {
        name: "forward/anticipation",
        title: "Signals transmitted ahead of time",
        line: "can a relay transmit signals ahead of time? where a gate is needed, and the gain of a delayed loop",
        source: "short-term signal anticipator (Byrnes 2020), tasks of the reference measurements",
        sources: &[
            "Anticipator: Byrnes 2020, the cerebellum as an array of short-term predictors of its own lines",
            "NLMS: Haykin 2014, Adaptive Filter Theory, chapter 6",
        ],
        defaults: DEFAULTS,
        presets: &PRESETS,
        unit: "runs",
        grounds: GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &AnticipationConfig) -> Result<(), Error> {
        config.validate()
    }

    fn run(&self, config: &AnticipationConfig, run: &Run) -> Result<AnticipationRecord, Error> {
        let lines = over_seeds(&config.lines.leads_ms, &config.seeds);
        let gains = &config.tracking.gains;
        let loops: Vec<(Sensor, f64)> = Sensor::ALL
            .into_iter()
            .flat_map(|sensor| gains.iter().map(move |&gain| (sensor, gain)))
            .collect();
        let tracking = over_seeds(&loops, &config.seeds);
        run.progress.expect((lines.len() + tracking.len()) as u64);
        Ok(AnticipationRecord {
            lines: run.each_counted(&lines, |&(lead, seed)| lines::run(&config.lines, lead, seed))?,
            tracking: run.each_counted(&tracking, |&((sensor, gain), seed)| {
                tracking::run(&config.tracking, sensor, gain, seed)
            })?,
        })
    }

    fn findings(&self, config: &AnticipationConfig, record: &AnticipationRecord) -> Vec<Finding> {
        super::findings::findings(config, record)
    }

    fn figures(
        &self,
        config: &AnticipationConfig,
        record: &AnticipationRecord,
    ) -> Result<Vec<Figure>, Error> {
        super::figures::figures(config, record)
    }

    fn story(&self, config: &AnticipationConfig, record: &AnticipationRecord) -> Story {
        let highest = |sensor: Sensor| plain(mean_highest_gain(config, record, sensor));
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
