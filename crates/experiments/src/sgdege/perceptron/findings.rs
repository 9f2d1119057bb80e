//! Findings: speed, floors, capacity, and learning beyond it.

use super::{Config, Learned, Record, Rule, Seed, Single};
use crate::sgdege::around;
use lobule_analysis::{mean, quantile};
use lobule_study::prelude::*;
use lobule_theory::perceptron::{Steps, capacity};

grounds! {
    FLOOR = law "A (1 + q) / 2, Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1; tolerance set with a numerical check before the \
        first run";
    SPEED = law "rho dP, Bouvier et al. 2018, doi:10.7554/eLife.31599, (35); tolerance set with a numerical check before the first run";
    HALF_SPEED = measured "numerical check of the equations in numpy: −0.0196 Hz per epoch (Bouvier et al. 2018, doi:10.7554/eLife.31599, \
        Figure 10A: about half the speed)";
    DELTA = measured "numerical check of the delta rule in numpy, one set of patterns each: 0.000 Hz up to 350 patterns, 4.27 Hz with 450; \
        bounds set with it (Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 10C)";
    CAPACITY = law "maximum of a closed formula after Clopath and Brunel 2013, doi:10.1371/journal.pcbi.1002919 (derivation in \
        lobule-theory), evaluated by another program: 391.26";
    OVERLOAD = measured "numerical check of the equations in numpy, one set of 450 patterns: 5.95 Hz; bound set with it (Bouvier et al. \
        2018, doi:10.7554/eLife.31599, Figure 10D)";
    MEDIANS = chosen_after "crossing of C+ and D−, (−1, 1) A (1 + q) / 2, ± 0.15 Hz; after seed 0 read 1.655 Hz in a single epoch, states \
        were averaged over the last epochs (the range was kept)";
    FAR = chosen_after "numerical check of the equations in numpy, one set of patterns each: 7.4 % of 420 patterns, 0.3 % of 300; measured \
        in a single epoch until first results, then averaged over the last epochs (the range was kept)";
}
const COMPARISON: Source = Source::reported("reported for comparison");

/// Distance from which a pattern counts as not learned, Hz.
const FAR_HZ: f64 = 5.0;
/// Epochs after which errors below capacity have settled, and epochs of the paper's Figure 10D.
const SETTLED: u64 = 20_000;
const OF_PAPER: u64 = 100_000;
const NONE: [Option<f64>; 2] = [None; 2];

/// Error of every seed that has such a perceptron, Hz.
fn errors(record: &Record, rule: Rule, patterns: u32, epochs: u64) -> Vec<f64> {
    record.seeds.iter().filter_map(|s| s.learned(rule, patterns, epochs)).map(|l| l.error_hz).collect()
}

pub(super) fn mean_error(record: &Record, rule: Rule, patterns: u32, epochs: u64) -> f64 {
    mean(&errors(record, rule, patterns, epochs))
}

fn hz(name: impl Into<String>, meaning: impl Into<String>, values: Vec<f64>) -> Finding {
    Finding::new(name, meaning, values).unit("Hz")
}

/// All findings; those without a value on any seed are left out.
pub(super) fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    one_pattern(config, record, &mut found);
    by_patterns(config, record, &mut found);
    at_capacity(config, record, &mut found);
    final_states(config, record, &mut found);
    found.retain(|f| !f.by_seed.is_empty());
    found
}

fn floor(config: &Config, q: f64) -> f64 {
    Steps { q, ..config.steps }.floor_hz().unwrap_or(f64::NAN)
}

/// Panel A.
fn one_pattern(config: &Config, record: &Record, found: &mut Vec<Finding>) {
    let of = |value: fn(&Single) -> f64| record.seeds.iter().map(|s| value(&s.single)).collect::<Vec<f64>>();
    let runs = |count: fn(&Single) -> u32| record.seeds.iter().map(|s| count(&s.single)).min().unwrap_or(0);
    let speed = config.steps.rho * config.steps.step_p_hz;
    let (rising, falling) = (runs(|s| s.up_runs), runs(|s| s.down_runs));
    let up = format!("One pattern, rising rates: mean dP per epoch, from at least {rising} runs per seed.");
    let down = format!(
        "One pattern, falling rates: mean dP per epoch, from at least {falling} runs per seed. The speed is halved, because half of the \
         weights are zero."
    );
    let end = "One pattern: median over runs of P − R at the end.";
    found.push(hz("10a/speed_up", up, of(|s| s.up_hz)).each(around(speed, 0.1 * speed), &SPEED));
    let half = around(-speed / 2.0, 0.15 * speed / 2.0);
    found.push(hz("10a/speed_down", down, of(|s| s.down_hz)).each(half, &HALF_SPEED));
    let range = around(-floor(config, config.steps.q), 0.15);
    found.push(hz("10a/end", end, of(|s| s.end_hz)).each(range, &FLOOR));
}

