//! The findings of the experiment.

use super::config::{PursuitConfig, PursuitController};
use super::record::{Hidden, PursuitRecord, Ramp, Tracked};
use crate::classic::response::Response;
use PursuitController::{Feedback, Foresight};
use lobule_analysis::{mean, mean_of};
use lobule_study::prelude::*;

/// Everything on which ranges rest.
pub const GROUNDS: &[Source] = &[FIRST, KNOWN, GAIN, MIXED, LATENCY, RINGING, STEADY, HIDDEN];

const FIRST: Source = Source::published(
    "Barnes, Barnes & Chakraborti 2000, abstract: 121 ms in the first cycle of 0.8 s, before it is known; tolerance of 30 ms ours",
);
const KNOWN: Source = Source::published(
    "Barnes, Barnes & Chakraborti 2000, abstract: 43 ms in the steady state at 0.8 s; Bahill & McDonald 1983, abstract: none; lower end \
     ours: the mirror image of 43 ms",
);
const GAIN: Source = Source::chosen_after(
    "near 0.9 to 1 up to 1 Hz for predictable targets (Barnes 2008, as commonly quoted, not confirmed in its text); upper end of 1.1 ours; \
     no commit precedes the first run",
);
const MIXED: Source = Source::chosen_after(
    "direction: prediction needs a predictable target (Dallos & Jones 1963, doi:10.1109/TAC.1963.1105574; Barnes & Ruddock 1989, \
     abstracts); bound ours: 0 is an equal delay; no commit precedes the first run",
);
const LATENCY: Source = Source::published(
    "100 ms, Robinson, Gordon & Gordon 1986; about 150 ms, Bahill & McDonald 1983 (abstracts)",
);
const RINGING: Source = Source::published(
    "Robinson, Gordon & Gordon 1986, abstract: near 3.8 Hz, and negative feedback with 100 ms cannot do it; tolerance of a tenth ours",
);
const STEADY: Source = Source::published(
    "Robinson, Gordon & Gordon 1986, abstract: mean steady-state gain 0.95; tolerance of a twentieth ours",
);
const HIDDEN: Source = Source::published(
    "van den Berg 1988, abstract: the eye goes on for about half a cycle with 70 % of the acceleration, about 75 % of the response is \
     predicted; tolerance of two tenths ours",
);

/// Runs on a target, by seed; `hz` is none for the mixed one.
pub fn runs(record: &PursuitRecord, kind: PursuitController, hz: Option<f64>) -> Vec<&Tracked> {
    record.tracked.iter().filter(|t| t.kind == kind && t.hz == hz).collect()
}

/// Mean of a value over the frequencies of a target, by seed; not a number where the eye diverged.
fn on_target(
    record: &PursuitRecord,
    kind: PursuitController,
    hz: Option<f64>,
    of: fn(&Response) -> f64,
) -> Vec<f64> {
    let value = |t: &&Tracked| t.responses.as_ref().map_or(f64::NAN, |r| mean_of(r.iter().map(of)));
    runs(record, kind, hz).iter().map(value).collect()
}

/// Mean delay on a target over its frequencies and all seeds, ms.
pub fn mean_delay(record: &PursuitRecord, kind: PursuitController, hz: Option<f64>) -> f64 {
    mean(&on_target(record, kind, hz, Response::delay_ms))
}

/// Time at which the eye reaches a twentieth of the target velocity, ms.
fn latency_ms(ramp: &Ramp) -> f64 {
    ramp.samples.iter().find(|s| s.2 >= 0.05 * s.1).map_or(f64::NAN, |s| s.0 * 1e3)
}

/// Largest eye velocity relative to the target velocity, minus 1.
fn overshoot(ramp: &Ramp) -> f64 {
    ramp.samples.iter().map(|s| s.2 / s.1).fold(f64::NEG_INFINITY, f64::max) - 1.0
}

