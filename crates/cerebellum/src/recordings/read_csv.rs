//! Spikes, trials and signals of CSV files.
//!
//! ```text
//! spikes    unit,population,trial,time     times on the clock of the trial's onset; without `trial`: on that of the session
//! trials    trial,direction,onset
//! signals   time,NAME,NAME,...             on the clock of the session
//! ```
//! Columns are found by their names, in any order. Times are in s or in the unit given to the reader.

use super::events::{Events, Signal, TrialEvent, Unit, UnitTimes, by_number};
use crate::Error;
use std::collections::BTreeMap;
use std::path::Path;

struct Table {
    path: String,
    reader: csv::Reader<std::fs::File>,
    columns: Vec<String>,
}

impl Table {
    fn open(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let wrong = |what: String| Error::file(path, what);
        if path.is_dir() {
            return Err(wrong("is a directory; give the CSV file inside it".into()));
        }
        let reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path);
        let mut reader = reader.map_err(|e| wrong(format!("{e}; check the path")))?;
        let header = reader.headers().map_err(|e| wrong(format!("{e}; it must be text in UTF-8")))?;
        let columns: Vec<_> = header.iter().map(|c| c.trim_start_matches('\u{feff}').to_string()).collect();
        if let Some(twice) = columns.iter().enumerate().find(|(k, c)| columns[..*k].contains(c)) {
            return Err(wrong(format!("two columns are called `{}`; rename one", twice.1)));
        }
        Ok(Self { path: name, reader, columns })
    }

    fn wrong(&self, what: impl Into<String>) -> Error {
        Error::File { path: self.path.clone(), what: what.into() }
    }

    fn column(&self, name: &str) -> Result<usize, Error> {
        self.find(name).ok_or_else(|| {
            let columns = self.columns.join(", ");
            self.wrong(format!("the first line names no column `{name}`; it names: {columns}"))
        })
    }

    fn columns<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N], Error> {
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            *place = self.column(name)?;
        }
        Ok(places)
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    fn each(&mut self, mut row: impl FnMut(&Line) -> Result<(), Error>) -> Result<(), Error> {
        let mut record = csv::StringRecord::new();
        loop {
            let more = self.reader.read_record(&mut record).map_err(|e| {
                let at = e.position().map_or(String::new(), |p| format!("line {}: ", p.line()));
                let what = match e.kind() {
                    csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                        format!("{len} fields where the first line has {expected_len}")
                    }
                    _ => e.to_string(),
                };
                Error::File { path: self.path.clone(), what: format!("{at}{what}; correct the line") }
            })?;
            if !more {
                return Ok(());
            }
            let number = record.position().map_or(0, |p| p.line());
            row(&Line { path: &self.path, columns: &self.columns, number, record: &record })?;
        }
    }
}

struct Line<'a> {
    path: &'a str,
    columns: &'a [String],
    number: u64,
    record: &'a csv::StringRecord,
}

impl Line<'_> {
    fn wrong(&self, column: usize, what: &str) -> Error {
        let (number, name, text) = (self.number, &self.columns[column], &self.record[column]);
        let what = format!("line {number}, column `{name}`: `{text}` {what}");
        Error::File { path: self.path.into(), what }
    }

    fn text(&self, column: usize) -> Result<&str, Error> {
        match &self.record[column] {
            "" => Err(self.wrong(column, "is empty; give a name or a number")),
            text => Ok(text),
        }
    }

    fn number(&self, column: usize, scale: f64) -> Result<f64, Error> {
        let parsed = self.record[column].parse::<f64>().ok().filter(|x| x.is_finite());
        parsed.map(|x| x * scale).ok_or_else(|| self.wrong(column, "is not a finite number"))
    }
}

/// Reads a table of trials; `unit_s` is the length of its unit of time in s.
///
/// # Errors
/// [`Error::File`] naming file, line and column.
pub fn trials(path: &Path, unit_s: f64) -> Result<Vec<TrialEvent>, Error> {
    let mut table = Table::open(path)?;
    let [trial, direction, onset] = table.columns(["trial", "direction", "onset"])?;
    let mut seen = BTreeMap::new();
    let mut trials = Vec::new();
    table.each(|line| {
        let name = line.text(trial)?.to_string();
        if let Some(before) = seen.insert(name.clone(), line.number) {
            let what = format!("is the trial of line {before} already; name each trial once");
            return Err(line.wrong(trial, &what));
        }
        let direction = line.text(direction)?.to_string();
        trials.push(TrialEvent { name, direction, onset_s: line.number(onset, unit_s)? });
        Ok(())
    })?;
    let empty = || table.wrong("it holds no trial; lines are trial,direction,onset");
    if trials.is_empty() { Err(empty()) } else { Ok(trials) }
}

/// Reads a table of spikes of the given trials; `unit_s` is the length of its unit of time in s.
///
/// # Errors
/// [`Error::File`] naming file, line and column.
pub fn spikes(path: &Path, trials: &[TrialEvent], unit_s: f64) -> Result<Vec<Unit>, Error> {
    let mut table = Table::open(path)?;
    let [unit, population, time] = table.columns(["unit", "population", "time"])?;
    let trial = table.find("trial");
    let places: BTreeMap<&str, usize> = trials.iter().map(|t| t.name.as_str()).zip(0..).collect();
    // By population and unit: times by trial, or all in the first.
    let mut times: BTreeMap<(String, String), Vec<Vec<f64>>> = BTreeMap::new();
    let parts = if trial.is_some() { trials.len() } else { 1 };
    table.each(|line| {
        let place = match trial {
            None => 0,
            Some(column) => {
                let what = "names no trial of the table of trials; add it there or leave the spike out";
                *places.get(line.text(column)?).ok_or_else(|| line.wrong(column, what))?
            }
        };
        let key = (line.text(population)?.to_string(), line.text(unit)?.to_string());
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
    Ok(units)
}

/// Reads a table of continuous traces; `unit_s` is the length of its unit of time in s.
///
/// # Errors
/// [`Error::File`] naming file, line and column.
pub fn signals(path: &Path, unit_s: f64) -> Result<Vec<Signal>, Error> {
    let mut table = Table::open(path)?;
    let time = table.column("time")?;
    let names: Vec<usize> = (0..table.columns.len()).filter(|k| *k != time).collect();
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
    Ok(names.zip(values).map(|(name, values)| Signal { name, times_s: times_s.clone(), values }).collect())
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
