//! State prediction: linear maps from one population to the next, which test whether nuclear activity predicts upcoming
//! mossy-fiber activity better than the mossy fibers' own past does.
//!
//! ```text
//! reconstruction   mossy(t) ─▶ purkinje(t)      mossy(t), purkinje(t) ─▶ nuclear(t)
//! prediction       nuclear(t) ─▶ mossy(t + lead)               R² as published
//!                  mossy(t) ─▶ mossy(t + lead)                 autoregression: the rival
//!                  mossy(t), nuclear(t) ─▶ mossy(t + lead)     joint
//!                  gain = R² joint - R² autoregression
//!                  nuclear(t) ─▶ mossy(t - lead)               backward
//! ```
//! Each map is fitted under three schemes: fitted and tested on the same data; fitted to odd trials and tested on even
//! ones; tested on a direction that was left out of the fit. In-sample R² hardly distinguishes a predictor from a relay of
//! delayed signals; the gain on left-out directions does.
//!
//! Units that were recorded one after the other can be combined only as averages over the trials of a direction, which is
//! the default. Units recorded simultaneously can also be analyzed in single trials.
//!
//! R² is computed over all predictions of a scheme together and averaged over the target's units that vary.
//! Source: Tanaka, Ishikawa & Kakei 2019, doi:10.1007/s12311-018-0996-4 (reconstruction and prediction); autoregression,
//! gain and surrogates are additions.

mod blocks;
mod scores;

pub use scores::report;

use crate::{Error, folds::Fitting};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Rates of one population, Hz, all trials cut and aligned alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    /// Number of units.
    pub units: usize,
    /// Samples of a trial.
    pub samples: usize,
    /// `[trials][samples * units]`, a sample after the other.
    pub trials: Vec<Vec<f64>>,
}

/// A recorded session.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Mossy fibers.
    pub mossy: Rates,
    /// Purkinje cells, if any were recorded.
    pub purkinje: Option<Rates>,
    /// Cells of the nuclei.
    pub nuclear: Rates,
    /// Direction of each trial, numbered from 0. `[trials]`
    pub directions: Vec<usize>,
}

/// Settings of the analysis.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Leads, samples.
    pub leads: Vec<usize>,
    /// Lead of the surrogates and examples, one of `leads`.
    pub main_lead: usize,
    /// Penalties and rank.
    pub fitting: Fitting,
    /// Number of past samples of the mossy fibers in the autoregression and the joint map, beside the present one.
    pub history: usize,
    /// True for averages over the trials of a direction, false for single trials.
    pub averages: bool,
    /// Seed of the shuffled surrogate.
    pub seed: u64,
}

/// Cross-validation scheme of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Fitted and tested on the same data.
    InSample,
    /// Fitted to odd trials, tested on even ones.
    OddToEven,
    /// Tested on each direction by a fit to the others.
    LeaveOneDirectionOut,
}

impl Scheme {
    /// All schemes, from the least to the most strict.
    pub const ALL: [Self; 3] = [Self::InSample, Self::OddToEven, Self::LeaveOneDirectionOut];

    /// Name in findings.
    pub fn key(self) -> &'static str {
        match self {
            Self::InSample => "in_sample",
            Self::OddToEven => "odd_to_even",
            Self::LeaveOneDirectionOut => "lodo",
        }
    }

    /// Name in texts.
    pub fn words(self) -> &'static str {
        match self {
            Self::InSample => "in-sample",
            Self::OddToEven => "odd to even trials",
            Self::LeaveOneDirectionOut => "direction left out",
        }
    }
}

/// R² of the maps onto mossy fibers at one lead under one scheme.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Lead, samples.
    pub lead: usize,
    /// Scheme.
    pub scheme: Scheme,
    /// R² from the nuclei.
    pub nuclear: f64,
    /// R² from the mossy fibers themselves.
    pub autoregression: f64,
    /// R² from both.
    pub joint: f64,
    /// R² from the nuclei to the mossy fibers one lead earlier.
    pub backward: f64,
}

impl Scores {
    /// Increase of R² by the nuclei over the mossy fibers alone.
    pub fn gain(&self) -> f64 {
        self.joint - self.autoregression
    }
}

/// Surrogate of the nuclear rates, by the relation it destroys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surrogate {
    /// Each direction has the rates of another direction.
    DirectionShuffled,
    /// Rates are rotated by half a trial.
    TimeShifted,
}

impl Surrogate {
    /// Both surrogates.
    pub const ALL: [Self; 2] = [Self::DirectionShuffled, Self::TimeShifted];

    /// Name in findings.
    pub fn key(self) -> &'static str {
        match self {
            Self::DirectionShuffled => "direction_shuffled",
            Self::TimeShifted => "time_shifted",
        }
    }
}

/// R² with a surrogate of the nuclei, at the main lead under the strictest available scheme.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SurrogateScores {
    /// The surrogate.
    pub surrogate: Surrogate,
    /// R² from the surrogate.
    pub nuclear: f64,
    /// R² from mossy fibers and surrogate, less that of the autoregression.
    pub gain: f64,
}

