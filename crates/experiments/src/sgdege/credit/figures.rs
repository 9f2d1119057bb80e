//! Learning curves, error and speed by number of cells and patterns, and the bicycle problem.

use super::{Config, Curve, Record, Rides, RuleName};
use lobule_analysis::mean;
use lobule_study::{prelude::*, report::drawing::*};
use lobule_theory::bicycle::Solution;

fn pen(rule: RuleName) -> Stroke {
    match rule {
        RuleName::Sgdege => Stroke::new(BLUE, 2.2),
        RuleName::SgdegeSlowInhibition => Stroke::new(SKY, 1.8).dash(Dash::Dashed),
        RuleName::MarrAlbusIto => Stroke::new(VERMILLION, 1.8),
        RuleName::NodePerturbation => Stroke::new(GREEN, 1.8),
        RuleName::Reinforce => Stroke::new(ORANGE, 1.8).dash(Dash::Dashed),
        RuleName::SignedErrorOracle => Stroke::new(BLACK, 1.8),
    }
}

fn keys(config: &Config) -> Vec<Key> {
    config.rules.iter().map(|&r| Key::line(r.label(), pen(r))).collect()
}

pub(super) fn curves(config: &Config, record: &Record) -> Result<Option<Figure>, Error> {
    let columns = config.reference_columns;
    let all: Vec<&Curve> = config.rules.iter().flat_map(|&r| record.curves(r, columns, 1)).collect();
    let Some(longest) = all.iter().map(|c| c.block * c.error.len() as u64).max() else { return Ok(None) };
    let shortest = all.iter().map(|c| c.block).min().unwrap_or(1);
    let x = Axis::log10("presentations", shortest as f64, longest as f64);
    let errors = || all.iter().flat_map(|c| c.error.iter().copied());
    let (bottom, top) = (errors().fold(f64::INFINITY, f64::min), errors().fold(0.0, f64::max));
    let mut panel = Panel::new("", x, Axis::log10("error E (Hz)", (0.8 * bottom).max(0.01), 1.3 * top));
    for &rule in &config.rules {
        let lines = record.curves(rule, columns, 1).map(|c| {
            let at = |k: usize| libm::log10((k as f64 + 0.5) * c.block as f64);
            c.error.iter().enumerate().map(|(k, e)| (at(k), libm::log10(e.max(0.01)))).collect()
        });
        panel.seeds(lines, &pen(rule));
    }
    let mut plate = Plate::new("curves", 1, 260.0);
    plate.legend = keys(config);
    plate.panels.push(panel);
    let figure = plate.figure(format!(
        "Error by presentation of one pattern, with {columns} nuclear cells; both axes are logarithmic. Thick: first seed; thin: the \
         others. Each curve starts with the mean of its first block and ends at 0.01 Hz."
    ))?;
    Ok(Some(figure))
}

pub(super) fn against(
    config: &Config,
    record: &Record,
    (name, label, of): (&str, &str, &str),
    values: &[usize],
    setting: impl Fn(usize) -> (usize, usize),
) -> Result<Option<Figure>, Error> {
    let mut values = values.to_vec();
    values.sort_unstable();
    if values.is_empty() {
        return Ok(None);
    }
    let all = |n: usize, rule| {
        let (columns, patterns) = setting(n);
        record.curves(rule, columns, patterns)
    };
    let every = || config.rules.iter().flat_map(|&r| values.iter().flat_map(move |&n| all(n, r)));
    let reach = |v: &mut dyn Iterator<Item = f64>| {
        v.fold((f64::INFINITY, 0.0f64), |(low, high), x| (low.min(x), high.max(x)))
    };
    let (low, high) = reach(&mut every().map(|c| c.error_last));
    let (fast, slow) = reach(&mut every().filter_map(|c| c.half).map(|h| h as f64));

    let y = Axis::log10("error at the end (Hz)", (0.7 * low).max(0.01), 1.4 * high);
    let mut errors = Panel::new("Error at convergence", Axis::doublings(label, &values), y);
    let y = match slow > 0.0 {
        true => Axis::log10("presentations", 0.6 * fast, 1.6 * slow),
        false => Axis::exact("presentations", 0.0, 1.0),
    };
    let mut halves = Panel::new("Presentations to half the error", Axis::doublings(label, &values), y);
    for &rule in &config.rules {
        let draw = |panel: &mut Panel, value: &dyn Fn(&Curve) -> Option<f64>| {
            let mut means = Vec::new();
            for &n in &values {
                let x = libm::log2(n as f64);
                let seeds: Vec<f64> = all(n, rule).filter_map(value).collect();
                panel.pale_dots(
                    seeds.iter().map(|v| (x, libm::log10(v.max(0.01)))),
                    2.2,
                    &pen(rule).color,
                    0.55,
                );
                // A mean over only the seeds that reached half would flatter the rule.
                let is_whole = seeds.len() == config.seeds.len();
                means.push((x, if is_whole { libm::log10(mean(&seeds).max(0.01)) } else { f64::NAN }));
            }
            panel.line(means, pen(rule));
        };
        draw(&mut errors, &|c| Some(c.error_last));
        draw(&mut halves, &|c| c.half.map(|h| h as f64));
    }
    let mut plate = Plate::new(name, 2, 230.0);
    plate.left = (62.0, 66.0);
    plate.legend = keys(config);
    plate.panels = vec![errors, halves];
    let figure = plate.figure(format!(
        "A: error at the end of the run. B: presentations until the error is half of that before learning; a mean is drawn only where every \
         seed reaches it. Dots: seeds; lines: means over seeds; {of}."
    ))?;
    Ok(Some(figure))
}

pub(super) fn bicycle(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("bicycle", 3, 190.0);
    plate.left = (54.0, 40.0);
    plate.line_key("steering (error of the vestibular region)", Stroke::new(PURPLE, 2.0));
    plate.line_key("hand (error of the arm region)", Stroke::new(GREEN, 2.0));
    let all = || record.rides.iter().flat_map(|r| r.balance.iter().chain(&r.limb).copied()).chain([0.0]);
    for solution in Solution::ALL {
        let (title, label) = match solution {
            Solution::Separate => ("separate regions", "error (Hz)"),
            Solution::OutputConvergence => ("output convergence", ""),
            Solution::ErrorBroadcast => ("error broadcast", ""),
        };
        let x = Axis::exact("rides (thousands)", 0.0, config.bicycle.rides as f64 / 1000.0);
        let mut panel = Panel::new(title, x, Axis::covering(label, all()));
        let step = |rides: &Rides| rides.block as f64 / 1000.0;
        let line = |rides: &Rides, values: &[f64]| Mark::points(values, step(rides) / 2.0, step(rides));
        panel.seeds(record.rides(solution).map(|r| line(r, &r.limb)), &Stroke::new(GREEN, 2.0));
        panel.seeds(record.rides(solution).map(|r| line(r, &r.balance)), &Stroke::new(PURPLE, 2.0));
        plate.panels.push(panel);
    }
    let caption = "Error of steering and of the hand by ride. A: the region that moves the steering muscles does not receive the error of \
        steering. B: the vestibular region, which does, also moves these muscles. C: the arm region receives this error, too. Thick: first \
        seed; thin: the others.";
    plate.figure(caption)
}
