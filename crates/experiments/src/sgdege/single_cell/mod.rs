//! The experiment `sgdege/single_cell`: the reduced single-cell model, its lines, speeds and end
//! points, beside what the equations predict (Figure 9 B-F and the figure of Appendix 1).
//!
//! ```text
//! sets ──run on each seed──▶ speeds, end points, trajectories ──▶ findings, figures
//! ```

mod figures;
mod findings;
mod measure;

use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::numbers::fixed;
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use lobule_theory::single_cell::Parameters;
pub use measure::{Measured, Record};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct SingleCell;

/// Configuration, see `single_cell.toml`.
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
    /// Start, settling, measured: Hz of way at the predicted speed.
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

static CARD: Card = Card {
    name: "sgdege/single_cell",
    title: "One cell, one error: how perturbation learning converges",
    line: "convergence of the reduced single-cell model, phase diagram, speeds (Fig. 9, Appendix 1)",
    source: super::PAPER,
    sources: &["Model: Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, (19)-(35)"],
    defaults: include_str!("single_cell.toml"),
    presets: &[
        Preset::new("default", "100 runs for each number, 5 seeds", ""),
        Preset::new("quick", "one seed", include_str!("single_cell.quick.toml")),
        Preset::new("full", "2000 runs for each number", include_str!("single_cell.full.toml")),
    ],
    unit: "sets",
    ..Card::BLANK
};

impl Study for SingleCell {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        use super::need;
        let m = &config.measure;
        need((1..=100_000).contains(&m.runs), "measure.runs", "must lie between 1 and 100000")?;
        for (key, [start, settle, measured]) in
            [("measure.long_way_hz", m.long_way_hz), ("measure.short_way_hz", m.short_way_hz)]
        {
            let holds = settle >= 0.0 && measured > 0.0 && settle + measured < start && start.is_finite();
            need(
                holds,
                key,
                "must be start, settling and measured way, the last two together below the first",
            )?;
        }
        need(
            m.long_target_hz.is_finite() && m.long_target_hz >= m.long_way_hz[0],
            "measure.long_target_hz",
            "must be at least the way from the start: rates are not negative",
        )?;
        need(m.average > 0, "measure.average", "must be at least 1 trial")?;
        need(config.demo.trials > 0 && config.demo.slow_trials > 0, "demo.trials", "must be at least 1")?;
        need(!config.demo.starts.is_empty(), "demo.starts", "at least one (P, J) is needed")?;
        need(
            config.demo.starts.as_flattened().iter().all(|v| *v >= 0.0 && v.is_finite()),
            "demo.starts",
            "must be rates: 0 or above",
        )?;
        for &q in &m.scan_q {
            Parameters { q, ..config.sets.figure_9ef }.validate()?;
        }
        for (name, set, _) in config.converging() {
            set.validate()?;
            let speeds = [
                set.followed(lobule_theory::single_cell::Corridor::Upper),
                set.followed(lobule_theory::single_cell::Corridor::Lower),
            ];
            let moves = speeds.iter().all(|s| s.is_some_and(|s| s.speed_hz != 0.0 && s.speed_hz.is_finite()));
            need(
                moves,
                &format!("sets ({name})"),
                "must converge: q < 1, rho between 0 and 1 (both excluded), step_p_hz above 0",
            )?;
            let room = config.measure.short_way_hz[0];
            need(
                set.target_hz >= room,
                &format!("sets ({name}).target_hz"),
                "must be at least the first of measure.short_way_hz",
            )?;
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
        figures::figures(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let set = &config.sets.figure_9ef;
        let measured = |what: fn(&Measured) -> f64| {
            mean(&record.seeds.iter().filter_map(|s| s.sets.first().map(what)).collect::<Vec<_>>())
        };
        let end = set.end_point().map_or(f64::NAN, |e| e.p_hz - set.target_hz);
        Story {
            answer: format!(
                "The cell ends {} Hz from its target ({} predicted), whichever side it comes from, at {} and {} Hz per trial \
                 (∓{} predicted).",
                fixed(measured(|m| m.end_hz), 2),
                fixed(end, 2),
                fixed(measured(|m| m.upper_hz), 3),
                fixed(measured(|m| m.lower_hz), 3),
                fixed(set.rho * set.step_p_hz, 3)
            ),
            small_print: vec![format!(
                "Figure 9 E, F; means over {} seeds with {} runs each.",
                config.seeds.len(),
                config.measure.runs
            )],
            steps: vec![
                "P is the rate of the cell, J the inhibition of its olive; the error is |P − R|, the estimate of it J − q P.".into(),
                "A fraction rho of the trials is perturbed: P is A higher for that trial. If an error spike follows, P goes down by dP, \
                 else up. J goes up by dJ after an error spike and down without, on every trial."
                    .into(),
                "Perturbed trials balance on the lines C, unperturbed ones on the lines D. Above both P rises, below both it falls; \
                 between them the cell is drawn to one line and slides along it to the crossing of C+ and D−."
                    .into(),
            ],
            sections: vec![
                Section::new(
                    "The plane of P and J",
                    "As the paper's Figure 9: sectors and drift (B), regions (C), divergence for q > 1 (D), convergence (E, F).",
                    &["figure_9"],
                ),
                Section::new(
                    "Other lines",
                    "As the figure of the paper's Appendix 1: with more perturbed trials other lines are followed.",
                    &["appendix_1"],
                ),
                Section::new(
                    "Where it ends",
                    "The distance that is left grows with q; from q = 1 on there is no lower corridor and the cell falls silent.",
                    &["end_points"],
                ),
            ],
            differences: vec![
                "The appendix bounds the domain of D− by rho < beta (2 beta − 1); the complement of the domain of C−, \
                 rho < beta / (2 beta + q − 1) for beta > 1 − q, is what the simulation follows."
                    .into(),
                "The appendix points to its panel A for C−; at rho = 0.5 the lower line is D−, C− is panel C, as its caption says.".into(),
                "Along D− in the narrow corridor of panels A, B of the appendix, and along C− in C, D, the cell is slower than the \
                 equations say, which the paper mentions; the ranges of these two findings are measured ones."
                    .into(),
                "Targets, starts and lengths are not in the paper, nor is q of panel D; E = I, which it leaves open, gives no error spike.".into(),
            ], ..Story::default() }
    }
}
