//! Calibration: what the loop does before it learns, with the static modules in
//! it, and whether learning pushes the right way. A simulation requires it.
//!
//! 1. one discarded trial, then trials at P = 0: x0; the same at a second prism P₁: x₁;
//!    error e(x) = P₁ (x - x0)/(x₁ - x0);
//! 2. a sweep of prisms against the identity;
//! 3. the error at the protocol's prism;
//! 4. a sign test: ten trials of learning under an imposed error of ± 20 deg, each
//!    module on its own account;
//! 5. potentiation by the balance rule: A⁺ = -A⁻ · area of the kernel · climbing-fiber
//!    rate without error, so that zero error is a fixed point. The rate is the configured one of
//!    the teaching input times the olive spikes that one of its spikes was measured to cause: a
//!    count of olive spikes alone is a few dozen, and its error would be a drift.

use super::body::{self, BodyScale};
use super::circuit::TEACHING;
use super::config::{ModuleConfig, Participation, PlantKind, Polarity, PrismConfig};
use super::keys::{ModuleName, RateOf};
use super::pair::Pair;
use super::pointing_loop::{LoopState, TrialInput, TrialOutcome};
use super::record::{Calibration, SweepPoint};
use super::rehearsal::Rehearsal;
use lobule_analysis::{linear_fit, mean, sd};
use lobule_cerebellum::kernel_area_s;
use lobule_circuit::Network;
use lobule_scaffold::Anatomy;
use lobule_study::{Error, Item};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Format of [`Calibration`].
const VERSION: u32 = 2;
/// Prism of the sign test, deg.
const SIGN_PRISM_DEG: f64 = 10.0;
/// Imposed error of the sign test, deg. Chosen: that of the experiment; half of it teaches too little.
const IMPOSED_DEG: f64 = 20.0;
/// Trials of learning in the sign test. Chosen: in three trials an olive cell fires about three
/// teaching spikes, and their chance decides the sign.
const SIGN_TRIALS: usize = 10;
/// Trials without learning, after it, over which the sign test averages.
const SIGN_PROBES: usize = 3;

/// A calibrated seed: the record, the bodies' scales and the state to start from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibrated {
    /// The record, as kept in the run folder.
    pub record: Calibration,
    pub scale: BodyScale,
    /// State after calibration, before any learning; on one rank of several its part.
    pub state: LoopState,
}

fn refused(what: String) -> Error {
    Error::Refused { part: "calibration".into(), what }
}

/// Potentiation of each module, nS: configured, or by the balance rule from the rate of its
/// climbing fibers without error, Hz.
fn a_plus_ns(config: &PrismConfig, rest_hz: [f64; 2]) -> [f64; 2] {
    ModuleName::ALL.map(|module| {
        let ModuleConfig { a_minus_ns, a_plus_ns, kernel_t0_ms, .. } = *config.learning(module);
        let balanced = -a_minus_ns * kernel_area_s(kernel_t0_ms) * rest_hz[module as usize];
        if a_plus_ns >= 0.0 { a_plus_ns } else { balanced }
    })
}

/// Key of a calibration, from all that it depends on: equal keys mean that it may be used again.
fn key(config: &PrismConfig, anatomy: &Anatomy, seed: u64) -> String {
    let mut relevant = config.clone();
    // Neither the seeds that run beside it nor the conditions matter to one seed's calibration.
    relevant.seeds = Vec::new();
    relevant.conditions = Vec::new();
    let text = format!(
        "{VERSION}\n{}\n{}\n{}\n{:?}\n{seed}\n{}",
        env!("CARGO_PKG_VERSION"),
        relevant.to_toml(),
        anatomy.source,
        anatomy.cells.iter().map(|c| (c.cell_type.as_str(), c.len())).collect::<Vec<_>>(),
        anatomy.connections.iter().map(|c| c.len()).sum::<usize>(),
    );
    format!("{:016x}", lobule_signal::fingerprint(text.as_bytes()))
}

/// Number of trials that a calibration runs.
pub fn trials(config: &PrismConfig) -> usize {
    let c = &config.calibration;
    2 * (1 + c.trials) + (c.sweep_deg.len() + 1) * (1 + c.sweep_trials) + 2 * (SIGN_TRIALS + SIGN_PROBES)
}

