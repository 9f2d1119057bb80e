//! Figure 8 of the paper, single movements, and the sensitivity.

use super::{Config, PatternRecord, Record};
use crate::sgdege::look::rates_against_targets;
use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::chart::Level;
use lobule_study::report::chart::{Axis, Key, Mark, Note, Panel, Plate, Swatch, Tick};
use lobule_study::report::palette::{BLACK, BLUE, GUIDE, ORANGE, SKY, VERMILLION};
use lobule_study::report::svg::{Anchor, Dash, INK, Stroke};
use lobule_study::report::{Figure, plot};

pub(super) fn figures(config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
    if record.seeds.is_empty() {
        return Ok(Vec::new());
    }
    let mut figures = vec![figure_8(config, record)?, movements(config, record)?];
    if !record.variants.is_empty() {
        figures.push(sensitivity(record)?);
    }
    Ok(figures)
}

fn patterns(record: &Record) -> impl Iterator<Item = &PatternRecord> {
    record.seeds.iter().flat_map(|s| &s.patterns)
}

fn figure_8(config: &Config, record: &Record) -> Result<Figure, Error> {
    let first = &record.seeds[0].patterns;
    let mut plate = Plate::new("figure_8", 2, 210.0);
    plate.legend = vec![
        Key::line("error E", Stroke::new(BLUE, 2.0)),
        Key::line("inhibition I", Stroke::new(ORANGE, 2.0)),
    ];

    let thousand = |n: usize| n as f64 / 1000.0;
    let all = patterns(record).flat_map(|p| p.error.iter().chain(&p.inhibition).copied()).chain([0.0]);
    let x = Axis::exact("presentations of a movement (thousands)", 0.0, thousand(config.trials_per_pattern));
    let mut whole = Panel::new("Learning", x, Axis::covering("E, I (Hz)", all));
    let (from, step) = (thousand(config.block) / 2.0, thousand(config.block));
    // I covers E within the width of a line: drawn broken over it.
    for p in patterns(record).skip(first.len()) {
        whole.marks.push(Mark::series(&p.error, from, step, Stroke::one_seed(BLUE)));
    }
    for p in first {
        whole.marks.push(Mark::series(&p.error, from, step, Stroke::new(BLUE, 2.0)));
        whole.marks.push(Mark::series(
            &p.inhibition,
            from,
            step,
            Stroke::new(ORANGE, 1.4).dash(Dash::Dashed),
        ));
    }
    whole.levels.push(Level::across(1.4));

    let x = Axis::exact("presentations of a movement", 0.0, config.early as f64);
    let all = first.iter().flat_map(|p| p.early_error.iter().chain(&p.early_inhibition).copied());
    let mut early = Panel::new("First meeting of E and I", x, Axis::covering("E, I (Hz)", all));
    for p in first {
        early.marks.push(Mark::series(&p.early_error, 0.0, 1.0, Stroke::new(BLUE, 1.6)));
        early.marks.push(Mark::series(&p.early_inhibition, 0.0, 1.0, Stroke::new(ORANGE, 1.6)));
    }

    let ceiling = first[0].rates_start.iter().chain(&first[0].rates_end).fold(60.0f64, |m, v| m.max(*v));
    let ceiling = 20.0 * (ceiling / 20.0).ceil();
    let before =
        rates_against_targets("Before learning", &first[0].rates_start, &first[0].targets, ceiling, BLACK);
    let after =
        rates_against_targets("After learning", &first[0].rates_end, &first[0].targets, ceiling, BLUE);
    plate.panels = vec![whole, early, before, after];
    let caption = format!(
        "A: error E and inhibition I in blocks of {} presentations; thick: both movements of the first seed, thin: other seeds; dotted: the \
         paper's 1.4 Hz. B: the first presentations of the first seed one by one; the movement whose E and I meet first moves the other's I too. \
         C, D: rates of the nuclear cells in all bins against their targets, first movement of the first seed; dashed: equal.",
        config.block
    );
    Ok(Figure::svg("figure_8", caption, plot::svg(&plate)?))
}

/// Cells of the figure of single movements.
const SHOWN: usize = 6;

