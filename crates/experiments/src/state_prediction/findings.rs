//! The findings of the experiment.

use super::config::{Source, StatePredictionConfig};
use super::record::StatePredictionRecord;
use lobule_analysis::state_prediction::{Report, Scheme, Scores, Surrogate};
use lobule_study::report::{Finding, Judge};

const BOUND: &str = "Chosen: above 0.03 (predictor), below 0.02 (relay) 60 ms ahead, between the +0.072 and +0.003 of the reference measurements";
const TABLE: &str = "reference measurements, three seeds, ± twice their largest sd of 0.025 (docs/experiments/state_prediction.md)";
const SMALLER: &str = "reference measurements of a larger session: reported beside them";
const BESIDE: &str = "reference measurements, reported beside them";
const SURROGATE: &str = "Chosen: the bound of the relay, which adds nothing either";
const OWN: &str = "no expectation: it is the question";
/// A number read from scores.
type Reading = fn(&Scores) -> f64;

/// Twice the largest standard deviation over seeds that the reference gives.
const SPREAD: f64 = 0.05;

/// The lead at which each seed is judged, ms. Chosen: where the reference measurements of the gain are largest.
const JUDGED_MS: f64 = 60.0;

/// Values of the reference at 20, 60 and 100 ms: predictor, relay.
struct Row {
    key: &'static str,
    scheme: Scheme,
    of: fn(&Scores) -> f64,
    theirs: [[f64; 3]; 2],
}

const LEADS_MS: [f64; 3] = [20.0, 60.0, 100.0];

/// The reference's table. Source: docs/experiments/state_prediction.md, Results.
const ROWS: [Row; 4] = [
    Row {
        key: "nuclear",
        scheme: Scheme::InSample,
        of: |s| s.nuclear,
        theirs: [[0.885, 0.889, 0.893], [0.881, 0.869, 0.861]],
    },
    Row {
        key: "nuclear",
        scheme: Scheme::OddToEven,
        of: |s| s.nuclear,
        theirs: [[0.57, 0.56, 0.58], [0.56, 0.54, 0.50]],
    },
    Row {
        key: "nuclear",
        scheme: Scheme::LeaveOneDirectionOut,
        of: |s| s.nuclear,
        theirs: [[0.60, 0.58, 0.60], [0.59, 0.58, 0.53]],
    },
    Row {
        key: "autoregression",
        scheme: Scheme::LeaveOneDirectionOut,
        of: |s| s.autoregression,
        theirs: [[0.92, 0.73, 0.62], [0.92, 0.74, 0.64]],
    },
];

/// All findings.
pub fn findings(config: &StatePredictionConfig, record: &StatePredictionRecord) -> Vec<Finding> {
    let mut found = Vec::new();
    for (k, subject) in record.subjects().into_iter().enumerate() {
        let reports: Vec<&Report> = record.of(subject).collect();
        let is_synthetic = config.source == Source::Synthetic && k < 2;
        // The table is that of a session of its size; R² hangs on the number of units and trials.
        let has_table = is_synthetic && config.is_of_reference_size();
        gains(config, subject, &reports, is_synthetic, &mut found);
        if is_synthetic {
            table(config, subject, k, &reports, &mut found);
        } else {
            plain(config, subject, &reports, &mut found);
        }
        surrogates(config, subject, &reports, &mut found);
        reconstruction(subject, &reports, has_table, &mut found);
    }
    found
}

/// The reference's value with its spread, where the session has its size.
fn around(config: &StatePredictionConfig, theirs: f64) -> [Option<f64>; 2] {
    let rounded = |x: f64| Some((x * 1e3).round() / 1e3);
    match config.is_of_reference_size() {
        true => [rounded(theirs - SPREAD), rounded(theirs + SPREAD)],
        false => [None, None],
    }
}

fn lead_of(config: &StatePredictionConfig, ms: f64) -> usize {
    (ms / config.analysis.sample_ms).round() as usize
}

/// A number of each seed; none unless all have it.
fn by_seed(
    reports: &[&Report],
    lead: usize,
    scheme: Scheme,
    of: impl Fn(&Scores) -> f64,
) -> Option<Vec<f64>> {
    reports.iter().map(|r| r.at(lead, scheme).map(&of)).collect()
}

