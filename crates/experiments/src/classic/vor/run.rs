//! One subject with one architecture: calibration, then the tests of the calibrated reflex.

use super::circuit::{Head, Reflex, Stretch, Subject};
use super::config::Config;
use super::record::{Probes, SineTraining, SingleSine, SpectaclesRun, SubjectRun};
use crate::classic::response::Response;
use lobule_control::Architecture;
use lobule_study::Error;
use std::f64::consts::SQRT_2;

/// Seconds of a movement that are kept for the figures, and ticks between two kept samples.
const KEPT_S: f64 = 4.0;
const KEPT_EVERY: usize = 5;
/// Points of the time course of slip. Chosen: a smooth line.
const BLOCKS: usize = 60;
/// Seconds of one sine over which slip is measured. Chosen: two periods of the slowest.
const MEASURED_S: f64 = 4.0;

/// Calibrates a subject and tests it: spectacles, single frequencies, delayed slip, weak muscles.
pub fn calibrate(config: &Config, architecture: Architecture, seed: u64) -> Result<SubjectRun, Error> {
    let subject = Subject::new(config, architecture, seed);
    let test = |weights: &[f64]| -> Result<Vec<Response>, Error> {
        config.calibration.test_hz.iter().map(|&hz| subject.dark(weights, 1.0, hz)).collect()
    };
    let mut reflex = subject.reflex(&[], None)?;
    let before = test(&reflex.weights())?;
    let mut head = Head::natural(config, seed, "calibration");
    let total = config.ticks_of_s(config.calibration.duration_s as f64);
    let kept = config.ticks_of_s(KEPT_S).min(total);
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

    let worn = config.spectacles.magnifications.iter().map(|&m| wear(&subject, &weights, m));
    let worn = worn.collect::<Result<_, _>>()?;
    let s = &config.selectivity;
    let train = |&hz: &f64| {
        let mut reflex = subject.reflex(&weights, None)?;
        let ticks = config.ticks_of_s(s.duration_s as f64);
        reflex.light(&mut sine(config, hz), s.magnification, ticks, |_, _| ());
        Ok(SineTraining { hz, tested: test(&reflex.weights())? })
    };
    let trained = s.trained_hz.iter().map(train).collect::<Result<_, Error>>()?;
    let sines = config.delay.test_hz.iter().flat_map(|&hz| [false, true].map(|eligible| (hz, eligible)));
    let late = sines.map(|(hz, eligible)| one_sine(subject, eligible, hz)).collect::<Result<_, _>>()?;
    let weakened = weaken(&subject, &weights)?;
    Ok(SubjectRun { architecture, seed, before, after, slip_deg_s, movement, worn, trained, late, weakened })
}

/// A head that moves in one sine as fast as in natural movements.
fn sine(config: &Config, hz: f64) -> Head {
    Head::sine(hz, config.head.speed_deg_s * SQRT_2, config.dt_s())
}

/// A reflex in the light that is tested in the dark at intervals.
struct Probed<'a> {
    subject: &'a Subject<'a>,
    reflex: Reflex,
    head: Head,
    between: usize,
}

impl<'a> Probed<'a> {
    /// `weak`: strength of muscles that weaken after the first interval.
    fn new(subject: &'a Subject, weights: &[f64], part: &str, weak: Option<f64>) -> Result<Self, Error> {
        let between = subject.config.ticks_of_s(subject.config.spectacles.probe_every_s as f64);
        let reflex = subject.reflex(weights, weak.map(|strength| (strength, between as u64)))?;
        Ok(Self { subject, reflex, head: Head::natural(subject.config, subject.seed, part), between })
    }

    /// The test at a time, with muscles of a strength.
    fn test(&self, at_s: f64, strength: f64) -> Result<(f64, Response), Error> {
        let hz = self.subject.config.spectacles.probe_hz;
        Ok((at_s, self.subject.dark(&self.reflex.weights(), strength, hz)?))
    }

    /// An interval in the light; true if the eye diverged.
    fn diverges(&mut self, magnification: f64) -> bool {
        self.reflex.light(&mut self.head, magnification, self.between, |_, _| ()).diverged
    }

    /// The tests of `total_s` in the light from `from_s` on, the first at once; they end where the eye diverges.
    fn probes(
        &mut self,
        magnification: f64,
        strength: f64,
        from_s: f64,
        total_s: usize,
    ) -> Result<Probes, Error> {
        let s = &self.subject.config.spectacles;
        let mut probes = Vec::new();
        for at_s in (0..=total_s).step_by(s.probe_every_s) {
            if at_s > 0 && self.diverges(magnification) {
                probes.push((from_s + at_s as f64, Response::lost(s.probe_hz)));
                break;
            }
            probes.push(self.test(from_s + at_s as f64, strength)?);
        }
        Ok(probes)
    }
}

/// Adapts a calibrated reflex to spectacles, then to their removal.
fn wear(subject: &Subject, weights: &[f64], magnification: f64) -> Result<SpectaclesRun, Error> {
    let s = &subject.config.spectacles;
    let mut probed = Probed::new(subject, weights, "spectacles", None)?;
    let on = probed.probes(magnification, 1.0, 0.0, s.wear_s)?;
    let off = probed.probes(1.0, 1.0, s.wear_s as f64, s.off_s)?;
    Ok(SpectaclesRun { magnification, on, off })
}

/// Dark tests of a calibrated reflex: healthy at 0 s, then with weak muscles from 0 s on.
fn weaken(subject: &Subject, weights: &[f64]) -> Result<Probes, Error> {
    let muscle = &subject.config.muscle;
    let mut probed = Probed::new(subject, weights, "muscle", Some(muscle.strength))?;
    probed.diverges(1.0);
    let mut probes = vec![probed.test(0.0, 1.0)?];
    probes.extend(probed.probes(1.0, muscle.strength, 0.0, muscle.duration_s)?);
    Ok(probes)
}

/// Learns a single sine; without eligibility slip is correlated with the present input.
fn one_sine(subject: Subject, has_eligibility: bool, hz: f64) -> Result<SingleSine, Error> {
    let config = subject.config;
    let eligibility_ms = if has_eligibility { subject.eligibility_ms } else { 0 };
    let mut reflex = Subject { eligibility_ms, ..subject }.reflex(&[], None)?;
    let mut head = sine(config, hz);
    let mut light = |learns: bool, s: f64| {
        reflex.set_learning(learns);
        reflex.light(&mut head, 1.0, config.ticks_of_s(s), |_, _| ())
    };
    light(false, 20.0);
    let before = light(false, MEASURED_S).slip_deg_s;
    let mut last = light(true, config.delay.duration_s as f64);
    if !last.diverged {
        last = light(false, MEASURED_S);
    }
    Ok(SingleSine { hz, has_eligibility, ratio: last.slip_deg_s / before, diverged: last.diverged })
}
