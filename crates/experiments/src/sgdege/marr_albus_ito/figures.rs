//! Figure 2 B and C of the paper.

use super::{Config, Course, Record, SeedRecord, plain};
use crate::sgdege::look::rates_against_targets;
use lobule_study::Error;
use lobule_study::report::chart::Level;
use lobule_study::report::chart::Mark;
use lobule_study::report::chart::{Axis, Key, Panel, Plate};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION};
use lobule_study::report::svg::Stroke;
use lobule_study::report::{Figure, plot};

const COLOURS: [&str; 6] = [SKY, BLUE, GREEN, ORANGE, PURPLE, BLACK];

pub(super) fn figures(config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
    let Some(first) = record.seeds.first() else { return Ok(Vec::new()) };
    let mut plate = Plate::new("figure_2", 3, 200.0);
    plate.left = (56.0, 54.0);
    plate.legend = config
        .signed_means_hz
        .iter()
        .zip(COLOURS.iter().cycle())
        .map(|(m, colour)| Key::line(&format!("signed, mean target {m} Hz"), Stroke::new(colour, 2.0)))
        .collect();
    plate.legend.push(Key::line("unsigned", Stroke::new(VERMILLION, 2.0)));

    let trials = || Axis::exact("trial", 0.0, config.trials as f64);
    let signed = |s: &SeedRecord| s.signed.iter().map(|c| c.signed_error.clone()).collect::<Vec<_>>();
    let all = record.seeds.iter().flat_map(signed).flatten();
    let mut errors = Panel::new("2B, signed", trials(), Axis::covering("error, mean R − PN (Hz)", all));
    errors.levels.push(Level::across(0.0));
    for (k, colour) in (0..config.signed_means_hz.len()).zip(COLOURS.iter().cycle()) {
        curves(&mut errors, record, colour, |s| &s.signed[k], |c| &c.signed_error);
    }
    let all = record.seeds.iter().flat_map(|s| s.unsigned.error.clone()).chain([0.0]);
    let mut unsigned = Panel::new("2B, unsigned", trials(), Axis::covering("error, mean |PN − R| (Hz)", all));
    curves(&mut unsigned, record, VERMILLION, |s| &s.unsigned, |c| &c.error);

    let course = plain(config, first);
    let ceiling = course.rates.iter().chain(&course.targets).fold(60.0f64, |m, v| m.max(*v));
    let ceiling = 20.0 * (ceiling / 20.0).ceil();
    let cells =
        rates_against_targets("2C, after learning, signed", &course.rates, &course.targets, ceiling, GREEN);

    plate.panels = vec![errors, unsigned, cells];
    let caption = format!(
        "A: signed error by trial at five mean target rates. B: unsigned error at a mean target of {} Hz. C: rates of nuclear cells in all \
         bins against their targets after learning under the signed error at {} Hz, first seed; dashed: equal. Thick: first seed, thin: \
         the others.",
        config.unsigned_mean_hz, course.mean_target_hz
    );
    Ok(vec![Figure::svg("figure_2", caption, plot::svg(&plate)?)])
}

/// The first seed thick over the others thin.
fn curves(
    panel: &mut Panel,
    record: &Record,
    colour: &str,
    course: impl Fn(&SeedRecord) -> &Course,
    values: impl Fn(&Course) -> &Vec<f64>,
) {
    for (k, seed) in record.seeds.iter().enumerate().rev() {
        let stroke = if k == 0 { Stroke::new(colour, 1.8) } else { Stroke::one_seed(colour) };
        panel.marks.push(Mark::series(values(course(seed)), 0.0, 1.0, stroke));
    }
}
