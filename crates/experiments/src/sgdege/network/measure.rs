//! Runs of the network, and the record that figures and findings are made of.

use super::Config;
use crate::sgdege::cells::{block_means, correlation};
use crate::sweep::over_seeds;
use lobule_analysis::{mean, mean_of};
use lobule_study::{Error, Run};
use lobule_theory::rules::{Sgdege, SgdegeParameters};
use lobule_theory::{learner::Learner, network::PerturbationNetwork as Network};
use serde::{Deserialize, Serialize};

/// One pattern in a run; trials are presentations of this pattern. Errors, inhibition, rates and targets `[L][T]` in Hz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PatternRecord {
    /// In blocks of trials.
    pub error: Vec<f64>,
    pub inhibition: Vec<f64>,
    /// The first trials one by one.
    pub early_error: Vec<f64>,
    pub early_inhibition: Vec<f64>,
    /// Without perturbation before learning.
    pub error_start: f64,
    pub inhibition_start: f64,
    /// Trial at which I first meets E, if it does.
    pub meeting: Option<usize>,
    pub error_at_meeting: Option<f64>,
    /// Mean of the last trials, and their mean |E - I|.
    pub error_last: f64,
    pub distance_last: f64,
    /// Rates before and after learning.
    pub rates_start: Vec<f64>,
    pub rates_end: Vec<f64>,
    pub targets: Vec<f64>,
    /// Correlation of rates and targets before and after learning.
    pub correlation_start: Option<f64>,
    pub correlation_end: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedRecord {
    pub patterns: Vec<PatternRecord>,
    /// Largest difference of any drive from the same drive recomputed from all weights, Hz.
    pub drift: f64,
}

/// Runs with one parameter changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    pub parameter: String,
    pub factor: f64,
    /// Error of the last trials on each seed, mean over patterns, Hz.
    pub error_last: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Runs with the parameters as given.
    pub seeds: Vec<SeedRecord>,
    /// Empty without sensitivity.
    pub variants: Vec<Variant>,
}

impl Record {
    /// Final error, mean over movements, then seeds, Hz.
    pub fn mean_error(&self) -> f64 {
        let of_seed = |seed: &SeedRecord| mean_of(seed.patterns.iter().map(|p| p.error_last));
        mean_of(self.seeds.iter().map(of_seed))
    }
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
    let share = config.sensitivity_share;
    let parameters = if config.sensitivity { &PARAMETERS[..] } else { &[] };
    let changed = |&(name, field): &(&'static str, Field)| {
        [1.0 - share, 1.0 + share].map(|factor| {
            let mut rule = config.rule.clone();
            *field(&mut rule) *= factor;
            (name, factor, rule)
        })
    };
    let changes: Vec<_> = parameters.iter().flat_map(changed).collect();
    let seeds = config.seeds.len();
    run.progress.expect((seeds * (1 + changes.len())) as u64);
    let main = run.each_counted("main", &config.seeds, |&seed| whole(config, seed))?;
    let rules: Vec<_> = changes.iter().map(|(_, _, rule)| rule).collect();
    let ends = run
        .each_counted("rules", &over_seeds(&rules, &config.seeds), |&(rule, seed)| end(config, rule, seed))?;
    let variants = changes.iter().zip(ends.chunks(seeds)).map(|(&(name, factor, _), ends)| Variant {
        parameter: name.into(),
        factor,
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
