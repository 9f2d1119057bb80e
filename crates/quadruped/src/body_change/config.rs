//! Parameters of the experiment: one TOML document, every key with its unit and source.

use crate::robot::{Base, BodyConfig, check_arms, check_time};
use lobule_mujoco::{Change, Frame};
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

/// A change of a body, on a walker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// A load at the side, on the pattern generator.
    Load,
    /// A weak front leg, on the pattern generator.
    WeakLeg,
    /// A weak front leg, on the trained policy.
    PolicyWeakLeg,
}

impl Scenario {
    pub fn key(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::WeakLeg => "weak_leg",
            Self::PolicyWeakLeg => "policy_weak_leg",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Load => "load at the left side, pattern generator",
            Self::WeakLeg => "weak left front leg, pattern generator",
            Self::PolicyWeakLeg => "weak left front leg, trained policy",
        }
    }

    pub fn walker(self) -> Base {
        match self {
            Self::Load | Self::WeakLeg => Base::Generator,
            Self::PolicyWeakLeg => Base::Policy,
        }
    }
}

/// A way to steer, and its teaching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// The circuit, whose plasticity ends at the change.
    Frozen,
    /// The circuit.
    Learned,
    /// The circuit, taught by errors of random instants with random signs from the change on.
    Shuffled,
    /// The circuit, taught late.
    Late,
    /// Feedback on heading and mean roll.
    Pi,
    /// Two weights without granule cells.
    OneWeight,
    /// The adaptive filter over the cues.
    AdaptiveFilter,
}

impl Arm {
    pub fn key(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Learned => "learned",
            Self::Shuffled => "shuffled",
            Self::Late => "late",
            Self::Pi => "pi",
            Self::OneWeight => "one_weight",
            Self::AdaptiveFilter => "adaptive_filter",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Frozen => "plasticity ends at the change",
            Self::Learned => "circuit",
            Self::Shuffled => "shuffled teaching",
            Self::Late => "late teaching",
            Self::Pi => "feedback",
            Self::OneWeight => "one weight for each output",
            Self::AdaptiveFilter => "adaptive filter",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    pub settle_s: f64,
    pub before_s: f64,
    pub changed_s: f64,
    pub after_s: f64,
}

impl Times {
    /// Beginning of the change, its end, and the end of the walk, s.
    pub fn marks_s(&self) -> [f64; 3] {
        let changes = self.settle_s + self.before_s;
        [changes, changes + self.changed_s, changes + self.changed_s + self.after_s]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    pub early_s: [f64; 2],
    pub late_s: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadConfig {
    pub force_n: f64,
    pub at_m: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeakConfig {
    pub strength: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkerConfig {
    pub rates: [f64; 2],
    pub limits: [f64; 2],
    pub pi_heading: [f64; 2],
    pub pi_roll: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub seeds: Vec<u64>,
    pub scenarios: Vec<Scenario>,
    pub arms: Vec<Arm>,
    pub weight: f64,
    pub speed_m_s: f64,
    pub granule_cells: usize,
    pub late_s: f64,
    pub shuffled_s: f64,
    pub body: BodyConfig,
    pub times: Times,
    pub windows: Windows,
    pub load: LoadConfig,
    pub weak: WeakConfig,
    pub generator: WalkerConfig,
    pub policy: WalkerConfig,
}

/// Shortest window, s. Chosen: five samples, whose ends give a rate.
const SHORTEST_S: f64 = 0.1;

impl Config {
    pub fn of_walker(&self, walker: Base) -> &WalkerConfig {
        match walker {
            Base::Generator => &self.generator,
            Base::Policy => &self.policy,
        }
    }

    /// The change of a scenario.
    pub fn change(&self, scenario: Scenario) -> Change {
        let [from_s, end_s, _] = self.times.marks_s();
        let to_s = Some(end_s);
        match scenario {
            Scenario::Load => Change::Force {
                body: "base".into(),
                force_n: [0.0, 0.0, -self.load.force_n],
                frame: Frame::World,
                at_m: [0.0, self.load.at_m, 0.0],
                from_s,
                to_s,
            },
            Scenario::WeakLeg | Scenario::PolicyWeakLeg => Change::Strength {
                actuators: ["hip", "thigh", "calf"].map(|joint| format!("FL_{joint}")).to_vec(),
                factor: self.weak.strength,
                from_s,
                to_s,
            },
        }
    }

    /// Checks everything that neither the limits of the defaults nor the types check.
    pub fn validate(&self) -> Result<(), Error> {
        let check = Check::of("");
        check
            .some("scenarios", &self.scenarios)?
            .distinct("scenarios", &self.scenarios)?
            .whole_ticks("late_s", self.late_s, 0.02)?
            .whole_ticks("shuffled_s", self.shuffled_s, 0.02)?;
        check_arms(&self.arms, &Arm::Frozen)?;
        self.body.check()?;
        let (times, w) = (&self.times, &self.windows);
        let table = Check::of("times");
        for (key, value) in [
            ("settle_s", times.settle_s),
            ("before_s", times.before_s),
            ("changed_s", times.changed_s),
            ("after_s", times.after_s),
        ] {
            table.whole_ticks(key, value, 0.02)?;
        }
        let shortest = times.before_s.min(times.changed_s).min(times.after_s);
        let table = Check::of("windows");
        let [from_s, to_s] = w.early_s;
        let allowed = format!("{SHORTEST_S} s or more, within the shortest phase of {shortest} s");
        let fits = to_s - from_s >= SHORTEST_S && to_s <= shortest;
        table.that("early_s", format!("{from_s} to {to_s}"), fits, &allowed)?;
        let allowed = format!("at most the shortest phase, {shortest} s");
        table.that("late_s", w.late_s, w.late_s <= shortest, &allowed)?;
        let [_, _, all_s] = times.marks_s();
        check_time(self.seeds.len() * self.scenarios.len() * self.arms.len(), all_s)
    }
}
