//! The findings of the experiment.

use super::circuit::Subject;
use super::config::{VorConfig, name};
use super::record::{Course, Probes, VorRecord};
use crate::classic::response::Response;
use lobule_analysis::mean;
use lobule_control::plant::Eye;
use lobule_control::{Architecture, Brainstem, LinearSystem};
use lobule_study::report::numbers::plain;
use lobule_study::report::{Finding, Judge};

const DARKNESS: &str = "Ramachandran & Lisberger 2005, abstract: gain close to unity up to 20 Hz, almost perfectly out of phase up to 12.5 Hz, \
    measured from 0.5 Hz; \"close\" as 0.1 and 10 deg is Chosen";
const LATE: &str = "Porrill & Dean 2007, abstract: a delay of 100 ms prevents learning above 2.5 Hz; a tenth to either side is Chosen";
const ELIGIBLE: &str = "Raymond & Lisberger 1998, abstract: slip can guide learning at 0.5 to 10 Hz if compared with vestibular signals \
    100 ms earlier; below 1 means learning";
const MAGNIFIED: &str = "long-term x2 in humans: 2 at 3 Hz, about 1.75 at 0.5 Hz, incomplete for random movements \
    (abstract of \"Response of the human vestibulo-ocular reflex following long-term 2x magnified visual input\"); from 1.5 in monkeys (Miles & Fuller \
    1974, as commonly quoted)";
const FIXED_SCENE: &str = "0.1 to 0.3 in monkeys with scenes fixed to the head (Miles & Eighmy 1980, as commonly quoted); not below 0";
const REVERSED: &str = "Gonshor & Melvill Jones 1976, abstract: a plateau at about 25 % of normal after a week; a tenth to either side is Chosen";
const REMOVED: &str = "Gonshor & Melvill Jones 1976, abstract (reversing prisms): recovery approximates the course of attenuation; a factor of 2 is Chosen";
const SELECTIVE: &str =
    "direction: Lisberger, Miles & Optican 1983, J Neurosci 3, 1234; the bound is the claim's sign";
const TENECTOMY: &str = "Snow, Hore & Vilis 1985, abstract: after tenectomy control values of the gain are reestablished; 0.9 is Chosen";

/// A value of each subject of an architecture.
pub fn over(record: &VorRecord, a: Architecture, of: impl Fn(&Course) -> f64) -> Vec<f64> {
    record.courses.iter().filter(|c| c.architecture == a).map(of).collect()
}

/// The response at a frequency.
pub fn at(responses: &[Response], hz: f64) -> Option<&Response> {
    responses.iter().find(|r| r.hz == hz)
}

/// Mean gain at a frequency that was tested.
pub fn mean_gain(record: &VorRecord, a: Architecture, hz: f64, of: impl Fn(&Course) -> &[Response]) -> f64 {
    mean(&over(record, a, |c| at(of(c), hz).map_or(f64::NAN, |r| r.gain)))
}

/// Compensating gain of the last test over that of the first of `before`.
pub fn kept(probes: &Probes, before: &Probes) -> f64 {
    match (before.first(), probes.last()) {
        (Some((_, first)), Some((_, last))) => last.in_phase() / first.in_phase(),
        _ => f64::NAN,
    }
}

/// Time at which 1 - 1/e of the change between first and last test is reached, s; between tests by a straight line.
pub fn time_constant(probes: &Probes) -> f64 {
    let (Some((from_s, first)), Some((_, last))) = (probes.first(), probes.last()) else { return f64::NAN };
    let (first, last) = (first.in_phase(), last.in_phase());
    let share = |r: &Response| (r.in_phase() - first) / (last - first);
    let goal = 1.0 - libm::exp(-1.0);
    let passes = probes.windows(2).find(|w| share(&w[0].1) < goal && share(&w[1].1) >= goal);
    passes.map_or(f64::NAN, |w| {
        let (low, high) = (share(&w[0].1), share(&w[1].1));
        w[0].0 + (w[1].0 - w[0].0) * (goal - low) / (high - low) - from_s
    })
}

/// The largest value; not a number when there is none, or one of them is not.
fn largest(values: impl Iterator<Item = f64>) -> f64 {
    let larger = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) };
    values.reduce(larger).unwrap_or(f64::NAN)
}

