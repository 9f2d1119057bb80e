//! Findings: speed, floors, capacity, and what happens beyond it.

use super::{Config, Learned, Record, Rule, Single};
use crate::sgdege::around;
use lobule_analysis::{mean, quantile};
use lobule_study::report::{Finding, Judge};
use lobule_theory::perceptron::{Steps, capacity};

const FLOOR: &str = "A (1 + q) / 2, Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1";
const FIGURE: &str = "Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 10";
/// Distance from which a pattern counts as not learned, Hz.
const FAR_HZ: f64 = 5.0;

/// Error of every seed that has such a perceptron, Hz.
pub(super) fn errors(record: &Record, rule: Rule, patterns: u32, epochs: u64) -> Vec<f64> {
    record.seeds.iter().filter_map(|s| s.learned(rule, patterns, epochs)).map(|l| l.error_hz).collect()
}

pub(super) fn mean_error(record: &Record, rule: Rule, patterns: u32, epochs: u64) -> f64 {
    mean(&errors(record, rule, patterns, epochs))
}

/// Fraction of patterns that are far from their target.
fn far(learned: &Learned) -> f64 {
    learned.states.iter().filter(|(p, _)| p.abs() > FAR_HZ).count() as f64
        / learned.states.len().max(1) as f64
}

pub(super) fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = single(config, record);
    let q = config.steps.q;
    let own = Rule::Sgdege { q };
    let epochs = config.sweep.epochs;
    let limit = capacity(config.cell.gamma).map(|c| (f64::from(config.cell.fibers) * c.load, c.zero_weights));
    let (limit, zeros) = limit.unwrap_or((f64::NAN, f64::NAN));
    let floor = |q: f64| Steps { q, ..config.steps }.floor_hz().unwrap_or(f64::NAN);
    let mut add = |name: String, meaning: &str, values: Vec<f64>, unit: &str, range, judge, source: &str| {
        if !values.is_empty() {
            found.push(Finding::seven(name, meaning, values, unit, range, judge, source));
        }
    };

    // B, C: errors by number of patterns. Judged where the acceptance says so, else reported.
    for &p in &config.sweep.patterns {
        let range = if p <= 300 && epochs >= 20_000 { around(floor(q), 0.1) } else { [None, None] };
        let values = errors(record, own, p, epochs);
        add(
            format!("10b/sgdege_p{p}"),
            "Perturbation learning: mean |P - R| over the last epochs.",
            values,
            "Hz",
            range,
            Judge::Each,
            FLOOR,
        );
    }
    for &p in &config.sweep.patterns {
        let range = match p {
            p if p <= 350 && epochs >= 20_000 => [None, Some(0.01)],
            450 => [Some(2.0), None],
            _ => [None, None],
        };
        let values = errors(record, Rule::Delta, p, epochs);
        add(
            format!("10c/delta_p{p}"),
            "Delta rule: mean |P - R| over the last epochs.",
            values,
            "Hz",
            range,
            Judge::Each,
            FIGURE,
        );
    }

    // D: capacity, floors by q, the long runs.
    add(
        "10d/capacity".into(),
        "Patterns that the cell can hold, from the formula.",
        vec![limit; config.seeds.len()],
        "patterns",
        around(391.3, 0.1),
        Judge::Each,
        "Clopath and Brunel 2013, doi:10.1371/journal.pcbi.1002919, through Bouvier et al. 2018",
    );
    for &q in &config.scan.q {
        let values = errors(record, Rule::Sgdege { q }, 200, config.scan.epochs);
        add(
            format!("10d/floor_q{q}"),
            "200 patterns: mean |P - R| over the last epochs.",
            values,
            "Hz",
            around(floor(q), 0.08),
            Judge::Each,
            FLOOR,
        );
    }
    for &q in &config.long.q {
        for &p in &config.long.patterns {
            let at_length = q == 0.5 && config.long.epochs >= 100_000;
            let range = match p {
                350 if at_length => around(floor(q), 0.15),
                450 if at_length => [Some(3.0), None],
                _ => [None, None],
            };
            let values = errors(record, Rule::Sgdege { q }, p, config.long.epochs);
            add(
                format!("10d/long_q{q}_p{p}"),
                "At the length of the paper: mean |P - R| over the last epochs.",
                values,
                "Hz",
                range,
                Judge::Each,
                FIGURE,
            );
        }
    }
    if let Some(&p) = config.sweep.patterns.iter().filter(|p| f64::from(**p) <= limit).max() {
        let learned = |l: &super::Seed| l.learned(Rule::Delta, p, epochs).map(|l| l.zero_weights);
        let values = record.seeds.iter().filter_map(learned).collect();
        let meaning = format!(
            "Fraction of weights at zero under the delta rule with {p} patterns; {zeros:.3} at capacity."
        );
        add(
            "10d/zero_weights".into(),
            &meaning,
            values,
            "1",
            [None, None],
            Judge::Mean,
            "reported for comparison",
        );
    }

    // E, F: where the patterns are at the end.
    for &p in &config.states.patterns {
        let learned: Vec<&Learned> = record.seeds.iter().filter_map(|s| s.learned(own, p, epochs)).collect();
        let of = |what: &dyn Fn(&Learned) -> f64| learned.iter().map(|l| what(l)).collect::<Vec<f64>>();
        let long = epochs >= 20_000;
        let median = |pick: fn(&(f64, f64)) -> f64| {
            of(&|l| quantile(&l.states.iter().map(pick).collect::<Vec<f64>>(), 0.5))
        };
        let below = f64::from(p) < 0.8 * limit;
        if below {
            // The crossing of C+ and D- lies at J - q P = A (1 + q) / 2 too.
            let (low, high) =
                if long { (around(-floor(q), 0.15), around(floor(q), 0.15)) } else { ([None; 2], [None; 2]) };
            add(
                format!("10e/median_p_p{p}"),
                "Median over patterns of P - R, each over the last epochs.",
                median(|s| s.0),
                "Hz",
                low,
                Judge::Each,
                FLOOR,
            );
            add(
                format!("10e/median_j_p{p}"),
                "Median over patterns of J - q P, each over the last epochs.",
                median(|s| s.1),
                "Hz",
                high,
                Judge::Each,
                FLOOR,
            );
        }
        let range = match p {
            420 if long => [Some(0.02), Some(0.15)],
            300 if long => [None, Some(0.02)],
            _ => [None, None],
        };
        add(
            format!("10f/far_p{p}"),
            "Fraction of patterns more than 5 Hz from their target over the last epochs.",
            of(&far),
            "1",
            range,
            Judge::Each,
            FIGURE,
        );
    }
    found
}

