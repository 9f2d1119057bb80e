//! `network simulate`.

use crate::arguments::{Cells, Simulate};
use crate::input::{Simulations, input, refused};
use crate::{Stop, bar::Bar, recordings};
use lobule::cerebellum::open_loop::{
    OpenLoop, OpenLoopResult, OwnTables, PopulationRates, SharedAnatomy, Snapshots, Stimulus,
    available_memory, duration_ms, own_tables, parse_probe, stored,
};
use lobule::cerebellum::recordings::{Session, check_start};
use lobule::cerebellum::{BrainState, CellModels};
use lobule::{
    Error, Ranks, cerebellum::stored::Probe, scaffold::Anatomy, scaffold::configuration::StoredSimulation,
    scaffold::files, scaffold::format::Reading, study::report::raster, study::run_folder::write_whole,
};
use std::path::Path;

/// Background of mossy fibers unless told, Hz.
const BACKGROUND_HZ: f64 = 4.0;

/// The arguments, read and checked: the run, and where its circuit comes from.
fn parsed(arguments: &Simulate) -> Result<(OpenLoop, Option<OwnTables>), Error> {
    let time = |key: &str, text: &Option<String>, least: f64| {
        let parse = |text: &String| {
            let wrong = || input(key, format!("`{text}`; write it like 1s or 500ms, {least} ms to 1 h"));
            duration_ms(text).filter(|d| (least..=3.6e6).contains(d)).ok_or_else(wrong)
        };
        text.as_ref().map(parse).transpose()
    };
    if !(1..=1024).contains(&arguments.threads) {
        return Err(input("--threads", format!("{}; 1 to 1024 are possible", arguments.threads)));
    }
    if let Some(start) = &arguments.session_start {
        check_start(start)?;
    }
    let every_ms = time("--record-every", &arguments.record_every, 0.001)?;
    let probe = |text: &String| parse_probe(text).map(|probe| Probe { every_ms, ..probe });
    let what = OpenLoop {
        duration_ms: time("--duration", &arguments.duration, 1.0)?,
        seed: arguments.seed,
        threads: arguments.threads,
        record: arguments.record.iter().map(probe).collect::<Result<_, _>>()?,
        has_profile: arguments.profile,
        has_weights: arguments.weights,
        memory_limit: available_memory(),
        windows: arguments.window.iter().map(|w| window(w)).collect::<Result<_, _>>()?,
        snapshots: Snapshots {
            from: arguments.resume.clone(),
            to: arguments.snapshot.clone(),
            every_ms: time("--snapshot-every", &arguments.snapshot_every, 0.001)?,
        },
    };
    Ok((what, own(arguments)?))
}

pub fn simulate(arguments: &Simulate, ranks: &Ranks) -> Result<(), Stop> {
    let (what, tables) = ranks.agree(parsed(arguments)).map_err(Stop::Input)?;
    let out = arguments.out.as_deref().filter(|_| ranks.is_first());
    ranks.agree(out.map_or(Ok(()), claim)).map_err(Stop::Input)?;
    let reading = Reading { is_as_stored: arguments.as_stored };
    let read = match &tables {
        Some(tables) => SharedAnatomy::read(&arguments.file, reading, tables.state, ranks),
        None => SharedAnatomy::read_whole(&arguments.file, reading, ranks),
    };
    let mut shared = read.map_err(|e| Stop::Input(e.into()))?;
    let is_first = ranks.is_first();
    let bar = Bar::new(arguments.no_progress || !is_first, "intervals").with_notes_above(is_first);
    if arguments.snapshot.is_some() || arguments.out.is_some() {
        crate::signals::writes_state();
    }
    let result = match &tables {
        Some(tables) => {
            own_tables(&mut shared, tables, &what, &bar, ranks).map_err(|e| of_file(e, arguments))
        }
        None => simulation_of(arguments, &mut shared.anatomy).and_then(|simulation| {
            let result = stored(&mut shared, &simulation, &what, &bar, ranks);
            Ok(result.map_err(|error| of_given(error, arguments.configuration.as_deref()))?)
        }),
    };
    bar.finish();
    let result = result.inspect_err(|_| {
        // Goes only when it is empty: nothing was written yet.
        arguments.out.as_deref().map(std::fs::remove_dir);
    })?;
    let stopped = |what: &String| Stop::Run(Error::Stopped { what: what.clone() });
    if !is_first {
        return result.stopped.as_ref().map_or(Ok(()), |what| Err(stopped(what)));
    }
    // Results are on the disk before anything is said, which may fail.
    let written = arguments.out.as_ref().map(|folder| write(folder, arguments, &shared.anatomy, &result));
    let written = written.transpose()?;
    print(&shared.anatomy, &result, &what.windows);
    if let Some(files) = written {
        out!("wrote {files}");
    }
    result.stopped.as_ref().map_or(Ok(()), |what| Err(stopped(what)))
}

