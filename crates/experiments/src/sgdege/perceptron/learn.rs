//! One perceptron, from its start or its last snapshot to its last epoch.

use super::Config;
use lobule_study::{Error, Item};
use lobule_theory::perceptron::{
    DeltaPerceptron as Delta, DeltaPerceptronState as DeltaState, Epoch, Patterns,
    SgdegePerceptron as Sgdege, SgdegePerceptronState as SgdegeState, Start, Steps,
};
use serde::{Deserialize, Serialize};

/// Unit of progress, presentations.
pub(super) const MILLION: u64 = 1_000_000;

/// How a perceptron learns: by perturbations, with the ratio q of the influence of P on the olive to that on the movement; or from its
/// signed error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Sgdege { q: f64 },
    Delta,
}

/// Rule, patterns, epochs of a perceptron.
pub(super) type Job = (Rule, u32, u64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    pub(super) rule: Rule,
    pub(super) patterns: u32,
    pub(super) epochs: u64,
    /// (last epoch of a stretch, mean error over it), Hz; stretches grow by an eighth.
    pub(super) curve: Vec<(u64, f64)>,
    /// Mean over the last epochs.
    pub(super) error_hz: f64,
    /// Mean (P - R, J - q P) of each pattern over the last epochs, Hz, where the configuration asks for it; J is 0
    /// under the delta rule.
    pub(super) states: Vec<(f64, f64)>,
    /// Fraction of weights w that are zero at the end.
    pub(super) zero_weights: f64,
}

enum Cell {
    Sgdege(Box<Sgdege>),
    Delta(Box<Delta>),
}

/// State of a perceptron to go on from.
#[derive(Serialize, Deserialize)]
enum Snapshot {
    Sgdege(SgdegeState, Errors),
    Delta(DeltaState, Errors),
}

/// Errors until the present epoch.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Errors {
    curve: Vec<(u64, f64)>,
    /// Sum and first epoch of the stretch that has not ended.
    stretch: f64,
    begin: u64,
    /// Sum over the epochs at the end.
    tail: f64,
    /// The same of (P - R, J - q P) of each pattern, where the configuration asks for it. Weights v are common to all patterns, so
    /// J fluctuates for all of them together and a single epoch is not representative.
    tail_states: Vec<(f64, f64)>,
}

impl Errors {
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

    fn add_states(&mut self, states: Vec<(f64, f64)>) {
        self.tail_states.resize(states.len(), (0.0, 0.0));
        for (sum, state) in self.tail_states.iter_mut().zip(states) {
            *sum = (sum.0 + state.0, sum.1 + state.1);
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

    fn snapshot(&self, errors: &Errors) -> Snapshot {
        match self {
            Cell::Sgdege(cell) => Snapshot::Sgdege(cell.state().clone(), errors.clone()),
            Cell::Delta(cell) => Snapshot::Delta(cell.state().clone(), errors.clone()),
        }
    }

    /// (P - R, J - q P) of each pattern, Hz; J is 0 under the delta rule.
    fn states(&self, rule: Rule) -> Vec<(f64, f64)> {
        let q = if let Rule::Sgdege { q } = rule { q } else { 0.0 };
        let targets = match self {
            Cell::Sgdege(cell) => cell.patterns().targets_hz(),
            Cell::Delta(cell) => cell.patterns().targets_hz(),
        };
        let state = |(mu, target): (usize, &f64)| {
            let (p, j) = match self {
                Cell::Sgdege(cell) => cell.rates_hz(mu),
                Cell::Delta(cell) => (cell.rate_hz(mu), 0.0),
            };
            (p - target, j - q * p)
        };
        targets.iter().enumerate().map(state).collect()
    }

    fn zero_weights(&self) -> f64 {
        let are_zero: Vec<bool> = match self {
            Cell::Sgdege(cell) => cell.state().weights.iter().map(|w| w[0] == 0.0).collect(),
            Cell::Delta(cell) => cell.state().weights.iter().map(|w| *w == 0.0).collect(),
        };
        are_zero.iter().filter(|is_zero| **is_zero).count() as f64 / are_zero.len() as f64
    }
}

pub(super) fn learn(config: &Config, job: Job, seed: u64, at: &Item) -> Result<Learned, Error> {
    let (rule, patterns, epochs) = job;
    // Progress counts whole millions, so that all jobs together report what was announced, or one less each.
    let millions = |epoch: u64| u64::from(patterns) * epoch / MILLION;
    let mut cell = Cell::new(config, rule, patterns, seed)?;
    let mut errors = Errors::default();
    match (at.state::<Snapshot>()?, &mut cell) {
        (Some(Snapshot::Sgdege(state, kept)), Cell::Sgdege(cell)) => {
            cell.restore(state)?;
            errors = kept;
        }
        (Some(Snapshot::Delta(state, kept)), Cell::Delta(cell)) => {
            cell.restore(state)?;
            errors = kept;
        }
        // The item is of this rule, and so is its state.
        _ => {}
    }
    let between = (config.measure.snapshot / u64::from(patterns)).max(1);
    while cell.epochs_done() < epochs {
        let epoch = cell.epochs_done();
        let error_hz = cell.epoch()?.error_hz;
        errors.add(epoch, error_hz, epochs, config.measure.average);
        if epoch + 1 + config.measure.average > epochs && config.states.patterns.contains(&patterns) {
            errors.add_states(cell.states(rule));
        }
        let done = millions(epoch + 1) - millions(epoch);
        at.count(done);
        if (epoch + 1) % between == 0 && epoch + 1 < epochs {
            at.keep_state(&cell.snapshot(&errors))?;
        }
        if done > 0 {
            at.may_go_on()?;
        }
    }
    let average = config.measure.average as f64;
    let states = errors.tail_states.iter().map(|(p, j)| (p / average, j / average)).collect();
    let (error_hz, zero_weights) = (errors.tail / average, cell.zero_weights());
    Ok(Learned { rule, patterns, epochs, curve: errors.curve, error_hz, states, zero_weights })
}