/// Panels B and C.
fn by_patterns(config: &Config, record: &Record, found: &mut Vec<Finding>) {
    let (q, epochs) = (config.steps.q, config.sweep.epochs);
    let has_settled = epochs >= SETTLED;
    for &p in &config.sweep.patterns {
        let range = if p <= 300 && has_settled { around(floor(config, q), 0.1) } else { NONE };
        let meaning = "Perturbation learning: mean |P − R| over the last epochs.";
        let values = errors(record, Rule::Sgdege { q }, p, epochs);
        found.push(hz(format!("10b/sgdege_p{p}"), meaning, values).each(range, &FLOOR));
    }
    for &p in &config.sweep.patterns {
        let range = match p {
            p if p <= 350 && has_settled => [None, Some(0.01)],
            450 => [Some(2.0), None],
            _ => NONE,
        };
        let meaning = "Delta rule: mean |P − R| over the last epochs.";
        let values = errors(record, Rule::Delta, p, epochs);
        found.push(hz(format!("10c/delta_p{p}"), meaning, values).each(range, &DELTA));
    }
}

/// Panel D.
fn at_capacity(config: &Config, record: &Record, found: &mut Vec<Finding>) {
    let limit = config.capacity();
    let meaning = "Number of patterns that the cell can hold, from the formula.";
    let held = Finding::new("10d/capacity", meaning, vec![limit; config.seeds.len()]).unit("patterns");
    found.push(held.each(around(391.3, 0.1), &CAPACITY));
    for &q in &config.scan.q {
        let meaning = "200 patterns: mean |P − R| over the last epochs.";
        let values = errors(record, Rule::Sgdege { q }, 200, config.scan.epochs);
        let range = around(floor(config, q), 0.08);
        found.push(hz(format!("10d/floor_q{q}"), meaning, values).each(range, &FLOOR));
    }
    for &q in &config.long.q {
        for &p in &config.long.patterns {
            let is_of_paper = q == 0.5 && config.long.epochs >= OF_PAPER;
            let (range, source) = match p {
                350 if is_of_paper => (around(floor(config, q), 0.15), FLOOR),
                450 if is_of_paper => ([Some(3.0), None], OVERLOAD),
                _ => (NONE, COMPARISON),
            };
            let meaning = "As many epochs as in the paper: mean |P − R| over the last epochs.";
            let values = errors(record, Rule::Sgdege { q }, p, config.long.epochs);
            found.push(hz(format!("10d/long_q{q}_p{p}"), meaning, values).each(range, &source));
        }
    }
    if let Some(&p) = config.sweep.patterns.iter().filter(|p| f64::from(**p) <= limit).max() {
        let zeros = |s: &Seed| s.learned(Rule::Delta, p, config.sweep.epochs).map(|l| l.zero_weights);
        let values = record.seeds.iter().filter_map(zeros).collect();
        let predicted = capacity(config.cell.gamma).map_or(f64::NAN, |c| c.zero_weights);
        let meaning = format!(
            "Fraction of weights at zero under the delta rule with {p} patterns; {predicted:.3} is predicted at capacity."
        );
        found.push(Finding::new("10d/zero_weights", meaning, values).beside(&COMPARISON));
    }
}

/// Panels E and F.
fn final_states(config: &Config, record: &Record, found: &mut Vec<Finding>) {
    let (q, epochs) = (config.steps.q, config.sweep.epochs);
    let has_settled = epochs >= SETTLED;
    for &p in &config.states.patterns {
        let learned: Vec<&Learned> =
            record.seeds.iter().filter_map(|s| s.learned(Rule::Sgdege { q }, p, epochs)).collect();
        let median = |pick: fn(&(f64, f64)) -> f64| -> Vec<f64> {
            let of_seed = |l: &&Learned| quantile(&l.states.iter().map(pick).collect::<Vec<f64>>(), 0.5);
            learned.iter().map(of_seed).collect()
        };
        if f64::from(p) < 0.8 * config.capacity() {
            // The crossing of C+ and D- lies at J - q P = A (1 + q) / 2, too.
            let at = |value: f64| if has_settled { around(value, 0.15) } else { NONE };
            let (low, high) = (at(-floor(config, q)), at(floor(config, q)));
            let meaning = "Median over patterns of P − R, each averaged over the last epochs.";
            found.push(hz(format!("10e/median_p_p{p}"), meaning, median(|s| s.0)).each(low, &MEDIANS));
            let meaning = "Median over patterns of J − q P, each averaged over the last epochs.";
            found.push(hz(format!("10e/median_j_p{p}"), meaning, median(|s| s.1)).each(high, &MEDIANS));
        }
        let range = match p {
            420 if has_settled => [Some(0.02), Some(0.15)],
            300 if has_settled => [None, Some(0.02)],
            _ => NONE,
        };
        let meaning = "Fraction of patterns that were more than 5 Hz from their target over the last epochs.";
        let are_far = |l: &&Learned| l.states.iter().filter(|(p, _)| p.abs() > FAR_HZ).count() as f64;
        let values = learned.iter().map(|l| are_far(l) / l.states.len().max(1) as f64).collect();
        found.push(Finding::new(format!("10f/far_p{p}"), meaning, values).each(range, &FAR));
    }
}