/// The error of a run; one about the network names its file.
fn of_file(error: lobule::cerebellum::Error, arguments: &Simulate) -> Stop {
    match error {
        lobule::cerebellum::Error::Anatomy { what } => Stop::Input(refused(&arguments.file, what)),
        other => other.into(),
    }
}

/// lobule's own parameters and the stimuli; none for a stored simulation.
fn own(arguments: &Simulate) -> Result<Option<OwnTables>, Error> {
    if arguments.simulation.is_some() {
        return Ok(None);
    }
    let state = match arguments.state.as_deref().unwrap_or("awake") {
        "awake" => BrainState::Awake,
        "in_vitro" => BrainState::InVitro,
        other => return Err(input("--state", format!("`{other}`; awake and in_vitro are known"))),
    };
    let background_hz = arguments.background.unwrap_or(BACKGROUND_HZ);
    if !(0.0..=1000.0).contains(&background_hz) {
        return Err(input("--background", format!("{background_hz} Hz; it lies in 0..1000 Hz")));
    }
    Ok(Some(OwnTables {
        background_hz,
        stimuli: arguments.stimulus.iter().map(|s| Stimulus::parse(s)).collect::<Result<_, _>>()?,
        state,
        cells: match arguments.cells {
            None | Some(Cells::Eglif) => CellModels::Eglif,
            Some(Cells::Multirec) => CellModels::Multirec,
        },
        has_short_term: arguments.short_term,
        is_plastic: arguments.plastic,
    }))
}

/// Names the file of a given configuration in what cannot be run of it.
fn of_given(error: lobule::cerebellum::Error, configuration: Option<&Path>) -> lobule::cerebellum::Error {
    use lobule::cerebellum::Error::Stored;
    match (error, configuration) {
        (Stored { problems }, Some(path)) => {
            Stored { problems: problems.replace("\n  ", &format!("\n  {}: ", path.display())) }
        }
        (error, _) => error,
    }
}

/// The simulation of the file that is asked for, without the devices to leave out. What does not match between the network and a given
/// configuration becomes a note.
fn simulation_of(arguments: &Simulate, anatomy: &mut Anatomy) -> Result<StoredSimulation, Stop> {
    let name = arguments.simulation.as_deref().unwrap_or_default();
    let given = arguments.configuration.as_deref();
    let found = Simulations::of(&arguments.file, given)?;
    anatomy.notes.extend(found.notes(anatomy));
    let (file, simulations) = (given.unwrap_or(&arguments.file).display(), found.all);
    let known: Vec<&str> = simulations.iter().map(|s| s.name.as_str()).collect();
    let known = match known[..] {
        [] => "it has none; leave the name out to use lobule's own parameters".to_string(),
        _ => format!("it has: {}", known.join(", ")),
    };
    let missing = || input("SIMULATION", format!("{file} has no simulation `{name}`; {known}"));
    let mut simulation = simulations.into_iter().find(|s| s.name == name).ok_or_else(missing)?;
    for device in &arguments.without {
        if !simulation.leave_out(device) {
            let known: Vec<&str> = simulation.devices.iter().map(|d| d.name.as_str()).collect();
            let what = format!("there is no device `{device}`; there are: {}", known.join(", "));
            return Err(input("--without", what).into());
        }
    }
    Ok(simulation)
}

fn rates_line(name: &str, r: &PopulationRates) {
    let cv = if r.cv.is_nan() { "-".to_string() } else { format!("{:.2}", r.cv) };
    out!("{name:28} {:>8} {:>10.2} {:>8.2} {:>7.0}% {:>6}", r.n, r.mean_hz, r.sd_hz, 100.0 * r.active, cv);
}

