//! The experiment as a [`Study`].

use super::config::{DEFAULTS, Kind, PRESETS, PursuitConfig};
use super::eyes::Pursuer;
use super::findings::{mean_delay, mean_mixed};
use super::record::PursuitRecord;
use super::run::{hide, one, ramp};
use crate::classic::response::Response;
use lobule_study::Error;
use lobule_study::report::numbers::{fixed, plain};
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Run, Section, Story, Study};

/// `classic/pursuit`.
#[derive(Debug, Clone, Copy)]
pub struct Pursuit;

static CARD: Card = Card {
    name: "classic/pursuit",
    title: "Following what is seen too late",
    line: "smooth pursuit behind a delay of 100 ms: a model of the eye, a learning flocculus, an expected target",
    source: "Robinson, Gordon & Gordon 1986; Barnes, Barnes & Chakraborti 2000; Becker & Fuchs 1985",
    sources: &[
        "Delay, step-ramps, internal feedback: Robinson, Gordon & Gordon 1986, doi:10.1007/BF00363977 (abstract)",
        "Predictable targets: Bahill & McDonald 1983, doi:10.1016/0042-6989(83)90171-2; Barnes, Barnes & Chakraborti 2000, J Neurophysiol 84, 2340-2355 (abstracts)",
        "Hidden targets: Becker & Fuchs 1985, doi:10.1007/BF00237843; van den Berg 1988, doi:10.1007/BF00248504 (abstracts)",
        "Smith predictor: Smith 1957; CFPC: Herreros-Alonso et al. 2016, arXiv:1701.07775; feedback-error learning: Kawato et al. 1987, doi:10.1007/BF00364149",
    ],
    defaults: DEFAULTS,
    presets: &PRESETS,
    unit: "runs",
    ..Card::BLANK
};

impl Study for Pursuit {
    type Config = PursuitConfig;
    type Record = PursuitRecord;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &PursuitConfig) -> Result<(), Error> {
        config.validate()?;
        // Parts check themselves; a wrong one is reported before anything runs.
        for &kind in &config.controllers {
            Pursuer::new(config, kind, config.feedback.ki, config.seeds[0], config.noise_deg_s)?;
        }
        Ok(())
    }

    fn run(&self, config: &PursuitConfig, run: &Run) -> Result<PursuitRecord, Error> {
        let targets: Vec<Option<f64>> =
            config.targets.sines_hz.iter().map(|hz| Some(*hz)).chain([None]).collect();
        let mut tracked = Vec::new();
        for &kind in &config.controllers {
            for &hz in &targets {
                tracked.extend(config.seeds.iter().map(|&seed| (kind, hz, seed)));
            }
        }
        let mut ramps = Vec::new();
        for &kind in &config.controllers {
            match kind {
                Kind::Feedback => ramps.extend(config.ramp.ki.iter().map(|&ki| (kind, ki))),
                Kind::Smith => ramps.push((kind, config.feedback.ki)),
                // What learns has no ramps to learn from here.
                Kind::Cfpc | Kind::Fel | Kind::Foresight => {}
            }
        }
        let hidden: Vec<(Kind, u64)> =
            config.controllers.iter().flat_map(|&k| config.seeds.iter().map(move |&s| (k, s))).collect();
        run.progress.expect((tracked.len() + ramps.len() + hidden.len()) as u64);
        Ok(PursuitRecord {
            tracked: run.each(&tracked, |&(kind, hz, seed)| {
                let done = one(config, kind, hz, seed)?;
                run.progress.done(1);
                Ok(done)
            })?,
            ramps: run.each(&ramps, |&(kind, ki)| {
                let done = ramp(config, kind, ki)?;
                run.progress.done(1);
                Ok(done)
            })?,
            hidden: run.each(&hidden, |&(kind, seed)| {
                let done = hide(config, kind, seed)?;
                run.progress.done(1);
                Ok(done)
            })?,
        })
    }

    fn findings(&self, config: &PursuitConfig, record: &PursuitRecord) -> Vec<Finding> {
        super::findings::findings(config, record)
    }

    fn figures(&self, config: &PursuitConfig, record: &PursuitRecord) -> Result<Vec<Figure>, Error> {
        super::figures::figures(config, record)
    }

    fn story(&self, config: &PursuitConfig, record: &PursuitRecord) -> Story {
        // The predictable frequency nearest to 1 Hz.
        let nearest = |best: f64, hz: f64| if (hz - 1.0).abs() < (best - 1.0).abs() { hz } else { best };
        let hz = config.targets.sines_hz.iter().copied().fold(f64::INFINITY, nearest);
        let parts: Vec<String> = config
            .controllers
            .iter()
            .map(|&kind| {
                let (sine, mixed) =
                    (mean_delay(record, kind, hz), mean_mixed(record, kind, Response::delay_ms));
                format!("{} {} and {}", kind.words(), fixed(sine, 0), fixed(mixed, 0))
            })
            .collect();
        Story {
            answer: format!(
                "How late the eye is, in ms, on a sine of {} Hz and on a mixed target: {}.",
                plain(hz),
                parts.join("; ")
            ),
            small_print: vec![
                "Delays from phases, means over subjects; for the mixed target over its frequencies as well.".into(),
                "A gain below 1 hides in a delay: both are in the figures.".into(),
            ],
            steps: [
                "A target moves; the eye sees its slip late. With a copy of its own movement of then, the eye knows how the target moved then.",
                "Feedback turns slip into eye acceleration, as much as the delay allows.",
                "A model of the eye takes the delay out of the loop (Smith predictor), not out of what is seen.",
                "A flocculus learns from slip what to add: to the slip (CFPC) or to the command (feedback-error learning).",
                "Or the target itself is expected: an array predictor of what will be seen feeds the model of the eye.",
            ]
            .map(String::from)
            .to_vec(),
            sections: vec![
                Section::new("Which eye is late?", "", &["movement", "bode"]),
                Section::new(
                    "Predictable and mixed",
                    "A mixed target has no frequency above its highest: signals of its velocity and acceleration that carry no noise foretell a tenth \
                     of a second of it nearly as well as a sine. Past values alone do worse.",
                    &["delay"],
                ),
                Section::new("A target that starts to move, one that disappears", "", &["ramp"]),
            ],
            differences: [
                "There are no saccades and no limits of velocity or acceleration; position does not matter.",
                "Fixation is pursuit of a target at rest here; in humans the offset does not ring (Robinson et al. 1986).",
                "Latency here is the delay; that of humans has time for a decision in it.",
                "What a hidden target does to a flocculus is an assumption: what was expected, or the eye's own movement, stands for it.",
            ]
            .map(String::from)
            .to_vec(), ..Story::default() }
    }
}
