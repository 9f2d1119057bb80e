//! Windows of trials: which spikes lie in them, and whether trials have spikes of their own.

use super::events::{Events, TrialEvent, Unit, UnitTimes};
use crate::Error;
use lobule_analysis::smoothing::Sampling;
use std::path::Path;

/// Largest part of a window that may lie in the window of another trial. Chosen: beyond it a trial has more spikes of another than of
/// its own, and folds are not independent.
const MOST_SHARED: f64 = 0.5;

impl Events {
    /// Checks that trials have spikes and signals of their own: on the clock of the session, windows that share more than half are
    /// refused, and others that overlap are noted. Notes trials without any spike.
    ///
    /// # Errors
    /// [`Error::File`] with the trials that share a window.
    pub fn check_windows(&mut self, sampling: &Sampling) -> Result<(), Error> {
        let is_of_session = |u: &Unit| matches!(u.times, UnitTimes::OfSession(_));
        if !self.signals.is_empty() || self.units.iter().any(is_of_session) {
            self.check_overlaps(sampling)?;
        }
        let has_spike = |k: usize| self.units.iter().any(|u| spikes(u, k, &self.trials[k], sampling) > 0);
        let silent = (0..self.trials.len()).filter(|&k| !has_spike(k)).count();
        if silent > 0 && silent < self.trials.len() && !self.units.is_empty() {
            let all = self.trials.len();
            self.notes
                .push(format!("{silent} of {all} trials hold no spike of any unit; they count as silent"));
        }
        Ok(())
    }

    fn check_overlaps(&mut self, sampling: &Sampling) -> Result<(), Error> {
        let window_ms = sampling.to_ms - sampling.from_ms;
        let mut by_onset: Vec<&TrialEvent> = self.trials.iter().collect();
        by_onset.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
        let mut overlaps = 0;
        for pair in by_onset.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let shared = 1.0 - (b.onset_s - a.onset_s) * 1e3 / window_ms;
            if shared <= MOST_SHARED {
                overlaps += usize::from(shared > 1e-9);
                continue;
            }
            let (of, at) = (Path::new(&self.source), (a.onset_s, b.onset_s));
            let what = if at.0 == at.1 {
                format!("share the onset {} s", at.0)
            } else {
                format!(
                    "begin at {} and {} s, {:.0} % of their windows are the same",
                    at.0,
                    at.1,
                    100.0 * shared
                )
            };
            let remedy = "give spikes, signals and onsets on the clock of the session, each trial at its own time; or spikes \
                          as a CSV table unit,population,trial,time, whose trials have clocks of their own";
            return Err(Error::file(
                of,
                format!(
                    "trials `{}` and `{}` {what}, so that spikes and signals of one would be those of the other, too; {remedy}",
                    a.name, b.name
                ),
            ));
        }
        if overlaps > 0 {
            let (from, to) = (sampling.from_ms, sampling.to_ms);
            self.notes.push(format!(
                "windows of {overlaps} trials ({from} to {to} ms) overlap with the one before: some spikes belong to both, and folds \
                 are not independent; shorten `analysis.from_ms` and `analysis.to_ms` to part them"
            ));
        }
        Ok(())
    }

    /// Leaves out units of a population whose mean rate in the window of the trials is below `least_hz`, since a fold has hardly a
    /// spike of them. Adds a note.
    ///
    /// # Errors
    /// [`Error::File`] if none is left, with the times of spikes and onsets.
    pub fn leave_out_silent(
        &mut self,
        population: &str,
        least_hz: f64,
        sampling: &Sampling,
    ) -> Result<(), Error> {
        let window_s = (sampling.to_ms - sampling.from_ms) * 1e-3 * self.trials.len() as f64;
        let inside = |u: &Unit| -> usize {
            self.trials.iter().enumerate().map(|(k, trial)| spikes(u, k, trial, sampling)).sum()
        };
        let own: Vec<Option<usize>> =
            self.units.iter().map(|u| (u.population == population).then(|| inside(u))).collect();
        let n = own.iter().flatten().count();
        let all: usize = own.iter().flatten().sum();
        let is_silent = |spikes: &Option<usize>| spikes.is_some_and(|n| (n as f64) < least_hz * window_s);
        let left_out = own.iter().filter(|spikes| is_silent(spikes)).count();
        if n > 0 && (left_out == n || all == 0) {
            return Err(self.all_silent(population, all, least_hz, sampling));
        }
        if left_out > 0 {
            let mut silent = own.iter().map(is_silent);
            self.units.retain(|_| !silent.next().unwrap_or(false));
            self.notes.push(format!(
                "{left_out} of {n} units of `{population}` fire at less than {least_hz} Hz and are left out"
            ));
        }
        Ok(())
    }

    /// The refusal of a population without spikes in the windows.
    fn all_silent(&self, population: &str, inside: usize, least_hz: f64, sampling: &Sampling) -> Error {
        let units = self.units.iter().filter(|u| u.population == population);
        let (mut spikes, mut of_trials) = (Vec::new(), false);
        for unit in units {
            match &unit.times {
                UnitTimes::OfSession(all) => spikes.extend(all),
                UnitTimes::OfTrials(trials) => {
                    of_trials = true;
                    spikes.extend(trials.iter().flatten());
                }
            }
        }
        let (n, at) = (spikes.len(), range(spikes.iter().copied()));
        let onsets = range(self.trials.iter().map(|t| t.onset_s));
        let (from, to) = (sampling.from_ms, sampling.to_ms);
        let clock = match of_trials {
            true => {
                "spikes and onsets of a trial must share a clock: where spikes are counted from the onset, onsets are 0"
            }
            false => "both must be on the clock of the session",
        };
        let hint = format!("{clock}; where they are in ms, set `file.time_unit` to \"ms\"");
        let what = format!(
            "no unit of `{population}` fires at {least_hz} Hz in the trials: {inside} of its {n} spikes lie in a window of {from} to {to} ms \
             around an onset; its spikes lie at {at}, the onsets at {onsets}; {hint}"
        );
        Error::file(Path::new(&self.source), what)
    }
}

/// Number of spikes of a unit in the window of trial `k`.
fn spikes(unit: &Unit, k: usize, trial: &TrialEvent, sampling: &Sampling) -> usize {
    let times = match &unit.times {
        UnitTimes::OfSession(all) => all,
        UnitTimes::OfTrials(trials) => &trials[k],
    };
    let ms = |t: &f64| (t - trial.onset_s) * 1e3;
    let from = times.partition_point(|t| ms(t) < sampling.from_ms);
    times[from..].partition_point(|t| ms(t) <= sampling.to_ms)
}

/// First and last of some times, s, for messages.
fn range(times: impl Iterator<Item = f64>) -> String {
    match times
        .fold(None, |r: Option<(f64, f64)>, t| r.map_or(Some((t, t)), |(a, b)| Some((a.min(t), b.max(t)))))
    {
        Some((a, b)) if a == b => format!("{a} s"),
        Some((a, b)) => format!("{a} to {b} s"),
        None => "no time".into(),
    }
}
