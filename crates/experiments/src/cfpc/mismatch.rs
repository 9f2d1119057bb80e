//! `cfpc/mismatch`: maps of the error after learning with a model whose delay and mass are wrong, and the 90 deg boundary.

use super::family::{self, *};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct MismatchMap;

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

impl Config {
    fn delays(&self) -> Vec<f64> {
        grid(self.delay_from_s, self.delay_to_s, self.delay_step_s)
    }

    fn factors(&self) -> Vec<f64> {
        grid(self.factor_from, self.factor_to, self.factor_step)
    }
}

/// Learning with a wrong model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrongModel {
    plant: String,
    wrong: Mismatch,
    /// Relative error after the last trial, or at the ceiling.
    error: f64,
    /// Largest phase error, deg, over the frequencies that count.
    phase_deg: f64,
}

impl WrongModel {
    fn is_inside(&self) -> bool {
        self.phase_deg < 90.0
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    map: Vec<WrongModel>,
    /// Single parameters that are wrong by a factor of two.
    single: Vec<WrongModel>,
}

const CRITERION: Source = Source::law(
    "learning converges where Re[T conj G] > 0; it is asked only at frequencies above `floor`, which is ours",
);
const NORMALIZED: Source =
    Source::law("the step is normalized by ‖GᵀM‖, so that the gain cancels; 1e-6 for rounding");
const COUNTED: Source = Source::reported("counted here");

impl Study for MismatchMap {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "cfpc/mismatch",
        title: "How wrong may the model in a synapse be?",
        line: "How wrong may the delay and the mass of a synapse's model be?",
        defaults: concat!(include_str!("mismatch.toml"), include_str!("bench.toml")),
        presets: &[
            Preset::new("default", "maps of 21 by 17 models", ""),
            Preset::new("quick", "maps of 6 by 5 models", include_str!("mismatch.quick.toml")),
        ],
        unit: "rows",
        grounds: &[CRITERION, NORMALIZED],
        ..family::CARD
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        let (c, check, longest) = (config, Check::of(""), config.bench.trial_s);
        c.bench.check()?;
        check
            .within("delay_from_s", c.delay_from_s, -longest..=longest)?
            .within("delay_to_s", c.delay_to_s, c.delay_from_s..=longest)?
            .that("factor_to", c.factor_to, c.factor_from <= c.factor_to, "at least factor_from is needed")?;
        for (key, step, span) in [
            ("delay_step_s", c.delay_step_s, c.delay_to_s - c.delay_from_s),
            ("factor_step", c.factor_step, c.factor_to - c.factor_from),
        ] {
            check.that(key, step, span / step <= 200.0, "at most 201 values are allowed")?;
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let items: Vec<(&str, f64)> =
            PLANTS.iter().flat_map(|p| config.factors().into_iter().map(|f| (*p, f))).collect();
        let map = counted(run, &items, |(plant, power)| {
            // Without a mass the damping takes its place: both set the time constant.
            let (factor, has_mass) = (libm::exp2(*power), config.bench.config(plant).mass > 0.0);
            let wrong = |delay_s| match has_mass {
                true => Mismatch { delay_s, mass: factor, ..Mismatch::NONE },
                false => Mismatch { delay_s, damping: factor, ..Mismatch::NONE },
            };
            learn(config, plant, config.delays().into_iter().map(wrong))
        })?;
        let single = run.each_counted("single", &PLANTS, |plant| {
            let none = Mismatch::NONE;
            let with = |factor| {
                let [damping, stiffness, gain] = [factor; 3];
                [Mismatch { damping, ..none }, Mismatch { stiffness, ..none }, Mismatch { gain, ..none }]
            };
            learn(config, plant, [0.5, 2.0].into_iter().flat_map(with))
        })?;
        Ok(Record { map: map.concat(), single: single.concat() })
    }

