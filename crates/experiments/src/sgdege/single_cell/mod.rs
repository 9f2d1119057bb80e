//! The experiment `sgdege/single_cell`: the reduced single-cell model, its lines, speeds and end
//! points, beside what the equations predict (Figure 9 B-F and the figure of Appendix 1).
//!
//! ```text
//! sets ──run on each seed──▶ speeds, end points, trajectories ──▶ findings, figures
//! ```

mod figures;
mod measure;

use super::around;
use lobule_analysis::mean_of;
use lobule_study::prelude::*;
use lobule_theory::single_cell::{Corridor, Line, Region, Sector, SingleCellParameters as Parameters};
use measure::{Measured, Record};

/// The experiment `sgdege/single_cell`.
#[derive(Debug, Clone, Copy)]
pub struct SingleCell;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    measure: Measure,
    demo: Demo,
    sets: Sets,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Measure {
    runs: u32,
    long_target_hz: f64,
    /// Start, settling, measured: distance in Hz at the predicted speed.
    long_way_hz: [f64; 3],
    short_way_hz: [f64; 3],
    settle: u64,
    average: u64,
    diverging: u64,
    scan_q: Vec<f64>,
    scan_trials: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Demo {
    /// (P, J), Hz.
    starts: Vec<[f64; 2]>,
    trials: u64,
    slow_trials: u64,
}

/// Sets of parameters, named by the panels that show them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sets {
    figure_9ef: Parameters,
    appendix_ab: Parameters,
    appendix_cd: Parameters,
    appendix_ef: Parameters,
    figure_9d: Parameters,
}

