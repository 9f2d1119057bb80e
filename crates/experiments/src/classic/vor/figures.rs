//! Figures of the experiment.

use super::config::{VorConfig, name};
use super::findings::{at, over};
use super::record::{Course, Probes, VorRecord};
use crate::classic::response::Response;
use lobule_analysis::mean;
use lobule_control::Architecture;
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Panel, Plate};
use lobule_study::report::numbers::{capital, plain};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, PURPLE, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, plot};

/// All figures.
pub fn figures(config: &VorConfig, record: &VorRecord) -> Result<Vec<Figure>, Error> {
    Ok(vec![
        movement(config, record)?,
        bode(config, record)?,
        delay(config, record)?,
        spectacles(config, record)?,
        selectivity(config, record)?,
    ])
}

fn colour(a: Architecture) -> &'static str {
    match a {
        Architecture::FeedForward => BLUE,
        Architecture::Recurrent => VERMILLION,
    }
}

/// A line with its points.
fn curve(panel: &mut Panel, points: Vec<(f64, f64)>, stroke: Stroke) {
    let points: Vec<(f64, f64)> = points.into_iter().filter(|p| p.1.is_finite()).collect();
    let colour = stroke.colour.clone();
    panel.marks.push(Mark::Line { points: points.clone(), stroke });
    panel.marks.push(Mark::Dots { points, radius: 3.0, colour, opacity: 1.0 });
}

/// First and last seconds of a calibration.
fn movement(config: &VorConfig, record: &VorRecord) -> Result<Figure, Error> {
    let a = config.flocculus.architectures[config.flocculus.architectures.len() - 1];
    let mut plate = Plate::new("movement", 2, 200.0);
    let pens = [Stroke::new(GUIDE, 3.5), Stroke::new(BLACK, 1.6)];
    let course = record.courses.iter().find(|c| c.architecture == a);
    let all = course.iter().flat_map(|c| &c.movement).flatten();
    let y = Axis::covering("velocity (deg/s)", all.flat_map(|s| [s.1, s.2]));
    for (k, title) in ["the first seconds in the light", "the last seconds"].into_iter().enumerate() {
        let samples = course.map_or(&[][..], |c| &c.movement[k]);
        let (from, to) = (samples.first().map_or(0.0, |s| s.0), samples.last().map_or(1.0, |s| s.0));
        let mut panel = Panel::new(title, Axis::exact("time (s)", 0.0, to - from), y.clone());
        for (pen, of) in pens.iter().zip([|s: &(f64, f64, f64)| s.1, |s: &(f64, f64, f64)| s.2]) {
            let points = samples.iter().map(|s| (s.0 - from, of(s))).collect();
            panel.marks.push(Mark::Line { points, stroke: pen.clone() });
        }
        plate.panels.push(panel);
    }
    plate.legend.push(Key::line("head velocity, turned around: what the eye should do", pens[0].clone()));
    plate.legend.push(Key::line("eye velocity", pens[1].clone()));
    let caption = format!(
        "A: the imperfect brainstem. B: after {} s of slip. What lies between the lines slips on the retina. {} flocculus, one subject.",
        config.calibration.duration_s,
        capital(name(a))
    );
    Ok(Figure::svg("movement", caption, plot::svg(&plate)?))
}

/// Title, label, what is drawn, ideal value.
type Part = (&'static str, &'static str, fn(&Response) -> f64, f64);

/// Gain and phase before and after.
fn bode(config: &VorConfig, record: &VorRecord) -> Result<Figure, Error> {
    let hz = &config.calibration.test_hz;
    let mut plate = Plate::new("bode", 2, 230.0);
    let means = |a, of: fn(&Course) -> &[Response], value: fn(&Response) -> f64| -> Vec<(f64, f64)> {
        let mean_at = |f: f64| mean(&over(record, a, |c| at(of(c), f).map_or(f64::NAN, value)));
        hz.iter().map(|&f| ((f).log10(), mean_at(f))).collect()
    };
    let parts: [Part; 2] = [
        ("gain in the dark", "eye over head", |r| r.gain, 1.0),
        ("phase", "lead (deg)", |r| r.phase_deg, 0.0),
    ];
    for (title, label, value, ideal) in parts {
        let mut panel =
            Panel::new(title, Axis::frequency("frequency (Hz)", hz), Axis::exact(label, 0.0, 1.0));
        let mut reach = vec![ideal, 0.0];
        for (k, &a) in config.flocculus.architectures.iter().enumerate() {
            if k == 0 {
                let points = means(a, |c| &c.before, value);
                reach.extend(points.iter().map(|p| p.1));
                curve(&mut panel, points, Stroke::new(GUIDE, 2.2));
            }
            let points = means(a, |c| &c.after, value);
            reach.extend(points.iter().map(|p| p.1));
            curve(&mut panel, points, Stroke::new(colour(a), 2.2));
        }
        panel.y = Axis::covering(label, reach);
        panel.levels.push(Level::across(ideal));
        panel.levels.push(
            Level::upright((config.head.frequency_hz[1]).log10())
                .pen(Stroke::new(GUIDE, 1.0).dash(Dash::Dashed)),
        );
        plate.panels.push(panel);
    }
    plate.legend.push(Key::line("before", Stroke::new(GUIDE, 2.2)));
    for &a in &config.flocculus.architectures {
        plate.legend.push(Key::line(&format!("after, {}", name(a)), Stroke::new(colour(a), 2.2)));
    }
    let caption = format!(
        "Gain and phase of the reflex in the dark before and after {} s in the light, means over {} subjects. Dotted: perfect compensation. \
         Broken: the fastest head movement that was learned from.",
        config.calibration.duration_s,
        config.seeds.len()
    );
    Ok(Figure::svg("bode", caption, plot::svg(&plate)?))
}

