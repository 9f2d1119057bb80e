//! The findings of the experiment.

use super::Config;
use super::record::{LineResult, LinesRun, Record, Sensor};
use lobule_study::grounds;
use lobule_study::report::{Finding, Source};

grounds! {
    GATE = chosen_after "bound ours: two hundredths of the variance for measuring skill; no commit precedes the first run, and the \
        learning rate is fitted";
    LATE_GAIN = measured "reference measurements (docs/experiments/forward.md): 40, the highest stable gain tested; 60 was unstable on 20 \
        of 20 seeds";
    EXTRAPOLATED_GAIN = measured "reference measurements (docs/experiments/forward.md): 20, the highest stable gain tested; the next gain \
        was 40";
    EARLY_GAIN = measured "reference measurements (docs/experiments/forward.md): at least 400, the highest gain tested";
    FIVEFOLD = chosen_before "specification of the experiment, which preceded the program: at least 5 times the gain of the raw line; the \
        reference measured at least 400 and 40";
    NO_COPY = chosen_after "direction: reference measurements, 20 without efference copy and 40 raw; bound ours: 1 is no gain over the raw \
        line; no commit precedes the first run";
    LOW_GAIN = chosen_after "direction: reference measurements, 0.336 m anticipated and 0.247 m raw; bound ours: 0 is an equal error; no \
        commit precedes the first run";
}
const REFERENCE: Source = Source::reported(
    "reference measurements (docs/experiments/forward.md), which give no spread; frequencies and learning rate are fitted to them",
);
const OTHER_SINES: Source = Source::reported(
    "reference measurements (docs/experiments/forward.md), which give no spread and follow other sines",
);

pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    config.lines.leads_ms.iter().for_each(|&lead_ms| lines(record, lead_ms, &mut found));
    tracking(config, record, &mut found);
    found
}

fn lines(record: &Record, lead_ms: usize, found: &mut Vec<Finding>) {
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
    // Values of the reference at leads of 20, 50, 100 and 200 ms, in words.
    let column = [20, 50, 100, 200].iter().position(|&ms| ms == lead_ms);
    let beside =
        |values: [f64; 4]| column.map_or(String::new(), |k| format!("; {} in the reference", values[k]));
    let all = |of: fn(&LineResult) -> f64| record.by_seed(lead_ms, |_, _| true, of);
    let meaning = format!("R² of all lines, ungated{}.", beside([0.986, 0.947, 0.757, 0.068]));
    add("r2/all", meaning, all(|l| l.predicted));
    let theirs = beside([0.952, 0.769, 0.290, -0.591]);
    let meaning =
        format!("R² of the present value of each line as its prediction{theirs}; the task is fitted to it.");
    add("r2/persistence", meaning, all(|l| l.persistence));
    let theirs = beside([0.991, 0.986, 0.981, 0.974]);
    let meaning =
        format!("R² of lines whose signal other lines carry earlier by a lead and 50 ms, ungated{theirs}.");
    let known = record.by_seed(lead_ms, LinesRun::is_known_early, |l| l.predicted);
    add("r2/known_early", meaning, known);
    let meaning = format!("R² of the earliest lines, ungated{}.", beside([0.967, 0.784, 0.013, -1.17]));
    let earliest = record.by_seed(lead_ms, |_, l| l.is_earliest(), |l| l.predicted);
    add("r2/earliest", meaning, earliest);
    // A gate is necessary where prediction is worse than passing the line through; a working gate never is.
    let over_persistence = |of: fn(&LineResult) -> f64| -> Vec<f64> {
        let earliest = LineResult::is_earliest;
        let difference = |r: &LinesRun| r.mean(earliest, of) - r.mean(earliest, |l| l.persistence);
        record.of_lead(lead_ms).map(difference).filter(|m| m.is_finite()).collect()
    };
    let meaning = format!(
        "Earliest lines without a gate: R² of the prediction minus R² of the present value{}; below 0 a gate is necessary. Not judged, \
         because the outcome depends on the learning rate, which is fitted.",
        beside([0.0, 0.0, -0.265, -0.59])
    );
    add("gate_necessary", meaning, over_persistence(|l| l.predicted));
    let meaning = "Earliest lines with the gate: R² of the output minus R² of the present value; a working gate loses no more than the cost of \
                   measuring skill.";
    add("gate_working", meaning.into(), over_persistence(|l| l.gated));
}

fn tracking(config: &Config, record: &Record, found: &mut Vec<Finding>) {
    for (sensor, expected, source, gain, error) in [
        (Sensor::Raw, [None, Some(40.0)], LATE_GAIN, "40 (60 unstable on 20/20 seeds)", 0.149),
        (Sensor::ConstantVelocity, [None, Some(20.0)], EXTRAPOLATED_GAIN, "20", 0.274),
        (Sensor::WithoutEfference, [None, Some(20.0)], EXTRAPOLATED_GAIN, "20", 0.348),
        (Sensor::Anticipated, [Some(400.0), None], EARLY_GAIN, "at least 400", 0.079),
        (Sensor::Perfect, [Some(400.0), None], EARLY_GAIN, "at least 400", 0.079),
    ] {
        let words = sensor.words();
        let meaning = format!("Highest stable Kp tested, {words}; {gain} in the reference.");
        let gains = record.highest_gains(config, sensor);
        let highest = Finding::new(format!("highest_stable_gain/{sensor}"), meaning, gains);
        found.push(highest.unit("N/m").mean(expected, &source));
        let best = record.best_rms(config, sensor);
        if best.iter().all(|b| b.is_finite()) {
            let meaning = format!("Lowest rms error over all gains, {words}; {error} in the reference.");
            let lowest = Finding::new(format!("best_rms/{sensor}"), meaning, best);
            found.push(lowest.unit("m").beside(&OTHER_SINES));
        }
    }
    let raw = record.highest_gains(config, Sensor::Raw);
    let relative_to_raw = |sensor| -> Vec<f64> {
        record.highest_gains(config, sensor).iter().zip(&raw).map(|(gain, raw)| gain / raw).collect()
    };
    let meaning = "Highest stable gain relative to the raw line, anticipated with efference copies.";
    let ratio = Finding::new("gain_over_raw", meaning, relative_to_raw(Sensor::Anticipated));
    found.push(ratio.each(5.0.., &FIVEFOLD));
    let meaning = "Highest stable gain relative to the raw line, anticipated without efference copies; at most 1 is no improvement.";
    let ratios = relative_to_raw(Sensor::WithoutEfference);
    found.push(Finding::new("gain_over_raw_without_efference", meaning, ratios).each(..=1.0, &NO_COPY));
    if config.tracking.gains.contains(&20.0) {
        let at = |sensor, seed: u64| record.rms(sensor, 20.0, seed).unwrap_or(f64::NAN);
        let difference = |&seed: &u64| at(Sensor::Anticipated, seed) - at(Sensor::Raw, seed);
        let meaning = "At Kp = 20: rms error of the anticipated loop minus that of the raw one; above 0 the delayed loop has the smaller \
                       error. 0.336 - 0.247 in the reference.";
        let by_seed = config.seeds.iter().map(difference).collect();
        found.push(Finding::new("rms_at_low_gain", meaning, by_seed).unit("m").mean(0.0.., &LOW_GAIN));
    }
}
