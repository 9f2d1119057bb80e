//! `cfpc/mismatch`: maps of the error after learning with a model whose delay and mass are wrong, and the 90 deg boundary.

use super::SOURCES;
use super::bench::{self, Bench, Mismatch, PLANTS, plant_name};
use lobule_control::oracle::{Lifted, gain, phase_error_deg};
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Cell, Key, Mark, Panel, Plate, Swatch, Tick};
use lobule_study::report::html::Table;
use lobule_study::report::numbers::{fixed, short};
use lobule_study::report::palette::{BLACK, BLUE, VERMILLION};
use lobule_study::report::svg::{INK, Stroke};
use lobule_study::report::{Figure, Finding, Judge, plot};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct MismatchMap;

/// Its configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    trials: usize,
    ceiling: f64,
    delay_from_s: f64,
    delay_to_s: f64,
    delay_step_s: f64,
    factor_from: f64,
    factor_to: f64,
    factor_step: f64,
    floor: f64,
    bench: Bench,
}

fn grid(from: f64, to: f64, step: f64) -> Vec<f64> {
    (0..=((to - from) / step + 1e-9) as usize).map(|k| from + k as f64 * step).collect()
}

impl Config {
    fn delays(&self) -> Vec<f64> {
        grid(self.delay_from_s, self.delay_to_s, self.delay_step_s)
    }

    fn factors(&self) -> Vec<f64> {
        grid(self.factor_from, self.factor_to, self.factor_step)
    }
}

/// A wrong model and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    plant: String,
    wrong: Mismatch,
    /// Relative error after the last trial; of a course that was broken off, at its end.
    error: f64,
    /// Largest phase error, deg, over the frequencies that count.
    phase_deg: f64,
}

/// What a run leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    map: Vec<Place>,
    /// Single parameters that are wrong by a factor of two.
    single: Vec<Place>,
}

static CARD: Card = Card {
    name: "cfpc/mismatch",
    title: "How wrong may the model in a synapse be?",
    line: "maps of the error after learning with a wrong model, and the 90 deg boundary",
    source: "counterfactual predictive control, Herreros-Alonso et al. 2016",
    sources: SOURCES,
    defaults: concat!(include_str!("mismatch.toml"), include_str!("bench.toml")),
    presets: &[
        Preset::new("default", "maps of 21 by 17 models", ""),
        Preset::new("quick", "maps of 6 by 5 models", include_str!("mismatch.quick.toml")),
    ],
    unit: "rows",
    ..Card::BLANK
};

impl Study for MismatchMap {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.bench.check()?;
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        let ordered = |from: f64, to: f64, step: f64| step > 0.0 && to >= from && (to - from) / step <= 200.0;
        if !ordered(config.delay_from_s, config.delay_to_s, config.delay_step_s)
            || config.delay_to_s > config.bench.trial_s
        {
            return wrong(
                "delay_step_s",
                format!("{}; positive, for at most 201 delays below a trial", config.delay_step_s),
            );
        }
        let factors = ordered(config.factor_from, config.factor_to, config.factor_step);
        if !factors || config.factor_from.abs().max(config.factor_to.abs()) > 10.0 {
            return wrong(
                "factor_step",
                format!("{}; positive, powers of two from -10 to 10", config.factor_step),
            );
        }
        if !(1..=10_000).contains(&config.trials) || config.ceiling.is_nan() || config.ceiling <= 1.0 {
            return wrong("trials", format!("{}; 1 to 10000, with a ceiling above 1", config.trials));
        }
        if !(config.floor > 0.0 && config.floor < 1.0) {
            return wrong("floor", format!("{}; between 0 and 1", config.floor));
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let items: Vec<(&str, f64)> =
            PLANTS.iter().flat_map(|p| config.factors().into_iter().map(|f| (*p, f))).collect();
        run.progress.expect(items.len() as u64);
        let map = run.each(&items, |(plant, power)| {
            let factor = libm::exp2(*power);
            let places = config.delays().into_iter().map(|delay_s| {
                // Without a mass the damping takes its place: both set the time constant.
                let mut wrong = Mismatch { delay_s, ..Mismatch::NONE };
                if config.bench.config(plant).mass > 0.0 {
                    wrong.mass = factor;
                } else {
                    wrong.damping = factor;
                }
                wrong
            });
            let learned = learn(config, plant, places)?;
            run.progress.done(1);
            Ok(learned)
        })?;
        let single = run.each(&PLANTS, |plant| {
            let none = Mismatch::NONE;
            let places = [0.5, 2.0].into_iter().flat_map(|f| {
                [
                    Mismatch { damping: f, ..none },
                    Mismatch { stiffness: f, ..none },
                    Mismatch { gain: f, ..none },
                ]
            });
            learn(config, plant, places)
        })?;
        Ok(Record {
            map: map.into_iter().flatten().collect(),
            single: single.into_iter().flatten().collect(),
        })
    }

