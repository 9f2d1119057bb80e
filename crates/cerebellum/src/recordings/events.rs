//! Recorded spikes and signals around the events of trials, whatever the format of the file.
//!
//! Times are in s on one clock for units and onsets: that of the session, or one of each trial.

use crate::Error;
use lobule_analysis::{smoothing::Sampling, state_prediction::Rates};
use std::path::Path;

/// A trial.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialEvent {
    /// Name in the file.
    pub name: String,
    /// Direction or other condition.
    pub direction: String,
    /// Event to which trials are aligned, s.
    pub onset_s: f64,
}

/// Spike times of a unit, s.
#[derive(Debug, Clone, PartialEq)]
pub enum UnitTimes {
    /// On the clock of the session.
    OfSession(Vec<f64>),
    /// On the clock of each trial. `[trials]`
    OfTrials(Vec<Vec<f64>>),
}

/// A recorded neuron.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Name in the file.
    pub name: String,
    /// Population.
    pub population: String,
    /// Spike times.
    pub times: UnitTimes,
}

/// A continuous trace on the clock of the session.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Name.
    pub name: String,
    /// Times, s, rising. `[n]`
    pub times_s: Vec<f64>,
    /// `[n]`
    pub values: Vec<f64>,
}

/// Spikes and signals with their trials.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Events {
    /// The file or files.
    pub source: String,
    /// Trials, in the order of the file.
    pub trials: Vec<TrialEvent>,
    /// Units, in order of population and name.
    pub units: Vec<Unit>,
    /// Continuous traces: the population [`SIGNALS`].
    pub signals: Vec<Signal>,
    /// Start and end of the recording of each trial, ms from its onset, if known.
    pub recorded_ms: Option<(f64, f64)>,
    /// Notes for the report.
    pub notes: Vec<String>,
}

/// Label of the population of continuous traces.
pub const SIGNALS: &str = "signals";

impl Events {
    /// Populations and their numbers of units.
    pub fn populations(&self) -> Vec<(String, usize)> {
        let mut counts = std::collections::BTreeMap::new();
        self.units.iter().for_each(|u| *counts.entry(u.population.clone()).or_insert(0) += 1);
        if !self.signals.is_empty() {
            counts.insert(SIGNALS.into(), self.signals.len());
        }
        counts.into_iter().collect()
    }

    /// Names of the directions, numbers by size, then texts by alphabet; and the number of each trial's. `[trials]`
    pub fn directions(&self) -> (Vec<String>, Vec<usize>) {
        let mut names: Vec<String> = self.trials.iter().map(|t| t.direction.clone()).collect();
        names.sort_by(|a, b| by_number(a, b));
        names.dedup();
        let place = |t: &TrialEvent| names.iter().position(|n| *n == t.direction).unwrap_or(0);
        let places = self.trials.iter().map(place).collect();
        (names, places)
    }

    /// Keeps at most `most` units of a population, evenly spaced in its order. Adds a note.
    pub fn thin_out(&mut self, population: &str, most: usize) {
        let n = self.units.iter().filter(|u| u.population == population).count();
        if n <= most {
            return;
        }
        // Unit j of n is kept where the count of kept ones, j·most/n, rises.
        let mut j = 0;
        self.units.retain(|u| {
            if u.population != population {
                return true;
            }
            j += 1;
            j * most / n > (j - 1) * most / n
        });
        self.notes.push(format!("{most} of {n} units of `{population}` are used, evenly spaced"));
    }

