//! Parameters of a walker: those of its parts, and what joins them.

use super::{
    ArousalParameters, Body, GeneratorParameters, MixingParameters, ReflexParameters, SegmentParameters,
    TerrainParameters, View, Weight,
};
use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

pub(super) const PART: &str = "walker";

/// Forward speed that the gate and the reflexes are given; a negative one is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speed {
    /// Way along the world's x since the tick before: the original's, which loses sight of a walk in another direction.
    #[default]
    WorldDifference,
    /// Velocity along the world's x.
    World,
    /// Velocity along the body's own x.
    Body,
}

impl Speed {
    /// Speed of a body that was at `x_before` in the tick before, m/s.
    pub(super) fn of(self, view: &View, x_before: Option<f64>, dt_s: f64) -> f64 {
        let speed = match self {
            Self::WorldDifference => x_before.map_or(0.0, |before| (view.position()[0] - before) / dt_s),
            Self::World => view.velocity()[0],
            Self::Body => view.body_velocity()[0],
        };
        speed.max(0.0)
    }
}

/// Parts of a walk; a part that is off commands nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Parts {
    /// Pattern generator.
    pub generator: bool,
    /// Reflexes of posture.
    pub reflexes: bool,
    /// Terrain reflex.
    pub terrain: bool,
    /// Tone, stretch reflex and tendon organ.
    pub segment: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self { generator: true, reflexes: true, terrain: true, segment: true }
    }
}

/// Parameters of a walker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WalkerParameters {
    /// The body.
    pub body: Body,
    /// Control step, s. Source: MH-FLOCKE v0.4.1.
    pub dt_s: f64,
    /// Angles of a leg at home, rad. Source: keyframe `home` of the Unitree Go2, MuJoCo Menagerie. `[joints_per_leg]`
    pub home: Vec<f64>,
    /// Height of the trunk below which it has fallen, m. Source: 0.45 of 0.27 m, MH-FLOCKE v0.4.1.
    pub fallen_height_m: f64,
    /// Uprightness below which it has fallen. Source: MH-FLOCKE v0.4.1.
    pub fallen_upright: f64,
    /// Forward speed of gate and reflexes.
    pub speed: Speed,
    /// True if gate and reflexes are given orientation and forces of the tick before, as in the original, which reads what its
    /// physics had computed before the last step. Chosen: false, since the senses of a plant are of one instant.
    pub reflexes_see_late: bool,
    /// Parts that are on.
    pub parts: Parts,
    /// Pattern generator.
    pub generator: GeneratorParameters,
    /// Share of the generator.
    pub weight: Weight,
    /// Norepinephrine.
    pub arousal: ArousalParameters,
    /// Reflexes of posture.
    pub reflexes: ReflexParameters,
    /// Terrain reflex.
    pub terrain: TerrainParameters,
    /// Tone, stretch reflex and tendon organ.
    pub segment: SegmentParameters,
    /// Mixing, and the range of the commands.
    pub mixing: MixingParameters,
}

impl Default for WalkerParameters {
    fn default() -> Self {
        Self {
            body: Body::default(),
            dt_s: 0.005,
            home: vec![0.0, 0.9, -1.8],
            fallen_height_m: 0.1215,
            fallen_upright: 0.3,
            speed: Speed::default(),
            reflexes_see_late: false,
            parts: Parts::default(),
            generator: GeneratorParameters::default(),
            weight: Weight::default(),
            arousal: ArousalParameters::default(),
            reflexes: ReflexParameters::default(),
            terrain: TerrainParameters::default(),
            segment: SegmentParameters::default(),
            mixing: MixingParameters::default(),
        }
    }
}

impl WalkerParameters {
    /// Checks the parameters, those of the parts included.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the part and the parameter.
    pub fn check(&self) -> Result<(), Error> {
        self.body.check()?;
        let ranges = Ranges::of(PART);
        ranges.require(self.dt_s > 0.0, "dt_s", self.dt_s, "more than 0 s")?;
        let (found, needed) = (self.home.len(), self.body.joints_per_leg);
        let allowed = format!("{needed}, one for each joint of a leg");
        ranges.require(found == needed, "home", found as f64, allowed)?;
        ranges.all("home", &self.home, |_| true, "finite, in rad")?;
        ranges.require(true, "fallen_height_m", self.fallen_height_m, "finite")?;
        let upright = self.fallen_upright;
        ranges.require(upright.abs() <= 1.0, "fallen_upright", upright, "-1 to 1")?;
        self.generator.check(self.body, self.dt_s)?;
        self.arousal.check()?;
        self.reflexes.check()?;
        self.terrain.check()?;
        self.segment.check()?;
        self.mixing.check()
    }

    /// True if a body lies.
    pub fn is_fallen(&self, view: &View) -> bool {
        view.position()[2] < self.fallen_height_m || view.upright() < self.fallen_upright
    }
}
