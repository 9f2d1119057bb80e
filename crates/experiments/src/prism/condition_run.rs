//! One condition on one seed: the protocol, trial by trial, with a snapshot
//! after each so that a killed run resumes where it stood, on any number of ranks.

use super::body;
use super::calibration::{self, Calibrated};
use super::config::{Condition, KeptSpikes, Noise, Participation, Polarity, PrismConfig};
use super::keys::ModuleName;
use super::pair::Pair;
use super::pointing_loop::{PointingLoop, TrialInput, kept};
use super::record::{ActivitySnapshot, ConditionRun, Epoch, TrialRecord, WeightHistogram, When};
use lobule_analysis::histogram;
use lobule_cerebellum::PLASTIC_SET;
use lobule_circuit::Network;
use lobule_scaffold::{Anatomy, Microzone};
use lobule_signal::SpikeTrain;
use lobule_study::{Error, Item, Run};
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

/// The epoch and the prism of a trial, deg.
fn schedule(config: &PrismConfig, index: usize) -> (Epoch, f64) {
    let p = &config.protocol;
    if index < p.baseline {
        (Epoch::Baseline, 0.0)
    } else if index < p.baseline + p.prism {
        (Epoch::Prism, p.prism_deg)
    } else {
        (Epoch::Removal, 0.0)
    }
}

/// The loop of a condition, and whether the forward and the inverse module learn in it.
fn changed(config: &PrismConfig, condition: Condition) -> (PrismConfig, [bool; 2]) {
    let mut config = config.clone();
    let may = ModuleName::ALL.map(|module| config.part(module) == Participation::On);
    let learns = match condition {
        Condition::Static => [false; 2],
        Condition::Plastic => may,
        Condition::ForwardOnly => [may[0], false],
        Condition::InverseOnly => [false, may[1]],
        Condition::WrongPolarity => {
            config.wiring.polarity = match config.wiring.polarity {
                Polarity::Right => Polarity::Wrong,
                Polarity::Wrong => Polarity::Right,
            };
            may
        }
        Condition::FreshNoise => {
            config.wiring.noise = Noise::Fresh;
            [false, may[1]]
        }
    };
    (config, learns)
}

/// A calibrated seed: the conditions that run on it share it.
pub struct CalibratedSeed {
    pub seed: u64,
    pub anatomy: Arc<Anatomy>,
    /// The configurations of the modules, if they are not lobule's.
    pub pair: Option<Arc<Pair>>,
    /// The loop's network with balanced potentiation.
    pub network: Arc<Network>,
    pub calibrated: Calibrated,
}

/// Runs one condition on one seed from a calibration, or goes on with what the folder of rank 0 keeps of it.
/// Collective; rank 0 alone has the spikes of the rasters.
pub fn run(
    config: &PrismConfig,
    calibrated: &CalibratedSeed,
    condition: Condition,
    at: &Item,
) -> Result<ConditionRun, Error> {
    let Run { ranks, threads, .. } = at.run();
    let CalibratedSeed { anatomy, pair, network, calibrated, seed } = calibrated;
    let pair = pair.as_deref();
    let seed = *seed;
    calibration::require(&calibrated.record, config, anatomy, seed)?;
    let (own, learns) = changed(config, condition);
    let mut closed = PointingLoop::new(&own, anatomy, network.clone(), seed, *threads, ranks)?;
    // A half-finished run is kept with the key of its calibration; rank 0 alone has all spikes of the snapshots.
    let key = &calibrated.record.key;
    let mut so_far = match kept(at, |kept: &(String, ConditionRun)| kept.0 == *key)? {
        Some(((_, kept), whole)) => {
            closed.scatter_state(whole)?;
            kept
        }
        None => {
            closed.restore(calibrated.state.clone())?;
            let weights = weight_histograms(&closed, config, anatomy, pair, learns, When::Before)?;
            let (trials, snapshots, fingerprint) = Default::default();
            ConditionRun { condition, seed, trials, snapshots, weights, fingerprint }
        }
    };

    let (baseline, prism) = (config.protocol.baseline, config.protocol.prism);
    let shown = [baseline, baseline + prism / 2, baseline + prism.saturating_sub(1)];
    for index in so_far.trials.len()..config.protocol.trials() {
        let (epoch, prism_deg) = schedule(config, index);
        let is_main = matches!(condition, Condition::Static | Condition::Plastic);
        let kept: &[&str] = if condition == Condition::Plastic && shown.contains(&index) {
            &RASTER
        } else if config.protocol.spikes == KeptSpikes::All && is_main {
            &EVERY_TRIAL
        } else {
            &[]
        };
        record(config, &mut closed, kept)?;
        let begin = closed.simulation().step();
        let error_deg = so_far.trials.last().map_or(0.0, |trial| trial.error_deg);
        let outcome = closed.trial(TrialInput { seen_target_deg: prism_deg, error_deg, learns })?;
        if !kept.is_empty() {
            so_far.snapshots.extend(take(config, &mut closed, kept, index, begin)?);
        }
        let movement = body::play(&outcome, &calibrated.scale, config.wiring.plant)?;
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
        at.count(1);
        closed.keep(at, (key, &so_far))?;
        at.may_go_on()?;
    }
    if so_far.weights.iter().all(|w| w.when == When::Before) {
        so_far.weights.extend(weight_histograms(&closed, config, anatomy, pair, learns, When::After)?);
    }
    so_far.fingerprint = format!("{:016x}", closed.simulation().fingerprint()?);
    Ok(so_far)
}

