//! Figure 8 of the paper, single movements, and the sensitivity.

use super::{Config, PatternRecord, Record};
use crate::sgdege::look::rates_against_targets;
use lobule_analysis::mean;
use lobule_study::{prelude::*, report::drawing::*};

pub(super) fn figure_8(config: &Config, record: &Record) -> Result<Figure, Error> {
    let first = &record.seeds[0].patterns;
    let patterns = || record.seeds.iter().flat_map(|s| &s.patterns);
    let mut plate = Plate::new("figure_8", 2, 210.0);
    plate.line_key("error E", Stroke::new(BLUE, 2.0));
    plate.line_key("inhibition I", Stroke::new(ORANGE, 2.0));

    let thousand = |n: usize| n as f64 / 1000.0;
    let all = patterns().flat_map(|p| p.error.iter().chain(&p.inhibition).copied()).chain([0.0]);
    let x = Axis::exact("presentations of a movement (thousands)", 0.0, thousand(config.trials_per_pattern));
    let mut whole = Panel::new("Learning", x, Axis::covering("E, I (Hz)", all));
    let draw = |values: &[f64], pen: Stroke| {
        Mark::series(values, thousand(config.block) / 2.0, thousand(config.block), pen)
    };
    whole.marks.extend(patterns().skip(first.len()).map(|p| draw(&p.error, Stroke::one_seed(BLUE))));
    // I covers E within the width of a line: drawn broken over it.
    for p in first {
        whole.marks.push(draw(&p.error, Stroke::new(BLUE, 2.0)));
        whole.marks.push(draw(&p.inhibition, Stroke::new(ORANGE, 1.4).dash(Dash::Dashed)));
    }
    whole.levels.push(Level::across(1.4));

    let x = Axis::exact("presentations of a movement", 0.0, config.early as f64);
    let all = first.iter().flat_map(|p| p.early_error.iter().chain(&p.early_inhibition).copied());
    let mut early = Panel::new("First meeting of E and I", x, Axis::covering("E, I (Hz)", all));
    for p in first {
        early.marks.push(Mark::series(&p.early_error, 0.0, 1.0, Stroke::new(BLUE, 1.6)));
        early.marks.push(Mark::series(&p.early_inhibition, 0.0, 1.0, Stroke::new(ORANGE, 1.6)));
    }

    let PatternRecord { rates_start, rates_end, targets, .. } = &first[0];
    let rates =
        |title, rates, color| rates_against_targets(title, rates, targets, &[rates_start, rates_end], color);
    let before = rates("Before learning", rates_start, BLACK);
    plate.panels = vec![whole, early, before, rates("After learning", rates_end, BLUE)];
    plate.figure(format!(
        "A: error E and inhibition I in blocks of {} presentations; thick: both movements of the first seed; thin: other seeds; dotted: the \
         paper's 1.4 Hz. B: the first presentations one by one, first seed. Once E and I meet in one movement, learning changes the I of \
         the other, too. C, D: rates of the nuclear cells in all bins against their targets, first movement of the first seed; dashed: \
         equality.",
        config.block
    ))
}

/// Cells of the figure of single movements.
const SHOWN: usize = 6;

pub(super) fn movements(config: &Config, record: &Record) -> Result<Figure, Error> {
    let p = &record.seeds[0].patterns[0];
    let bins = config.network.bins;
    let curves = [
        ("target R", &p.targets, Stroke::new(BLACK, 2.0)),
        ("before learning", &p.rates_start, Stroke::new(SKY, 1.6).dash(Dash::Dashed)),
        ("after learning", &p.rates_end, Stroke::new(VERMILLION, 2.0)),
    ];
    let mut plate = Plate::new("movements", 3, 130.0);
    plate.left = (54.0, 40.0);
    plate.legend = curves.iter().map(|(label, _, pen)| Key::line(label, pen.clone())).collect();
    let shown = SHOWN.min(config.network.columns);
    for cell in 0..shown {
        let is_last_row = cell + 3 >= shown;
        let x = Axis::exact(if is_last_row { "time bin" } else { "" }, 0.5, bins as f64 + 0.5);
        let y = Axis::exact(if cell % 3 == 0 { "rate (Hz)" } else { "" }, 0.0, 80.0).step(20.0);
        let mut panel = Panel::new(&format!("nuclear cell {}", cell + 1), x, y);
        for (_, rates, pen) in &curves {
            panel.marks.push(Mark::series(&rates[cell * bins..][..bins], 1.0, 1.0, pen.clone()));
        }
        plate.panels.push(panel);
    }
    let caption = "Rates of the first nuclear cells by time bin in the first movement of the first seed, before and after learning, and \
        their targets.";
    plate.figure(caption)
}

pub(super) fn sensitivity(record: &Record) -> Result<Figure, Error> {
    let reference = record.mean_error();
    let variants = &record.variants;
    let sign = |factor: f64| if factor < 1.0 { "−" } else { "+" };
    let percent = |factor: f64| format!("{}{:.0} %", sign(factor), 100.0 * (factor - 1.0).abs());
    let ticks = variants.iter().enumerate().map(|(k, v)| Tick::new(k as f64, percent(v.factor))).collect();
    let x = Axis::exact("change of one parameter", -0.6, variants.len() as f64 - 0.4).named(ticks);
    let changes = |errors: &[f64]| errors.iter().map(|e| 100.0 * (e / reference - 1.0)).collect::<Vec<_>>();
    let all = variants.iter().flat_map(|v| changes(&v.error_last)).chain([-12.0, 12.0]);
    let mut panel = Panel::new("", x, Axis::covering("change of the final error (%)", all));
    panel.levels = [-10.0, 0.0, 10.0].map(Level::across).into();
    // A parameter's two changes stand beside each other, under its name.
    for (k, pair) in variants.chunks(2).enumerate() {
        let at = (2.0 * k as f64 + (pair.len() - 1) as f64 / 2.0, panel.y.high);
        panel.note(at, &pair[0].parameter, Anchor::Middle, INK);
    }
    for (k, v) in variants.iter().enumerate() {
        let changes = changes(&v.error_last);
        panel.pale_dots(changes.iter().map(|&c| (k as f64, c)), 2.6, GUIDE, 0.8);
        panel.marks.push(Mark::dots([(k as f64, mean(&changes))], 5.0, BLUE));
    }
    let mut plate = Plate::new("sensitivity", 1, 210.0);
    plate.legend = vec![Key::dot("mean over seeds", BLUE), Key::dot("seeds", GUIDE)];
    plate.panels.push(panel);
    let caption = "Change of the final error with one parameter changed, relative to the mean of the unchanged network; dotted: 0 and ±10 %.";
    plate.figure(caption)
}
