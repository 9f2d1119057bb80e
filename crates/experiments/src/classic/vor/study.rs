//! The experiment as a [`Study`].

use super::circuit::{Reflex, Subject};
use super::config::{DEFAULTS, PRESETS, VorConfig, name};
use super::findings::{mean_gain, over};
use super::record::VorRecord;
use super::run::{course, wiring};
use lobule_control::Architecture;
use lobule_study::Error;
use lobule_study::report::numbers::{fixed, plain};
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Run, Section, Story, Study};

/// `classic/vor`.
#[derive(Debug, Clone, Copy)]
pub struct Vor;

static CARD: Card = Card {
    name: "classic/vor",
    title: "A reflex that is calibrated by its own failure",
    line: "the vestibulo-ocular reflex: calibration from retinal slip, spectacles, a weak muscle, what a late slip needs",
    source: "Fujita 1982; Dean, Porrill & Stone 2002; Raymond & Lisberger 1998",
    sources: &[
        "Feed-forward flocculus: Fujita 1982, doi:10.1007/BF00336192",
        "Recurrent flocculus: Dean, Porrill & Stone 2002, doi:10.1098/rspb.2002.2103; Porrill, Dean & Stone 2004, doi:10.1098/rspb.2003.2658",
        "Delay of slip: Raymond & Lisberger 1998, doi:10.1523/JNEUROSCI.18-21-09112.1998; Porrill & Dean 2007, doi:10.1371/journal.pcbi.0030197 (abstracts)",
        "The reflex in darkness: Ramachandran & Lisberger 2005, J Neurophysiol 93, 2028 (abstract)",
        "Reversing prisms: Gonshor & Melvill Jones 1976, J Physiol 256, 381 (abstract)",
        "Eye: Robinson 1981, Annu Rev Neurosci 4, 463 (as commonly quoted)",
    ],
    defaults: DEFAULTS,
    presets: &PRESETS,
    unit: "subjects",
    ..Card::BLANK
};

impl Study for Vor {
    type Config = VorConfig;
    type Record = VorRecord;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &VorConfig) -> Result<(), Error> {
        config.validate()?;
        // Parts check themselves; a wrong one is reported before anything runs.
        for &architecture in &config.flocculus.architectures {
            let subject = Subject::new(config, config.seeds[0]);
            Reflex::new(config, &subject, wiring(config, architecture), &[], None)?;
        }
        Ok(())
    }

    fn run(&self, config: &VorConfig, run: &Run) -> Result<VorRecord, Error> {
        let architectures = &config.flocculus.architectures;
        let items: Vec<(Architecture, u64)> =
            architectures.iter().flat_map(|&a| config.seeds.iter().map(move |&s| (a, s))).collect();
        run.progress.expect(items.len() as u64);
        let courses = run.each(&items, |&(architecture, seed)| {
            let done = course(config, architecture, seed)?;
            run.progress.done(1);
            Ok(done)
        })?;
        Ok(VorRecord { courses })
    }

    fn findings(&self, config: &VorConfig, record: &VorRecord) -> Vec<Finding> {
        super::findings::findings(config, record)
    }

    fn figures(&self, config: &VorConfig, record: &VorRecord) -> Result<Vec<Figure>, Error> {
        super::figures::figures(config, record)
    }

    fn story(&self, config: &VorConfig, record: &VorRecord) -> Story {
        let hz = config.spectacles.probe_hz;
        let words = |a: Architecture| {
            let slip = over(record, a, |c| match (c.slip_deg_s.first(), c.slip_deg_s.last()) {
                (Some(first), Some(last)) => last / first,
                _ => f64::NAN,
            });
            format!(
                "{}: slip falls to {} of its first value, gain at {} Hz from {} to {}",
                name(a),
                fixed(lobule_analysis::mean(&slip), 2),
                plain(hz),
                fixed(mean_gain(record, a, hz, |c| &c.before), 2),
                fixed(mean_gain(record, a, hz, |c| &c.after), 2),
            )
        };
        let all: Vec<String> = config.flocculus.architectures.iter().map(|&a| words(a)).collect();
        Story {
            answer: format!("Taught by retinal slip {} ms late. {}.", config.visual_delay_ms, all.join(". ")),
            small_print: vec![
                "Gain and phase are measured in the dark, without slip, with one sine at a time; means over subjects.".into(),
                "Rates of learning are chosen, so that minutes here say nothing of hours there.".into(),
            ],
            steps: [
                "The head turns; the canals tell the brainstem its velocity, and the brainstem turns the eye the other way.",
                "The brainstem is wrong: too weak, with too little lead, and its integrator leaks. The image slips.",
                "Slip reaches the flocculus late. Each synapse compares it with what it heard as long before (its eligibility).",
                "The flocculus hears the head (feed-forward) or a copy of the motor command (recurrent), in bands of frequency.",
                "Then the lights go out, and the eye is tested.",
            ]
            .map(String::from)
            .to_vec(),
            sections: vec![
                Section::new("What is learned?", "", &["movement", "bode"]),
                Section::new(
                    "What does a late slip need?",
                    "Without eligibility the slip of a sine is compared with what the head does now. At a quarter of a period of delay that says \
                     nothing, beyond it the opposite.",
                    &["delay"],
                ),
                Section::new(
                    "Spectacles",
                    "What should be compensated changes; the gain in the dark follows. The recurrent reflex divides, so that its gain comes near 0 \
                     and not below.",
                    &["spectacles"],
                ),
                Section::new(
                    "One frequency at a time, and a weak muscle",
                    "The bands overlap, so that what is learned at one frequency spreads to its neighbors.",
                    &["selectivity"],
                ),
            ],
            differences: [
                "Images move on the retina for spectacles as for the scene itself; peripheral vision without magnification is left out.",
                "There is no other way for vision to the eye: no optokinetic reflex and no pursuit, which in animals help at low frequencies.",
                "All learning is in the flocculus; the brainstem does not change. Porrill & Dean 2007 add a site in the brainstem for high frequencies.",
                "Weights do not decay: in the dark nothing is forgotten.",
            ]
            .map(String::from)
            .to_vec(), ..Story::default() }
    }
}
