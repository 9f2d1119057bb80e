//! The figures of the experiment.

use super::config::StatePredictionConfig;
use super::record::StatePredictionRecord;
use lobule_analysis::state_prediction::{Report, Scheme, Scores, Surrogate};
use lobule_analysis::{mean, sd};
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Cell, Key, Level, Mark, Panel, Plate, Tick};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, SKY, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, plot};

/// A number read from scores.
type Reading = fn(&Scores) -> f64;

/// All figures.
pub fn figures(config: &StatePredictionConfig, record: &StatePredictionRecord) -> Result<Vec<Figure>, Error> {
    Ok(vec![leads(config, record)?, schemes(config, record)?, example(config, record)?])
}

fn zero() -> Level {
    Level::across(0.0).pen(Stroke::new(GUIDE, 1.0).dash(Dash::Dotted))
}

fn colour(k: usize) -> &'static str {
    [BLUE, VERMILLION][k % 2]
}

/// (lead in ms, number of each seed) at the leads that all have.
fn over_leads(
    config: &StatePredictionConfig,
    reports: &[&Report],
    scheme: Scheme,
    of: impl Fn(&Scores) -> f64,
) -> Vec<(f64, Vec<f64>)> {
    let at = |&ms: &f64| {
        let lead = (ms / config.analysis.sample_ms).round() as usize;
        let values: Option<Vec<f64>> = reports.iter().map(|r| r.at(lead, scheme).map(&of)).collect();
        values.map(|v| (ms, v))
    };
    config.analysis.leads_ms.iter().filter_map(at).collect()
}

/// Mean and spread over seeds as line, dots and band.
fn marks(series: &[(f64, Vec<f64>)], stroke: Stroke, panel: &mut Panel) {
    let points: Vec<(f64, f64)> = series.iter().map(|(x, v)| (*x, mean(v))).collect();
    let edges = series.iter().map(|(x, v)| (*x, mean(v) - sd(v), mean(v) + sd(v))).collect();
    panel.marks.push(Mark::Band { edges, colour: stroke.colour.clone(), opacity: 0.18 });
    let dots =
        Mark::Dots { points: points.clone(), radius: 3.0, colour: stroke.colour.clone(), opacity: 1.0 };
    panel.marks.push(Mark::Line { points, stroke });
    panel.marks.push(dots);
}

fn lead_axis(config: &StatePredictionConfig) -> Axis {
    let last = config.analysis.leads_ms.iter().copied().fold(0.0, f64::max);
    Axis::exact("lead (ms)", 0.0, last * 1.08)
}

