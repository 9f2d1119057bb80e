//! One condition on one seed: the protocol, trial by trial, with a snapshot
//! after each so that a killed run resumes where it stood, on any number of ranks.

use super::body::{self};
use super::calibration::{self, Calibrated};
use super::closed_loop::{ClosedLoop, LoopState, MODULES, PLASTIC_SET, TrialInput};
use super::config::{CONDITIONS, KeptSpikes, Noise, Part, Polarity, PrismConfig};
use super::results::{ActivitySnapshot, ArmResult, Epoch, TrialRecord, WeightHistogram};
use lobule_analysis::histogram;
use lobule_circuit::Network;
use lobule_exchange::Ranks;
use lobule_scaffold::{Anatomy, Microzone};
use lobule_signal::SpikeTrain;
use lobule_study::run_folder::RunFolder;
use lobule_study::{Error, Progress};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Bins of the weight histograms.
const WEIGHT_BINS: usize = 40;
/// Populations whose spikes are kept for the rasters.
const RASTER: [&str; 8] = [
    "mossy_fiber",
    "granule_cell",
    "golgi_cell",
    "basket_cell",
    "stellate_cell",
    "purkinje_cell",
    "dcn_p",
    "io_cell",
];

/// Populations whose spikes are kept in every trial where that is asked for: what goes in, what learns, what comes out.
const EVERY_TRIAL: [&str; 3] = ["mossy_fiber", "purkinje_cell", "dcn_p"];

/// What a half-finished arm has so far, besides its state. Rank 0 alone has all spikes of the snapshots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Progressed {
    key: String,
    trials: Vec<TrialRecord>,
    snapshots: Vec<ActivitySnapshot>,
    weights: Vec<WeightHistogram>,
    error_deg: f64,
}

/// The epoch and the prism of a trial.
pub fn schedule(config: &PrismConfig, index: usize) -> (Epoch, f64) {
    let p = &config.protocol;
    if index < p.baseline {
        (Epoch::Baseline, 0.0)
    } else if index < p.baseline + p.prism {
        (Epoch::Prism, p.prism_deg)
    } else {
        (Epoch::Removal, 0.0)
    }
}

/// Number of trials of the protocol.
pub fn trials(config: &PrismConfig) -> usize {
    config.protocol.baseline + config.protocol.prism + config.protocol.removal
}

/// What differs from the configured loop in a condition: its configuration and who learns.
fn condition(config: &PrismConfig, name: &str) -> Result<(PrismConfig, [bool; 2]), Error> {
    let mut config = config.clone();
    let may = [config.wiring.forward == Part::On, config.wiring.inverse == Part::On];
    let learns = match name {
        "static" => [false; 2],
        "plastic" => may,
        "forward_only" => [may[0], false],
        "inverse_only" => [false, may[1]],
        "wrong_polarity" => {
            config.wiring.polarity = match config.wiring.polarity {
                Polarity::Right => Polarity::Wrong,
                Polarity::Wrong => Polarity::Right,
            };
            may
        }
        "fresh_noise" => {
            config.wiring.noise = Noise::Fresh;
            [false, may[1]]
        }
        other => {
            return Err(Error::Config {
                key: "conditions".into(),
                what: format!(
                    "there is no condition `{other}`; there are: {}",
                    CONDITIONS.map(|c| c.0).join(", ")
                ),
            });
        }
    };
    Ok((config, learns))
}

/// What the conditions of one seed share.
pub struct Subject<'a> {
    /// Its anatomy.
    pub anatomy: &'a Anatomy,
    /// The loop's network with balanced potentiation.
    pub network: Arc<Network>,
    /// Its calibration.
    pub calibrated: &'a Calibrated,
    /// Its seed.
    pub seed: u64,
}