/// Those of the cells that a module has, each with the label of its population.
fn populations<'a>(closed: &PointingLoop, module: ModuleName, cells: &[&'a str]) -> Vec<(&'a str, String)> {
    let labeled = cells.iter().map(|cell| (*cell, format!("{module}/{cell}")));
    labeled.filter(|(_, label)| closed.simulation().population(label).is_ok()).collect()
}

fn record(config: &PrismConfig, closed: &mut PointingLoop, cells: &[&str]) -> Result<(), Error> {
    for module in config.in_loop() {
        for (_, label) in populations(closed, module, cells) {
            closed.simulation_mut().record_spikes(&label)?;
        }
    }
    Ok(())
}

fn take(
    config: &PrismConfig,
    closed: &mut PointingLoop,
    cells: &[&str],
    trial: usize,
    begin: u64,
) -> Result<Vec<ActivitySnapshot>, Error> {
    closed.simulation_mut().merge_recordings()?;
    let mut snapshots = Vec::new();
    for module in config.in_loop() {
        let mut spikes = Vec::new();
        for (cell, label) in populations(closed, module, cells) {
            if let Some(train) = closed.simulation_mut().take_spikes(&label)? {
                let steps = train.steps.iter().map(|s| s - begin).collect();
                spikes.push(SpikeTrain { label: cell.into(), steps, ..train });
            }
        }
        snapshots.push(ActivitySnapshot { trial, module, spikes });
    }
    Ok(snapshots)
}

/// Weights of the modules that learn; nothing where none does.
fn weight_histograms(
    closed: &PointingLoop,
    config: &PrismConfig,
    anatomy: &Anatomy,
    pair: Option<&Pair>,
    learns: [bool; 2],
    when: When,
) -> Result<Vec<WeightHistogram>, Error> {
    let cells = anatomy.cells("purkinje_cell").expect("the loop has Purkinje cells");
    let mut histograms = Vec::new();
    for module in ModuleName::ALL.into_iter().filter(|module| learns[*module as usize]) {
        let w_max = pair.map_or(Some(config.learning(module).w_max_ns), Pair::w_max_ns);
        let Some(w_max) = w_max else { continue };
        let synapses = closed.simulation().synapses(&format!("{module}/{PLASTIC_SET}"))?;
        for microzone in Microzone::ALL {
            let of_zone = synapses.iter().filter(|s| cells.microzone(s.1 as usize) == Some(microzone));
            let (edges_ns, mut counts) = histogram(of_zone.map(|s| f64::from(s.2)), 0.0, w_max, WEIGHT_BINS);
            closed.ranks().sum(&mut counts)?;
            histograms.push(WeightHistogram { module, microzone, when, edges_ns, counts });
        }
    }
    Ok(histograms)
}
