//! One perceptron, from its start or its last snapshot to its last epoch.

use super::Config;
use lobule_study::Error;
use lobule_study::Run;
use lobule_theory::perceptron::{Delta, DeltaState, Epoch, Patterns, Sgdege, SgdegeState, Start, Steps};
use serde::{Deserialize, Serialize};

/// Unit of progress, presentations.
pub(super) const MILLION: u64 = 1_000_000;

/// How a perceptron learns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// By perturbations, with the ratio q.
    Sgdege {
        /// Influence of P on the olive over that on the movement.
        q: f64,
    },
    /// From its signed error.
    Delta,
}

impl Rule {
    /// Part of a file name.
    fn name(self) -> String {
        match self {
            Rule::Sgdege { q } => format!("sgdege_q{q}"),
            Rule::Delta => "delta".into(),
        }
    }
}

/// What one perceptron left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// Rule.
    pub(super) rule: Rule,
    /// Patterns p.
    pub(super) patterns: u32,
    /// Epochs.
    pub(super) epochs: u64,
    /// (last epoch of a stretch, mean error over it), Hz; stretches grow by an eighth.
    pub(super) curve: Vec<(u64, f64)>,
    /// Mean error over the last epochs, Hz.
    pub(super) error_hz: f64,
    /// Mean (P - R, J - q P) of each pattern over the last epochs, Hz, where the configuration asks for it; J is 0
    /// under the delta rule.
    pub(super) states: Vec<(f64, f64)>,
    /// Fraction of weights w that are zero at the end.
    pub(super) zero_weights: f64,
}

/// A perceptron of either kind.
enum Cell {
    Sgdege(Box<Sgdege>),
    Delta(Box<Delta>),
}

/// Where a run is: what a snapshot keeps. A finished one keeps its outcome.
#[derive(Serialize, Deserialize)]
enum Snapshot {
    Sgdege(SgdegeState, Course),
    Delta(DeltaState, Course),
    Finished(Learned),
}

/// Errors so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Course {
    curve: Vec<(u64, f64)>,
    /// Sum and first epoch of the stretch that has not ended.
    stretch: f64,
    begin: u64,
    /// Sum over the epochs at the end.
    tail: f64,
    /// The same of (P - R, J - q P) of each pattern, where asked for. Weights v are common to all patterns, so J wanders
    /// for all of them at once and a single epoch shows where it happens to be.
    tail_states: Vec<(f64, f64)>,
}

impl Course {
    /// Adds the error of `epoch`, from 0, of `epochs`, the last `average` of which are averaged.
    fn add(&mut self, epoch: u64, error_hz: f64, epochs: u64, average: u64) {
        self.stretch += error_hz;
        let done = epoch + 1;
        if done >= self.begin + (self.begin / 8).max(1) || done == epochs {
            self.curve.push((done, self.stretch / (done - self.begin) as f64));
            (self.stretch, self.begin) = (0.0, done);
        }
        if done + average > epochs {
            self.tail += error_hz;
        }
    }
}

impl Course {
    fn add_states(&mut self, states: Vec<(f64, f64)>) {
        if self.tail_states.is_empty() {
            self.tail_states = states;
        } else {
            for (sum, state) in self.tail_states.iter_mut().zip(states) {
                *sum = (sum.0 + state.0, sum.1 + state.1);
            }
        }
    }
}

impl Cell {
    fn new(config: &Config, rule: Rule, patterns: u32, seed: u64) -> Result<Self, Error> {
        let cell = config.cell;
        let drawn = Patterns::draw(&cell, patterns, seed)?;
        Ok(match rule {
            Rule::Sgdege { q } => {
                let steps = Steps { q, ..config.steps };
                Cell::Sgdege(Box::new(Sgdege::new(cell, steps, drawn, Start::Uniform, seed)?))
            }
            Rule::Delta => {
                let alpha = cell.alpha(config.delta.step);
                Cell::Delta(Box::new(Delta::new(cell, alpha, drawn, Start::Uniform, seed)?))
            }
        })
    }

    fn epochs_done(&self) -> u64 {
        match self {
            Cell::Sgdege(cell) => cell.state().epoch,
            Cell::Delta(cell) => cell.state().epoch,
        }
    }

