//! `classic/pursuit`: an eye follows a target that it sees late.
//!
//! ```text
//! target ──slip, late──▶ Seen ▶ feedback, Smith predictor, flocculus ──desired velocity──▶ DrivenEye (brainstem + eye)
//! ```
//!
//! Units: deg, deg/s, s, Hz. Positive phase: the eye leads the target.

mod config;
mod eyes;
mod figures;
mod findings;
mod record;
mod run;

use crate::sweep::pairs;
use config::{Config, PursuitController};
use eyes::Pursuer;
use findings::GROUNDS;
use lobule_study::prelude::*;
use record::Record;
use run::{hide, one, ramp};

/// `classic/pursuit`.
#[derive(Debug, Clone, Copy)]
pub struct Pursuit;

static CARD: Card = Card {
    name: "classic/pursuit",
    title: "Following what is seen too late",
    line: "For smooth pursuit behind 100 ms of delay, what has to be predicted: the eye's own movement or the target's?",
    source: "Robinson, Gordon & Gordon 1986; Barnes, Barnes & Chakraborti 2000; Becker & Fuchs 1985",
    sources: &[
        "Delay, step-ramps, internal feedback: Robinson, Gordon & Gordon 1986, doi:10.1007/BF00363977 (abstract)",
        "Predictable targets: Bahill & McDonald 1983, doi:10.1016/0042-6989(83)90171-2; Barnes, Barnes & Chakraborti 2000, J Neurophysiol 84, 2340-2355 (abstracts)",
        "Hidden targets: Becker & Fuchs 1985, doi:10.1007/BF00237843; van den Berg 1988, doi:10.1007/BF00248504 (abstracts)",
        "Smith predictor: Smith 1957; CFPC: Herreros-Alonso et al. 2016, arXiv:1701.07775; feedback-error learning: Kawato et al. 1987, doi:10.1007/BF00364149",
    ],
    defaults: include_str!("pursuit.toml"),
    presets: &[
        Preset::new("default", "five subjects, less than a minute", ""),
        Preset::new("quick", "one subject, a few seconds", include_str!("pursuit.quick.toml")),
    ],
    unit: "runs",
    grounds: GROUNDS,
    ..Card::BLANK
};

impl Study for Pursuit {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.validate()?;
        // The parts check themselves; a wrong value is reported before anything runs.
        for &kind in &config.controllers {
            Pursuer::new(config, kind, config.feedback.ki, config.seeds[0], config.noise_deg_s)?;
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let sines = config.targets.sines_hz.iter().copied();
        let targets: Vec<Option<f64>> = sines.map(Some).chain([None]).collect();
        let tracked = pairs(&pairs(&config.controllers, &targets), &config.seeds);
        let mut ramps = Vec::new();
        for &kind in &config.controllers {
            match kind {
                PursuitController::Feedback => ramps.extend(config.ramp.ki.iter().map(|&ki| (kind, ki))),
                PursuitController::Smith => ramps.push((kind, config.feedback.ki)),
                // The others would need ramps to learn from.
                PursuitController::Cfpc | PursuitController::Fel | PursuitController::Foresight => {}
            }
        }
        let hidden = pairs(&config.controllers, &config.seeds);
        run.progress.expect((tracked.len() + ramps.len() + hidden.len()) as u64);
        Ok(Record {
            tracked: run
                .each_counted("tracked", &tracked, |&((kind, hz), seed)| one(config, kind, hz, seed))?,
            ramps: run.each_counted("ramps", &ramps, |&(kind, ki)| ramp(config, kind, ki))?,
            hidden: run.each_counted("hidden", &hidden, |&(kind, seed)| hide(config, kind, seed))?,
        })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        // Each controller follows each target once for each seed, in the order of the seeds.
        for tracked in &record.tracked {
            let same: Vec<_> =
                record.tracked.iter().filter(|t| (t.kind, t.hz) == (tracked.kind, tracked.hz)).collect();
            shape::long("tracked", &same, config.seeds.len())?;
        }
        Ok(())
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![
            figures::movement(config, record)?,
            figures::gain_and_phase(config, record)?,
            figures::delay(config, record)?,
            figures::ramp(config, record)?,
        ])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        // The predictable frequency nearest to 1 Hz.
        let nearest = |best: f64, hz: f64| if (hz - 1.0).abs() < (best - 1.0).abs() { hz } else { best };
        let hz = config.targets.sines_hz.iter().copied().fold(f64::INFINITY, nearest);
        let delays = |&kind: &PursuitController| {
            let mean_delay = |hz| fixed(record.mean_delay(kind, hz), 0);
            format!("{} {} and {}", kind.words(), mean_delay(Some(hz)), mean_delay(None))
        };
        let delays: Vec<String> = config.controllers.iter().map(delays).collect();
        Story {
            answer: format!(
                "Delay of the eye in ms, on a sine of {} Hz and on a mixed target: {}.",
                plain(hz),
                delays.join("; ")
            ),
            small_print: vec![
                "Delays were computed from phases, as means over subjects and, for the mixed target, over its frequencies.".into(),
                "A delay does not show a gain below 1; the figures show both.".into(),
            ],
            steps: texts([
                "A target moves, and the eye senses retinal slip late. A copy of its own past movement tells the eye how the target moved then.",
                "Feedback converts slip into eye acceleration, with a gain limited by the delay.",
                "A model of the eye (Smith predictor) removes the delay from the loop, but not from what is seen.",
                "A flocculus learns from slip what to add: to the slip (CFPC) or to the command (feedback-error learning).",
                "Alternatively, an array of predictors estimates the target's present velocity for the model of the eye.",
            ]),
            sections: vec![
                Section::new("Which controllers lag?", "", &["movement", "bode"]),
                Section::new(
                    "Predictable and mixed targets",
                    "A mixed target has no frequency above its highest. Noise-free signals of its velocity and acceleration therefore predict 100 ms of it \
                     nearly as well as 100 ms of a sine. Past values alone predict it less well.",
                    &["delay"],
                ),
                Section::new("A target that starts to move, and one that disappears", "", &["ramp"]),
            ],
            differences: texts([
                "There are no saccades and no limits of velocity or acceleration; position does not matter.",
                "Fixation is pursuit of a target at rest; in humans the offset does not ring (Robinson et al. 1986).",
                "Latency is the delay alone; human latency includes the time of a decision.",
                "The effect of a hidden target on a flocculus is an assumption: the predicted target, or the eye's own movement, replaces the seen one.",
            ]),
            ..Story::default()
        }
    }
}
