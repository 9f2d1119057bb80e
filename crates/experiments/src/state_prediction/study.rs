//! The experiment `analysis/state_prediction`.

use super::config::{DEFAULTS, PRESETS, Source, StatePredictionConfig};
use super::findings;
use super::record::StatePredictionRecord;
use super::run::{from_file, network, synthetic};
use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::numbers::fixed;
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Run, Section, Story, Study};

/// The experiment `analysis/state_prediction`.
#[derive(Debug, Clone, Copy)]
pub struct StatePrediction;

static CARD: Card = Card {
    name: "analysis/state_prediction",
    title: "Do the nuclei say what mossy fibers will do?",
    line: "linear prediction of mossy fibers by the nuclei, and what it adds to what they say of themselves; your recordings, too",
    source: "state prediction, Tanaka, Ishikawa & Kakei 2019, with controls",
    sources: &[
        "Analysis: Tanaka, Ishikawa & Kakei 2019, doi:10.1007/s12311-018-0996-4; 2020, doi:10.3389/fnsys.2020.00019",
        "Ridge: Hoerl & Kennard 1970, doi:10.1080/00401706.1970.10488634; reduced rank: Mukherjee & Zhu 2011, doi:10.1002/sam.10138",
        "Minimum jerk: Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985; filter: Kalman 1960, doi:10.1115/1.3662552",
        "Circuit: De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y; cerebellar-models 0.13",
        "Files: NWB schema 2.11.0",
    ],
    defaults: DEFAULTS,
    presets: &PRESETS,
    unit: "parts",
    ..Card::BLANK
};

impl Study for StatePrediction {
    type Config = StatePredictionConfig;
    type Record = StatePredictionRecord;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &StatePredictionConfig) -> Result<(), Error> {
        config.validate()
    }

    fn run(&self, config: &StatePredictionConfig, run: &Run) -> Result<StatePredictionRecord, Error> {
        match config.source {
            Source::Synthetic => synthetic(config, run),
            Source::Network => network(config, run),
            Source::File => from_file(config, run),
        }
    }

    fn findings(&self, config: &StatePredictionConfig, record: &StatePredictionRecord) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn figures(
        &self,
        config: &StatePredictionConfig,
        record: &StatePredictionRecord,
    ) -> Result<Vec<Figure>, Error> {
        super::figures::figures(config, record)
    }

    fn story(&self, config: &StatePredictionConfig, record: &StatePredictionRecord) -> Story {
        story(config, record)
    }
}

fn story(config: &StatePredictionConfig, record: &StatePredictionRecord) -> Story {
    let scheme = record.strictest();
    let main_ms = config.analysis.main_lead_ms;
    let lead = (main_ms / config.analysis.sample_ms).round() as usize;
    let gain = |subject: &str| {
        mean(&record.of(subject).filter_map(|r| r.at(lead, scheme)).map(|s| s.gain()).collect::<Vec<_>>())
    };
    let told: Vec<String> = record.subjects().iter().map(|s| format!("{s} {}", fixed(gain(s), 3))).collect();
    let mut small_print = vec![format!(
        "Gain: R² of mossy fibers and nuclei together less R² of the mossy fibers alone, onto mossy fibers {main_ms} ms later, {}. \
         Means over seeds.",
        scheme.words()
    )];
    small_print.extend(record.notes.iter().cloned());
    let what = match config.source {
        Source::Synthetic => &format!(
            "Two sessions, alike but for what their Purkinje and nuclear cells know: an estimate of the present (predictor) or feedback \
             {} ms late and nothing else (relay).",
            config.synthetic.wrist.delay_ms
        ),
        Source::Network => {
            "A spiking circuit of the mouse, driven by mossy fibers that know late feedback and commands, before and after its \
             parallel fibers have learned from climbing fibers that tell of the feedback."
        }
        Source::File => "Recordings of a file.",
    };
    Story {
        answer: format!("What the nuclei add to what mossy fibers say of themselves {main_ms} ms ahead: {}.", told.join(", ")),
        small_print,
        steps: [
            what,
            "Spikes become rates by a Gaussian kernel that knows the past alone, cut around the onset of each trial.",
            "Ridge regression predicts each mossy fiber some time ahead: from the nuclei, from the mossy fibers, from both.",
            "Each fit is judged on what it was made of, on other trials, and on a direction that it has not seen.",
        ]
        .map(String::from)
        .to_vec(),
        sections: vec![
            Section::new(
                "How far ahead?",
                "R² of the nuclei alone is high for a relay, too: late feedback now tells of late feedback soon. The question is \
                 what the nuclei add.",
                &["leads"],
            ),
            Section::new(
                "Why in-sample R² is no evidence",
                "With about as many units as independent samples, a linear map fits anything. Judged on what it has not seen it \
                 falls, for predictor and relay alike.",
                &["schemes"],
            ),
            Section::new("One mossy fiber", "The one that varies most, in directions that the fit has not seen.", &["example"]),
        ],
        differences: [
            "The recordings of Tanaka et al. are not public. In-sample R² around 0.9 with a small drop, as in their abstract, is what \
             both synthetic sessions give; which of the two the monkey is cannot be told from it.",
            "Autoregression, gain, held-out directions and surrogates are additions to the published analysis.",
        ]
        .map(String::from)
        .to_vec(), ..Story::default() }
}