    fn findings(&self, _: &Config, record: &Record) -> Vec<Finding> {
        // Share, on each plant, of those models for which `is_counted` and `holds`.
        let share = |is_counted: fn(&WrongModel) -> bool, holds: fn(&WrongModel) -> bool| -> Vec<f64> {
            let on = |plant| record.map.iter().filter(move |m| m.plant == plant).filter(|m| is_counted(m));
            PLANTS.map(|p| on(p).filter(|m| holds(m)).count() as f64 / on(p).count().max(1) as f64).to_vec()
        };
        let gain = |plant: &str| {
            let mut errors = record.single.iter().filter(|m| m.plant == plant && m.wrong.gain != 1.0);
            let (half, twice) = (errors.next(), errors.next());
            half.zip(twice).map_or(f64::NAN, |(a, b)| (a.error / b.error - 1.0).abs())
        };
        let inside = WrongModel::is_inside;
        let meaning = "Share of the models within the boundary whose error ended above that of feedback alone; one value for each \
            plant.";
        let grown_inside = Finding::new("grown_inside", meaning, share(inside, |m| has_grown(m.error)));
        let meaning = "Share of the models that lie within the boundary; one value for each plant.";
        let within = Finding::new("inside", meaning, share(|_| true, inside));
        let meaning = "Share of the models outside the boundary whose error ended above that of feedback alone. The others are wrong \
            where this movement has little power, or grow later.";
        let grown_outside =
            Finding::new("grown_outside", meaning, share(|m| !m.is_inside(), |m| has_grown(m.error)));
        let meaning = "Largest relative difference between the errors after learning with a model of half and of twice the gain.";
        let gain = Finding::new("gain_is_no_matter", meaning, PLANTS.map(gain).to_vec());
        vec![
            grown_inside.each(..=0.0, &CRITERION),
            within.beside(&COUNTED),
            grown_outside.beside(&COUNTED),
            gain.each(..=1e-6, &NORMALIZED),
        ]
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![map(config, record)?])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let count = |of: fn(&WrongModel) -> bool| record.map.iter().filter(|m| of(m)).count();
        let maps = "The error after learning, and the boundary at which the phase passes 90 deg.";
        Story {
            answer: format!(
                "Of {} wrong models {} made the error larger than that of feedback alone after {} trials. {} models kept their phase \
                 within 90 deg wherever the loop has gain; {} of these made the error larger.",
                record.map.len(),
                count(|m| has_grown(m.error)),
                config.trials,
                count(WrongModel::is_inside),
                count(|m| m.is_inside() && has_grown(m.error)),
            ),
            small_print: texts([
                "Damped loops tolerate a factor of two in mass and 50 ms. The resonant loop does not, because its phase turns by 180 deg \
                 within a narrow band that moves with the mass.",
                "The criterion is sufficient, not necessary. Many models outside the boundary ended below 1, because the movement has \
                 little power where their phase is wrong. With more trials some of them would grow.",
            ]),
            steps: texts([
                "Synapses carry a model of the closed loop whose delay and mass are wrong. The plant of first order has no mass; there \
                 the damping is wrong.",
                "The filter learns the bench's movement with this model. The step is 1/‖GᵀM‖ where theory has a step that converges, and \
                 0.3 of it where it has none.",
            ]),
            sections: vec![Section::new("Maps", maps, &["mismatch"]), single(record)],
            ..Story::default()
        }
    }
}

fn learn(
    config: &Config,
    plant: &str,
    wrong: impl Iterator<Item = Mismatch>,
) -> Result<Vec<WrongModel>, Error> {
    let bench = &config.bench;
    let body = bench.config(plant);
    let h = bench.response(&body)?;
    let signals = bench.signals()?;
    let minjerk = bench.minjerk();
    let first = bench.alone(&body, &Inputs { reference: &minjerk, ..Default::default() })?.sensed_error;

    // Frequencies that count, and the loop's gain there.
    let gains_at = |k| {
        let f = 0.02 * f64::from(k);
        let (t, x) = (gain(&h, f, bench.dt_s), gain(&signals[signals.len() / 2], f, bench.dt_s));
        (f, t, libm::hypot(t[0], t[1]) * libm::hypot(x[0], x[1]))
    };
    let loop_gains: Vec<(f64, [f64; 2], f64)> = (1..=250).map(gains_at).collect();
    let top = loop_gains.iter().map(|g| g.2).fold(0.0, f64::max);
    let learned = |wrong| {
        let g = bench.mismatched(&body, &wrong)?.impulse(bench.ticks());
        let lifted = Lifted::new(&h, &g, &signals)?;
        let curve = lifted.learn(&first, lifted.bench_rate()?, config.trials, config.ceiling)?;
        let counted = loop_gains.iter().filter(|l| l.2 >= config.floor * top);
        let phase_deg =
            counted.map(|l| phase_error_deg(l.1, gain(&g, l.0, bench.dt_s)).abs()).fold(0.0, f64::max);
        let error = curve.relative[curve.relative.len() - 1];
        Ok(WrongModel { plant: plant.into(), wrong, error, phase_deg })
    };
    wrong.map(learned).collect()
}

