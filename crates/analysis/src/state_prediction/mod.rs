//! Whether the nuclei of the cerebellum say what its mossy fibers will do: linear maps from one population to the next, and
//! what they add to what the mossy fibers say of themselves.
//!
//! ```text
//! reconstruction   mossy(t) ─▶ purkinje(t)      mossy(t), purkinje(t) ─▶ nuclear(t)
//! prediction       nuclear(t) ─▶ mossy(t + lead)               R² as published
//!                  mossy(t) ─▶ mossy(t + lead)                 autoregression: the rival
//!                  mossy(t), nuclear(t) ─▶ mossy(t + lead)     joint
//!                  gain = R² joint - R² autoregression
//!                  nuclear(t) ─▶ mossy(t - lead)               backward
//! ```
//! Each under three schemes: fitted and judged on the same data; fitted to odd trials and judged on even ones; judged on
//! a direction that the fit has not seen. In-sample R² tells a predictor from a relay of late signals hardly at all; the
//! gain on directions not seen does.
//!
//! Rates of units that were recorded one after the other can be put together as averages over the trials of a direction only,
//! which is the default; of units recorded at once, single trials can be taken.
//!
//! R² is the mean over the target's units that vary, of all predictions of a scheme together.
//! Source: Tanaka, Ishikawa & Kakei 2019, doi:10.1007/s12311-018-0996-4 (reconstruction and prediction); autoregression,
//! gain and surrogates are additions.

mod blocks;
mod scores;

pub use scores::report;

use crate::Error;
use crate::error::check;
use crate::folds::Fitting;
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

/// What was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Mossy fibers.
    pub mossy: Rates,
    /// Purkinje cells, where there are any.
    pub purkinje: Option<Rates>,
    /// Cells of the nuclei.
    pub nuclear: Rates,
    /// Direction of each trial, numbered from 0. `[trials]`
    pub directions: Vec<usize>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Leads, samples.
    pub leads: Vec<usize>,
    /// The lead of surrogates and example, one of `leads`.
    pub main_lead: usize,
    /// Penalties and rank.
    pub fitting: Fitting,
    /// Samples before now that autoregression and joint fit are given of the mossy fibers, beside now.
    pub history: usize,
    /// True: averages over the trials of a direction. False: single trials.
    pub averages: bool,
    /// Seed of the order of directions in the shuffled surrogate.
    pub seed: u64,
}

/// How a map is fitted and judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// On the same data.
    InSample,
    /// Fitted to odd trials, judged on even ones.
    OddToEven,
    /// Judged on each direction by a fit to the others.
    LeaveOneDirectionOut,
}

impl Scheme {
    /// All, from the most to the least lenient.
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
    /// From the nuclei.
    pub nuclear: f64,
    /// From the mossy fibers themselves.
    pub autoregression: f64,
    /// From both.
    pub joint: f64,
    /// From the nuclei to the mossy fibers a lead before.
    pub backward: f64,
}

impl Scores {
    /// What the nuclei add to what the mossy fibers say of themselves.
    pub fn gain(&self) -> f64 {
        self.joint - self.autoregression
    }
}

/// What is destroyed in the nuclei's rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surrogate {
    /// Each direction has the rates of another one.
    DirectionShuffled,
    /// Rates are rotated by half a trial.
    TimeShifted,
}

impl Surrogate {
    /// Both.
    pub const ALL: [Self; 2] = [Self::DirectionShuffled, Self::TimeShifted];

    /// Name in findings.
    pub fn key(self) -> &'static str {
        match self {
            Self::DirectionShuffled => "direction_shuffled",
            Self::TimeShifted => "time_shifted",
        }
    }
}

/// R² with a surrogate of the nuclei, at the main lead under the strictest scheme there is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SurrogateScores {
    /// What was destroyed.
    pub surrogate: Surrogate,
    /// From the surrogate.
    pub nuclear: f64,
    /// From mossy fibers and surrogate, less autoregression.
    pub gain: f64,
}

/// R² of the reconstruction within one instant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reconstruction {
    /// Scheme.
    pub scheme: Scheme,
    /// Purkinje cells from mossy fibers.
    pub purkinje: f64,
    /// Nuclei from mossy fibers and Purkinje cells.
    pub nuclear: f64,
}

