//! Record of a run of the matrix.

use super::config::TrialCondition;
use super::laws::Laws;
use lobule_analysis::mean;
use lobule_control::oracle::Cause;
use serde::{Deserialize, Serialize};

/// One seed of a cell. Relative errors are divided by those of feedback alone on the same body and trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedOutcome {
    /// Seed.
    pub seed: u64,
    /// Root mean square error of the last trials before the change.
    pub rms: f64,
    /// The same, relative.
    pub relative: f64,
    /// Trial from which on nine tenths of the final improvement are reached; none without improvement.
    pub learned_at: Option<usize>,
    /// Relative error of the first trials after the change.
    pub changed: f64,
    /// Relative error of the last trials after it.
    pub recovered: f64,
    /// Number of trials that were stopped.
    pub stops: usize,
    /// First stopped trial.
    pub first_stop: Option<usize>,
    /// True if one of the last trials before the change, and after it, was stopped.
    pub diverged: [bool; 2],
}

/// A controller at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    pub controller: String,
    pub plant: String,
    /// Index of the delay.
    pub delay: usize,
    pub condition: TrialCondition,
    /// One for each seed; none where the controller refused.
    pub outcomes: Vec<SeedOutcome>,
    /// Relative error, mean over seeds. `[trials]`
    pub curve: Vec<f64>,
    /// Reason of a refusal, or of the first seed that diverged.
    #[serde(rename = "why")]
    pub reason: Option<Failure>,
}

/// The laws of a body under a delay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TunedLaws {
    pub plant: String,
    /// Index of the delay.
    pub delay: usize,
    pub laws: Laws,
}

/// Record of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By plant, delay.
    pub tuned: Vec<TunedLaws>,
    /// By condition, plant, delay, controller.
    pub cells: Vec<Cell>,
}

impl Cell {
    /// Mean of a value over seeds; none where the controller refused.
    pub fn mean(&self, of: impl Fn(&SeedOutcome) -> f64) -> Option<f64> {
        (!self.outcomes.is_empty()).then(|| mean(&self.outcomes.iter().map(of).collect::<Vec<f64>>()))
    }

    /// Share of seeds that diverged before the change.
    pub fn diverged(&self) -> f64 {
        self.mean(|o| f64::from(u8::from(o.diverged[0]))).unwrap_or(0.0)
    }

    /// True if the controller stabilizes the body with most seeds; false for a refusal.
    pub fn holds(&self) -> bool {
        !self.outcomes.is_empty() && self.diverged() < 0.5
    }

    /// Mean trial at which learning was done, over the seeds that improved; none when fewer than half did.
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
        let place = (controller, plant, delay, condition);
        self.cells.iter().find(|c| (&*c.controller, &*c.plant, c.delay, c.condition) == place)
    }

    /// The cells of a controller.
    pub fn of<'a>(&'a self, controller: &'a str) -> impl Iterator<Item = &'a Cell> {
        self.cells.iter().filter(move |c| c.controller == controller)
    }

    /// The controller with the smallest relative error at a place among those that stabilize the body, the first listed of equals.
    /// `equations` does not compete: it knows what no controller can know.
    pub fn best(&self, plant: &str, delay: usize, condition: TrialCondition) -> Option<&Cell> {
        let here = |c: &&Cell| c.plant == plant && c.delay == delay && c.condition == condition;
        let may_win = self.cells.iter().filter(here).filter(|c| c.holds() && c.controller != "equations");
        let error = |c: &Cell| c.mean(|o| o.relative).unwrap_or(f64::INFINITY);
        may_win.min_by(|a, b| error(a).total_cmp(&error(b)))
    }
}

/// Reason of a refusal or a divergence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The controller refused, with this message.
    Refused(String),
    /// Feedback alone, on which the controller rests, does not stabilize this body under this delay.
    Feedback,
    /// Cause that the theory of the filter names.
    Cause(Cause),
    /// The errors of the filter may fall eventually, but grow for longer than the run.
    Growth,
    /// The gain of the law is above its bound; this fraction of it stabilizes the body.
    Gain(f64),
    /// No tested gain stabilizes the body: the model's estimate of the present state is too wrong.
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
                f.write_str("feedback alone, on which it rests, does not stabilize this body under this delay")
            }
            Failure::Cause(cause) => write!(f, "{cause}"),
            Failure::Growth => f.write_str("errors grow for longer than the run before they fall"),
            Failure::Gain(part) => write!(f, "the gain is above its bound; {part} of it stabilizes the body"),
            Failure::Model => f.write_str(
                "a quarter of the gain does not stabilize it either: the model errs too much about the present",
            ),
        }
    }
}
