//! Figures of the experiment.

use super::config::Config;
use super::findings::of;
use super::record::{Moment, Outcome, Player, Record};
use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Cell, Key, Mark, Panel, Plate, Tick};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, PURPLE, SKY, VERMILLION};
use lobule_study::report::svg::{INK, Stroke, tint};
use lobule_study::report::{Figure, plot};

const COLOURS: [&str; 6] = [BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY];

/// All figures.
pub fn figures(config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
    Ok(vec![responsibilities(config, record)?, errors(config, record)?, seeds(record)?])
}

fn tick(at: f64, text: impl Into<String>) -> Tick {
    Tick { at, text: text.into(), under: String::new(), colour: INK.into() }
}

/// Responsibilities against the true object, early and after learning.
fn responsibilities(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("responsibilities", 1, 110.0);
    let Some(kept) = record.outcomes.iter().find(|o| !o.moments[1].is_empty()) else {
        return Err(Error::Figure { figure: "responsibilities".into(), what: "no moments were kept".into() });
    };
    for (title, moments) in [
        ("first 30 s of learning: responsibilities", &kept.moments[0]),
        ("after learning: responsibilities", &kept.moments[1]),
    ] {
        plate.panels.push(shares(config, title, moments));
    }
    let late = &kept.moments[1];
    let mut panel = Panel::new(
        "after learning: position",
        Axis::exact("time (s)", 0.0, 30.0),
        Axis::covering("m", late.iter().flat_map(|m| m.position)),
    );
    let line = |k: usize| late.iter().map(|m| (m.time_s, m.position[k])).collect::<Vec<_>>();
    panel.marks.push(Mark::Line { points: line(0), stroke: Stroke::new(GUIDE, 3.0) });
    panel.marks.push(Mark::Line { points: line(1), stroke: Stroke::new(BLACK, 1.3) });
    plate.panels.push(panel);
    for (k, [m, b, stiffness]) in config.task.objects.iter().enumerate() {
        plate.legend.push(Key::block(
            &format!("object {}: {m} kg, {b} N s/m, {stiffness} N/m", k + 1),
            COLOURS[k % 6],
        ));
    }
    plate.legend.push(Key::line("wanted", Stroke::new(GUIDE, 3.0)));
    plate.legend.push(Key::line("true", Stroke::new(BLACK, 1.3)));
    let caption = "Which object is in the hand (pale ground) and who is responsible (lines, the module that is paired with the object of its color), first \
         seed. A: while learning begins. B: after learning. C: the tracking in that time; the two lines all but coincide.";
    Ok(Figure::svg("responsibilities", caption, plot::svg(&plate)?))
}

fn shares(config: &Config, title: &str, moments: &[Moment]) -> Panel {
    let mut panel = Panel::new(title, Axis::exact("", 0.0, 30.0), Axis::exact("share", 0.0, 1.0).step(0.5));
    let step = moments.get(1).map_or(0.05, |m| m.time_s - moments[0].time_s);
    let ground = moments.iter().map(|m| Cell {
        x: (m.time_s, (m.time_s + step * 1.02).min(30.0)),
        y: (0.0, 1.0),
        colour: tint(COLOURS[m.object % 6], 0.25),
    });
    panel.marks.push(Mark::Cells(ground.collect()));
    for k in 0..config.task.objects.len() {
        let points = moments.iter().map(|m| (m.time_s, m.shares[k])).collect();
        panel.marks.push(Mark::Line { points, stroke: Stroke::new(COLOURS[k % 6], 1.8) });
    }
    panel
}

/// A group of bars, and what is drawn of an outcome.
type Group = (String, Box<dyn Fn(&Outcome) -> f64>);

