//! The experiment `classic/eyeblink`.

use super::config::{Cerebellum, DEFAULTS, EyeblinkConfig, PRESETS};
use super::rates::{self, ABLATIONS};
use super::record::EyeblinkRecord;
use super::{figures, findings, spiking, spiking_figures};
use lobule_study::Error;
use lobule_study::report::numbers::{fixed, plain};
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Run, Section, Story, Study};

/// The experiment `classic/eyeblink`.
#[derive(Debug, Clone, Copy)]
pub struct Eyeblink;

/// Conditions of the courses.
pub const COURSES: [(&str, &str); 3] = [
    ("full", "everything"),
    ("no_nucleo_olivary", "no inhibition of the olive"),
    ("frozen_nucleus", "nucleus strong from the start, never learns"),
];

static CARD: Card = Card {
    name: "classic/eyeblink",
    title: "Conditioning of the eyelid",
    line: "a lid learns to be closed when the puff comes: acquisition, timing, extinction, savings, blocking",
    source: "delay conditioning of rabbits and mice; two sites of plasticity after Medina, Garcia & Mauk 2001",
    sources: &[
        "Savings by a second site: Medina, Garcia & Mauk 2001, doi:10.1523/JNEUROSCI.21-11-04081.2001",
        "Timing: Medina, Garcia, Nores, Taylor & Mauk 2000, doi:10.1523/JNEUROSCI.20-14-05516.2000",
        "Extinction by inhibition of climbing fibers: Medina, Nores & Mauk 2002, doi:10.1038/416330a",
        "Blocking by the same: Kim, Krupa & Thompson 1998, doi:10.1126/science.279.5350.570",
        "Adaptive filter with a lid: Lepora, Porrill, Yeo & Dean 2010, doi:10.3389/fncom.2010.00140",
        "Lid: Lepora, Mavritsaki, Porrill, Yeo, Evinger & Dean 2007, doi:10.1152/jn.00210.2007",
        "Eligibility: Suvrathan, Payne & Raymond 2016, doi:10.1016/j.neuron.2016.10.022",
        "Readout and teaching of the spiking scaffold: extra-cereb-nest and its siblings (closed-loop neuron)",
    ],
    defaults: DEFAULTS,
    presets: &PRESETS,
    unit: "courses",
    ..Card::BLANK
};

impl Study for Eyeblink {
    type Config = EyeblinkConfig;
    type Record = EyeblinkRecord;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &EyeblinkConfig) -> Result<(), Error> {
        config.validate()?;
        spiking::parameters(&config.spiking, "time").check()?;
        Ok(())
    }

    fn run(&self, config: &EyeblinkConfig, run: &Run) -> Result<EyeblinkRecord, Error> {
        match config.cerebellum {
            Cerebellum::Rates => with_rates(config, run),
            Cerebellum::Spiking => with_spikes(config, run),
        }
    }

    fn findings(&self, config: &EyeblinkConfig, record: &EyeblinkRecord) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn figures(&self, config: &EyeblinkConfig, record: &EyeblinkRecord) -> Result<Vec<Figure>, Error> {
        match config.cerebellum {
            Cerebellum::Rates => figures::figures(config, record),
            Cerebellum::Spiking => spiking_figures::figures(config, record),
        }
    }

    fn story(&self, config: &EyeblinkConfig, record: &EyeblinkRecord) -> Story {
        match config.cerebellum {
            Cerebellum::Rates => story(config, record),
            Cerebellum::Spiking => spiking_story(config, record),
        }
    }
}

fn pairs<'a>(conditions: &[&'a str], seeds: &[u64]) -> Vec<(&'a str, u64)> {
    conditions.iter().flat_map(|c| seeds.iter().map(move |s| (*c, *s))).collect()
}

fn with_rates(config: &EyeblinkConfig, run: &Run) -> Result<EyeblinkRecord, Error> {
    let first = config.seeds[0];
    let courses = pairs(&COURSES.map(|c| c.0), &config.seeds);
    let mut intervals = Vec::new();
    for (condition, at) in [("full", &config.protocol.intervals_ms)]
        .into_iter()
        .chain(ABLATIONS.iter().map(|a| (a.0, &config.protocol.ablated_ms)))
    {
        for &ms in at {
            intervals.extend(config.seeds.iter().map(|&seed| (condition, ms, seed)));
        }
    }
    let mut blocking = Vec::new();
    for (condition, seed) in pairs(&["full", "no_nucleo_olivary"], &config.seeds) {
        blocking.extend([true, false].map(|is_blocked| (condition, is_blocked, seed)));
    }
    run.progress.expect((courses.len() + intervals.len() + blocking.len()) as u64);
    let naive = lobule_control::Conditioning::new(&config.conditioning, 1, 1e-3, 0)?;
    Ok(EyeblinkRecord {
        courses: run.each(&courses, |&(condition, seed)| {
            let told = rates::course(config, condition, seed, seed == first)?;
            run.progress.done(1);
            Ok(told)
        })?,
        intervals: run.each(&intervals, |&(condition, ms, seed)| {
            let told = rates::interval(config, condition, ms, seed, seed == first)?;
            run.progress.done(1);
            Ok(told)
        })?,
        blocking: run.each(&blocking, |&(condition, is_blocked, seed)| {
            let told = rates::blocking(config, condition, is_blocked, seed)?;
            run.progress.done(1);
            Ok(told)
        })?,
        peaks_s: naive.peaks_s(),
        spiking: Vec::new(),
    })
}

