//! The rules that are compared, the scaling of their steps with the size of the network, and runs of every rule at every size and of the
//! bicycle problem.

use super::Config;
use crate::sweep::over_seeds;
use lobule_analysis::mean;
use lobule_study::{Error, Run};
use lobule_theory::bicycle::{Bicycle, BicycleParameters, Solution};
use lobule_theory::learner::Learner;
use lobule_theory::network::{NetworkParameters, PerturbationNetwork as Network};
use lobule_theory::rules::{
    ErrorKind, LearningRule, MarrAlbusIto, NodePerturbation, Reinforce, Sgdege, SignedErrorOracle,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

type Rule = Box<dyn LearningRule>;

/// A rule with its scaling; `sgdege` has the paper's alpha_v at every size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleName {
    Sgdege,
    SgdegeSlowInhibition,
    MarrAlbusIto,
    NodePerturbation,
    Reinforce,
    SignedErrorOracle,
}

written_as_recorded!(RuleName);

impl RuleName {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Sgdege => "SGDEGE",
            Self::SgdegeSlowInhibition => "SGDEGE, slow inhibition",
            Self::MarrAlbusIto => "Marr-Albus-Ito, signed",
            Self::NodePerturbation => "node perturbation",
            Self::Reinforce => "REINFORCE",
            Self::SignedErrorOracle => "oracle, error of each cell",
        }
    }

    /// Presentations of each pattern.
    pub(super) fn trials(self, config: &Config, columns: usize) -> u64 {
        let t = &config.trials;
        let (trials, growth) = match self {
            Self::Sgdege | Self::SgdegeSlowInhibition => (t.sgdege, t.sgdege_growth),
            Self::NodePerturbation | Self::Reinforce => (t.perturbation, t.perturbation_growth),
            Self::MarrAlbusIto => (t.marr_albus_ito, 0.0),
            Self::SignedErrorOracle => (t.signed_error_oracle, 0.0),
        };
        let size = (columns as f64 / config.reference_columns as f64).max(1.0);
        (trials as f64 * libm::pow(size, growth)).round() as u64
    }

    fn make(self, config: &Config, network: &Network, seed: u64) -> Result<Rule, lobule_theory::Error> {
        let size = network.parameters().columns as f64 / config.reference_columns as f64;
        let above = size.max(1.0);
        Ok(match self {
            Self::Sgdege | Self::SgdegeSlowInhibition => {
                let mut scaled = config.sgdege.clone();
                scaled.alpha_w /= size;
                scaled.alpha_v /= if self == Self::Sgdege { 1.0 } else { above };
                Box::new(Sgdege::new(network, &scaled, seed)?)
            }
            Self::MarrAlbusIto => {
                let mut scaled = config.marr_albus_ito.clone();
                scaled.alpha_w /= size;
                scaled.beta_w /= size;
                Box::new(MarrAlbusIto::new(ErrorKind::Signed, &scaled)?)
            }
            Self::NodePerturbation => {
                let mut scaled = config.node_perturbation.clone();
                scaled.alpha /= size * above;
                Box::new(NodePerturbation::new(network, &scaled, seed)?)
            }
            Self::Reinforce => {
                let mut scaled = config.reinforce.clone();
                scaled.alpha /= size * above;
                Box::new(Reinforce::new(network, &scaled, seed)?)
            }
            Self::SignedErrorOracle => {
                Box::new(SignedErrorOracle::new(network, &config.signed_error_oracle)?)
            }
        })
    }
}

/// The network of that size: each nuclear cell keeps its number of fibers.
pub(super) fn network(config: &Config, columns: usize, patterns: usize) -> NetworkParameters {
    let fibers = config.network.fibers_per_row as f64 * columns as f64 / config.reference_columns as f64;
    NetworkParameters { columns, patterns, fibers_per_row: fibers.round() as usize, ..config.network.clone() }
}

/// Learning of one network under one rule; errors are means over patterns, Hz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pub rule: RuleName,
    pub columns: usize,
    pub patterns: usize,
    pub seed: u64,
    /// Presentations of each pattern in one block.
    pub block: u64,
    /// By block.
    pub error: Vec<f64>,
    /// Without perturbation before learning.
    pub error_start: f64,
    pub error_last: f64,
    /// Presentations of each pattern at the end of the first block with half the error, if there is one.
    pub half: Option<u64>,
}

/// Rides of one seed under one solution; errors of steering (`balance`) and of the hand, Hz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rides {
    pub solution: Solution,
    pub seed: u64,
    /// Rides in one block.
    pub block: u64,
    pub balance: Vec<f64>,
    pub limb: Vec<f64>,
    /// On the first ride.
    pub balance_start: f64,
    pub balance_last: f64,
    pub limb_last: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Sizes and patterns, then rules, then seeds.
    pub curves: Vec<Curve>,
    /// Solutions, then seeds.
    pub rides: Vec<Rides>,
}

