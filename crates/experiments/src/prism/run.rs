//! The experiment: anatomy and calibration of each seed, then its conditions,
//! as many at a time as there are jobs; then findings, figures and the report.
//!
//! Results are put in the order of the configuration, whoever finished first, so
//! that the number of jobs and threads changes nothing.

use super::arm_run::{self, Subject};
use super::calibration::{self, Calibrated};
use super::config::{DEFAULTS, PRESETS, PrismConfig};
use super::results::{ArmResult, Calibration, PopulationRow, PrismResult};
use lobule_study::Error;
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Run, Story, Study};

use lobule_circuit::Network;
use lobule_control::plant::PlanarArm;
use lobule_scaffold::{Anatomy, ScaffoldSpec, reconstruct};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The experiment `prism`.
#[derive(Debug, Clone, Copy)]
pub struct Prism;

static CARD: Card = Card {
    name: "prism",
    title: "Pointing through prisms with a spiking cerebellum",
    line: "closed-loop prism adaptation: a forward and an inverse spiking module correct pointing",
    source: "cerebro-cerebellar closed loop, Antonietti et al. 2019-2020 (extra-cereb-nest)",
    sources: &[
        "Loop: Antonietti, Negri et al., extra-cereb-nest (cerebro-cerebellar closed loop, 2019-2020)",
        "E-GLIF: Geminiani et al. 2018, doi:10.3389/fninf.2018.00088; 2019, doi:10.3389/fncom.2019.00068",
        "Circuit: De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y; cerebellar-models 0.13",
        "Plasticity: Luque et al. 2016, doi:10.3389/fncom.2016.00017",
        "Minimum jerk: Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985",
    ],
    defaults: DEFAULTS,
    presets: &PRESETS,
    unit: "trials",
    runs_on_ranks: true,
    ..Card::BLANK
};

impl Study for Prism {
    type Config = PrismConfig;
    type Record = PrismResult;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &PrismConfig) -> Result<(), Error> {
        config.validate()
    }

    fn run(&self, config: &PrismConfig, run: &Run) -> Result<PrismResult, Error> {
        conditions(config, run)
    }

    fn findings(&self, config: &PrismConfig, result: &PrismResult) -> Vec<Finding> {
        super::findings(result, config)
    }

    fn figures(&self, _config: &PrismConfig, result: &PrismResult) -> Result<Vec<Figure>, Error> {
        super::figures(result)
    }

    fn story(&self, _: &PrismConfig, result: &PrismResult) -> Story {
        super::page::story(result)
    }

    fn fingerprints(&self, result: &PrismResult) -> Vec<(String, String)> {
        let label = |arm: &ArmResult| format!("{}-{}", arm.condition, arm.seed);
        result.arms.iter().map(|arm| (label(arm), arm.fingerprint.clone())).collect()
    }

    fn files(&self, result: &PrismResult) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let write = |calibration: &Calibration| {
            let mut data = serde_json::to_vec_pretty(calibration).map_err(|e| Error::File {
                path: "calibration".into(),
                what: format!("{e}; this is a bug of lobule"),
            })?;
            data.push(b'\n');
            Ok((format!("calibration/seed-{}.json", calibration.seed), data))
        };
        result.calibrations.iter().map(write).collect()
    }
}

/// What is known about a seed before its conditions run.
#[derive(Clone)]
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

/// An arm's place in the order of the configuration, (condition, seed), and its result.
type Placed = ((usize, usize), ArmResult);

/// Calibrates every seed and runs its conditions.
fn conditions(config: &PrismConfig, run: &Run) -> Result<PrismResult, Error> {
    // A file serves all seeds; a native circuit is drawn for each.
    let shared = match config.scaffold.file.is_empty() {
        true => None,
        false => Some(Arc::new(run.ranks.agree(anatomy(config, 0))?)),
    };
    let per_seed = calibration::trials(config) + config.conditions.len() * arm_run::trials(config);
    run.progress.expect((per_seed * config.seeds.len()) as u64);
    let (seeds, mut arms) = match run.ranks.ranks() {
        1 => on_jobs(config, shared, run)?,
        _ => in_order(config, shared, run)?,
    };
    arms.sort_by_key(|(order, _)| *order);
    // Rasters are drawn for the first seed.
    for ((_, s), arm) in &mut arms {
        if *s > 0 {
            arm.snapshots.clear();
        }
    }
    gather(config, run, &seeds, arms.into_iter().map(|a| a.1).collect())
}