/// Errors by controller and object.
fn errors(config: &Config, record: &Record) -> Result<Figure, Error> {
    let names: [(Player, &str, &str); 7] = [
        (Player::Mosaic, "MOSAIC", BLUE),
        (Player::Cued, "with cue", SKY),
        (Player::WithoutMemory, "no memory", GREEN),
        (Player::WithoutAnnealing, "no annealing", PURPLE),
        (Player::OneModule, "one module", ORANGE),
        (Player::Feedback, "feedback alone", GUIDE),
        (Player::Perfect, "perfect inverse", BLACK),
    ];
    let n = config.task.objects.len();
    let mut groups: Vec<Group> = Vec::new();
    for k in 0..n {
        groups.push((format!("object {}", k + 1), Box::new(move |o: &Outcome| 1e3 * o.errors_m[k])));
    }
    groups.push(("after changes".into(), Box::new(move |o: &Outcome| 1e3 * o.errors_m[n])));
    groups.push(("object between".into(), Box::new(|o: &Outcome| 1e3 * o.between_m)));
    let mut plate = Plate::new("errors", 1, 220.0);
    let mut reached = vec![0.0];
    let mut bars = Vec::new();
    for (g, (_, value)) in groups.iter().enumerate() {
        for (k, (player, _, colour)) in names.iter().enumerate() {
            let height = mean(&of(record, *player).iter().map(|o| value(o)).collect::<Vec<_>>());
            let left = g as f64 - 0.42 + 0.12 * k as f64;
            reached.push(height);
            bars.push(Cell { x: (left, left + 0.11), y: (0.0, height), colour: (*colour).into() });
        }
    }
    let ticks = groups.iter().enumerate().map(|(g, (name, _))| tick(g as f64, name.clone())).collect();
    let mut panel = Panel::new(
        "error of tracking",
        Axis::exact("", -0.5, groups.len() as f64 - 0.5).named(ticks),
        Axis::covering("rms (mm)", reached),
    );
    panel.marks.push(Mark::Cells(bars));
    plate.panels.push(panel);
    plate.legend.extend(names.iter().map(|(_, words, colour)| Key::block(words, colour)));
    let caption = format!(
        "Rms of the error of position, mean over {} seeds: with each object, in the first 0.3 s after a change, and with an object between the others that was never \
         learned.",
        config.seeds.len()
    );
    Ok(Figure::svg("errors", caption, plot::svg(&plate)?))
}

/// Accuracy of every seed.
fn seeds(record: &Record) -> Result<Figure, Error> {
    let names: [(Player, &str); 4] = [
        (Player::Mosaic, "MOSAIC"),
        (Player::Cued, "with cue"),
        (Player::WithoutMemory, "no memory"),
        (Player::WithoutAnnealing, "no annealing"),
    ];
    let mut plate = Plate::new("seeds", 1, 170.0);
    let mut panel = Panel::new(
        "is the right module responsible?",
        Axis::exact("", -0.6, 3.6)
            .named(names.iter().enumerate().map(|(k, n)| tick(k as f64, n.1)).collect()),
        Axis::exact("part of the time", 0.0, 1.05).step(0.2),
    );
    for (k, (player, _)) in names.iter().enumerate() {
        let outcomes = of(record, *player);
        let wide = 0.5 / outcomes.len().max(2) as f64;
        for (is_collapsed, colour) in [(false, BLUE), (true, VERMILLION)] {
            let points = outcomes.iter().enumerate().filter(|(_, o)| o.is_collapsed() == is_collapsed);
            let points = points.map(|(i, o)| (k as f64 - 0.25 + wide * i as f64, o.accuracy)).collect();
            panel.marks.push(Mark::Dots { points, radius: 3.5, colour: colour.into(), opacity: 0.8 });
        }
    }
    plate.panels.push(panel);
    for (words, colour) in
        [("each object has its module", BLUE), ("collapsed: an object has none", VERMILLION)]
    {
        plate.legend.push(Key {
            label: words.into(),
            swatch: lobule_study::report::chart::Swatch::Dot(colour.into()),
        });
    }
    let caption = "Accuracy of responsibilities after learning, a dot for each seed. Modules collapse where two objects share one.";
    Ok(Figure::svg("seeds", caption, plot::svg(&plate)?))
}
