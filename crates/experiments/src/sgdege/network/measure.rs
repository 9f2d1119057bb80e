//! Runs of the network, and the record that figures and findings are made of.

use super::Config;
use crate::sgdege::cells::{block_means, correlation};
use lobule_analysis::{mean, mean_of};
use lobule_study::{Error, Run};
use lobule_theory::learner::Learner;
use lobule_theory::network::PerturbationNetwork as Network;
use lobule_theory::rules::{Sgdege, SgdegeParameters};
use serde::{Deserialize, Serialize};

/// One pattern in a run. Trials are presentations of this pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PatternRecord {
    /// Error in blocks of trials, Hz.
    pub error: Vec<f64>,
    /// Inhibition in the same blocks, Hz.
    pub inhibition: Vec<f64>,
    /// Error of the first trials one by one, Hz.
    pub early_error: Vec<f64>,
    /// Inhibition of the same trials, Hz.
    pub early_inhibition: Vec<f64>,
    /// Error without perturbation before learning, Hz.
    pub error_start: f64,
    /// Inhibition without perturbation before learning, Hz.
    pub inhibition_start: f64,
    /// Trial at which I first meets E, if it does.
    pub meeting: Option<usize>,
    /// Error of that trial, Hz.
    pub error_at_meeting: Option<f64>,
    /// Mean error of the last trials, Hz.
    pub error_last: f64,
    /// Mean |E - I| of the last trials, Hz.
    pub distance_last: f64,
    /// Rates before learning, `[L][T]`, Hz.
    pub rates_start: Vec<f64>,
    /// Rates after learning, `[L][T]`, Hz.
    pub rates_end: Vec<f64>,
    /// Targets, `[L][T]`, Hz.
    pub targets: Vec<f64>,
    /// Correlation of rates and targets before learning.
    pub correlation_start: Option<f64>,
    /// Correlation of rates and targets after learning.
    pub correlation_end: Option<f64>,
}

/// A run with the parameters as given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedRecord {
    /// In the order of the patterns.
    pub patterns: Vec<PatternRecord>,
    /// Largest difference of any drive from the same drive recomputed from all weights, Hz.
    pub drift: f64,
}

/// Runs with one parameter changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Name of the parameter.
    pub parameter: String,
    /// Factor on it.
    pub factor: f64,
    /// Error of the last trials on each seed, mean over patterns, Hz.
    pub error_last: Vec<f64>,
}

/// All runs, seeds in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Runs with the parameters as given.
    pub seeds: Vec<SeedRecord>,
    /// Runs with one parameter changed; empty without sensitivity.
    pub variants: Vec<Variant>,
}

/// Access to one parameter of the rule.
type Field = fn(&mut SgdegeParameters) -> &mut f64;

/// The parameters whose sensitivity is measured.
const PARAMETERS: [(&str, Field); 4] = [
    ("rho", |r| &mut r.rho),
    ("amplitude", |r| &mut r.amplitude),
    ("alpha_w", |r| &mut r.alpha_w),
    ("alpha_v", |r| &mut r.alpha_v),
];

pub(super) fn run(config: &Config, run: &Run) -> Result<Record, Error> {
    let mut changes = Vec::new();
    if config.sensitivity {
        for (name, field) in PARAMETERS {
            for factor in [1.0 - config.sensitivity_share, 1.0 + config.sensitivity_share] {
                let mut rule = config.rule.clone();
                *field(&mut rule) *= factor;
                changes.push((name, factor, rule));
            }
        }
    }
    let seeds = config.seeds.len();
    run.progress.expect((seeds * (1 + changes.len())) as u64);
    let main = run.each(&config.seeds, |&seed| whole(config, seed).inspect(|_| run.progress.done(1)))?;
    let jobs: Vec<_> =
        changes.iter().flat_map(|(_, _, rule)| config.seeds.iter().map(move |&s| (rule, s))).collect();
    let ends = run.each(&jobs, |&(rule, seed)| end(config, rule, seed).inspect(|_| run.progress.done(1)))?;
    let variants = changes.iter().zip(ends.chunks(seeds)).map(|((name, factor, _), ends)| Variant {
        parameter: (*name).into(),
        factor: *factor,
        error_last: ends.to_vec(),
    });
    Ok(Record { seeds: main, variants: variants.collect() })
}

fn learner(config: &Config, rule: &SgdegeParameters, seed: u64) -> Result<Learner, Error> {
    let network = Network::new(&config.network, seed)?;
    let rule = Sgdege::new(&network, rule, seed)?;
    Ok(Learner::new(network, Box::new(rule)))
}

/// Error of the last trials, mean over patterns, Hz.
fn end(config: &Config, rule: &SgdegeParameters, seed: u64) -> Result<f64, Error> {
    let mut learner = learner(config, rule, seed)?;
    let patterns = config.network.patterns;
    let (all, last) = (config.trials_per_pattern * patterns, config.last * patterns);
    let mut sum = 0.0;
    for trial in 0..all {
        let error = learner.step()?.error;
        if trial >= all - last {
            sum += error;
        }
    }
    Ok(sum / last as f64)
}

fn whole(config: &Config, seed: u64) -> Result<SeedRecord, Error> {
    let mut learner = learner(config, &config.rule, seed)?;
    let patterns = config.network.patterns;
    let start = (0..patterns).map(|mu| learner.at_rest(mu)).collect::<Result<Vec<_>, _>>()?;
    let mut traces = vec![(Vec::new(), Vec::new()); patterns];
    for _ in 0..config.trials_per_pattern * patterns {
        let trial = learner.step()?;
        traces[trial.pattern].0.push(trial.error);
        traces[trial.pattern].1.push(trial.inhibition);
    }
    let records = start.into_iter().zip(traces).enumerate().map(|(mu, (start, (error, inhibition)))| {
        let end = learner.at_rest(mu)?;
        let from = error.len() - config.last;
        let distances = error[from..].iter().zip(&inhibition[from..]).map(|(e, i)| (e - i).abs());
        let is_above = |k: usize| error[k] > inhibition[k];
        let meeting = (1..error.len()).find(|&k| is_above(k) != is_above(0));
        Ok(PatternRecord {
            error_start: start.error(),
            inhibition_start: start.inhibition,
            meeting,
            error_at_meeting: meeting.map(|k| error[k]),
            error_last: mean(&error[from..]),
            distance_last: mean_of(distances),
            correlation_start: correlation(&start.projection, &start.target),
            correlation_end: correlation(&end.projection, &end.target),
            rates_start: start.projection,
            rates_end: end.projection,
            targets: end.target,
            early_error: error[..config.early].to_vec(),
            early_inhibition: inhibition[..config.early].to_vec(),
            error: block_means(&error, config.block),
            inhibition: block_means(&inhibition, config.block),
        })
    });
    let patterns = records.collect::<Result<Vec<_>, Error>>()?;
    let drift = learner.network().drives().largest_difference(&learner.network().drives_from_weights());
    Ok(SeedRecord { patterns, drift })
}
