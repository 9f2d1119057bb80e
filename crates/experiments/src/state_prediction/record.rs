//! The record of a run.

use lobule_analysis::state_prediction::{Report, Scheme, Scores};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// `predictor`, `relay`, `untrained`, `trained` or `file`.
    pub subject: String,
    pub seed: u64,
    pub report: Report,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By subject, then seed.
    pub measured: Vec<Measured>,
    /// Names of the directions.
    pub directions: Vec<String>,
    pub notes: Vec<String>,
}

impl Record {
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

    /// A number of each seed of a subject at a lead (samples); none unless all seeds have it.
    pub fn by_seed(
        &self,
        subject: &str,
        lead: usize,
        scheme: Scheme,
        of: impl Fn(&Scores) -> f64,
    ) -> Option<Vec<f64>> {
        self.of(subject).map(|r| r.at(lead, scheme).map(&of)).collect()
    }

    /// The strictest scheme that all recordings allow.
    pub fn strictest(&self) -> Scheme {
        let has = |s: Scheme| self.measured.iter().all(|m| m.report.scores.iter().any(|x| x.scheme == s));
        Scheme::ALL.into_iter().rev().find(|s| has(*s)).unwrap_or(Scheme::InSample)
    }
}
