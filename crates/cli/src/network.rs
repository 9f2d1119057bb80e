//! `network build` and `info`.

use crate::Stop;
use crate::arguments::Network;
use crate::input::{input, read, stored_simulations};
use crate::simulate::simulate;
use lobule::Error;
use lobule::Ranks;
use lobule::cerebellum::{protocols, stored};
use lobule::scaffold::configuration::StoredSimulation;
use lobule::scaffold::morphological::Quirk;
use lobule::scaffold::{
    Anatomy, Built, Configuration, Construction, ScaffoldSpec, bsb, construct, reconstruct,
};
use std::path::Path;
use std::time::Instant;

pub fn run(command: &Network, ranks: &Ranks) -> Result<(), Stop> {
    match command {
        Network::Build {
            configuration,
            size,
            seed,
            morphologies,
            copy_quirks,
            threads,
            out,
            simulations,
        } => {
            let build = || match configuration {
                None => native(size.as_deref().unwrap_or("200x200"), seed.unwrap_or(0), *simulations),
                Some(file) => configured(file, *seed, morphologies.as_deref(), copy_quirks),
            };
            build_and_write(build, *threads, out)
        }
        Network::Info { file, json } => info(file, *json),
        Network::Convert { from, to, named } => crate::convert::run(from, to, named.as_deref()),
        Network::Simulate(arguments) => simulate(arguments, ranks),
    }
}

fn build_and_write(
    build: impl FnOnce() -> Result<NewCircuit, Stop> + Send,
    threads: Option<usize>,
    out: &Path,
) -> Result<(), Stop> {
    if out.exists() {
        return Err(Stop::Input(Error::File {
            path: out.display().to_string(),
            what: "exists already; choose another --out or remove it".into(),
        }));
    }
    let begin = Instant::now();
    let built = match threads {
        None => build(),
        Some(n @ 1..=1024) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
            pool.map_err(|e| input("--threads", format!("{n}: {e}")))?.install(build)
        }
        Some(n) => return Err(input("--threads", format!("{n}; it lies in 1..1024"))),
    }?;
    let seconds = begin.elapsed().as_secs_f64();
    let anatomy = match &built {
        NewCircuit::Configured(built, configuration) => {
            bsb::write_built(out, built, configuration).map_err(|e| Stop::Input(e.into()))?;
            &built.anatomy
        }
        NewCircuit::Native(anatomy, has_simulations) => {
            let written = match has_simulations {
                true => bsb::write_with_simulations(out, anatomy, &protocols(anatomy)),
                false => bsb::write(out, anatomy),
            };
            written.map_err(|e| Stop::Input(e.into()))?;
            anatomy
        }
    };
    for cells in &anatomy.cells {
        out!("{:20} {:>8}", cells.cell_type, cells.len());
    }
    let rows: usize = anatomy.connections.iter().map(|c| c.len()).sum();
    out!("{} connection sets, {rows} contacts", anatomy.connections.len());
    for note in &anatomy.notes {
        eprintln!("note: {note}");
    }
    out!(
        "built in {seconds:.1} s; wrote {} in {:.1} s",
        out.display(),
        begin.elapsed().as_secs_f64() - seconds
    );
    Ok(())
}

/// A new circuit, by the way in which it was built.
enum NewCircuit {
    /// Reconstructed; true if the reference's protocols go into the file.
    Native(Anatomy, bool),
    /// Constructed from a configuration.
    Configured(Box<Built>, Box<Configuration>),
}

fn native(size: &str, seed: u64, has_simulations: bool) -> Result<NewCircuit, Stop> {
    let (x, y) = size
        .split_once('x')
        .and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)))
        .ok_or_else(|| input("--size", format!("`{size}`; write it like 300x200, in um")))?;
    let anatomy = reconstruct(&ScaffoldSpec::mouse(x, y), seed).map_err(|e| Stop::Input(e.into()))?;
    Ok(NewCircuit::Native(anatomy, has_simulations))
}

