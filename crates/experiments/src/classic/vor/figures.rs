//! Figures of the experiment.

use super::config::{Config, name};
use super::findings::{at, change, over};
use super::record::{Probes, Record, SubjectRun};
use crate::classic::bode;
use crate::classic::response::Response;
use lobule_analysis::mean_of;
use lobule_control::Architecture;
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

fn pen(a: Architecture) -> Stroke {
    Stroke::new(if a == Architecture::FeedForward { BLUE } else { VERMILLION }, 2.2)
}

fn dashed(at: f64) -> Level {
    Level::upright(at).pen(Stroke::guide().dash(Dash::Dashed))
}

pub fn movement(config: &Config, record: &Record) -> Result<Figure, Error> {
    let a = config.flocculus.architectures[config.flocculus.architectures.len() - 1];
    let mut plate = Plate::new("movement", 2, 200.0);
    let [desired, actual] = [Stroke::new(GUIDE, 3.5), Stroke::new(BLACK, 1.6)];
    let course = record.courses.iter().find(|c| c.architecture == a);
    let all = course.iter().flat_map(|c| &c.movement).flatten();
    let y = Axis::covering("velocity (deg/s)", all.flat_map(|s| [s.1, s.2]));
    for (k, title) in ["first seconds in the light", "last seconds"].into_iter().enumerate() {
        let samples = course.map_or(&[][..], |c| &c.movement[k]);
        let (from, to) = (samples.first().map_or(0.0, |s| s.0), samples.last().map_or(1.0, |s| s.0));
        let mut panel = Panel::new(title, Axis::exact("time (s)", 0.0, to - from), y.clone());
        panel.line(samples.iter().map(|s| (s.0 - from, s.1)), desired.clone());
        panel.line(samples.iter().map(|s| (s.0 - from, s.2)), actual.clone());
        plate.panels.push(panel);
    }
    plate.line_key("desired eye velocity: minus head velocity", desired);
    plate.line_key("eye velocity", actual);
    let (flocculus, duration_s) = (name(a), config.calibration.duration_s);
    plate.figure(format!(
        "Desired and actual eye velocity of one subject, {flocculus} flocculus. A: with the imperfect brainstem. B: after {duration_s} s of learning from slip. \
         The difference between the lines is retinal slip."
    ))
}

pub fn gain_and_phase(config: &Config, record: &Record) -> Result<Figure, Error> {
    let hz = &config.calibration.test_hz;
    let means = |a, of: fn(&SubjectRun) -> &[Response]| -> Vec<Response> {
        let subjects = || record.courses.iter().filter(|c| c.architecture == a);
        hz.iter().map(|&f| Response::mean(f, subjects().map(|c| at(of(c), f)))).collect()
    };
    let architectures = &config.flocculus.architectures;
    let mut curves = vec![(Stroke::new(GUIDE, 2.2), means(architectures[0], |c| &c.before))];
    curves.extend(architectures.iter().map(|&a| (pen(a), means(a, |c| &c.after))));
    let mut plate = bode::plate(["gain in the dark", "phase"], "eye relative to head", hz, &curves);
    plate.panels.iter_mut().for_each(|p| p.levels.push(dashed(libm::log10(config.head.frequency_hz[1]))));
    plate.line_key("before", Stroke::new(GUIDE, 2.2));
    architectures.iter().for_each(|&a| plate.line_key(&format!("after, {}", name(a)), pen(a)));
    let (duration_s, subjects) = (config.calibration.duration_s, config.seeds.len());
    plate.figure(format!(
        "Gain (A) and phase (B) of the reflex in the dark against frequency, before and after {duration_s} s in the light, means over {subjects} subjects. \
         Dotted: perfect compensation. Dashed: highest frequency of head movement during learning."
    ))
}

pub fn delay(config: &Config, record: &Record) -> Result<Figure, Error> {
    let hz = &config.delay.test_hz;
    let mut plate = Plate::new("delay", config.flocculus.architectures.len(), 220.0);
    // Drawn as powers of ten, up to a hundredfold.
    let drawn = |ratio: f64| libm::log10(ratio.max(1e-4)).clamp(-2.0, 2.0);
    let ticks = [-2, -1, 0, 1].map(|n| Tick::new(f64::from(n), power_of_ten(n)));
    let ticks: Vec<Tick> = ticks.into_iter().chain([Tick::new(2.0, "≥ 100")]).collect();
    let pens = [(false, Stroke::new(VERMILLION, 2.2)), (true, Stroke::new(GREEN, 2.2))];
    for (k, &a) in config.flocculus.architectures.iter().enumerate() {
        let label = if k == 0 { "slip after relative to before" } else { "" };
        let y = Axis::exact(label, -2.1, 2.15).named(ticks.clone());
        let x = Axis::exact("frequency of the head (Hz)", 0.0, hz[hz.len() - 1] * 1.05);
        let mut panel = Panel::new(name(a), x, y);
        let quarter = 0.25e3 / config.visual_delay_ms.max(1) as f64;
        panel.levels = vec![Level::across(0.0), dashed(quarter)];
        for (is_eligible, pen) in &pens {
            let ratio = |c: &SubjectRun, f: f64| {
                let run = c.late.iter().find(|l| l.hz == f && l.has_eligibility == *is_eligible);
                run.map_or(f64::NAN, |l| drawn(l.ratio))
            };
            panel.curve(hz.iter().map(|&f| (f, mean_of(over(record, a, |c| ratio(c, f))))), 3.0, pen);
        }
        plate.panels.push(panel);
    }
    let [without, with] = pens.map(|p| p.1);
    plate.line_key("no eligibility", without);
    plate.line_key(&format!("eligibility {} ms", config.flocculus.eligibility_ms), with);
    plate.figure(format!(
        "Slip after learning relative to slip before, against the frequency of a head that moves in one sine for {} s; geometric mean over \
         subjects. Below the dotted line the reflex improved, above it the reflex got worse. Dashed: frequency at which {} ms are a quarter \
         of a period.",
        config.delay.duration_s, config.visual_delay_ms
    ))
}

