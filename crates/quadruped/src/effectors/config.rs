//! Parameters of the experiment: one TOML document, every key with its unit and source.

use crate::robot::{BodyConfig, check_time};
use lobule_control::walking::Effector;
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

/// Effectors of the generator walker, in the order of the report.
pub const EFFECTORS: [Effector; 6] = [
    Effector::StrideAsymmetry,
    Effector::AbductionOffset,
    Effector::LateralStep,
    Effector::Trim,
    Effector::Lean,
    Effector::Splay,
];

/// A cycle of the gait, s.
pub const CYCLE_S: f64 = 0.5;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    pub settle_s: f64,
    pub measure_s: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    pub stride_asymmetry: Vec<f64>,
    pub abduction_offset: Vec<f64>,
    pub lateral_step: Vec<f64>,
    pub trim: Vec<f64>,
    pub lean: Vec<f64>,
    pub splay: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub seeds: Vec<u64>,
    pub weights: Vec<f64>,
    pub body: BodyConfig,
    pub times: Times,
    pub values: Values,
}

impl Config {
    /// Values of an effector of the generator walker, without 0.
    pub fn values(&self, effector: Effector) -> &[f64] {
        match effector {
            Effector::StrideAsymmetry => &self.values.stride_asymmetry,
            Effector::AbductionOffset => &self.values.abduction_offset,
            Effector::LateralStep => &self.values.lateral_step,
            Effector::Trim => &self.values.trim,
            Effector::Lean => &self.values.lean,
            Effector::Splay => &self.values.splay,
            Effector::TurnRate => &[],
        }
    }

    /// Effectors that are measured.
    pub fn effectors(&self) -> impl Iterator<Item = Effector> + '_ {
        EFFECTORS.into_iter().filter(|effector| !self.values(*effector).is_empty())
    }

    /// Steerings of a robot at a weight: none, then each effector with its values.
    pub fn steerings(&self) -> Vec<Option<(Effector, f64)>> {
        let of = |effector: Effector| self.values(effector).iter().map(move |&value| Some((effector, value)));
        [None].into_iter().chain(self.effectors().flat_map(of)).collect()
    }

    /// Checks everything that neither the limits of the defaults nor the types check.
    pub fn validate(&self) -> Result<(), Error> {
        let check = Check::of("");
        check.some("weights", &self.weights)?.rising("weights", &self.weights)?;
        self.body.check()?;
        Check::of("times").whole_ticks("settle_s", self.times.settle_s, 0.02)?.whole_ticks(
            "measure_s",
            self.times.measure_s,
            CYCLE_S,
        )?;
        let values = Check::of("values");
        for effector in EFFECTORS {
            let given = self.values(effector);
            values.rising(effector.name(), given)?;
            if given.contains(&0.0) {
                let what = "0 is measured for all effectors at once; leave it out";
                return Err(values.refusal(effector.name(), what));
            }
        }
        if self.effectors().next().is_none() {
            return Err(values.refusal("", "no effector has a value; give at least one effector a value"));
        }
        let walks = self.seeds.len() * self.weights.len() * self.steerings().len();
        check_time(walks, self.times.settle_s + self.times.measure_s)
    }
}
