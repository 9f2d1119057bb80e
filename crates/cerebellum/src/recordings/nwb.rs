//! Spikes and traces as one file of Neurodata Without Borders.
//!
//! ```text
//! /units              a row per neuron: spike_times (s), obs_intervals (s), population, cell; x, y, z (µm), labels where known
//! /acquisition/<label>  a TimeSeries per trace: data (samples, elements), starting_time (s) with rate (Hz)
//! /session_description, /identifier, /session_start_time, ...
//! ```
//!
//! Silent neurons have a row, too: they were observed and did not fire. Values are in the unit of the simulator, and
//! `conversion` is the factor to the SI unit that NWB requires.
//!
//! Source: NWB schema 2.11.0 and hdmf-common 1.10.0; read by pynwb 4.2.0.

use super::session::{Session, sampling, trace_names};
use crate::Error;
use lobule_scaffold::hdf5::{Dataset, Group, H5Type, Output};
use lobule_scaffold::{CellSites, Error as FileError, identity::ContentHash};
use lobule_signal::{SpikeTrain, Trace};
use std::path::Path;

const NWB_VERSION: &str = "2.11.0";

/// Writes spikes and traces as an NWB file. [`Session::start`] is also the date of the file.
///
/// # Errors
/// [`Error::Config`] if spikes, traces or session are inconsistent, [`Error::Scaffold`] if the file cannot be written. No
/// file is left then.
pub fn write(path: &Path, session: &Session, spikes: &[SpikeTrain], traces: &[Trace]) -> Result<(), Error> {
    session.check(spikes, traces)?;
    let names = Names { session, hash: session.hash(spikes, traces) };
    let output = Output::create(path)?;
    let root = output.root();
    names.give_to(&root, "", "core", "NWBFile")?;
    root.text("nwb_version", NWB_VERSION)?;
    root.string("identifier", &names.hash.uuid())?;
    root.string("session_description", session.description)?;
    for name in ["session_start_time", "timestamps_reference_time"] {
        root.string(name, session.start)?;
    }
    root.strings("file_create_date", &[session.start])?;
    let general = root.group("general")?;
    general.strings("keywords", &["cerebellum", "simulation", "spiking neurons"])?;
    general.string("notes", &format!("Simulated with lobule {}; no animal.", env!("CARGO_PKG_VERSION")))?;
    general.string("experiment_description", session.description)?;
    subject(&general, &names)?;
    for name in ["analysis", "processing"] {
        root.group(name)?;
    }
    let stimulus = root.group("stimulus")?;
    stimulus.group("presentation")?;
    stimulus.group("templates")?;

    let acquisition = root.group("acquisition")?;
    for (k, (trace, name)) in traces.iter().zip(trace_names(traces)).enumerate() {
        series(&acquisition.group(&name)?, &format!("/acquisition/{name}"), &names, k, trace)?;
    }
    if !spikes.is_empty() {
        units(&root, &names, spikes)?;
    }
    drop((general, stimulus, acquisition, root));
    Ok(output.finish()?)
}

/// The session, and the ids of its objects: a hash of the session and of the object's path.
struct Names<'a> {
    session: &'a Session<'a>,
    hash: ContentHash,
}

impl Names<'_> {
    fn of(&self, path: &str) -> String {
        let mut hash = self.hash.clone();
        hash.bytes(path.as_bytes());
        hash.uuid()
    }

    fn give_to(&self, group: &Group, path: &str, namespace: &str, kind: &str) -> Result<(), FileError> {
        group.text("namespace", namespace)?;
        group.text("neurodata_type", kind)?;
        group.text("object_id", &self.of(path))
    }

    fn column(&self, data: &Dataset, kind: &str, description: &str) -> Result<(), FileError> {
        data.text("namespace", "hdmf-common")?;
        data.text("neurodata_type", kind)?;
        data.text("object_id", &self.of(&data.path()))?;
        // Ids of rows need no description.
        if description.is_empty() { Ok(()) } else { data.text("description", description) }
    }
}

/// Writes the subject that archives require, which states that there is no animal.
fn subject(general: &Group, names: &Names) -> Result<(), FileError> {
    let subject = general.group("subject")?;
    names.give_to(&subject, "/general/subject", "core", "Subject")?;
    subject.string("subject_id", "simulation")?;
    subject.string("description", "No animal: a simulated circuit with the models of mouse neurons.")?;
    subject.string("species", "Mus musculus")?;
    subject.string("sex", "U")?;
    // An open range of age from day 0.
    subject.string("age", "P0D/")?.text("reference", "birth")
}