/// Mean compensating gain at each test: (min, gain).
fn mean_gains(
    record: &Record,
    a: Architecture,
    of: impl Fn(&SubjectRun) -> Option<&Probes>,
) -> Vec<(f64, f64)> {
    let runs: Vec<&Probes> = record.courses.iter().filter(|c| c.architecture == a).filter_map(of).collect();
    let Some(first) = runs.first() else { return Vec::new() };
    let mean_at = |k: usize| mean_of(runs.iter().filter_map(|p| p.get(k)).map(|p| p.1.in_phase()));
    first.iter().enumerate().map(|(k, (s, _))| (s / 60.0, mean_at(k))).collect()
}

pub fn spectacles(config: &Config, record: &Record) -> Result<Figure, Error> {
    let s = &config.spectacles;
    let colors = [ORANGE, GREEN, BLUE, PURPLE, BLACK];
    let pens: Vec<Stroke> =
        colors.iter().cycle().take(s.magnifications.len()).map(|c| Stroke::new(c, 2.2)).collect();
    let mut plate = Plate::new("spectacles", config.flocculus.architectures.len(), 240.0);
    for (k, &a) in config.flocculus.architectures.iter().enumerate() {
        let x = Axis::exact("time (min)", 0.0, (s.wear_s + s.off_s) as f64 / 60.0);
        let mut panel = Panel::new(name(a), x, Axis::exact("", 0.0, 1.0));
        panel.shades.push((0.0, s.wear_s as f64 / 60.0));
        for (i, (m, pen)) in s.magnifications.iter().zip(&pens).enumerate() {
            let on = mean_gains(record, a, |c| c.worn.get(i).map(|w| &w.on));
            let off = mean_gains(record, a, |c| c.worn.get(i).map(|w| &w.off));
            panel.line(on.into_iter().chain(off), pen.clone());
            panel.levels.push(Level::across(*m));
        }
        let label = if k == 0 { "compensating gain in the dark" } else { "" };
        panel.cover(label, s.magnifications.iter().copied().chain([0.0]));
        plate.panels.push(panel);
    }
    s.magnifications.iter().zip(pens).for_each(|(m, pen)| plate.line_key(&format!("× {}", plain(*m)), pen));
    let (hz, subjects) = (plain(s.probe_hz), config.seeds.len());
    plate.figure(format!(
        "Compensating gain at {hz} Hz in the dark against time, while spectacles are worn (shaded) and after they are removed; means over {subjects} \
         subjects. Dotted: gain that would stabilize the image."
    ))
}

pub fn selectivity(config: &Config, record: &Record) -> Result<Figure, Error> {
    let hz = &config.calibration.test_hz;
    let mut plate = Plate::new("selectivity", 2, 220.0);
    let x = Axis::frequency("frequency of the test (Hz)", hz);
    let mut panel = Panel::new("trained at one frequency", x, Axis::exact("", 0.0, 1.0));
    for &a in &config.flocculus.architectures {
        for (k, &f) in config.selectivity.trained_hz.iter().enumerate() {
            let pen = pen(a).dash(if k == 0 { Dash::Solid } else { Dash::Dashed });
            let mean_at = |g: f64| mean_of(over(record, a, |c| change(c, f, g)));
            panel.curve(hz.iter().map(|&g| (libm::log10(g), mean_at(g))), 3.0, &pen);
            panel.levels.push(dashed(libm::log10(f)));
            plate.line_key(&format!("{}, {} Hz", name(a), plain(f)), pen);
        }
    }
    panel.cover("change of the compensating gain", [0.0]);
    panel.levels.push(Level::across(0.0));
    plate.panels.push(panel);

    let x = Axis::exact("time in the light (min)", 0.0, config.muscle.duration_s as f64 / 60.0);
    let y = Axis::exact("compensating gain in the dark", 0.0, 1.2);
    let mut panel = Panel::new("weak muscles from 0 min on", x, y);
    for &a in &config.flocculus.architectures {
        panel.line(mean_gains(record, a, |c| Some(&c.weakened)), pen(a));
    }
    panel.levels.push(Level::across(1.0));
    plate.panels.push(panel);
    let duration_s = config.selectivity.duration_s;
    let [magnification, hz, strength] =
        [config.selectivity.magnification, config.spectacles.probe_hz, config.muscle.strength].map(plain);
    plate.figure(format!(
        "Means over subjects. A: change of the compensating gain against the frequency of the test, after {duration_s} s of spectacles x{magnification} with a head \
         that moves at one frequency (dashed). B: compensating gain at {hz} Hz against time after the muscles weakened to {strength} of their strength."
    ))
}
