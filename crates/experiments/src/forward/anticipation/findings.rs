//! The findings of the experiment.

use super::config::AnticipationConfig;
use super::record::{AnticipationRecord, EARLIEST_MS, LineResult, LinesRun, Sensor};
use lobule_analysis::mean;
use lobule_study::report::{Finding, Source};

/// Everything on which ranges rest.
pub const GROUNDS: &[Source] = &[GATE, LATE_GAIN, EXTRAPOLATED_GAIN, EARLY_GAIN, FIVEFOLD, NO_COPY, LOW_GAIN];

const GATE: Source = Source::chosen_after(
    "bound ours: two hundredths of the variance for measuring skill; no commit precedes the first run, and the learning rate is fitted",
);
const LATE_GAIN: Source = Source::measured(
    "reference measurements (docs/experiments/forward.md): 40, the highest stable gain tested; 60 was unstable on 20 of 20 seeds",
);
const EXTRAPOLATED_GAIN: Source = Source::measured(
    "reference measurements (docs/experiments/forward.md): 20, the highest stable gain tested; the next gain was 40",
);
const EARLY_GAIN: Source = Source::measured(
    "reference measurements (docs/experiments/forward.md): at least 400, the highest gain tested",
);
const FIVEFOLD: Source = Source::chosen_before(
    "specification of the experiment, which preceded the program: at least 5 times the gain of the raw line; the reference measured at \
     least 400 and 40",
);
const NO_COPY: Source = Source::chosen_after(
    "direction: reference measurements, 20 without efference copy and 40 raw; bound ours: 1 is no gain over the raw line; no commit \
     precedes the first run",
);
const LOW_GAIN: Source = Source::chosen_after(
    "direction: reference measurements, 0.336 m anticipated and 0.247 m raw; bound ours: 0 is an equal error; no commit precedes the first \
     run",
);
const REFERENCE: Source = Source::reported(
    "reference measurements (docs/experiments/forward.md), which give no spread; frequencies and learning rate are fitted to them",
);
const OTHER_SINES: Source = Source::reported(
    "reference measurements (docs/experiments/forward.md), which give no spread and follow other sines",
);

/// A loop counts as stable while its rms is below this multiple of that with the present state. Chosen: an oscillating
/// loop has a larger error, whether or not it is bounded.
const STABLE: f64 = 2.0;

/// True if a line is among the earliest.
pub fn is_earliest(line: &LineResult) -> bool {
    line.lag_ms < EARLIEST_MS
}

/// The runs of a lead, by seed.
pub fn of_lead(record: &AnticipationRecord, lead_ms: usize) -> Vec<&LinesRun> {
    record.lines.iter().filter(|r| r.lead_ms == lead_ms).collect()
}

/// Mean of a value over the lines that fit, for each seed that has any.
pub fn by_seed(
    record: &AnticipationRecord,
    lead_ms: usize,
    fits: impl Fn(&LinesRun, &LineResult) -> bool,
    of: impl Fn(&LineResult) -> f64,
) -> Vec<f64> {
    let means = of_lead(record, lead_ms).into_iter().map(|r| r.mean(|l| fits(r, l), &of));
    means.filter(|m| m.is_finite()).collect()
}

/// Rms of a sensor at a gain on a seed; none if it diverged.
pub fn rms(record: &AnticipationRecord, sensor: Sensor, gain: f64, seed: u64) -> Option<f64> {
    let run = record.tracking.iter().find(|r| r.sensor == sensor && r.gain == gain && r.seed == seed);
    run.and_then(|r| r.rms_m)
}

/// True if a loop is stable.
fn is_stable(record: &AnticipationRecord, sensor: Sensor, gain: f64, seed: u64) -> bool {
    match (rms(record, sensor, gain, seed), rms(record, Sensor::Perfect, gain, seed)) {
        (Some(error), Some(best)) => error < STABLE * best,
        _ => false,
    }
}

/// Highest gain up to which a loop is stable, by seed; 0 for none.
pub fn highest_gains(config: &AnticipationConfig, record: &AnticipationRecord, sensor: Sensor) -> Vec<f64> {
    let mut gains = config.tracking.gains.clone();
    gains.sort_by(f64::total_cmp);
    let highest = |&seed: &u64| {
        gains.iter().take_while(|&&g| is_stable(record, sensor, g, seed)).last().copied().unwrap_or(0.0)
    };
    config.seeds.iter().map(highest).collect()
}

/// Lowest rms over all gains, by seed.
fn best_rms(config: &AnticipationConfig, record: &AnticipationRecord, sensor: Sensor) -> Vec<f64> {
    let best = |&seed: &u64| {
        let stable = config.tracking.gains.iter().filter_map(|&g| rms(record, sensor, g, seed));
        stable.fold(f64::INFINITY, f64::min)
    };
    config.seeds.iter().map(best).collect()
}

/// All findings.
pub fn findings(config: &AnticipationConfig, record: &AnticipationRecord) -> Vec<Finding> {
    let mut found = Vec::new();
    config.lines.leads_ms.iter().for_each(|&lead_ms| lines(record, lead_ms, &mut found));
    tracking(config, record, &mut found);
    found
}

/// Values of the reference at leads of 20, 50, 100 and 200 ms, in words.
fn in_reference(lead_ms: usize, values: [f64; 4]) -> String {
    let column = [20, 50, 100, 200].iter().position(|&ms| ms == lead_ms);
    column.map_or(String::new(), |k| format!("; {} in the reference", values[k]))
}

