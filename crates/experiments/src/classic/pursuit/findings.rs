//! The findings of the experiment.

use super::config::{Config, PursuitController};
use super::record::{Hidden, Ramp, Record, Tracked};
use crate::classic::response::Response;
use PursuitController::{Feedback, Foresight};
use lobule_analysis::{mean, mean_of};
use lobule_study::prelude::*;

grounds! {
    FIRST = published "Barnes, Barnes & Chakraborti 2000, abstract: 121 ms in the first cycle of 0.8 s, before it is known; tolerance of \
        30 ms ours";
    KNOWN = published "Barnes, Barnes & Chakraborti 2000, abstract: 43 ms in the steady state at 0.8 s; Bahill & McDonald 1983, abstract: \
        none; lower end ours: the mirror image of 43 ms";
    GAIN = chosen_after "near 0.9 to 1 up to 1 Hz for predictable targets (Barnes 2008, as commonly quoted, not confirmed in its text); \
        upper end of 1.1 ours; no commit precedes the first run";
    MIXED = chosen_after "direction: prediction needs a predictable target (Dallos & Jones 1963, doi:10.1109/TAC.1963.1105574; Barnes & \
        Ruddock 1989, abstracts); bound ours: 0 is an equal delay; no commit precedes the first run";
    LATENCY = published "100 ms, Robinson, Gordon & Gordon 1986; about 150 ms, Bahill & McDonald 1983 (abstracts)";
    RINGING = published "Robinson, Gordon & Gordon 1986, abstract: near 3.8 Hz, and negative feedback with 100 ms cannot do it; tolerance \
        of a tenth ours";
    STEADY = published "Robinson, Gordon & Gordon 1986, abstract: mean steady-state gain 0.95; tolerance of a twentieth ours";
    HIDDEN = published "van den Berg 1988, abstract: the eye goes on for about half a cycle with 70 % of the acceleration, about 75 % of \
        the response is predicted; tolerance of two tenths ours";
}

impl Record {
    /// Runs on a target, by seed; `hz` is none for the mixed one.
    pub fn on_target(&self, kind: PursuitController, hz: Option<f64>) -> impl Iterator<Item = &Tracked> {
        self.tracked.iter().filter(move |t| t.kind == kind && t.hz == hz)
    }

    /// Mean of a value over the frequencies of a target, by seed; not a number where the eye diverged.
    fn means(&self, kind: PursuitController, hz: Option<f64>, of: fn(&Response) -> f64) -> Vec<f64> {
        let value = |t: &Tracked| t.responses.as_ref().map_or(f64::NAN, |r| mean_of(r.iter().map(of)));
        self.on_target(kind, hz).map(value).collect()
    }

    /// Mean delay on a target over its frequencies and all seeds, ms.
    pub fn mean_delay(&self, kind: PursuitController, hz: Option<f64>) -> f64 {
        mean(&self.means(kind, hz, Response::delay_ms))
    }
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

pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    for &kind in &config.controllers {
        found.extend(tracking(config, record, kind));
        let by_seed = record.hidden.iter().filter(|h| h.kind == kind);
        let by_seed = by_seed.map(|h| continuation(h, config.hidden.duration_s)).collect();
        let hz = plain(config.hidden.hz);
        let meaning =
            format!("Eye velocity along that of a hidden sine of {hz} Hz, relative to the target velocity.");
        let hidden = Finding::new(format!("{}/hidden", kind.key()), meaning, by_seed);
        found.push(if kind == Foresight { hidden.mean(0.5..=0.9, &HIDDEN) } else { hidden });
    }
    found.extend(record.ramps.iter().flat_map(start));
    found
}

/// Gain and delay on predictable and mixed targets.
fn tracking(config: &Config, record: &Record, kind: PursuitController) -> Vec<Finding> {
    let mut found = Vec::new();
    let sines = &config.targets.sines_hz;
    let words = kind.words();
    let new = |what: &str, meaning: String, by_seed: Vec<f64>| {
        Finding::new(format!("{}/{what}", kind.key()), meaning, by_seed)
    };
    let gains = |hz| record.means(kind, hz, |r| r.gain);
    let delays = |hz| record.means(kind, hz, Response::delay_ms);
    for &hz in sines {
        let f = plain(hz);
        let meaning = format!("Gain on a predictable sine of {f} Hz, {words}.");
        let gain = new(&format!("gain/{f}hz"), meaning, gains(Some(hz)));
        found.push(if kind.learns() && hz <= 1.0 { gain.mean(0.9..=1.1, &GAIN) } else { gain });
        let meaning = format!("Delay on a predictable sine of {f} Hz, {words}.");
        let delay = new(&format!("delay/{f}hz"), meaning, delays(Some(hz))).unit("ms");
        // The papers give the period of 0.8 s.
        found.push(match kind {
            Feedback if hz == 1.25 => delay.mean(91.0..=151.0, &FIRST),
            _ if kind.learns() && hz == 1.25 => delay.mean(-43.0..=43.0, &KNOWN),
            _ => delay,
        });
    }
    let meaning = format!("Gain on the mixed target, mean over its frequencies, {words}.");
    found.push(new("gain/mixed", meaning, gains(None)));
    let meaning = format!("Delay on the mixed target, mean over its frequencies, {words}.");
    let mixed = delays(None);
    found.push(new("delay/mixed", meaning, mixed.clone()).unit("ms"));
    if kind.learns() {
        let on_sines: Vec<Vec<f64>> = sines.iter().map(|&hz| delays(Some(hz))).collect();
        // All predictable targets have equal weight.
        let less = |(k, mixed): (usize, &f64)| mixed - mean_of(on_sines.iter().map(|s| s[k]));
        let meaning = "Mean delay on the mixed target minus that on predictable sines.";
        let new = new("delay/mixed_less_sines", meaning.into(), mixed.iter().enumerate().map(less).collect());
        found.push(new.unit("ms").each(0.0.., &MIXED));
    }
    found
}

/// Response to a target that starts to move.
fn start(ramp: &Ramp) -> [Finding; 4] {
    let name = match ramp.kind {
        Feedback => format!("feedback/ramp/ki{}", plain(ramp.ki)),
        kind => format!("{}/ramp", kind.key()),
    };
    let new = |what: &str, meaning: &str, of: fn(&Ramp) -> f64| {
        Finding::new(format!("{name}/{what}"), meaning, vec![of(ramp)])
    };
    let latency = "Time until the eye reaches a twentieth of the velocity of a target that starts to move.";
    let overshot = "Largest eye velocity relative to the target velocity, minus 1.";
    let steadily = "Eye velocity relative to the target velocity in the last half second.";
    let rings = "Frequency of ringing, from the first two maxima; not a number, and out of range, for an eye that does not ring.";
    [
        new("latency", latency, latency_ms).unit("ms").each(100.0..=150.0, &LATENCY),
        new("overshoot", overshot, overshoot),
        new("steady", steadily, steady).each(0.9..=1.0, &STEADY),
        new("ringing", rings, ringing_hz).unit("Hz").each(3.4..=4.2, &RINGING),
    ]
}