fn movements(config: &Config, record: &Record) -> Result<Figure, Error> {
    let p = &record.seeds[0].patterns[0];
    let bins = config.network.bins;
    let mut plate = Plate::new("movements", 3, 130.0);
    plate.left = (54.0, 40.0);
    plate.legend = vec![
        Key::line("target R", Stroke::new(BLACK, 2.0)),
        Key::line("before learning", Stroke::new(SKY, 1.6).dash(Dash::Dashed)),
        Key::line("after learning", Stroke::new(VERMILLION, 2.0)),
    ];
    let shown = SHOWN.min(config.network.columns);
    for cell in 0..shown {
        let of = |values: &[f64]| values[cell * bins..(cell + 1) * bins].to_vec();
        let is_last_row = cell + 3 >= shown;
        let x = Axis::exact(if is_last_row { "time bin" } else { "" }, 0.5, bins as f64 + 0.5);
        let y = Axis::exact(if cell % 3 == 0 { "rate (Hz)" } else { "" }, 0.0, 80.0).step(20.0);
        let mut panel = Panel::new(&format!("nuclear cell {}", cell + 1), x, y);
        panel.marks.push(Mark::series(&of(&p.targets), 1.0, 1.0, Stroke::new(BLACK, 2.0)));
        panel.marks.push(Mark::series(
            &of(&p.rates_start),
            1.0,
            1.0,
            Stroke::new(SKY, 1.6).dash(Dash::Dashed),
        ));
        panel.marks.push(Mark::series(&of(&p.rates_end), 1.0, 1.0, Stroke::new(VERMILLION, 2.0)));
        plate.panels.push(panel);
    }
    let caption = "The first nuclear cells in the first movement of the first seed.";
    Ok(Figure::svg("movements", caption, plot::svg(&plate)?))
}

fn sensitivity(record: &Record) -> Result<Figure, Error> {
    let reference = mean(
        &record
            .seeds
            .iter()
            .map(|s| mean(&s.patterns.iter().map(|p| p.error_last).collect::<Vec<_>>()))
            .collect::<Vec<_>>(),
    );
    let percent = |factor: f64| {
        format!("{}{:.0} %", if factor < 1.0 { "−" } else { "+" }, 100.0 * (factor - 1.0).abs())
    };
    let ticks = record.variants.iter().enumerate().map(|(k, v)| Tick::new(k as f64, percent(v.factor)));
    let x = Axis::exact("change of one parameter", -0.6, record.variants.len() as f64 - 0.4)
        .named(ticks.collect());
    let shares = |errors: &[f64]| errors.iter().map(|e| 100.0 * (e / reference - 1.0)).collect::<Vec<_>>();
    let all = record.variants.iter().flat_map(|v| shares(&v.error_last)).chain([-12.0, 12.0]);
    let mut panel = Panel::new("", x, Axis::covering("change of the final error (%)", all));
    for at in [-10.0, 0.0, 10.0] {
        panel.levels.push(Level::across(at));
    }
    // A parameter's two changes stand beside each other, under its name.
    for (k, pair) in record.variants.chunks(2).enumerate() {
        let text = pair[0].parameter.clone();
        let at = (2.0 * k as f64 + (pair.len() - 1) as f64 / 2.0, panel.y.high);
        panel.notes.push(Note { at, text, anchor: Anchor::Middle, colour: INK.into() });
    }
    for (k, v) in record.variants.iter().enumerate() {
        let shares = shares(&v.error_last);
        let points = shares.iter().map(|&s| (k as f64, s)).collect();
        panel.marks.push(Mark::Dots { points, radius: 2.6, colour: GUIDE.into(), opacity: 0.8 });
        let points = vec![(k as f64, mean(&shares))];
        panel.marks.push(Mark::Dots { points, radius: 5.0, colour: BLUE.into(), opacity: 1.0 });
    }
    let mut plate = Plate::new("sensitivity", 1, 210.0);
    plate.legend = vec![
        Key { label: "mean over seeds".into(), swatch: Swatch::Dot(BLUE.into()) },
        Key { label: "seeds".into(), swatch: Swatch::Dot(GUIDE.into()) },
    ];
    plate.panels.push(panel);
    let caption =
        "Final error with one parameter changed, against the mean of the unchanged network; dotted: ±10 %.";
    Ok(Figure::svg("sensitivity", caption, plot::svg(&plate)?))
}
