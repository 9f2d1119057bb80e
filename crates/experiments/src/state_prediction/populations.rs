//! Populations that encode the wrist: the synthetic session, and the drive of a network.
//!
//! Rate of a unit: `base + modulation · (c · z)`, 0 where that is negative, with c of length 1 and z the features that it encodes,
//! divided by their rms. Spikes are Poisson. In both sessions most mossy fibers encode delayed feedback and the others the
//! command. In the *predictor*, Purkinje cells and nuclei encode the estimate of the present; in the *relay*, the null, they
//! encode delayed feedback only.
//! Source: reference of the experiment; numbers Chosen, see the defaults.

use super::config::{PopulationConfig, SyntheticConfig};
use super::wrist::{self, COMMAND, ESTIMATE, FEATURES, FEEDBACK, Movement};
use lobule_analysis::smoothing::Sampling;
use lobule_cerebellum::recordings::{Events, TrialEvent, Unit, UnitTimes};
use lobule_signal::Stream;
use lobule_study::Error;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Information in Purkinje cells and nuclei.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyntheticKind {
    /// The estimate of the present.
    Predictor,
    /// Delayed feedback.
    Relay,
}

written_as_recorded!(SyntheticKind);

/// All movements of a session, features divided by their rms over it. `[directions * trials]`, directions in turn
pub fn movements(config: &SyntheticConfig, sampling: &Sampling, seed: u64) -> Result<Vec<Movement>, Error> {
    let (from_ms, _) = sampling.reach_ms();
    let wrist = &config.wrist;
    let mut all = Vec::with_capacity(wrist.directions * wrist.trials);
    for trial in 0..wrist.trials {
        for direction in 0..wrist.directions {
            let span = (from_ms, sampling.bins(), sampling.bin_ms);
            all.push(wrist::movement(wrist, direction, trial as u64, span, seed)?);
        }
    }
    // Both axes of a feature have one rms.
    for pair in (0..FEATURES).step_by(2) {
        let (mut sum, mut n) = (0.0, 0.0);
        for z in all.iter().flatten() {
            sum += z[pair] * z[pair] + z[pair + 1] * z[pair + 1];
            n += 2.0;
        }
        let rms = (sum / n).sqrt();
        for z in all.iter_mut().flatten() {
            z[pair] /= rms;
            z[pair + 1] /= rms;
        }
    }
    Ok(all)
}

/// Trials of a session, aligned to 0 s.
pub fn trial_events(config: &SyntheticConfig) -> Vec<TrialEvent> {
    let directions = config.wrist.directions;
    let event = |k: usize| {
        let direction = (360.0 * (k % directions) as f64 / directions as f64).to_string();
        TrialEvent { name: k.to_string(), direction, onset_s: 0.0 }
    };
    (0..directions * config.wrist.trials).map(event).collect()
}

/// Tuning of the units of a population.
pub struct Tuning {
    /// By unit: base rate (Hz), features, their weights (Hz).
    pub units: Vec<(f64, Range<usize>, Vec<f64>)>,
}

impl Tuning {
    /// Draws a population; `encoded` gives the features of unit i.
    pub fn draw(
        config: &PopulationConfig,
        encoded: impl Fn(usize) -> Range<usize>,
        seed: u64,
        label: &str,
    ) -> Self {
        let draw = Stream::new(seed, &format!("state_prediction/{label}"));
        let unit = |i: usize| {
            let features = encoded(i);
            let raw: Vec<f64> = (0..features.len()).map(|k| draw.normal(k as u64, i as u32)).collect();
            let length = raw.iter().map(|c| c * c).sum::<f64>().sqrt();
            let weights = raw.into_iter().map(|c| config.modulation_hz * c / length).collect();
            // Chosen: base rates spread evenly by ±30 %.
            (config.base_hz * (0.7 + 0.6 * draw.uniform(100, i as u32)), features, weights)
        };
        Self { units: (0..config.units).map(unit).collect() }
    }

    /// The mossy fibers: a fraction of them encodes delayed feedback, the others the command.
    pub fn mossy(config: &SyntheticConfig, n: usize, seed: u64) -> Self {
        let of_feedback = (config.feedback_share * n as f64).round() as usize;
        // Interleaved, so that any part of the population has both.
        let is_feedback = |i: usize| (i + 1) * of_feedback / n > i * of_feedback / n;
        let encoded = |i| if is_feedback(i) { FEEDBACK } else { COMMAND };
        Self::draw(&PopulationConfig { units: n, ..config.mossy.clone() }, encoded, seed, "mossy")
    }

