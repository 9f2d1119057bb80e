//! The findings of the spiking protocol. A scaffold of this size has no published counterpart: all are reported.

use super::config::Config;
use super::record::{Record, SpikingRun};
use super::spiking::CONDITIONS;
use lobule_study::report::Finding;

/// Name, meaning, value of a run and unit.
type Measure<'a> = (&'static str, &'static str, &'a dyn Fn(&SpikingRun) -> f64, &'static str);

/// Adds the findings of every condition.
pub fn findings(config: &Config, record: &Record, found: &mut Vec<Finding>) {
    let (from, interval_ms) = (config.protocol.before_ms, config.spiking.interval_ms);
    // Largest mean closure in probes before the time of the puff.
    let closure = |run: &SpikingRun, k: usize| {
        run.probes[k].closure[from..from + interval_ms].iter().copied().fold(0.0, f64::max)
    };
    let trained = config.spiking.trials[0] - 1;
    let measures: [Measure; 8] = [
        ("amplitude_before", "closure before the puff in probes before learning", &|r| closure(r, 0), "1"),
        ("amplitude_after", "closure before the puff in probes after tone and puff", &|r| closure(r, 1), "1"),
        (
            "amplitude_extinguished",
            "closure before the puff in probes after the tone alone",
            &|r| closure(r, 2),
            "1",
        ),
        ("percent_before", "probes with a response before learning", &|r| r.percent[0], "%"),
        ("percent_after", "probes with a response after tone and puff", &|r| r.percent[1], "%"),
        ("percent_extinguished", "probes with a response after the tone alone", &|r| r.percent[2], "%"),
        ("peak", "time of the peak of the mean closure after tone and puff", &|r| r.peaks[1][1], "ms"),
        (
            "weight_plus",
            "mean PF→PC weight of the plus zone after tone and puff, relative to that after the first trial",
            &|r| r.weights_ns[trained][0] / r.weights_ns[0][0],
            "1",
        ),
    ];
    for (condition, words) in CONDITIONS {
        let runs: Vec<&SpikingRun> = record.spiking.iter().filter(|r| r.condition == condition).collect();
        for (what, meaning, of, unit) in &measures {
            let by_seed = runs.iter().map(|r| of(r)).collect();
            let meaning = format!("Spiking scaffold, {words}: {meaning}.");
            found.push(Finding::new(format!("spiking/{condition}/{what}"), meaning, by_seed).unit(unit));
        }
    }
}
