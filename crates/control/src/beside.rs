//! Two controllers side by side: a cerebellum next to a feedback law or a cortex.

use crate::{Controller, Delays, Error, Inputs, Senses, StateReader, StateWriter};
use lobule_signal::Ranges;

/// Two controllers whose commands are added; for more, one of them is again two beside each other.
#[derive(Debug, Clone)]
pub struct Beside<A, B> {
    first: A,
    second: B,
    /// Command of the second. `[commands]`
    added: Vec<f64>,
}

impl<A: Controller, B: Controller> Beside<A, B> {
    /// The sum of `first` and `second`.
    ///
    /// # Errors
    /// [`Error::Parameter`] when they give commands of different length.
    pub fn new(first: A, second: B) -> Result<Self, Error> {
        let (commands, own) = (first.commands(), second.commands());
        let allowed =
            format!("`{}` gives {commands}, and `{}` must give as many", first.name(), second.name());
        Ranges::of("beside").require(own == commands, "commands", own as f64, allowed)?;
        Ok(Self { first, second, added: vec![0.0; commands] })
    }

    /// The first.
    pub fn first(&self) -> &A {
        &self.first
    }

    /// The second.
    pub fn second(&self) -> &B {
        &self.second
    }
}

crate::snapshot!([A: Controller, B: Controller] Beside<A, B> { first, second });

impl<A: Controller, B: Controller> Controller for Beside<A, B> {
    fn name(&self) -> &str {
        "beside"
    }

    fn commands(&self) -> usize {
        self.added.len()
    }

    fn inputs(&self) -> Inputs {
        self.first.inputs().and(self.second.inputs())
    }

    fn reset(&mut self) {
        self.first.reset();
        self.second.reset();
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        self.first.advance(senses, command)?;
        self.second.advance(senses, &mut self.added)?;
        command.iter_mut().zip(&self.added).for_each(|(sum, u)| *sum += u);
        Ok(())
    }

    fn finish(&mut self, cost: f64) -> Result<(), Error> {
        self.first.finish(cost)?;
        self.second.finish(cost)
    }

    fn fits(&self, dt_s: f64, delays: Delays) -> Result<(), Error> {
        self.first.fits(dt_s, delays)?;
        self.second.fits(dt_s, delays)
    }

    fn parameters(&self, to: &mut StateWriter) {
        for part in [&self.first as &dyn Controller, &self.second] {
            to.section(part.name());
            part.parameters(to);
        }
    }

    fn write_learned(&self, to: &mut StateWriter) {
        self.first.write_learned(to);
        self.second.write_learned(to);
    }

    fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        self.first.read_learned(from)?;
        self.second.read_learned(from)
    }

    fn slow(&mut self, factor: f64) -> bool {
        let slowed = [self.first.slow(factor), self.second.slow(factor)];
        slowed.contains(&true)
    }

    fn misfit(&self) -> Option<f64> {
        self.first.misfit().or_else(|| self.second.misfit())
    }

    fn set_learning(&mut self, learns: bool) {
        self.first.set_learning(learns);
        self.second.set_learning(learns);
    }
}
