//! Spikes, trials and signals of files of Neurodata Without Borders (NWB 2).
//!
//! ```text
//! /units                 spike_times, spike_times_index, a column with the population or `electrodes`, id
//! /intervals/<table>     start_time or another column with the event, a column with the direction, id
//! /acquisition/<name>    TimeSeries: data, starting_time with its rate or timestamps; also anywhere in /processing
//! ```
//! Texts, numbers and booleans name populations and directions. Times are in s or in the unit given to the reader.
//!
//! Source: NWB schema 2.11.0. Files by lobule have no trials; their table of trials is a CSV file.

use super::events::{Signal, TrialEvent, Unit, UnitTimes};
use super::groups::{finite, names, require};
use super::read_csv::left_out_note;
use super::{series, table::is_missing};
use crate::Error;
use lobule_scaffold::Error as FileError;
use lobule_scaffold::hdf5::{Store, guarded};
use std::path::Path;

/// Names of tables and columns, and the unit of time.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Column of units, or of their electrodes, with the population.
    pub population: &'a str,
    /// Table of `/intervals` with the trials.
    pub trials: &'a str,
    /// Column of trials with the direction.
    pub direction: &'a str,
    /// Column of trials with the event.
    pub onset: &'a str,
    /// Length of the unit of time, s.
    pub unit_s: f64,
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
    /// Notes for the report.
    pub notes: Vec<String>,
}

/// Reads a file, with its table of trials if `with_trials`, and the named `series` of `/acquisition` or `/processing`.
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
        let mut notes = Vec::new();
        let units = units(&store, columns, &mut notes)?;
        let trials = if with_trials { trials(&store, columns, &mut notes)? } else { Vec::new() };
        let mut signals = Vec::new();
        for name in series {
            signals.extend(series::read(&store, name, columns.unit_s)?);
        }
        Ok(NwbEvents { units, trials, signals, notes })
    })?)
}

/// Texts of a column, or its numbers as texts. Booleans are 0 and 1.
fn words(store: &Store, path: &str) -> Result<Vec<String>, FileError> {
    let as_text = match store.texts(path) {
        Ok(texts) => return Ok(texts),
        Err(e) => e,
    };
    if let Ok(whole) = store.integers(path, None) {
        return Ok(whole.iter().map(i64::to_string).collect());
    }
    store.floats(path, None).map(|v| v.iter().map(f64::to_string).collect()).map_err(|_| as_text)
}

/// The parts of a ragged column: `ends[k]` is the end of row k among `values` values.
fn rows(store: &Store, index_path: &str, values: usize) -> Result<Vec<std::ops::Range<usize>>, FileError> {
    let mut begin = 0usize;
    let row = |(k, end): (usize, &i64)| {
        let is_end = |&e: &usize| begin <= e && e <= values;
        let end = usize::try_from(*end).ok().filter(is_end).ok_or_else(|| {
            let allowed = format!("ends rise from {begin} to at most {values}");
            store.error(index_path, format!("row {k} ends at {end}; {allowed}"))
        })?;
        Ok(std::mem::replace(&mut begin, end)..end)
    };
    store.integers(index_path, None)?.iter().enumerate().map(row).collect()
}

/// The population of each of `n` units: a column of the units, or of the electrodes that recorded them.
fn populations(store: &Store, name: &str, n: usize) -> Result<Vec<String>, FileError> {
    const ELECTRODES: &str = "general/extracellular_ephys/electrodes";
    let of_units = names(store, "units")?;
    let of_electrodes = match of_units.iter().any(|c| c == "electrodes") {
        true => names(store, ELECTRODES)?,
        false => Vec::new(),
    };
    let electrodes_column = if name == "group" { "group_name" } else { name };
    let is_there = of_units.iter().any(|c| c == name);
    if !is_there && of_electrodes.iter().any(|c| c == electrodes_column) {
        let regions = words(store, &format!("{ELECTRODES}/{electrodes_column}"))?;
        let numbers = store.integers("units/electrodes", None)?;
        let parts = match of_units.iter().any(|c| c == "electrodes_index") {
            true => rows(store, "units/electrodes_index", numbers.len())?,
            false => (0..numbers.len()).map(|k| k..k + 1).collect(),
        };
        if parts.len() != n {
            let what = format!(
                "has rows for {} units, there are {n}; name a column of units in `file.population_column`",
                parts.len()
            );
            return Err(store.error("units/electrodes", what));
        }
        let region = |(k, part): (usize, std::ops::Range<usize>)| {
            let of = |&e: &i64| usize::try_from(e).ok().and_then(|e| regions.get(e));
            let all: Option<Vec<&String>> = numbers[part].iter().map(of).collect();
            match all.as_deref() {
                Some([first, rest @ ..]) if rest.iter().all(|r| r == first) => Ok((*first).clone()),
                Some([]) => Err(format!("unit {k} has no electrode")),
                Some(several) => {
                    let several: std::collections::BTreeSet<_> = several.iter().map(|s| s.as_str()).collect();
                    let several: Vec<_> = several.into_iter().collect();
                    Err(format!("unit {k} has electrodes in several: {}", several.join(", ")))
                }
                None => Err(format!("unit {k} names an electrode that is not among {}", regions.len())),
            }
        };
        let found = parts.into_iter().enumerate().map(region).collect::<Result<Vec<_>, _>>();
        let remedy = "name a column of units in `file.population_column`";
        return found.map_err(|what| store.error("units/electrodes", format!("{what}; {remedy}")));
    }
    let mut remedy = "set `file.population_column` to the column that names populations".to_string();
    if !of_electrodes.is_empty() {
        remedy += &format!(", also to one of their electrodes: {}", of_electrodes.join(", "));
    }
    let column = require(store, "units", name, &remedy)?;
    let populations = words(store, &column)?;
    if populations.len() != n {
        let what =
            format!("has {} values for {n} units; name a column with one value for each", populations.len());
        return Err(store.error(column, what));
    }
    Ok(populations)
}

