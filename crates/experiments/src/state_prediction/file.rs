//! Recordings read from files, and the session of three populations that is analyzed.

use super::config::{AnalysisConfig, FileConfig, TimeUnit};
use lobule_analysis::state_prediction::Session;
use lobule_cerebellum::recordings::{Events, SIGNALS, read_csv, read_nwb, read_prism};
use lobule_study::Error;
use std::path::Path;

/// Reads the files that the configuration names.
pub fn read(config: &FileConfig) -> Result<Events, Error> {
    let unit_s = match config.time_unit {
        TimeUnit::S => 1.0,
        TimeUnit::Ms => 1e-3,
    };
    if !config.prism.is_empty() {
        return Ok(read_prism::read(Path::new(&config.prism), &config.condition, &config.module)?);
    }
    let trials = match config.trials.as_str() {
        "" => read_csv::Trials::default(),
        path => read_csv::trials(Path::new(path), unit_s)?,
    };
    let mut events = if config.nwb.is_empty() {
        let spikes = read_csv::spikes(Path::new(&config.spikes), &trials, unit_s)?;
        let (source, units) = (config.spikes.clone(), spikes.units);
        let notes = trials.notes.into_iter().chain(spikes.notes).collect();
        Events { source, trials: trials.trials, units, notes, ..Events::default() }
    } else {
        let columns = read_nwb::Columns {
            population: &config.population_column,
            trials: &config.trials_table,
            direction: &config.direction_column,
            onset: &config.onset_column,
            unit_s,
        };
        let series: Vec<&str> = config.series.iter().map(String::as_str).collect();
        let has_table = config.trials.is_empty();
        let read = read_nwb::read(Path::new(&config.nwb), &columns, has_table, &series)?;
        let trials_read = if has_table { read.trials } else { trials.trials };
        let (units, signals) = (read.units, read.signals);
        let notes = trials.notes.into_iter().chain(read.notes).collect();
        Events { source: config.nwb.clone(), trials: trials_read, units, signals, notes, ..Events::default() }
    };
    if !config.signals.is_empty() {
        let (signals, notes) = read_csv::signals(Path::new(&config.signals), unit_s)?;
        events.signals.extend(signals);
        events.notes.extend(notes);
    }
    if events.units.iter().any(|u| u.population == SIGNALS) && !events.signals.is_empty() {
        let what =
            format!("a population is called `{SIGNALS}`, the name of the continuous traces; rename it");
        return Err(Error::File { path: events.source, what });
    }
    Ok(events)
}

/// The session of three populations: mossy fibers, Purkinje cells (none where the name is empty), nuclei.
pub fn session(events: &mut Events, names: [&str; 3], config: &AnalysisConfig) -> Result<Session, Error> {
    let sampling = config.sampling()?;
    events.check_windows(&sampling)?;
    for name in names {
        events.leave_out_silent(name, config.min_rate_hz, &sampling)?;
        events.thin_out(name, config.max_units);
    }
    let (_, directions) = events.directions();
    let [mossy, purkinje, nuclear] = names;
    Ok(Session {
        mossy: events.rates(mossy, &sampling)?,
        purkinje: (!purkinje.is_empty()).then(|| events.rates(purkinje, &sampling)).transpose()?,
        nuclear: events.rates(nuclear, &sampling)?,
        directions,
    })
}
