//! Parameters of MOSAIC and their ranges.

use super::PART;
use crate::Error;
use lobule_signal::Ranges;

/// Scales: what is divided by them is about 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MosaicScales {
    /// A large position, units of the plant.
    pub position: f64,
    /// A large velocity.
    pub velocity: f64,
    /// A large acceleration.
    pub acceleration: f64,
    /// A large command.
    pub command: f64,
}

/// Modules and how they learn.
#[derive(Debug, Clone, PartialEq)]
pub struct MosaicParameters {
    /// Pairs of models.
    pub modules: usize,
    /// f, what a forward model keeps of what it learned in each tick in which it is responsible, above 0 to 1.
    pub forgetting: f64,
    /// η of the inverse models, 0 to 2.
    pub inverse_rate: f64,
    /// First and last σ, relative to the scale of acceleration.
    pub sigma: [f64; 2],
    /// Ticks of learning over which σ falls.
    pub anneal_ticks: u64,
    /// Standard deviation of the forward models' first weights.
    pub spread: f64,
    /// s, chance that another module is responsible in the next tick.
    pub switching: f64,
    /// η' of the responsibility predictor; 0 without one.
    pub cue_rate: f64,
    /// Kp and Kd of the feedback, command for each unit of position and velocity.
    pub feedback: [f64; 2],
    /// Scales of features and errors.
    pub scales: MosaicScales,
}

impl MosaicParameters {
    pub(super) fn check(&self, joints: usize, dt_s: f64) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        ranges.require((1..=1000).contains(&joints), "joints", joints as f64, "1 to 1000")?;
        ranges.require((1..=1000).contains(&self.modules), "modules", self.modules as f64, "1 to 1000")?;
        let (keeps, rate) = (self.forgetting, self.inverse_rate);
        ranges.require(keeps > 0.0 && keeps <= 1.0, "forgetting", keeps, "above 0 to 1; try 0.9995")?;
        let fits = (0.0..2.0).contains(&rate);
        ranges.require(fits, "inverse_rate", rate, "from 0 to below 2; 0.01 is usual")?;
        ranges.require(self.cue_rate >= 0.0, "cue_rate", self.cue_rate, "at least 0")?;
        ranges.all("sigma", self.sigma, |sigma| sigma > 0.0, "more than 0")?;
        ranges.require(self.spread >= 0.0, "spread", self.spread, "at least 0")?;
        let allowed = "above 0, so that a module can come back, and below 1";
        ranges.require(self.switching > 0.0 && self.switching < 1.0, "switching", self.switching, allowed)?;
        ranges.all("feedback", self.feedback, |_| true, "finite")?;
        let MosaicScales { position, velocity, acceleration, command } = self.scales;
        let scales = [
            ("scale of position", position),
            ("scale of velocity", velocity),
            ("scale of acceleration", acceleration),
            ("scale of command", command),
        ];
        Ok(ranges.each(scales, |scale| scale > 0.0, "more than 0")?)
    }
}
