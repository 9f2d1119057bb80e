//! Spikes, trials and signals of CSV files.
//!
//! ```text
//! spikes    unit,population,trial,time     times on the clock of the trial's onset; without `trial`: on that of the session
//! trials    trial,direction,onset
//! signals   time,NAME,NAME,...             on the clock of the session
//! ```
//! Columns are found by their names, in any order; `table.rs` says how tables may be written. Times are in s or in the unit given to
//! the reader.

use super::events::{Events, Signal, TrialEvent, Unit, UnitTimes, by_number};
use super::table::{Table, whole};
use crate::Error;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A table of trials.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trials {
    /// Trials, in the order of the file.
    pub trials: Vec<TrialEvent>,
    /// Names of the trials without event or direction, which are left out.
    pub left_out: BTreeSet<String>,
    /// Notes for the report.
    pub notes: Vec<String>,
}

/// A table of spikes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spikes {
    /// Units, in order of population and name.
    pub units: Vec<Unit>,
    /// Notes for the report.
    pub notes: Vec<String>,
}

/// A name of a trial without the decimals that programs give to whole numbers: 0.0 is 0.
fn trial_name(text: String) -> String {
    match whole(&text) {
        Some(number) if text.contains(['.', ',', 'e', 'E']) => number.to_string(),
        _ => text,
    }
}

/// The note of trials that are left out because their `lacks` is missing.
pub(super) fn left_out_note(left_out: usize, of: usize, lacks: &str) -> Option<String> {
    (left_out > 0).then(|| format!("{left_out} of {of} trials have no {lacks} and are left out"))
}

/// Reads a table of trials; `unit_s` is the length of its unit of time in s. Trials whose onset or direction is missing are left out
/// with a note.
///
/// # Errors
/// [`Error::File`] naming file, line and column.
pub fn trials(path: &Path, unit_s: f64) -> Result<Trials, Error> {
    let table = Table::open(path, &["trial", "direction", "onset"])?;
    let [trial, direction, onset] = table.columns(["trial", "direction", "onset"])?;
    let mut seen = BTreeMap::new();
    let mut read = Trials::default();
    let (mut without_onset, mut without_direction) = (0, 0);
    table.each(|line| {
        let name = trial_name(line.name(trial)?);
        if let Some(before) = seen.insert(name.clone(), line.number) {
            let what = format!("is the trial of line {before} already; name each trial once");
            return Err(line.wrong(trial, &what));
        }
        if line.is_missing(onset) || line.is_missing(direction) {
            *(if line.is_missing(onset) { &mut without_onset } else { &mut without_direction }) += 1;
            read.left_out.insert(name);
            return Ok(());
        }
        let direction = line.name(direction)?;
        read.trials.push(TrialEvent { name, direction, onset_s: line.number(onset, unit_s)? });
        Ok(())
    })?;
    if seen.is_empty() {
        return Err(table.wrong("it holds no trial; lines are trial,direction,onset"));
    }
    if read.trials.is_empty() {
        let all = seen.len();
        return Err(table.wrong(format!("none of its {all} trials has both an onset and a direction")));
    }
    read.notes.extend(table.note());
    read.notes.extend(left_out_note(without_onset, seen.len(), "onset"));
    read.notes.extend(left_out_note(without_direction, seen.len(), "direction"));
    Ok(read)
}

