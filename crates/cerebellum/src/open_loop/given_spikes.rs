//! Spikes of a file for a stimulus, by what the file holds:
//!
//! ```text
//! table     neuron,time_ms or population,neuron,time_ms; with a first line of names in any order, also `node_ids` and `timestamps`
//! SONATA    /spikes/<population>: timestamps, node_ids
//! NWB       /units of a recording by lobule: spike_times, population, cell
//! ```
//! Populations may have BSB's names. Spikes of other populations are left out, with a note.

use crate::Error;
use crate::recordings::table::{Table, longest, whole};
use lobule_scaffold::hdf5::{Store, guarded, is_hdf5};
use lobule_scaffold::{Error as FileError, canonical_cell_name, files};
use lobule_signal::Clock;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Names of the columns of a table, the first by lobule.
const POPULATION: &[&str] = &["population", "populations"];
const NEURON: &[&str] = &["neuron", "node_ids", "node_id", "cell", "id"];
/// With the length of their unit, ms.
const TIME: &[(&str, f64)] =
    &[("time_ms", 1.0), ("timestamps", 1.0), ("times", 1.0), ("time", 1.0), ("t", 1.0), ("time_s", 1e3)];

/// One spike as it stands in the file.
struct Listed {
    at: At,
    neuron: u32,
    ms: f64,
}

/// Place of a spike in its file.
enum At {
    Line(u64),
    /// Number of the spike, from 0, in its population or cell.
    Spike(usize),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Spike(number) => write!(f, "spike {number} of its population or cell"),
        }
    }
}

/// The spikes of a file for a population.
#[derive(Default)]
pub(super) struct GivenSpikes {
    /// (time of arrival ms, on the grid; neuron)
    pub spikes: Vec<(f64, u32)>,
    pub notes: Vec<String>,
}

/// The population, its size, its neurons that are stimulated, and whether times are rounded to the grid.
pub(super) struct Wanted<'a> {
    pub population: &'a str,
    pub n: usize,
    pub targets: &'a [u32],
    pub rounds: bool,
    pub clock: Clock,
    /// Earliest time of arrival, ms.
    pub first_ms: f64,
    /// End of the run, ms.
    pub end_ms: f64,
}

/// Reads the spikes of a file.
pub(super) fn read(path: &Path, wanted: &Wanted) -> Result<GivenSpikes, Error> {
    let wrong = |what: String| Error::file(path, what);
    files::open(path)?;
    let (listed, others, notes) = if is_hdf5(path) { hdf5(path, wanted)? } else { table(path, wanted)? };
    if listed.is_empty() {
        let there: Vec<String> = others.iter().map(|(name, n)| format!("`{name}` ({n})")).collect();
        let there = if there.is_empty() { "no spike at all".into() } else { there.join(", ") };
        return Err(wrong(format!("it holds no spike of `{}`; it holds {there}", wanted.population)));
    }
    let mut given = GivenSpikes { notes, ..GivenSpikes::default() };
    if !others.is_empty() {
        let names: Vec<&str> = others.keys().map(String::as_str).collect();
        let n: usize = others.values().sum();
        let what = format!("{n} spikes of other populations ({}) are left out", names.join(", "));
        given.notes.push(format!("{}: {what}", path.display()));
    }
    let (mut moved, mut beside, mut late) = (0, 0, 0);
    let all = listed.len();
    for Listed { at, neuron, ms } in listed {
        if neuron as usize >= wanted.n {
            return Err(wrong(format!(
                "{at}: neuron {neuron} does not exist; there are {}, from 0",
                wanted.n
            )));
        }
        if !(ms.is_finite() && (0.0..=3.6e9).contains(&ms)) {
            return Err(wrong(format!("{at}: a time of {ms} ms; times lie in 0..3.6e9 ms")));
        }
        let on_grid = match wanted.clock.steps(ms) {
            Ok(_) => ms,
            Err(_) if wanted.rounds => {
                moved += 1;
                wanted.clock.ms((ms / wanted.clock.dt_ms()).round() as u64)
            }
            Err(e) => {
                let remedy = "write times on the grid, or add `,round` to the stimulus to take the nearest";
                return Err(wrong(format!("{at}: {e}; {remedy}")));
            }
        };
        if on_grid < wanted.first_ms - 1e-9 {
            return Err(wrong(format!(
                "{at}: a spike at {ms} ms; the first can arrive at {} ms",
                wanted.first_ms
            )));
        }
        if wanted.targets.binary_search(&neuron).is_err() {
            beside += 1;
        } else {
            late += usize::from(on_grid >= wanted.end_ms);
            given.spikes.push((on_grid, neuron));
        }
    }
    if given.spikes.is_empty() {
        let what = format!("none of its {all} spikes is of a neuron that the stimulus names or reaches");
        return Err(wrong(format!("{what}; enlarge `within` or the list of neurons")));
    }
    let step_ms = wanted.clock.dt_ms();
    for (n, what) in [
        (moved, format!("moved to the nearest step of {step_ms} ms")),
        (beside, "of neurons that the stimulus does not reach; they are left out".into()),
        (late, format!("not before the end of the run at {} ms", wanted.end_ms)),
    ] {
        if n > 0 {
            given.notes.push(format!("{}: {n} of {all} spikes are {what}", path.display()));
        }
    }
    Ok(given)
}