/// The mossy fiber that varies most, at the main lead under the strictest scheme there is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The fiber.
    pub unit: usize,
    /// The direction.
    pub direction: usize,
    /// First sample that is predicted.
    pub first: usize,
    /// Its rate, Hz. `[samples]`
    pub rate: Vec<f64>,
    /// As predicted by autoregression, Hz. `[samples]`
    pub autoregression: Vec<f64>,
    /// As predicted by the nuclei, Hz. `[samples]`
    pub nuclear: Vec<f64>,
    /// As predicted by both, Hz. `[samples]`
    pub joint: Vec<f64>,
}

/// All that is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Trials.
    pub trials: usize,
    /// Directions.
    pub directions: usize,
    /// Units: mossy fibers, Purkinje cells, nuclei.
    pub units: [usize; 3],
    /// Of them, those that never vary: they say nothing, and no R² is made of them.
    pub constant: [usize; 3],
    /// By lead, then scheme.
    pub scores: Vec<Scores>,
    /// By surrogate.
    pub surrogates: Vec<SurrogateScores>,
    /// By scheme; empty without Purkinje cells.
    pub reconstruction: Vec<Reconstruction>,
    /// Some trials of one fiber, a direction each.
    pub examples: Vec<Example>,
    /// What could not be measured, and why.
    pub not_measured: Vec<String>,
}

impl Report {
    /// The scores at a lead under a scheme.
    pub fn at(&self, lead: usize, scheme: Scheme) -> Option<&Scores> {
        self.scores.iter().find(|s| s.lead == lead && s.scheme == scheme)
    }

    /// The strictest scheme that was possible.
    pub fn strictest(&self) -> Scheme {
        self.scores.last().map_or(Scheme::InSample, |s| s.scheme)
    }
}

const MEASURE: &str = "state prediction";

impl Rates {
    fn check(&self, name: &str, session: &Session) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::Data { measure: MEASURE, what });
        if self.units == 0 {
            return wrong(format!("{name}: no unit; at least one is needed"));
        }
        if self.trials.len() != session.directions.len() || self.samples != session.mossy.samples {
            return wrong(format!(
                "{name}: {} trials of {} samples, but {} directions and {} samples of mossy fibers",
                self.trials.len(),
                self.samples,
                session.directions.len(),
                session.mossy.samples
            ));
        }
        for (trial, values) in self.trials.iter().enumerate() {
            if values.len() != self.samples * self.units {
                return wrong(format!("{name}: trial {trial} has {} values", values.len()));
            }
            if let Some(at) = values.iter().position(|v| !v.is_finite()) {
                let (unit, value) = (at % self.units, values[at]);
                return wrong(format!("{name}: unit {unit} has the rate {value} in trial {trial}"));
            }
        }
        Ok(())
    }
}

impl Session {
    /// Refuses what does not fit together.
    ///
    /// # Errors
    /// [`Error::Data`] naming the population.
    pub fn check(&self) -> Result<(), Error> {
        self.mossy.check("mossy fibers", self)?;
        self.nuclear.check("nuclei", self)?;
        if let Some(purkinje) = &self.purkinje {
            purkinje.check("Purkinje cells", self)?;
        }
        let most = self.directions.iter().copied().max();
        let wrong = |what: String| Err(Error::Data { measure: MEASURE, what });
        let Some(most) = most else { return wrong("no trial; at least one is needed".into()) };
        match (0..=most).find(|d| !self.directions.contains(d)) {
            Some(d) => wrong(format!("direction {d} of 0..={most} has no trial; number them without gaps")),
            None => Ok(()),
        }
    }

    /// Number of directions.
    pub fn direction_count(&self) -> usize {
        self.directions.iter().copied().max().map_or(0, |d| d + 1)
    }
}

impl Settings {
    /// Refuses what cannot be asked of a session.
    fn check(&self, session: &Session) -> Result<(), Error> {
        let samples = session.mossy.samples;
        let longest = samples.saturating_sub(self.history + 10);
        for &lead in self.leads.iter().chain([&self.main_lead]) {
            let allowed = format!("1 to {longest} samples, so that ten of a trial's {samples} remain");
            check(MEASURE, "lead", lead as f64, (1..=longest).contains(&lead), &allowed)?;
        }
        let has_main = self.leads.contains(&self.main_lead);
        check(MEASURE, "main lead", self.main_lead as f64, has_main, "it must be one of the leads")
    }
}
