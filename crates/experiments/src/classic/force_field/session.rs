//! Sessions: order of targets and probes.

use super::config::Config;
use super::reacher::{Adapting, Reacher};
use super::record::{Learner, OneDirection, Session, TrialKind};
use lobule_signal::Stream;
use lobule_study::Error;

/// Angle of target `k`, deg; the last is straight ahead if their number is a multiple of four.
fn target(config: &Config, k: usize) -> f64 {
    90.0 + 360.0 * (k + 1) as f64 / config.reach.directions as f64
}

/// Runs a session; paths are kept if `keeps_paths`.
pub fn session(config: &Config, learner: Learner, seed: u64, keeps_paths: bool) -> Result<Session, Error> {
    let mut reacher = Reacher::adapting(config, learner, seed)?;
    let p = &config.protocol;
    let (order, probes) = (Stream::new(seed, "force_field/order"), Stream::new(seed, "force_field/probes"));
    let n = config.reach.directions;
    let mut targets: Vec<usize> = (0..n).collect();
    let mut trials = Vec::new();
    for k in 0..p.baseline + p.adaptation + p.washout {
        // Each cycle visits all targets in random order.
        if k % n == 0 {
            for i in (1..n).rev() {
                targets.swap(i, order.below(k as u64, i as u32, i as u32 + 1) as usize);
            }
        }
        // One clamp in each block of trials, and one catch trial elsewhere in it; none in the first half of the first block of a phase.
        let (in_field, since) = match k.checked_sub(p.baseline) {
            Some(since) if since < p.adaptation => (true, since),
            Some(since) => (false, since - p.adaptation),
            None => (false, k),
        };
        let (place, every) = (since % p.probe_every, p.probe_every as u32);
        let block = (since / p.probe_every) as u64
            + 10_000 * u64::from(in_field)
            + 20_000 * u64::from(k >= p.baseline + p.adaptation);
        let clamp = probes.below(block, 0, every) as usize;
        let catch = (clamp + 1 + probes.below(block, 1, every - 1) as usize) % p.probe_every;
        let is_probe = since >= p.probe_every / 2;
        let kind = match in_field {
            _ if is_probe && place == clamp => TrialKind::Clamp,
            true if is_probe && place == catch => TrialKind::Catch,
            true => TrialKind::Field,
            false => TrialKind::Null,
        };
        trials.push(reacher.trial(kind, target(config, targets[k % n]), keeps_paths)?);
    }
    Ok(Session { learner, seed, trials })
}

/// Trains one direction and probes others.
pub fn one_direction(config: &Config, seed: u64) -> Result<OneDirection, Error> {
    const AHEAD: f64 = 90.0;
    let mut reacher = Reacher::adapting(config, Learner::Shifted, seed)?;
    let g = &config.generalization;
    let probe = |reacher: &mut Reacher<Adapting>| -> Result<Vec<f64>, Error> {
        reacher.set_learning(false);
        let mut all = Vec::new();
        for angle in &g.angles_deg {
            let mut sum = 0.0;
            for side in [-1.0, 1.0] {
                let trial = reacher.trial(TrialKind::Clamp, AHEAD + side * f64::from(*angle), false)?;
                sum += 0.5 * trial.compensated;
            }
            all.push(sum);
        }
        reacher.set_learning(true);
        Ok(all)
    };
    let before = probe(&mut reacher)?;
    let mut first = 0.0;
    for k in 0..g.trials {
        reacher.trial(TrialKind::Field, AHEAD, false)?;
        if k == 0 {
            first = probe(&mut reacher)?[0] - before[0];
        }
    }
    let after = probe(&mut reacher)?;
    Ok(OneDirection { seed, first, compensated: after.iter().zip(&before).map(|(a, b)| a - b).collect() })
}
