//! Spikes, trials and signals of files of Neurodata Without Borders (NWB 2).
//!
//! ```text
//! /units                 spike_times (s), spike_times_index, a column with the population, id
//! /intervals/trials      start_time or another column with the event (s), a column with the direction, id
//! /acquisition/<name>    TimeSeries: data, starting_time with its rate or timestamps
//! ```
//! Source: NWB schema 2.11.0. Files by lobule have no trials; their table of trials is a CSV file.

use super::events::{Signal, TrialEvent, Unit, UnitTimes};
use crate::Error;
use lobule_scaffold::Error as FileError;
use lobule_scaffold::hdf5::{Node, Store, guarded};
use std::path::Path;

/// Names of the columns.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Column of units with the population.
    pub population: &'a str,
    /// Column of trials with the direction.
    pub direction: &'a str,
    /// Column of trials with the event.
    pub onset: &'a str,
}

/// Contents of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct NwbEvents {
    /// Units.
    pub units: Vec<Unit>,
    /// Trials; empty if the file has none.
    pub trials: Vec<TrialEvent>,
    /// The requested series, one signal for each of their elements.
    pub signals: Vec<Signal>,
}

/// Reads a file, with its table of trials if `with_trials`, and the named `series` of `/acquisition`.
///
/// # Errors
/// [`Error::Scaffold`] naming file, object and remedy.
pub fn read(path: &Path, columns: &Columns, with_trials: bool, series: &[&str]) -> Result<NwbEvents, Error> {
    Ok(guarded(path, || {
        let store = Store::open(path)?;
        let root = store.members(&store.root())?;
        if !root.contains_key("units") {
            return Err(store.error("units", "is missing; an NWB file with sorted spikes is needed"));
        }
        let units = units(&store, columns)?;
        let trials = if with_trials { trials(&store, columns)? } else { Vec::new() };
        let mut signals = Vec::new();
        for name in series {
            signals.extend(self::series(&store, name)?);
        }
        Ok(NwbEvents { units, trials, signals })
    })?)
}

/// An object by its path; none if a part of the path is missing.
fn node(store: &Store, path: &str) -> Result<Option<Node>, FileError> {
    let mut node = store.root();
    for part in path.split('/') {
        match store.members(&node)?.remove(part) {
            Some(next) => node = next,
            None => return Ok(None),
        }
    }
    Ok(Some(node))
}

/// Names in a group; none if the group is missing.
fn names(store: &Store, group: &str) -> Result<Vec<String>, FileError> {
    Ok(match node(store, group)? {
        Some(node) => store.members(&node)?.into_keys().collect(),
        None => Vec::new(),
    })
}

fn require(store: &Store, group: &str, name: &str, remedy: &str) -> Result<String, FileError> {
    let there = names(store, group)?;
    if there.iter().any(|n| n == name) {
        return Ok(format!("{group}/{name}"));
    }
    let there = if there.is_empty() { "nothing".into() } else { there.join(", ") };
    Err(store.error(format!("{group}/{name}"), format!("is missing; {remedy}; `{group}` holds {there}")))
}

/// Texts of a column, or its numbers as texts.
fn words(store: &Store, path: &str) -> Result<Vec<String>, FileError> {
    let as_text = match store.texts(path) {
        Ok(texts) => return Ok(texts),
        Err(e) => e,
    };
    // An integer is 90, not 90.0.
    store.floats(path, None).map(|v| v.iter().map(f64::to_string).collect()).map_err(|_| as_text)
}

fn finite(store: &Store, path: &str, values: &[f64]) -> Result<(), FileError> {
    match values.iter().position(|v| !v.is_finite()) {
        Some(k) => Err(store.error(path, format!("value {k} is {}; finite numbers are needed", values[k]))),
        None => Ok(()),
    }
}

