//! The experiment as a [`Study`].

use super::circuit::{Head, Reflex, Stretch, Subject, Wiring, dark};
use super::config::{DEFAULTS, PRESETS, VorConfig};
use super::findings::{mean_gain, over};
use crate::classic::response::Response;
use lobule_control::Architecture;
use lobule_study::Error;
use lobule_study::report::numbers::{fixed, plain};
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Run, Section, Story, Study};
use serde::{Deserialize, Serialize};

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
};

/// Seconds of a movement that are kept for the figures, and ticks between two kept samples.
const KEPT_S: f64 = 4.0;
const KEPT_EVERY: usize = 5;
/// Points of the course of slip. Chosen: a smooth line.
const BLOCKS: usize = 60;

/// All that a run records, by architecture, seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VorRecord {
    pub(super) courses: Vec<Course>,
}

/// One subject with one architecture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    pub(super) architecture: Architecture,
    pub(super) seed: u64,
    /// Dark test of the imperfect brainstem, and after calibration.
    pub(super) before: Vec<Response>,
    pub(super) after: Vec<Response>,
    /// Rms of slip in equal blocks of the calibration, deg/s; shorter when the eye was lost.
    pub(super) slip_deg_s: Vec<f64>,
    /// The first and the last seconds of calibration: (s, wanted, eye) in deg/s.
    pub(super) movement: [Vec<(f64, f64, f64)>; 2],
    pub(super) worn: Vec<Worn>,
    pub(super) trained: Vec<Trained>,
    pub(super) late: Vec<Late>,
    pub(super) weakened: Probes,
}

/// Dark tests at times.
pub type Probes = Vec<(f64, Response)>;

/// Spectacles put on at 0 s and taken off at the end of `wear_s`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worn {
    pub(super) magnification: f64,
    /// Until they are taken off, and from then on.
    pub(super) on: Probes,
    pub(super) off: Probes,
}

/// Spectacles with a head that moves in one sine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    pub(super) hz: f64,
    pub(super) tested: Vec<Response>,
}

/// One sine from the imperfect brainstem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Late {
    pub(super) hz: f64,
    pub(super) has_eligibility: bool,
    /// Rms of slip after learning over that before.
    pub(super) ratio: f64,
    pub(super) diverged: bool,
}

impl Study for Vor {
    type Config = VorConfig;
    type Record = VorRecord;

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, config: &VorConfig) -> Result<(), Error> {
        config.validate()?;
        // Parts check themselves; a wrong one is reported before anything runs.
        for &architecture in &config.flocculus.architectures {
            let subject = Subject::new(config, config.seeds[0]);
            Reflex::new(config, &subject, wiring(config, architecture), &[], None)?;
        }
        Ok(())
    }

    fn seeds(&self, config: &VorConfig) -> Vec<u64> {
        config.seeds.clone()
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
            .to_vec(),
        }
    }
}

/// In words.
pub fn name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::FeedForward => "feed-forward",
        Architecture::Recurrent => "recurrent",
    }
}

fn wiring(config: &VorConfig, architecture: Architecture) -> Wiring {
    Wiring { architecture, eligibility_ms: config.flocculus.eligibility_ms }
}

fn course(config: &VorConfig, architecture: Architecture, seed: u64) -> Result<Course, Error> {
    let subject = Subject::new(config, seed);
    let wiring = wiring(config, architecture);
    let per_s = |s: f64| (s / config.dt_s()).round() as usize;
    let test = |weights: &[f64]| -> Result<Vec<Response>, Error> {
        config
            .calibration
            .test_hz
            .iter()
            .map(|&hz| dark(config, &subject, wiring, weights, 1.0, hz))
            .collect()
    };
    // Calibration.
    let mut reflex = Reflex::new(config, &subject, wiring, &[], None)?;
    let before = test(&reflex.weights())?;
    let mut head = Head::natural(config, seed, "calibration");
    let total = per_s(config.calibration.duration_s as f64);
    let kept = per_s(KEPT_S).min(total);
    let mut movement = [Vec::new(), Vec::new()];
    let mut slip_deg_s = Vec::new();
    let mut tick = 0;
    for block in 0..BLOCKS {
        let ticks = total * (block + 1) / BLOCKS - total * block / BLOCKS;
        let Stretch { slip_deg_s: slip, diverged } = reflex.light(&mut head, 1.0, ticks, |wanted, eye| {
            if tick % KEPT_EVERY == 0 {
                let sample = (tick as f64 * config.dt_s(), wanted, eye);
                if tick < kept {
                    movement[0].push(sample);
                }
                if tick + kept >= total {
                    movement[1].push(sample);
                }
            }
            tick += 1;
        });
        slip_deg_s.push(slip);
        if diverged {
            break;
        }
    }
    let weights = reflex.weights();
    let after = test(&weights)?;

    let magnifications = &config.spectacles.magnifications;
    let worn = magnifications
        .iter()
        .map(|&m| wear(config, &subject, wiring, &weights, m))
        .collect::<Result<_, _>>()?;

    let selectivity = &config.selectivity;
    let mut trained = Vec::new();
    for &hz in &selectivity.trained_hz {
        let mut reflex = Reflex::new(config, &subject, wiring, &weights, None)?;
        let mut head = Head::sine(hz, config.head.speed_deg_s * std::f64::consts::SQRT_2, config.dt_s());
        let ticks = per_s(selectivity.duration_s as f64);
        reflex.light(&mut head, selectivity.magnification, ticks, |_, _| ());
        trained.push(Trained { hz, tested: test(&reflex.weights())? });
    }

    let mut late = Vec::new();
    for &hz in &config.delay.test_hz {
        for has_eligibility in [false, true] {
            late.push(one_sine(config, &subject, wiring, has_eligibility, hz)?);
        }
    }

    let weakened = weaken(config, &subject, wiring, &weights)?;
    Ok(Course { architecture, seed, before, after, slip_deg_s, movement, worn, trained, late, weakened })
}

