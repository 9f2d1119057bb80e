//! One subject with one architecture: calibration, then the tests of the calibrated reflex.

use super::circuit::{Head, Reflex, Stretch, VorSubject, Wiring, dark};
use super::config::VorConfig;
use super::record::{Probes, SineTraining, SingleSine, SpectaclesRun, SubjectRun};
use crate::classic::response::Response;
use lobule_control::Architecture;
use lobule_study::Error;

/// Seconds of a movement that are kept for the figures, and ticks between two kept samples.
const KEPT_S: f64 = 4.0;
const KEPT_EVERY: usize = 5;

/// Points of the time course of slip. Chosen: a smooth line.
const BLOCKS: usize = 60;

/// The wiring of an architecture under the configured eligibility.
pub fn wiring(config: &VorConfig, architecture: Architecture) -> Wiring {
    Wiring { architecture, eligibility_ms: config.flocculus.eligibility_ms }
}

/// Calibrates a subject and tests it: spectacles, single frequencies, delayed slip, weak muscles.
pub fn calibrate(config: &VorConfig, architecture: Architecture, seed: u64) -> Result<SubjectRun, Error> {
    let subject = VorSubject::new(config, seed);
    let wiring = wiring(config, architecture);
    let per_s = |s: f64| (s / config.dt_s()).round() as usize;
    let test = |weights: &[f64]| -> Result<Vec<Response>, Error> {
        let tested = config.calibration.test_hz.iter();
        tested.map(|&hz| dark(config, &subject, wiring, weights, 1.0, hz)).collect()
    };
    // Calibration.
    let mut reflex = Reflex::new(config, &subject, wiring, &[], None)?;
    let before = test(&reflex.weights())?;
    let mut head = Head::natural(config, seed, "calibration");
    let total = per_s(config.calibration.duration_s as f64);
    let kept = per_s(KEPT_S).min(total);
    let mut movement = [Vec::new(), Vec::new()];
    let mut slip_deg_s = Vec::new();
    let mut tick = 0;
    for block in 0..BLOCKS {
        let ticks = total * (block + 1) / BLOCKS - total * block / BLOCKS;
        let Stretch { slip_deg_s: slip, diverged } = reflex.light(&mut head, 1.0, ticks, |desired, eye| {
            if tick % KEPT_EVERY == 0 {
                let sample = (tick as f64 * config.dt_s(), desired, eye);
                if tick < kept {
                    movement[0].push(sample);
                }
                if tick + kept >= total {
                    movement[1].push(sample);
                }
            }
            tick += 1;
        });
        slip_deg_s.push(slip);
        if diverged {
            break;
        }
    }
    let weights = reflex.weights();
    let after = test(&weights)?;

    let magnifications = &config.spectacles.magnifications;
    let worn = magnifications
        .iter()
        .map(|&m| wear(config, &subject, wiring, &weights, m))
        .collect::<Result<_, _>>()?;

    let selectivity = &config.selectivity;
    let mut trained = Vec::new();
    for &hz in &selectivity.trained_hz {
        let mut reflex = Reflex::new(config, &subject, wiring, &weights, None)?;
        let mut head = Head::sine(hz, config.head.speed_deg_s * std::f64::consts::SQRT_2, config.dt_s());
        let ticks = per_s(selectivity.duration_s as f64);
        reflex.light(&mut head, selectivity.magnification, ticks, |_, _| ());
        trained.push(SineTraining { hz, tested: test(&reflex.weights())? });
    }

    let mut late = Vec::new();
    for &hz in &config.delay.test_hz {
        for has_eligibility in [false, true] {
            late.push(one_sine(config, &subject, wiring, has_eligibility, hz)?);
        }
    }

    let weakened = weaken(config, &subject, wiring, &weights)?;
    Ok(SubjectRun { architecture, seed, before, after, slip_deg_s, movement, worn, trained, late, weakened })
}

/// Times of dark tests within `total_s`, from 0 on.
fn probe_times(config: &VorConfig, total_s: usize) -> impl Iterator<Item = usize> {
    (0..=total_s / config.spectacles.probe_every_s).map(|k| k * config.spectacles.probe_every_s)
}