fn units(store: &Store, columns: &Columns) -> Result<Vec<Unit>, FileError> {
    let remedy = "use a file with sorted spikes";
    let times_path = require(store, "units", "spike_times", remedy)?;
    let index_path = require(store, "units", "spike_times_index", remedy)?;
    let times = store.floats(&times_path, None)?;
    finite(store, &times_path, &times)?;
    let ends = store.integers(&index_path, None)?;
    let remedy = "set `file.population_column` to the column that names populations";
    let column = require(store, "units", columns.population, remedy)?;
    let populations = words(store, &column)?;
    if populations.len() != ends.len() {
        let what = format!("has {} values for {} units; write the file again", populations.len(), ends.len());
        return Err(store.error(column, what));
    }
    let mut begin = 0usize;
    let mut units = Vec::new();
    for (k, (&end, population)) in ends.iter().zip(populations).enumerate() {
        let is_end = |&e: &usize| begin <= e && e <= times.len();
        let end = usize::try_from(end).ok().filter(is_end).ok_or_else(|| {
            let allowed = format!("ends rise from {begin} to at most {}", times.len());
            store.error(index_path.as_str(), format!("row {k} ends at {end}; {allowed}"))
        })?;
        let mut own = times[begin..end].to_vec();
        own.sort_by(f64::total_cmp);
        units.push(Unit { name: k.to_string(), population, times: UnitTimes::OfSession(own) });
        begin = end;
    }
    // Units of one population together, in the order of the file.
    units.sort_by(|a, b| a.population.cmp(&b.population));
    Ok(units)
}

fn trials(store: &Store, columns: &Columns) -> Result<Vec<TrialEvent>, FileError> {
    const GROUP: &str = "intervals/trials";
    if names(store, GROUP)?.is_empty() {
        let remedy = "give the trials as a CSV file in `file.trials` with lines trial,direction,onset";
        return Err(store.error(GROUP, format!("is missing; {remedy}, onsets on the clock of the file")));
    }
    let onset_path = require(store, GROUP, columns.onset, "set `file.onset_column`")?;
    let direction_path = require(store, GROUP, columns.direction, "set `file.direction_column`")?;
    let onsets = store.floats(&onset_path, None)?;
    finite(store, &onset_path, &onsets)?;
    let directions = words(store, &direction_path)?;
    if onsets.is_empty() || onsets.len() != directions.len() {
        let (values, onsets) = (directions.len(), onsets.len());
        let what = format!("has {values} values for {onsets} onsets; write the file again");
        return Err(store.error(direction_path, what));
    }
    let names = (0..).map(|k: usize| k.to_string());
    let trials = onsets.into_iter().zip(directions).zip(names);
    Ok(trials.map(|((onset_s, direction), name)| TrialEvent { name, direction, onset_s }).collect())
}

fn series(store: &Store, name: &str) -> Result<Vec<Signal>, FileError> {
    let group = format!("acquisition/{name}");
    let there = names(store, "acquisition")?;
    if !there.iter().any(|n| n == name) {
        return Err(store.error(group, format!("is missing; `acquisition` holds {}", there.join(", "))));
    }
    let path = require(store, &group, "data", "a TimeSeries is needed")?;
    let shape = store.shape(&path)?;
    let (samples, elements) = match shape[..] {
        [n] => (n, 1),
        [n, m] => (n, m),
        _ => return Err(store.error(path, format!("has shape {shape:?}; one or two dimensions are needed"))),
    };
    let values = store.floats(&path, (shape.len() == 2).then_some(elements))?;
    finite(store, &path, &values)?;
    let times_s = times(store, &group, samples)?;
    let signal = |k: usize| Signal {
        name: if elements == 1 { name.to_string() } else { format!("{name}[{k}]") },
        times_s: times_s.clone(),
        values: values.iter().skip(k).step_by(elements).copied().collect(),
    };
    Ok((0..elements).map(signal).collect())
}

fn times(store: &Store, group: &str, samples: usize) -> Result<Vec<f64>, FileError> {
    if names(store, group)?.iter().any(|name| name == "timestamps") {
        let path = format!("{group}/timestamps");
        let times = store.floats(&path, None)?;
        finite(store, &path, &times)?;
        if times.len() != samples || times.windows(2).any(|w| w[0] >= w[1]) {
            let what = format!("{} times for {samples} samples; they must rise", times.len());
            return Err(store.error(path, what));
        }
        return Ok(times);
    }
    let path = require(store, group, "starting_time", "a TimeSeries has it or `timestamps`")?;
    let start = node(store, &path)?;
    let start = start.ok_or_else(|| store.error(path.as_str(), "is missing; write the file again"))?;
    let rate = store.attributes(&start)?.floats("rate")?.first().copied().unwrap_or(0.0);
    // A scalar, whichever way it is stored.
    let start: f64 = match store.shape(&path)?.len() {
        0 => store.scalar(&path)?,
        _ => store.floats(&path, None)?.first().copied().unwrap_or(f64::NAN),
    };
    if !(rate > 0.0 && rate.is_finite() && start.is_finite()) {
        let what = format!("is {start} s at {rate} Hz; finite numbers are needed, the rate above 0");
        return Err(store.error(path, what));
    }
    Ok((0..samples).map(|k| start + k as f64 / rate).collect())
}
