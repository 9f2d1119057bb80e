//! `--format`: results of a simulation in the formats asked for.

use crate::Stop;
use lobule::cerebellum;
use lobule::cerebellum::recordings::{
    Session, trace_names, write_nwb, write_sonata_report, write_sonata_spikes,
};
use lobule::signal::{SpikeTrain, Trace};
use lobule::study::run_folder::write_whole;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// A format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// spikes.csv, traces.csv
    Csv,
    /// spikes.h5, and a report per trace
    Sonata,
    /// recording.nwb
    Nwb,
}

/// Writes spikes and traces into an existing folder; returns the files.
pub fn write(
    folder: &Path,
    formats: &[Format],
    session: &Session,
    spikes: &[SpikeTrain],
    traces: &[Trace],
) -> Result<Vec<PathBuf>, Stop> {
    let mut written = Vec::new();
    let mut file = |name: &str| {
        written.push(folder.join(name));
        folder.join(name)
    };
    if formats.contains(&Format::Csv) {
        write_whole(&file("spikes.csv"), spikes_csv(spikes, session.dt_ms).as_bytes()).map_err(Stop::Run)?;
        if !traces.is_empty() {
            let csv = traces_csv(traces, session.trace_neurons, session.dt_ms);
            write_whole(&file("traces.csv"), csv.as_bytes()).map_err(Stop::Run)?;
        }
    }
    if formats.contains(&Format::Sonata) {
        write_sonata_spikes(&file("spikes.h5"), session, spikes).map_err(stop)?;
        for (k, (trace, name)) in traces.iter().zip(trace_names(traces)).enumerate() {
            let session =
                Session { trace_neurons: session.trace_neurons.get(k..=k).unwrap_or(&[]), ..*session };
            write_sonata_report(&file(&format!("{name}.h5")), &session, trace).map_err(stop)?;
        }
    }
    if formats.contains(&Format::Nwb) {
        write_nwb(&file("recording.nwb"), session, spikes, traces).map_err(stop)?;
    }
    Ok(written)
}

/// What was typed is wrong, or the run failed in the end.
fn stop(error: cerebellum::Error) -> Stop {
    match error {
        cerebellum::Error::Config { .. } => Stop::Input(error.into()),
        other => Stop::Run(other.into()),
    }
}

/// A time on the grid as text: without the digits that only binary fractions have.
fn time_text(step: u64, dt_ms: f64) -> String {
    let decimals = if (dt_ms * 10.0).fract().abs() < 1e-9 { 1 } else { 4 };
    format!("{:.decimals$}", step as f64 * dt_ms)
}

// Writing to a string does not fail.
fn spikes_csv(spikes: &[SpikeTrain], dt_ms: f64) -> String {
    let mut csv = String::from("population,neuron,time_ms\n");
    for train in spikes {
        for (&step, &id) in train.steps.iter().zip(&train.ids) {
            let _ = writeln!(csv, "{},{id},{}", train.label, time_text(step, dt_ms));
        }
    }
    csv
}

fn traces_csv(traces: &[Trace], neurons: &[Vec<u32>], dt_ms: f64) -> String {
    let mut csv = String::from("trace,unit,neuron,time_ms,value\n");
    for (trace, neurons) in traces.iter().zip(neurons) {
        for (step, values) in trace.steps.iter().zip(trace.values.chunks_exact(trace.n.max(1))) {
            let time = time_text(*step, dt_ms);
            for (neuron, value) in neurons.iter().zip(values) {
                let _ = writeln!(csv, "{},{},{neuron},{time},{value}", trace.label, trace.unit);
            }
        }
    }
    csv
}

/// The time now in UTC, to the second, in ISO 8601.
pub fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    iso_time(since)
}

/// Seconds since 1970 as a date. Source: Hinnant 2013, "chrono-compatible low-level date algorithms".
fn iso_time(since: u64) -> String {
    let (days, second) = (since / 86_400, since % 86_400);
    // Days since 1 March of the year 0, in eras of 400 years.
    let z = days + 719_468;
    let (era, of_era) = (z / 146_097, z % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}+00:00",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::iso_time;

    #[test]
    fn seconds_become_dates() {
        for (since, date) in [
            (0, "1970-01-01T00:00:00+00:00"),
            (951_827_696, "2000-02-29T12:34:56+00:00"),
            (1_709_164_799, "2024-02-28T23:59:59+00:00"),
            (4_107_542_400, "2100-03-01T00:00:00+00:00"),
        ] {
            assert_eq!(iso_time(since), date);
        }
    }
}
