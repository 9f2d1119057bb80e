//! State prediction: does nuclear activity predict mossy-fiber activity better than the mossy fibers' own activity does?
//!
//! The analysis ([`lobule_analysis::state_prediction`]) runs on three kinds of recordings: synthetic sessions for which the
//! answer is known, the spiking circuit driven by the synthetic mossy fibers before and after learning, and files of spikes and signals.
//! Source: Tanaka, Ishikawa & Kakei 2019, doi:10.1007/s12311-018-0996-4.

mod config;
mod figures;
mod file;
mod findings;
mod network;
mod populations;
mod run;
mod wrist;

pub use populations::{SyntheticKind, session};

use config::{Config, RecordingSource};
use lobule_analysis::mean_of;
use lobule_study::prelude::*;
use run::Record;
use std::path::PathBuf;

const QUICK: &str = include_str!("state_prediction.quick.toml");
const NETWORK: &str = include_str!("state_prediction.network.toml");

/// The experiment `analysis/state_prediction`.
#[derive(Debug, Clone, Copy)]
pub struct StatePrediction;

impl Study for StatePrediction {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "analysis/state_prediction",
        title: "Does nuclear activity predict mossy-fiber activity?",
        line: "Do the nuclei predict mossy fibers better than the mossy fibers' own activity does? Also for your recordings",
        source: "state prediction, Tanaka, Ishikawa & Kakei 2019, with controls",
        sources: &[
            "Analysis: Tanaka, Ishikawa & Kakei 2019, doi:10.1007/s12311-018-0996-4; 2020, doi:10.3389/fnsys.2020.00019",
            "Ridge: Hoerl & Kennard 1970, doi:10.1080/00401706.1970.10488634; reduced rank: Mukherjee & Zhu 2011, doi:10.1002/sam.10138",
            "Minimum jerk: Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985; filter: Kalman 1960, doi:10.1115/1.3662552",
            "Circuit: De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y; cerebellar-models 0.13",
            "Files: NWB schema 2.11.0",
        ],
        defaults: include_str!("state_prediction.toml"),
        presets: &[
            Preset::new("default", "synthetic sessions on ten seeds", ""),
            Preset::new("quick", "seconds: one small synthetic session of each kind", QUICK),
            Preset::new(
                "network",
                "the spiking circuit before and after learning, three seeds, minutes",
                NETWORK,
            ),
        ],
        unit: "parts",
        grounds: findings::GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.check()
    }

    fn inputs(&self, config: &Config) -> Vec<(&'static str, PathBuf)> {
        let file = &config.file;
        let named = [
            ("file.spikes", &file.spikes),
            ("file.trials", &file.trials),
            ("file.signals", &file.signals),
            ("file.nwb", &file.nwb),
            ("file.prism", &file.prism),
        ];
        let is_used = config.source == RecordingSource::File;
        let used = named.into_iter().filter(|(_, name)| is_used && !name.is_empty());
        used.map(|(key, name)| (key, name.into())).collect()
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        match config.source {
            RecordingSource::Synthetic => run::synthetic(config, run),
            RecordingSource::Network => run::network(config, run),
            RecordingSource::File => run::from_file(config, run),
        }
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let (leads, schemes) = (figures::leads(config, record)?, figures::schemes(config, record)?);
        Ok(vec![leads, schemes, figures::example(config, record)?])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let scheme = record.strictest();
        let main_ms = config.analysis.main_lead_ms;
        let lead = config.analysis.lead(main_ms);
        let gain =
            |subject: &&str| mean_of(record.of(subject).filter_map(|r| r.at(lead, scheme)).map(|s| s.gain()));
        let gains: Vec<String> =
            record.subjects().iter().map(|s| format!("{s} {}", fixed(gain(s), 3))).collect();
        let mut small_print = vec![format!(
            "The gain is R² of mossy fibers and nuclei together minus R² of the mossy fibers alone, onto mossy fibers {main_ms} ms later, {}. \
             Numbers are means over seeds.",
            scheme.words()
        )];
        small_print.extend(record.notes.iter().cloned());
        let recordings = match config.source {
            RecordingSource::Synthetic => &format!(
                "There are two synthetic sessions. They differ in the information that Purkinje cells and nuclei carry: an estimate of the present \
                 state (predictor), or only feedback that is {} ms old (relay).",
                config.synthetic.wrist.delay_ms
            ),
            RecordingSource::Network => {
                "A spiking circuit of the mouse is driven by mossy fibers that carry delayed feedback and commands. It is recorded before and after \
                 its parallel fibers have learned from climbing fibers that signal the feedback."
            }
            RecordingSource::File => "The recordings come from a file.",
        };
        Story {
            answer: format!(
                "Gain in R² from adding the nuclei to the mossy fibers, {main_ms} ms ahead: {}.",
                gains.join(", ")
            ),
            small_print,
            steps: texts([
                recordings,
                "A Gaussian kernel that uses only the past turns spikes into rates, which are cut around the onset of each trial.",
                "Ridge regression predicts each mossy fiber some time ahead: from the nuclei, from the mossy fibers, from both.",
                "Each fit is tested on its own data, on other trials, and on a direction that it was not fitted to.",
            ]),
            sections: vec![
                Section::new(
                    "How far ahead?",
                    "A relay, too, has a high R² from the nuclei alone, because delayed feedback now predicts delayed feedback soon. The question is \
                     how much the nuclei add to the mossy fibers.",
                    &["leads"],
                ),
                Section::new(
                    "Why in-sample R² is no evidence",
                    "With about as many units as independent samples, a linear map fits any data. On data that it was not fitted to, R² is lower, \
                     for predictor and relay alike.",
                    &["schemes"],
                ),
                Section::new(
                    "One mossy fiber",
                    "The panels show the most variable mossy fiber, in directions that the fit did not include.",
                    &["example"],
                ),
            ],
            differences: texts([
                "The recordings of Tanaka et al. are not public. Both synthetic sessions give an in-sample R² around 0.9 that drops little, as \
                 reported in their abstract. It therefore does not show which of the two the monkey resembles.",
                "Autoregression, gain, held-out directions and surrogates are additions to the published analysis.",
            ]),
            ..Story::default()
        }
    }
}
