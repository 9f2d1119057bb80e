//! The experiment: anatomy and calibration of each seed, then its conditions,
//! as many at a time as there are jobs; then findings, figures and the report.
//!
//! Results are put in the order of the configuration, whoever finished first, so
//! that the number of jobs and threads changes nothing.

use super::arm_run::{self, Subject};
use super::calibration::{self, Calibrated};
use super::config::PrismConfig;
use super::findings::findings;
use super::results::{ArmResult, Calibration, PopulationRow, PrismResult};
use super::{figures, page};
use crate::report::Findings;
use crate::run_folder::RunFolder;
use crate::{Error, Progress};
use lobule_circuit::Network;
use lobule_control::plant::PlanarArm;
use lobule_scaffold::{Anatomy, ScaffoldSpec, reconstruct};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// How to run, apart from what to run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Name of the preset, for the record.
    pub preset: String,
    /// Conditions and seeds at a time.
    pub jobs: usize,
    /// Threads of each.
    pub threads: usize,
    /// Folder to make.
    pub out: PathBuf,
    /// Go on with an interrupted run of that folder.
    pub resumes: bool,
}

/// What is known about a seed before its conditions run.
struct Seeded {
    anatomy: Arc<Anatomy>,
    network: Arc<Network>,
    calibrated: Arc<Calibrated>,
}

/// The anatomy of a seed: read from the configured file, or reconstructed.
///
/// # Errors
/// A file that cannot be read, or a size that cannot be built.
pub fn anatomy(config: &PrismConfig, seed: u64) -> Result<Anatomy, Error> {
    if config.scaffold.file.is_empty() {
        let [x, y] = config.scaffold.size_um;
        Ok(reconstruct(&ScaffoldSpec::mouse(x, y), seed)?)
    } else {
        Ok(lobule_scaffold::format::read(Path::new(&config.scaffold.file))?)
    }
}

/// Runs the experiment and writes its folder.
///
/// # Errors
/// The first error of any seed or condition; the `.partial` folder keeps what was done, and
/// the same call with `resumes` goes on from there.
pub fn run(
    config: &PrismConfig,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<(PathBuf, PrismResult, Findings), Error> {
    config.validate()?;
    let begin = Instant::now();
    // A file serves all seeds; a native circuit is drawn for each. Read before anything is made.
    let shared = if config.scaffold.file.is_empty() { None } else { Some(Arc::new(anatomy(config, 0)?)) };
    let folder = RunFolder::open(&options.out, &config.to_toml(), options.resumes)?;
    let per_seed = calibration::trials(config) + config.conditions.len() * arm_run::trials(config);
    progress.expect((per_seed * config.seeds.len()) as u64);

    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.jobs.max(1))
        .build()
        .map_err(|e| Error::Config { key: "jobs".into(), what: e.to_string() })?;
    let failure: Mutex<Option<Error>> = Mutex::new(None);
    let seeds: Vec<Mutex<Option<Seeded>>> = config.seeds.iter().map(|_| Mutex::new(None)).collect();
    let arms: Mutex<Vec<((usize, usize), ArmResult)>> = Mutex::new(Vec::new());
    let fail = |e: Error| {
        failure.lock().expect("no holder panics").get_or_insert(e);
    };
    let has_failed = || failure.lock().expect("no holder panics").is_some();

    pool.scope(|scope| {
        for (s, &seed) in config.seeds.iter().enumerate() {
            let (shared, folder, seeds, arms, fail, has_failed) =
                (shared.clone(), &folder, &seeds, &arms, &fail, &has_failed);
            scope.spawn(move |scope| {
                if has_failed() {
                    return;
                }
                let prepared = prepare(config, seed, shared, options.threads, folder, progress);
                let seeded = match prepared {
                    Ok(seeded) => seeded,
                    Err(e) => return fail(e),
                };
                for (c, condition) in config.conditions.iter().enumerate() {
                    let (anatomy, network, calibrated) =
                        (seeded.anatomy.clone(), seeded.network.clone(), seeded.calibrated.clone());
                    scope.spawn(move |_| {
                        if has_failed() {
                            return;
                        }
                        let subject = Subject { anatomy: &anatomy, network, calibrated: &calibrated, seed };
                        let threads = options.threads;
                        let result =
                            arm_run::run(config, &subject, condition, threads, Some(folder), progress);
                        match result {
                            Ok(arm) => arms.lock().expect("no holder panics").push(((c, s), arm)),
                            Err(e) => fail(e),
                        }
                    });
                }
                *seeds[s].lock().expect("no holder panics") = Some(seeded);
            });
        }
    });
    if let Some(error) = failure.into_inner().expect("no holder panics") {
        folder.discard_if_empty();
        return Err(error);
    }
    let mut arms = arms.into_inner().expect("no holder panics");
    arms.sort_by_key(|(order, _)| *order);
    // Rasters are drawn for the first seed.
    for ((_, s), arm) in &mut arms {
        if *s > 0 {
            arm.snapshots.clear();
        }
    }
    let seeds: Vec<Seeded> =
        seeds.into_iter().filter_map(|s| s.into_inner().expect("no holder panics")).collect();

    let result = gather(config, options, &seeds, arms.into_iter().map(|a| a.1).collect(), begin);
    let findings = Findings {
        experiment: "prism".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        preset: options.preset.clone(),
        seeds: config.seeds.clone(),
        wall_s: result.wall_s,
        findings: findings(&result, config),
    };
    progress.note("drawing the report");
    for calibration in &result.calibrations {
        folder.write(&format!("calibration/seed-{}.json", calibration.seed), &json(calibration)?)?;
    }
    folder.write("recordings/prism.json", &json(&result)?)?;
    folder.write("findings.json", &json(&findings)?)?;
    let provenance = provenance(config, options, &result);
    folder.write("provenance.json", &json(&provenance)?)?;
    for (name, data) in report_files(&result, &findings, &provenance)? {
        folder.write(&name, &data)?;
    }
    Ok((folder.complete()?, result, findings))
}

