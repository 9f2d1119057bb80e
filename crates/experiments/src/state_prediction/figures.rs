//! The figures of the experiment.

use super::{config::Config, run::Record};
use lobule_analysis::state_prediction::{Report, Scheme, Scores, Surrogate};
use lobule_analysis::{mean, sd};
use lobule_study::{prelude::*, report::drawing::*};

/// A number read from scores.
type Reading = fn(&Scores) -> f64;

fn color(k: usize) -> &'static str {
    [BLUE, VERMILLION][k % 2]
}

fn by_lead(config: &Config, title: &str, label: &str, values: impl Iterator<Item = f64>) -> Panel {
    let last = config.analysis.leads_ms.iter().copied().fold(0.0, f64::max);
    let x = Axis::exact("lead (ms)", 0.0, last * 1.08);
    let mut panel = Panel::new(title, x, Axis::covering(label, values));
    panel.levels.push(Level::across(0.0));
    panel
}

/// Mean and spread over seeds as line, dots and band; points are (lead in ms, number of each seed).
fn mean_and_spread(panel: &mut Panel, points: &[(f64, Vec<f64>)], pen: &Stroke) {
    let edges = points.iter().map(|(x, v)| (*x, mean(v) - sd(v), mean(v) + sd(v))).collect();
    let means = points.iter().map(|(x, v)| (*x, mean(v)));
    panel.marks.push(Mark::Band { edges, color: pen.color.clone(), opacity: 0.18 });
    panel.curve(means, 3.0, pen);
}

pub fn leads(config: &Config, record: &Record) -> Result<Figure, Error> {
    let scheme = record.strictest();
    let curves: [(&str, Reading, Stroke); 3] = [
        ("nuclei", |s| s.nuclear, Stroke::new(ORANGE, 2.2)),
        ("mossy fibers themselves", |s| s.autoregression, Stroke::new(BLACK, 2.2)),
        ("both", |s| s.joint, Stroke::new(GREEN, 2.2)),
    ];
    let all = |scheme: Scheme, of: Reading| {
        let scores = record.measured.iter().flat_map(|m| &m.report.scores);
        scores.filter(move |s| s.scheme == scheme).map(of)
    };
    let over_leads = |subject: &str, scheme, of: Reading| -> Vec<(f64, Vec<f64>)> {
        let at = |ms: &f64| Some((*ms, record.by_seed(subject, config.analysis.lead(*ms), scheme, of)?));
        config.analysis.leads_ms.iter().filter_map(at).collect()
    };
    let mut plate = Plate::new("leads", 2, 210.0);
    plate.legend = curves.iter().map(|(label, _, pen)| Key::line(label, pen.clone())).collect();
    let inside = all(Scheme::InSample, |s| s.nuclear).chain([0.0, 1.0]);
    let mut inside = by_lead(config, "nuclei alone, in-sample", "R²", inside);
    let gains = all(scheme, Scores::gain).chain([0.0]);
    let mut gain = by_lead(config, "gain: both less mossy fibers", "gain in R²", gains);
    for (k, subject) in record.subjects().into_iter().enumerate() {
        let title = format!("{subject}: {}", scheme.words());
        let r2 = curves.iter().flat_map(|(_, of, _)| all(scheme, *of)).chain([0.0, 1.0]);
        let mut panel = by_lead(config, &title, "R²", r2);
        for (_, of, pen) in &curves {
            mean_and_spread(&mut panel, &over_leads(subject, scheme, *of), pen);
        }
        plate.panels.push(panel);

        let pen = Stroke::new(color(k), 2.4);
        let gains = over_leads(subject, scheme, Scores::gain);
        for seed in 0..record.of(subject).count() {
            gain.line(gains.iter().map(|(x, v)| (*x, v[seed])), Stroke::new(color(k), 0.6));
        }
        mean_and_spread(&mut gain, &gains, &pen);
        mean_and_spread(&mut inside, &over_leads(subject, Scheme::InSample, |s| s.nuclear), &pen);
        plate.line_key(subject, pen);
    }
    plate.panels.extend([gain, inside]);
    plate.figure(format!(
        "Prediction of mossy fibers by lead; mean and standard deviation over {} seeds. First panels: R² ({}) from the nuclei, from the mossy \
         fibers themselves and from both. Next: the gain, which the nuclei add (thin lines: single seeds). Last: the in-sample R² of the \
         nuclei, which is high whether they predict or not.",
        record.of(record.subjects().first().copied().unwrap_or_default()).count(),
        scheme.words()
    ))
}