/// Lowest frequency at which learning without eligibility turns from help to harm, Hz: zero of the logarithm of the ratio.
pub fn boundary_hz(course: &Course) -> f64 {
    let points: Vec<(f64, f64)> =
        course.late.iter().filter(|l| !l.has_eligibility).map(|l| (l.hz, libm::log(l.ratio))).collect();
    let turns = points.windows(2).find(|w| w[0].1 < 0.0 && w[1].1 >= 0.0);
    turns.map_or(f64::NAN, |w| w[0].0 - w[0].1 * (w[1].0 - w[0].0) / (w[1].1 - w[0].1))
}

/// The same by theory for a flocculus that hears the head: where brainstem, motor delay, eye and visual delay together lag by 90 deg.
/// Slip then tells nothing of the input of now.
fn boundary_by_theory_hz(config: &VorConfig, seed: u64) -> f64 {
    let subject = Subject::new(config, seed);
    let dt_s = config.dt_s();
    let system = || -> Result<LinearSystem, lobule_study::Error> {
        let brainstem = Brainstem::new(subject.brainstem, dt_s)?.system()?;
        Ok(brainstem.then(&Eye::new(subject.eye)?.system(dt_s)?))
    };
    let Ok(system) = system() else { return f64::NAN };
    let late_s = (config.ticks(config.motor_delay_ms) + config.ticks(config.visual_delay_ms)) as f64 * dt_s;
    let lag = |hz: f64| match system.gain_at(hz, dt_s) {
        Some([re, im]) => 360.0 * hz * late_s - libm::atan2(im, re).to_degrees(),
        None => f64::NAN,
    };
    let steps = (1..=2000).map(|k| 0.01 * f64::from(k));
    steps.into_iter().find(|&hz| lag(hz) >= 90.0).unwrap_or(f64::NAN)
}

/// Change of the gain at `hz` by training at `trained`.
fn change(course: &Course, trained: f64, hz: f64) -> f64 {
    let of = |responses: &[Response]| at(responses, hz).map_or(f64::NAN, Response::in_phase);
    let tested = course.trained.iter().find(|t| t.hz == trained);
    tested.map_or(f64::NAN, |t| of(&t.tested) - of(&course.after))
}

/// All findings.
pub fn findings(config: &VorConfig, record: &VorRecord) -> Vec<Finding> {
    let mut found = Vec::new();
    for &a in &config.flocculus.architectures {
        architecture(config, record, a, &mut found);
    }
    found
}