/// R² and gain against lead.
fn leads(config: &StatePredictionConfig, record: &StatePredictionRecord) -> Result<Figure, Error> {
    let scheme = record.strictest();
    let curves: [(&str, Reading, Stroke); 3] = [
        ("nuclei", |s| s.nuclear, Stroke::new(ORANGE, 2.2)),
        ("mossy fibers themselves", |s| s.autoregression, Stroke::new(BLACK, 2.2)),
        ("both", |s| s.joint, Stroke::new(GREEN, 2.2)),
    ];
    let mut plate = Plate::new("leads", 2, 210.0);
    let subjects = record.subjects();
    let all = |of: &dyn Fn(&Scores) -> f64, scheme: Scheme| {
        let reports = record.measured.iter().flat_map(|m| &m.report.scores);
        reports.filter(|s| s.scheme == scheme).map(of).collect::<Vec<f64>>()
    };
    let mut r2: Vec<f64> = curves.iter().flat_map(|c| all(&c.1, scheme)).collect();
    r2.extend([0.0, 1.0]);
    for subject in &subjects {
        let reports: Vec<&Report> = record.of(subject).collect();
        let mut panel = Panel::new(
            &format!("{subject}: {}", scheme.words()),
            lead_axis(config),
            Axis::covering("R²", r2.clone()),
        );
        for (_, of, stroke) in &curves {
            marks(&over_leads(config, &reports, scheme, of), stroke.clone(), &mut panel);
        }
        panel.levels.push(zero());
        plate.panels.push(panel);
    }
    plate.legend = curves.iter().map(|(label, _, stroke)| Key::line(label, stroke.clone())).collect();

    let mut reach = all(&Scores::gain, scheme);
    reach.push(0.0);
    let mut gain =
        Panel::new("gain: both less mossy fibers", lead_axis(config), Axis::covering("gain in R²", reach));
    let mut reach = all(&|s| s.nuclear, Scheme::InSample);
    reach.extend([0.0, 1.0]);
    let mut inside = Panel::new("nuclei alone, in-sample", lead_axis(config), Axis::covering("R²", reach));
    gain.levels.push(zero());
    for (k, subject) in subjects.iter().enumerate() {
        let reports: Vec<&Report> = record.of(subject).collect();
        for report in &reports {
            let one = over_leads(config, &[report], scheme, Scores::gain);
            let points = one.iter().map(|(x, v)| (*x, v[0])).collect();
            gain.marks.push(Mark::Line { points, stroke: Stroke::new(colour(k), 0.6) });
        }
        marks(&over_leads(config, &reports, scheme, Scores::gain), Stroke::new(colour(k), 2.4), &mut gain);
        let stroke = Stroke::new(colour(k), 2.4);
        marks(&over_leads(config, &reports, Scheme::InSample, |s| s.nuclear), stroke.clone(), &mut inside);
        plate.legend.push(Key::line(subject, stroke));
    }
    plate.panels.extend([gain, inside]);
    let caption = format!(
        "How well mossy fibers are predicted some time ahead; mean and standard deviation over {} seeds. First panels: R² ({}) from the \
         nuclei, from the mossy fibers themselves and from both. Then the gain, which is what the nuclei add (thin lines: single seeds), \
         and the in-sample R² of the nuclei, which is high whether they predict or not.",
        record.of(subjects.first().copied().unwrap_or_default()).count(),
        scheme.words()
    );
    Ok(Figure::svg("leads", caption, plot::svg(&plate)?))
}

/// Bars of the schemes and surrogates at the main lead.
fn schemes(config: &StatePredictionConfig, record: &StatePredictionRecord) -> Result<Figure, Error> {
    let lead = (config.analysis.main_lead_ms / config.analysis.sample_ms).round() as usize;
    let subjects = record.subjects();
    let columns: [(&str, Result<Scheme, Surrogate>); 5] = [
        ("in-sample", Ok(Scheme::InSample)),
        ("odd-even", Ok(Scheme::OddToEven)),
        ("direction", Ok(Scheme::LeaveOneDirectionOut)),
        ("shuffled", Err(Surrogate::DirectionShuffled)),
        ("shifted", Err(Surrogate::TimeShifted)),
    ];
    let number = |report: &Report, column: Result<Scheme, Surrogate>, is_gain: bool| match column {
        Ok(scheme) => report.at(lead, scheme).map(|s| if is_gain { s.gain() } else { s.nuclear }),
        Err(surrogate) => {
            let found = report.surrogates.iter().find(|s| s.surrogate == surrogate);
            found.map(|s| if is_gain { s.gain } else { s.nuclear })
        }
    };
    let mut plate = Plate::new("schemes", 2, 230.0);
    for (title, unit, is_gain) in [("nuclei alone", "R²", false), ("gain", "gain in R²", true)] {
        let mut cells = Vec::new();
        let mut dots = Vec::new();
        let mut reach = vec![0.0];
        for (x, (_, column)) in columns.iter().enumerate() {
            for (k, subject) in subjects.iter().enumerate() {
                let values: Vec<f64> =
                    record.of(subject).filter_map(|r| number(r, *column, is_gain)).collect();
                if values.is_empty() {
                    continue;
                }
                let width = 0.8 / subjects.len() as f64;
                let left = x as f64 - 0.4 + k as f64 * width;
                let m = mean(&values);
                let y = (m.min(0.0), m.max(0.0));
                cells.push(Cell { x: (left + 0.02, left + width - 0.02), y, colour: colour(k).into() });
                dots.extend(values.iter().map(|v| (left + width / 2.0, *v)));
                reach.extend(values);
            }
        }
        let ticks = columns.iter().enumerate().map(|(x, (name, _))| Tick::new(x as f64, *name));
        let mut panel = Panel::new(
            &format!("{title}, {} ms ahead", config.analysis.main_lead_ms),
            Axis::exact("", -0.6, 4.6).named(ticks.collect()),
            Axis::covering(unit, reach),
        );
        panel.levels.push(zero());
        panel.marks.push(Mark::Cells(cells));
        panel.marks.push(Mark::Dots { points: dots, radius: 2.0, colour: BLACK.into(), opacity: 0.7 });
        plate.panels.push(panel);
    }
    plate.legend = subjects.iter().enumerate().map(|(k, s)| Key::block(s, colour(k))).collect();
    let caption = format!(
        "A: R² of the nuclei onto mossy fibers {} ms later: on the data of the fit, from odd to even trials, on directions left out, and with \
         nuclei whose directions are exchanged or whose rates are rotated by half a trial. B: what the nuclei add to the mossy fibers, the \
         same. Bars: means over seeds; dots: seeds.",
        config.analysis.main_lead_ms
    );
    Ok(Figure::svg("schemes", caption, plot::svg(&plate)?))
}