pub fn schemes(config: &Config, record: &Record) -> Result<Figure, Error> {
    let main_ms = config.analysis.main_lead_ms;
    let lead = config.analysis.lead(main_ms);
    let subjects = record.subjects();
    let columns: [(&str, Result<Scheme, Surrogate>); 5] = [
        ("in-sample", Ok(Scheme::InSample)),
        ("odd-even", Ok(Scheme::OddToEven)),
        ("direction", Ok(Scheme::LeaveOneDirectionOut)),
        ("shuffled", Err(Surrogate::DirectionShuffled)),
        ("shifted", Err(Surrogate::TimeShifted)),
    ];
    // R² of the nuclei alone, and the gain.
    let numbers = |report: &Report, column: Result<Scheme, Surrogate>| match column {
        Ok(scheme) => report.at(lead, scheme).map(|s| [s.nuclear, s.gain()]),
        Err(of) => report.surrogates.iter().find(|s| s.surrogate == of).map(|s| [s.nuclear, s.gain]),
    };
    let mut plate = Plate::new("schemes", 2, 230.0);
    let width = 0.8 / subjects.len() as f64;
    for (number, title, unit) in [(0, "nuclei alone", "R²"), (1, "gain", "gain in R²")] {
        let (mut cells, mut dots) = (Vec::new(), Vec::new());
        for (x, (_, column)) in columns.iter().enumerate() {
            for (k, subject) in subjects.iter().enumerate() {
                let values = record.of(subject).filter_map(|r| numbers(r, *column)).map(|n| n[number]);
                let values: Vec<f64> = values.collect();
                if values.is_empty() {
                    continue;
                }
                let left = x as f64 - 0.4 + k as f64 * width;
                let m = mean(&values);
                let y = (m.min(0.0), m.max(0.0));
                cells.push(Cell { x: (left + 0.02, left + width - 0.02), y, color: color(k).into() });
                dots.extend(values.iter().map(|v| (left + width / 2.0, *v)));
            }
        }
        let ticks = columns.iter().enumerate().map(|(x, (name, _))| Tick::new(x as f64, *name));
        let x = Axis::exact("", -0.6, 4.6).named(ticks.collect());
        let y = Axis::covering(unit, dots.iter().map(|d| d.1).chain([0.0]));
        let mut panel = Panel::new(&format!("{title}, {main_ms} ms ahead"), x, y);
        panel.levels.push(Level::across(0.0));
        panel.marks.push(Mark::Cells(cells));
        panel.pale_dots(dots, 2.0, BLACK, 0.7);
        plate.panels.push(panel);
    }
    plate.legend = subjects.iter().enumerate().map(|(k, s)| Key::block(s, color(k))).collect();
    plate.figure(format!(
        "A: R² of the nuclei onto mossy fibers {main_ms} ms later, by test: on the data of the fit, from odd to even trials, on directions left \
         out, with nuclei whose directions are exchanged, and with nuclei whose rates are rotated by half a trial. B: gain in R² from adding \
         the nuclei to the mossy fibers, by the same tests. Bars: means over seeds; dots: seeds."
    ))
}

pub fn example(config: &Config, record: &Record) -> Result<Figure, Error> {
    let a = &config.analysis;
    let mut plate = Plate::new("example", 3, 170.0);
    let pens = [
        ("recorded", Stroke::new(BLACK, 2.2)),
        ("from mossy fibers", Stroke::new(SKY, 1.8)),
        ("from nuclei", Stroke::new(ORANGE, 1.8)),
        ("from both", Stroke::new(GREEN, 1.8)),
    ];
    let mut units = Vec::new();
    for subject in record.subjects() {
        let Some(report) = record.of(subject).next() else { continue };
        let of_all = report.examples.iter().flat_map(|e| [&e.rate, &e.autoregression, &e.nuclear, &e.joint]);
        let y = Axis::covering("rate (Hz)", of_all.flatten().copied());
        units.extend(report.examples.first().map(|e| format!("{} ({subject})", e.unit)));
        for e in &report.examples {
            let direction = record.directions.get(e.direction).map_or("", String::as_str);
            let title = format!("{subject}, direction {direction}");
            let x = Axis::exact("time from onset (ms)", a.from_ms, a.to_ms);
            let mut panel = Panel::new(&title, x, y.clone());
            let first_ms = a.from_ms + a.sample_ms * (e.first + 1) as f64;
            for ((_, pen), rates) in pens.iter().zip([&e.rate, &e.autoregression, &e.nuclear, &e.joint]) {
                panel.marks.push(Mark::series(rates, first_ms, a.sample_ms, pen.clone()));
            }
            plate.panels.push(panel);
        }
    }
    plate.legend = pens.iter().map(|(label, pen)| Key::line(label, pen.clone())).collect();
    plate.figure(format!(
        "Rate of the most variable mossy fiber, number {}, by time from onset in three directions, first seed: {} and its predictions {} ms \
         ahead ({}).",
        units.join(", "),
        if a.averages { "mean over trials" } else { "first trial" },
        a.main_lead_ms,
        record.strictest().words()
    ))
}
