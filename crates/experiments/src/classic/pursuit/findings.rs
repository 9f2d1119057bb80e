//! The findings of the experiment.

use super::config::{Kind, PursuitConfig};
use super::record::{Hidden, PursuitRecord, Ramp, Tracked};
use crate::classic::response::Response;
use lobule_analysis::mean;
use lobule_study::report::numbers::plain;
use lobule_study::report::{Finding, Judge};

const FIRST: &str = "Barnes, Barnes & Chakraborti 2000, abstract: 121 ms in the first cycle of 0.8 s, before it is known; 30 ms to either side is Chosen";
const KNOWN: &str = "Barnes, Barnes & Chakraborti 2000, abstract: 43 ms in the steady state at 0.8 s; Bahill & McDonald 1983, abstract: none. No later than \
    the first, no earlier than its mirror image (Chosen)";
const GAIN: &str = "gain near 0.9 to 1 up to 1 Hz for predictable targets (Barnes 2008, as commonly quoted); up to 1.1 is Chosen";
const MIXED: &str = "direction: prediction needs a predictable target (Dallos & Jones 1963, doi:10.1109/TAC.1963.1105574; Barnes & Ruddock 1989, abstracts)";
const LATENCY: &str =
    "100 ms, Robinson, Gordon & Gordon 1986; about 150 ms, Bahill & McDonald 1983 (abstracts)";
const RINGING: &str = "Robinson, Gordon & Gordon 1986, abstract: near 3.8 Hz, and negative feedback with 100 ms cannot do it; a tenth to either side is Chosen";
const STEADY: &str = "Robinson, Gordon & Gordon 1986, abstract: mean steady-state gain 0.95; a twentieth to either side is Chosen";
const HIDDEN: &str = "van den Berg 1988, abstract: the eye goes on for about half a cycle with 70 % of the acceleration, about 75 % of the response is \
    predicted; two tenths to either side is Chosen";

/// Runs on a target, by seed.
pub fn runs(record: &PursuitRecord, kind: Kind, hz: Option<f64>) -> Vec<&Tracked> {
    record.tracked.iter().filter(|t| t.kind == kind && t.hz == hz).collect()
}

/// A value on a predictable target, by seed; not a number where the eye was lost.
fn on_sine(record: &PursuitRecord, kind: Kind, hz: f64, of: fn(&Response) -> f64) -> Vec<f64> {
    let value = |t: &&Tracked| t.responses.as_ref().and_then(|r| r.first()).map_or(f64::NAN, of);
    runs(record, kind, Some(hz)).iter().map(value).collect()
}

/// Mean of a value over the frequencies of the mixed target, by seed.
fn on_mixed(record: &PursuitRecord, kind: Kind, of: fn(&Response) -> f64) -> Vec<f64> {
    let value =
        |t: &&Tracked| t.responses.as_ref().map_or(f64::NAN, |r| mean(&r.iter().map(of).collect::<Vec<_>>()));
    runs(record, kind, None).iter().map(value).collect()
}

/// Mean delay on a predictable target, ms.
pub fn mean_delay(record: &PursuitRecord, kind: Kind, hz: f64) -> f64 {
    mean(&on_sine(record, kind, hz, Response::delay_ms))
}

/// Mean of a value over the frequencies of the mixed target and all seeds.
pub fn mean_mixed(record: &PursuitRecord, kind: Kind, of: fn(&Response) -> f64) -> f64 {
    mean(&on_mixed(record, kind, of))
}

/// Time at which the eye has a twentieth of the target's velocity, ms.
fn latency_ms(ramp: &Ramp) -> f64 {
    ramp.samples.iter().find(|s| s.2 >= 0.05 * s.1).map_or(f64::NAN, |s| s.0 * 1e3)
}

/// Largest velocity over the target's, less 1.
fn overshoot(ramp: &Ramp) -> f64 {
    ramp.samples.iter().map(|s| s.2 / s.1).fold(f64::NEG_INFINITY, f64::max) - 1.0
}

/// Frequency of ringing: one over the time between the first two maxima that rise above the velocity before and after, Hz; not a number
/// without two.
fn ringing_hz(ramp: &Ramp) -> f64 {
    // Ripples below a thousandth are not seen.
    let least = 1e-3 * ramp.samples.first().map_or(0.0, |s| s.1);
    let (mut maxima, mut low) = (Vec::new(), 0.0f64);
    for w in ramp.samples.windows(3) {
        let [a, b, c] = [w[0].2, w[1].2, w[2].2];
        low = low.min(b);
        if b > a && b >= c && b - low > least {
            maxima.push(w[1].0);
            low = b;
        }
    }
    match maxima[..] {
        [first, second, ..] => 1.0 / (second - first),
        _ => f64::NAN,
    }
}

/// Mean velocity over that of the target in the last half second.
fn steady(ramp: &Ramp) -> f64 {
    let end = ramp.samples.last().map_or(0.0, |s| s.0);
    mean(&ramp.samples.iter().filter(|s| s.0 > end - 0.5).map(|s| s.2 / s.1).collect::<Vec<_>>())
}