/// Calibrates one seed, or takes what the folder of rank 0 keeps of it; gives the record and the network
/// with balanced potentiation. Collective.
///
/// # Errors
/// [`Error::Refused`] when the end point is too noisy, does not follow the prism, or a
/// sign test fails; the message says what was measured, what is allowed and what to change.
pub fn calibrate(
    config: &PrismConfig,
    anatomy: &Anatomy,
    pair: Option<&Pair>,
    seed: u64,
    at: &Item,
) -> Result<(Calibrated, Arc<Network>), Error> {
    let mut rehearsal = Rehearsal::new(config, anatomy, pair, seed, at)?;
    let (record, scale) = measure(&mut rehearsal)?;
    let closed = rehearsal.closed;
    let (state, network) = (closed.state(), closed.simulation().network().clone());
    Ok((Calibrated { record, scale, state }, network))
}

/// Runs the calibration, which leaves the loop in the state to start from.
fn measure(rehearsal: &mut Rehearsal) -> Result<(Calibration, BodyScale), Error> {
    let Rehearsal { config, anatomy, seed, pair, .. } = *rehearsal;
    let position = |o: &TrialOutcome| body::end_position(o.cortex.iter().zip(&o.inverse).map(|(a, b)| a + b));
    let all = |outcomes: &[TrialOutcome], value: &dyn Fn(&TrialOutcome) -> Result<f64, Error>| {
        outcomes.iter().map(value).collect::<Result<Vec<f64>, Error>>()
    };

    // 1: the two points that define degrees.
    let zero = rehearsal.at(0.0, config.calibration.trials)?;
    rehearsal.mark_start()?;
    let mut rates_hz: BTreeMap<RateOf, f64> = BTreeMap::new();
    for outcome in &zero {
        for (label, rate) in &outcome.rates_hz {
            *rates_hz.entry(label.clone()).or_default() += rate / zero.len() as f64;
        }
    }
    let told_hz = [config.sensory_olive.spontaneous_hz, config.motor_olive.spontaneous_hz];
    let mut rest_hz = [0.0; 2];
    // The rules of a pair have their own potentiation.
    let is_balanced = |m: usize| pair.is_none() && told_hz[m] > 0.0;
    for (m, module) in ModuleName::ALL.into_iter().enumerate().filter(|(m, _)| is_balanced(*m)) {
        let rate = |cell: &str| rates_hz.get(&RateOf { module, cell: cell.into(), zone: None }).copied();
        let (Some(teaching_hz), Some(olive_hz)) = (rate(TEACHING), rate("io_cell")) else { continue };
        if teaching_hz == 0.0 {
            return Err(refused(format!(
                "no teaching spike fell on the {module} module in {} movements without error, at {} Hz, so \
                 potentiation cannot be balanced; raise calibration.trials or spontaneous_hz of its olive",
                config.calibration.trials, told_hz[m]
            )));
        }
        rest_hz[m] = told_hz[m] * olive_hz / teaching_hz;
    }
    let a_plus = a_plus_ns(config, rest_hz);
    rehearsal.begin(a_plus)?;
    let second_deg = config.calibration.second_deg;
    let second = rehearsal.at(second_deg, config.calibration.trials)?;
    let (x0s, seconds) = (all(&zero, &position)?, all(&second, &position)?);
    let (x0, x_second) = (mean(&x0s), mean(&seconds));
    if !(x_second - x0).is_normal() || x_second <= x0 {
        return Err(refused(format!(
            "the end point does not follow the prism: {x0:.4} at 0 deg, {x_second:.4} at {second_deg} deg; raise planner.gain_hz_per_deg"
        )));
    }
    let deg_per_unit = second_deg / (x_second - x0);
    let elbow_units = mean(&all(&zero, &|o| body::end_position(o.elbow.iter().copied()))?);
    // With this scale the error of the arm is the direction of its hand.
    let mut scale = BodyScale { x0, deg_per_unit, elbow_units, arm_straight_deg: 0.0, arm_gain: 1.0 };
    let direction = |o: &TrialOutcome| Ok(body::play(o, &scale, PlantKind::Arm)?.error_deg);
    let (arm0, arm1) = (all(&zero, &direction)?, all(&second, &direction)?);
    scale.arm_straight_deg = mean(&arm0);
    scale.arm_gain = second_deg / (mean(&arm1) - mean(&arm0));
    let (x0_sd_deg, second_sd_deg) = match config.wiring.plant {
        PlantKind::Joint => (sd(&x0s) * deg_per_unit, sd(&seconds) * deg_per_unit),
        PlantKind::Arm => (sd(&arm0) * scale.arm_gain.abs(), sd(&arm1) * scale.arm_gain.abs()),
    };
    if x0_sd_deg.is_nan() || x0_sd_deg > config.calibration.max_sd_deg {
        return Err(refused(format!(
            "the end point without prisms has a standard deviation of {x0_sd_deg:.2} deg over {} trials, more than \
             calibration.max_sd_deg = {}; use a larger circuit, more cortical neurons or a smaller loop.inverse_gain",
            config.calibration.trials, config.calibration.max_sd_deg
        )));
    }
    let error = |o: &TrialOutcome| Ok(body::play(o, &scale, config.wiring.plant)?.error_deg);

    // 2, 3: the sweep, and the error before learning.
    let mut sweep = Vec::new();
    for &prism_deg in config.calibration.sweep_deg.iter().chain([&config.protocol.prism_deg]) {
        let outcomes = rehearsal.at(prism_deg, config.calibration.sweep_trials)?;
        sweep.push(SweepPoint { prism_deg, errors_deg: all(&outcomes, &error)? });
    }
    let open_loop = sweep.pop().expect("the protocol's prism was measured last");
    let points: Vec<(f64, f64)> =
        sweep.iter().flat_map(|p| p.errors_deg.iter().map(move |&e| (p.prism_deg, e))).collect();
    let fit = linear_fit(&points);

    // 4: the sign of each loop.
    let mut contribution = [[0.0; 2]; 2];
    for (parts, sign) in contribution.iter_mut().zip([1.0, -1.0]) {
        rehearsal.go_back()?;
        let learning =
            TrialInput { seen_target_deg: SIGN_PRISM_DEG, error_deg: sign * IMPOSED_DEG, learns: [true; 2] };
        for _ in 0..SIGN_TRIALS {
            rehearsal.trial(learning)?;
        }
        for _ in 0..SIGN_PROBES {
            let probe = TrialInput { error_deg: 0.0, learns: [false; 2], ..learning };
            let movement = body::play(&rehearsal.trial(probe)?, &scale, PlantKind::Joint)?;
            *parts = [parts[0] + movement.cortex_deg, parts[1] + movement.inverse_deg];
        }
        *parts = parts.map(|x| x / SIGN_PROBES as f64);
    }
    let learning = ModuleName::ALL.into_iter().filter(|m| config.part(*m) == Participation::On);
    let sign_test_deg = learning.map(|m| (m, contribution.map(|parts| parts[m as usize]))).collect();

    let inverse = mean(&all(&zero, &|o| body::end_position(o.inverse.iter().copied()))?);
    let static_bias_deg = BTreeMap::from([(ModuleName::Inverse, inverse * deg_per_unit)]);
    rehearsal.go_back()?;
    let record = Calibration {
        version: VERSION,
        key: key(config, anatomy, seed),
        seed,
        x0,
        x0_sd_deg,
        second_deg,
        x_second,
        second_sd_deg,
        sweep,
        slope: fit.slope,
        intercept_deg: fit.intercept,
        r2: fit.r2,
        open_loop_error_deg: mean(&open_loop.errors_deg),
        static_bias_deg,
        sign_test_deg,
        rates_hz,
        balanced_a_plus_ns: match pair {
            None => ModuleName::ALL.into_iter().zip(a_plus).collect(),
            Some(_) => BTreeMap::new(),
        },
        fingerprint: format!("{:016x}", rehearsal.closed.simulation().fingerprint()?),
    };
    check_signs(config, &record)?;
    Ok((record, scale))
}