    /// Rates of all units for features, Hz.
    pub fn rates_hz(&self, z: &[f64; FEATURES]) -> Vec<f64> {
        let rate = |(base, features, weights): &(f64, Range<usize>, Vec<f64>)| {
            let sum: f64 = z[features.clone()].iter().zip(weights).map(|(z, w)| z * w).sum();
            (base + sum).max(0.0)
        };
        self.units.iter().map(rate).collect()
    }

    /// Spikes of every unit in every movement, s from the onset, evenly spaced within their bin.
    fn spikes(&self, movements: &[Movement], sampling: &Sampling, draw: &Stream) -> Vec<Vec<Vec<f64>>> {
        let (from_ms, _) = sampling.reach_ms();
        let bin_s = sampling.bin_ms * 1e-3;
        let mut units = vec![vec![Vec::new(); movements.len()]; self.units.len()];
        for (trial, movement) in movements.iter().enumerate() {
            for (t, z) in movement.iter().enumerate() {
                let step = (trial * movement.len() + t) as u64;
                let begin_s = from_ms * 1e-3 + t as f64 * bin_s;
                for (i, (unit, rate_hz)) in units.iter_mut().zip(self.rates_hz(z)).enumerate() {
                    let count = poisson(rate_hz * bin_s, draw.uniform(step, i as u32));
                    for j in 0..count {
                        unit[trial].push(begin_s + bin_s * (f64::from(j) + 0.5) / f64::from(count));
                    }
                }
            }
        }
        units
    }
}

/// The Poisson count of mean `mean` at the quantile `u`.
fn poisson(mean: f64, u: f64) -> u32 {
    let mut term = libm::exp(-mean);
    let (mut sum, mut k) = (term, 0);
    // Beyond ten standard deviations the sum has no digits left to grow by.
    let most = (mean + 10.0 * mean.sqrt() + 20.0) as u32;
    while sum < u && k < most {
        k += 1;
        term *= mean / f64::from(k);
        sum += term;
    }
    k
}

/// The units of a population, named by their numbers.
pub fn units(population: &str, times: impl Iterator<Item = UnitTimes>) -> impl Iterator<Item = Unit> {
    times.enumerate().map(move |(i, times)| Unit {
        name: i.to_string(),
        population: population.into(),
        times,
    })
}

/// Names of the populations.
pub const NAMES: [&str; 3] = ["mossy_fiber", "purkinje_cell", "dcn_p"];

/// The spikes of a synthetic session.
///
/// # Errors
/// Parameters that the filter of the wrist refuses.
pub fn session(
    config: &SyntheticConfig,
    sampling: &Sampling,
    kind: SyntheticKind,
    seed: u64,
) -> Result<Events, Error> {
    let movements = movements(config, sampling, seed)?;
    let encoded = match kind {
        SyntheticKind::Predictor => ESTIMATE,
        SyntheticKind::Relay => FEEDBACK,
    };
    let populations = [
        Tuning::mossy(config, config.mossy.units, seed),
        Tuning::draw(&config.purkinje, |_| encoded.clone(), seed, "purkinje"),
        Tuning::draw(&config.nuclear, |_| encoded.clone(), seed, "nuclear"),
    ];
    let mut events =
        Events { source: "synthetic session".into(), trials: trial_events(config), ..Events::default() };
    for (name, tuning) in NAMES.into_iter().zip(populations) {
        let draw = Stream::new(seed, &format!("state_prediction/spikes/{name}"));
        let spikes = tuning.spikes(&movements, sampling, &draw);
        events.units.extend(units(name, spikes.into_iter().map(UnitTimes::OfTrials)));
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_mean_and_variance_of_their_rate() {
        let draw = Stream::new(3, "test");
        for mean in [0.0, 0.2, 3.0] {
            let n = 20_000;
            let counts: Vec<f64> = (0..n).map(|i| f64::from(poisson(mean, draw.uniform(0, i)))).collect();
            let m = counts.iter().sum::<f64>() / f64::from(n);
            let v = counts.iter().map(|c| (c - m) * (c - m)).sum::<f64>() / f64::from(n);
            // Four standard errors.
            let error = 4.0 * (mean / f64::from(n)).sqrt();
            assert!(
                (m - mean).abs() <= error && (v - mean).abs() <= 4.0 * error + 0.05 * mean,
                "{mean} {m} {v}"
            );
        }
    }
}
