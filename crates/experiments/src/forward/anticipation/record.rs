//! The record of a run.

use super::Config;
use lobule_analysis::{mean, mean_of};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By lead, seed.
    pub lines: Vec<LinesRun>,
    /// By sensor, gain, seed.
    pub tracking: Vec<TrackingRun>,
}

/// R² of one line at a lead over the last third of the run: of the prediction, of the gated output, and of the present value as
/// prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LineResult {
    pub lag_ms: usize,
    pub predicted: f64,
    pub gated: f64,
    pub persistence: f64,
    /// Share of the time with an open gate.
    pub open: f64,
}

/// One seed at one lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinesRun {
    pub lead_ms: usize,
    pub seed: u64,
    pub lines: Vec<LineResult>,
}

/// Lines with a smaller lag are the earliest: no other line carries their signal before. Source: reference.
const EARLIEST_MS: usize = 50;

/// A loop counts as stable while its rms is below this multiple of that with the present state. Chosen: an oscillating
/// loop has a larger error, whether or not it is bounded.
const STABLE: f64 = 2.0;

impl LineResult {
    pub fn is_earliest(&self) -> bool {
        self.lag_ms < EARLIEST_MS
    }
}

impl LinesRun {
    /// Mean of a value over the lines that fit.
    pub fn mean(&self, fits: impl Fn(&LineResult) -> bool, of: impl Fn(&LineResult) -> f64) -> f64 {
        mean_of(self.lines.iter().filter(|l| fits(l)).map(of))
    }

    /// True if other lines carry the signal of a line earlier by a lead and 50 ms. Chosen: the reference says "earlier elsewhere".
    pub fn is_known_early(&self, line: &LineResult) -> bool {
        line.lag_ms >= self.lead_ms + EARLIEST_MS
    }
}

/// Input of the controller: delayed senses as they are, extrapolated with their velocity, anticipated without and with efference copy,
/// and the present state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensor {
    Raw,
    ConstantVelocity,
    WithoutEfference,
    Anticipated,
    Perfect,
}

impl Sensor {
    pub const ALL: [Self; 5] =
        [Self::Raw, Self::ConstantVelocity, Self::WithoutEfference, Self::Anticipated, Self::Perfect];

    pub fn words(self) -> &'static str {
        match self {
            Self::Raw => "delayed senses",
            Self::ConstantVelocity => "constant velocity",
            Self::WithoutEfference => "anticipated, no efference copy",
            Self::Anticipated => "anticipated",
            Self::Perfect => "present state",
        }
    }
}

written_as_recorded!(Sensor);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackingRun {
    pub sensor: Sensor,
    /// Kp, N/m.
    pub gain: f64,
    pub seed: u64,
    /// Rms of the error over the second half of the test; none if it diverged.
    pub rms_m: Option<f64>,
}

impl Record {
    /// The runs of a lead, by seed.
    pub fn of_lead(&self, lead_ms: usize) -> impl Iterator<Item = &LinesRun> {
        self.lines.iter().filter(move |r| r.lead_ms == lead_ms)
    }

    /// Mean of a value over the lines that fit, for each seed that has any.
    pub fn by_seed(
        &self,
        lead_ms: usize,
        fits: impl Fn(&LinesRun, &LineResult) -> bool,
        of: impl Fn(&LineResult) -> f64,
    ) -> Vec<f64> {
        self.of_lead(lead_ms).map(|r| r.mean(|l| fits(r, l), &of)).filter(|m| m.is_finite()).collect()
    }

    /// Rms of a sensor at a gain on a seed; none if it diverged.
    pub fn rms(&self, sensor: Sensor, gain: f64, seed: u64) -> Option<f64> {
        let run = self.tracking.iter().find(|r| r.sensor == sensor && r.gain == gain && r.seed == seed);
        run.and_then(|r| r.rms_m)
    }

    /// Highest gain up to which a loop is stable, by seed; 0 for none.
    pub fn highest_gains(&self, config: &Config, sensor: Sensor) -> Vec<f64> {
        let mut gains = config.tracking.gains.clone();
        gains.sort_by(f64::total_cmp);
        let is_stable = |gain, seed| {
            let best = self.rms(Sensor::Perfect, gain, seed);
            self.rms(sensor, gain, seed).zip(best).is_some_and(|(error, best)| error < STABLE * best)
        };
        let highest =
            |&seed: &u64| gains.iter().take_while(|&&g| is_stable(g, seed)).last().copied().unwrap_or(0.0);
        config.seeds.iter().map(highest).collect()
    }

    /// Mean over seeds of the highest stable gain.
    pub fn highest_gain(&self, config: &Config, sensor: Sensor) -> f64 {
        mean(&self.highest_gains(config, sensor))
    }

    /// Lowest rms over all gains, by seed.
    pub fn best_rms(&self, config: &Config, sensor: Sensor) -> Vec<f64> {
        let all = |seed| config.tracking.gains.iter().filter_map(move |&gain| self.rms(sensor, gain, seed));
        config.seeds.iter().map(|&seed| all(seed).fold(f64::INFINITY, f64::min)).collect()
    }
}