fn strictest(reports: &[&Report]) -> Scheme {
    reports.first().map_or(Scheme::InSample, |r| r.strictest())
}

fn gains(
    config: &StatePredictionConfig,
    subject: &str,
    reports: &[&Report],
    is_judged: bool,
    found: &mut Vec<Finding>,
) {
    let scheme = strictest(reports);
    for &ms in &config.analysis.leads_ms {
        let Some(values) = by_seed(reports, lead_of(config, ms), scheme, Scores::gain) else { continue };
        let theirs = match (subject, LEADS_MS.iter().position(|l| *l == ms)) {
            ("predictor", Some(k)) => format!("; {:+.3} in the reference", [0.010, 0.072, 0.053][k]),
            ("relay", Some(k)) => format!("; {:+.3} in the reference", [-0.007, 0.003, -0.001][k]),
            _ => String::new(),
        };
        let (range, judge, source) = match subject {
            "predictor" if is_judged && ms == JUDGED_MS => ([Some(0.03), None], Judge::Each, BOUND),
            "relay" if is_judged && ms == JUDGED_MS => ([None, Some(0.02)], Judge::Each, BOUND),
            "predictor" if is_judged && ms == 100.0 => {
                ([Some(0.0), None], Judge::Mean, "reference measurements: its sign")
            }
            "relay" if is_judged && ms != JUDGED_MS => ([None, Some(0.02)], Judge::Mean, BOUND),
            _ if is_judged => ([None, None], Judge::Mean, BESIDE),
            _ => ([None, None], Judge::Mean, OWN),
        };
        let counts = if judge == Judge::Each { "; every seed counts" } else { "" };
        found.push(Finding::seven(
            format!("gain/{subject}/{ms}ms"),
            &format!(
                "R² of mossy fibers and nuclei less R² of mossy fibers alone, {}{theirs}{counts}.",
                scheme.words()
            ),
            values,
            "1",
            range,
            judge,
            source,
        ));
    }
}

fn table(
    config: &StatePredictionConfig,
    subject: &str,
    k: usize,
    reports: &[&Report],
    found: &mut Vec<Finding>,
) {
    for row in &ROWS {
        for (ms, theirs) in LEADS_MS.into_iter().zip(row.theirs[k]) {
            if !config.analysis.leads_ms.contains(&ms) {
                continue;
            }
            let Some(values) = by_seed(reports, lead_of(config, ms), row.scheme, row.of) else { continue };
            found.push(Finding::seven(
                format!("r2/{}/{}/{subject}/{ms}ms", row.key, row.scheme.key()),
                &format!(
                    "R² of the {} onto mossy fibers, {}; {theirs} in the reference; the mean counts.",
                    if row.key == "nuclear" { "nuclei" } else { "mossy fibers" },
                    row.scheme.words()
                ),
                values,
                "1",
                around(config, theirs),
                Judge::Mean,
                if config.is_of_reference_size() { TABLE } else { SMALLER },
            ));
        }
    }
    let theirs = [[-0.07, -0.13, -0.05], [f64::NAN; 3]][k];
    for (ms, theirs) in LEADS_MS.into_iter().zip(theirs) {
        if !config.analysis.leads_ms.contains(&ms) {
            continue;
        }
        let scheme = Scheme::LeaveOneDirectionOut;
        let difference = |s: &Scores| s.nuclear - s.backward;
        let Some(values) = by_seed(reports, lead_of(config, ms), scheme, difference) else { continue };
        let theirs = if theirs.is_finite() { format!("; {theirs} in the reference") } else { String::new() };
        found.push(Finding::seven(
            format!("forward_less_backward/{subject}/{ms}ms"),
            &format!(
                "R² of the nuclei onto later less onto earlier mossy fibers, {}{theirs}.",
                scheme.words()
            ),
            values,
            "1",
            [None, None],
            Judge::Mean,
            "reference measurements: not reliable, so not judged",
        ));
    }
    if subject == "relay"
        && let Some(values) = by_seed(reports, lead_of(config, JUDGED_MS), Scheme::InSample, |s| s.nuclear)
    {
        found.push(Finding::seven(
            "warning/in_sample_r2_of_the_relay",
            "In-sample R² of nuclei that predict nothing, 60 ms ahead: so much is no evidence of prediction; the mean counts.",
            values,
            "1",
            [config.is_of_reference_size().then_some(0.8), None],
            Judge::Mean,
            "Chosen: 0.8 or more, near the 0.869 of the reference measurements, at their size",
        ));
    }
}

