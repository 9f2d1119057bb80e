//! Parameters of MOSAIC and their ranges.

use super::PART;
use crate::error::{Error, check};

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
    /// First and last σ, in parts of the scale of acceleration.
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
        check(PART, "dt_s", dt_s, dt_s > 0.0, "more than 0 s")?;
        check(PART, "joints", joints as f64, (1..=1000).contains(&joints), "1 to 1000")?;
        check(PART, "modules", self.modules as f64, (1..=1000).contains(&self.modules), "1 to 1000")?;
        let (forgetting, rate) = (self.forgetting, self.inverse_rate);
        check(
            PART,
            "forgetting",
            forgetting,
            forgetting > 0.0 && forgetting <= 1.0,
            "above 0 to 1; try 0.9995",
        )?;
        check(PART, "inverse_rate", rate, (0.0..2.0).contains(&rate), "from 0 to below 2; 0.01 is usual")?;
        check(PART, "cue_rate", self.cue_rate, self.cue_rate >= 0.0, "at least 0")?;
        for sigma in self.sigma {
            check(PART, "sigma", sigma, sigma > 0.0, "more than 0")?;
        }
        check(PART, "spread", self.spread, self.spread >= 0.0, "at least 0")?;
        let allowed = "above 0, so that a module can come back, and below 1";
        check(PART, "switching", self.switching, self.switching > 0.0 && self.switching < 1.0, allowed)?;
        for gain in self.feedback {
            check(PART, "feedback", gain, true, "finite")?;
        }
        let s = &self.scales;
        for (name, scale) in [
            ("scale of position", s.position),
            ("scale of velocity", s.velocity),
            ("scale of acceleration", s.acceleration),
            ("scale of command", s.command),
        ] {
            check(PART, name, scale, scale > 0.0, "more than 0")?;
        }
        Ok(())
    }
}
