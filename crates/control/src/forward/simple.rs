//! Two rivals that every learned model has to beat: nothing changes, and the velocity stays.

use super::{ForwardModel, check_counts, fits, measured, squared_errors};
use crate::Error;
use lobule_signal::Ranges;

/// Predicts that nothing changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Persistence {
    change: Vec<f64>,
    commands: usize,
}

impl Persistence {
    /// A model of as many states as there are scales of `change`.
    ///
    /// # Errors
    /// [`Error::Parameter`] when there is no state or command, or a scale is not positive.
    pub fn new(change: Vec<f64>, commands: usize) -> Result<Self, Error> {
        check_shape("persistence", &change, commands)?;
        Ok(Self { change, commands })
    }
}

crate::snapshot!(Persistence {});

impl ForwardModel for Persistence {
    fn name(&self) -> &str {
        "persistence"
    }

    fn states(&self) -> usize {
        self.change.len()
    }

    fn commands(&self) -> usize {
        self.commands
    }

    fn predict(&mut self, state: &[f64], command: &[f64], next: &mut [f64]) -> Result<(), Error> {
        fits(self, state, command, next)?;
        next.copy_from_slice(state);
        Ok(())
    }

    fn learn(&mut self, state: &[f64], command: &[f64], next: &[f64]) -> Result<f64, Error> {
        fits(self, state, command, next)?;
        measured(self.name(), squared_errors(state, next, state, &self.change).0)
    }

    fn confidence(&self) -> f64 {
        0.0
    }
}

/// Predicts that positions go on with the velocities that are sensed, which stay.
#[derive(Debug, Clone, PartialEq)]
pub struct ConstantVelocity {
    change: Vec<f64>,
    commands: usize,
    /// (position, velocity) among the states.
    pairs: Vec<(usize, usize)>,
    dt_s: f64,
}

impl ConstantVelocity {
    /// A model of as many states as there are scales of `change`, in ticks of `dt_s` seconds; each pair names a
    /// position and its velocity among the states.
    ///
    /// # Errors
    /// [`Error::Parameter`] as [`Persistence::new`], when the tick is not positive, or a pair names no state.
    pub fn new(
        change: Vec<f64>,
        commands: usize,
        pairs: Vec<(usize, usize)>,
        dt_s: f64,
    ) -> Result<Self, Error> {
        let part = "constant velocity";
        check_shape(part, &change, commands)?;
        let ranges = Ranges::of(part);
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "a tick lasts more than 0 s")?;
        for i in pairs.iter().flat_map(|&(x, v)| [x, v]) {
            ranges.require(i < change.len(), "state of a pair", i as f64, "it must be one of the states")?;
        }
        Ok(Self { change, commands, pairs, dt_s })
    }
}

crate::snapshot!(ConstantVelocity {});

impl ForwardModel for ConstantVelocity {
    fn name(&self) -> &str {
        "constant velocity"
    }

    fn states(&self) -> usize {
        self.change.len()
    }

    fn commands(&self) -> usize {
        self.commands
    }

    fn predict(&mut self, state: &[f64], command: &[f64], next: &mut [f64]) -> Result<(), Error> {
        fits(self, state, command, next)?;
        next.copy_from_slice(state);
        for &(x, v) in &self.pairs {
            next[x] += self.dt_s * state[v];
        }
        Ok(())
    }

    fn learn(&mut self, state: &[f64], command: &[f64], next: &[f64]) -> Result<f64, Error> {
        fits(self, state, command, next)?;
        let n = state.len() as f64;
        let error = |i: usize| {
            let step = self.pairs.iter().find(|p| p.0 == i).map_or(0.0, |&(_, v)| self.dt_s * state[v]);
            let e = (next[i] - state[i] - step) / self.change[i];
            e * e
        };
        measured(self.name(), (0..state.len()).map(error).sum::<f64>() / n)
    }

    fn confidence(&self) -> f64 {
        0.0
    }

    fn fits(&self, dt_s: f64) -> Result<(), Error> {
        crate::same_tick("constant velocity", self.dt_s, dt_s)
    }
}

fn check_shape(part: &'static str, change: &[f64], commands: usize) -> Result<(), Error> {
    check_counts(part, change.len(), commands)?;
    Ok(Ranges::of(part).all("scale", change, |scale| scale > 0.0, "a scale is more than 0")?)
}