/// Runs one condition on one seed from a calibration, or goes on with what the `folder` of rank 0 keeps of it.
/// Collective; rank 0 alone has the spikes of the rasters.
///
/// # Errors
/// A calibration made for another configuration, a state variable that stopped being a
/// number, or a folder that cannot be written.
pub fn run(
    config: &PrismConfig,
    subject: &Subject,
    name: &str,
    threads: usize,
    ranks: &Ranks,
    folder: Option<&RunFolder>,
    progress: &dyn Progress,
) -> Result<ArmResult, Error> {
    let Subject { anatomy, network, calibrated, seed } = subject;
    let (anatomy, calibrated, seed) = (*anatomy, *calibrated, *seed);
    calibration::require(calibrated, config, anatomy, seed)?;
    let (own, learns) = condition(config, name)?;
    let mut closed = ClosedLoop::new(&own, anatomy, network.clone(), seed, threads, ranks)?;
    let file = format!("{name}-{seed}");
    let mut whole: Option<LoopState> = None;
    let (is_kept, kept) = ranks.on_first(|| {
        let Some(folder) = folder else { return Ok::<_, Error>((false, None)) };
        let kept: Option<(Progressed, LoopState)> = folder.snapshot(&file)?;
        let (kept, state) = kept.filter(|(k, _)| k.key == calibrated.record.key).unzip();
        whole = state;
        Ok((true, kept))
    })?;
    let mut so_far = match kept {
        Some(kept) => {
            progress.done(kept.trials.len() as u64);
            closed.scatter_state(whole)?;
            kept
        }
        None => {
            closed.restore(calibrated.state.clone())?;
            let mut weights = Vec::new();
            if learns != [false; 2] {
                weights = weight_histograms(&closed, config, anatomy, learns, "before")?;
            }
            Progressed {
                key: calibrated.record.key.clone(),
                trials: Vec::new(),
                snapshots: Vec::new(),
                weights,
                error_deg: 0.0,
            }
        }
    };

    let (baseline, prism) = (config.protocol.baseline, config.protocol.prism);
    let shown = [baseline, baseline + prism / 2, baseline + prism.saturating_sub(1)];
    for index in so_far.trials.len()..trials(config) {
        let (epoch, prism_deg) = schedule(config, index);
        let kept: &[&str] = if name == "plastic" && shown.contains(&index) {
            &RASTER
        } else if config.protocol.spikes == KeptSpikes::All && ["static", "plastic"].contains(&name) {
            &EVERY_TRIAL
        } else {
            &[]
        };
        record(&mut closed, kept)?;
        let begin = closed.simulation().step();
        let outcome = closed.trial(TrialInput { prism_deg, error_deg: so_far.error_deg, learns })?;
        if !kept.is_empty() {
            so_far.snapshots.extend(take(&mut closed, kept, index, begin)?);
        }
        let movement = body::play(&outcome, &calibrated.scale, config.wiring.plant)?;
        so_far.error_deg = movement.error_deg;
        so_far.trials.push(TrialRecord {
            index,
            epoch,
            prism_deg,
            error_deg: movement.error_deg,
            cortex_deg: movement.cortex_deg,
            inverse_deg: movement.inverse_deg,
            rates_hz: outcome.rates_hz,
            mean_weight_ns: closed.mean_weights(anatomy)?,
            path_deg: movement.path_deg,
            hand_m: movement.hand_m,
        });
        if is_kept {
            let state = closed.gather_state()?;
            ranks.on_first(|| match folder.zip(state) {
                Some((folder, state)) => folder.keep_snapshot(&file, &(&so_far, &state)),
                None => Ok(()),
            })?;
        }
        progress.done(1);
    }
    if learns != [false; 2] && so_far.weights.iter().all(|w| w.when == "before") {
        so_far.weights.extend(weight_histograms(&closed, config, anatomy, learns, "after")?);
    }
    Ok(ArmResult {
        condition: name.into(),
        seed,
        trials: so_far.trials,
        snapshots: so_far.snapshots,
        weights: so_far.weights,
        fingerprint: format!("{:016x}", closed.simulation().fingerprint()?),
    })
}

fn in_loop(closed: &ClosedLoop) -> Vec<&'static str> {
    MODULES
        .into_iter()
        .filter(|m| closed.simulation().population(&format!("{m}/purkinje_cell")).is_ok())
        .collect()
}

fn record(closed: &mut ClosedLoop, cells: &[&str]) -> Result<(), Error> {
    for module in in_loop(closed) {
        for cell in cells {
            let label = format!("{module}/{cell}");
            if closed.simulation().population(&label).is_ok() {
                closed.simulation_mut().record_spikes(&label)?;
            }
        }
    }
    Ok(())
}

fn take(
    closed: &mut ClosedLoop,
    cells: &[&str],
    trial: usize,
    begin: u64,
) -> Result<Vec<ActivitySnapshot>, Error> {
    closed.simulation_mut().merge_recordings()?;
    let mut snapshots = Vec::new();
    for module in in_loop(closed) {
        let mut spikes = Vec::new();
        for &cell in cells {
            let label = format!("{module}/{cell}");
            if closed.simulation().population(&label).is_err() {
                continue;
            }
            if let Some(train) = closed.simulation_mut().take_spikes(&label)? {
                spikes.push(SpikeTrain {
                    label: cell.into(),
                    n: train.n,
                    steps: train.steps.iter().map(|s| s - begin).collect(),
                    ids: train.ids,
                });
            }
        }
        snapshots.push(ActivitySnapshot { trial, module: module.into(), spikes });
    }
    Ok(snapshots)
}

fn weight_histograms(
    closed: &ClosedLoop,
    config: &PrismConfig,
    anatomy: &Anatomy,
    learns: [bool; 2],
    when: &str,
) -> Result<Vec<WeightHistogram>, Error> {
    let cells = anatomy.cells("purkinje_cell").expect("the loop has Purkinje cells");
    let mut histograms = Vec::new();
    for (m, module) in MODULES.into_iter().enumerate().filter(|(m, _)| learns[*m]) {
        let w_max = [&config.forward, &config.inverse][m].w_max_ns;
        let synapses = closed.simulation().synapses(&format!("{module}/{PLASTIC_SET}"))?;
        for (zone, microzone) in [(Microzone::Plus, "plus"), (Microzone::Minus, "minus")] {
            let weights = synapses
                .iter()
                .filter(|s| cells.microzone(s.1 as usize) == Some(zone))
                .map(|s| f64::from(s.2));
            let (edges_ns, mut counts) = histogram(weights, 0.0, w_max, WEIGHT_BINS);
            closed.ranks().sum(&mut counts)?;
            histograms.push(WeightHistogram {
                module: module.into(),
                microzone: microzone.into(),
                when: when.into(),
                edges_ns,
                counts,
            });
        }
    }
    Ok(histograms)
}
