//! What a run of the matrix records, and what is read from it.

use super::config::TrialCondition;
use super::laws::Laws;
use lobule_analysis::mean;
use lobule_control::oracle::Cause;
use serde::{Deserialize, Serialize};

/// One seed of a cell. Errors are over those of feedback alone on the same body and trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedOutcome {
    /// Seed.
    pub seed: u64,
    /// Root mean square error of the last trials before the change.
    pub rms: f64,
    /// The same, relative.
    pub relative: f64,
    /// Trial from which on nine tenths of what is won in the end are won; none where nothing is.
    pub learned_at: Option<usize>,
    /// Relative error of the first trials after the change.
    pub changed: f64,
    /// Relative error of the last trials after it.
    pub recovered: f64,
    /// Trials that were stopped, the first of them, and whether some were among the last before the change and after it.
    pub stops: usize,
    /// First stopped trial.
    pub first_stop: Option<usize>,
    /// Stopped at the end of each part.
    pub diverged: [bool; 2],
}

/// A controller at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Controller.
    pub controller: String,
    /// Plant.
    pub plant: String,
    /// Index of the delay.
    pub delay: usize,
    /// Condition.
    pub condition: TrialCondition,
    /// One for each seed; none where it refused.
    pub outcomes: Vec<SeedOutcome>,
    /// Relative error, mean over seeds. `[trials]`
    pub curve: Vec<f64>,
    /// Why it refused or did not hold the body with the first seed that diverged.
    pub why: Option<Failure>,
}

/// The laws of a body under a delay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TunedLaws {
    /// Plant.
    pub plant: String,
    /// Index of the delay.
    pub delay: usize,
    /// Laws.
    pub laws: Laws,
}

/// All that a run records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By plant, delay.
    pub tuned: Vec<TunedLaws>,
    /// By condition, plant, delay, controller.
    pub cells: Vec<Cell>,
}

impl Cell {
    /// Mean of a value over seeds; none where it refused.
    pub fn mean(&self, of: impl Fn(&SeedOutcome) -> f64) -> Option<f64> {
        (!self.outcomes.is_empty()).then(|| mean(&self.outcomes.iter().map(of).collect::<Vec<f64>>()))
    }

    /// Share of seeds that did not hold the body in the end of the first part.
    pub fn diverged(&self) -> f64 {
        self.mean(|o| f64::from(u8::from(o.diverged[0]))).unwrap_or(0.0)
    }

    /// Whether most seeds held the body; a refusal does not.
    pub fn holds(&self) -> bool {
        !self.outcomes.is_empty() && self.diverged() < 0.5
    }

    /// Mean trial at which learning was done, over the seeds that won something; none when fewer than half did.
    pub fn learned_at(&self) -> Option<f64> {
        let all: Vec<f64> = self.outcomes.iter().filter_map(|o| o.learned_at).map(|k| k as f64).collect();
        (2 * all.len() > self.outcomes.len()).then(|| mean(&all))
    }
}

impl Record {
    /// The cell at a place.
    pub fn at(
        &self,
        controller: &str,
        plant: &str,
        delay: usize,
        condition: TrialCondition,
    ) -> Option<&Cell> {
        self.cells.iter().find(|c| {
            c.controller == controller && c.plant == plant && c.delay == delay && c.condition == condition
        })
    }

    /// The cells of a controller.
    pub fn of<'a>(&'a self, controller: &'a str) -> impl Iterator<Item = &'a Cell> {
        self.cells.iter().filter(move |c| c.controller == controller)
    }

    /// The controller with the least relative error at a place among those that hold the body and may win; the first listed of equals.
    pub fn best(&self, plant: &str, delay: usize, condition: TrialCondition) -> Option<&Cell> {
        let here = |c: &&Cell| c.plant == plant && c.delay == delay && c.condition == condition;
        let mut best: Option<(f64, &Cell)> = None;
        // The equations are what no controller can know.
        for cell in self.cells.iter().filter(here).filter(|c| c.holds() && c.controller != "equations") {
            let error = cell.mean(|o| o.relative).unwrap_or(f64::INFINITY);
            if best.is_none_or(|b| error < b.0) {
                best = Some((error, cell));
            }
        }
        best.map(|b| b.1)
    }
}

/// The reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// It refused, and said so.
    Refused(String),
    /// Feedback alone does not hold this body under this delay, and the controller rests on it.
    Feedback,
    /// What theory says of the filter.
    Cause(Cause),
    /// The filter's errors may fall in the end, but grow for longer than the run.
    Growth,
    /// The law's gain is above the bound: it is held with this part of it.
    Gain(f64),
    /// At no tested gain: what the model says of now is too wrong.
    Model,
}

impl Failure {
    /// One letter for a map.
    pub fn letter(&self) -> &'static str {
        match self {
            Failure::Refused(_) => "–",
            Failure::Feedback => "F",
            Failure::Cause(Cause::Phase { .. }) => "P",
            Failure::Cause(Cause::Step { .. }) => "S",
            Failure::Growth => "T",
            Failure::Gain(_) => "G",
            Failure::Model => "M",
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Failure::Refused(what) => write!(f, "refused: {what}"),
            Failure::Feedback => {
                write!(f, "feedback alone, on which it rests, does not hold this body under this delay")
            }
            Failure::Cause(cause) => write!(f, "{cause}"),
            Failure::Growth => write!(f, "errors grow for longer than the run before they fall"),
            Failure::Gain(part) => write!(f, "the gain of the law is above its bound; {part} of it holds"),
            Failure::Model => {
                write!(f, "not held with a quarter of the gain either: the model is too wrong about now")
            }
        }
    }
}
