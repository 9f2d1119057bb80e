//! The experiment `sgdege/single_cell`: the reduced single-cell model, its lines, speeds and end
//! points, beside what the equations predict (Figure 9 B-F and the figure of Appendix 1).
//!
//! ```text
//! sets ──run on each seed──▶ speeds, end points, trajectories ──▶ findings, figures
//! ```

mod figures;
mod findings;
mod measure;

use lobule_analysis::mean_of;
use lobule_study::prelude::*;
use lobule_theory::single_cell::{Corridor, SingleCellParameters as Parameters};
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
        grounds: findings::GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        let (m, demo) = (&config.measure, &config.demo);
        let check = Check::of("measure");
        check.within("runs", m.runs, 1..=100_000)?;
        check.that("average", m.average, m.average >= 1, "at least 1 is needed")?;
        for (key, way) in [("long_way_hz", m.long_way_hz), ("short_way_hz", m.short_way_hz)] {
            let [start, settle, measured] = way;
            let fits = settle >= 0.0 && measured > 0.0 && settle + measured < start && start.is_finite();
            let allowed =
                "start, settling and measured distance are needed, the last two together below the first";
            check.that(key, format!("{way:?}"), fits, allowed)?;
        }
        // Rates are not negative.
        check.at_least("long_target_hz", m.long_target_hz, m.long_way_hz[0])?;
        let check = Check::of("demo");
        check.that("trials", demo.trials, demo.trials >= 1, "at least 1 is needed")?;
        check.within("slow_trials", demo.slow_trials, 1..=u64::MAX)?.some("starts", &demo.starts)?;
        demo.starts.as_flattened().iter().try_for_each(|v| check.at_least("starts", *v, 0.0).map(drop))?;
        for &q in &m.scan_q {
            Parameters { q, ..config.sets.figure_9ef }.validate()?;
        }
        for (name, set, _) in config.converging() {
            set.validate()?;
            let moves = |corridor| {
                set.followed(corridor).is_some_and(|f| f.speed_hz != 0.0 && f.speed_hz.is_finite())
            };
            let table = format!("sets ({name})");
            let check = Check::of(&table);
            if !(moves(Corridor::Upper) && moves(Corridor::Lower)) {
                let what = "does not converge; q < 1, rho between 0 and 1 (both excluded) and step_p_hz above 0 are needed";
                return Err(check.refusal("", what));
            }
            check.at_least("target_hz", set.target_hz, m.short_way_hz[0])?;
        }
        Ok(config.sets.figure_9d.validate()?)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        measure::run(config, run)
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![
            figures::figure_9(config, record)?,
            figures::appendix(config, record)?,
            figures::end_points(config, record)?,
        ])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let set = &config.sets.figure_9ef;
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
                "Parameters are those of Figure 9 E, F. Numbers are means over {} seeds with {} runs each.",
                config.seeds.len(),
                config.measure.runs
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