fn lines(record: &AnticipationRecord, lead_ms: usize, found: &mut Vec<Finding>) {
    let mut add = |what: &str, meaning: String, by_seed: Vec<f64>| {
        // There may be no line of the kind.
        if by_seed.is_empty() {
            return;
        }
        let new = Finding::new(format!("{what}/{lead_ms}ms"), meaning, by_seed);
        found.push(match what {
            "gate_working" => new.mean(-0.02.., &GATE),
            _ => new.beside(&REFERENCE),
        });
    };
    let beside = |values| in_reference(lead_ms, values);
    add(
        "r2/all",
        format!("R² of all lines, ungated{}.", beside([0.986, 0.947, 0.757, 0.068])),
        by_seed(record, lead_ms, |_, _| true, |l| l.predicted),
    );
    add(
        "r2/persistence",
        format!(
            "R² of the present value of each line as its prediction{}; the task is fitted to it.",
            beside([0.952, 0.769, 0.290, -0.591])
        ),
        by_seed(record, lead_ms, |_, _| true, |l| l.persistence),
    );
    add(
        "r2/known_early",
        format!(
            "R² of lines whose signal other lines carry earlier by a lead and 50 ms, ungated{}.",
            beside([0.991, 0.986, 0.981, 0.974])
        ),
        by_seed(record, lead_ms, LinesRun::is_known_early, |l| l.predicted),
    );
    add(
        "r2/earliest",
        format!("R² of the earliest lines, ungated{}.", beside([0.967, 0.784, 0.013, -1.17])),
        by_seed(record, lead_ms, |_, l| is_earliest(l), |l| l.predicted),
    );
    // A gate is necessary where prediction is worse than passing the line through; a working gate never is.
    let over_persistence = |of: fn(&LineResult) -> f64| -> Vec<f64> {
        let difference = |r: &LinesRun| r.mean(is_earliest, of) - r.mean(is_earliest, |l| l.persistence);
        of_lead(record, lead_ms).into_iter().map(difference).filter(|m| m.is_finite()).collect()
    };
    add(
        "gate_necessary",
        format!(
            "Earliest lines without a gate: R² of the prediction minus R² of the present value{}; below 0 a gate is necessary. Not judged, \
             because the outcome depends on the learning rate, which is fitted.",
            beside([0.0, 0.0, -0.265, -0.59])
        ),
        over_persistence(|l| l.predicted),
    );
    add(
        "gate_working",
        "Earliest lines with the gate: R² of the output minus R² of the present value; a working gate loses no more than the cost of \
         measuring skill."
            .into(),
        over_persistence(|l| l.gated),
    );
}

fn tracking(config: &AnticipationConfig, record: &AnticipationRecord, found: &mut Vec<Finding>) {
    for (sensor, expected, source, gain, error) in [
        (Sensor::Raw, [None, Some(40.0)], LATE_GAIN, "40 (60 unstable on 20/20 seeds)", 0.149),
        (Sensor::ConstantVelocity, [None, Some(20.0)], EXTRAPOLATED_GAIN, "20", 0.274),
        (Sensor::WithoutEfference, [None, Some(20.0)], EXTRAPOLATED_GAIN, "20", 0.348),
        (Sensor::Anticipated, [Some(400.0), None], EARLY_GAIN, "at least 400", 0.079),
        (Sensor::Perfect, [Some(400.0), None], EARLY_GAIN, "at least 400", 0.079),
    ] {
        let (key, words) = (sensor.key(), sensor.words());
        let meaning = format!("Highest stable Kp tested, {words}; {gain} in the reference.");
        let gains = highest_gains(config, record, sensor);
        let highest = Finding::new(format!("highest_stable_gain/{key}"), meaning, gains);
        found.push(highest.unit("N/m").mean(expected, &source));
        let best = best_rms(config, record, sensor);
        if best.iter().all(|b| b.is_finite()) {
            let meaning = format!("Lowest rms error over all gains, {words}; {error} in the reference.");
            let lowest = Finding::new(format!("best_rms/{key}"), meaning, best);
            found.push(lowest.unit("m").beside(&OTHER_SINES));
        }
    }
    let raw = highest_gains(config, record, Sensor::Raw);
    let relative_to_raw = |sensor| -> Vec<f64> {
        highest_gains(config, record, sensor).iter().zip(&raw).map(|(gain, raw)| gain / raw).collect()
    };
    let meaning = "Highest stable gain relative to the raw line, anticipated with efference copies.";
    let ratio = Finding::new("gain_over_raw", meaning, relative_to_raw(Sensor::Anticipated));
    found.push(ratio.each(5.0.., &FIVEFOLD));
    let meaning = "Highest stable gain relative to the raw line, anticipated without efference copies; at most 1 is no improvement.";
    let ratios = relative_to_raw(Sensor::WithoutEfference);
    found.push(Finding::new("gain_over_raw_without_efference", meaning, ratios).each(..=1.0, &NO_COPY));
    if config.tracking.gains.contains(&20.0) {
        let at = |sensor, seed: u64| rms(record, sensor, 20.0, seed).unwrap_or(f64::NAN);
        let difference = |&seed: &u64| at(Sensor::Anticipated, seed) - at(Sensor::Raw, seed);
        let meaning = "At Kp = 20: rms error of the anticipated loop minus that of the raw one; above 0 the delayed loop has the smaller \
                       error. 0.336 - 0.247 in the reference.";
        let by_seed = config.seeds.iter().map(difference).collect();
        found.push(Finding::new("rms_at_low_gain", meaning, by_seed).unit("m").mean(0.0.., &LOW_GAIN));
    }
}

/// Mean over seeds of the highest stable gain.
pub fn mean_highest_gain(config: &AnticipationConfig, record: &AnticipationRecord, sensor: Sensor) -> f64 {
    mean(&highest_gains(config, record, sensor))
}
