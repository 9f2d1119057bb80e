//! All that a run records.

use lobule_analysis::state_prediction::{Report, Scheme};
use serde::{Deserialize, Serialize};

/// One recording as measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// `predictor`, `relay`, `untrained`, `trained` or `file`.
    pub subject: String,
    /// Seed.
    pub seed: u64,
    /// What was measured.
    pub report: Report,
}

/// All that a run records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatePredictionRecord {
    /// By subject, then seed.
    pub measured: Vec<Measured>,
    /// Names of the directions.
    pub directions: Vec<String>,
    /// What deserves a word.
    pub notes: Vec<String>,
}

impl StatePredictionRecord {
    /// The subjects, in order.
    pub fn subjects(&self) -> Vec<&str> {
        let mut subjects: Vec<&str> = self.measured.iter().map(|m| m.subject.as_str()).collect();
        subjects.dedup();
        subjects
    }

    /// The reports of a subject, by seed.
    pub fn of<'a>(&'a self, subject: &'a str) -> impl Iterator<Item = &'a Report> {
        self.measured.iter().filter(move |m| m.subject == subject).map(|m| &m.report)
    }

    /// The strictest scheme that all recordings allow.
    pub fn strictest(&self) -> Scheme {
        let has = |s: Scheme| self.measured.iter().all(|m| m.report.scores.iter().any(|x| x.scheme == s));
        Scheme::ALL.into_iter().rev().find(|s| has(*s)).unwrap_or(Scheme::InSample)
    }
}