fn units(root: &Group, names: &Names, spikes: &[SpikeTrain]) -> Result<(), FileError> {
    let session = names.session;
    let table = Table { group: root.group("units")?, names };
    names.give_to(&table.group, "/units", "core", "Units")?;
    table.group.text("description", "Simulated neurons; silent ones are included.")?;

    let n: usize = spikes.iter().map(|train| train.n).sum();
    table.ids(n)?;
    let population: Vec<&str> = spikes.iter().flat_map(|t| vec![t.label.as_str(); t.n]).collect();
    table.texts("population", &population, "Population of the neuron.")?;
    let cell: Vec<i64> = spikes.iter().flat_map(|t| 0..t.n as i64).collect();
    table.numbers("cell", &cell, &[n], "Number of the neuron in its population, from 0.")?;
    let mut columns = vec!["population", "cell"];

    let sites: Vec<Option<&CellSites>> = spikes.iter().map(|t| sites_of(session, t)).collect();
    if sites.iter().any(Option::is_some) {
        let axes = [
            ("x", "Position of the soma along x, um."),
            ("y", "Along y, um."),
            ("z", "Along z, upward, um."),
        ];
        for (axis, (name, description)) in axes.into_iter().enumerate() {
            let of = |(train, sites): (&SpikeTrain, &Option<&CellSites>)| match sites {
                Some(sites) => sites.positions.iter().map(|p| p[axis]).collect(),
                None => vec![f64::NAN; train.n],
            };
            let values: Vec<f64> = spikes.iter().zip(&sites).flat_map(of).collect();
            table.numbers(name, &values, &[n], description)?;
            columns.push(name);
        }
    }
    if sites.iter().flatten().any(|s| !s.labels.is_empty()) {
        let label = |sites: Option<&CellSites>, i: usize| {
            let set = sites.and_then(|s| s.label_sets.get(usize::from(*s.labels.get(i)?)));
            set.map(|labels| labels.join(",")).unwrap_or_default()
        };
        let of = |(train, sites): (&SpikeTrain, &Option<&CellSites>)| {
            (0..train.n).map(|i| label(*sites, i)).collect::<Vec<_>>()
        };
        let labels: Vec<String> = spikes.iter().zip(&sites).flat_map(of).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        table.texts("labels", &labels, "Labels of the neuron, such as its microzone, divided by commas.")?;
        columns.push("labels");
    }

    let (times, ends) = by_neuron(spikes, session.dt_ms);
    let description = "Times of spikes, s from the start of the simulation.";
    let data = table.ragged("spike_times", &times, &[times.len()], &ends, description)?;
    data.number("resolution", session.dt_ms / 1000.0)?;
    columns.push("spike_times");
    let intervals = [session.from_ms / 1000.0, session.duration_ms / 1000.0].repeat(n);
    let ends: Vec<u64> = (1..=n as u64).collect();
    let description = "Time in which the neuron was simulated, s.";
    table.ragged("obs_intervals", &intervals, &[n, 2], &ends, description)?;
    columns.push("obs_intervals");
    table.group.texts("colnames", &columns)
}

/// The cells of a population, if they are known and as many.
fn sites_of<'a>(session: &Session<'a>, train: &SpikeTrain) -> Option<&'a CellSites> {
    session.cells.iter().find(|c| c.cell_type == train.label && c.len() == train.n)
}

/// All spike times (s) neuron by neuron, and where each neuron's end.
fn by_neuron(spikes: &[SpikeTrain], dt_ms: f64) -> (Vec<f64>, Vec<u64>) {
    let (mut times, mut ends) = (Vec::new(), Vec::new());
    for train in spikes {
        let mut of_neuron = vec![Vec::new(); train.n];
        for (&step, &id) in train.steps.iter().zip(&train.ids) {
            // In range: `Session::check` has looked.
            of_neuron[id as usize].push(step as f64 * dt_ms / 1000.0);
        }
        for mut own in of_neuron {
            own.sort_by(f64::total_cmp);
            times.append(&mut own);
            ends.push(times.len() as u64);
        }
    }
    (times, ends)
}