/// Velocity of the eye in the direction of the hidden target, over the target's; not a number where the eye was lost.
fn goes_on(hidden: &Hidden, hidden_s: f64) -> f64 {
    if hidden.is_lost {
        return f64::NAN;
    }
    let within = || hidden.samples.iter().filter(|s| s.0 >= 0.0 && s.0 < hidden_s);
    within().map(|s| s.1 * s.2).sum::<f64>() / within().map(|s| s.1 * s.1).sum::<f64>()
}

/// All findings.
pub fn findings(config: &PursuitConfig, record: &PursuitRecord) -> Vec<Finding> {
    let mut found = Vec::new();
    let free = [None, None];
    for &kind in &config.controllers {
        let mut tell =
            |what: String, text: String, values: Vec<f64>, unit: &str, range, judge, source: &str| {
                found.push(Finding::seven(
                    format!("{}/{what}", kind.key()),
                    &text,
                    values,
                    unit,
                    range,
                    judge,
                    source,
                ));
            };
        for &hz in &config.targets.sines_hz {
            let f = plain(hz);
            let early = kind.learns();
            let (range, source) = match (early && hz <= 1.0, early) {
                (true, _) => ([Some(0.9), Some(1.1)], GAIN),
                _ => (free, "reported"),
            };
            let text = format!("Gain on a predictable sine of {f} Hz, {}; the mean counts.", kind.words());
            tell(
                format!("gain/{f}hz"),
                text,
                on_sine(record, kind, hz, |r| r.gain),
                "1",
                range,
                Judge::Mean,
                source,
            );
            let (range, source) = match kind {
                // The period of 0.8 s.
                Kind::Feedback if hz == 1.25 => ([Some(91.0), Some(151.0)], FIRST),
                Kind::Cfpc | Kind::Fel | Kind::Foresight if hz == 1.25 => ([Some(-43.0), Some(43.0)], KNOWN),
                _ => (free, "reported"),
            };
            let text = format!("Delay on a predictable sine of {f} Hz, {}; the mean counts.", kind.words());
            let delays = on_sine(record, kind, hz, Response::delay_ms);
            tell(format!("delay/{f}hz"), text, delays, "ms", range, Judge::Mean, source);
        }
        let text = format!("Gain on the mixed target, mean over its frequencies, {}.", kind.words());
        tell(
            "gain/mixed".into(),
            text,
            on_mixed(record, kind, |r| r.gain),
            "1",
            free,
            Judge::Mean,
            "reported",
        );
        let text = format!("Delay on the mixed target, mean over its frequencies, {}.", kind.words());
        let mixed = on_mixed(record, kind, Response::delay_ms);
        tell("delay/mixed".into(), text, mixed.clone(), "ms", free, Judge::Mean, "reported");
        if kind.learns() {
            // All predictable ones weigh the same.
            let by_seed = (0..mixed.len()).map(|k| {
                let sines = config
                    .targets
                    .sines_hz
                    .iter()
                    .map(|&hz| on_sine(record, kind, hz, Response::delay_ms)[k]);
                mixed[k] - mean(&sines.collect::<Vec<_>>())
            });
            tell(
                "delay/mixed_less_sines".into(),
                "Mean delay on the mixed target less that on predictable sines; every subject counts.".into(),
                by_seed.collect(),
                "ms",
                [Some(0.0), None],
                Judge::Each,
                MIXED,
            );
        }
        let on: Vec<f64> = record
            .hidden
            .iter()
            .filter(|h| h.kind == kind)
            .map(|h| goes_on(h, config.hidden.duration_s))
            .collect();
        let (range, source) =
            if kind == Kind::Foresight { ([Some(0.5), Some(0.9)], HIDDEN) } else { (free, "reported") };
        tell(
            "hidden".into(),
            format!(
                "Velocity of the eye along that of a hidden sine of {} Hz, over it; the mean counts.",
                plain(config.hidden.hz)
            ),
            on,
            "1",
            range,
            Judge::Mean,
            source,
        );
    }
    for ramp in &record.ramps {
        let name = match ramp.kind {
            Kind::Feedback => format!("feedback/ramp/ki{}", plain(ramp.ki)),
            kind => format!("{}/ramp", kind.key()),
        };
        let mut tell = |what: &str, text: &str, value: f64, unit: &str, range, source: &str| {
            found.push(Finding::seven(
                format!("{name}/{what}"),
                text,
                vec![value],
                unit,
                range,
                Judge::Each,
                source,
            ));
        };
        tell(
            "latency",
            "Time until the eye has a twentieth of the velocity of a target that starts to move.",
            latency_ms(ramp),
            "ms",
            [Some(100.0), Some(150.0)],
            LATENCY,
        );
        tell(
            "overshoot",
            "Largest velocity over the target's, less 1.",
            overshoot(ramp),
            "1",
            free,
            "reported",
        );
        tell(
            "steady",
            "Velocity over the target's in the last half second.",
            steady(ramp),
            "1",
            [Some(0.9), Some(1.0)],
            STEADY,
        );
        tell(
            "ringing",
            "Frequency of ringing, from the first two maxima; not a number, and out of range, for an eye that does not ring.",
            ringing_hz(ramp),
            "Hz",
            [Some(3.4), Some(4.2)],
            RINGING,
        );
    }
    found
}
