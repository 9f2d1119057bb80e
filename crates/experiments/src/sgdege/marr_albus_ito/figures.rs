//! Figure 2 B and C of the paper.

use super::{Config, Learning, Record, SeedRecord, at_resting_rate};
use crate::sgdege::look::rates_against_targets;
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

/// One color for each mean target.
const COLORS: [&str; 6] = [SKY, BLUE, GREEN, ORANGE, PURPLE, BLACK];

pub(super) fn figures(config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
    let Some(first) = record.seeds.first() else { return Ok(Vec::new()) };
    let mut plate = Plate::new("figure_2", 3, 200.0);
    plate.left = (56.0, 54.0);
    let trials = || Axis::exact("trial", 0.0, config.trials as f64);
    let draw = |panel: &mut Panel, color: &str, values: &dyn Fn(&SeedRecord) -> &Vec<f64>| {
        let lines = record.seeds.iter().map(|s| Mark::points(values(s), 0.0, 1.0));
        panel.seeds(lines, &Stroke::new(color, 1.8));
    };

    let all = record.seeds.iter().flat_map(|s| s.signed.iter().flat_map(|c| c.signed_error.iter().copied()));
    let mut errors = Panel::new("2B, signed", trials(), Axis::covering("error, mean R − PN (Hz)", all));
    errors.levels.push(Level::across(0.0));
    for (k, (target, color)) in config.signed_means_hz.iter().zip(COLORS.iter().cycle()).enumerate() {
        draw(&mut errors, color, &|s| &s.signed[k].signed_error);
        let label = format!("signed, mean target {target} Hz");
        plate.line_key(&label, Stroke::new(color, 2.0));
    }
    plate.line_key("unsigned", Stroke::new(VERMILLION, 2.0));
    let all = record.seeds.iter().flat_map(|s| s.unsigned.error.iter().copied()).chain([0.0]);
    let mut unsigned = Panel::new("2B, unsigned", trials(), Axis::covering("error, mean |PN − R| (Hz)", all));
    draw(&mut unsigned, VERMILLION, &|s| &s.unsigned.error);

    let Learning { rates, targets, mean_target_hz, .. } = at_resting_rate(config, first);
    let title = "2C, after learning, signed";
    let cells = rates_against_targets(title, rates, targets, &[rates, targets], GREEN);
    plate.panels = vec![errors, unsigned, cells];
    let caption = format!(
        "A: signed error by trial, one color for each mean target rate. B: unsigned error by trial at a mean target of {} Hz. Thick: first \
         seed; thin: the others. C: rates of the nuclear cells in all bins against their targets, after learning under the signed error \
         at a mean target of {mean_target_hz} Hz, first seed; dashed: equality. The mean is learned, single cells are not.",
        config.unsigned_mean_hz
    );
    Ok(vec![plate.figure(caption)?])
}