/// One mossy fiber, as it was and as it was predicted.
fn example(config: &StatePredictionConfig, record: &StatePredictionRecord) -> Result<Figure, Error> {
    let scheme = record.strictest();
    let mut plate = Plate::new("example", 3, 170.0);
    let sample_ms = config.analysis.sample_ms;
    let pens = [
        ("as it fired", Stroke::new(BLACK, 2.2)),
        ("from mossy fibers", Stroke::new(SKY, 1.8)),
        ("from nuclei", Stroke::new(ORANGE, 1.8)),
        ("from both", Stroke::new(GREEN, 1.8)),
    ];
    let mut units = Vec::new();
    for subject in record.subjects() {
        let Some(report) = record.of(subject).next() else { continue };
        let values = report.examples.iter().flat_map(|e| [&e.rate, &e.autoregression, &e.nuclear, &e.joint]);
        let reach: Vec<f64> = values.flatten().copied().collect();
        units.extend(report.examples.first().map(|e| format!("{} ({subject})", e.unit)));
        for e in &report.examples {
            let time = |k: usize| config.analysis.from_ms + sample_ms * (e.first + k + 1) as f64;
            let direction = record.directions.get(e.direction).map_or("", String::as_str);
            let mut panel = Panel::new(
                &format!("{subject}, direction {direction}"),
                Axis::exact("time from onset (ms)", config.analysis.from_ms, config.analysis.to_ms),
                Axis::covering("rate (Hz)", reach.iter().copied()),
            );
            for ((_, stroke), series) in pens.iter().zip([&e.rate, &e.autoregression, &e.nuclear, &e.joint]) {
                let points = series.iter().enumerate().map(|(k, v)| (time(k), *v)).collect();
                panel.marks.push(Mark::Line { points, stroke: stroke.clone() });
            }
            plate.panels.push(panel);
        }
    }
    plate.legend = pens.iter().map(|(label, stroke)| Key::line(label, stroke.clone())).collect();
    let caption = format!(
        "The mossy fiber that varies most, number {}, in three directions ({}), on the first seed: {} and as predicted {} ms before.",
        units.join(", "),
        scheme.words(),
        if config.analysis.averages { "mean over trials" } else { "first trial" },
        config.analysis.main_lead_ms
    );
    Ok(Figure::svg("example", caption, plot::svg(&plate)?))
}