/// Spikes of the population, the numbers of those of others, and notes.
type Found = (Vec<Listed>, BTreeMap<String, usize>, Vec<String>);

fn table(path: &Path, wanted: &Wanted) -> Result<Found, Error> {
    let text = files::text(path, longest())?;
    let has = |names: &[String], known: &str| names.iter().any(|name| name == known);
    let are_names = |names: &[String]| {
        NEURON.iter().any(|known| has(names, known)) && TIME.iter().any(|(known, _)| has(names, known))
    };
    let layouts: [&[&str]; 2] = [&["neuron", "time_ms"], &["population", "neuron", "time_ms"]];
    let known: Vec<&str> =
        POPULATION.iter().chain(NEURON).copied().chain(TIME.iter().map(|(name, _)| *name)).collect();
    let table = match Table::without_names(path, &text, &layouts, are_names) {
        Some(table) => table,
        None => Table::of(path, text, &known, are_names)?,
    };
    let place = |names: &[&str]| names.iter().find_map(|name| table.find(name));
    let population = place(POPULATION);
    let time = TIME.iter().find_map(|(name, ms)| Some((table.find(name)?, *ms)));
    let (Some(neuron), Some((time, unit_ms))) = (place(NEURON), time) else {
        let names: Vec<&str> = table.columns.iter().map(String::as_str).collect();
        return Err(table.wrong(format!(
            "the first line names no column of neurons or of times; it names: {}; lines are `neuron,time_ms` or \
             `population,neuron,time_ms`",
            names.join(", ")
        )));
    };
    let (mut listed, mut others, mut notes) = Found::default();
    table.each(|line| {
        if let Some(column) = population {
            let of = line.name(column)?;
            if !is_same(&of, wanted.population) {
                *others.entry(of).or_default() += 1;
                return Ok(());
            }
        }
        let text = line.name(neuron)?;
        let number = whole(&text).and_then(|n| u32::try_from(n).ok());
        let number = number.ok_or_else(|| line.wrong(neuron, "is no number of a neuron, counted from 0"))?;
        listed.push(Listed { at: At::Line(line.number), neuron: number, ms: line.number(time, unit_ms)? });
        Ok(())
    })?;
    notes.extend(table.note());
    if let Some(name) = table.columns.get(time).filter(|name| ["times", "time", "t"].contains(&name.as_str()))
    {
        let (path, remedy) = (path.display(), "call it time_ms or time_s");
        notes.push(format!("{path}: column `{name}` has no unit and is read as ms; {remedy}"));
    }
    Ok((listed, others, notes))
}

/// True if two names are of one population: BSB's or lobule's.
fn is_same(a: &str, b: &str) -> bool {
    canonical_cell_name(a) == canonical_cell_name(b)
}

