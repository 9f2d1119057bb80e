//! Delay conditioning of the eyelid: a puff of air follows a tone after a few hundred milliseconds, and the lid learns to be closed by
//! then.
//!
//! The default cerebellum is [`lobule_control::Conditioning`], a rate model with two sites of plasticity; with
//! `cerebellum = "spiking"` it is the E-GLIF scaffold ([`lobule_cerebellum::SpikingController`]) on the same lid.

mod config;
mod figures;
mod findings;
mod rates;
mod record;
mod spiking;
mod spiking_figures;
mod subject;

pub use config::Config as EyeblinkConfig;
pub use record::{Phase, Record as EyeblinkRecord};

use crate::sweep::pairs;
use config::{CerebellumKind, Config};
use lobule_study::prelude::*;
use rates::ABLATIONS;
use record::Record;

/// The experiment `classic/eyeblink`.
#[derive(Debug, Clone, Copy)]
pub struct Eyeblink;

/// Conditions of acquisition, extinction and reacquisition.
const CONDITIONS: [&str; 3] = ["full", "no_nucleo_olivary", "frozen_nucleus"];

static CARD: Card = Card {
    name: "classic/eyeblink",
    title: "Conditioning of the eyelid",
    line: "Eyeblink conditioning: timing, extinction, savings and blocking, in a rate model or in the spiking scaffold",
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
    defaults: include_str!("eyeblink.toml"),
    presets: &[
        Preset::new("default", "five seeds, all protocols and ablations on the rate model", ""),
        Preset::new(
            "quick",
            "a few seconds: one seed, fewer sessions and intervals",
            include_str!("eyeblink.quick.toml"),
        ),
        Preset::new(
            "spiking",
            "the E-GLIF scaffold on the same lid: minutes",
            include_str!("eyeblink.spiking.toml"),
        ),
    ],
    unit: "courses",
    grounds: findings::GROUNDS,
    ..Card::BLANK
};

impl Study for Eyeblink {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.validate()?;
        spiking::parameters(&config.spiking, "time").check()?;
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        match config.cerebellum {
            CerebellumKind::Rates => with_rates(config, run),
            CerebellumKind::Spiking => with_spikes(config, run),
        }
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let mut found = Vec::new();
        if !record.courses.is_empty() {
            findings::conditioning(config, record, &mut found);
            findings::timing(config, record, &mut found);
            findings::blocking(record, &mut found);
        }
        if !record.spiking.is_empty() {
            findings::spiking(config, record, &mut found);
        }
        found
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        let (p, s) = (&config.protocol, &config.spiking);
        for course in &record.courses {
            shape::long("courses.sessions", &course.sessions, p.sessions.iter().sum())?;
        }
        for run in &record.spiking {
            let trials = s.trials.iter().sum();
            shape::long("spiking.amplitude", &run.amplitude, trials)?;
            shape::long("spiking.weights_ns", &run.weights_ns, trials)?;
            shape::long("spiking.probes", &run.probes, 3)?;
            shape::long("spiking.percent", &run.percent, 3)?;
            shape::long("spiking.peaks", &run.peaks, 3)?;
            for rates in &run.probes {
                shape::long(
                    "spiking.probes.closure",
                    &rates.closure,
                    p.before_ms + s.interval_ms + p.after_ms,
                )?;
                let bins = run.probes[0].olive.len();
                for (what, rates) in [
                    ("purkinje_plus", &rates.purkinje_plus),
                    ("purkinje_minus", &rates.purkinje_minus),
                    ("nuclear_plus", &rates.nuclear_plus),
                    ("nuclear_minus", &rates.nuclear_minus),
                    ("olive", &rates.olive),
                ] {
                    shape::long(&format!("spiking.probes.{what}"), rates, bins)?;
                }
            }
        }
        Ok(())
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        match config.cerebellum {
            CerebellumKind::Rates => Ok(vec![
                figures::learning(config, record)?,
                figures::traces(config, record)?,
                figures::timing(config, record)?,
                figures::weights(config, record)?,
                figures::saved(config, record)?,
            ]),
            CerebellumKind::Spiking => {
                Ok(vec![spiking_figures::trials(config, record)?, spiking_figures::cells(config, record)?])
            }
        }
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let found = self.findings(config, record);
        // A finding in letters; words if it was not measured.
        let value = |name: &str, digits: usize| match found.iter().find(|f| f.name == name) {
            Some(f) if f.value.is_finite() => fixed(f.value, digits),
            _ => "not reached".into(),
        };
        match config.cerebellum {
            CerebellumKind::Rates => story(value),
            CerebellumKind::Spiking => spiking_story(config, value),
        }
    }
}

