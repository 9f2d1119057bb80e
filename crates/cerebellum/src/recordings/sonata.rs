//! Spikes and reports in the layout of SONATA.
//!
//! ```text
//! /spikes/<population>   timestamps f64 (n) ms, node_ids u64 (n); attribute sorting
//! /report/<population>   data f32 (samples, elements); mapping/node_ids, index_pointers, element_ids, time f64 (3) ms
//! ```
//!
//! Source: SONATA developer guide, "spike file" and "frame-oriented node element
//! recordings"; read by libsonata 0.2.2 and bmtk 1.2.0.

use super::session::{Session, sampling};
use crate::Error;
use lobule_scaffold::hdf5::{Group, Output};
use lobule_signal::{SpikeTrain, Trace};
use std::path::Path;

/// Magic number of a SONATA file. Source: SONATA guide, "magic".
const MAGIC: u32 = 0x0A7A;
/// The orders of spikes that a file can name.
const SORTING: [&str; 3] = ["none", "by_id", "by_time"];

/// Writes spikes of any number of populations as a SONATA spike file.
///
/// # Errors
/// [`Error::Config`] if spikes or session are inconsistent, [`Error::Scaffold`] if the file cannot be written. No file is left
/// then.
///
/// # Example
/// ```
/// use lobule_cerebellum::recordings::{Session, write_sonata_spikes};
/// use lobule_signal::SpikeTrain;
///
/// let mut train = SpikeTrain::new("golgi_cell", 3);
/// train.push(125, 2);
/// let session = Session {
///     description: "One spike.",
///     start: "2026-11-22T09:00:00+00:00",
///     dt_ms: 0.1,
///     from_ms: 0.0,
///     duration_ms: 100.0,
///     cells: &[],
///     trace_neurons: &[],
/// };
/// let path = std::env::temp_dir().join(format!("lobule_spikes_{}.h5", std::process::id()));
/// write_sonata_spikes(&path, &session, &[train])?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), lobule_cerebellum::Error>(())
/// ```
pub fn write_spikes(path: &Path, session: &Session, spikes: &[SpikeTrain]) -> Result<(), Error> {
    // The neurons of traces do not concern spikes.
    Session { trace_neurons: &[], ..*session }.check(spikes, &[])?;
    let output = Output::create(path)?;
    let root = begin(&output)?;
    let all = root.group("spikes")?;
    for train in spikes {
        let group = all.group(&train.label)?;
        let is_by_time = train.steps.is_sorted();
        group.choice("sorting", if is_by_time { 2 } else { 0 }, &SORTING)?;
        let times: Vec<f64> = train.steps.iter().map(|&s| s as f64 * session.dt_ms).collect();
        let ids: Vec<u64> = train.ids.iter().map(|&i| i.into()).collect();
        group.data("timestamps", &times, &[times.len()])?.text("units", "ms")?;
        group.data("node_ids", &ids, &[ids.len()])?;
    }
    drop((all, root));
    Ok(output.finish()?)
}

/// Writes a trace as a SONATA report of one value per neuron. The label of the trace is `<population>.<variable>`.
///
/// A SONATA report has a row for each sample at `start + k · step`; `start` is the time of the first.
///
/// # Errors
/// As [`write_spikes`]; [`Error::Config`] also for samples that are not evenly spaced.
pub fn write_report(path: &Path, session: &Session, trace: &Trace) -> Result<(), Error> {
    session.check(&[], std::slice::from_ref(trace))?;
    let output = Output::create(path)?;
    let root = begin(&output)?;
    let population = trace.label.rsplit_once('.').map_or(trace.label.as_str(), |(p, _)| p);
    let all = root.group("report")?;
    let group = all.group(population)?;
    let (samples, n) = (trace.steps.len(), trace.n);
    group.data("data", &trace.values, &[samples, n])?.text("units", &trace.unit)?;
    let mapping = group.group("mapping")?;
    let ids = session.neurons(0, trace);
    let node_ids = mapping.data("node_ids", &ids.iter().map(|&i| u64::from(i)).collect::<Vec<_>>(), &[n])?;
    node_ids.number("sorted", u8::from(ids.is_sorted()))?;
    mapping.data("index_pointers", &(0..=n as u64).collect::<Vec<_>>(), &[n + 1])?;
    // A neuron without a morphology has one element, number 0.
    mapping.data("element_ids", &vec![0u32; n], &[n])?;
    // `Session::check` has seen that samples are even.
    let (first, spacing) = sampling(trace).unwrap_or((0, 1));
    let step = spacing as f64 * session.dt_ms;
    let start = first as f64 * session.dt_ms;
    let end = (first + spacing * samples as u64) as f64 * session.dt_ms;
    mapping.data("time", &[start, end, step], &[3])?.text("units", "ms")?;
    drop((mapping, group, all, root));
    Ok(output.finish()?)
}

fn begin(output: &Output) -> Result<Group<'_>, Error> {
    let root = output.root();
    root.array("magic", &[MAGIC], &[])?;
    root.array("version", &[0u32, 1], &[2])?;
    Ok(root)
}
