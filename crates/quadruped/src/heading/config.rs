//! Parameters of the experiment: one TOML document, every key with its unit and source.

use crate::robot::{Base, BodyConfig, check_arms, check_time};
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

/// Cause of a robot's turning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Its own asymmetry, which stays.
    Constant,
    /// Legs of one side that are weak, right and left in turn; a line tells which.
    Context,
}

impl Task {
    pub fn key(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Context => "context",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Constant => "constant drift",
            Self::Context => "legs that weaken in turn",
        }
    }
}

/// A way to steer, and its teaching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// The circuit without plasticity.
    Frozen,
    /// The circuit.
    Learned,
    /// The circuit, taught by errors of random instants with random signs.
    Shuffled,
    /// The circuit, taught late.
    Late,
    /// The circuit, taught later than a context lasts.
    LaterThanContext,
    /// The circuit with fewer granule cells.
    FewCells,
    /// The circuit with more granule cells.
    ManyCells,
    /// The circuit with yaw rate among its mossy fibers.
    YawTuned,
    /// The circuit, taught by the yaw axis of the gyroscope alone.
    GyroTaught,
    /// Random corrections as large as the learned ones.
    Random,
    /// The constant that feedback settles at.
    Oracle,
    /// The adaptive filter over the cues.
    AdaptiveFilter,
    /// One weight without granule cells.
    OneWeight,
    /// Feedback on the heading whose sensor is lost in the test.
    PiLost,
    /// Feedback on the heading.
    PiLive,
}

impl Arm {
    /// Arms whose walks are drawn over time.
    pub const DRAWN: [Self; 4] = [Self::Frozen, Self::Learned, Self::OneWeight, Self::PiLive];

    /// Its key in names of findings.
    pub fn key(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Learned => "learned",
            Self::Shuffled => "shuffled",
            Self::Late => "late",
            Self::LaterThanContext => "later_than_context",
            Self::FewCells => "few_cells",
            Self::ManyCells => "many_cells",
            Self::YawTuned => "yaw_tuned",
            Self::GyroTaught => "gyro_taught",
            Self::Random => "random",
            Self::Oracle => "oracle",
            Self::AdaptiveFilter => "adaptive_filter",
            Self::OneWeight => "one_weight",
            Self::PiLost => "pi_lost",
            Self::PiLive => "pi_live",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Frozen => "no plasticity",
            Self::Learned => "circuit",
            Self::Shuffled => "shuffled teaching",
            Self::Late => "late teaching",
            Self::LaterThanContext => "teaching later than a context",
            Self::FewCells => "few granule cells",
            Self::ManyCells => "many granule cells",
            Self::YawTuned => "yaw among the mossy fibers",
            Self::GyroTaught => "taught by the yaw axis",
            Self::Random => "random",
            Self::Oracle => "oracle",
            Self::AdaptiveFilter => "adaptive filter",
            Self::OneWeight => "one weight",
            Self::PiLost => "feedback, sensor lost",
            Self::PiLive => "feedback",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    pub settle_s: f64,
    pub learn_s: f64,
    pub test_s: f64,
}

impl Times {
    pub fn all_s(&self) -> f64 {
        self.settle_s + self.learn_s + self.test_s
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextConfig {
    pub strength: f64,
    pub period_s: f64,
}

impl ContextConfig {
    /// True while the right legs are weak; the left ones are in the other half.
    pub fn is_right(&self, time_s: f64) -> bool {
        // Times are sums of ticks: a whole number of periods on paper is one here, too.
        (((time_s + 1e-9) / self.period_s) as u64).is_multiple_of(2)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratorConfig {
    pub weight: f64,
    pub rate: f64,
    pub limit: f64,
    pub pi: [f64; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyConfig {
    pub speed_m_s: f64,
    pub rate: f64,
    pub limit: f64,
    pub pi: [f64; 2],
}

/// Steering of a walker.
#[derive(Debug, Clone, Copy)]
pub struct Steered {
    pub rate: f64,
    pub limit: f64,
    pub pi: [f64; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellsConfig {
    pub main: usize,
    pub few: usize,
    pub many: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShuffledConfig {
    pub window_s: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LateConfig {
    pub short_s: f64,
    pub long_s: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomConfig {
    pub correlation_s: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub seeds: Vec<u64>,
    pub walkers: Vec<Base>,
    pub tasks: Vec<Task>,
    pub arms: Vec<Arm>,
    pub body: BodyConfig,
    pub times: Times,
    pub context: ContextConfig,
    pub generator: GeneratorConfig,
    pub policy: PolicyConfig,
    pub cells: CellsConfig,
    pub shuffled: ShuffledConfig,
    pub late: LateConfig,
    pub random: RandomConfig,
}

impl Config {
    /// Steering of a walker.
    pub fn of_walker(&self, walker: Base) -> Steered {
        match walker {
            Base::Generator => {
                let GeneratorConfig { rate, limit, pi, .. } = self.generator;
                Steered { rate, limit, pi }
            }
            Base::Policy => {
                let PolicyConfig { rate, limit, pi, .. } = self.policy;
                Steered { rate, limit, pi }
            }
        }
    }

    /// Checks everything that neither the limits of the defaults nor the types check.
    pub fn validate(&self) -> Result<(), Error> {
        let check = Check::of("");
        check
            .some("walkers", &self.walkers)?
            .distinct("walkers", &self.walkers)?
            .some("tasks", &self.tasks)?
            .distinct("tasks", &self.tasks)?;
        check_arms(&self.arms, &Arm::Frozen)?;
        self.body.check()?;
        let times = Check::of("times");
        for (key, value) in [
            ("settle_s", self.times.settle_s),
            ("learn_s", self.times.learn_s),
            ("test_s", self.times.test_s),
        ] {
            times.whole_ticks(key, value, 0.02)?;
        }
        Check::of("shuffled").whole_ticks("window_s", self.shuffled.window_s, 0.02)?;
        Check::of("late").whole_ticks("short_s", self.late.short_s, 0.02)?.whole_ticks(
            "long_s",
            self.late.long_s,
            0.02,
        )?;
        let walks = self.seeds.len() * self.walkers.len() * self.tasks.len() * self.arms.len();
        check_time(walks, self.times.all_s())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_take_turns_beginning_with_the_right() {
        let context = ContextConfig { strength: 0.8, period_s: 10.0 };
        // 2000 ticks of 5 ms add up to a little less than 10 s, or more.
        let sum: f64 = std::iter::repeat_n(0.005, 2000).sum();
        for (time_s, is_right) in [(0.0, true), (9.994, true), (sum, false), (19.994, false), (20.0, true)] {
            assert_eq!(context.is_right(time_s), is_right, "{time_s}");
        }
    }
}