/// R² of the reconstruction at zero lead.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reconstruction {
    /// Scheme.
    pub scheme: Scheme,
    /// Purkinje cells from mossy fibers.
    pub purkinje: f64,
    /// Nuclei from mossy fibers and Purkinje cells.
    pub nuclear: f64,
}

/// Predictions of the mossy fiber that varies most, at the main lead under the strictest available scheme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The fiber.
    pub unit: usize,
    /// The direction.
    pub direction: usize,
    /// First predicted sample.
    pub first: usize,
    /// Its rate, Hz. `[samples]`
    pub rate: Vec<f64>,
    /// Prediction by autoregression, Hz. `[samples]`
    pub autoregression: Vec<f64>,
    /// Prediction by the nuclei, Hz. `[samples]`
    pub nuclear: Vec<f64>,
    /// Prediction by both, Hz. `[samples]`
    pub joint: Vec<f64>,
}

/// Results of the analysis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Number of trials.
    pub trials: usize,
    /// Number of directions.
    pub directions: usize,
    /// Numbers of units: mossy fibers, Purkinje cells, nuclei.
    pub units: [usize; 3],
    /// Of them, units that never vary, which are left out of R².
    pub constant: [usize; 3],
    /// By lead, then scheme.
    pub scores: Vec<Scores>,
    /// By surrogate.
    pub surrogates: Vec<SurrogateScores>,
    /// By scheme; empty without Purkinje cells.
    pub reconstruction: Vec<Reconstruction>,
    /// Example trials of one fiber, each of another direction.
    pub examples: Vec<Example>,
    /// Measures that were not possible, each with the reason.
    pub not_measured: Vec<String>,
}

impl Report {
    /// The scores at a lead under a scheme.
    pub fn at(&self, lead: usize, scheme: Scheme) -> Option<&Scores> {
        self.scores.iter().find(|s| s.lead == lead && s.scheme == scheme)
    }

    /// The strictest available scheme.
    pub fn strictest(&self) -> Scheme {
        self.scores.last().map_or(Scheme::InSample, |s| s.scheme)
    }
}

const MEASURE: &str = "state prediction";

impl Rates {
    fn check(&self, name: &str, session: &Session) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::data(MEASURE, format!("{name}: {what}")));
        if self.units == 0 {
            return wrong("no unit; at least one is needed".into());
        }
        let (trials, samples) = (self.trials.len(), self.samples);
        let (directions, mossy) = (session.directions.len(), session.mossy.samples);
        if (trials, samples) != (directions, mossy) {
            let but = format!("but {directions} directions and {mossy} samples of mossy fibers");
            return wrong(format!("{trials} trials of {samples} samples, {but}"));
        }
        for (trial, values) in self.trials.iter().enumerate() {
            if values.len() != self.samples * self.units {
                return wrong(format!("trial {trial} has {} values", values.len()));
            }
            if let Some(at) = values.iter().position(|v| !v.is_finite()) {
                let (unit, value) = (at % self.units, values[at]);
                return wrong(format!("unit {unit} has the rate {value} in trial {trial}"));
            }
        }
        Ok(())
    }
}

impl Session {
    /// Checks that the parts of the session fit together.
    ///
    /// # Errors
    /// [`Error::Data`] naming the population.
    pub fn check(&self) -> Result<(), Error> {
        self.mossy.check("mossy fibers", self)?;
        self.nuclear.check("nuclei", self)?;
        self.purkinje.iter().try_for_each(|purkinje| purkinje.check("Purkinje cells", self))?;
        let count = self.direction_count();
        let wrong = |what: String| Err(Error::data(MEASURE, what));
        match (0..count).find(|d| !self.directions.contains(d)) {
            _ if count == 0 => wrong("no trial; at least one is needed".into()),
            Some(d) => {
                wrong(format!("direction {d} of 0..={} has no trial; number them without gaps", count - 1))
            }
            None => Ok(()),
        }
    }

    /// Number of directions.
    pub fn direction_count(&self) -> usize {
        self.directions.iter().copied().max().map_or(0, |d| d + 1)
    }
}

impl Settings {
    /// Checks that a session is long enough for the leads.
    fn check(&self, session: &Session) -> Result<(), Error> {
        let ranges = Ranges::of(MEASURE);
        let samples = session.mossy.samples;
        let longest = samples.saturating_sub(self.history + 10);
        for &lead in self.leads.iter().chain([&self.main_lead]) {
            let allowed = format!("1 to {longest} samples, so that ten of a trial's {samples} remain");
            ranges.require((1..=longest).contains(&lead), "lead", lead as f64, allowed)?;
        }
        let has_main = self.leads.contains(&self.main_lead);
        Ok(ranges.require(has_main, "main lead", self.main_lead as f64, "one of the leads")?)
    }
}
