//! A finding: one number that answers the experiment's question, with unit,
//! expected range, and what that range rests on.

use super::basis::{Basis, Source};
use lobule_analysis::{mean, sd};
use serde::{Deserialize, Deserializer, Serialize};
use std::ops::{RangeFrom, RangeInclusive, RangeToInclusive};

/// Which values of a finding must lie in the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judge {
    /// The value of every seed.
    Each,
    /// The mean over seeds.
    Mean,
    /// The value of every pair of runs that differ in one condition only.
    Pair,
}

impl Judge {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Each => "every seed",
            Self::Mean => "the mean",
            Self::Pair => "every pair",
        }
    }
}

/// Lowest and highest expected value; an open end is absent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected(pub [Option<f64>; 2]);

impl From<RangeInclusive<f64>> for Expected {
    fn from(range: RangeInclusive<f64>) -> Self {
        Self([Some(*range.start()), Some(*range.end())])
    }
}

impl From<RangeFrom<f64>> for Expected {
    fn from(range: RangeFrom<f64>) -> Self {
        Self([Some(range.start), None])
    }
}

impl From<RangeToInclusive<f64>> for Expected {
    fn from(range: RangeToInclusive<f64>) -> Self {
        Self([None, Some(range.end)])
    }
}

impl From<[Option<f64>; 2]> for Expected {
    fn from(ends: [Option<f64>; 2]) -> Self {
        Self(ends)
    }
}

/// One number of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Name, e.g. `plastic_error_ratio`.
    pub name: String,
    /// Its meaning, one sentence.
    pub meaning: String,
    /// Mean over seeds; not a number when it was not measured.
    #[serde(deserialize_with = "number")]
    pub value: f64,
    /// Standard deviation over seeds; absent with one seed.
    pub sd: Option<f64>,
    /// Value on each seed, in the order of the seeds.
    #[serde(deserialize_with = "numbers")]
    pub by_seed: Vec<f64>,
    /// Unit; `1` for a ratio.
    pub unit: String,
    /// Lowest and highest expected value; an open end is absent.
    pub expected: [Option<f64>; 2],
    /// Which values must lie in the range.
    pub judge: Judge,
    /// Basis of the range; [`Basis::Reported`] exactly when there is none.
    pub basis: Basis,
    /// Where the range, or the number to compare with, comes from.
    pub source: String,
    /// True if the values that are judged lie in the range, or none is stated.
    pub pass: bool,
}

impl Finding {
    /// A ratio on each seed, reported without a range.
    ///
    /// # Example
    /// ```
    /// use lobule_study::report::{Basis, Finding, Source};
    ///
    /// const REACH: Source = Source::law("the aim itself; half a degree of motor noise");
    /// let error = Finding::new("error", "Pointing error of the last trials.", vec![0.1, -0.3]).unit("deg");
    /// let error = error.each(-0.5..=0.5, &REACH);
    /// assert!(error.pass && error.basis == Basis::Law);
    /// ```
    pub fn new(name: impl Into<String>, meaning: impl Into<String>, by_seed: Vec<f64>) -> Self {
        Self {
            name: name.into(),
            meaning: meaning.into(),
            value: mean(&by_seed),
            sd: (by_seed.len() > 1).then(|| sd(&by_seed)),
            by_seed,
            unit: "1".into(),
            expected: [None, None],
            judge: Judge::Mean,
            basis: Basis::Reported,
            source: String::new(),
            pass: true,
        }
    }

    /// The same in a unit.
    #[must_use]
    pub fn unit(mut self, unit: &str) -> Self {
        self.unit = unit.into();
        self
    }

    /// The same with a number to compare with, and no range.
    #[must_use]
    pub fn beside(mut self, source: &Source) -> Self {
        self.source = source.text.into();
        self
    }

    /// The same, expected in a range on every seed.
    #[must_use]
    pub fn each(self, expected: impl Into<Expected>, source: &Source) -> Self {
        self.judged(Judge::Each, expected, source)
    }

    /// The same, expected in a range on average.
    #[must_use]
    pub fn mean(self, expected: impl Into<Expected>, source: &Source) -> Self {
        self.judged(Judge::Mean, expected, source)
    }

    /// The same, expected in a range for every pair of runs that differ in one condition only.
    #[must_use]
    pub fn pair(self, expected: impl Into<Expected>, source: &Source) -> Self {
        self.judged(Judge::Pair, expected, source)
    }

    /// The same, judged; a range open at both ends is none, and the finding is reported only.
    ///
    /// # Panics
    /// For a range that rests on nothing ([`Basis::Reported`]): a bug of the study.
    #[must_use]
    pub fn judged(mut self, judge: Judge, expected: impl Into<Expected>, source: &Source) -> Self {
        let Expected(ends) = expected.into();
        self = self.beside(source);
        self.judge = judge;
        if ends == [None, None] {
            return self;
        }
        assert!(source.basis != Basis::Reported, "`{}` has a range and no basis", self.name);
        let inside = |v: f64| {
            ends[0].is_none_or(|low| v >= low) && ends[1].is_none_or(|high| v <= high) && v.is_finite()
        };
        self.pass = match judge {
            Judge::Each | Judge::Pair => !self.by_seed.is_empty() && self.by_seed.iter().all(|&v| inside(v)),
            Judge::Mean => inside(self.value),
        };
        self.expected = ends;
        self.basis = source.basis;
        self
    }

