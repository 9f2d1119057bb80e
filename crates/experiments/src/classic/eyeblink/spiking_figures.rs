//! Figures of the spiking protocol.

use super::config::Config;
use super::figures::puff;
use super::record::{BIN_MS, CellRates, Record, SpikingRun};
use super::spiking::CONDITIONS;
use lobule_analysis::{mean, mean_of};
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

fn of<'a>(record: &'a Record, condition: &str) -> Vec<&'a SpikingRun> {
    record.spiking.iter().filter(|c| c.condition == condition).collect()
}

pub fn trials(config: &Config, record: &Record) -> Result<Figure, Error> {
    let (s, criterion) = (&config.spiking, config.criterion.closure);
    let total: usize = s.trials.iter().sum();
    let pens = [Stroke::new(BLUE, 2.4), Stroke::new(ORANGE, 2.0), Stroke::new(GUIDE, 1.8).dash(Dash::Dashed)];
    let mut plate = Plate::new("spiking_course", 2, 220.0);
    let mut panel = |title: &str, label: &str, least: f64, of_trial: fn(&SpikingRun, usize) -> f64| {
        let x = Axis::exact("trial", 0.0, total as f64);
        let mut panel = Panel::new(title, x, Axis::exact("", 0.0, 1.0));
        for ((condition, _), pen) in CONDITIONS.iter().zip(&pens) {
            let runs = of(record, condition);
            let at = |k: usize| mean_of(runs.iter().map(|r| of_trial(r, k)));
            panel.line((0..total).map(|k| (1.0 + k as f64, at(k))), pen.clone());
        }
        panel.cover(label, [0.0, least]);
        panel.shades.push((s.trials[0] as f64, total as f64));
        plate.panels.push(panel);
    };
    // Trials are noisy: a running mean of the last five.
    let smoothed: fn(&SpikingRun, usize) -> f64 = |r, k| mean(&r.amplitude[k.saturating_sub(4)..=k]);
    panel("closure before the puff", "closure", criterion * 1.5, smoothed);
    panel("PF→PC weight, plus zone", "weight (nS)", 0.0, |r, k| r.weights_ns[k][0]);
    plate.panels[0].levels.push(Level::across(criterion));
    plate.legend = CONDITIONS.iter().zip(pens).map(|((_, words), pen)| Key::line(words, pen)).collect();
    plate.figure(format!(
        "Learning by trial, mean over {} seeds; shaded: the tone alone. A: largest closure before the time of the puff, running mean of five trials; dotted: \
         criterion of a response. B: mean weight of parallel fibers on the Purkinje cells of the taught zone.",
        config.seeds.len()
    ))
}

pub fn cells(config: &Config, record: &Record) -> Result<Figure, Error> {
    let (s, p) = (&config.spiking, &config.protocol);
    let runs = of(record, "time");
    let mut plate = Plate::new("spiking_cells", 2, 190.0);
    let (from, to) = (-(p.before_ms as f64), (s.interval_ms + p.after_ms) as f64);
    let pens = [Stroke::new(GUIDE, 2.0), Stroke::new(BLUE, 2.4), Stroke::new(BLACK, 1.6).dash(Dash::Dashed)];
    let mut panel = |title: &str, label: &str, step: usize, values: fn(&CellRates) -> Vec<f64>| {
        let x = Axis::exact("time after the tone (ms)", from, to).step(100.0);
        let mut panel = Panel::new(title, x, Axis::exact("", 0.0, 1.0));
        panel.levels = vec![Level::upright(0.0), Level::upright(s.interval_ms as f64).pen(puff())];
        for (k, pen) in pens.iter().enumerate() {
            let curves: Vec<Vec<f64>> = runs.iter().map(|c| values(&c.probes[k])).collect();
            let n = curves.first().map_or(0, Vec::len);
            let all = |i: usize| mean_of(curves.iter().map(|c| c[i]));
            // Rates are smoothed over five bins; the closure is smooth.
            let wide = if step == 1 { 0 } else { 2usize };
            let smooth = |i: usize| mean_of((i.saturating_sub(wide)..(i + wide + 1).min(n)).map(all));
            let smoothed: Vec<f64> = (0..n).map(smooth).collect();
            panel.marks.push(Mark::series(&smoothed, from + 0.5 * step as f64, step as f64, pen.clone()));
        }
        panel.cover(label, [0.0]);
        plate.panels.push(panel);
    };
    panel("Purkinje cells, plus zone", "rate (Hz)", BIN_MS, |c| c.purkinje_plus.clone());
    panel("Purkinje cells, minus zone", "rate (Hz)", BIN_MS, |c| c.purkinje_minus.clone());
    panel("nuclear cells, plus zone less minus zone", "rate (Hz)", BIN_MS, |c| {
        c.nuclear_plus.iter().zip(&c.nuclear_minus).map(|(a, b)| a - b).collect()
    });
    panel("lid", "closure", 1, |c| c.closure.clone());
    let phases = ["before learning", "after tone and puff", "after the tone alone"];
    plate.legend = phases.iter().zip(pens).map(|(words, pen)| Key::line(words, pen)).collect();
    plate.line_key("time of the puff", puff());
    let (probes, seeds) = (s.probes, config.seeds.len());
    plate.figure(format!(
        "Rates and closure against time, mean of {probes} probes (tone without puff, no learning) on each of {seeds} seeds; fibers tuned to the time since the tone; rates \
         are running means of 50 ms. A, B: Purkinje cells of the taught zone and of the other. C: difference between the nuclear zones, which drives the lid. \
         D: closure of the lid."
    ))
}