/// Reads a table of spikes of the given trials; `unit_s` is the length of its unit of time in s. Spikes of trials that were left out
/// are left out, too.
///
/// # Errors
/// [`Error::File`] naming file, line and column.
pub fn spikes(path: &Path, trials: &Trials, unit_s: f64) -> Result<Spikes, Error> {
    let table = Table::open(path, &["unit", "population", "time"])?;
    let [unit, population, time] = table.columns(["unit", "population", "time"])?;
    let trial = table.find("trial");
    let names = trials.trials.iter().map(|t| t.name.as_str());
    let places: BTreeMap<&str, usize> = names.zip(0..).collect();
    // By population and unit: times by trial, or all in the first.
    let mut times: BTreeMap<(String, String), Vec<Vec<f64>>> = BTreeMap::new();
    let parts = if trial.is_some() { trials.trials.len() } else { 1 };
    let mut left_out = 0;
    table.each(|line| {
        let place = match trial {
            None => 0,
            Some(column) => {
                let name = trial_name(line.name(column)?);
                match places.get(name.as_str()) {
                    Some(place) => *place,
                    None if trials.left_out.contains(&name) => {
                        left_out += 1;
                        return Ok(());
                    }
                    None => {
                        let what =
                            "names no trial of the table of trials; add it there or leave the spike out";
                        return Err(line.wrong(column, what));
                    }
                }
            }
        };
        let key = (line.name(population)?, line.name(unit)?);
        let at = line.number(time, unit_s)?;
        times.entry(key).or_insert_with(|| vec![Vec::new(); parts])[place].push(at);
        Ok(())
    })?;
    if times.is_empty() {
        return Err(table.wrong("it holds no spike; lines are unit,population,trial,time"));
    }
    let unit = |((population, name), mut times): ((String, String), Vec<Vec<f64>>)| {
        times.iter_mut().for_each(|t| t.sort_by(f64::total_cmp));
        let times = match trial {
            Some(_) => UnitTimes::OfTrials(times),
            None => UnitTimes::OfSession(times.concat()),
        };
        Unit { name, population, times }
    };
    let mut units: Vec<Unit> = times.into_iter().map(unit).collect();
    units.sort_by(|a, b| a.population.cmp(&b.population).then_with(|| by_number(&a.name, &b.name)));
    let mut notes: Vec<String> = table.note().into_iter().collect();
    if left_out > 0 {
        notes.push(format!("{left_out} spikes of the trials that are left out are left out, too"));
    }
    Ok(Spikes { units, notes })
}

/// Reads a table of continuous traces, with notes for the report; `unit_s` is the length of its unit of time in s.
///
/// # Errors
/// [`Error::File`] naming file, line and column.
pub fn signals(path: &Path, unit_s: f64) -> Result<(Vec<Signal>, Vec<String>), Error> {
    let table = Table::open(path, &["time"])?;
    let time = table.column("time")?;
    let is_signal = |k: &usize| *k != time && !table.columns[*k].is_empty();
    let names: Vec<usize> = (0..table.columns.len()).filter(is_signal).collect();
    if names.is_empty() {
        return Err(table.wrong("it has no column beside `time`; lines are time,NAME,..."));
    }
    let mut times_s: Vec<f64> = Vec::new();
    let mut values = vec![Vec::new(); names.len()];
    table.each(|line| {
        let at = line.number(time, unit_s)?;
        if times_s.last().is_some_and(|before| *before >= at) {
            return Err(line.wrong(time, "does not follow the time of the line before; sort the lines"));
        }
        times_s.push(at);
        for (values, &column) in values.iter_mut().zip(&names) {
            values.push(line.number(column, 1.0)?);
        }
        Ok(())
    })?;
    if times_s.is_empty() {
        return Err(table.wrong("it holds no value; lines are time,NAME,..."));
    }
    let names = names.into_iter().map(|k| table.columns[k].clone());
    let signals = names.zip(values).map(|(name, values)| Signal { name, times_s: times_s.clone(), values });
    Ok((signals.collect(), table.note().into_iter().collect()))
}

/// Units and trials as the texts of the two tables that [`spikes`] and [`trials`] read, times in s.
///
/// # Errors
/// [`Error::File`] if units are on the clock of the session: their spikes belong to no trial.
pub fn tables(events: &Events) -> Result<(String, String), Error> {
    use std::fmt::Write;
    let mut spikes = String::from("unit,population,trial,time\n");
    for unit in &events.units {
        let UnitTimes::OfTrials(times) = &unit.times else {
            let what = "has times of the session; only spikes of trials have a table";
            return Err(Error::file(Path::new(&events.source), format!("unit `{}` {what}", unit.name)));
        };
        for (trial, times) in events.trials.iter().zip(times) {
            for time in times {
                // Writing to a string does not fail.
                let _ = writeln!(spikes, "{},{},{},{time}", unit.name, unit.population, trial.name);
            }
        }
    }
    let mut trials = String::from("trial,direction,onset\n");
    for t in &events.trials {
        let _ = writeln!(trials, "{},{},{}", t.name, t.direction, t.onset_s);
    }
    Ok((spikes, trials))
}
