//! A push against the body, with a cue that warns of it.

use super::bench::Bench;
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

/// A push and its cue. The keys stand at the top of a study's document.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CuedPush {
    pub cue_s: f64,
    pub push_s: f64,
    pub push_for_s: f64,
    pub push: f64,
}

impl CuedPush {
    /// Refuses a push before its cue, beyond the trial, or without force.
    pub fn check(&self, bench: &Bench) -> Result<(), Error> {
        let end = self.push_s + self.push_for_s;
        let is_within = self.push_s > self.cue_s && end < bench.trial_s;
        Check::of("")
            .that("push_for_s", self.push_for_s, self.push_for_s >= bench.dt_s, "at least a tick is needed")?
            .that("push_s", self.push_s, is_within, "it must follow cue_s, from 0, and end before the trial")?
            .that("push", self.push, self.push != 0.0, "a force other than 0 is needed")?;
        Ok(())
    }

    /// Its force times `factor` over a trial. `[ticks]`
    pub fn force(&self, bench: &Bench, factor: f64) -> Vec<f64> {
        let (from, to) = (bench.ticks_in(self.push_s), bench.ticks_in(self.push_s + self.push_for_s));
        (0..bench.ticks()).map(|n| if (from..to).contains(&n) { self.push * factor } else { 0.0 }).collect()
    }

    /// Its cue over a trial: 1 for one tick. `[ticks]`
    pub fn cue(&self, bench: &Bench) -> Vec<f64> {
        let at = bench.ticks_in(self.cue_s);
        (0..bench.ticks()).map(|n| f64::from(u8::from(n == at))).collect()
    }
}
