//! The experiment `bench/anticipation`.

use super::body::Body;
use super::config::{Config, TrialCondition};
use super::controllers::BenchSetup;
use super::curve::{LearningCurve, body_of, learning_curve, outcome, relative, scales, step_time};
use super::diagnose::diagnose;
use super::laws::Laws;
use super::record::{Cell, Failure, Record, TunedLaws};
use super::tune::tune;
use super::{figures, findings, words};
use lobule_analysis::mean;
use lobule_control::forward::Scales;
use lobule_control::registry::{self, Plants};
use lobule_study::prelude::*;
use serde::{Deserialize, Serialize};

/// The bench of anticipation.
#[derive(Debug, Clone, Copy)]
pub struct AnticipationBench {
    /// Plants that a body can name.
    pub plants: fn() -> Plants,
}

impl AnticipationBench {
    /// The bench whose bodies by name are those of `lobule-control`.
    pub const PLAIN: Self = Self { plants: registry::plants };
}

/// A body under a delay: laws and scales.
#[derive(Serialize, Deserialize)]
struct TunedPlant {
    plant: String,
    delay: usize,
    laws: Laws,
    scales: Scales,
}

impl TunedPlant {
    fn setup<'a>(
        &'a self,
        config: &'a Config,
        plants: &'a Plants,
        body: &'a Body,
        condition: TrialCondition,
        seed: u64,
    ) -> BenchSetup<'a> {
        let Self { plant, delay, laws, scales } = self;
        let (known, delays) = (config.bodies[plant].known(), config.delays(*delay));
        BenchSetup { config, plants, known, body, delays, condition, seed, laws, scales }
    }
}

/// A learning curve, or the reason of a refusal.
type Ran = Result<LearningCurve, Failure>;

impl Study for AnticipationBench {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "bench/anticipation",
        title: "Which controller anticipates best, and where?",
        line: "Which controller anticipates best, on which body and under which delay, and what does a step cost?",
        source: "the controllers' own sources; the comparison is ours",
        sources: &[
            "CFPC: Herreros-Alonso, Arsiwalla & Verschure 2016, arXiv:1701.07775",
            "Feedback-error learning: Kawato, Furukawa & Suzuki 1987, doi:10.1007/BF00364149",
            "Smith predictor: Smith 1957, Chemical Engineering Progress 53, 217-219",
            "Kalman filter: Kalman 1960, doi:10.1115/1.3662552",
            "NLMS and RLS: Haykin 2014, Adaptive Filter Theory",
            "Granule expansion: Marr 1969, doi:10.1113/jphysiol.1969.sp008820; Albus 1971, doi:10.1016/0025-5564(71)90051-4",
            "CMAC: Albus 1975, doi:10.1115/1.3426922",
            "Anticipator: Byrnes 2020, the cerebellum as an array of short-term predictors of its own lines",
        ],
        defaults: include_str!("anticipation.toml"),
        presets: &[
            Preset::new("default", "17 controllers, 7 bodies, 3 delays, 4 conditions, 10 seeds: minutes", ""),
            Preset::new(
                "quick",
                "seconds: two bodies, two delays, two conditions, two seeds",
                include_str!("anticipation.quick.toml"),
            ),
        ],
        unit: "learning curves",
        grounds: &findings::GROUNDS,
        open_tables: &["bodies"],
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.check(&(self.plants)())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let (c, plants) = (config, &(self.plants)());
        let pairs: Vec<(&String, usize)> =
            c.plants.iter().flat_map(|p| (0..c.delays_s.len()).map(move |d| (p, d))).collect();
        run.progress.expect((pairs.len() * c.conditions.len() * c.seeds.len() * c.controllers.len()) as u64);
        run.progress.note("tuning the control laws and running the matrix");
        let trials: Vec<(TrialCondition, u64)> =
            c.conditions.iter().flat_map(|k| c.seeds.iter().map(move |s| (*k, *s))).collect();
        let tuned = run.each_after(
            "matrix",
            &pairs,
            |&(plant, delay), at| {
                at.once("laws", || {
                    let laws = tune(c, plants, &c.bodies[plant], c.delays(delay))?;
                    let scales = scales(c, plants, &c.bodies[plant], &laws)?;
                    Ok(TunedPlant { plant: plant.clone(), delay, laws, scales })
                })
            },
            &trials,
            |tuned, &(condition, seed), at| {
                let body = body_of(c, plants, &tuned.plant, seed);
                let setup = tuned.setup(c, plants, &body, condition, seed);
                let each = c.controllers.iter().map(|name| {
                    let ran = one(&setup, name)?;
                    at.done(1)?;
                    Ok(ran)
                });
                each.collect::<Result<Vec<Ran>, Error>>()
            },
        )?;
        let (tuned, ran): (Vec<TunedPlant>, Vec<Vec<Vec<Ran>>>) = tuned.into_iter().unzip();