/// Refuses a loop whose learning goes the wrong way.
fn check_signs(config: &PrismConfig, record: &Calibration) -> Result<(), Error> {
    if config.wiring.polarity == Polarity::Wrong {
        // The wrong polarity was asked for: its sign test is expected to fail and only reported.
        return Ok(());
    }
    // Two standard errors of the difference of two means over the probes.
    let noise = 2.0 * record.second_sd_deg * (2.0 / SIGN_PROBES as f64).sqrt();
    for (module, [after_plus, after_minus]) in &record.sign_test_deg {
        if after_plus - after_minus > noise {
            return Err(refused(format!(
                "sign test: after an imposed error of +{IMPOSED_DEG} deg the {module} module's part of the end point is {after_plus:.1} deg, \
                 after -{IMPOSED_DEG} deg {after_minus:.1} deg; an overshoot must lower it (noise {noise:.1} deg): \
                 check loop.polarity and motor_olive.delay_ms"
            )));
        }
    }
    Ok(())
}

/// Refuses a calibration made for something else.
///
/// # Errors
/// [`Error::Refused`] naming both keys.
pub fn require(
    record: &Calibration,
    config: &PrismConfig,
    anatomy: &Anatomy,
    seed: u64,
) -> Result<(), Error> {
    let expected = key(config, anatomy, seed);
    if record.version != VERSION || record.key != expected {
        return Err(refused(format!(
            "it was made for another configuration (version {}, key {}; this run has version {VERSION}, key {expected}); calibrate again",
            record.version, record.key
        )));
    }
    Ok(())
}