/// Reads `1200ms..1260ms` in ms.
fn window(text: &str) -> Result<(f64, f64), Error> {
    let ends = text.split_once("..").and_then(|(from, to)| Some((duration_ms(from)?, duration_ms(to)?)));
    ends.filter(|(from, to)| from < to).ok_or_else(|| {
        input("--window", format!("`{text}`; write it like 1200ms..1260ms, the end after the begin"))
    })
}

/// Rates of all populations in a part of the run, and of the recorders that record a part of a population.
fn print_window(result: &OpenLoopResult, (from_ms, to_ms): (f64, f64)) {
    let step = |ms: f64| (ms / result.dt_ms).round() as u64;
    let rates =
        |train, neurons| PopulationRates::of(train, neurons, step(from_ms), step(to_ms), result.dt_ms);
    out!("from {from_ms} to {to_ms} ms");
    for train in &result.spikes {
        rates_line(&train.label, &rates(train, None));
    }
    for (recorder, _) in &result.recorders {
        if let Some(train) = result.spikes.iter().find(|t| t.label == recorder.population) {
            rates_line(&recorder.device, &rates(train, Some(&recorder.neurons)));
        }
    }
}

fn print(anatomy: &Anatomy, result: &OpenLoopResult, windows: &[(f64, f64)]) {
    out!("{:28} {:>8} {:>10} {:>8} {:>8} {:>6}", "population", "cells", "rate (Hz)", "sd", "active", "CV");
    if windows.is_empty() {
        result.rates.iter().for_each(|r| rates_line(&r.cell_type, r));
        if !result.recorders.is_empty() {
            out!("\nrecorder (of a part of a population or of the time)");
        }
        result.recorders.iter().for_each(|(recorder, r)| rates_line(&recorder.device, r));
    }
    windows.iter().for_each(|w| print_window(result, *w));
    out!("hash {:016x}", result.fingerprint);
    let seconds = result.duration_ms / 1000.0;
    let per_second = result.simulate_s / seconds;
    out!("compiled in {:.2} s; {per_second:.2} s of wall time per simulated second", result.compile_s);
    if let Some(p) = result.profile {
        out!("{:12} {:>45}", "stage", "s per simulated second, summed over threads");
        for (stage, s) in p.stages() {
            out!("{stage:12} {:>45.3}", s / seconds);
        }
    }
    for note in anatomy.notes.iter().chain(&result.left_out) {
        tell!("note: {note}");
    }
}

/// Makes the folder for the results before the run; refuses one that holds anything, which would mix two runs, or that cannot be
/// written to.
fn claim(folder: &Path) -> Result<(), Error> {
    let wrong = |e: std::io::Error| refused(folder, format!("{e}; choose another --out"));
    std::fs::create_dir_all(folder).map_err(wrong)?;
    if std::fs::read_dir(folder).map_err(wrong)?.next().is_some() {
        return Err(refused(folder, "holds files already; choose another --out or empty it"));
    }
    files::check_place(&folder.join("spikes")).inspect_err(|_| {
        // Goes only when it is empty.
        _ = std::fs::remove_dir(folder);
    })?;
    Ok(())
}

/// Writes the results; gives the names of the files.
fn write(folder: &Path, how: &Simulate, anatomy: &Anatomy, result: &OpenLoopResult) -> Result<String, Stop> {
    let raster = folder.join("raster.svg");
    let drawing = raster::svg(&result.spikes, result.dt_ms, (result.from_ms, result.duration_ms));
    write_whole(&raster, drawing.map_err(Stop::Run)?.as_bytes()).map_err(Stop::Run)?;
    let simulation = how.simulation.as_deref().unwrap_or("own parameters");
    let description =
        format!("{}, {simulation}: {} ms, seed {}", anatomy.source, result.duration_ms, how.seed);
    let start = how.session_start.clone().unwrap_or_else(recordings::now);
    let session = Session {
        description: &description,
        start: &start,
        dt_ms: result.dt_ms,
        from_ms: result.from_ms,
        duration_ms: result.duration_ms,
        cells: &anatomy.cells,
        trace_neurons: &result.trace_neurons,
    };
    let mut written = vec![raster];
    written.extend(recordings::write(folder, &how.format, &session, &result.spikes, &result.traces)?);
    if how.weights {
        written.push(folder.join("weights.csv"));
        recordings::write_weights(&folder.join("weights.csv"), &result.weights)?;
    }
    let written: Vec<_> = written.iter().map(|p| p.display().to_string()).collect();
    Ok(written.join(", "))
}
