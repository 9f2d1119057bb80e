//! Identification of a loop from its response to random steps.

use super::bench::Bench;
use lobule_control::ClosedLoop;
use lobule_control::filter::TraceModel;
use lobule_control::identify::Identify;
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
        let probe = Identify {
            amplitude: self.probe_amplitude * amplitude,
            hold_s: 0.0,
            probe_s: self.probe_s,
            response_s: bench.trial_s,
            ridge: self.ridge,
            seed,
        };
        // Whatever its quality: the studies show what follows from it.
        Ok(TraceModel::Response(probe.measure(closed)?.taps))
    }
}