    /// The rates of a population, or of the signals.
    ///
    /// # Errors
    /// [`Error::File`] if the population does not exist, or the recording ends before a trial does.
    pub fn rates(&self, population: &str, sampling: &Sampling) -> Result<Rates, Error> {
        let wrong = |what: String| Error::file(Path::new(&self.source), what);
        if let Some((from_ms, to_ms)) = self.recorded_ms
            && (sampling.from_ms < from_ms || sampling.to_ms > to_ms)
        {
            let (from, to) = (sampling.from_ms, sampling.to_ms);
            let recorded =
                format!("trials were recorded from {from_ms} to {to_ms} ms, not from {from} to {to}");
            return Err(wrong(format!("{recorded}; set `analysis.from_ms` and `analysis.to_ms`")));
        }
        let samples = sampling.samples();
        let by_unit: Vec<Vec<Vec<f64>>> = if population == SIGNALS && !self.signals.is_empty() {
            let of = |s: &Signal| -> Result<Vec<_>, Error> {
                self.trials.iter().map(|t| s.sampled(t, sampling).map_err(wrong)).collect()
            };
            self.signals.iter().map(of).collect::<Result<_, _>>()?
        } else {
            let of = |u: &Unit| (0..self.trials.len()).map(|k| self.rate(u, k, sampling)).collect();
            self.units.iter().filter(|u| u.population == population).map(of).collect()
        };
        if by_unit.is_empty() {
            let there: Vec<String> =
                self.populations().iter().map(|(name, n)| format!("{name} ({n} units)")).collect();
            let said: String = self.notes.iter().map(|n| format!("; {n}")).collect();
            let there = there.join(", ");
            return Err(wrong(format!("there is no population `{population}`; there are: {there}{said}")));
        }
        let units = by_unit.len();
        let trial = |k: usize| {
            let value = |i: usize| by_unit[i % units][k][i / units];
            (0..samples * units).map(value).collect()
        };
        Ok(Rates { units, samples, trials: (0..self.trials.len()).map(trial).collect() })
    }

    fn rate(&self, unit: &Unit, trial: usize, sampling: &Sampling) -> Vec<f64> {
        let onset_s = self.trials[trial].onset_s;
        let (from_ms, to_ms) = sampling.reach_ms();
        let times = match &unit.times {
            UnitTimes::OfTrials(trials) => &trials[trial][..],
            UnitTimes::OfSession(all) => {
                let from = all.partition_point(|t| (t - onset_s) * 1e3 < from_ms);
                let to = all.partition_point(|t| (t - onset_s) * 1e3 <= to_ms);
                &all[from..to]
            }
        };
        let around: Vec<f64> = times.iter().map(|t| (t - onset_s) * 1e3).collect();
        sampling.rates(&around)
    }
}

impl Signal {
    /// Values at the ends of bins, the latest at or before each, smoothed as rates are.
    fn sampled(&self, trial: &TrialEvent, sampling: &Sampling) -> Result<Vec<f64>, String> {
        let (from_ms, to_ms) = sampling.reach_ms();
        let (from_s, to_s) = (trial.onset_s + from_ms * 1e-3, trial.onset_s + to_ms * 1e-3);
        let (first, last) = (self.times_s.first(), self.times_s.last());
        // A sample's length of slack: a trace ends with its last sample, not after it.
        let slack_s = sampling.sample_ms() * 1e-3;
        if first.is_none_or(|t| *t > from_s) || last.is_none_or(|t| *t + slack_s < to_s) {
            let (name, trial) = (&self.name, &trial.name);
            let remedy = "shorten `analysis.from_ms`, `analysis.to_ms` or leave the trial out";
            let needed = format!("which needs {from_s} to {to_s} s");
            return Err(format!("signal `{name}` does not cover trial `{trial}`, {needed}; {remedy}"));
        }
        let value = |k: usize| {
            let end_s = from_s + (k + 1) as f64 * sampling.bin_ms * 1e-3;
            let next = self.times_s.partition_point(|t| *t <= end_s + 1e-9);
            self.values[next.saturating_sub(1)]
        };
        Ok(sampling.smoothed(&(0..sampling.bins()).map(value).collect::<Vec<_>>()))
    }
}

/// Order of names: numbers by size, then texts by alphabet.
pub(super) fn by_number(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) => x.total_cmp(&y).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => std::cmp::Ordering::Less,
        (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}
