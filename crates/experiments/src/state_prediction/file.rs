//! Recordings read from files, and the session of three populations that is analyzed.

use super::config::{AnalysisConfig, FileConfig, TimeUnit};
use lobule_analysis::state_prediction::Session;
use lobule_cerebellum::recordings::{Events, SIGNALS, TrialEvent, UnitTimes, read_csv, read_nwb, read_prism};
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
        "" => Vec::new(),
        path => read_csv::trials(Path::new(path), unit_s)?,
    };
    let mut events = if config.nwb.is_empty() {
        let units = read_csv::spikes(Path::new(&config.spikes), &trials, unit_s)?;
        Events { source: config.spikes.clone(), trials, units, ..Events::default() }
    } else {
        let FileConfig { population_column, direction_column, onset_column: onset, .. } = config;
        let columns = read_nwb::Columns { population: population_column, direction: direction_column, onset };
        let series: Vec<&str> = config.series.iter().map(String::as_str).collect();
        let read = read_nwb::read(Path::new(&config.nwb), &columns, trials.is_empty(), &series)?;
        let trials = if trials.is_empty() { read.trials } else { trials };
        let (units, signals) = (read.units, read.signals);
        Events { source: config.nwb.clone(), trials, units, signals, ..Events::default() }
    };
    if !config.signals.is_empty() {
        events.signals.extend(read_csv::signals(Path::new(&config.signals), unit_s)?);
    }
    refuse_shared_onsets(&events)?;
    if events.units.iter().any(|u| u.population == SIGNALS) && !events.signals.is_empty() {
        let what =
            format!("a population is called `{SIGNALS}`, the name of the continuous traces; rename it");
        return Err(Error::File { path: events.source, what });
    }
    Ok(events)
}

/// Refuses signals, which are on the clock of the session, beside trials on clocks of their own that share an onset: every trial of
/// one onset would have the same values.
fn refuse_shared_onsets(events: &Events) -> Result<(), Error> {
    let has_clocks = events.units.iter().any(|u| matches!(u.times, UnitTimes::OfTrials(_)));
    if events.signals.is_empty() || !has_clocks {
        return Ok(());
    }
    let mut by_onset: Vec<&TrialEvent> = events.trials.iter().collect();
    by_onset.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s));
    let Some(pair) = by_onset.windows(2).find(|w| w[0].onset_s == w[1].onset_s) else { return Ok(()) };
    let what = format!(
        "trials `{}` and `{}` share the onset {} s, so that signals, on the clock of the session, would be the same in both; give spikes \
         and onsets on that clock",
        pair[0].name, pair[1].name, pair[0].onset_s
    );
    Err(Error::File { path: events.source.clone(), what })
}

/// The session of three populations: mossy fibers, Purkinje cells (none where the name is empty), nuclei.
pub fn session(events: &mut Events, names: [&str; 3], config: &AnalysisConfig) -> Result<Session, Error> {
    let sampling = config.sampling()?;
    for name in names {
        events.leave_out_silent(name, config.min_rate_hz, &sampling);
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
