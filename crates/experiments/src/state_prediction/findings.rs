//! The findings of the experiment.

use super::config::{Config, RecordingSource};
use super::run::Record;
use Scheme::{InSample, LeaveOneDirectionOut, OddToEven};
use lobule_analysis::state_prediction::{Reconstruction, Scheme, Scores, Surrogate, SurrogateScores};
use lobule_study::prelude::*;

grounds! {
    GAIN = measured "between the gains of +0.072 (predictor) and +0.003 (relay) that the reference measured 60 ms ahead; it states the \
        bounds of 0.03 and 0.02";
    SIGN = measured "sign of the reference's +0.053";
    OTHER_LEADS = chosen_after "the relay's bound at 60 ms, extended to other leads; no record shows that this preceded the first run";
    TABLE = measured "reference measurements, three seeds, ± twice their largest sd of 0.025 (docs/experiments/state_prediction.md)";
    WARNING = chosen_after "0.8 or more, near the reference's 0.869, at its size; no record shows that the bound preceded the first run";
    SURROGATE = chosen_after "the bound of the relay, which adds nothing either; no record shows that this preceded the first run";
    SHUFFLED = chosen_after "0.1 at most, since R² of shuffled data is about 0; added after first results";
}
const SMALLER: Source =
    Source::reported("reference measurements of a larger session, reported for comparison");
const BESIDE: Source = Source::reported("reference measurements, reported for comparison");
const UNRELIABLE: Source = Source::reported("reference measurements: not reliable, so not judged");
const OPEN: Source = Source::reported("no expectation: this is the question");

type Reading = fn(&Scores) -> f64;
type ReconstructionReading = fn(&Reconstruction) -> f64;

/// Twice the largest standard deviation over seeds that the reference gives.
const SPREAD: f64 = 0.05;

/// The lead at which each seed is judged, ms. Chosen: where the reference measurements of the gain are largest.
const JUDGED_MS: f64 = 60.0;

/// Leads of the reference's table, ms.
const LEADS_MS: [f64; 3] = [20.0, 60.0, 100.0];

/// Key, scheme, number, and values of the reference at its three leads: predictor, relay. Source:
/// docs/experiments/state_prediction.md, Results.
const ROWS: [(&str, Scheme, Reading, [[f64; 3]; 2]); 4] = [
    ("nuclear", InSample, |s| s.nuclear, [[0.885, 0.889, 0.893], [0.881, 0.869, 0.861]]),
    ("nuclear", OddToEven, |s| s.nuclear, [[0.57, 0.56, 0.58], [0.56, 0.54, 0.50]]),
    ("nuclear", LeaveOneDirectionOut, |s| s.nuclear, [[0.60, 0.58, 0.60], [0.59, 0.58, 0.53]]),
    ("autoregression", LeaveOneDirectionOut, |s| s.autoregression, [[0.92, 0.73, 0.62], [0.92, 0.74, 0.64]]),
];
const GAINS: [[f64; 3]; 2] = [[0.010, 0.072, 0.053], [-0.007, 0.003, -0.001]];
const FORWARD_LESS_BACKWARD: [f64; 3] = [-0.07, -0.13, -0.05];

pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    for (k, name) in record.subjects().into_iter().enumerate() {
        let column = (config.source == RecordingSource::Synthetic && k < 2).then_some(k);
        let subject = Subject { config, record, name, column };
        subject.gains(&mut found);
        match column {
            Some(column) => subject.table(column, &mut found),
            None => subject.scores(&mut found),
        }
        subject.surrogates(&mut found);
        subject.reconstruction(&mut found);
    }
    found
}

/// One kind of recording, with its column in the reference's table.
struct Subject<'a> {
    config: &'a Config,
    record: &'a Record,
    name: &'a str,
    column: Option<usize>,
}

/// The place of a lead in the reference's table.
fn place(ms: f64) -> Option<usize> {
    LEADS_MS.iter().position(|lead| *lead == ms)
}

