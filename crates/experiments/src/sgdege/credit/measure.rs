//! Runs of every rule at every size, and of the bicycle problem.

use super::rule::network;
use super::{Config, RuleName};
use lobule_analysis::mean;
use lobule_study::{Error, Run};
use lobule_theory::bicycle::{Bicycle, BicycleParameters, Solution};
use lobule_theory::learner::Learner;
use lobule_theory::network::{NetworkParameters, PerturbationNetwork as Network};
use serde::{Deserialize, Serialize};

/// Learning of one network under one rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The rule.
    pub rule: RuleName,
    /// Nuclear cells.
    pub columns: usize,
    /// Patterns.
    pub patterns: usize,
    /// Seed.
    pub seed: u64,
    /// Presentations of each pattern in one block.
    pub block: u64,
    /// Error in blocks, mean over patterns, Hz.
    pub error: Vec<f64>,
    /// Error without perturbation before learning, Hz.
    pub error_start: f64,
    /// Error of the end of the run, Hz.
    pub error_last: f64,
    /// Presentations of each pattern at the end of the first block with half the error, if there is one.
    pub half: Option<u64>,
}

/// Rides of one seed under one solution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rides {
    /// Connection of the two regions.
    pub solution: Solution,
    /// Seed.
    pub seed: u64,
    /// Rides in one block.
    pub block: u64,
    /// Error of steering in blocks, Hz.
    pub balance: Vec<f64>,
    /// Error of the hand in blocks, Hz.
    pub limb: Vec<f64>,
    /// Error of steering on the first ride, Hz.
    pub balance_start: f64,
    /// Error of steering at the end, Hz.
    pub balance_last: f64,
    /// Error of the hand at the end, Hz.
    pub limb_last: f64,
}

/// Learning curves of all rules, and all rides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Sizes and patterns, then rules, then seeds.
    pub curves: Vec<Curve>,
    /// Solutions, then seeds.
    pub rides: Vec<Rides>,
}

impl Record {
    /// Curves of one setting, seeds in their order.
    pub fn curves(&self, rule: RuleName, columns: usize, patterns: usize) -> impl Iterator<Item = &Curve> {
        self.curves.iter().filter(move |c| (c.rule, c.columns, c.patterns) == (rule, columns, patterns))
    }

    /// Rides of one solution, seeds in their order.
    pub fn rides(&self, solution: Solution) -> impl Iterator<Item = &Rides> {
        self.rides.iter().filter(move |r| r.solution == solution)
    }

    /// (rule, cells, patterns) that were run, rule by rule.
    pub fn settings(&self) -> Vec<(RuleName, usize, usize)> {
        let mut all: Vec<_> = self.curves.iter().map(|c| (c.rule, c.columns, c.patterns)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Sizes to run: (cells, patterns), each once.
fn sizes(config: &Config) -> Vec<(usize, usize)> {
    let cells = config.columns.iter().map(|&columns| (columns, 1));
    let patterns = config.patterns.iter().map(|&patterns| (config.reference_columns, patterns));
    let mut all: Vec<_> = cells.chain(patterns).collect();
    all.sort_unstable();
    all.dedup();
    all
}

pub(super) fn run(config: &Config, run: &Run) -> Result<Record, Error> {
    let sizes = sizes(config);
    // The largest first, so that no worker waits for a long run that began last.
    let networks: Vec<_> =
        sizes.iter().rev().flat_map(|&(l, p)| config.seeds.iter().map(move |&seed| (l, p, seed))).collect();
    let riders: Vec<_> =
        Solution::ALL.iter().flat_map(|&s| config.seeds.iter().map(move |&seed| (s, seed))).collect();
    run.progress.expect((networks.len() * config.rules.len() + riders.len()) as u64);
    let curves = run.each(&networks, |&(columns, patterns, seed)| {
        let drawn = Network::new(&network(config, columns, patterns), seed)?;
        let of = |&rule: &RuleName| {
            let name = format!("{}_{columns}_{patterns}_{seed}", rule.name());
            let curve = match run.folder.snapshot(&name)? {
                Some(curve) => curve,
                None => curve(config, rule, &drawn, seed)?,
            };
            run.folder.keep_snapshot(&name, &curve)?;
            run.progress.done(1);
            Ok(curve)
        };
        config.rules.iter().map(of).collect::<Result<Vec<_>, Error>>()
    })?;
    let rides = run
        .each(&riders, |&(solution, seed)| ride(config, solution, seed).inspect(|_| run.progress.done(1)))?;
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
    Ok(Curve {
        rule,
        columns,
        patterns,
        seed,
        block,
        error_last: last(config, &error),
        error,
        error_start,
        half,
    })
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
    let rule = |network: &Network| -> Result<_, lobule_theory::Error> {
        let rule = lobule_theory::rules::Sgdege::new(network, &config.sgdege, seed)?;
        Ok(Box::new(rule) as Box<dyn lobule_theory::rules::LearningRule>)
    };
    let mut rider = Bicycle::new(&bicycle(config), solution, seed, rule)?;
    let block = config.bicycle.rides / config.blocks as u64;
    let (mut balance, mut limb) = (Vec::new(), Vec::new());
    let mut balance_start = None;
    for _ in 0..config.blocks {
        let mut sums = (0.0, 0.0);
        for _ in 0..block {
            let ride = rider.step()?;
            balance_start.get_or_insert(ride.balance_error);
            sums = (sums.0 + ride.balance_error, sums.1 + ride.limb_error);
        }
        balance.push(sums.0 / block as f64);
        limb.push(sums.1 / block as f64);
    }
    Ok(Rides {
        solution,
        seed,
        block,
        balance_start: balance_start.unwrap_or(0.0),
        balance_last: last(config, &balance),
        limb_last: last(config, &limb),
        balance,
        limb,
    })
}