/// When, and the tests of then.
type Tests = (&'static str, fn(&Course) -> &[Response]);

fn architecture(config: &VorConfig, record: &VorRecord, a: Architecture, found: &mut Vec<Finding>) {
    let key = name(a).replace('-', "_");
    let mut tell = |what: String, text: String, values: Vec<f64>, unit: &str, range, judge, source: &str| {
        found.push(Finding::seven(format!("{key}/{what}"), &text, values, unit, range, judge, source));
    };
    let free = [None, None];
    for &hz in &config.calibration.test_hz {
        let f = plain(hz);
        let both: [Tests; 2] = [("before", |c| &c.before), ("after", |c| &c.after)];
        for (when, of) in both {
            let gains = over(record, a, |c| at(of(c), hz).map_or(f64::NAN, |r| r.gain));
            let phases = over(record, a, |c| at(of(c), hz).map_or(f64::NAN, |r| r.phase_deg));
            // The paper begins at 0.5 Hz.
            let judged = when == "after" && hz >= 0.5;
            let (gain, phase) = match judged {
                true => ([Some(0.9), Some(1.1)], [Some(-10.0), Some(10.0)]),
                false => (free, free),
            };
            let source = if judged { DARKNESS } else { "reported" };
            let text =
                |what: &str| format!("{what} in the dark at {f} Hz {when} calibration; the mean counts.");
            tell(format!("gain/{when}/{f}hz"), text("Gain"), gains, "1", gain, Judge::Mean, source);
            tell(
                format!("phase/{when}/{f}hz"),
                text("Phase (lead over compensation)"),
                phases,
                "deg",
                phase,
                Judge::Mean,
                source,
            );
        }
    }
    tell(
        "slip".into(),
        "Rms of slip in the last sixtieth of the calibration over that in the first; every subject counts."
            .into(),
        over(record, a, |c| c.slip_deg_s[c.slip_deg_s.len() - 1] / c.slip_deg_s[0]),
        "1",
        [None, Some(0.5)],
        Judge::Each,
        "Chosen: less than half is learning; the claim of the architecture is that slip alone suffices",
    );
    tell(
        "boundary".into(),
        "Frequency at which learning without eligibility turns from help to harm; the mean counts.".into(),
        over(record, a, boundary_hz),
        "Hz",
        [Some(2.25), Some(2.75)],
        Judge::Mean,
        LATE,
    );
    if a == Architecture::FeedForward {
        tell(
            "boundary_over_theory".into(),
            "The same over the frequency at which brainstem, eye and delays of the subject lag by 90 deg; the mean counts.".into(),
            over(record, a, |c| boundary_hz(c) / boundary_by_theory_hz(config, c.seed)),
            "1",
            [Some(0.9), Some(1.1)],
            Judge::Mean,
            "theory: slip teaches while it is within 90 deg of the input (`lobule_control::oracle`); a tenth to either side is Chosen",
        );
    }
    tell(
        "with_eligibility".into(),
        "Largest ratio of slip after and before learning one sine, over all frequencies, with an eligibility of the visual delay; every subject \
         counts."
            .into(),
        over(record, a, |c| largest(c.late.iter().filter(|l| l.has_eligibility).map(|l| l.ratio))),
        "1",
        [None, Some(1.0)],
        Judge::Each,
        ELIGIBLE,
    );
    let hz = plain(config.spectacles.probe_hz);
    for (k, &m) in config.spectacles.magnifications.iter().enumerate() {
        let (range, source) = match m {
            2.0 => ([Some(1.5), Some(2.0)], MAGNIFIED),
            0.0 => ([Some(0.0), Some(0.3)], FIXED_SCENE),
            -1.0 => ([Some(0.15), Some(0.35)], REVERSED),
            _ => (free, "reported"),
        };
        tell(
            format!("spectacles/{}/gain", plain(m)),
            format!(
                "Compensating gain in the dark at {hz} Hz when spectacles x{} are taken off, over that before; the mean counts.",
                plain(m)
            ),
            over(record, a, |c| kept(&c.worn[k].on, &c.worn[k].on)),
            "1",
            range,
            Judge::Mean,
            source,
        );
        tell(
            format!("spectacles/{}/time", plain(m)),
            "Time to 63 % of the change; rates are chosen, so that it is a number of this program.".into(),
            over(record, a, |c| time_constant(&c.worn[k].on)),
            "s",
            free,
            Judge::Mean,
            "reported",
        );
        // Found with reversing prisms.
        let (range, source) = if m == -1.0 { ([Some(0.5), Some(2.0)], REMOVED) } else { (free, "reported") };
        tell(
            format!("spectacles/{}/recovery", plain(m)),
            "Time to 63 % of the way back after they are taken off, over that of the adaptation; the mean counts.".into(),
            over(record, a, |c| time_constant(&c.worn[k].off) / time_constant(&c.worn[k].on)),
            "1",
            range,
            Judge::Mean,
            source,
        );
    }
    for &trained in &config.selectivity.trained_hz {
        // Two octaves away, down or up, where that was tested.
        for other in [trained / 4.0, trained * 4.0] {
            if config.calibration.test_hz.contains(&other) && config.calibration.test_hz.contains(&trained) {
                tell(
                    format!("selectivity/{}hz/{}hz", plain(trained), plain(other)),
                    format!(
                        "Change of the compensating gain at {} Hz over that at {} Hz, where spectacles were worn; the mean counts.",
                        plain(other),
                        plain(trained)
                    ),
                    over(record, a, |c| change(c, trained, other) / change(c, trained, trained)),
                    "1",
                    [None, Some(1.0)],
                    Judge::Mean,
                    SELECTIVE,
                );
            }
        }
    }
    let of_healthy = |c: &Course, k: Option<usize>| match (c.weakened.first(), k) {
        (Some((_, healthy)), Some(k)) => {
            c.weakened.get(k).map_or(f64::NAN, |(_, r)| r.in_phase() / healthy.in_phase())
        }
        _ => f64::NAN,
    };
    tell(
        "muscle/weak".into(),
        format!("Gain at {hz} Hz as the muscles weaken, over that before."),
        over(record, a, |c| of_healthy(c, Some(1))),
        "1",
        free,
        Judge::Mean,
        "reported",
    );
    tell(
        "muscle/recovered".into(),
        format!("The same after {} s in the light; the mean counts.", config.muscle.duration_s),
        over(record, a, |c| of_healthy(c, c.weakened.len().checked_sub(1))),
        "1",
        [Some(0.9), None],
        Judge::Mean,
        TENECTOMY,
    );
}