/// Frequency of ringing, Hz: the inverse of the interval between the first two maxima that rise above the velocity before and after;
/// not a number without two.
fn ringing_hz(ramp: &Ramp) -> f64 {
    // Ripples below a thousandth of the target velocity are ignored.
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

/// Mean eye velocity relative to the target velocity in the last half second.
fn steady(ramp: &Ramp) -> f64 {
    let end = ramp.samples.last().map_or(0.0, |s| s.0);
    mean_of(ramp.samples.iter().filter(|s| s.0 > end - 0.5).map(|s| s.2 / s.1))
}

/// Eye velocity along that of the hidden target, relative to the target velocity; not a number where the eye diverged.
fn continuation(hidden: &Hidden, hidden_s: f64) -> f64 {
    if hidden.is_lost {
        return f64::NAN;
    }
    let within = || hidden.samples.iter().filter(|s| s.0 >= 0.0 && s.0 < hidden_s);
    within().map(|s| s.1 * s.2).sum::<f64>() / within().map(|s| s.1 * s.1).sum::<f64>()
}

/// All findings.
pub fn findings(config: &PursuitConfig, record: &PursuitRecord) -> Vec<Finding> {
    let mut found = Vec::new();
    for &kind in &config.controllers {
        tracking(config, record, kind, &mut found);
        let by_seed = record.hidden.iter().filter(|h| h.kind == kind);
        let by_seed = by_seed.map(|h| continuation(h, config.hidden.duration_s)).collect();
        let meaning = format!(
            "Eye velocity along that of a hidden sine of {} Hz, relative to the target velocity.",
            plain(config.hidden.hz)
        );
        let hidden = Finding::new(format!("{}/hidden", kind.key()), meaning, by_seed);
        found.push(if kind == Foresight { hidden.mean(0.5..=0.9, &HIDDEN) } else { hidden });
    }
    record.ramps.iter().for_each(|ramp| start(ramp, &mut found));
    found
}

/// Gain and delay on predictable and mixed targets.
fn tracking(
    config: &PursuitConfig,
    record: &PursuitRecord,
    kind: PursuitController,
    found: &mut Vec<Finding>,
) {
    let (key, words) = (kind.key(), kind.words());
    let sines = &config.targets.sines_hz;
    let delays = |hz: Option<f64>| on_target(record, kind, hz, Response::delay_ms);
    for &hz in sines {
        let f = plain(hz);
        let meaning = format!("Gain on a predictable sine of {f} Hz, {words}.");
        let by_seed = on_target(record, kind, Some(hz), |r| r.gain);
        let gain = Finding::new(format!("{key}/gain/{f}hz"), meaning, by_seed);
        found.push(if kind.learns() && hz <= 1.0 { gain.mean(0.9..=1.1, &GAIN) } else { gain });
        let meaning = format!("Delay on a predictable sine of {f} Hz, {words}.");
        let delay = Finding::new(format!("{key}/delay/{f}hz"), meaning, delays(Some(hz))).unit("ms");
        // The papers give the period of 0.8 s.
        found.push(match kind {
            Feedback if hz == 1.25 => delay.mean(91.0..=151.0, &FIRST),
            _ if kind.learns() && hz == 1.25 => delay.mean(-43.0..=43.0, &KNOWN),
            _ => delay,
        });
    }
    let meaning = format!("Gain on the mixed target, mean over its frequencies, {words}.");
    let gains = on_target(record, kind, None, |r| r.gain);
    found.push(Finding::new(format!("{key}/gain/mixed"), meaning, gains));
    let meaning = format!("Delay on the mixed target, mean over its frequencies, {words}.");
    let mixed = delays(None);
    found.push(Finding::new(format!("{key}/delay/mixed"), meaning, mixed.clone()).unit("ms"));
    if kind.learns() {
        let on_sines: Vec<Vec<f64>> = sines.iter().map(|&hz| delays(Some(hz))).collect();
        // All predictable targets have equal weight.
        let less = |(k, mixed): (usize, &f64)| mixed - mean_of(on_sines.iter().map(|s| s[k]));
        let meaning = "Mean delay on the mixed target minus that on predictable sines.";
        let by_seed = mixed.iter().enumerate().map(less).collect();
        let new = Finding::new(format!("{key}/delay/mixed_less_sines"), meaning, by_seed);
        found.push(new.unit("ms").each(0.0.., &MIXED));
    }
}

/// Response to a target that starts to move.
fn start(ramp: &Ramp, found: &mut Vec<Finding>) {
    let name = match ramp.kind {
        Feedback => format!("feedback/ramp/ki{}", plain(ramp.ki)),
        kind => format!("{}/ramp", kind.key()),
    };
    let new = |what: &str, meaning: &str, of: fn(&Ramp) -> f64| {
        Finding::new(format!("{name}/{what}"), meaning, vec![of(ramp)])
    };
    let meaning = "Time until the eye reaches a twentieth of the velocity of a target that starts to move.";
    found.push(new("latency", meaning, latency_ms).unit("ms").each(100.0..=150.0, &LATENCY));
    let meaning = "Largest eye velocity relative to the target velocity, minus 1.";
    found.push(new("overshoot", meaning, overshoot));
    let meaning = "Eye velocity relative to the target velocity in the last half second.";
    found.push(new("steady", meaning, steady).each(0.9..=1.0, &STEADY));
    let meaning = "Frequency of ringing, from the first two maxima; not a number, and out of range, for an eye that does not ring.";
    found.push(new("ringing", meaning, ringing_hz).unit("Hz").each(3.4..=4.2, &RINGING));
}