fn units(store: &Store, columns: &Columns, notes: &mut Vec<String>) -> Result<Vec<Unit>, FileError> {
    let remedy = "use a file with sorted spikes";
    let times_path = require(store, "units", "spike_times", remedy)?;
    let index_path = require(store, "units", "spike_times_index", remedy)?;
    let times = store.floats(&times_path, None)?;
    finite(store, &times_path, &times)?;
    let parts = rows(store, &index_path, times.len())?;
    let populations = populations(store, columns.population, parts.len())?;
    let mut units = Vec::new();
    let mut unsorted = 0;
    for (k, (part, population)) in parts.into_iter().zip(populations).enumerate() {
        let mut own: Vec<f64> = times[part].iter().map(|t| t * columns.unit_s).collect();
        if let Some((from, to)) = restart(&own) {
            let what = format!(
                "times of unit {k} fall from {from} to {to} s: they begin again with each trial, so that no spike has a trial of \
                 its own; give times on the clock of the session, or a CSV table unit,population,trial,time"
            );
            return Err(store.error(times_path, what));
        }
        unsorted += usize::from(!own.is_sorted());
        own.sort_by(f64::total_cmp);
        units.push(Unit { name: k.to_string(), population, times: UnitTimes::OfSession(own) });
    }
    if unsorted > 0 {
        notes.push(format!("spike times of {unsorted} units do not rise; they are sorted"));
    }
    // Units of one population together, in the order of the file.
    units.sort_by(|a, b| a.population.cmp(&b.population));
    Ok(units)
}

/// The first fall by more than half of the span of all times.
fn restart(times: &[f64]) -> Option<(f64, f64)> {
    let (low, high) =
        times.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), t| (l.min(*t), h.max(*t)));
    times.windows(2).find(|w| w[0] - w[1] > 0.5 * (high - low)).map(|w| (w[0], w[1]))
}

fn trials(store: &Store, columns: &Columns, notes: &mut Vec<String>) -> Result<Vec<TrialEvent>, FileError> {
    let group = format!("intervals/{}", columns.trials);
    if names(store, &group)?.is_empty() {
        let there = names(store, "intervals")?;
        let own = match there.is_empty() {
            true => String::new(),
            false => format!("set `file.trials_table` to one of {}, or ", there.join(", ")),
        };
        let remedy =
            format!("{own}give the trials as a CSV file in `file.trials` with lines trial,direction,onset");
        return Err(store.error(group, format!("is missing; {remedy}, onsets on the clock of the file")));
    }
    let onset_path = require(store, &group, columns.onset, "set `file.onset_column`")?;
    let direction_path = require(store, &group, columns.direction, "set `file.direction_column`")?;
    let onsets = store.floats(&onset_path, None)?;
    if let Some(k) = onsets.iter().position(|t| t.is_infinite()) {
        return Err(store.error(onset_path, format!("value {k} is infinite; finite numbers are needed")));
    }
    let directions = words(store, &direction_path)?;
    if onsets.is_empty() || onsets.len() != directions.len() {
        let (values, onsets) = (directions.len(), onsets.len());
        let what =
            format!("has {values} values for {onsets} onsets; name a column with one value for each trial");
        return Err(store.error(direction_path, what));
    }
    let n = onsets.len();
    let without_onset = onsets.iter().filter(|t| t.is_nan()).count();
    let trials = onsets.into_iter().zip(directions).enumerate();
    let trials: Vec<TrialEvent> = trials
        .filter(|(_, (onset, direction))| !onset.is_nan() && !is_missing(direction))
        .map(|(k, (onset, direction))| TrialEvent {
            name: k.to_string(),
            direction,
            onset_s: onset * columns.unit_s,
        })
        .collect();
    if trials.is_empty() {
        let what = format!("none of its {n} trials has both an onset and a direction; name another column");
        return Err(store.error(onset_path, what));
    }
    notes.extend(left_out_note(without_onset, n, &format!("`{}`", columns.onset)));
    let without_direction = n - without_onset - trials.len();
    notes.extend(left_out_note(without_direction, n, &format!("`{}`", columns.direction)));
    Ok(trials)
}
