//! The experiment `forward/anticipation`.

use super::config::{AnticipationConfig, DEFAULTS, PRESETS};
use super::record::{AnticipationRecord, Sensor};
use super::{lines, tracking};
use lobule_study::Error;
use lobule_study::report::numbers::plain;
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Run, Section, Story, Study};

/// The experiment `forward/anticipation`.
#[derive(Debug, Clone, Copy)]
pub struct AnticipationStudy;

static CARD: Card = Card {
    name: "forward/anticipation",
    title: "Signals sent on a little early",
    line: "an array of short-term predictors: where a gate is needed, and a late loop at ten times the gain",
    source: "short-term signal anticipator (Byrnes 2020), tasks of the reference measurements",
    sources: &[
        "Anticipator: Byrnes 2020, the cerebellum as an array of short-term predictors of its own lines",
        "NLMS: Haykin 2014, Adaptive Filter Theory, chapter 6",
    ],
    defaults: DEFAULTS,
    presets: &PRESETS,
    unit: "runs",
    ..Card::BLANK
};

impl Study for AnticipationStudy {
    type Config = AnticipationConfig;
    type Record = AnticipationRecord;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &AnticipationConfig) -> Result<(), Error> {
        config.validate()
    }

    fn run(&self, config: &AnticipationConfig, run: &Run) -> Result<AnticipationRecord, Error> {
        let leads = &config.lines.leads_ms;
        let lines: Vec<(usize, u64)> =
            leads.iter().flat_map(|&lead| config.seeds.iter().map(move |&seed| (lead, seed))).collect();
        let mut tracking = Vec::new();
        for sensor in Sensor::ALL {
            for &gain in &config.tracking.gains {
                tracking.extend(config.seeds.iter().map(|&seed| (sensor, gain, seed)));
            }
        }
        run.progress.expect((lines.len() + tracking.len()) as u64);
        Ok(AnticipationRecord {
            lines: run.each(&lines, |&(lead, seed)| {
                let done = lines::run(&config.lines, lead, seed)?;
                run.progress.done(1);
                Ok(done)
            })?,
            tracking: run.each(&tracking, |&(sensor, gain, seed)| {
                let done = tracking::run(&config.tracking, sensor, gain, seed)?;
                run.progress.done(1);
                Ok(done)
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
        let highest = |sensor| {
            let gains = super::findings::highest_gains(config, record, sensor);
            gains.iter().sum::<f64>() / gains.len() as f64
        };
        let text = |sensor: Sensor| plain(highest(sensor));
        let delay = config.tracking.delay_ms;
        Story {
            answer: format!(
                "With senses {delay} ms late, the loop is stable up to a gain of {}; anticipated with efference copies up to {} (the \
                 highest tested is {}), without them up to {}.",
                text(Sensor::Raw),
                text(Sensor::Anticipated),
                plain(config.tracking.gains.iter().copied().fold(0.0, f64::max)),
                text(Sensor::WithoutEfference)
            ),
            small_print: vec![
                "Stable: the error stays bounded, and its rms is less than twice that of a law with the state of now at the same \
                 gain. Means over seeds."
                    .into(),
            ],
            steps: [
                "Each line is predicted a lead ahead from a context that all lines share; the truth is the line itself, a lead later.",
                "Predictors learn the increment, so that one that has learned nothing passes its line through. A gate does the same \
                 while a prediction is worse than the line.",
                "In the loop, the lines are position and velocity of a mass, and the context holds the commands in flight.",
            ]
            .map(String::from)
            .to_vec(),
            sections: vec![
                Section::new(
                    "Which lines can be sent early?",
                    "Those that other lines tell of before. For the earliest lines nothing does: where prediction is worse than the \
                     line as it is, the gate must close. Whether it is hangs on the learning rate.",
                    &["leads"],
                ),
                Section::new(
                    "What does it do for a loop?",
                    "At equal low gain the late loop may err less than the compensated one: compare the best over all gains.",
                    &["gains"],
                ),
            ],
            differences: [
                "Frequencies and coherence of the oscillators and the sines that the mass follows are not in the reference; they are \
                 fitted to its R² of a line as its own prediction and to its error of the perfect state.",
                "The learning rate of the lines is fitted to the reference's R² of the earliest lines; at a fifth of it ungated \
                 prediction is better than the line at every lead, and no gate is needed.",
                "Learning happens at a low gain before each test; how the reference starts at high gains is not said.",
                "Skill is that of what was said when it was said. Judged by weights that have learned since, bad predictions look \
                 good and the gate never closes.",
            ]
            .map(String::from)
            .to_vec(), ..Story::default() }
    }
}
