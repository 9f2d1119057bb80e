//! `network build` and `info`.

use crate::arguments::{Build, Network};
use crate::input::{Simulations, input, refused};
use crate::{Stop, simulate::simulate};
use lobule::cerebellum::{protocols, stored};
use lobule::scaffold::{
    Anatomy, Built, Configuration, ConnectionSet, Construction, ScaffoldSpec, bsb, construct, files,
    format::{self, Reading},
    reconstruct,
};
use lobule::{Ranks, scaffold::configuration::StoredSimulation, scaffold::morphological::Quirk};
use std::path::Path;
use std::time::Instant;

pub fn run(command: &Network, ranks: &Ranks) -> Result<(), Stop> {
    match command {
        Network::Build(arguments) => build(arguments),
        Network::Info { file, json, as_stored, configuration } => {
            info(file, *json, Reading { is_as_stored: *as_stored }, configuration.as_deref())
        }
        Network::Convert { from, to, named, as_stored, configuration } => {
            let reading = Reading { is_as_stored: *as_stored };
            crate::convert::run(from, to, named.as_deref(), reading, configuration.as_deref())
        }
        Network::Simulate(arguments) => simulate(arguments, ranks),
    }
}

fn build(arguments: &Build) -> Result<(), Stop> {
    let out = &arguments.out;
    if out.exists() {
        return Err(refused(out, "exists already; choose another --out or remove it").into());
    }
    files::check_place(out)?;
    let begin = Instant::now();
    let made = || match &arguments.configuration {
        None => native(arguments),
        Some(file) => configured(file, arguments),
    };
    let built = match arguments.threads {
        None => made(),
        Some(n @ 1..=1024) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
            pool.map_err(|e| input("--threads", format!("{n}: {e}")))?.install(made)
        }
        Some(n) => return Err(input("--threads", format!("{n}; it lies in 1..1024")).into()),
    }?;
    let seconds = begin.elapsed().as_secs_f64();
    let anatomy = match &built {
        NewCircuit::Configured(built, configuration) => {
            bsb::write_built(out, built, configuration)?;
            &built.anatomy
        }
        NewCircuit::Native(anatomy) if arguments.simulations => {
            bsb::write_with_simulations(out, anatomy, &protocols(anatomy))?;
            anatomy
        }
        NewCircuit::Native(anatomy) => {
            bsb::write(out, anatomy)?;
            anatomy
        }
    };
    for cells in &anatomy.cells {
        out!("{:20} {:>8}", cells.cell_type, cells.len());
    }
    let rows: usize = anatomy.connections.iter().map(|c| c.len()).sum();
    out!("{} connection sets, {rows} contacts", anatomy.connections.len());
    for note in &anatomy.notes {
        tell!("note: {note}");
    }
    let written_s = begin.elapsed().as_secs_f64() - seconds;
    out!("built in {seconds:.1} s; wrote {} in {written_s:.1} s", out.display());
    Ok(())
}

/// A new circuit, by the way in which it was built.
enum NewCircuit {
    Native(Anatomy),
    Configured(Box<Built>, Box<Configuration>),
}

fn native(arguments: &Build) -> Result<NewCircuit, Stop> {
    let size = arguments.size.as_deref().unwrap_or("200x200");
    let number = |text: &str| text.trim().parse().ok();
    let (x, y) = size
        .split_once('x')
        .and_then(|(x, y)| Some((number(x)?, number(y)?)))
        .ok_or_else(|| input("--size", format!("`{size}`; write it like 300x200, in um")))?;
    Ok(NewCircuit::Native(reconstruct(&ScaffoldSpec::mouse(x, y), arguments.seed.unwrap_or(0))?))
}

fn configured(file: &Path, arguments: &Build) -> Result<NewCircuit, Stop> {
    let configuration = Configuration::read(file)?;
    let mut quirks = Vec::new();
    let refuse = |what: String| Stop::from(input("--copy-quirks", what));
    for name in &arguments.copy_quirks {
        let known = Quirk::ALL.map(|(name, _)| name).join(", ");
        let named = Quirk::ALL.iter().filter(|(known, _)| known == name || name == "all");
        let named: Vec<Quirk> = named.map(|(_, quirk)| *quirk).collect();
        if named.is_empty() {
            return Err(refuse(format!("`{name}`; known are {known}, all")));
        }
        let concerned: Vec<Quirk> = named.into_iter().filter(|q| q.concerns(&configuration)).collect();
        if concerned.is_empty() {
            let what = "has no effect, since the configuration has no rule that it concerns; leave it out";
            return Err(refuse(format!("`{name}` {what}")));
        }
        quirks.extend(concerned);
    }
    let construction =
        Construction { seed: arguments.seed, morphologies: arguments.morphologies.clone(), quirks };
    let built = construct(&configuration, &construction)?;
    Ok(NewCircuit::Configured(Box::new(built), Box::new(configuration)))
}