    fn findings(&self, _: &Config, record: &Record) -> Vec<Finding> {
        let share = |values: Vec<bool>| {
            let n = values.len().max(1) as f64;
            values.into_iter().filter(|v| *v).count() as f64 / n
        };
        let inside =
            |p: &&str| record.map.iter().filter(|q| q.plant == **p && q.phase_deg < 90.0).collect::<Vec<_>>();
        let outside = |p: &&str| {
            record.map.iter().filter(|q| q.plant == **p && q.phase_deg >= 90.0).collect::<Vec<_>>()
        };
        vec![
            Finding::seven(
                "grown_inside",
                "Share of the models within the boundary whose error ends above that of feedback alone; on each plant.",
                PLANTS
                    .iter()
                    .map(|p| share(inside(p).iter().map(|q| bench::has_grown(q.error)).collect()))
                    .collect(),
                "1",
                [None, Some(0.0)],
                Judge::Each,
                "theory: Re[T conj G] > 0 at every frequency that counts",
            ),
            Finding::seven(
                "inside",
                "Share of the models within the boundary; on each plant.",
                PLANTS
                    .iter()
                    .map(|p| {
                        share(
                            record.map.iter().filter(|q| q.plant == *p).map(|q| q.phase_deg < 90.0).collect(),
                        )
                    })
                    .collect(),
                "1",
                [None, None],
                Judge::Each,
                "measured here",
            ),
            Finding::seven(
                "grown_outside",
                "Share of the models outside whose error ends above that of feedback alone; the others are wrong where this movement \
                 has little power, or grow later.",
                PLANTS
                    .iter()
                    .map(|p| share(outside(p).iter().map(|q| bench::has_grown(q.error)).collect()))
                    .collect(),
                "1",
                [None, None],
                Judge::Each,
                "measured here",
            ),
            Finding::seven(
                "gain_is_no_matter",
                "Largest relative difference between the errors after learning with a model of half and of twice the gain.",
                PLANTS
                    .iter()
                    .map(|p| {
                        let mut errors =
                            record.single.iter().filter(|q| q.plant == *p && q.wrong.gain != 1.0);
                        match (errors.next(), errors.next()) {
                            (Some(a), Some(b)) => (a.error / b.error - 1.0).abs(),
                            _ => f64::NAN,
                        }
                    })
                    .collect(),
                "1",
                [None, Some(1e-6)],
                Judge::Each,
                "theory: the step is normalized by ‖GᵀM‖",
            ),
        ]
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![map(config, record)?])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let total = record.map.len();
        let grown = record.map.iter().filter(|p| bench::has_grown(p.error)).count();
        let inside = record.map.iter().filter(|p| p.phase_deg < 90.0).count();
        let both = record.map.iter().filter(|p| p.phase_deg < 90.0 && bench::has_grown(p.error)).count();
        Story {
            answer: format!(
                "Of {total} wrong models {grown} made the error larger than that of feedback alone after {} trials. {inside} keep the phase \
                 within 90 deg wherever the loop passes something on; of these, {both} made it larger.",
                config.trials
            ),
            small_print: vec![
                "Damped loops bear a factor of two in mass and 50 ms; the resonant one does not, because its phase turns by half a turn \
                 within a narrow band, which moves with the mass."
                    .into(),
                "The criterion is sufficient, not necessary: many models outside it still end below 1, because where their phase is wrong \
                 the movement has little power. Given more trials, some of them will grow."
                    .into(),
            ],
            steps: vec![
                "Synapses carry a model of the closed loop whose delay and mass (damping, for the plant of first order) are wrong.".into(),
                "The bench's movement is learned with it, with the step of the bench: 1/‖GᵀM‖ where theory has a step that converges, \
                 0.3 of it where it has none."
                    .into(),
            ],
            sections: vec![Section::new("Maps", "How the error ends, and where the phase passes 90 deg.", &["mismatch"]), single(record)],
            ..Story::default()
        }
    }
}