/// Adapts a calibrated reflex to spectacles, then to their removal.
fn wear(
    config: &VorConfig,
    subject: &VorSubject,
    wiring: Wiring,
    weights: &[f64],
    magnification: f64,
) -> Result<SpectaclesRun, Error> {
    let s = &config.spectacles;
    let mut reflex = Reflex::new(config, subject, wiring, weights, None)?;
    let mut head = Head::natural(config, subject.seed, "spectacles");
    let between = (s.probe_every_s as f64 / config.dt_s()).round() as usize;
    let mut stretch = |magnification: f64, total_s: usize, from_s: f64| -> Result<Probes, Error> {
        let mut probes = Vec::new();
        for at_s in probe_times(config, total_s) {
            if at_s > 0 && reflex.light(&mut head, magnification, between, |_, _| ()).diverged {
                probes.push((from_s + at_s as f64, Response::lost(s.probe_hz)));
                break;
            }
            let response = dark(config, subject, wiring, &reflex.weights(), 1.0, s.probe_hz)?;
            probes.push((from_s + at_s as f64, response));
        }
        Ok(probes)
    };
    let on = stretch(magnification, s.wear_s, 0.0)?;
    let off = stretch(1.0, s.off_s, s.wear_s as f64)?;
    Ok(SpectaclesRun { magnification, on, off })
}

/// Seconds of one sine over which slip is measured. Chosen: two periods of the slowest.
const MEASURED_S: f64 = 4.0;

/// Learns a single sine; without eligibility slip is correlated with the present input.
fn one_sine(
    config: &VorConfig,
    subject: &VorSubject,
    wiring: Wiring,
    has_eligibility: bool,
    hz: f64,
) -> Result<SingleSine, Error> {
    let wiring = if has_eligibility { wiring } else { Wiring { eligibility_ms: 0, ..wiring } };
    let per_s = |s: f64| (s / config.dt_s()).round() as usize;
    let mut reflex = Reflex::new(config, subject, wiring, &[], None)?;
    let mut head = Head::sine(hz, config.head.speed_deg_s * std::f64::consts::SQRT_2, config.dt_s());
    reflex.set_learning(false);
    reflex.light(&mut head, 1.0, per_s(20.0), |_, _| ());
    let before = reflex.light(&mut head, 1.0, per_s(MEASURED_S), |_, _| ()).slip_deg_s;
    reflex.set_learning(true);
    let mut last = reflex.light(&mut head, 1.0, per_s(config.delay.duration_s as f64), |_, _| ());
    if !last.diverged {
        reflex.set_learning(false);
        last = reflex.light(&mut head, 1.0, per_s(MEASURED_S), |_, _| ());
    }
    Ok(SingleSine { hz, has_eligibility, ratio: last.slip_deg_s / before, diverged: last.diverged })
}

/// Dark tests of a calibrated reflex: healthy at 0 s, then with weak muscles from 0 s on.
fn weaken(
    config: &VorConfig,
    subject: &VorSubject,
    wiring: Wiring,
    weights: &[f64],
) -> Result<Probes, Error> {
    let between = (config.spectacles.probe_every_s as f64 / config.dt_s()).round() as usize;
    let strength = config.muscle.strength;
    let mut reflex = Reflex::new(config, subject, wiring, weights, Some((strength, between as u64)))?;
    let mut head = Head::natural(config, subject.seed, "muscle");
    // The muscles weaken after the first stretch.
    reflex.light(&mut head, 1.0, between, |_, _| ());
    let hz = config.spectacles.probe_hz;
    let mut probes = vec![(0.0, dark(config, subject, wiring, &reflex.weights(), 1.0, hz)?)];
    for at_s in probe_times(config, config.muscle.duration_s) {
        if at_s > 0 && reflex.light(&mut head, 1.0, between, |_, _| ()).diverged {
            probes.push((at_s as f64, Response::lost(hz)));
            break;
        }
        probes.push((at_s as f64, dark(config, subject, wiring, &reflex.weights(), strength, hz)?));
    }
    Ok(probes)
}
