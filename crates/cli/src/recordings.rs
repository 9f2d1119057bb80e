//! `--format`: results of a simulation in the formats asked for.

use crate::Stop;
use crate::input::refused;
use atomic_write_file::AtomicWriteFile;
use lobule::cerebellum;
use lobule::cerebellum::open_loop::SetWeights;
use lobule::cerebellum::recordings::{
    Session, trace_names, write_nwb, write_sonata_report, write_sonata_spikes,
};
use lobule::signal::{SpikeTrain, Trace};
use std::path::{Path, PathBuf};

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
        write_spikes(&file("spikes.csv"), spikes, session.dt_ms)?;
        if !traces.is_empty() {
            write_traces(&file("traces.csv"), traces, session.trace_neurons, session.dt_ms)?;
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

/// Writes the weights of plastic sets, one synapse in a line.
pub fn write_weights(path: &Path, weights: &[SetWeights]) -> Result<(), Stop> {
    let row = |set: &str, &(pre, post, weight): &(u32, u32, f32)| {
        [set.to_string(), pre.to_string(), post.to_string(), weight.to_string()]
    };
    let rows = weights.iter().flat_map(|w| w.synapses.iter().map(|synapse| row(&w.set, synapse)));
    write_table(path, ["set", "pre", "post", "weight_ns"], rows)
}

/// An error of writing: of the arguments, or of the run.
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

/// Writes a table row by row, since its text may be larger than the memory. The file appears when it is complete.
fn write_table<const N: usize>(
    path: &Path,
    header: [&str; N],
    mut rows: impl Iterator<Item = [String; N]>,
) -> Result<(), Stop> {
    let written = AtomicWriteFile::open(path).and_then(|file| {
        let mut csv = csv::Writer::from_writer(std::io::BufWriter::new(file));
        csv.write_record(header)?;
        rows.try_for_each(|row| csv.write_record(row))?;
        let file = csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.commit()
    });
    written.map_err(|e| Stop::Run(refused(path, format!("{e}; check space and permissions"))))
}

fn write_spikes(path: &Path, spikes: &[SpikeTrain], dt_ms: f64) -> Result<(), Stop> {
    let rows = spikes.iter().flat_map(|train| {
        let spikes = train.steps.iter().zip(&train.ids);
        spikes.map(|(&step, id)| [train.label.clone(), id.to_string(), time_text(step, dt_ms)])
    });
    write_table(path, ["population", "neuron", "time_ms"], rows)
}

fn write_traces(path: &Path, traces: &[Trace], neurons: &[Vec<u32>], dt_ms: f64) -> Result<(), Stop> {
    let rows = traces.iter().zip(neurons).flat_map(|(trace, neurons)| {
        let samples = trace.steps.iter().zip(trace.values.chunks_exact(trace.n.max(1)));
        samples.flat_map(move |(&step, values)| {
            let time = time_text(step, dt_ms);
            neurons.iter().zip(values).map(move |(neuron, value)| {
                [&trace.label, &trace.unit, &neuron.to_string(), &time, &value.to_string()].map(String::clone)
            })
        })
    });
    write_table(path, ["trace", "unit", "neuron", "time_ms", "value"], rows)
}

/// The time now in UTC, to the second, in ISO 8601.
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::now;

    #[test]
    fn a_session_begins_at_a_time_that_is_accepted() {
        let time = now();
        assert!(time.ends_with("+00:00"), "{time}");
        lobule::cerebellum::recordings::check_start(&time).unwrap();
    }
}
