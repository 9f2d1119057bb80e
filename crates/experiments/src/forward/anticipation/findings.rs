//! The findings of the experiment.

use super::config::AnticipationConfig;
use super::record::{AnticipationRecord, EARLIEST_MS, LineResult, LinesRun, Sensor};
use lobule_study::report::{Finding, Judge};

const SOURCE: &str = "reference measurements (docs/experiments/forward.md)";
const ISSUE: &str =
    "specification: at least 5 times the raw line's; reference measurements at least 400 against 40";
/// A loop counts as stable while its rms is below this multiple of that with the state of now. Chosen: an oscillating
/// loop errs more, whether or not it is bounded.
const STABLE: f64 = 2.0;

/// Whether a line is among the earliest.
pub fn is_earliest(line: &LineResult) -> bool {
    line.lag_ms < EARLIEST_MS
}

/// The runs of a lead, by seed.
pub fn of_lead(record: &AnticipationRecord, lead_ms: usize) -> Vec<&LinesRun> {
    record.lines.iter().filter(|r| r.lead_ms == lead_ms).collect()
}

/// Rms of a sensor at a gain on a seed; none when it diverged.
pub fn rms(record: &AnticipationRecord, sensor: Sensor, gain: f64, seed: u64) -> Option<f64> {
    let run = record.tracking.iter().find(|r| r.sensor == sensor && r.gain == gain && r.seed == seed);
    run.and_then(|r| r.rms_m)
}

