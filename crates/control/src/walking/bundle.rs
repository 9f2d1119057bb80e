//! Controllers of one command each, side by side.

use crate::{Controller, Delays, Error, Inputs, Senses, StateReader, StateWriter};
use lobule_signal::Ranges;

/// Controllers of one command each as one of several commands: part i is given sense i, reference i and all cues. It puts
/// cerebella of one output, such as an adaptive filter or a microzone, where several are steered.
pub struct Bundle {
    parts: Vec<Box<dyn Controller>>,
}

crate::snapshot!(Bundle { parts });

impl Bundle {
    /// The controllers together.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no controller, one of several commands, or one that reads more than one sense or reference.
    pub fn new(parts: Vec<Box<dyn Controller>>) -> Result<Self, Error> {
        let ranges = Ranges::of("bundle");
        ranges.require(!parts.is_empty(), "controllers", 0.0, "at least one")?;
        for part in &parts {
            let (name, reads) = (part.name(), part.inputs());
            let one = [
                ("commands", part.commands(), 1..=1),
                ("senses", reads.senses, 0..=1),
                ("references", reads.references, 0..=1),
            ];
            for (what, count, allowed) in one {
                let what = format!("{what} of `{name}`");
                ranges.require(allowed.contains(&count), what, count as f64, "one for each controller")?;
            }
        }
        Ok(Self { parts })
    }

    /// The controllers.
    pub fn parts(&self) -> &[Box<dyn Controller>] {
        &self.parts
    }
}

impl Controller for Bundle {
    fn name(&self) -> &str {
        "bundle"
    }

    fn commands(&self) -> usize {
        self.parts.len()
    }

    fn inputs(&self) -> Inputs {
        let n = self.parts.len();
        let cues = self.parts.iter().map(|part| part.inputs().cues).max();
        Inputs::new(n, n, cues.unwrap_or(0))
    }

    fn reset(&mut self) {
        self.parts.iter_mut().for_each(|part| part.reset());
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        for (i, (part, command)) in self.parts.iter_mut().zip(command.chunks_exact_mut(1)).enumerate() {
            let own = Senses {
                sensed: &senses.sensed[i..=i],
                reference: &senses.reference[i..=i],
                reference_then: &senses.reference_then[i..=i],
                ..*senses
            };
            part.advance(&own, command)?;
        }
        Ok(())
    }

    fn finish(&mut self, cost: f64) -> Result<(), Error> {
        self.parts.iter_mut().try_for_each(|part| part.finish(cost))
    }

    fn set_learning(&mut self, learns: bool) {
        self.parts.iter_mut().for_each(|part| part.set_learning(learns));
    }

    fn fits(&self, dt_s: f64, delays: Delays) -> Result<(), Error> {
        self.parts.iter().try_for_each(|part| part.fits(dt_s, delays))
    }

    fn parameters(&self, to: &mut StateWriter) {
        for part in &self.parts {
            to.section(part.name());
            part.parameters(to);
        }
    }

    fn write_learned(&self, to: &mut StateWriter) {
        self.parts.iter().for_each(|part| part.write_learned(to));
    }

    fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        self.parts.iter_mut().try_for_each(|part| part.read_learned(from))
    }

    fn slow(&mut self, factor: f64) -> bool {
        // All of them are slowed, not only the first that can be.
        self.parts.iter_mut().filter_map(|part| part.slow(factor).then_some(())).count() > 0
    }
}