fn around(reference: f64) -> Expected {
    let rounded = |x: f64| (x * 1e3).round() / 1e3;
    (rounded(reference - SPREAD)..=rounded(reference + SPREAD)).into()
}

impl Subject<'_> {
    fn by_seed(&self, ms: f64, scheme: Scheme, of: impl Fn(&Scores) -> f64) -> Option<Vec<f64>> {
        self.record.by_seed(self.name, self.config.analysis.lead(ms), scheme, of)
    }

    /// The strictest scheme that the recordings of this subject allow.
    fn strictest(&self) -> Scheme {
        self.record.of(self.name).next().map_or(InSample, |r| r.strictest())
    }

    fn gains(&self, found: &mut Vec<Finding>) {
        let scheme = self.strictest();
        for &ms in &self.config.analysis.leads_ms {
            let Some(values) = self.by_seed(ms, scheme, Scores::gain) else { continue };
            let reference = self.column.zip(place(ms)).map(|(c, k)| GAINS[c][k]);
            let reference =
                reference.map(|gain| format!("; {gain:+.3} in the reference")).unwrap_or_default();
            let words = scheme.words();
            let meaning =
                format!("R² of mossy fibers and nuclei minus R² of mossy fibers alone, {words}{reference}.");
            let gain = Finding::new(format!("gain/{}/{ms}ms", self.name), meaning, values);
            found.push(match (self.name, self.column) {
                ("predictor", Some(_)) if ms == JUDGED_MS => gain.each(0.03.., &GAIN),
                ("relay", Some(_)) if ms == JUDGED_MS => gain.each(..=0.02, &GAIN),
                ("predictor", Some(_)) if ms == 100.0 => gain.mean(0.0.., &SIGN),
                ("relay", Some(_)) => gain.mean(..=0.02, &OTHER_LEADS),
                (_, Some(_)) => gain.beside(&BESIDE),
                (_, None) => gain.beside(&OPEN),
            });
        }
    }

    /// The reference's table; R² depends on the number of units and trials, so that it is judged at the reference's size only.
    fn table(&self, column: usize, found: &mut Vec<Finding>) {
        let leads = || LEADS_MS.into_iter().enumerate().filter(|(_, ms)| self.has_lead(*ms));
        let has_size = self.config.is_of_reference_size();
        for (key, scheme, of, references) in ROWS {
            for (k, ms) in leads() {
                let Some(values) = self.by_seed(ms, scheme, of) else { continue };
                let reference = references[column][k];
                let score = self.score(key, scheme, ms, values, &format!("; {reference} in the reference"));
                let expected = around(reference);
                found.push(if has_size { score.mean(expected, &TABLE) } else { score.beside(&SMALLER) });
            }
        }
        let scheme = LeaveOneDirectionOut;
        for (k, ms) in leads() {
            let Some(values) = self.by_seed(ms, scheme, |s| s.nuclear - s.backward) else { continue };
            let reference = match column {
                0 => format!("; {} in the reference", FORWARD_LESS_BACKWARD[k]),
                _ => String::new(),
            };
            let words = scheme.words();
            let meaning = format!(
                "R² of the nuclei onto later minus R² onto earlier mossy fibers, {words}{reference}."
            );
            let name = format!("forward_less_backward/{}/{ms}ms", self.name);
            found.push(Finding::new(name, meaning, values).beside(&UNRELIABLE));
        }
        if self.name == "relay"
            && let Some(values) = self.by_seed(JUDGED_MS, InSample, |s| s.nuclear)
        {
            let meaning = "In-sample R², 60 ms ahead, of nuclei that predict nothing: a value this high is no evidence of prediction.";
            let relay = Finding::new("warning/in_sample_r2_of_the_relay", meaning, values);
            found.push(relay.mean([has_size.then_some(0.8), None], &WARNING));
        }
    }

    fn has_lead(&self, ms: f64) -> bool {
        self.config.analysis.leads_ms.contains(&ms)
    }

    fn score(&self, key: &str, scheme: Scheme, ms: f64, values: Vec<f64>, reference: &str) -> Finding {
        let population = if key == "nuclear" { "nuclei" } else { "mossy fibers" };
        let meaning = format!("R² of the {population} onto mossy fibers, {}{reference}.", scheme.words());
        Finding::new(format!("r2/{key}/{}/{}/{ms}ms", scheme.key(), self.name), meaning, values)
    }

    /// All scores, without a reference.
    fn scores(&self, found: &mut Vec<Finding>) {
        let readings: [(&str, Reading); 2] =
            [("nuclear", |s| s.nuclear), ("autoregression", |s| s.autoregression)];
        for scheme in Scheme::ALL {
            for &ms in &self.config.analysis.leads_ms {
                for (key, of) in readings {
                    let Some(values) = self.by_seed(ms, scheme, of) else { continue };
                    found.push(self.score(key, scheme, ms, values, "").beside(&OPEN));
                }
            }
        }
    }

    fn surrogates(&self, found: &mut Vec<Finding>) {
        let (scheme, ms) = (self.strictest(), self.config.analysis.main_lead_ms);
        for surrogate in Surrogate::ALL {
            let of = |of: fn(&SurrogateScores) -> f64| -> Option<Vec<f64>> {
                let one = |s: &[SurrogateScores]| s.iter().find(|s| s.surrogate == surrogate).map(of);
                self.record.of(self.name).map(|r| one(&r.surrogates)).collect()
            };
            let (Some(gains), Some(scores)) = (of(|s| s.gain), of(|s| s.nuclear)) else { continue };
            let destroyed = match surrogate {
                Surrogate::DirectionShuffled => "directions are exchanged",
                Surrogate::TimeShifted => "rates are rotated by half a trial",
            };
            let meaning = format!("Gain {ms} ms ahead with nuclei whose {destroyed}, {}.", scheme.words());
            let name = format!("gain/{}/{}", self.name, surrogate.key());
            found.push(Finding::new(name, meaning, gains).mean(..=0.02, &SURROGATE));
            let meaning = format!("R² of such nuclei onto mossy fibers {ms} ms later, {}.", scheme.words());
            let name = format!("r2/nuclear/{}/{}", self.name, surrogate.key());
            let score = Finding::new(name, meaning, scores);
            // What directions have in common, such as the time of the movement, remains.
            let is_judged = surrogate == Surrogate::DirectionShuffled && scheme == LeaveOneDirectionOut;
            found.push(if is_judged { score.mean(..=0.1, &SHUFFLED) } else { score.beside(&OPEN) });
        }
    }

    fn reconstruction(&self, found: &mut Vec<Finding>) {
        // Key, map, number, R² in the reference.
        let targets: [(&str, &str, ReconstructionReading, f64); 2] = [
            ("purkinje", "Purkinje cells from mossy fibers", |r| r.purkinje, 0.98),
            ("nuclear", "nuclei from mossy fibers and Purkinje cells", |r| r.nuclear, 0.99),
        ];
        for scheme in Scheme::ALL {
            for (key, map, of, reference) in targets {
                let one = |r: &[Reconstruction]| r.iter().find(|r| r.scheme == scheme).map(of);
                let values = self.record.of(self.name).map(|r| one(&r.reconstruction)).collect();
                let Some(values) = values else { continue };
                let name = format!("reconstruction/{key}/{}/{}", scheme.key(), self.name);
                let meaning = format!("R² of the {map} in one instant, {}", scheme.words());
                let has_size = self.column.is_some() && self.config.is_of_reference_size();
                found.push(if has_size && scheme == InSample {
                    let Expected([low, _]) = around(reference);
                    let meaning = format!("{meaning}; {reference} in the reference.");
                    Finding::new(name, meaning, values).mean([low, None], &TABLE)
                } else {
                    Finding::new(name, format!("{meaning}."), values).beside(&OPEN)
                });
            }
        }
    }
}