fn info(file: &Path, json: bool, reading: Reading, configuration: Option<&Path>) -> Result<(), Stop> {
    let format::Network { mut anatomy, stored_names } = format::read_as(file, reading)?;
    let simulations = match Simulations::of(file, configuration) {
        Ok(simulations) => {
            anatomy.notes.extend(simulations.notes(&anatomy));
            simulations.all
        }
        Err(error) if configuration.is_some() => return Err(error.into()),
        // Counts are given also where the configuration inside cannot be read.
        Err(error) => {
            anatomy.notes.push(format!("its simulations are not known: {error}."));
            Vec::new()
        }
    };
    let statistics =
        |c: &ConnectionSet| c.statistics(anatomy.count(&c.pre_type), anatomy.count(&c.post_type));
    if json {
        let cells: serde_json::Map<_, _> =
            anatomy.cells.iter().map(|c| (c.cell_type.clone(), c.len().into())).collect();
        let connection = |c: &ConnectionSet| {
            let s = statistics(c);
            let value = serde_json::json!({
                "pre": c.pre_type, "post": c.post_type, "rows": s.rows, "pairs": s.pairs,
                "indeg_rows": s.in_degree_rows, "indeg_pairs": s.in_degree_pairs,
                "outdeg_pairs": s.out_degree_pairs, "unconnected": s.unconnected,
            });
            (c.name.clone(), value)
        };
        let connections: serde_json::Map<_, _> = anatomy.connections.iter().map(connection).collect();
        let all = serde_json::json!({
            "source": anatomy.source, "size_um": anatomy.size, "cells": cells,
            "connections": connections, "notes": anatomy.notes,
            "simulations": simulations.iter().map(|s| simulation_json(&anatomy, s)).collect::<Vec<_>>(),
        });
        out!("{all:#}");
        return Ok(());
    }
    let [x, y, z] = anatomy.size;
    // To a tenth of a µm, which is less than a soma.
    let [x, y, z] = [x, y, z].map(|side| (10.0 * side).round() / 10.0);
    out!("{}: {}\nbase {x} x {y} um, height {z} um\n", file.display(), anatomy.source);
    // The name on file, where it is another one.
    let on_file = |name: &str| stored_names.get(name).map_or(String::new(), |stored| format!("  {stored}"));
    let heading = if stored_names.is_empty() { "" } else { "  on file" };
    out!("{:20} {:>8}  {:>6} {:>6}{heading}", "population", "cells", "plus", "minus");
    for cells in &anatomy.cells {
        let zone = |z| match cells.in_microzone(z).len() {
            0 => "-".to_string(),
            n => n.to_string(),
        };
        use lobule::scaffold::Microzone::{Minus, Plus};
        let stored = on_file(&cells.cell_type);
        out!("{:20} {:>8}  {:>6} {:>6}{stored}", cells.cell_type, cells.len(), zone(Plus), zone(Minus));
    }
    let print_row = |[name, rows, pairs, in_rows, in_pairs, out_pairs, without]: [&str; 7], stored: &str| {
        out!(
            "{name:32} {rows:>9} {pairs:>8}  {in_rows:>17}  {in_pairs:>15}  {out_pairs:>15}  {without:>7}{stored}"
        );
    };
    out!();
    let headings =
        ["projection", "rows", "pairs", "in-degree (rows)", "in (pairs)", "out (pairs)", "without"];
    print_row(headings, heading);
    for c in &anatomy.connections {
        let s = statistics(c);
        let pm = |(m, sd): (f64, f64)| format!("{m:.1} ± {sd:.1}");
        let counts = [s.rows, s.pairs, s.unconnected].map(|n| n.to_string());
        let degrees = [s.in_degree_rows, s.in_degree_pairs, s.out_degree_pairs].map(pm);
        let columns = [&c.name, &counts[0], &counts[1], &degrees[0], &degrees[1], &degrees[2], &counts[2]];
        print_row(columns.map(String::as_str), &on_file(&c.name));
    }
    for simulation in &simulations {
        print_simulation(&anatomy, simulation);
    }
    for note in &anatomy.notes {
        out!("\nnote: {note}");
    }
    Ok(())
}

fn simulation_json(anatomy: &Anatomy, simulation: &StoredSimulation) -> serde_json::Value {
    let plan = stored::plan(anatomy, simulation, None, 0);
    serde_json::json!({
        "name": simulation.name, "simulator": simulation.simulator,
        "duration_ms": simulation.duration_ms, "resolution_ms": simulation.resolution_ms,
        "devices": simulation.devices.iter().map(|d| (d.name.clone(), d.model().into()))
            .collect::<serde_json::Map<_, _>>(),
        "problems": plan.problems.iter().map(|p| p.to_string()).collect::<Vec<_>>(),
        "notes": plan.notes,
    })
}

/// A simulation with its devices, and all that could not be honored in it.
fn print_simulation(anatomy: &Anatomy, simulation: &StoredSimulation) {
    let plan = stored::plan(anatomy, simulation, None, 0);
    let s = simulation;
    let (cells, connections) = (s.cell_models.len(), s.connection_models.len());
    let times = format!("{} ms, step {} ms", s.duration_ms, s.resolution_ms);
    let models = format!("{cells} cell models, {connections} connection models");
    out!("\nsimulation {}: {}, {times}, {models}", s.name, s.simulator);
    for (verb, recorders) in [("drives", false), ("records", true)] {
        let devices: Vec<String> = (simulation.devices.iter().filter(|d| d.is_recorder() == recorders))
            .map(|d| format!("{} ({})", d.name, d.model()))
            .collect();
        if !devices.is_empty() {
            out!("  {verb}: {}", devices.join(", "));
        }
    }
    for problem in &plan.problems {
        out!("  cannot be run: {problem}");
    }
    for note in &plan.notes {
        out!("  note: {note}");
    }
}