/// Figures and page of a run: (file name in the folder, content).
///
/// # Errors
/// A figure that cannot be drawn.
pub fn report_files(
    result: &PrismResult,
    findings: &Findings,
    provenance: &serde_json::Value,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let figures = figures(result)?;
    let html = page(result, findings, &figures, provenance);
    let mut files: Vec<(String, Vec<u8>)> = figures
        .into_iter()
        .map(|f| (format!("figures/{}.{}", f.name, f.format.extension()), f.data))
        .collect();
    files.push(("report.html".into(), html.into_bytes()));
    Ok(files)
}

fn prepare(
    config: &PrismConfig,
    seed: u64,
    shared: Option<Arc<Anatomy>>,
    threads: usize,
    folder: &RunFolder,
    progress: &dyn Progress,
) -> Result<Seeded, Error> {
    let anatomy = match shared {
        Some(anatomy) => anatomy,
        None => Arc::new(anatomy(config, seed)?),
    };
    let file = format!("calibration-{seed}");
    if let Some(kept) = folder.snapshot::<Calibrated>(&file)?
        && calibration::require(&kept, config, &anatomy, seed).is_ok()
    {
        progress.done(calibration::trials(config) as u64);
        let network = super::closed_loop::compile(config, &anatomy, kept.a_plus_ns, seed)?;
        return Ok(Seeded { anatomy, network, calibrated: Arc::new(kept) });
    }
    let (calibrated, network) = calibration::calibrate(config, &anatomy, seed, threads, progress)?;
    folder.keep_snapshot(&file, &calibrated)?;
    Ok(Seeded { anatomy, network, calibrated: Arc::new(calibrated) })
}

fn gather(
    config: &PrismConfig,
    options: &RunOptions,
    seeds: &[Seeded],
    arms: Vec<ArmResult>,
    begin: Instant,
) -> PrismResult {
    let first = &seeds[0];
    let prefix = super::closed_loop::MODULES
        .into_iter()
        .find(|m| first.network.populations().iter().any(|p| p.label.starts_with(*m)))
        .unwrap_or("forward");
    let of_module = |label: &str| label.starts_with(&format!("{prefix}/"));
    let projections = first.network.projections();
    let mut notes = first.anatomy.notes.clone();
    notes.push("Gap junctions between Golgi cells are not simulated.".into());
    notes.push(format!(
        "Climbing fibres act on Purkinje cells with {} nS in both microzones, whatever the number of contacts in the anatomy.",
        config.module.climbing_fibre_ns
    ));
    PrismResult {
        preset: options.preset.clone(),
        seeds: config.seeds.clone(),
        anatomy_source: first.anatomy.source.clone(),
        notes,
        size_um: first.anatomy.size,
        populations: first
            .anatomy
            .cells
            .iter()
            .map(|c| PopulationRow { cell_type: c.cell_type.clone(), n: c.len() })
            .collect(),
        synapses_per_module: projections.iter().filter(|p| of_module(&p.label)).map(|p| p.synapses).sum(),
        plastic_per_module: projections
            .iter()
            .filter(|p| of_module(&p.label) && p.label.ends_with(super::closed_loop::PLASTIC_SET))
            .map(|p| p.synapses)
            .sum(),
        trial_ms: config.protocol.trial_ms as f64,
        dt_ms: super::closed_loop::DT_MS,
        arm_segments_m: PlanarArm::segments_m(),
        plant: match config.wiring.plant {
            super::config::Body::Joint => "joint".into(),
            super::config::Body::Arm => "arm".into(),
        },
        calibrations: seeds.iter().map(|s| -> Calibration { s.calibrated.record.clone() }).collect(),
        arms,
        wall_s: begin.elapsed().as_secs_f64(),
    }
}

fn provenance(config: &PrismConfig, options: &RunOptions, result: &PrismResult) -> serde_json::Value {
    serde_json::json!({
        "program": "lobule",
        "version": env!("CARGO_PKG_VERSION"),
        "experiment": "prism",
        "preset": options.preset,
        "jobs": options.jobs,
        "threads": options.threads,
        "target": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        "config": config.to_toml(),
        "fingerprints": result
            .arms
            .iter()
            .map(|a| (format!("{}-{}", a.condition, a.seed), serde_json::Value::from(a.fingerprint.clone())))
            .collect::<serde_json::Map<_, _>>(),
        "sources": [
            "Loop: Antonietti, Negri et al., extra-cereb-nest (cerebro-cerebellar closed loop, 2019-2020)",
            "E-GLIF: Geminiani et al. 2018, doi:10.3389/fninf.2018.00088; 2019, doi:10.3389/fncom.2019.00068",
            "Circuit: De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y; cerebellar-models 0.13",
            "Plasticity: Luque et al. 2016, doi:10.3389/fncom.2016.00017",
            "Minimum jerk: Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985"
        ],
    })
}

fn json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    let mut data = serde_json::to_vec_pretty(value)
        .map_err(|e| Error::File { path: "json".into(), what: format!("{e}; this is a bug of lobule") })?;
    data.push(b'\n');
    Ok(data)
}