    fn epoch(&mut self) -> Result<Epoch, Error> {
        Ok(match self {
            Cell::Sgdege(cell) => cell.epoch()?,
            Cell::Delta(cell) => cell.epoch()?,
        })
    }

    fn snapshot(&self, course: &Course) -> Snapshot {
        match self {
            Cell::Sgdege(cell) => Snapshot::Sgdege(cell.state().clone(), course.clone()),
            Cell::Delta(cell) => Snapshot::Delta(cell.state().clone(), course.clone()),
        }
    }

    /// (P - R, J - q P) of each pattern, Hz.
    fn states(&self, rule: Rule) -> Vec<(f64, f64)> {
        let off = |patterns: &Patterns, mu: usize, p: f64| p - patterns.targets_hz()[mu];
        match (self, rule) {
            (Cell::Sgdege(cell), Rule::Sgdege { q }) => (0..cell.patterns().len())
                .map(|mu| {
                    let (p, j) = cell.rates_hz(mu);
                    (off(cell.patterns(), mu, p), j - q * p)
                })
                .collect(),
            (Cell::Delta(cell), _) => (0..cell.patterns().len())
                .map(|mu| (off(cell.patterns(), mu, cell.rate_hz(mu)), 0.0))
                .collect(),
            (Cell::Sgdege(_), Rule::Delta) => Vec::new(),
        }
    }

    fn zero_weights(&self) -> f64 {
        let part = |zeros: usize, all: usize| zeros as f64 / all as f64;
        match self {
            Cell::Sgdege(cell) => {
                let weights = &cell.state().weights;
                part(weights.iter().filter(|w| w[0] == 0.0).count(), weights.len())
            }
            Cell::Delta(cell) => {
                let weights = &cell.state().weights;
                part(weights.iter().filter(|w| **w == 0.0).count(), weights.len())
            }
        }
    }
}

pub(super) fn learn(
    config: &Config,
    run: &Run,
    seed: u64,
    rule: Rule,
    patterns: u32,
    epochs: u64,
) -> Result<Learned, Error> {
    let name = format!("{}_p{patterns}_e{epochs}_seed{seed}", rule.name());
    // Progress is told in whole millions, so that all jobs together tell what was announced, or one less each.
    let millions = |epoch: u64| u64::from(patterns) * epoch / MILLION;
    let mut cell = Cell::new(config, rule, patterns, seed)?;
    let mut course = Course::default();
    match (run.folder.snapshot::<Snapshot>(&name)?, &mut cell) {
        (Some(Snapshot::Finished(learned)), _) => {
            run.progress.done(millions(epochs));
            return Ok(learned);
        }
        (Some(Snapshot::Sgdege(state, kept)), Cell::Sgdege(cell)) => {
            cell.restore(state)?;
            course = kept;
        }
        (Some(Snapshot::Delta(state, kept)), Cell::Delta(cell)) => {
            cell.restore(state)?;
            course = kept;
        }
        (Some(_), _) => {
            return Err(Error::File {
                path: format!("snapshots/{name}"),
                what: "it is of another rule; start again without --resume".into(),
            });
        }
        (None, _) => {}
    }
    run.progress.done(millions(cell.epochs_done()));
    let between = (config.measure.snapshot / u64::from(patterns)).max(1);
    while cell.epochs_done() < epochs {
        let epoch = cell.epochs_done();
        let error_hz = cell.epoch()?.error_hz;
        course.add(epoch, error_hz, epochs, config.measure.average);
        if epoch + 1 + config.measure.average > epochs && config.states.patterns.contains(&patterns) {
            course.add_states(cell.states(rule));
        }
        let told = millions(epoch + 1) - millions(epoch);
        if (epoch + 1) % between == 0 && epoch + 1 < epochs {
            run.folder.keep_snapshot(&name, &cell.snapshot(&course))?;
        }
        if told > 0 {
            run.progress.done(told);
        }
    }
    let average = config.measure.average as f64;
    let learned = Learned {
        rule,
        patterns,
        epochs,
        curve: course.curve,
        error_hz: course.tail / average,
        states: course.tail_states.iter().map(|(p, j)| (p / average, j / average)).collect(),
        zero_weights: cell.zero_weights(),
    };
    run.folder.keep_snapshot(&name, &Snapshot::Finished(learned.clone()))?;
    Ok(learned)
}