/// Learns with each of the wrong models.
fn learn(config: &Config, plant: &str, wrong: impl Iterator<Item = Mismatch>) -> Result<Vec<Place>, Error> {
    let bench = &config.bench;
    let body = bench.config(plant);
    let h = bench.response(&body)?;
    let signals = bench.signals()?;
    let minjerk = bench.minjerk();
    let outside = bench::Outside { reference: &minjerk, ..Default::default() };
    let first = bench::trial(&mut bench.reflex(&body)?, bench.delays()[0], &outside)?.sensed_error;

    // Frequencies that count, and the loop's gain there.
    let loop_gains: Vec<(f64, [f64; 2], f64)> = (1..=250)
        .map(|k| {
            let f = 0.02 * f64::from(k);
            let (t, x) = (gain(&h, f, bench.dt_s), gain(&signals[signals.len() / 2], f, bench.dt_s));
            (f, t, libm::hypot(t[0], t[1]) * libm::hypot(x[0], x[1]))
        })
        .collect();
    let top = loop_gains.iter().map(|g| g.2).fold(0.0, f64::max);
    wrong
        .map(|wrong| {
            let g = bench.mismatched(&body, &wrong)?.impulse(bench.ticks());
            let lifted = Lifted::new(&h, &g, &signals)?;
            let course = lifted.learn(&first, lifted.bench_rate()?, config.trials, config.ceiling)?;
            let counted = loop_gains.iter().filter(|l| l.2 >= config.floor * top);
            let phase_deg =
                counted.map(|l| phase_error_deg(l.1, gain(&g, l.0, bench.dt_s)).abs()).fold(0.0, f64::max);
            let error = course.relative[course.relative.len() - 1];
            Ok(Place { plant: plant.into(), wrong, error, phase_deg })
        })
        .collect()
}

/// Colors from good to bad: decimal logarithm of the error from -3 to 3, white at 1.
fn colour(log: f64) -> String {
    let v = log.clamp(-3.0, 3.0) / 3.0;
    lobule_study::report::svg::tint(if v < 0.0 { BLUE } else { VERMILLION }, v.abs())
}

