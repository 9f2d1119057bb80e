//! The experiment: anatomy and calibration of each seed, then its conditions,
//! as many at a time as there are jobs; then findings, figures and the report.
//!
//! Results are put in the order of the configuration, whoever finished first, so
//! that the number of jobs and threads changes nothing.

use super::calibration;
use super::condition_run::{self, CalibratedSeed};
use super::config::PrismConfig;
use super::pair::Pair;
use super::record::{Calibration, ConditionRun, PopulationRow, PrismResult};
use lobule_cerebellum::DT_MS;
use lobule_control::plant::PlanarArm;
use lobule_scaffold::{Anatomy, ScaffoldSpec, reconstruct};
use lobule_study::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The experiment `prism`.
#[derive(Debug, Clone, Copy)]
pub struct Prism;

impl Study for Prism {
    type Config = PrismConfig;
    type Record = PrismResult;

    const CARD: &'static Card = &Card {
        name: "prism",
        title: "Pointing through prisms with a spiking cerebellum",
        line: "Can two modules of a spiking cerebellum adapt pointing to prisms?",
        source: "cerebro-cerebellar closed loop, Antonietti et al. 2019-2020 (extra-cereb-nest)",
        sources: &[
            "Loop: Antonietti, Negri et al., extra-cereb-nest (cerebro-cerebellar closed loop, 2019-2020)",
            "E-GLIF: Geminiani et al. 2018, doi:10.3389/fninf.2018.00088; 2019, doi:10.3389/fncom.2019.00068",
            "Circuit: De Schepper et al. 2022, doi:10.1038/s42003-022-04213-y; cerebellar-models 0.13",
            "Plasticity: Luque et al. 2016, doi:10.3389/fncom.2016.00017",
            "Minimum jerk: Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985",
        ],
        defaults: include_str!("prism.toml"),
        presets: &[
            Preset::new("default", "200 x 200 um modules, 3 seeds, static, plastic and the ablations", ""),
            Preset::new(
                "quick",
                "a small circuit and half the trials, one seed: the direction of learning in about a minute",
                include_str!("prism.quick.toml"),
            ),
            Preset::new(
                "full",
                "400 x 400 um modules, one seed, static and plastic",
                include_str!("prism.full.toml"),
            ),
        ],
        unit: "trials",
        grounds: super::findings::GROUNDS,
        runs_on_ranks: true,
        ..Card::BLANK
    };

    fn check(&self, config: &PrismConfig) -> Result<(), Error> {
        config.check()
    }

    fn inputs(&self, config: &PrismConfig) -> Vec<(&'static str, PathBuf)> {
        let s = &config.scaffold;
        let named =
            [("scaffold.file", &s.file), ("scaffold.static", &s.fixed), ("scaffold.plastic", &s.plastic)];
        named.into_iter().filter(|(_, file)| !file.is_empty()).map(|(key, file)| (key, file.into())).collect()
    }

    fn run(&self, config: &PrismConfig, run: &Run) -> Result<PrismResult, Error> {
        // A file serves all seeds; a native circuit is drawn for each.
        let shared = match config.scaffold.file.is_empty() {
            true => None,
            false => {
                let read = anatomy(config, 0).and_then(|mut anatomy| {
                    let pair = Pair::read(config, &mut anatomy)?;
                    Ok::<_, Error>((Arc::new(anatomy), pair.map(Arc::new)))
                });
                Some(run.ranks.agree(read)?)
            }
        };
        let per_seed = calibration::trials(config) + config.conditions.len() * config.protocol.trials();
        run.progress.expect((per_seed * config.seeds.len()) as u64);
        let seeds = run.each_after(
            "conditions",
            &config.seeds,
            |&seed, at| {
                let (anatomy, pair) = match &shared {
                    Some(shared) => shared.clone(),
                    None => (Arc::new(run.ranks.agree(anatomy(config, seed))?), None),
                };
                let (calibrated, network) =
                    calibration::calibrate(config, &anatomy, pair.as_deref(), seed, at)?;
                Ok(CalibratedSeed { seed, anatomy, pair, network, calibrated })
            },
            &config.conditions,
            |seed, &condition, at| condition_run::run(config, seed, condition, at),
        )?;
        let (seeds, by_seed): (Vec<CalibratedSeed>, Vec<Vec<ConditionRun>>) = seeds.into_iter().unzip();
        // By condition, then seed; rasters are drawn for the first seed.
        let mut by_seed: Vec<_> = by_seed.into_iter().map(Vec::into_iter).collect();
        let mut runs = Vec::new();
        for _ in &config.conditions {
            for (s, mut one) in by_seed.iter_mut().filter_map(Iterator::next).enumerate() {
                if s > 0 {
                    one.snapshots.clear();
                }
                runs.push(one);
            }
        }
        gather(config, run, &seeds, runs)
    }

    fn findings(&self, config: &PrismConfig, result: &PrismResult) -> Vec<Finding> {
        super::findings::findings(result, config)
    }

    fn figures(&self, _config: &PrismConfig, result: &PrismResult) -> Result<Vec<Figure>, Error> {
        super::figures(result)
    }

    fn story(&self, _: &PrismConfig, result: &PrismResult) -> Story {
        super::page::story(result)
    }

    fn fingerprints(&self, result: &PrismResult) -> Vec<(String, String)> {
        let label = |run: &ConditionRun| format!("{}-{}", run.condition.name(), run.seed);
        result.runs.iter().map(|run| (label(run), run.fingerprint.clone())).collect()
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

fn gather(
    config: &PrismConfig,
    run: &Run,
    seeds: &[CalibratedSeed],
    runs: Vec<ConditionRun>,
) -> Result<PrismResult, Error> {
    let first = &seeds[0];
    let prefix = config.in_loop().next().map(|module| format!("{module}/")).unwrap_or_default();
    let projections = first.network.projections();
    let mut notes = first.anatomy.notes.clone();
    notes.extend(first.pair.iter().flat_map(|pair| pair.notes.clone()));
    notes.push("Gap junctions between Golgi cells are not simulated.".into());
    if first.pair.is_none() {
        notes.push(format!(
        "Climbing fibers act on Purkinje cells with {} nS in both microzones, whatever the number of contacts in the anatomy.",
        config.module.climbing_fiber_ns
    ));
    }
    let of_module = || projections.iter().filter(|p| p.label.starts_with(&prefix));
    let mut sums = [
        of_module().map(|p| p.synapses as u64).sum(),
        of_module().filter(|p| p.is_plastic).map(|p| p.synapses as u64).sum(),
    ];
    run.ranks.sum(&mut sums)?;
    let cells = first.anatomy.cells.iter();
    Ok(PrismResult {
        seeds: config.seeds.clone(),
        anatomy_source: first.anatomy.source.clone(),
        notes,
        size_um: first.anatomy.size,
        populations: cells.map(|c| PopulationRow { cell_type: c.cell_type.clone(), n: c.len() }).collect(),
        synapses_per_module: sums[0] as usize,
        plastic_per_module: sums[1] as usize,
        trial_ms: config.protocol.trial_ms as f64,
        dt_ms: DT_MS,
        arm_segments_m: PlanarArm::segments_m(),
        plant: config.wiring.plant,
        calibrations: seeds.iter().map(|s| s.calibrated.record.clone()).collect(),
        runs,
    })
}