/// A DynamicTable being written.
struct Table<'a> {
    group: Group<'a>,
    names: &'a Names<'a>,
}

impl<'a> Table<'a> {
    fn ids(&self, n: usize) -> Result<(), FileError> {
        let data = self.group.data("id", &(0..n as i64).collect::<Vec<_>>(), &[n])?;
        self.names.column(&data, "ElementIdentifiers", "")
    }

    fn texts(&self, name: &str, values: &[&str], description: &str) -> Result<(), FileError> {
        self.names.column(&self.group.strings(name, values)?, "VectorData", description)
    }

    fn numbers<T: H5Type>(
        &self,
        name: &str,
        values: &[T],
        shape: &[usize],
        description: &str,
    ) -> Result<Dataset<'a>, FileError> {
        let data = self.group.data(name, values, shape)?;
        self.names.column(&data, "VectorData", description)?;
        Ok(data)
    }

    /// A column with any number of values per row; `ends[row]` is where its values end.
    fn ragged(
        &self,
        name: &str,
        values: &[f64],
        shape: &[usize],
        ends: &[u64],
        description: &str,
    ) -> Result<Dataset<'a>, FileError> {
        let data = self.numbers(name, values, shape, description)?;
        let index = self.group.data(&format!("{name}_index"), ends, &[ends.len()])?;
        self.names.column(&index, "VectorIndex", &format!("Index for VectorData '{name}'"))?;
        index.reference("target", &data)?;
        Ok(data)
    }
}

fn series(group: &Group, path: &str, names: &Names, k: usize, trace: &Trace) -> Result<(), FileError> {
    let session = names.session;
    names.give_to(group, path, "core", "TimeSeries")?;
    let neurons = ranges(&session.neurons(k, trace));
    group.text("description", &format!("{} of neurons {neurons}.", trace.label))?;
    group.text("comments", &format!("Recorded in {}.", trace.unit))?;
    let data = group.data("data", &trace.values, &[trace.steps.len(), trace.n])?;
    let (unit, conversion) = si(&trace.unit);
    data.text("unit", unit)?;
    data.number("conversion", conversion)?;
    data.number("offset", 0.0f64)?;
    // -1: not known. Values are 32-bit floating-point numbers.
    data.number("resolution", -1.0f64)?;
    // `Session::check` has seen that samples are even.
    let (first, spacing) = sampling(trace).unwrap_or((0, 1));
    let start = group.data("starting_time", &[first as f64 * session.dt_ms / 1000.0], &[])?;
    start.number("rate", 1000.0 / (spacing as f64 * session.dt_ms))?;
    start.text("unit", "seconds")
}

/// Numbers as text, runs of successive ones as `from-to`.
fn ranges(numbers: &[u32]) -> String {
    let run = |run: &[u32]| match run {
        [one] => one.to_string(),
        [from, .., to] => format!("{from}-{to}"),
        [] => String::new(),
    };
    let runs = numbers.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    runs.map(run).collect::<Vec<_>>().join(", ")
}

/// The SI unit that a unit of the simulator is a multiple of, and the factor.
fn si(unit: &str) -> (&str, f64) {
    match unit {
        "mV" => ("volts", 1e-3),
        "pA" => ("amperes", 1e-12),
        "nS" => ("siemens", 1e-9),
        "nS/ms" => ("siemens/s", 1e-6),
        "pF" => ("farads", 1e-12),
        "ms" => ("seconds", 1e-3),
        "" | "1" => ("a.u.", 1.0),
        other => (other, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_numbers_are_shortened() {
        assert_eq!(ranges(&[0, 1, 2, 7, 9, 10, 3]), "0-2, 7, 9-10, 3");
        assert_eq!(ranges(&[]), "");
    }

    #[test]
    fn spikes_are_grouped_by_neuron_in_order_of_time() {
        let train = SpikeTrain { label: "a".into(), n: 3, steps: vec![1, 2, 3, 3], ids: vec![2, 0, 0, 2] };
        let (times, ends) = by_neuron(&[train, SpikeTrain::new("b", 1)], 0.5);
        assert_eq!(times, [0.001, 0.0015, 0.0005, 0.0015]);
        assert_eq!(ends, [2, 2, 4, 4]);
    }
}