/// One sine, with and without eligibility.
fn delay(config: &VorConfig, record: &VorRecord) -> Result<Figure, Error> {
    let hz = &config.delay.test_hz;
    let mut plate = Plate::new("delay", config.flocculus.architectures.len(), 220.0);
    // Drawn as powers of ten, up to a hundredfold.
    let drawn = |ratio: f64| libm::log10(ratio.max(1e-4)).clamp(-2.0, 2.0);
    let tick = |k: i32, text: &str| lobule_study::report::chart::Tick {
        at: f64::from(k),
        text: text.into(),
        under: String::new(),
        colour: BLACK.into(),
    };
    let pens = [Stroke::new(VERMILLION, 2.2), Stroke::new(GREEN, 2.2)];
    for (k, &a) in config.flocculus.architectures.iter().enumerate() {
        let label = if k == 0 { "slip after over before" } else { "" };
        let ticks = vec![tick(-2, "0.01"), tick(-1, "0.1"), tick(0, "1"), tick(1, "10"), tick(2, "≥ 100")];
        let y = Axis::exact(label, -2.1, 2.15).named(ticks);
        let x = Axis::exact("frequency of the head (Hz)", 0.0, hz[hz.len() - 1] * 1.05);
        let mut panel = Panel::new(name(a), x, y);
        panel.levels.push(Level::across(0.0));
        let quarter = 0.25e3 / config.visual_delay_ms.max(1) as f64;
        panel.levels.push(Level::upright(quarter).pen(Stroke::new(GUIDE, 1.2).dash(Dash::Dashed)));
        for (pen, eligible) in pens.iter().zip([false, true]) {
            let ratio = |f: f64| {
                let of = |c: &Course| {
                    let run = c.late.iter().find(|l| l.hz == f && l.has_eligibility == eligible);
                    run.map_or(f64::NAN, |l| drawn(l.ratio))
                };
                mean(&over(record, a, of))
            };
            curve(&mut panel, hz.iter().map(|&f| (f, ratio(f))).collect(), pen.clone());
        }
        plate.panels.push(panel);
    }
    plate.legend.push(Key::line("no eligibility", pens[0].clone()));
    plate
        .legend
        .push(Key::line(&format!("eligibility {} ms", config.flocculus.eligibility_ms), pens[1].clone()));
    let caption = format!(
        "A head that moves in one sine for {} s: slip after learning over slip before, geometric mean over subjects; below the dotted line it \
         learns, above it unlearns. Broken: the frequency at which {} ms are a quarter of a period.",
        config.delay.duration_s, config.visual_delay_ms
    );
    Ok(Figure::svg("delay", caption, plot::svg(&plate)?))
}

/// Mean compensating gain at each test.
fn course_of(
    record: &VorRecord,
    a: Architecture,
    of: impl Fn(&Course) -> Option<&Probes>,
) -> Vec<(f64, f64)> {
    let courses: Vec<&Course> = record.courses.iter().filter(|c| c.architecture == a).collect();
    let Some(first) = courses.first().and_then(|c| of(c)) else { return Vec::new() };
    let mean_of = |k: usize| {
        let values = courses.iter().filter_map(|c| of(c).and_then(|p| p.get(k)).map(|p| p.1.in_phase()));
        mean(&values.collect::<Vec<_>>())
    };
    (0..first.len()).map(|k| (first[k].0 / 60.0, mean_of(k))).collect()
}