fn map(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("mismatch", 2, 210.0);
    let (dx, dy) = (1e3 * config.delay_step_s, config.factor_step);
    let (xs, ys) = (config.delays(), config.factors());
    let x_ends = (1e3 * config.delay_from_s - dx / 2.0, 1e3 * xs[xs.len() - 1] + dx / 2.0);
    let y_ends = (config.factor_from - dy / 2.0, ys[ys.len() - 1] + dy / 2.0);
    for plant in PLANTS {
        let what =
            if config.bench.config(plant).mass > 0.0 { "mass of the model" } else { "damping of the model" };
        let ticks = (-10..=10).filter(|n| (y_ends.0..=y_ends.1).contains(&f64::from(*n))).map(|n| Tick {
            at: f64::from(n),
            text: if n < 0 { format!("1/{}", 1 << -n) } else { format!("× {}", 1 << n) },
            under: String::new(),
            colour: INK.into(),
        });
        let y = Axis::exact(what, y_ends.0, y_ends.1).named(ticks.collect());
        let mut panel = Panel::new(
            plant_name(plant),
            Axis::exact("delay of the model minus true (ms)", x_ends.0, x_ends.1),
            y,
        );
        let places: Vec<&Place> = record.map.iter().filter(|p| p.plant == plant).collect();
        // Rows of the map by factor, columns by delay, as they were run.
        let at = |i: usize, j: usize| places.get(i * xs.len() + j);
        let mut cells = Vec::new();
        for (i, y) in ys.iter().enumerate() {
            for (j, x) in xs.iter().enumerate() {
                let Some(place) = at(i, j) else { continue };
                let (x, y) = (1e3 * x, *y);
                let log = if place.error.is_finite() { libm::log10(place.error) } else { 3.0 };
                cells.push(Cell {
                    x: (x - dx / 2.0, x + dx / 2.0),
                    y: (y - dy / 2.0, y + dy / 2.0),
                    colour: colour(log),
                });
            }
        }
        panel.marks.push(Mark::Cells(cells));
        // The boundary runs between neighbors on either side of 90 deg.
        let beyond = |i: usize, j: usize| at(i, j).is_some_and(|p| p.phase_deg >= 90.0);
        let pen = Stroke::new(BLACK, 1.8);
        for (i, y) in ys.iter().enumerate() {
            for (j, x) in xs.iter().enumerate() {
                let (x, y) = (1e3 * x, *y);
                let mut edge = |a: (f64, f64), b: (f64, f64)| {
                    panel.marks.push(Mark::Line { points: vec![a, b], stroke: pen.clone() });
                };
                if j + 1 < xs.len() && beyond(i, j) != beyond(i, j + 1) {
                    edge((x + dx / 2.0, y - dy / 2.0), (x + dx / 2.0, y + dy / 2.0));
                }
                if i + 1 < ys.len() && beyond(i, j) != beyond(i + 1, j) {
                    edge((x - dx / 2.0, y + dy / 2.0), (x + dx / 2.0, y + dy / 2.0));
                }
            }
        }
        plate.panels.push(panel);
    }
    let scale = (-6..=6).map(|k| colour(f64::from(k) / 2.0)).collect();
    plate.legend.push(Key {
        label: "relative error after learning; white: as without".into(),
        swatch: Swatch::Scale(scale, "10⁻³".into(), "10³".into()),
    });
    plate.legend.push(Key::line("90 deg", Stroke::new(BLACK, 1.8)));
    let caption = "Error after learning over that of feedback alone, by how wrong the model in the synapses is. The black line separates models \
        whose phase stays within 90 deg of the loop's, wherever the loop passes something on, from the others.";
    Ok(Figure::svg("mismatch", caption, plot::svg(&plate)?))
}

/// The table of single parameters.
fn single(record: &Record) -> Section {
    let mut columns = vec!["model"];
    columns.extend(PLANTS.map(plant_name));
    let mut table = Table::new(&columns, &[1, 2, 3, 4]);
    type Of = fn(&Mismatch) -> f64;
    let kinds: [(&str, Of); 3] =
        [("damping", |w| w.damping), ("stiffness", |w| w.stiffness), ("gain", |w| w.gain)];
    for (name, of) in kinds {
        for factor in [0.5, 2.0] {
            let mut cells = vec![format!("{name} × {}", fixed(factor, 1))];
            for plant in PLANTS {
                let place = record.single.iter().find(|p| p.plant == plant && of(&p.wrong) == factor);
                cells.push(place.map_or_else(|| "–".into(), |p| short(p.error)));
            }
            table.rows.push(cells);
        }
    }
    let text = "Relative error after learning. A wrong gain is no matter: the step is normalized.";
    Section { html: table.html(), ..Section::new("Other parameters", text, &[]) }
}