impl Config {
    /// The sets that converge, in the order of the record: name, parameters, trials of a trajectory.
    fn converging(&self) -> [(&'static str, Parameters, u64); 4] {
        let (sets, demo) = (&self.sets, &self.demo);
        [
            ("9ef", sets.figure_9ef, demo.trials),
            ("a1ab", sets.appendix_ab, demo.trials),
            ("a1cd", sets.appendix_cd, demo.trials),
            ("a1ef", sets.appendix_ef, demo.slow_trials),
        ]
    }
}

grounds! {
    SECTORS = law "lines C± and D± of Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, Figure 9B";
    REGIONS = law "domains of the lines in Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, Figure 9C, with the domain of D− \
        corrected";
    SPEED = law "speed along the line, Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, (30)-(35); tolerance set with a numerical \
        check before the first run";
    END = law "−A (1 + q) / 2, Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1; tolerance set with a numerical check before the \
        first run";
    DIVERGENCE = measured "numerical check of the equations in numpy, 100 runs: at most 1 Hz; bound of 3 Hz set with it (Bouvier et al. \
        2018, doi:10.7554/eLife.31599, Figure 9D: the cell falls silent)";
    NARROW = measured "numerical check of the equations in numpy, 200 runs: 0.412 and 0.313 Hz; the equations, 0.5 and 0.333, do not hold \
        in a corridor of few steps, as Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, says";
    SPREAD = measured "numerical check of the equations in numpy, 400 starts: standard deviation 0.25 Hz; bound of 1 Hz set with it";
}

/// Points (beta, rho) of the phase diagram at q = 0.5, with the label of their region.
const POINTS: [(f64, f64, &str); 4] =
    [(2.0, 0.2, "D+/D-"), (2.0, 0.5, "C+/D-"), (2.0, 0.75, "C+/C-"), (0.25, 0.75, "C+ only")];

/// Tolerances of each converging set: of the speed, relative to the prediction; of the end point, Hz; and speed and tolerance, Hz, in a
/// lower corridor too narrow for the equations.
type Tolerances = (f64, f64, Option<(f64, f64)>);
const TOLERANCES: [Tolerances; 4] = [
    (0.05, 0.15, None),
    (0.05, 0.15, Some((0.41, 0.03))),
    (0.05, 0.15, Some((0.31, 0.02))),
    (0.03, 0.1, None),
];

/// Fraction of points on a grid whose drift has the signs of the paper's Figure 9 B. Expected signs follow from the lines, the
/// drift from the rule of a single trial.
fn right_drifts(set: &Parameters) -> f64 {
    let agrees = |k: i32| {
        let at = |k: i32| 2.0 * set.target_hz * (f64::from(k) + 0.5) / 100.0;
        let (p, j) = (at(k / 100), at(k % 100) * (1.0 + set.q));
        let line = |line: Line| line.at(set, p);
        let c = line(Line::CPlus).max(line(Line::CMinus));
        let d = line(Line::DPlus).max(line(Line::DMinus));
        let push = |above: bool| if above { -1.0 } else { 1.0 };
        // Between the lines the more frequent kind of trial decides where J goes.
        let expected = match (j >= c, j >= d) {
            (true, true) => (1.0, -1.0),
            (false, false) => (-1.0, 1.0),
            (true, false) => (1.0, push(set.rho > 0.5)),
            (false, true) => (-1.0, push(set.rho < 0.5)),
        };
        let (dp, dj) = Sector::of(set, p, j).drift(set);
        dp.signum() == expected.0 && (dj.signum() == expected.1 || set.rho == 0.5)
    };
    (0..10_000).filter(|k| agrees(*k)).count() as f64 / 10_000.0
}

/// Points of the trajectories of a set, at most. Chosen: the record keeps each.
const MOST_POINTS: u64 = 1_000_000;
/// Trials of a measurement, at most. Chosen: minutes.
const MOST_TRIALS: f64 = 1e10;

impl Study for SingleCell {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "sgdege/single_cell",
        title: "One cell, one error: how perturbation learning converges",
        line: "How fast does one cell converge, and how far from its target? Phase diagram, speeds (Fig. 9, Appendix 1)",
        source: super::PAPER,
        sources: &["Model: Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, (19)-(35)"],
        defaults: include_str!("single_cell.toml"),
        presets: &[
            Preset::new("default", "100 runs for each number, 5 seeds", ""),
            Preset::new("quick", "one seed", include_str!("single_cell.quick.toml")),
            Preset::new("full", "2000 runs for each number", include_str!("single_cell.full.toml")),
        ],
        unit: "sets",
        grounds: GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        let (m, demo) = (&config.measure, &config.demo);
        let check = Check::of("measure");
        for (key, way) in [("long_way_hz", m.long_way_hz), ("short_way_hz", m.short_way_hz)] {
            let [start, settle, measured] = way;
            let fits = measured > 0.0 && settle + measured < start;
            let allowed =
                "start, settling and measured distance are needed, the last two together below the first";
            check.that(key, format!("{way:?}"), fits, allowed)?;
        }
        // Rates are not negative.
        let far = format!("at least long_way_hz[0] = {} is needed", m.long_way_hz[0]);
        check.that("long_target_hz", m.long_target_hz, m.long_target_hz >= m.long_way_hz[0], &far)?;
        check.distinct("scan_q", &m.scan_q)?;
        let points = demo.trials.max(demo.slow_trials) * demo.starts.len() as u64;
        let few = format!("of {} starts; at most {MOST_POINTS} points are drawn", demo.starts.len());
        Check::of("demo").that("slow_trials", demo.slow_trials, points <= MOST_POINTS, &few)?;
        let runs = f64::from(m.runs);
        let check_work = |key: &str, each: f64| {
            let few = format!("times the {each} trials that {key} takes, at most {MOST_TRIALS:e} is allowed");
            check.that("runs", m.runs, runs * each <= MOST_TRIALS, &few).map(drop)
        };
        check_work("settle + average", (m.settle + m.average) as f64)?;
        check_work("diverging", m.diverging as f64)?;
        m.scan_q.iter().try_for_each(|&q| Parameters { q, ..config.sets.figure_9ef }.validate())?;
        let tables = ["figure_9ef", "appendix_ab", "appendix_cd", "appendix_ef"];
        for (table, (_, set, _)) in tables.into_iter().zip(config.converging()) {
            set.validate()?;
            let table = format!("sets.{table}");
            let check = Check::of(&table);
            for corridor in [Corridor::Upper, Corridor::Lower] {
                let speed = set.followed(corridor).map_or(0.0, |f| f.speed_hz.abs());
                if !(speed > 0.0 && speed.is_finite()) {
                    let what = "does not converge; q < 1, rho between 0 and 1 (both excluded) and step_p_hz above 0 are needed";
                    return Err(check.refusal("", what));
                }
                check_work("long_way_hz", (m.long_way_hz[0] / speed).ceil())?;
                check_work("short_way_hz", (m.short_way_hz[0] / speed).ceil())?;
            }
            check.at_least("target_hz", set.target_hz, m.short_way_hz[0])?;
        }
        Ok(config.sets.figure_9d.validate()?)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        measure::run(config, run)
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let each_seed = |v: f64| vec![v; config.seeds.len()];
        let right_regions = POINTS.iter().filter(|(b, r, l)| Region::of(*b, *r, 0.5).label() == *l).count();
        let hz = |name: &str, meaning: &str, values| Finding::new(name, meaning, values).unit("Hz");
        let meaning = "Fraction of grid points of the plane whose drift has the signs of their sector; a pure function.";
        let drifts = each_seed(right_drifts(&config.sets.figure_9ef));
        let drifts = Finding::new("9b/right_drifts", meaning, drifts).each(1.0..=1.0, &SECTORS);
        let meaning =
            "Number of four points of the phase diagram whose region has the right label; a pure function.";
        let regions = Finding::new("9c/right_regions", meaning, each_seed(right_regions as f64)).unit("of 4");
        let meaning = "Largest P of all runs at the end with q > 1, where the cell falls silent.";
        let largest = hz("9d/largest_rate_hz", meaning, record.seeds.iter().map(|s| s.diverged_hz).collect());
        let mut found = vec![drifts, regions.each(4.0..=4.0, &REGIONS), largest.each(..=3.0, &DIVERGENCE)];
        for (k, ((name, set, _), (of_speed, end_hz, narrow_hz))) in
            config.converging().into_iter().zip(TOLERANCES).enumerate()
        {
            let of = |value: fn(&Measured) -> f64| record.seeds.iter().map(|s| value(&s.sets[k])).collect();
            let mut speed = |side: &str, value, corridor, part: f64, window: &str| {
                let followed = set.followed(corridor);
                let predicted = followed.map_or(f64::NAN, |f| f.speed_hz);
                let line = followed.and_then(|f| f.line).map_or("no line", Line::name);
                let meaning = format!("Mean dP per trial along {line}, {window}.");
                let speed = hz(&format!("{name}/speed_{side}"), &meaning, of(value));
                found.push(speed.each(around(predicted, part * predicted.abs()), &SPEED));
            };
            let (long, short) = ("long window", "window of the figure");
            speed("upper", |m| m.upper_hz, Corridor::Upper, of_speed, long);
            if name == "9ef" {
                speed("lower", |m| m.lower_hz, Corridor::Lower, of_speed, long);
                speed("upper_short", |m| m.upper_short_hz, Corridor::Upper, 0.1, short);
                speed("lower_short", |m| m.lower_short_hz, Corridor::Lower, 0.1, short);
            }
            if let Some((expected, tolerance)) = narrow_hz {
                let meaning = "Mean dP per trial in the lower corridor, long window; slower than the equation predicts.";
                let slow = hz(&format!("{name}/speed_lower"), meaning, of(|m| m.lower_hz));
                found.push(slow.each(around(expected, tolerance), &NARROW));
            }
            let predicted = set.end_point().map_or(f64::NAN, |e| e.p_hz - set.target_hz);
            let meaning = "Mean P − R after convergence, from random starts.";
            let end = hz(&format!("{name}/end"), meaning, of(|m| m.end_hz));
            found.push(end.each(around(predicted, end_hz), &END));
            if name == "9ef" {
                let meaning = "Largest distance of the end of a single run from that mean.";
                found.push(hz("9ef/end_spread", meaning, of(|m| m.end_spread_hz)).each(..=1.0, &SPREAD));
            }
        }
        found
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        let converging = config.converging().len();
        shape::long("trajectories", &record.trajectories, converging + 1)?;
        record.seeds.iter().try_for_each(|seed| {
            shape::long("seeds.sets", &seed.sets, converging)?;
            shape::long("seeds.scan_hz", &seed.scan_hz, config.measure.scan_q.len())
        })
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![
            figures::figure_9(config, record)?,
            figures::appendix(config, record)?,
            figures::end_points(config, record)?,
        ])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let (set, seeds, runs) = (&config.sets.figure_9ef, config.seeds.len(), config.measure.runs);
        let measured = |value: fn(&Measured) -> f64| {
            mean_of(record.seeds.iter().filter_map(|s| s.sets.first().map(value)))
        };
        let end = set.end_point().map_or(f64::NAN, |e| e.p_hz - set.target_hz);
        Story {
            answer: format!(
                "The cell ended {} Hz from its target ({} Hz predicted), whichever side it came from. It approached the end at {} and {} \
                 Hz per trial (∓{} predicted).",
                fixed(measured(|m| m.end_hz), 2),
                fixed(end, 2),
                fixed(measured(|m| m.upper_hz), 3),
                fixed(measured(|m| m.lower_hz), 3),
                fixed(set.rho * set.step_p_hz, 3)
            ),
            small_print: vec![format!(
                "Parameters are those of Figure 9 E, F. Numbers are means over {seeds} seeds with {runs} runs each."
            )],
            steps: texts([
                "P is the rate of the cell, J the inhibition of its olive. The error is |P − R|, and J − q P estimates it.",
                "A fraction rho of the trials is perturbed: P is A higher for that trial. If an error spike follows, P decreases by dP, \
                 otherwise it increases. On every trial J increases by dJ after an error spike and decreases without one.",
                "Perturbed trials are in balance on the lines C, unperturbed ones on the lines D. Above both lines P rises, below both it \
                 falls. Between them the cell is drawn to one line and slides along it to the crossing of C+ and D−.",
            ]),
            sections: vec![
                Section::new(
                    "The plane of P and J",
                    "The panels correspond to Figure 9 of the paper: sectors and drift (B), regions (C), divergence for q > 1 (D), \
                     convergence (E, F).",
                    &["figure_9"],
                ),
                Section::new(
                    "Other lines",
                    "The panels correspond to the figure of the paper's Appendix 1. With more perturbed trials the cell follows other lines.",
                    &["appendix_1"],
                ),
                Section::new(
                    "Where it ends",
                    "The remaining distance grows with q. From q = 1 on there is no lower corridor, and the cell falls silent.",
                    &["end_points"],
                ),
            ],
            differences: texts([
                "The appendix bounds the domain of D− by rho < beta (2 beta − 1). The simulation follows the complement of the domain of \
                 C−, rho < beta / (2 beta + q − 1) for beta > 1 − q.",
                "The appendix gives its panel A as the example of C−. At rho = 0.5 the lower line is D−; C− is panel C, as the caption says.",
                "Along D− in the narrow corridor of panels A, B of the appendix, and along C− in C, D, the cell is slower than the equations \
                 predict, as the paper mentions. The ranges of these two findings were measured with another program.",
                "The paper gives neither targets, starts and lengths of runs, nor q of panel D. A trial with E = I, which it does not define, \
                 gives no error spike.",
            ]),
            ..Story::default()
        }
    }
}