/// One arm after the other: on all ranks the same at the same time.
fn in_order(
    config: &PrismConfig,
    shared: Option<Arc<Anatomy>>,
    run: &Run,
) -> Result<(Vec<Seeded>, Vec<Placed>), Error> {
    let (mut seeds, mut arms) = (Vec::new(), Vec::new());
    for (s, &seed) in config.seeds.iter().enumerate() {
        let seeded = prepare(config, seed, shared.clone(), run)?;
        for (c, condition) in config.conditions.iter().enumerate() {
            arms.push(((c, s), arm(config, seed, &seeded, condition, run)?));
        }
        seeds.push(seeded);
    }
    Ok((seeds, arms))
}

/// As many seeds and arms at a time as there are jobs.
fn on_jobs(
    config: &PrismConfig,
    shared: Option<Arc<Anatomy>>,
    run: &Run,
) -> Result<(Vec<Seeded>, Vec<Placed>), Error> {
    let failure: Mutex<Option<Error>> = Mutex::new(None);
    let seeds: Vec<Mutex<Option<Seeded>>> = config.seeds.iter().map(|_| Mutex::new(None)).collect();
    let arms: Mutex<Vec<Placed>> = Mutex::new(Vec::new());
    let fail = |e: Error| {
        failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(e);
    };
    let has_failed = || failure.lock().unwrap_or_else(PoisonError::into_inner).is_some();

    // A condition may begin as soon as its own seed is calibrated.
    run.pool.scope(|scope| {
        for (s, &seed) in config.seeds.iter().enumerate() {
            let (shared, seeds, arms, fail, has_failed) = (shared.clone(), &seeds, &arms, &fail, &has_failed);
            scope.spawn(move |scope| {
                if has_failed() {
                    return;
                }
                let seeded = match prepare(config, seed, shared, run) {
                    Ok(seeded) => seeded,
                    Err(e) => return fail(e),
                };
                for (c, condition) in config.conditions.iter().enumerate() {
                    let seeded = seeded.clone();
                    scope.spawn(move |_| {
                        if has_failed() {
                            return;
                        }
                        match arm(config, seed, &seeded, condition, run) {
                            Ok(arm) => {
                                arms.lock().unwrap_or_else(PoisonError::into_inner).push(((c, s), arm))
                            }
                            Err(e) => fail(e),
                        }
                    });
                }
                *seeds[s].lock().unwrap_or_else(PoisonError::into_inner) = Some(seeded);
            });
        }
    });
    if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let seeds =
        seeds.into_iter().filter_map(|s| s.into_inner().unwrap_or_else(PoisonError::into_inner)).collect();
    Ok((seeds, arms.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

fn prepare(
    config: &PrismConfig,
    seed: u64,
    shared: Option<Arc<Anatomy>>,
    run: &Run,
) -> Result<Seeded, Error> {
    let anatomy = match shared {
        Some(anatomy) => anatomy,
        None => Arc::new(run.ranks.agree(anatomy(config, seed))?),
    };
    let (threads, ranks, folder) = (run.threads, run.ranks, Some(run.folder));
    let (calibrated, network) =
        calibration::calibrate(config, &anatomy, seed, threads, ranks, folder, run.progress)?;
    Ok(Seeded { anatomy, network, calibrated: Arc::new(calibrated) })
}

fn arm(
    config: &PrismConfig,
    seed: u64,
    seeded: &Seeded,
    condition: &str,
    run: &Run,
) -> Result<ArmResult, Error> {
    let Seeded { anatomy, network, calibrated } = seeded;
    let subject = Subject { anatomy, network: network.clone(), calibrated, seed };
    arm_run::run(config, &subject, condition, run.threads, run.ranks, Some(run.folder), run.progress)
}

fn gather(
    config: &PrismConfig,
    run: &Run,
    seeds: &[Seeded],
    arms: Vec<ArmResult>,
) -> Result<PrismResult, Error> {
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
    let synapses = |set: &str| -> u64 {
        let counted = projections.iter().filter(|p| of_module(&p.label) && p.label.ends_with(set));
        counted.map(|p| p.synapses as u64).sum()
    };
    let mut sums = [synapses(""), synapses(super::closed_loop::PLASTIC_SET)];
    run.ranks.sum(&mut sums)?;
    Ok(PrismResult {
        preset: run.preset.into(),
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
        synapses_per_module: sums[0] as usize,
        plastic_per_module: sums[1] as usize,
        trial_ms: config.protocol.trial_ms as f64,
        dt_ms: super::closed_loop::DT_MS,
        arm_segments_m: PlanarArm::segments_m(),
        plant: match config.wiring.plant {
            super::config::Body::Joint => "joint".into(),
            super::config::Body::Arm => "arm".into(),
        },
        calibrations: seeds.iter().map(|s| -> Calibration { s.calibrated.record.clone() }).collect(),
        arms,
    })
}