/// Times of dark tests within `total_s`, from 0 on.
fn probe_times(config: &VorConfig, total_s: usize) -> impl Iterator<Item = usize> {
    (0..=total_s / config.spectacles.probe_every_s).map(|k| k * config.spectacles.probe_every_s)
}

/// What is told of an eye that was lost.
fn lost(hz: f64) -> Response {
    Response { hz, gain: f64::NAN, phase_deg: f64::NAN }
}

fn wear(
    config: &VorConfig,
    subject: &Subject,
    wiring: Wiring,
    weights: &[f64],
    magnification: f64,
) -> Result<Worn, Error> {
    let s = &config.spectacles;
    let mut reflex = Reflex::new(config, subject, wiring, weights, None)?;
    let mut head = Head::natural(config, subject.seed, "spectacles");
    let between = (s.probe_every_s as f64 / config.dt_s()).round() as usize;
    let mut stretch = |magnification: f64, total_s: usize, from_s: f64| -> Result<Probes, Error> {
        let mut probes = Vec::new();
        for at_s in probe_times(config, total_s) {
            if at_s > 0 && reflex.light(&mut head, magnification, between, |_, _| ()).diverged {
                probes.push((from_s + at_s as f64, lost(s.probe_hz)));
                break;
            }
            let told = dark(config, subject, wiring, &reflex.weights(), 1.0, s.probe_hz)?;
            probes.push((from_s + at_s as f64, told));
        }
        Ok(probes)
    };
    let on = stretch(magnification, s.wear_s, 0.0)?;
    let off = stretch(1.0, s.off_s, s.wear_s as f64)?;
    Ok(Worn { magnification, on, off })
}

/// Seconds of one sine over which slip is measured. Chosen: two periods of the slowest.
const MEASURED_S: f64 = 4.0;

/// Without eligibility slip is compared with the input of now.
fn one_sine(
    config: &VorConfig,
    subject: &Subject,
    wiring: Wiring,
    has_eligibility: bool,
    hz: f64,
) -> Result<Late, Error> {
    let wiring = if has_eligibility { wiring } else { Wiring { eligibility_ms: 0, ..wiring } };
    let per_s = |s: f64| (s / config.dt_s()).round() as usize;
    let mut reflex = Reflex::new(config, subject, wiring, &[], None)?;
    let mut head = Head::sine(hz, config.head.speed_deg_s * std::f64::consts::SQRT_2, config.dt_s());
    reflex.set_learning(false);
    reflex.light(&mut head, 1.0, per_s(20.0), |_, _| ());
    let before = reflex.light(&mut head, 1.0, per_s(MEASURED_S), |_, _| ()).slip_deg_s;
    reflex.set_learning(true);
    let mut told = reflex.light(&mut head, 1.0, per_s(config.delay.duration_s as f64), |_, _| ());
    if !told.diverged {
        reflex.set_learning(false);
        told = reflex.light(&mut head, 1.0, per_s(MEASURED_S), |_, _| ());
    }
    Ok(Late { hz, has_eligibility, ratio: told.slip_deg_s / before, diverged: told.diverged })
}

/// Dark tests of a calibrated reflex: healthy at 0 s, then with weak muscles from 0 s on.
fn weaken(config: &VorConfig, subject: &Subject, wiring: Wiring, weights: &[f64]) -> Result<Probes, Error> {
    let between = (config.spectacles.probe_every_s as f64 / config.dt_s()).round() as usize;
    let strength = config.muscle.strength;
    let mut reflex = Reflex::new(config, subject, wiring, weights, Some((strength, between as u64)))?;
    let mut head = Head::natural(config, subject.seed, "muscle");
    // The muscles weaken behind the first stretch.
    reflex.light(&mut head, 1.0, between, |_, _| ());
    let hz = config.spectacles.probe_hz;
    let mut probes = vec![(0.0, dark(config, subject, wiring, &reflex.weights(), 1.0, hz)?)];
    for at_s in probe_times(config, config.muscle.duration_s) {
        if at_s > 0 && reflex.light(&mut head, 1.0, between, |_, _| ()).diverged {
            probes.push((at_s as f64, lost(hz)));
            break;
        }
        probes.push((at_s as f64, dark(config, subject, wiring, &reflex.weights(), strength, hz)?));
    }
    Ok(probes)
}
