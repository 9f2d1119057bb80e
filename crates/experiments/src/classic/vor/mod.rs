//! `classic/vor`: a flocculus calibrates the vestibulo-ocular reflex, which has no feedback, from delayed retinal slip.
//!
//! ```text
//! Subject (seed): eye, brainstem, head ──▶ circuit: ClosedLoop<Eye, VestibuloOcular> ──▶ calibration, tests in the dark
//! ```
//!
//! Units: deg, deg/s, s, Hz. Positive phase: the eye leads perfect compensation.

mod circuit;
mod config;
mod figures;
mod findings;
mod record;
mod run;

use crate::sweep::over_seeds;
use circuit::Subject;
use config::{Config, name};
use findings::{GROUNDS, at, over};
use lobule_analysis::mean;
use lobule_study::prelude::*;
use record::{Record, SubjectRun};
use run::calibrate;

/// `classic/vor`.
#[derive(Debug, Clone, Copy)]
pub struct Vor;

static CARD: Card = Card {
    name: "classic/vor",
    title: "A reflex that is calibrated by its own errors",
    line: "Can delayed retinal slip calibrate the vestibulo-ocular reflex? spectacles, weak muscles, eligibility",
    source: "Fujita 1982; Dean, Porrill & Stone 2002; Raymond & Lisberger 1998",
    sources: &[
        "Feed-forward flocculus: Fujita 1982, doi:10.1007/BF00336192",
        "Recurrent flocculus: Dean, Porrill & Stone 2002, doi:10.1098/rspb.2002.2103; Porrill, Dean & Stone 2004, doi:10.1098/rspb.2003.2658",
        "Delay of slip: Raymond & Lisberger 1998, doi:10.1523/JNEUROSCI.18-21-09112.1998; Porrill & Dean 2007, doi:10.1371/journal.pcbi.0030197 (abstracts)",
        "The reflex in darkness: Ramachandran & Lisberger 2005, J Neurophysiol 93, 2028 (abstract)",
        "Reversing prisms: Gonshor & Melvill Jones 1976, J Physiol 256, 381 (abstract)",
        "Eye: Robinson 1981, Annu Rev Neurosci 4, 463 (as commonly quoted)",
    ],
    defaults: include_str!("vor.toml"),
    presets: &[
        Preset::new("default", "five subjects, less than a minute", ""),
        Preset::new("quick", "one subject, a few seconds", include_str!("vor.quick.toml")),
    ],
    unit: "subjects",
    grounds: GROUNDS,
    ..Card::BLANK
};

impl Study for Vor {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.validate()?;
        // The parts check themselves; a wrong value is reported before anything runs.
        for &architecture in &config.flocculus.architectures {
            Subject::new(config, architecture, config.seeds[0]).reflex(&[], None)?;
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let items = over_seeds(&config.flocculus.architectures, &config.seeds);
        run.progress.expect(items.len() as u64);
        let calibrate = |&(architecture, seed): &_| calibrate(config, architecture, seed);
        Ok(Record { courses: run.each_counted("courses", &items, calibrate)? })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let mut found = Vec::new();
        for &a in &config.flocculus.architectures {
            findings::dark_tests(config, record, a, &mut found);
            findings::learning(config, record, a, &mut found);
            findings::spectacles(config, record, a, &mut found);
            findings::transfer(config, record, a, &mut found);
        }
        found
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        record.courses.iter().try_for_each(|course| {
            shape::filled("courses.slip_deg_s", &course.slip_deg_s)?;
            shape::long("courses.worn", &course.worn, config.spectacles.magnifications.len())
        })
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![
            figures::movement(config, record)?,
            figures::gain_and_phase(config, record)?,
            figures::delay(config, record)?,
            figures::spectacles(config, record)?,
            figures::selectivity(config, record)?,
        ])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let hz = config.spectacles.probe_hz;
        let outcome = |&a: &_| {
            let average = |of: &dyn Fn(&SubjectRun) -> f64| fixed(mean(&over(record, a, of)), 2);
            format!(
                "With a {} flocculus, slip fell to {} of its first value, and the gain at {} Hz went from {} to {}.",
                name(a),
                average(&|c| c.slip_deg_s[c.slip_deg_s.len() - 1] / c.slip_deg_s[0]),
                plain(hz),
                average(&|c| at(&c.before, hz).gain),
                average(&|c| at(&c.after, hz).gain),
            )
        };
        let outcomes: Vec<String> = config.flocculus.architectures.iter().map(outcome).collect();
        Story {
            answer: format!(
                "The reflex learned from retinal slip that arrived {} ms late. {}",
                config.visual_delay_ms,
                outcomes.join(" ")
            ),
            small_print: vec![
                "Gain and phase were measured in the dark, without slip, with one sine at a time; means over subjects.".into(),
                "Learning rates were chosen for convenience; simulated minutes do not map onto experimental hours.".into(),
            ],
            steps: texts([
                "The head turns. The semicircular canals signal its velocity to the brainstem, which turns the eye in the opposite direction.",
                "The brainstem is imperfect: its gain and its phase lead are too small, and its integrator leaks. The image slips on the retina.",
                "The slip signal reaches the flocculus late. Each synapse correlates it with the input it received one delay earlier (its eligibility).",
                "The flocculus receives head velocity (feed-forward) or a copy of the motor command (recurrent), separated into frequency bands.",
                "The lights go out, and the eye is tested.",
            ]),
            sections: vec![
                Section::new("What is learned?", "", &["movement", "bode"]),
                Section::new(
                    "What does learning from delayed slip require?",
                    "Without eligibility, the slip of a sine is correlated with the present head velocity. If the delay is a quarter of a period, the two are \
                     uncorrelated; at higher frequencies the correlation has the wrong sign.",
                    &["delay"],
                ),
                Section::new(
                    "Spectacles",
                    "Spectacles change the eye movement that stabilizes the image, and the gain in the dark follows. The recurrent flocculus \
                     divides the gain, so it can approach 0 but not reverse it.",
                    &["spectacles"],
                ),
                Section::new(
                    "One frequency at a time, and weak muscles",
                    "The frequency bands overlap, so learning at one frequency spreads to neighboring ones.",
                    &["selectivity"],
                ),
            ],
            differences: texts([
                "Spectacles magnify all motion on the retina; peripheral vision without magnification is left out.",
                "Vision reaches the eye only through the flocculus: there is no optokinetic reflex and no pursuit, which help animals at low frequencies.",
                "All learning is in the flocculus; the brainstem does not change. Porrill & Dean 2007 add a site in the brainstem for high frequencies.",
                "Weights do not decay: nothing is forgotten in the dark.",
            ]),
            ..Story::default()
        }
    }
}