fn hdf5(path: &Path, wanted: &Wanted) -> Result<Found, Error> {
    Ok(guarded(path, || {
        let store = Store::open(path)?;
        let root = store.members(&store.root())?;
        match (root.get("spikes"), root.contains_key("units")) {
            (Some(spikes), _) => {
                let populations: Vec<String> = store.members(spikes)?.into_keys().collect();
                sonata(&store, populations, wanted)
            }
            (None, true) => nwb(&store, wanted),
            (None, false) => {
                let what = "is missing; a SONATA file of spikes has it, a recording in NWB has `units`";
                Err(store.error("spikes", what))
            }
        }
    })?)
}

fn sonata(store: &Store, populations: Vec<String>, wanted: &Wanted) -> Result<Found, FileError> {
    // Files of before 2019 have no group of a population.
    let is_flat = populations.iter().any(|name| name == "timestamps");
    let groups: Vec<(String, String)> = match is_flat {
        true => vec![(wanted.population.into(), "spikes".into())],
        false => populations.iter().map(|name| (name.clone(), format!("spikes/{name}"))).collect(),
    };
    let (mut listed, mut others, notes) = Found::default();
    for (name, group) in groups {
        let path = format!("{group}/timestamps");
        if !is_same(&name, wanted.population) {
            others.insert(name, store.rows(&path, None)?);
            continue;
        }
        let ids = if populations.iter().any(|name| name == "gids") { "gids" } else { "node_ids" };
        let (times, ids) = (store.floats(&path, None)?, store.integers(&format!("{group}/{ids}"), None)?);
        let unit_ms = match store.text_attribute(&path, "units").as_deref() {
            None | Some("ms" | "milliseconds" | "millisecond") => 1.0,
            Some("s" | "seconds" | "second") => 1e3,
            Some(other) => {
                let what = format!("has the unit `{other}`; ms and s are known");
                return Err(store.error(path, what));
            }
        };
        if times.len() != ids.len() {
            let what = format!("has {} times for {} neurons; a spike has both", times.len(), ids.len());
            return Err(store.error(path, what));
        }
        for (k, (time, id)) in times.into_iter().zip(ids).enumerate() {
            let neuron = u32::try_from(id).map_err(|_| {
                store.error(group.as_str(), format!("spike {k} is of neuron {id}; numbers begin at 0"))
            })?;
            listed.push(Listed { at: At::Spike(k), neuron, ms: time * unit_ms });
        }
    }
    Ok((listed, others, notes))
}

fn nwb(store: &Store, wanted: &Wanted) -> Result<Found, FileError> {
    let populations = store.texts("units/population")?;
    let cells = store.integers("units/cell", None)?;
    let ends = store.integers("units/spike_times_index", None)?;
    let times = store.floats("units/spike_times", None)?;
    let (mut listed, mut others, notes) = Found::default();
    if populations.len() != ends.len() || cells.len() != ends.len() {
        let what = format!(
            "has {} rows for {} populations and {} cells",
            ends.len(),
            populations.len(),
            cells.len()
        );
        return Err(store.error("units/spike_times_index", what));
    }
    let mut begin = 0usize;
    for ((population, cell), end) in populations.into_iter().zip(cells).zip(ends) {
        let own = usize::try_from(end).ok().and_then(|end| times.get(begin..end));
        let own = own.ok_or_else(|| {
            let what = format!("has an end of {end} after {begin}; ends rise to at most {}", times.len());
            store.error("units/spike_times_index", what)
        })?;
        begin += own.len();
        if !is_same(&population, wanted.population) {
            *others.entry(population).or_default() += own.len();
            continue;
        }
        let neuron = u32::try_from(cell)
            .map_err(|_| store.error("units/cell", format!("holds {cell}; cells are counted from 0")))?;
        let spike = |(k, t): (usize, &f64)| Listed { at: At::Spike(k), neuron, ms: t * 1e3 };
        listed.extend(own.iter().enumerate().map(spike));
    }
    others.retain(|_, n| *n > 0);
    Ok((listed, others, notes))
}
