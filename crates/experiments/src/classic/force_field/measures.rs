//! Measures of a session.

use super::config::Config;
use super::record::{Learner, Record, Session, Trial, TrialKind};
use lobule_analysis::{mean, mean_of};

pub struct Measures {
    /// Deviation in the first trials with the field, one for each direction, m.
    pub initial_m: f64,
    /// Deviation in the last third of adaptation, m.
    pub late_m: f64,
    /// Deviation of the catch trials in the last third of adaptation, m.
    pub catch_m: f64,
    /// Compensated fraction of the field in error clamps of the last third of adaptation, minus that of the baseline.
    pub compensated: f64,
    /// Time constant of the decay of deviations during adaptation, trials.
    pub learning_trials: f64,
    /// Time constant during washout, trials.
    pub washout_trials: f64,
}

/// Deviations of trials of a kind: (number of the trial, m).
fn deviations(trials: &[Trial], kind: TrialKind) -> Vec<(f64, f64)> {
    let all = trials.iter().enumerate().filter(|(_, t)| t.kind == kind);
    all.map(|(k, t)| (k as f64, t.deviation_m)).collect()
}

fn mean_y(points: &[(f64, f64)]) -> f64 {
    mean_of(points.iter().map(|p| p.1))
}

pub fn measures(config: &Config, session: &Session) -> Measures {
    let p = &config.protocol;
    let (baseline, rest) = session.trials.split_at(p.baseline);
    let (adaptation, washout) = rest.split_at(p.adaptation);
    let late = &adaptation[2 * p.adaptation / 3..];
    let clamped = |trials: &[Trial]| {
        mean_of(trials.iter().filter(|t| t.kind == TrialKind::Clamp).map(|t| t.compensated))
    };
    let (field, null) = (deviations(adaptation, TrialKind::Field), deviations(washout, TrialKind::Null));
    Measures {
        initial_m: mean_y(&field[..config.reach.directions.min(field.len())]),
        late_m: mean_y(&deviations(late, TrialKind::Field)),
        catch_m: mean_y(&deviations(late, TrialKind::Catch)),
        compensated: clamped(late) - clamped(baseline),
        learning_trials: decay(&field),
        washout_trials: decay(&null),
    }
}

/// Time constants of adaptation and washout in the mean learning curve over all seeds of a learner, trials.
pub fn common_decays(config: &Config, record: &Record, learner: Learner) -> [f64; 2] {
    let sessions: Vec<&Session> = record.sessions.iter().filter(|s| s.learner == learner).collect();
    let p = &config.protocol;
    let phases = [
        (p.baseline, p.adaptation, TrialKind::Field),
        (p.baseline + p.adaptation, p.washout, TrialKind::Null),
    ];
    phases.map(|(from, length, kind)| {
        let mean_at = |k: usize| {
            let trials = sessions.iter().map(|s| &s.trials[from + k]).filter(|t| t.kind == kind);
            mean_of(trials.map(|t| t.deviation_m))
        };
        let curve = (0..length).map(|k| (k as f64, mean_at(k))).filter(|point| !point.1.is_nan());
        decay(&curve.collect::<Vec<_>>())
    })
}

/// τ of the exponential `a + b exp(-n/τ)` that fits best, in trials: least squares in a and b at each of 120 τ from 0.5 to 500.
pub fn decay(points: &[(f64, f64)]) -> f64 {
    let mut best = (f64::INFINITY, f64::NAN);
    for k in 0..120 {
        let tau = 0.5 * libm::exp(libm::log(1000.0) * f64::from(k) / 119.0);
        let curve: Vec<f64> = points.iter().map(|p| libm::exp(-p.0 / tau)).collect();
        let (x, y) = (mean(&curve), mean_y(points));
        let (mut xx, mut xy) = (0.0, 0.0);
        for (c, p) in curve.iter().zip(points) {
            xx += (c - x) * (c - x);
            xy += (c - x) * (p.1 - y);
        }
        let b = if xx > 0.0 { xy / xx } else { 0.0 };
        let rest: f64 = curve.iter().zip(points).map(|(c, p)| (p.1 - y - b * (c - x)).powi(2)).sum();
        if rest < best.0 {
            best = (rest, tau);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponential_is_found_again() {
        for tau in [2.0f64, 17.0, 90.0] {
            let points: Vec<(f64, f64)> =
                (0..200).map(|n| (f64::from(n), 0.01 + 0.05 * (-f64::from(n) / tau).exp())).collect();
            assert!((decay(&points) / tau - 1.0).abs() < 0.05, "{tau}: {}", decay(&points));
        }
    }
}
