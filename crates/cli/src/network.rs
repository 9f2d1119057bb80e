//! `network build`, `info` and `simulate`; `convert` is in its own file.

use crate::Stop;
use crate::arguments::Network;
use crate::recordings::{self, Format};
use lobule::Error;
use lobule::cerebellum::BrainState;
use lobule::open_loop::{OpenLoop, Stimulus, duration_ms, open_loop, raster_png};
use lobule::recordings::Session;
use lobule::run_folder::write_whole;
use lobule::scaffold::construct::{Built, Construction, Quirk, construct};
use lobule::scaffold::{Anatomy, Configuration, ScaffoldSpec, bsb, format, reconstruct};
use std::path::Path;
use std::time::Instant;

pub fn run(command: &Network) -> Result<(), Stop> {
    match command {
        Network::Build { configuration, size, seed, morphologies, copy_quirks, threads, out } => {
            let build = || match configuration {
                None => native(size.as_deref().unwrap_or("200x200"), seed.unwrap_or(0)),
                Some(file) => configured(file, *seed, morphologies.as_deref(), copy_quirks),
            };
            build_and_write(build, *threads, out)
        }
        Network::Info { file, json } => info(file, *json),
        Network::Convert { from, to, named } => crate::convert::run(from, to, named.as_deref()),
        Network::Simulate {
            file,
            duration,
            stimulus,
            background,
            state,
            short_term,
            seed,
            threads,
            profile,
            out,
            format,
            session_start,
        } => {
            let state = match state.as_str() {
                "awake" => BrainState::Awake,
                "in_vitro" => BrainState::InVitro,
                other => return Err(input("--state", format!("`{other}`; awake and in_vitro are known"))),
            };
            let duration = duration_ms(duration).filter(|d| *d >= 1.0 && *d <= 3.6e6).ok_or_else(|| {
                input("--duration", format!("`{duration}`; write it like 1s or 500ms, 1 ms to 1 h"))
            })?;
            if !(0.0..=1000.0).contains(background) {
                return Err(input("--background", format!("{background} Hz; it lies in 0..1000 Hz")));
            }
            let stimuli =
                stimulus.iter().map(|s| Stimulus::parse(s)).collect::<Result<_, _>>().map_err(Stop::Input)?;
            let what = OpenLoop {
                duration_ms: duration,
                background_hz: *background,
                stimuli,
                state,
                has_short_term: *short_term,
                seed: *seed,
                threads: *threads,
                has_profile: *profile,
            };
            simulate(file, &what, out.as_deref(), format, session_start.as_deref())
        }
    }
}

fn input(key: &str, what: String) -> Stop {
    Stop::Input(Error::Config { key: key.into(), what })
}

fn read(file: &Path) -> Result<Anatomy, Stop> {
    format::read(file).map_err(|e| Stop::Input(e.into()))
}

fn build_and_write(
    build: impl FnOnce() -> Result<Made, Stop> + Send,
    threads: Option<usize>,
    out: &Path,
) -> Result<(), Stop> {
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
        Made::Configured(built, configuration) => {
            bsb::write_built(out, built, configuration).map_err(|e| Stop::Input(e.into()))?;
            &built.anatomy
        }
        Made::Native(anatomy) => {
            bsb::write(out, anatomy).map_err(|e| Stop::Input(e.into()))?;
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

/// A circuit and how it came about.
enum Made {
    Native(Anatomy),
    Configured(Box<Built>, Box<Configuration>),
}

fn native(size: &str, seed: u64) -> Result<Made, Stop> {
    let (x, y) = size
        .split_once('x')
        .and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)))
        .ok_or_else(|| input("--size", format!("`{size}`; write it like 300x200, in um")))?;
    let anatomy = reconstruct(&ScaffoldSpec::mouse(x, y), seed).map_err(|e| Stop::Input(e.into()))?;
    Ok(Made::Native(anatomy))
}

fn configured(
    file: &Path,
    seed: Option<u64>,
    morphologies: Option<&Path>,
    copy_quirks: &[String],
) -> Result<Made, Stop> {
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
        Ok(Made::Configured(Box::new(built), Box::new(configuration)))
    };
    build().map_err(|e: lobule::scaffold::Error| Stop::Input(e.into()))
}

fn info(file: &Path, json: bool) -> Result<(), Stop> {
    let anatomy = read(file)?;
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
    for note in &anatomy.notes {
        out!("\nnote: {note}");
    }
    Ok(())
}

fn simulate(
    file: &Path,
    what: &OpenLoop,
    out: Option<&Path>,
    formats: &[Format],
    session_start: Option<&str>,
) -> Result<(), Stop> {
    let anatomy = read(file)?;
    let result = open_loop(&anatomy, what).map_err(|e| match e {
        Error::Run(lobule::circuit::RunError::NonFinite { .. }) => Stop::Run(e),
        e => Stop::Input(e),
    })?;
    out!("{:20} {:>8} {:>10} {:>8} {:>8} {:>6}", "population", "cells", "rate (Hz)", "sd", "active", "CV");
    for r in &result.rates {
        let cv = if r.cv.is_nan() { "-".to_string() } else { format!("{:.2}", r.cv) };
        out!(
            "{:20} {:>8} {:>10.2} {:>8.2} {:>7.0}% {:>6}",
            r.cell_type,
            r.n,
            r.mean_hz,
            r.sd_hz,
            100.0 * r.active,
            cv
        );
    }
    out!("hash {:016x}", result.fingerprint);
    let seconds = what.duration_ms / 1000.0;
    out!(
        "compiled in {:.2} s; {:.2} s of wall time per simulated second",
        result.compile_s,
        result.simulate_s / seconds
    );
    if let Some(p) = result.profile {
        out!("{:12} {:>45}", "stage", "s per simulated second, summed over threads");
        for (stage, s) in p.stages() {
            out!("{stage:12} {:>45.3}", s / seconds);
        }
    }
    for note in anatomy.notes.iter().chain(&result.left_out) {
        eprintln!("note: {note}");
    }
    if let Some(folder) = out {
        let file_error = |e: std::io::Error| {
            Stop::Input(Error::File {
                path: folder.display().to_string(),
                what: format!("{e}; choose another --out"),
            })
        };
        std::fs::create_dir_all(folder).map_err(file_error)?;
        let png = raster_png(&result, what.duration_ms).map_err(Stop::Run)?;
        write_whole(&folder.join("raster.png"), &png).map_err(Stop::Run)?;
        let description = format!(
            "{}: {} ms, seed {}, mossy fibres at {} Hz.",
            anatomy.source, what.duration_ms, what.seed, what.background_hz
        );
        let start = session_start.map_or_else(recordings::now, String::from);
        let session = Session {
            description: &description,
            start: &start,
            dt_ms: lobule::open_loop::DT_MS,
            duration_ms: what.duration_ms,
            cells: &anatomy.cells,
            trace_neurons: &[],
        };
        let mut written = vec![folder.join("raster.png")];
        written.extend(recordings::write(folder, formats, &session, &result.spikes, &[])?);
        let written: Vec<_> = written.iter().map(|p| p.display().to_string()).collect();
        out!("wrote {}", written.join(", "));
    }
    Ok(())
}