fn configured(
    file: &Path,
    seed: Option<u64>,
    morphologies: Option<&Path>,
    copy_quirks: &[String],
) -> Result<NewCircuit, Stop> {
    let mut quirks = Vec::new();
    for name in copy_quirks {
        match Quirk::ALL.iter().find(|(known, _)| known == name) {
            Some((_, quirk)) => quirks.push(*quirk),
            None if name == "all" => quirks.extend(Quirk::ALL.map(|(_, quirk)| quirk)),
            None => {
                let known = Quirk::ALL.map(|(name, _)| name).join(", ");
                return Err(input("--copy-quirks", format!("`{name}`; known are {known}, all")));
            }
        }
    }
    let construction = Construction { seed, morphologies: morphologies.map(Path::to_path_buf), quirks };
    let build = || {
        let configuration = Configuration::read(file)?;
        let built = construct(&configuration, &construction)?;
        Ok(NewCircuit::Configured(Box::new(built), Box::new(configuration)))
    };
    build().map_err(|e: lobule::scaffold::Error| Stop::Input(e.into()))
}

fn info(file: &Path, json: bool) -> Result<(), Stop> {
    let anatomy = read(file)?;
    let simulations = stored_simulations(file)?;
    if json {
        let cells: serde_json::Map<_, _> =
            anatomy.cells.iter().map(|c| (c.cell_type.clone(), c.len().into())).collect();
        let connections: serde_json::Map<_, _> = anatomy
            .connections
            .iter()
            .map(|c| {
                let s = c.statistics(anatomy.count(&c.pre_type), anatomy.count(&c.post_type));
                let value = serde_json::json!({
                    "pre": c.pre_type, "post": c.post_type, "rows": s.rows, "pairs": s.pairs,
                    "indeg_rows": s.in_degree_rows, "indeg_pairs": s.in_degree_pairs,
                    "outdeg_pairs": s.out_degree_pairs, "unconnected": s.unconnected,
                });
                (c.name.clone(), value)
            })
            .collect();
        let all = serde_json::json!({
            "source": anatomy.source, "size_um": anatomy.size, "cells": cells,
            "connections": connections, "notes": anatomy.notes,
            "simulations": simulations.iter().map(|s| simulation_json(&anatomy, s)).collect::<Vec<_>>(),
        });
        out!("{all:#}");
        return Ok(());
    }
    let [x, y, z] = anatomy.size;
    out!("{}: {}\nbase {x} x {y} um, height {z} um\n", file.display(), anatomy.source);
    out!("{:20} {:>8}  {:>6} {:>6}", "population", "cells", "plus", "minus");
    for cells in &anatomy.cells {
        let zone = |z| match cells.in_microzone(z).len() {
            0 => "-".to_string(),
            n => n.to_string(),
        };
        use lobule::scaffold::Microzone::{Minus, Plus};
        out!("{:20} {:>8}  {:>6} {:>6}", cells.cell_type, cells.len(), zone(Plus), zone(Minus));
    }
    out!(
        "\n{:32} {:>9} {:>8}  {:>17}  {:>15}  {:>15}  {:>7}",
        "projection",
        "rows",
        "pairs",
        "in-degree (rows)",
        "in (pairs)",
        "out (pairs)",
        "without"
    );
    for c in &anatomy.connections {
        let s = c.statistics(anatomy.count(&c.pre_type), anatomy.count(&c.post_type));
        let pm = |(m, sd): (f64, f64)| format!("{m:.1} ± {sd:.1}");
        out!(
            "{:32} {:>9} {:>8}  {:>17}  {:>15}  {:>15}  {:>7}",
            c.name,
            s.rows,
            s.pairs,
            pm(s.in_degree_rows),
            pm(s.in_degree_pairs),
            pm(s.out_degree_pairs),
            s.unconnected
        );
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
    out!(
        "\nsimulation {}: {}, {} ms, step {} ms, {} cell models, {} connection models",
        simulation.name,
        simulation.simulator,
        simulation.duration_ms,
        simulation.resolution_ms,
        simulation.cell_models.len(),
        simulation.connection_models.len()
    );
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
