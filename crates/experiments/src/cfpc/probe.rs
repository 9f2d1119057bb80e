//! Identification of a loop from its response to random steps.

use super::bench::Bench;
use lobule_control::ClosedLoop;
use lobule_control::filter::TraceModel;
use lobule_control::identify::identify;
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};

/// Random steps of the error, and the regression that finds the loop's response. The keys stand at the top of a study's document.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    pub probe_amplitude: f64,
    pub probe_s: f64,
    pub ridge: f64,
}

impl Probe {
    /// Refuses a probe that is shorter than a trial or too long.
    pub fn check(&self, bench: &Bench) -> Result<(), Error> {
        let ticks = self.probe_s / bench.dt_s;
        let is_allowed = ticks >= bench.ticks() as f64 && ticks <= 1e6;
        Check::of("").that("probe_s", self.probe_s, is_allowed, "a trial to a million ticks is allowed")?;
        Ok(())
    }

    /// The identified response of a loop whose movements have that amplitude, as the memory of a synapse.
    pub fn identify(
        &self,
        bench: &Bench,
        closed: &mut ClosedLoop,
        amplitude: f64,
        seed: u64,
    ) -> Result<TraceModel, Error> {
        let (ticks, taps) = (bench.ticks_in(self.probe_s), bench.ticks());
        let found = identify(closed, self.probe_amplitude * amplitude, ticks, taps, self.ridge, seed)?;
        Ok(TraceModel::Response(found))
    }
}
