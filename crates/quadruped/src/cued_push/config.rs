//! Parameters of the experiment: one TOML document, every key with its unit and source.

use crate::robot::{Base, BodyConfig, DT_S, check_arms, check_time};
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

/// Window of the recorded rolls around a push, s.
pub const AROUND_S: [f64; 2] = [-1.0, 2.0];

/// A walker and its push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// The pattern generator.
    Generator,
    /// The pattern generator with stiffer joints, and a harder push.
    Stiff,
    /// The trained policy, and a much harder push.
    Policy,
}

impl Scenario {
    pub fn key(self) -> &'static str {
        match self {
            Self::Generator => "generator",
            Self::Stiff => "stiff",
            Self::Policy => "policy",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Generator => "pattern generator",
            Self::Stiff => "stiffer joints",
            Self::Policy => "trained policy",
        }
    }

    pub fn walker(self) -> Base {
        if self == Self::Policy { Base::Policy } else { Base::Generator }
    }
}

/// A way to trim the legs, and its teaching.
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
    /// The circuit with fewer granule cells.
    FewCells,
    /// The circuit whose mossy fibers tell the cues alone, not the phase of the gait.
    CueTuned,
    /// The adaptive filter over the cues.
    AdaptiveFilter,
    /// A pulse after each cue that somebody tuned.
    TunedPulse,
}

impl Arm {
    pub fn key(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Learned => "learned",
            Self::Shuffled => "shuffled",
            Self::Late => "late",
            Self::FewCells => "few_cells",
            Self::CueTuned => "cue_tuned",
            Self::AdaptiveFilter => "adaptive_filter",
            Self::TunedPulse => "tuned_pulse",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Frozen => "no plasticity",
            Self::Learned => "circuit",
            Self::Shuffled => "shuffled teaching",
            Self::Late => "late teaching",
            Self::FewCells => "few granule cells",
            Self::CueTuned => "cues alone",
            Self::AdaptiveFilter => "adaptive filter",
            Self::TunedPulse => "tuned pulse",
        }
    }
}

/// Kind of a trial of the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// As in training.
    Cued,
    /// A push without a cue.
    NoCue,
    /// A cue that comes too early.
    TooEarly,
    /// A cue that comes with the push.
    WithPush,
    /// The cue of the other side.
    WrongSide,
    /// A cue without a push.
    Catch,
}

impl Kind {
    pub const ALL: [Self; 6] =
        [Self::Cued, Self::NoCue, Self::TooEarly, Self::WithPush, Self::WrongSide, Self::Catch];

    pub fn key(self) -> &'static str {
        match self {
            Self::Cued => "cued",
            Self::NoCue => "no_cue",
            Self::TooEarly => "too_early",
            Self::WithPush => "with_push",
            Self::WrongSide => "wrong_side",
            Self::Catch => "catch",
        }
    }

    /// A word under a figure.
    pub fn short(self) -> &'static str {
        match self {
            Self::Cued => "cue",
            Self::NoCue => "none",
            Self::TooEarly => "early",
            Self::WithPush => "late",
            Self::WrongSide => "wrong",
            Self::Catch => "no push",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Cued => "cue before the push",
            Self::NoCue => "no cue",
            Self::TooEarly => "cue too early",
            Self::WithPush => "cue with the push",
            Self::WrongSide => "cue of the other side",
            Self::Catch => "cue without push",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trials {
    pub settle_s: f64,
    pub training: usize,
    pub each_kind: usize,
    pub every_s: f64,
    pub deviation_s: f64,
    pub lead_s: f64,
    pub too_early_s: f64,
    pub window_s: f64,
    pub lies_s: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushConfig {
    pub for_s: f64,
    pub generator_n: f64,
    pub stiff_n: f64,
    pub policy_n: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StiffConfig {
    pub stiffness: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseConfig {
    pub height_rad: f64,
    pub delay_s: f64,
    pub width_s: f64,
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
    pub few_cells: usize,
    pub rate: f64,
    pub trace_s: f64,
    pub error_limit_rad: f64,
    pub trim_limit_rad: f64,
    pub late_s: f64,
    pub shuffled_s: f64,
    pub body: BodyConfig,
    pub trials: Trials,
    pub push: PushConfig,
    pub stiff: StiffConfig,
    pub pulse: PulseConfig,
}

impl Config {
    /// Force of a scenario, N.
    pub fn force_n(&self, scenario: Scenario) -> f64 {
        match scenario {
            Scenario::Generator => self.push.generator_n,
            Scenario::Stiff => self.push.stiff_n,
            Scenario::Policy => self.push.policy_n,
        }
    }

    /// Time of a whole walk at most, s.
    pub fn all_s(&self) -> f64 {
        let t = &self.trials;
        let trials = t.training + Kind::ALL.len() * t.each_kind;
        t.settle_s + (trials + 1) as f64 * (t.every_s + t.deviation_s)
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
        let t = &self.trials;
        Check::of("trials")
            .whole_ticks("settle_s", t.settle_s, DT_S)?
            .whole_ticks("lies_s", t.lies_s, DT_S)?;
        // A trial is over when its push is, whatever came of it, and when its course is recorded.
        let after = (self.push.for_s + t.window_s + t.lies_s).max(AROUND_S[1]);
        let used = t.lead_s + t.too_early_s + after;
        let shortest = t.every_s - t.deviation_s;
        let allowed = format!(
            "longer than a trial from its earliest cue to its end, {used} s, by deviation_s = {}",
            t.deviation_s
        );
        Check::of("trials").that("every_s", t.every_s, used < shortest, &allowed)?;
        check_time(self.seeds.len() * self.scenarios.len() * self.arms.len(), self.all_s())
    }
}
