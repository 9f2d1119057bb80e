//! A feedback law that reads its senses through an anticipator.
//!
//! The lines are the senses, as late as they come. The context is the last values of every sense and, with efference
//! copies, the last commands, relative to their scales, and 1. Without the commands in flight no context can say where the
//! plant is now.

use super::{Anticipator, AnticipatorParameters, Law};
use crate::controller::leave;
use crate::{Controller, Error, Inputs, Senses, StateWriter};
use lobule_signal::Ranges;

/// Parts of the context.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// A large value of each sense, units of the plant. `[senses]`
    pub senses: Vec<f64>,
    /// A large value of each command. `[commands]`
    pub commands: Vec<f64>,
    /// Values of each sense, one tick apart.
    pub sense_taps: usize,
    /// Commands, from the last one back; 0 for no efference copy.
    pub command_taps: usize,
}

/// A feedback law behind an anticipator.
pub struct Anticipating {
    law: Law,
    anticipator: Anticipator,
    scales: Context,
    /// `[features]`: senses by tap, commands by tap, 1.
    context: Vec<f64>,
    /// Senses relative to their scales; the same as anticipated. `[senses]`
    lines: Vec<f64>,
    early: Vec<f64>,
}

impl Anticipating {
    /// A law behind an anticipator; `parameters` give its leads, rate and gate, the context its lines and features.
    ///
    /// # Errors
    /// [`Error::Parameter`] as [`Anticipator::new`], and for no sense, command or tap of the senses, or a scale that is
    /// not positive.
    pub fn new(law: Law, context: Context, parameters: AnticipatorParameters) -> Result<Self, Error> {
        let ranges = Ranges::of("anticipating law");
        let (senses, commands) = (context.senses.len(), context.commands.len());
        let counts = [("senses", senses), ("commands", commands), ("sense_taps", context.sense_taps)];
        ranges.each(counts.map(|(name, n)| (name, n as f64)), |n| n > 0.0, "at least one is needed")?;
        let scales = context.senses.iter().chain(&context.commands);
        ranges.all("scale", scales, |scale| scale > 0.0, "a scale is more than 0")?;
        let features = senses * context.sense_taps + commands * context.command_taps + 1;
        let anticipator = Anticipator::new(AnticipatorParameters { lines: senses, features, ..parameters })?;
        Ok(Self {
            law,
            anticipator,
            scales: context,
            context: vec![0.0; features],
            lines: vec![0.0; senses],
            early: vec![0.0; senses],
        })
    }

    /// The anticipator.
    pub fn anticipator(&self) -> &Anticipator {
        &self.anticipator
    }
}

crate::snapshot!(Anticipating { anticipator, context });

impl Controller for Anticipating {
    fn name(&self) -> &str {
        "anticipating law"
    }

    fn commands(&self) -> usize {
        self.scales.commands.len()
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(self.lines.len(), 0, 0)
    }

    fn reset(&mut self) {
        self.anticipator.reset();
        self.context.fill(0.0);
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        for (i, scale) in self.scales.senses.iter().enumerate() {
            self.lines[i] = senses.sensed[i] / scale;
        }
        // The newest values come first; the first of a trial have been there forever.
        let n = self.lines.len();
        let taps = n * self.scales.sense_taps;
        if senses.tick == 0 {
            self.context[..taps].chunks_exact_mut(n).for_each(|tap| tap.copy_from_slice(&self.lines));
        } else {
            self.context.copy_within(..taps - n, n);
            self.context[..n].copy_from_slice(&self.lines);
        }
        let last = self.context.len() - 1;
        self.context[last] = 1.0;
        self.anticipator.tick(&self.lines, &self.context, &mut self.early)?;
        for (y, scale) in self.early.iter_mut().zip(&self.scales.senses) {
            *y *= scale;
        }
        (self.law)(&self.early, senses.reference, command);
        Error::finite(self.name(), std::iter::repeat("command"), command, f64::NAN)?;
        let m = self.scales.commands.len();
        if self.scales.command_taps > 0 {
            self.context.copy_within(taps..last - m, taps + m);
            for (k, scale) in self.scales.commands.iter().enumerate() {
                self.context[taps + k] = command[k] / scale;
            }
        }
        Ok(())
    }

    fn parameters(&self, to: &mut StateWriter) {
        let Context { senses, commands, sense_taps, command_taps } = &self.scales;
        to.put(senses);
        to.put(commands);
        [sense_taps, command_taps].into_iter().for_each(|n| to.put(n));
        self.anticipator.parameters(to);
    }

    leave!(self, self.anticipator; write_learned read_learned);

    fn slow(&mut self, factor: f64) -> bool {
        self.anticipator.slow(factor);
        true
    }

    fn set_learning(&mut self, learns: bool) {
        self.anticipator.set_learning(learns);
    }
}