    /// True if a range is stated.
    pub fn is_judged(&self) -> bool {
        self.basis != Basis::Reported
    }
}

/// JSON has no word for a number that was not measured: it is written as `null`. Messages between ranks keep it.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    if !from.is_human_readable() {
        return f64::deserialize(from);
    }
    Option::deserialize(from).map(|value| value.unwrap_or(f64::NAN))
}

fn numbers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
    if !from.is_human_readable() {
        return Vec::deserialize(from);
    }
    let values: Vec<Option<f64>> = Vec::deserialize(from)?;
    Ok(values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

/// The findings of a run, as written to `findings.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// Experiment, e.g. `prism`.
    pub experiment: String,
    /// Version of lobule.
    pub version: String,
    /// Preset.
    pub preset: String,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Wall time of the run, s.
    pub wall_s: f64,
    /// The numbers.
    pub findings: Vec<Finding>,
    /// Numbers that depend on the machine.
    #[serde(default)]
    pub measured: Vec<Measured>,
}

impl Findings {
    /// How many findings lie in their range and what the ranges rest on, e.g. `12 of 14 in range; 5 published, 4 law`;
    /// none where no range is stated.
    pub fn summary(&self) -> Option<String> {
        let judged: Vec<&Finding> = self.findings.iter().filter(|f| f.is_judged()).collect();
        if judged.is_empty() {
            return None;
        }
        let count = |basis: Basis| judged.iter().filter(|f| f.basis == basis).count();
        let kinds = Basis::ALL.iter().map(|b| (count(*b), b.short())).filter(|(n, _)| *n > 0);
        let kinds: Vec<String> = kinds.map(|(n, words)| format!("{n} {words}")).collect();
        let passed = judged.iter().filter(|f| f.pass).count();
        Some(format!("{passed} of {} in range; {}", judged.len(), kinds.join(", ")))
    }
}

/// A number that depends on the machine, such as the time of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Name, e.g. `control_step/rls`.
    pub name: String,
    /// Value.
    pub value: f64,
    /// Unit.
    pub unit: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: Source = Source::law("a law");

    #[test]
    fn what_was_not_measured_survives_the_file() {
        let finding = Finding::new("x", "", vec![1.0, f64::NAN]).each(..=2.0, &SOME);
        assert!(!finding.pass && finding.value.is_nan());
        let read: Finding = serde_json::from_str(&serde_json::to_string(&finding).unwrap()).unwrap();
        assert!(read.value.is_nan() && read.by_seed[0] == 1.0 && read.by_seed[1].is_nan());
        assert_eq!((read.sd, read.pass, read.basis), (None, false, Basis::Law));
        // As a message between ranks, too.
        let read: Finding = postcard::from_bytes(&postcard::to_stdvec(&finding).unwrap()).unwrap();
        assert!(read.value.is_nan() && read.by_seed[0] == 1.0 && read.by_seed[1].is_nan());
    }

    #[test]
    fn each_seed_or_the_mean_is_judged() {
        let finding = || Finding::new("x", "", vec![0.0, 3.0]);
        assert!(!finding().each(..=2.0, &SOME).pass && finding().mean(..=2.0, &SOME).pass);
        assert!(!finding().pair(1.0.., &SOME).pass && finding().mean(1.0..=2.0, &SOME).pass);
        assert!(!Finding::new("x", "", vec![]).each(0.0.., &SOME).pass);
    }

    #[test]
    fn a_range_needs_a_basis_and_no_range_has_none() {
        let open = Finding::new("x", "", vec![f64::NAN]).judged(Judge::Each, [None, None], &SOME);
        assert!(open.pass && !open.is_judged() && open.source == "a law");
        let refused = std::panic::catch_unwind(|| {
            Finding::new("x", "", vec![1.0]).each(0.0.., &Source::reported("nothing"))
        });
        assert!(refused.is_err());
    }

    #[test]
    fn the_summary_counts_ranges_by_what_they_rest_on() {
        let one = |value: f64| Finding::new("x", "", vec![value]);
        let findings = vec![
            one(1.0).each(0.0.., &SOME),
            one(-1.0).each(0.0.., &SOME),
            one(1.0).each(0.0.., &Source::published("a paper")),
            one(1.0).each(0.0.., &Source::chosen_after("a look")),
            one(1.0),
        ];
        let (experiment, version, preset) = ("x".into(), "0".into(), "quick".into());
        let mut all =
            Findings { experiment, version, preset, seeds: vec![], wall_s: 0.0, findings, measured: vec![] };
        assert_eq!(all.summary().unwrap(), "3 of 4 in range; 1 published, 2 law, 1 chosen after");
        all.findings.drain(..4);
        assert_eq!(all.summary(), None);
    }
}
