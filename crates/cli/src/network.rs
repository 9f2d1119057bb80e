//! `network build`, `info` and `simulate`.

use crate::Stop;
use crate::arguments::Network;
use lobule::Error;
use lobule::cerebellum::BrainState;
use lobule::circuit::RunError;
use lobule::open_loop::{OpenLoop, Snapshots, Stimulus, duration_ms, open_loop_on, raster_png};
use lobule::ranks::{Ranks, SharedAnatomy};
use lobule::run_folder::write_whole;
use lobule::scaffold::{Anatomy, ScaffoldSpec, bsb, reconstruct};
use std::path::Path;
use std::time::Instant;

pub fn run(command: &Network, ranks: &Ranks) -> Result<(), Stop> {
    match command {
        Network::Build { size, seed, out } => build(size, *seed, out),
        Network::Info { file, json } => info(file, *json),
        Network::Simulate {
            file,
            duration,
            stimulus,
            background,
            state,
            short_term,
            plastic,
            seed,
            threads,
            profile,
            out,
            snapshot,
            snapshot_every,
            resume,
            distribution: _,
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
                is_plastic: *plastic,
                seed: *seed,
                threads: *threads,
                has_profile: *profile,
            };
            let every_ms = match snapshot_every {
                Some(text) => {
                    Some(duration_ms(text).filter(|t| *t >= 1.0 && t.fract() == 0.0).ok_or_else(|| {
                        input(
                            "--snapshot-every",
                            format!("`{text}`; write whole milliseconds, like 100ms or 1s"),
                        )
                    })?)
                }
                None => None,
            };
            let snapshots = Snapshots { from: resume.clone(), to: snapshot.clone(), every_ms };
            simulate(file, &what, &snapshots, out.as_deref(), ranks)
        }
    }
}

fn input(key: &str, what: String) -> Stop {
    Stop::Input(Error::Config { key: key.into(), what })
}

fn read(file: &Path) -> Result<Anatomy, Stop> {
    bsb::read(file).map_err(|e| Stop::Input(e.into()))
}

fn build(size: &str, seed: u64, out: &Path) -> Result<(), Stop> {
    let (x, y) = size
        .split_once('x')
        .and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)))
        .ok_or_else(|| input("--size", format!("`{size}`; write it like 300x200, in um")))?;
    let begin = Instant::now();
    let anatomy = reconstruct(&ScaffoldSpec::mouse(x, y), seed).map_err(|e| Stop::Input(e.into()))?;
    bsb::write(out, &anatomy).map_err(|e| Stop::Input(e.into()))?;
    for cells in &anatomy.cells {
        out!("{:16} {:>8}", cells.cell_type, cells.len());
    }
    out!("wrote {} in {:.1} s", out.display(), begin.elapsed().as_secs_f64());
    Ok(())
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
    snapshots: &Snapshots,
    out: Option<&Path>,
    ranks: &Ranks,
) -> Result<(), Stop> {
    let anatomy = SharedAnatomy::read(file, what.state, ranks).map_err(Stop::Input)?;
    let notes = anatomy.anatomy.notes.clone();
    let result = open_loop_on(anatomy, what, snapshots, ranks).map_err(|e| match e {
        Error::Run(RunError::NonFinite { .. } | RunError::OnRank { .. }) => Stop::Run(e),
        e => Stop::Input(e),
    })?;
    if !ranks.is_first() {
        return Ok(());
    }
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
    for note in notes.iter().chain(&result.left_out) {
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
        let mut csv = String::from("population,neuron,time_ms\n");
        for train in &result.spikes {
            for (&step, &id) in train.steps.iter().zip(&train.ids) {
                csv.push_str(&format!(
                    "{},{id},{:.1}\n",
                    train.label,
                    step as f64 * lobule::open_loop::DT_MS
                ));
            }
        }
        write_whole(&folder.join("spikes.csv"), csv.as_bytes()).map_err(Stop::Run)?;
        let png = raster_png(&result, what.duration_ms).map_err(Stop::Run)?;
        write_whole(&folder.join("raster.png"), &png).map_err(Stop::Run)?;
        out!("wrote {} and {}", folder.join("raster.png").display(), folder.join("spikes.csv").display());
    }
    Ok(())
}