        let mut cells = Vec::new();
        for (k, &condition) in c.conditions.iter().enumerate() {
            for (plant, ran) in tuned.iter().zip(&ran) {
                let of_seeds = &ran[k * c.seeds.len()..(k + 1) * c.seeds.len()];
                cells.extend((0..c.controllers.len()).map(|i| cell(c, condition, plant, i, of_seeds)));
            }
        }
        run.progress.note("diagnosing divergence");
        let reasons = run.each("reasons", &cells, |cell, _| reason(c, plants, &tuned, &cells, cell))?;
        cells.iter_mut().zip(reasons).for_each(|(cell, reason)| cell.reason = cell.reason.take().or(reason));
        if c.timing.repeats > 0 {
            run.progress.note("timing control steps");
            // One after the other on an idle process, in the middle of the matrix.
            let middle = &tuned[tuned.len() / 2];
            let setup = middle.setup(c, plants, &c.bodies[&middle.plant], TrialCondition::Reach, 0);
            for name in &c.controllers {
                if let Ok(seconds) = step_time(&setup, name) {
                    run.measured(format!("control_step/{name}"), 1e6 * seconds, "µs");
                }
            }
        }
        let laws = |TunedPlant { plant, delay, laws, .. }| TunedLaws { plant, delay, laws };
        Ok(Record { tuned: tuned.into_iter().map(laws).collect(), cells })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        let delays = config.delays_s.len();
        let used = record.cells.iter().map(|c| c.delay).chain(record.tuned.iter().map(|t| t.delay));
        match used.max() {
            Some(delay) if delay >= delays => {
                Err(format!("delay: {delay}; the configuration has {delays} delays"))
            }
            _ => Ok(()),
        }
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        figures::figures(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        words::story(config, record)
    }

    fn files(&self, record: &Record) -> Result<Vec<(String, Vec<u8>)>, Error> {
        Ok(vec![("table.csv".into(), words::csv(record)?)])
    }
}

/// Runs a controller; a refusal is a result.
fn one(setup: &BenchSetup, name: &str) -> Result<Ran, Error> {
    match learning_curve(setup, name, 1.0) {
        Ok(curve) => Ok(Ok(curve)),
        // Also a loop whose signals became non-finite while it was identified.
        Err(error) => match error.of_room::<lobule_control::Error>() {
            Some(refused) => Ok(Err(Failure::Refused(refused.to_string()))),
            None => Err(error),
        },
    }
}

/// Controller `i` at a place, from the learning curves of all controllers `[seeds][controllers]`.
fn cell(c: &Config, condition: TrialCondition, tuned: &TunedPlant, i: usize, ran: &[Vec<Ran>]) -> Cell {
    let feedback = c.controllers.iter().position(|name| name == "feedback").unwrap_or(0);
    let (mut outcomes, mut curves, mut reason) = (Vec::new(), Vec::new(), None);
    for (seed, ran) in c.seeds.iter().zip(ran) {
        match (&ran[i], &ran[feedback]) {
            (Ok(curve), Ok(alone)) => {
                outcomes.push(outcome(c, *seed, curve, alone));
                curves.push(relative(curve, alone));
            }
            (Err(refused), _) | (_, Err(refused)) => reason = Some(refused.clone()),
        }
    }
    let trials = curves.first().map_or(0, Vec::len);
    let curve = (0..trials).map(|k| mean(&curves.iter().map(|x| x[k]).collect::<Vec<f64>>())).collect();
    let (controller, plant) = (c.controllers[i].clone(), tuned.plant.clone());
    Cell { controller, plant, delay: tuned.delay, condition, outcomes, curve, reason }
}

/// The reason of the first seed that diverged.
fn reason(
    c: &Config,
    plants: &Plants,
    tuned: &[TunedPlant],
    cells: &[Cell],
    cell: &Cell,
) -> Result<Option<Failure>, Error> {
    let Some(outcome) = cell.outcomes.iter().find(|o| o.diverged[0]) else { return Ok(None) };
    let tuned = tuned.iter().find(|g| g.plant == cell.plant && g.delay == cell.delay);
    let tuned = tuned.expect("every cell stands on a tuned plant");
    let is_here = |f: &&Cell| (&f.plant, f.delay, f.condition) == (&cell.plant, cell.delay, cell.condition);
    let here = cells.iter().filter(is_here);
    let alone = here.filter(|f| f.controller == "feedback").flat_map(|f| &f.outcomes);
    let lost = alone.filter(|o| o.seed == outcome.seed).any(|o| o.diverged[0]);
    let body = body_of(c, plants, &cell.plant, outcome.seed);
    let setup = tuned.setup(c, plants, &body, cell.condition, outcome.seed);
    diagnose(&setup, &cell.controller, lost).map(Some)
}