fn single(config: &Config, record: &Record) -> Vec<Finding> {
    let of = |what: fn(&Single) -> f64| record.seeds.iter().map(|s| what(&s.single)).collect::<Vec<f64>>();
    let speed = config.steps.rho * config.steps.step_p_hz;
    let runs = |what: fn(&Single) -> u32| record.seeds.iter().map(|s| what(&s.single)).min().unwrap_or(0);
    let up = format!(
        "One pattern, rates that rise: mean dP per epoch, at least {} runs a seed.",
        runs(|s| s.up_runs)
    );
    let down = format!(
        "One pattern, rates that fall: half of it, as half of the weights are zero; at least {} runs a seed.",
        runs(|s| s.down_runs)
    );
    let floor = config.steps.floor_hz().unwrap_or(f64::NAN);
    vec![
        Finding::seven(
            "10a/speed_up",
            &up,
            of(|s| s.up_hz),
            "Hz",
            around(speed, 0.1 * speed),
            Judge::Each,
            "rho dP, (35); Bouvier et al. 2018, doi:10.7554/eLife.31599",
        ),
        Finding::seven(
            "10a/speed_down",
            &down,
            of(|s| s.down_hz),
            "Hz",
            around(-speed / 2.0, 0.15 * speed / 2.0),
            Judge::Each,
            FIGURE,
        ),
        Finding::seven(
            "10a/end",
            "One pattern: median over runs of P - R at the end.",
            of(|s| s.end_hz),
            "Hz",
            around(-floor, 0.15),
            Judge::Each,
            FLOOR,
        ),
    ]
}
