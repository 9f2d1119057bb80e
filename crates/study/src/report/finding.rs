//! A finding: one number that answers the experiment's question, with unit,
//! expected range and source.

use lobule_analysis::{mean, sd};
use serde::{Deserialize, Deserializer, Serialize};

/// How a finding is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// Every seed must lie in the range.
    Each,
    /// The mean must lie in the range.
    Mean,
}

/// One measured number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Name, e.g. `plastic_error_ratio`.
    pub name: String,
    /// What it means, one sentence.
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
    /// Where the expectation comes from.
    pub source: String,
    /// Whether the rule of the finding holds (each seed, or the mean, as `meaning` says).
    pub pass: bool,
}

impl Finding {
    /// A finding of the value on each seed; `expected` is lowest and highest, with open ends absent.
    pub fn new(
        name: impl Into<String>,
        meaning: &str,
        by_seed: Vec<f64>,
        unit: &str,
        expected: [Option<f64>; 2],
        judge: Judge,
        source: &str,
    ) -> Self {
        let value = mean(&by_seed);
        let inside = |v: f64| {
            expected[0].is_none_or(|lo| v >= lo) && expected[1].is_none_or(|hi| v <= hi) && v.is_finite()
        };
        let pass = match judge {
            Judge::Each => !by_seed.is_empty() && by_seed.iter().all(|&v| inside(v)),
            Judge::Mean => inside(value),
        };
        Self {
            name: name.into(),
            meaning: meaning.into(),
            value,
            sd: (by_seed.len() > 1).then(|| sd(&by_seed)),
            by_seed,
            unit: unit.into(),
            expected,
            source: source.into(),
            pass,
        }
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

    #[test]
    fn what_was_not_measured_survives_the_file() {
        let by_seed = vec![1.0, f64::NAN];
        let finding = Finding::new("x", "", by_seed, "1", [None, Some(2.0)], Judge::Each, "");
        assert!(!finding.pass && finding.value.is_nan());
        let read: Finding = serde_json::from_str(&serde_json::to_string(&finding).unwrap()).unwrap();
        assert!(read.value.is_nan() && read.by_seed[0] == 1.0 && read.by_seed[1].is_nan());
        assert_eq!((read.sd, read.pass), (None, false));
        // As a message between ranks, too.
        let read: Finding = postcard::from_bytes(&postcard::to_stdvec(&finding).unwrap()).unwrap();
        assert!(read.value.is_nan() && read.by_seed[0] == 1.0 && read.by_seed[1].is_nan());
    }
}