/// The protocols on the rate model.
fn with_rates(config: &Config, run: &Run) -> Result<Record, Error> {
    let is_kept = |seed: u64| seed == config.seeds[0];
    let courses = pairs(&CONDITIONS, &config.seeds);
    let p = &config.protocol;
    let ablated = ABLATIONS.map(|(condition, _)| condition);
    let timed = [pairs(&["full"], &p.intervals_ms), pairs(&ablated, &p.ablated_ms)].concat();
    let intervals = pairs(&timed, &config.seeds);
    let blocking = pairs(&pairs(&["full", "no_nucleo_olivary"], &config.seeds), &[true, false]);
    run.progress.expect((courses.len() + intervals.len() + blocking.len()) as u64);
    let naive = lobule_control::Conditioning::new(&config.conditioning, 1, 1e-3, 0)?;
    Ok(Record {
        courses: run.each_counted("courses", &courses, |&(condition, seed)| {
            rates::conditioning(config, condition, seed, is_kept(seed))
        })?,
        intervals: run.each_counted("intervals", &intervals, |&((condition, ms), seed)| {
            rates::interval(config, condition, ms, seed, is_kept(seed))
        })?,
        blocking: run.each_counted("blocking", &blocking, |&((condition, seed), is_blocked)| {
            rates::blocking(config, condition, is_blocked, seed)
        })?,
        peaks_s: naive.peaks_s(),
        spiking: Vec::new(),
    })
}

fn with_spikes(config: &Config, run: &Run) -> Result<Record, Error> {
    let s = &config.spiking;
    let items = pairs(&spiking::CONDITIONS.map(|c| c.0), &config.seeds);
    run.progress.expect((items.len() * (s.trials[0] + s.trials[1] + 3 * s.probes)) as u64);
    let spiking = run.each("spiking", &items, |&(condition, seed), at| {
        spiking::train(config, condition, seed, || at.done(1))
    })?;
    Ok(Record { spiking, ..Record::default() })
}

fn story(value: impl Fn(&str, usize) -> String) -> Story {
    Story {
        answer: format!(
            "In the last session of tone and puff, the lid closed before the puff in {} % of the trials. Sessions of the tone alone until extinction: {}. \
             Relearning took {} % fewer trials than learning.",
            value("acquisition/percent_last", 0),
            value("extinction/sessions", 1),
            value("savings", 0),
        ),
        small_print: texts([
            "Means over seeds. One learning rate is fitted to the number of trials; extinction, savings, timing and blocking follow from the \
             equations with this rate.",
        ]),
        steps: texts([
            "A tone triggers a series of granule signals, each with its own delay. A puff at the eye makes the climbing fiber fire.",
            "Synapses that were active some time before the climbing-fiber spike are depressed. Purkinje cells pause, which disinhibits the nucleus, and the lid closes.",
            "During pauses, the direct weight of the tone on the nucleus grows, too: a second site of memory.",
            "The nucleus inhibits the olive. A predicted puff therefore teaches no more, and a response without a puff is unlearned.",
        ]),
        sections: vec![
            Section::new(
                "Is the response learned, extinguished and relearned?",
                "Responses appear suddenly, after sessions in which only the cortex has changed: while the nucleus is weak, a pause of the Purkinje cells does not \
                 move the lid. Without inhibition of the olive, responses are not extinguished.",
                &["learning", "traces"],
            ),
            Section::new(
                "Does the lid close at the right time?",
                "Probes are long tones, so neither their end nor a puff shapes the response.",
                &["timing", "weights"],
            ),
            Section::new(
                "Where are savings stored, and what causes blocking?",
                "After extinction, the nucleus or the cortex is made naive again. If relearning then takes longer, that site had stored savings.",
                &["savings"],
            ),
        ],
        differences: texts([
            "The onset of the tone triggers the granule signals, which do not end with it; real ones are a network's response to a lasting tone.",
            "One Purkinje cell, one nuclear cell and one olive cell stand for their populations.",
            "In animal experiments trials are many seconds apart; here nothing happens between trials.",
        ]),
        ..Story::default()
    }
}

fn spiking_story(config: &Config, value: impl Fn(&str, usize) -> String) -> Story {
    let [x, y] = config.spiking.size_um;
    Story {
        answer: format!(
            "In probes, a spiking scaffold of {} × {} µm closed the lid before the puff by {} after {} trials ({} before them). Closure peaked {} ms after the \
             tone; the puff came at {} ms.",
            plain(x),
            plain(y),
            value("spiking/time/amplitude_after", 2),
            config.spiking.trials[0],
            value("spiking/time/amplitude_before", 2),
            value("spiking/time/peak", 0),
            config.spiking.interval_ms
        ),
        small_print: vec!["Means over seeds; probes are tones without puff and without learning.".into()],
        steps: texts([
            "Mossy fibers are tuned to the time since the tone or, as a control, signal the tone alone.",
            "The puff at the open eye drives the olive of the plus zone; a closed lid keeps the puff away and stops the teaching.",
            "The smoothed difference between the nuclear cells of the two zones drives the lid.",
        ]),
        sections: vec![
            Section::new("Does the scaffold learn?", "", &["spiking_course"]),
            Section::new("How do the cells respond?", "", &["spiking_cells"]),
        ],
        differences: texts([
            "The mossy fibers are given a code of time; the scaffold does not compute it from the tone.",
            "The nucleus does not learn.",
        ]),
        ..Story::default()
    }
}