/// Spectacles on and off.
fn spectacles(config: &VorConfig, record: &VorRecord) -> Result<Figure, Error> {
    let s = &config.spectacles;
    let pens = [ORANGE, GREEN, BLUE, PURPLE, BLACK].map(|c| Stroke::new(c, 2.2));
    let mut plate = Plate::new("spectacles", config.flocculus.architectures.len(), 240.0);
    for (k, &a) in config.flocculus.architectures.iter().enumerate() {
        let x = Axis::exact("time (min)", 0.0, (s.wear_s + s.off_s) as f64 / 60.0);
        let mut panel = Panel::new(name(a), x, Axis::exact("", 0.0, 1.0));
        panel.shades.push((0.0, s.wear_s as f64 / 60.0));
        let mut reach = vec![0.0];
        for (i, pen) in (0..s.magnifications.len()).zip(pens.iter().cycle()) {
            let mut points = course_of(record, a, |c| c.worn.get(i).map(|w| &w.on));
            points.extend(course_of(record, a, |c| c.worn.get(i).map(|w| &w.off)));
            reach.extend(points.iter().map(|p| p.1));
            panel.marks.push(Mark::Line { points, stroke: pen.clone() });
            panel.levels.push(Level::across(s.magnifications[i]));
        }
        reach.extend(&s.magnifications);
        let label = if k == 0 { "compensating gain in the dark" } else { "" };
        panel.y = Axis::covering(label, reach);
        plate.panels.push(panel);
    }
    for (m, pen) in s.magnifications.iter().zip(pens.iter().cycle()) {
        plate.legend.push(Key::line(&format!("× {}", plain(*m)), pen.clone()));
    }
    let caption = format!(
        "Gain at {} Hz in the dark while spectacles are worn (grey) and after they are taken off, means over {} subjects. Dotted: what would hold \
         the image still.",
        plain(s.probe_hz),
        config.seeds.len()
    );
    Ok(Figure::svg("spectacles", caption, plot::svg(&plate)?))
}

/// Training at one frequency, and a muscle that weakens.
fn selectivity(config: &VorConfig, record: &VorRecord) -> Result<Figure, Error> {
    let hz = &config.calibration.test_hz;
    let trained = &config.selectivity.trained_hz;
    let mut plate = Plate::new("selectivity", 2, 220.0);
    let mut panel = Panel::new(
        "trained at one frequency",
        Axis::frequency("frequency of the test (Hz)", hz),
        Axis::exact("", 0.0, 1.0),
    );
    let mut reach = vec![0.0];
    for &a in &config.flocculus.architectures {
        for (k, &f) in trained.iter().enumerate() {
            let gained = |g: f64| {
                let of = |c: &Course| {
                    let t = c.trained.get(k).and_then(|t| at(&t.tested, g));
                    t.map_or(f64::NAN, Response::in_phase)
                        - at(&c.after, g).map_or(f64::NAN, Response::in_phase)
                };
                mean(&over(record, a, of))
            };
            let points: Vec<(f64, f64)> = hz.iter().map(|&g| ((g).log10(), gained(g))).collect();
            reach.extend(points.iter().map(|p| p.1).filter(|v| v.is_finite()));
            let dash = if k == 0 { Dash::Solid } else { Dash::Dashed };
            let pen = Stroke::new(colour(a), 2.2).dash(dash);
            plate.legend.push(Key::line(&format!("{}, {} Hz", name(a), plain(f)), pen.clone()));
            curve(&mut panel, points, pen);
            panel.levels.push(Level::upright((f).log10()).pen(Stroke::new(GUIDE, 1.0).dash(Dash::Dashed)));
        }
    }
    panel.y = Axis::covering("change of the compensating gain", reach);
    panel.levels.push(Level::across(0.0));
    plate.panels.push(panel);

    let x = Axis::exact("time in the light (min)", 0.0, config.muscle.duration_s as f64 / 60.0);
    let mut panel =
        Panel::new("weak muscles from 0 min on", x, Axis::exact("compensating gain in the dark", 0.0, 1.2));
    for &a in &config.flocculus.architectures {
        let points = course_of(record, a, |c| Some(&c.weakened));
        panel.marks.push(Mark::Line { points, stroke: Stroke::new(colour(a), 2.2) });
    }
    panel.levels.push(Level::across(1.0));
    plate.panels.push(panel);
    let caption = format!(
        "A: change of the gain by {} s of spectacles x{} with a head that moves at one frequency (broken upright lines). B: gain at {} Hz after the \
         muscles weaken to {} of their strength.",
        config.selectivity.duration_s,
        plain(config.selectivity.magnification),
        plain(config.spectacles.probe_hz),
        plain(config.muscle.strength)
    );
    Ok(Figure::svg("selectivity", caption, plot::svg(&plate)?))
}