/// Whether a loop is stable.
fn is_stable(record: &AnticipationRecord, sensor: Sensor, gain: f64, seed: u64) -> bool {
    match (rms(record, sensor, gain, seed), rms(record, Sensor::Perfect, gain, seed)) {
        (Some(is), Some(best)) => is < STABLE * best,
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
    for &lead_ms in &config.lines.leads_ms {
        lines(record, lead_ms, &mut found);
    }
    tracking(config, record, &mut found);
    found
}

fn lines(record: &AnticipationRecord, lead_ms: usize, found: &mut Vec<Finding>) {
    let runs = of_lead(record, lead_ms);
    let name = |what: &str| format!("{what}/{lead_ms}ms");
    let means = |fits: fn(&LinesRun, &LineResult) -> bool, of: fn(&LineResult) -> f64| -> Vec<f64> {
        runs.iter().map(|r| r.mean(|l| fits(r, l), of)).filter(|m| m.is_finite()).collect()
    };
    let theirs = |column: [f64; 4]| -> String {
        match lead_ms {
            20 => format!("; {} in the reference", column[0]),
            50 => format!("; {} in the reference", column[1]),
            100 => format!("; {} in the reference", column[2]),
            200 => format!("; {} in the reference", column[3]),
            _ => String::new(),
        }
    };
    let mut told = |what: &str, text: String, by_seed: Vec<f64>, range: [Option<f64>; 2], source: &str| {
        if !by_seed.is_empty() {
            found.push(Finding::seven(name(what), &text, by_seed, "1", range, Judge::Mean, source));
        }
    };
    let no_range = [None, None];
    told(
        "r2/all",
        format!("R² of all lines, ungated{}.", theirs([0.986, 0.947, 0.757, 0.068])),
        means(|_, _| true, |l| l.predicted),
        no_range,
        SOURCE,
    );
    told(
        "r2/persistence",
        format!(
            "R² of all lines as their own prediction{}; the task is fitted to it.",
            theirs([0.952, 0.769, 0.290, -0.591])
        ),
        means(|_, _| true, |l| l.persistence),
        no_range,
        SOURCE,
    );
    told(
        "r2/known_early",
        format!(
            "R² of lines that others tell of a lead and 50 ms earlier, ungated{}.",
            theirs([0.991, 0.986, 0.981, 0.974])
        ),
        means(|r, l| r.is_known_early(l), |l| l.predicted),
        no_range,
        SOURCE,
    );
    told(
        "r2/earliest",
        format!("R² of the earliest lines, ungated{}.", theirs([0.967, 0.784, 0.013, -1.17])),
        means(|_, l| is_earliest(l), |l| l.predicted),
        no_range,
        SOURCE,
    );
    // The gate: necessary where prediction is worse than the line, and never worse than the line.
    let gain = |of: fn(&LineResult) -> f64| -> Vec<f64> {
        runs.iter()
            .map(|r| r.mean(is_earliest, of) - r.mean(is_earliest, |l| l.persistence))
            .filter(|m| m.is_finite())
            .collect()
    };
    told(
        "gate_necessary",
        format!(
            "Earliest lines without a gate: R² of the prediction less R² of the line as it is{}; below 0 the gate is necessary. Not judged: \
             the outcome hangs on the learning rate, which is fitted.",
            theirs([0.0, 0.0, -0.265, -0.59])
        ),
        gain(|l| l.predicted),
        no_range,
        SOURCE,
    );
    told(
        "gate_working",
        "Earliest lines with the gate: R² of what is sent less R² of the line as it is; a working gate is not below 0 by more than what \
         measuring skill costs; the mean counts."
            .into(),
        gain(|l| l.gated),
        [Some(-0.02), None],
        "Chosen: -0.02, two hundredths of the variance for deciding late",
    );
}

fn tracking(config: &AnticipationConfig, record: &AnticipationRecord, found: &mut Vec<Finding>) {
    let raw = highest_gains(config, record, Sensor::Raw);
    for (sensor, range, theirs) in [
        (Sensor::Raw, [None, Some(40.0)], "40 (60 unstable on 20/20 seeds)"),
        (Sensor::ConstantVelocity, [None, Some(20.0)], "20"),
        (Sensor::WithoutEfference, [None, Some(20.0)], "20"),
        (Sensor::Anticipated, [Some(400.0), None], "at least 400"),
        (Sensor::Perfect, [Some(400.0), None], "at least 400"),
    ] {
        found.push(Finding::seven(
            format!("highest_stable_gain/{}", sensor.key()),
            &format!(
                "Highest stable Kp tested, {}; {theirs} in the reference; the mean counts.",
                sensor.words()
            ),
            highest_gains(config, record, sensor),
            "N/m",
            range,
            Judge::Mean,
            SOURCE,
        ));
        let best = best_rms(config, record, sensor);
        if best.iter().all(|b| b.is_finite()) {
            let theirs = match sensor {
                Sensor::Raw => 0.149,
                Sensor::ConstantVelocity => 0.274,
                Sensor::WithoutEfference => 0.348,
                Sensor::Anticipated | Sensor::Perfect => 0.079,
            };
            found.push(Finding::seven(
                format!("best_rms/{}", sensor.key()),
                &format!(
                    "Lowest rms of the error over all gains, {}; {theirs} in the reference.",
                    sensor.words()
                ),
                best,
                "m",
                [None, None],
                Judge::Mean,
                "reference measurements, which give no spread and other sines: reported beside them",
            ));
        }
    }
    let ratio = |sensor| -> Vec<f64> {
        let gains = highest_gains(config, record, sensor);
        gains.iter().zip(&raw).map(|(g, r)| g / r).collect()
    };
    found.push(Finding::seven(
        "gain_over_raw",
        "Highest stable gain, anticipated with efference copies over raw; every seed counts.",
        ratio(Sensor::Anticipated),
        "1",
        [Some(5.0), None],
        Judge::Each,
        ISSUE,
    ));
    found.push(Finding::seven(
        "gain_over_raw_without_efference",
        "The same without efference copies: nothing is won; every seed counts.",
        ratio(Sensor::WithoutEfference),
        "1",
        [None, Some(1.0)],
        Judge::Each,
        "reference measurements: 20 against 40",
    ));
    if config.tracking.gains.contains(&20.0) {
        let at = |sensor| move |seed: &u64| rms(record, sensor, 20.0, *seed).unwrap_or(f64::NAN);
        let raw = config.seeds.iter().map(at(Sensor::Raw));
        let by_seed = raw.zip(config.seeds.iter().map(at(Sensor::Anticipated))).map(|(r, a)| a - r).collect();
        found.push(Finding::seven(
            "rms_at_low_gain",
            "At Kp = 20: rms of the anticipated loop less that of the raw one; above 0 the late loop errs less; the mean counts. 0.336 - \
             0.247 in the reference.",
            by_seed,
            "m",
            [Some(0.0), None],
            Judge::Mean,
            SOURCE,
        ));
    }
}