fn plain(config: &StatePredictionConfig, subject: &str, reports: &[&Report], found: &mut Vec<Finding>) {
    for scheme in Scheme::ALL {
        for &ms in &config.analysis.leads_ms {
            let numbers: [(&str, &str, Reading); 2] = [
                ("nuclear", "nuclei", |s| s.nuclear),
                ("autoregression", "mossy fibers", |s| s.autoregression),
            ];
            for (key, words, of) in numbers {
                let Some(values) = by_seed(reports, lead_of(config, ms), scheme, of) else { continue };
                found.push(Finding::seven(
                    format!("r2/{key}/{}/{subject}/{ms}ms", scheme.key()),
                    &format!("R² of the {words} onto mossy fibers, {}.", scheme.words()),
                    values,
                    "1",
                    [None, None],
                    Judge::Mean,
                    OWN,
                ));
            }
        }
    }
}

fn surrogates(config: &StatePredictionConfig, subject: &str, reports: &[&Report], found: &mut Vec<Finding>) {
    let scheme = strictest(reports);
    for surrogate in Surrogate::ALL {
        let of = |r: &&Report| r.surrogates.iter().find(|s| s.surrogate == surrogate).copied();
        let Some(all) = reports.iter().map(of).collect::<Option<Vec<_>>>() else { continue };
        let main_ms = config.analysis.main_lead_ms;
        let what = match surrogate {
            Surrogate::DirectionShuffled => "directions are exchanged",
            Surrogate::TimeShifted => "rates are rotated by half a trial",
        };
        let gains = all.iter().map(|s| s.gain).collect();
        found.push(Finding::seven(
            format!("gain/{subject}/{}", surrogate.key()),
            &format!(
                "The gain {main_ms} ms ahead with nuclei whose {what}, {}; the mean counts.",
                scheme.words()
            ),
            gains,
            "1",
            [None, Some(0.02)],
            Judge::Mean,
            SURROGATE,
        ));
        let is_judged = surrogate == Surrogate::DirectionShuffled && scheme == Scheme::LeaveOneDirectionOut;
        found.push(Finding::seven(
            format!("r2/nuclear/{subject}/{}", surrogate.key()),
            &format!("R² of such nuclei onto mossy fibers {main_ms} ms later, {}.", scheme.words()),
            all.iter().map(|s| s.nuclear).collect(),
            "1",
            // What directions have in common, such as when the wrist moves, remains.
            if is_judged { [None, Some(0.1)] } else { [None, None] },
            Judge::Mean,
            if is_judged { "Chosen: 0.1 at most, for shuffled data are about 0" } else { OWN },
        ));
    }
}

fn reconstruction(subject: &str, reports: &[&Report], has_table: bool, found: &mut Vec<Finding>) {
    for scheme in Scheme::ALL {
        let of = |r: &&Report| r.reconstruction.iter().find(|x| x.scheme == scheme).copied();
        let Some(all) = reports.iter().map(of).collect::<Option<Vec<_>>>() else { continue };
        for (key, words, theirs, values) in [
            ("purkinje", "Purkinje cells from mossy fibers", 0.98, all.iter().map(|r| r.purkinje).collect()),
            (
                "nuclear",
                "nuclei from mossy fibers and Purkinje cells",
                0.99,
                all.iter().map(|r| r.nuclear).collect(),
            ),
        ] {
            let is_judged = has_table && scheme == Scheme::InSample;
            let said = if is_judged {
                format!("; {theirs} in the reference; the mean counts")
            } else {
                String::new()
            };
            found.push(Finding::seven(
                format!("reconstruction/{key}/{}/{subject}", scheme.key()),
                &format!("R² of the {words} in one instant, {}{said}.", scheme.words()),
                values,
                "1",
                if is_judged { [Some(((theirs - SPREAD) * 1e3).round() / 1e3), None] } else { [None, None] },
                Judge::Mean,
                if is_judged { TABLE } else { OWN },
            ));
        }
    }
}