impl Record {
    pub fn curves(&self, rule: RuleName, columns: usize, patterns: usize) -> impl Iterator<Item = &Curve> {
        self.curves.iter().filter(move |c| (c.rule, c.columns, c.patterns) == (rule, columns, patterns))
    }

    pub fn rides(&self, solution: Solution) -> impl Iterator<Item = &Rides> {
        self.rides.iter().filter(move |r| r.solution == solution)
    }

    /// (rule, cells, patterns) that were run, rule by rule.
    pub fn settings(&self) -> Vec<(RuleName, usize, usize)> {
        let all = self.curves.iter().map(|c| (c.rule, c.columns, c.patterns));
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

pub(super) fn run(config: &Config, run: &Run) -> Result<Record, Error> {
    let cells = config.columns.iter().map(|&columns| (columns, 1));
    let patterns = config.patterns.iter().map(|&patterns| (config.reference_columns, patterns));
    // (cells, patterns), each once; the largest first, so that no worker waits for a long run that began last.
    let sizes: Vec<_> = cells.chain(patterns).collect::<BTreeSet<_>>().into_iter().rev().collect();
    let networks = over_seeds(&sizes, &config.seeds);
    let riders = over_seeds(&Solution::ALL, &config.seeds);
    run.progress.expect((networks.len() * config.rules.len() + riders.len()) as u64);
    let curves = run.each("curves", &networks, |&((columns, patterns), seed), at| {
        let drawn = Network::new(&network(config, columns, patterns), seed)?;
        let of = |&rule: &RuleName| {
            let curve = at.once(&rule.to_string(), || curve(config, rule, &drawn, seed))?;
            at.done(1)?;
            Ok(curve)
        };
        config.rules.iter().map(of).collect::<Result<Vec<_>, Error>>()
    })?;
    let rides = run.each_counted("rides", &riders, |&(solution, seed)| ride(config, solution, seed))?;
    Ok(Record { curves: curves.into_iter().flatten().collect(), rides })
}

fn curve(config: &Config, rule: RuleName, drawn: &Network, seed: u64) -> Result<Curve, Error> {
    let p = drawn.parameters();
    let (columns, patterns) = (p.columns, p.patterns);
    let mut learner = Learner::new(drawn.clone(), rule.make(config, drawn, seed)?);
    let start = (0..patterns).map(|mu| learner.error_at_rest(mu)).collect::<Result<Vec<_>, _>>()?;
    let block = rule.trials(config, columns) / config.blocks as u64;
    let mut error = Vec::with_capacity(config.blocks);
    for _ in 0..config.blocks {
        let n = block * patterns as u64;
        let mut sum = 0.0;
        for _ in 0..n {
            sum += learner.step()?.error;
        }
        error.push(sum / n as f64);
    }
    let error_start = mean(&start);
    let half = error.iter().position(|&e| e <= error_start / 2.0).map(|k| (k as u64 + 1) * block);
    let error_last = last(config, &error);
    Ok(Curve { rule, columns, patterns, seed, block, error, error_start, error_last, half })
}

/// Mean over the end of a run.
fn last(config: &Config, blocks: &[f64]) -> f64 {
    let n = ((blocks.len() as f64 * config.last_share).round() as usize).clamp(1, blocks.len());
    mean(&blocks[blocks.len() - n..])
}

pub(super) fn bicycle(config: &Config) -> BicycleParameters {
    let arm = NetworkParameters { columns: config.bicycle.columns, patterns: 1, ..config.network.clone() };
    BicycleParameters { arm, gain: config.bicycle.gain }
}

fn ride(config: &Config, solution: Solution, seed: u64) -> Result<Rides, Error> {
    let rule = |network: &Network| -> Result<Box<dyn LearningRule>, _> {
        Ok(Box::new(Sgdege::new(network, &config.sgdege, seed)?))
    };
    let mut rider = Bicycle::new(&bicycle(config), solution, seed, rule)?;
    let block = config.bicycle.rides / config.blocks as u64;
    let (mut balance, mut limb, mut first) = (Vec::new(), Vec::new(), None);
    for _ in 0..config.blocks {
        let mut sums = (0.0, 0.0);
        for _ in 0..block {
            let ride = rider.step()?;
            first.get_or_insert(ride.balance_error);
            sums = (sums.0 + ride.balance_error, sums.1 + ride.limb_error);
        }
        balance.push(sums.0 / block as f64);
        limb.push(sums.1 / block as f64);
    }
    let (balance_last, limb_last) = (last(config, &balance), last(config, &limb));
    let balance_start = first.unwrap_or(0.0);
    Ok(Rides { solution, seed, block, balance, limb, balance_start, balance_last, limb_last })
}