fn with_spikes(config: &EyeblinkConfig, run: &Run) -> Result<EyeblinkRecord, Error> {
    let s = &config.spiking;
    let items = pairs(&spiking::CONDITIONS.map(|c| c.0), &config.seeds);
    run.progress.expect((items.len() * (s.trials[0] + s.trials[1] + 3 * s.probes)) as u64);
    let spiking = run.each(&items, |&(condition, seed)| {
        spiking::course(config, condition, seed, || run.progress.done(1))
    })?;
    Ok(EyeblinkRecord { spiking, ..EyeblinkRecord::default() })
}

/// Value of a finding in letters; a word where it was not measured.
fn told(found: &[Finding], name: &str, digits: usize) -> String {
    match found.iter().find(|f| f.name == name) {
        Some(f) if f.value.is_finite() => fixed(f.value, digits),
        _ => "not reached".into(),
    }
}

fn story(config: &EyeblinkConfig, record: &EyeblinkRecord) -> Story {
    let found = findings::findings(config, record);
    let told = |name: &str, digits: usize| told(&found, name, digits);
    Story {
        answer: format!(
            "The lid is closed before the puff in {} % of the trials of the last session, extinguished after {} sessions of the tone alone, and \
             relearned in {} % fewer trials.",
            told("acquisition/percent_last", 0),
            told("extinction/sessions", 1),
            told("savings", 0),
        ),
        small_print: vec![
            "Means over seeds. How many trials it takes is fitted by one rate; extinction, savings, timing and blocking follow from the \
             equations with it."
                .into(),
        ],
        steps: [
            "A tone sets off a series of granule signals, each with its own delay; a puff at the eye makes the climbing fiber fire.",
            "Synapses that were active some time before the climbing fiber are depressed: Purkinje cells pause, the nucleus is released and closes the lid.",
            "Under pauses the direct path from the tone to the nucleus grows, too: a second site of memory.",
            "The nucleus inhibits the olive: what is expected teaches no more, and a response without a puff is unlearned.",
        ]
        .map(String::from)
        .to_vec(),
        sections: vec![
            Section::new(
                "Is it learned, extinguished, relearned?",
                "Responses come suddenly after sessions in which only the cortex has changed: without a strong nucleus a pause moves nothing. Without \
                 inhibition of the olive, nothing is extinguished.",
                &["learning", "traces"],
            ),
            Section::new(
                "Is the lid closed at the right time?",
                "Probes are long tones, so that neither their end nor a puff shapes the response.",
                &["timing", "weights"],
            ),
            Section::new(
                "Where is what is saved, and what blocks?",
                "After extinction the nucleus or the cortex is made naive again: what then takes longer to relearn was saved there.",
                &["savings"],
            ),
        ],
        differences: [
            "Granule signals are set by the onset of the tone and do not end with it; real ones are a network's answer to a lasting tone.",
            "One Purkinje cell, one nuclear cell and one olive cell stand for their populations.",
            "Trials of the experiments with animals are many seconds apart; here nothing happens between trials.",
        ]
        .map(String::from)
        .to_vec(), ..Story::default() }
}

fn spiking_story(config: &EyeblinkConfig, record: &EyeblinkRecord) -> Story {
    let found = findings::findings(config, record);
    let told = |name: &str, digits: usize| told(&found, name, digits);
    let [x, y] = config.spiking.size_um;
    Story {
        answer: format!(
            "A spiking scaffold of {} × {} µm closes the lid by {} before the puff in probes after {} trials ({} before them), at its peak {} ms after the \
             tone; the puff comes at {}.",
            plain(x),
            plain(y),
            told("spiking/time/amplitude_after", 2),
            config.spiking.trials[0],
            told("spiking/time/amplitude_before", 2),
            told("spiking/time/peak", 0),
            config.spiking.interval_ms
        ),
        small_print: vec!["Means over seeds; probes are tones without puff and without learning.".into()],
        steps: [
            "Mossy fibers are tuned to the time since the tone (or, as a control, hear the tone alone).",
            "The puff at the open eye drives the olive of the plus zone; what the lid keeps off teaches nothing.",
            "The difference of the nuclear cells of both zones, smoothed, drives the lid.",
        ]
        .map(String::from)
        .to_vec(),
        sections: vec![
            Section::new("Does it learn?", "", &["spiking_course"]),
            Section::new("What do the cells do?", "", &["spiking_cells"]),
        ],
        differences: [
            "The code of time is given to the mossy fibers; the scaffold does not make it from the tone.",
            "The nucleus does not learn here.",
        ]
        .map(String::from)
        .to_vec(), ..Story::default() }
}
