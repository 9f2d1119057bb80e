//! Figures of the spiking protocol.

use super::config::EyeblinkConfig;
use super::figures::dotted;
use super::record::{BIN_MS, Cells, EyeblinkRecord, SpikingCourse};
use super::spiking::CONDITIONS;
use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Panel, Plate};
use lobule_study::report::palette::{BLACK, BLUE, GUIDE, ORANGE, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, plot};

/// All figures.
pub fn figures(config: &EyeblinkConfig, record: &EyeblinkRecord) -> Result<Vec<Figure>, Error> {
    Ok(vec![course(config, record)?, cells(config, record)?])
}

fn of<'a>(record: &'a EyeblinkRecord, condition: &str) -> Vec<&'a SpikingCourse> {
    record.spiking.iter().filter(|c| c.condition == condition).collect()
}

/// Closure and weights by trial.
fn course(config: &EyeblinkConfig, record: &EyeblinkRecord) -> Result<Figure, Error> {
    let s = &config.spiking;
    let total = (s.trials[0] + s.trials[1]) as f64;
    let mut plate = Plate::new("spiking_course", 2, 220.0);
    let x = || Axis::exact("trial", 0.0, total);
    let mut amplitude = Panel::new("closure before the puff", x(), Axis::exact("", 0.0, 1.0));
    let mut weights = Panel::new("PF→PC weight, plus zone", x(), Axis::exact("", 0.0, 1.0));
    let (mut reach, mut heavy) = (vec![0.0, config.criterion.closure * 1.5], vec![0.0]);
    let pens = [Stroke::new(BLUE, 2.4), Stroke::new(ORANGE, 2.0), Stroke::new(GUIDE, 1.8).dash(Dash::Dashed)];
    for ((condition, words), pen) in CONDITIONS.iter().zip(pens) {
        let runs = of(record, condition);
        let course = |of: &dyn Fn(&SpikingCourse, usize) -> f64| -> Vec<(f64, f64)> {
            (0..total as usize)
                .map(|k| (k as f64 + 1.0, mean(&runs.iter().map(|c| of(c, k)).collect::<Vec<_>>())))
                .collect()
        };
        // Trials are noisy: a running mean of five, as far as there are so many.
        let smooth = |c: &SpikingCourse, k: usize| mean(&c.amplitude[k.saturating_sub(4)..=k]);
        let points = course(&smooth);
        reach.extend(points.iter().map(|p| p.1));
        amplitude.marks.push(Mark::Line { points, stroke: pen.clone() });
        let points = course(&|c, k| c.weights_ns[k][0]);
        heavy.extend(points.iter().map(|p| p.1));
        weights.marks.push(Mark::Line { points, stroke: pen.clone() });
        plate.legend.push(Key::line(words, pen));
    }
    amplitude.y = Axis::covering("closure", reach);
    amplitude.levels.push(Level::across(config.criterion.closure).pen(dotted()));
    weights.y = Axis::covering("weight (nS)", heavy);
    for panel in [&mut amplitude, &mut weights] {
        panel.shades.push((s.trials[0] as f64, total));
    }
    plate.panels.extend([amplitude, weights]);
    let caption = format!(
        "Mean over {} seeds; shaded: the tone alone. A: largest closure before the time of the puff, mean of five trials; dotted: what counts as a response. \
         B: mean weight of parallel fibers on the Purkinje cells of the zone that is taught.",
        config.seeds.len()
    );
    Ok(Figure::svg("spiking_course", caption, plot::svg(&plate)?))
}

/// Rates of the cells and closure in probes, before and after learning.
fn cells(config: &EyeblinkConfig, record: &EyeblinkRecord) -> Result<Figure, Error> {
    let (s, p) = (&config.spiking, &config.protocol);
    let runs = of(record, "time");
    let mut plate = Plate::new("spiking_cells", 2, 190.0);
    let (from, to) = (-(p.before_ms as f64), (s.interval_ms + p.after_ms) as f64);
    let pens = [Stroke::new(GUIDE, 2.0), Stroke::new(BLUE, 2.4), Stroke::new(BLACK, 1.6).dash(Dash::Dashed)];
    type Quantity = (&'static str, &'static str, fn(&Cells) -> Vec<f64>, usize);
    let panels: [Quantity; 4] = [
        ("Purkinje cells, plus zone", "rate (Hz)", |c| c.purkinje_plus.clone(), BIN_MS),
        ("Purkinje cells, minus zone", "rate (Hz)", |c| c.purkinje_minus.clone(), BIN_MS),
        (
            "nuclear cells, plus less minus zone",
            "rate (Hz)",
            |c| c.nuclear_plus.iter().zip(&c.nuclear_minus).map(|(a, b)| a - b).collect(),
            BIN_MS,
        ),
        ("lid", "closure", |c| c.closure.clone(), 1),
    ];
    for (title, label, of, step) in panels {
        let mut panel = Panel::new(
            title,
            Axis::exact("time after the tone (ms)", from, to).step(100.0),
            Axis::exact("", 0.0, 1.0),
        );
        panel.levels.push(Level::upright(0.0).pen(dotted()));
        panel
            .levels
            .push(Level::upright(s.interval_ms as f64).pen(Stroke::new(VERMILLION, 1.4).dash(Dash::Dashed)));
        let mut reach = vec![0.0];
        for (k, pen) in pens.iter().enumerate() {
            let curves: Vec<Vec<f64>> = runs.iter().map(|c| of(&c.probes[k])).collect();
            let n = curves.first().map_or(0, Vec::len);
            let all = |i: usize| mean(&curves.iter().map(|c| c[i]).collect::<Vec<_>>());
            // Rates are smoothed over five bins, the closure is smooth.
            let wide = if step == 1 { 0 } else { 2usize };
            let points: Vec<(f64, f64)> = (0..n)
                .map(|i| {
                    let around: Vec<f64> = (i.saturating_sub(wide)..(i + wide + 1).min(n)).map(all).collect();
                    (from + ((i * step) as f64 + 0.5 * step as f64), mean(&around))
                })
                .collect();
            reach.extend(points.iter().map(|q| q.1));
            panel.marks.push(Mark::Line { points, stroke: pen.clone() });
        }
        panel.y = Axis::covering(label, reach);
        plate.panels.push(panel);
    }
    for (words, pen) in ["before learning", "after tone and puff", "after the tone alone"].iter().zip(&pens) {
        plate.legend.push(Key::line(words, pen.clone()));
    }
    plate.legend.push(Key::line("time of the puff", Stroke::new(VERMILLION, 1.4).dash(Dash::Dashed)));
    let caption = format!(
        "Mean of {} probes on each of {} seeds (the tone without puff, no learning), fibers tuned to the time since the tone; rates are means of 50 ms. A, B: \
         Purkinje cells of the zone that is taught and of the other. C: difference of the nuclear zones, which drives the lid. D: the lid.",
        s.probes,
        config.seeds.len()
    );
    Ok(Figure::svg("spiking_cells", caption, plot::svg(&plate)?))
}