/// Colors from good to bad: decimal logarithm of the error from -3 to 3, white at 1.
fn color(log: f64) -> String {
    let v = log.clamp(-3.0, 3.0) / 3.0;
    tint(if v < 0.0 { BLUE } else { VERMILLION }, v.abs())
}

fn map(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("mismatch", 2, 210.0);
    let (dx, dy) = (1e3 * config.delay_step_s, config.factor_step);
    let (xs, ys) = (config.delays().into_iter().map(|s| 1e3 * s).collect::<Vec<_>>(), config.factors());
    let ends = |values: &[f64], step: f64| (values[0] - step / 2.0, values[values.len() - 1] + step / 2.0);
    let (x_ends, y_ends) = (ends(&xs, dx), ends(&ys, dy));
    let boundary = Stroke::new(BLACK, 1.8);
    for plant in PLANTS {
        let has_mass = config.bench.config(plant).mass > 0.0;
        let label = if has_mass { "mass of the model" } else { "damping of the model" };
        let whole = (-10..=10).filter(|n| (y_ends.0..=y_ends.1).contains(&f64::from(*n)));
        let factor = |n: i32| if n < 0 { format!("1/{}", 1 << -n) } else { format!("× {}", 1 << n) };
        let ticks = whole.map(|n| Tick::new(f64::from(n), factor(n))).collect();
        let x = Axis::exact("delay of the model minus true (ms)", x_ends.0, x_ends.1);
        let mut panel = Panel::new(plant_name(plant), x, Axis::exact(label, y_ends.0, y_ends.1).named(ticks));
        // Rows of the map by factor, columns by delay, as they were run.
        let models: Vec<&WrongModel> = record.map.iter().filter(|m| m.plant == plant).collect();
        let at = |i: usize, j: usize| models.get(i * xs.len() + j);
        let beyond = |i: usize, j: usize| at(i, j).is_some_and(|m| !m.is_inside());
        let (mut cells, mut edges) = (Vec::new(), Vec::new());
        for (i, y) in ys.iter().enumerate() {
            for (j, x) in xs.iter().enumerate() {
                let (left, right, low, high) = (x - dx / 2.0, x + dx / 2.0, y - dy / 2.0, y + dy / 2.0);
                if let Some(model) = at(i, j) {
                    let log = if model.error.is_finite() { libm::log10(model.error) } else { 3.0 };
                    cells.push(Cell { x: (left, right), y: (low, high), color: color(log) });
                }
                // The boundary runs between neighbors on either side of 90 deg.
                if j + 1 < xs.len() && beyond(i, j) != beyond(i, j + 1) {
                    edges.push(Mark::line([(right, low), (right, high)], boundary.clone()));
                }
                if i + 1 < ys.len() && beyond(i, j) != beyond(i + 1, j) {
                    edges.push(Mark::line([(left, high), (right, high)], boundary.clone()));
                }
            }
        }
        panel.marks.push(Mark::Cells(cells));
        panel.marks.extend(edges);
        plate.panels.push(panel);
    }
    let scale = (-6..=6).map(|k| color(f64::from(k) / 2.0)).collect();
    plate.legend.push(Key {
        label: "error relative to feedback alone; white: equal".into(),
        swatch: Swatch::Scale(scale, "10⁻³".into(), "10³".into()),
    });
    plate.line_key("90 deg", boundary);
    let caption = "Error after learning relative to feedback alone, by the error of the model in the synapses: surplus of delay and \
        factor of mass; one panel for each plant. Black line: boundary at which the phase of the model passes 90 deg from that of the \
        loop at some frequency at which the loop has gain.";
    plate.figure(caption)
}

fn single(record: &Record) -> Section {
    let mut table = Table::new(&[&["model"][..], &PLANTS.map(plant_name)].concat(), &[1, 2, 3, 4]);
    type Factor = fn(&Mismatch) -> f64;
    let kinds: [(&str, Factor); 3] =
        [("damping", |w| w.damping), ("stiffness", |w| w.stiffness), ("gain", |w| w.gain)];
    for (name, factor_of) in kinds {
        for factor in [0.5, 2.0] {
            let mut cells = vec![format!("{name} × {}", fixed(factor, 1))];
            cells.extend(PLANTS.map(|plant| {
                let model = record.single.iter().find(|m| m.plant == plant && factor_of(&m.wrong) == factor);
                model.map_or_else(|| "–".into(), |m| short(m.error))
            }));
            table.row(cells);
        }
    }
    let text = "Error after learning relative to feedback alone. A wrong gain makes no difference, because the step is normalized.";
    Section { html: table.html(), ..Section::new("Other parameters", text, &[]) }
}
