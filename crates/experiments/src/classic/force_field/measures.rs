//! What is measured of a session.

use super::config::Config;
use super::record::{Kind, Learner, Record, Session, Trial};
use lobule_analysis::mean;

/// Numbers of one session.
#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    /// Deviation in the first trials with the field, one for each direction, m.
    pub initial_m: f64,
    /// Deviation in the last third of adaptation, m.
    pub late_m: f64,
    /// Deviation of the catch trials in that time, m.
    pub catch_m: f64,
    /// Part of the field that clamps of that time find compensated, less that of the baseline.
    pub compensated: f64,
    /// Deviation in the first trials of washout, m.
    pub after_m: f64,
    /// Trials in which what is learned falls to 1/e, during adaptation.
    pub learning_trials: f64,
    /// The same during washout.
    pub washout_trials: f64,
}

/// Deviations of some kind among trials numbered from 0.
fn deviations(trials: &[Trial], kind: Kind) -> Vec<(f64, f64)> {
    let all = trials.iter().enumerate().filter(|(_, t)| t.kind == kind);
    all.map(|(k, t)| (k as f64, t.deviation_m)).collect()
}

fn mean_of(points: &[(f64, f64)]) -> f64 {
    mean(&points.iter().map(|p| p.1).collect::<Vec<_>>())
}

/// Measures a session.
pub fn measures(config: &Config, session: &Session) -> Measures {
    let p = &config.protocol;
    let (baseline, rest) = session.trials.split_at(p.baseline);
    let (adaptation, washout) = rest.split_at(p.adaptation);
    let late = &adaptation[2 * p.adaptation / 3..];
    let clamped = |trials: &[Trial]| {
        let all: Vec<f64> = trials.iter().filter(|t| t.kind == Kind::Clamp).map(|t| t.compensated).collect();
        mean(&all)
    };
    let (field, null) = (deviations(adaptation, Kind::Field), deviations(washout, Kind::Null));
    let n = config.reach.directions;
    Measures {
        initial_m: mean_of(&field[..n.min(field.len())]),
        late_m: mean_of(&deviations(late, Kind::Field)),
        catch_m: mean_of(&deviations(late, Kind::Catch)),
        compensated: clamped(late) - clamped(baseline),
        after_m: mean_of(&null[..n.min(null.len())]),
        learning_trials: decay(&field),
        washout_trials: decay(&null),
    }
}

/// Decays of adaptation and washout of the mean course over all seeds of a learner, trials.
pub fn common_decays(config: &Config, record: &Record, learner: Learner) -> [f64; 2] {
    let sessions: Vec<&Session> = record.sessions.iter().filter(|s| s.learner == learner).collect();
    let p = &config.protocol;
    [(p.baseline, p.adaptation, Kind::Field), (p.baseline + p.adaptation, p.washout, Kind::Null)].map(
        |(from, length, kind)| {
            let course: Vec<(f64, f64)> = (0..length)
                .filter_map(|k| {
                    let trials = sessions.iter().map(|s| &s.trials[from + k]).filter(|t| t.kind == kind);
                    let all: Vec<f64> = trials.map(|t| t.deviation_m).collect();
                    (!all.is_empty()).then(|| (k as f64, mean(&all)))
                })
                .collect();
            decay(&course)
        },
    )
}

/// τ of the exponential `a + b exp(-n/τ)` that fits best, in trials: least squares in a and b at each of 120 τ from 0.5 to 500.
pub fn decay(points: &[(f64, f64)]) -> f64 {
    let mut best = (f64::INFINITY, f64::NAN);
    for k in 0..120 {
        let tau = 0.5 * libm::exp(libm::log(1000.0) * f64::from(k) / 119.0);
        let curve: Vec<f64> = points.iter().map(|p| libm::exp(-p.0 / tau)).collect();
        let (x, y) = (mean(&curve), mean_of(points));
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
