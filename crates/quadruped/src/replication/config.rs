//! Parameters of the experiment: one TOML document, every key with its unit and source.

use crate::robot::{BodyConfig, DT_S, GO2, check_time};
use lobule_control::walking::RandomParameters;
use lobule_mujoco::go2;
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

/// Ground under the robots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// A plane.
    Flat,
    /// Half-buried ellipsoids on a plane.
    Hills,
}

impl Ground {
    /// Its key in names of findings.
    pub fn key(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Hills => "hills",
        }
    }

    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Flat => "on flat ground",
            Self::Hills => "on hills",
        }
    }
}

/// What drives the legs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// Pattern generator, gate and reflexes.
    NoNeurons,
    /// The same with the published circuit.
    Circuit,
    /// The circuit without plasticity.
    Frozen,
    /// Random corrections in the circuit's place.
    Random,
    /// The lowest weight of the gate from the first step on.
    LowWeight,
    /// The highest weight of the gate to the end.
    HighWeight,
    /// Without reflexes of posture and terrain.
    NoReflexes,
    /// Without tone, stretch reflex and tendon organ.
    NoSegments,
    /// Without both.
    Neither,
    /// The published baseline: a policy without a pattern generator.
    PublishedPpo,
    /// Proximal policy optimization of corrections to the pattern generator.
    ResidualPpo,
}

impl Arm {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 11] = [
        Self::NoNeurons,
        Self::Circuit,
        Self::Frozen,
        Self::Random,
        Self::LowWeight,
        Self::HighWeight,
        Self::NoReflexes,
        Self::NoSegments,
        Self::Neither,
        Self::PublishedPpo,
        Self::ResidualPpo,
    ];

    /// Its key in names of findings.
    pub fn key(self) -> &'static str {
        match self {
            Self::NoNeurons => "no_neurons",
            Self::Circuit => "circuit",
            Self::Frozen => "frozen",
            Self::Random => "random",
            Self::LowWeight => "low_weight",
            Self::HighWeight => "high_weight",
            Self::NoReflexes => "no_reflexes",
            Self::NoSegments => "no_segments",
            Self::Neither => "neither",
            Self::PublishedPpo => "published_ppo",
            Self::ResidualPpo => "residual_ppo",
        }
    }

    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoNeurons => "no neurons",
            Self::Circuit => "circuit",
            Self::Frozen => "circuit, frozen",
            Self::Random => "random corrections",
            Self::LowWeight => "constant low weight",
            Self::HighWeight => "constant high weight",
            Self::NoReflexes => "no reflexes",
            Self::NoSegments => "no segments",
            Self::Neither => "no reflexes, no segments",
            Self::PublishedPpo => "PPO as published",
            Self::ResidualPpo => "residual PPO",
        }
    }

    /// True for the two that the publication compares, on both grounds.
    pub fn is_main(self) -> bool {
        matches!(self, Self::NoNeurons | Self::Circuit)
    }

    /// True if the published circuit corrects it.
    pub fn has_neurons(self) -> bool {
        matches!(self, Self::Circuit | Self::Frozen)
    }
}

/// Numbers of robots, the first of the seeds, where there are fewer than all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Robots {
    pub hills: usize,
    pub controls: usize,
    pub published_ppo: usize,
    pub residual_ppo: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hills {
    pub difficulty: f64,
    pub seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkerConfig {
    /// True if curiosity is drawn.
    pub is_curious: bool,
    pub low_weight: f64,
    pub high_weight: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CircuitConfig {
    pub granule_cells: usize,
    pub golgi_cells: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResidualConfig {
    pub budgets: Vec<u64>,
    pub hold: u64,
    pub limit: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub seeds: Vec<u64>,
    pub grounds: Vec<Ground>,
    pub arms: Vec<Arm>,
    pub steps: u64,
    pub robots: Robots,
    pub body: BodyConfig,
    pub hills: Hills,
    pub walker: WalkerConfig,
    pub circuit: CircuitConfig,
    pub random: RandomParameters,
    pub residual: ResidualConfig,
}

impl Config {
    /// Seeds of an arm on a ground; none where it does not walk.
    pub fn seeds_of(&self, ground: Ground, arm: Arm) -> &[u64] {
        let robots = match (ground, arm) {
            (Ground::Flat, _) if arm.is_main() => self.seeds.len(),
            (Ground::Hills, _) if arm.is_main() => self.robots.hills,
            (Ground::Hills, _) => 0,
            (_, Arm::PublishedPpo) => self.robots.published_ppo,
            (_, Arm::ResidualPpo) => self.robots.residual_ppo,
            _ => self.robots.controls,
        };
        let is_asked_for = self.grounds.contains(&ground) && self.arms.contains(&arm);
        if is_asked_for { &self.seeds[..robots.min(self.seeds.len())] } else { &[] }
    }

    /// All walks but those of the residual policy: ground, arm, seed. What takes longest comes first.
    pub fn walks(&self) -> Vec<(Ground, Arm, u64)> {
        let mut arms: Vec<Arm> = self.arms.iter().copied().filter(|arm| *arm != Arm::ResidualPpo).collect();
        arms.sort_by_key(|arm| !arm.has_neurons());
        let mut walks = Vec::new();
        for &ground in &self.grounds {
            for &arm in &arms {
                walks.extend(self.seeds_of(ground, arm).iter().map(|&seed| (ground, arm, seed)));
            }
        }
        walks
    }

    /// Seeds of the residual policy.
    pub fn trained(&self) -> &[u64] {
        self.seeds_of(Ground::Flat, Arm::ResidualPpo)
    }

    /// Control steps of all walks and of all training.
    pub fn all_steps(&self) -> u64 {
        let budgets = &self.residual.budgets;
        let of_policy = budgets.last().copied().unwrap_or(0) + budgets.len() as u64 * self.steps;
        self.walks().len() as u64 * self.steps + self.trained().len() as u64 * of_policy
    }

    /// A ground as the robot's description has it.
    pub fn go2_ground(&self, ground: Ground) -> go2::Ground {
        match ground {
            Ground::Flat => go2::Ground::Flat,
            Ground::Hills => go2::Ground::Hills { difficulty: self.hills.difficulty, seed: self.hills.seed },
        }
    }

    /// Checks everything that neither the limits of the defaults nor the types check.
    pub fn validate(&self) -> Result<(), Error> {
        let check = Check::of("");
        check.some("grounds", &self.grounds)?.distinct("grounds", &self.grounds)?;
        check.some("arms", &self.arms)?.distinct("arms", &self.arms)?;
        if !self.arms.contains(&Arm::NoNeurons) {
            let what = "`no_neurons` is missing: all others are compared with it";
            return Err(check.refusal("arms", what));
        }
        self.body.check()?;
        if self.body.model != GO2 && self.grounds.contains(&Ground::Hills) {
            let what = format!("hills are built under `{GO2}`; ask for `flat` with a model of your own");
            return Err(check.refusal("grounds", what));
        }
        let walker = self.walker;
        let highest = walker.high_weight;
        Check::of("walker").within("low_weight", walker.low_weight, 0.0..=highest)?;
        let residual = Check::of("residual");
        residual.some("budgets", &self.residual.budgets)?.rising("budgets", &self.residual.budgets)?;
        if let Some(budget) = self.residual.budgets.iter().find(|budget| *budget % self.residual.hold != 0) {
            let what = format!("{budget} is not a whole number of actions of {} steps", self.residual.hold);
            return Err(residual.refusal("budgets", what));
        }
        check_time(1, self.all_steps() as f64 * DT_S)
    }
}
