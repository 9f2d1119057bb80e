//! Controllers: whatever turns what is sensed and desired into a command, from a
//! feedback law to a spiking cerebellum.

use crate::{Delays, Error, Memory, Snapshot, StateReader, StateWriter};

/// Input of a controller in a tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Senses<'a> {
    /// Tick since the start of the trial.
    pub tick: u64,
    /// Senses of the plant after the sensory delay; units of the plant. `[senses]`
    pub sensed: &'a [f64],
    /// Desired values of the first senses now, in the same units. `[references]`
    pub reference: &'a [f64],
    /// Desired values at the time of `sensed`: `reference_then - sensed` is the true error, late.
    /// `[references]`
    pub reference_then: &'a [f64],
    /// Further input, such as a cue or a context. `[cues]`
    pub cues: &'a [f64],
}

impl Senses<'_> {
    /// The true error of sense `i`, late.
    ///
    /// # Panics
    /// When there is no reference `i`: a bug of the caller.
    pub fn error(&self, i: usize) -> f64 {
        self.reference_then[i] - self.sensed[i]
    }

    /// Checks what `controller` is given in a tick before it learns from it: that what it reads is there, that all values are numbers, and
    /// that there is room for its command.
    ///
    /// # Errors
    /// [`Error::Length`] and [`Error::NonFinite`] naming the input.
    pub fn check(&self, controller: &(impl Controller + ?Sized), command: &[f64]) -> Result<(), Error> {
        let (part, reads, count) = (controller.name(), controller.inputs(), command.len());
        if count != controller.commands() {
            let needed = format!("it gives {}", controller.commands());
            return Err(Error::Length {
                part: part.to_string().into(),
                input: "room for commands".into(),
                count,
                needed,
            });
        }
        let inputs = [
            ("sense", self.sensed, reads.senses),
            ("reference", self.reference, reads.references),
            ("late reference", self.reference_then, reads.references),
            ("cue", self.cues, reads.cues),
        ];
        for (input, values, least) in inputs {
            let count = values.len();
            if count < least {
                let (part, needed) = (part.to_string().into(), format!("it reads {least}"));
                return Err(Error::Length { part, input: input.into(), count, needed });
            }
            if values.iter().any(|value| !value.is_finite()) {
                let names = (0..).map(|i: usize| format!("{input} {i}"));
                return Error::finite(format_args!("input of `{part}`"), names, values, f64::NAN);
            }
        }
        Ok(())
    }
}

/// Refuses more or fewer cues than a controller was made for.
pub(crate) fn exact_cues(part: &'static str, senses: &Senses, cues: usize) -> Result<(), Error> {
    let count = senses.cues.len();
    if count == cues {
        return Ok(());
    }
    let needed = format!("it was made for {cues}");
    Err(Error::Length { part: part.into(), input: "cues".into(), count, needed })
}

/// Least numbers of what a controller reads in a tick. A loop that offers less is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Leading senses.
    pub senses: usize,
    /// Leading references.
    pub references: usize,
    /// Leading cues.
    pub cues: usize,
}

impl Inputs {
    /// So many senses, references and cues.
    pub const fn new(senses: usize, references: usize, cues: usize) -> Self {
        Self { senses, references, cues }
    }

    /// Inputs that both together read.
    pub fn and(self, other: Self) -> Self {
        Self {
            senses: self.senses.max(other.senses),
            references: self.references.max(other.references),
            cues: self.cues.max(other.cues),
        }
    }
}

/// A controller. It is plain state: the same calls give the same commands, bit for bit, and its state can be copied
/// ([`Snapshot`]).
pub trait Controller: Snapshot + Send {
    /// Name for messages and reports.
    fn name(&self) -> &str;

    /// Length of the command.
    fn commands(&self) -> usize;

    /// Least input that it reads; nothing for a controller that does not say.
    fn inputs(&self) -> Inputs {
        Inputs::default()
    }

    /// Starts a trial: what belongs to a movement is forgotten, what was learned stays.
    fn reset(&mut self);

    /// Writes the command of this tick; allocates nothing. `[commands]`
    ///
    /// # Errors
    /// [`Error::Length`] for room or input of the wrong length, [`Error::NonFinite`] for an input or a state variable that is
    /// not a number ([`Senses::check`]); nothing is learned then.
    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error>;

    /// Ends a trial with its cost, for controllers that learn from one number per movement.
    ///
    /// # Errors
    /// [`Error::NonFinite`] as in [`Controller::advance`].
    fn finish(&mut self, _cost: f64) -> Result<(), Error> {
        Ok(())
    }

    /// Learned weights, for reports; empty for a controller without weights.
    fn weights(&self) -> &[f64] {
        &[]
    }

    /// Switches learning; a controller that never learns ignores it.
    fn set_learning(&mut self, _learns: bool) {}

    /// Checks that it was made for ticks of `dt_s` and for these delays; a controller that depends on neither fits every loop.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the part of it that was made for others ([`crate::same_tick`], [`crate::same_delay`]).
    fn fits(&self, _dt_s: f64, _delays: Delays) -> Result<(), Error> {
        Ok(())
    }

    /// Writes the parameters that give what it learns its meaning, but no rates of learning: a [`Memory`] fits where they are the same.
    fn parameters(&self, _to: &mut StateWriter) {}

    /// Writes what was learned and outlasts a movement; nothing for a controller that does not learn.
    fn write_learned(&self, _to: &mut StateWriter) {}

    /// Takes over what was learned, in the order of [`Controller::write_learned`].
    ///
    /// # Errors
    /// [`Error::State`] when it does not fit; the controller may then be half changed ([`Controller::load`] is not).
    fn read_learned(&mut self, _from: &mut StateReader) -> Result<(), Error> {
        Ok(())
    }

    /// Multiplies its rates of learning; false if it has none to be changed.
    fn slow(&mut self, _factor: f64) -> bool {
        false
    }

    /// Mean squared error of its own predictions in the last tick, for a controller that predicts.
    fn misfit(&self) -> Option<f64> {
        None
    }

    /// Learned values, to be kept.
    fn save(&self) -> Memory {
        Memory::of(self)
    }

    /// Takes over the learned values of `memory`. A memory that is refused changes nothing.
    ///
    /// # Errors
    /// [`Error::State`] for a memory of a controller of another kind, or that was made with other parameters.
    fn load(&mut self, memory: &Memory) -> Result<(), Error> {
        memory.teach(self)
    }
}

/// Methods of [`Controller`] and of [`crate::forward::ForwardModel`] about what is learned, by the fields that hold it:
/// `learned!(weights, inverse)` within the implementation.
macro_rules! learned {
    ($($field:ident),* $(,)?) => {
        fn write_learned(&self, to: &mut $crate::StateWriter) {
            $(to.put(&self.$field);)*
        }

        fn read_learned(&mut self, from: &mut $crate::StateReader) -> Result<(), $crate::Error> {
            $(from.take(stringify!($field), &mut self.$field)?;)*
            Ok(())
        }
    };
}
pub(crate) use learned;

/// Methods of [`Controller`] that a wrapper leaves to the part of it that does what they say.
macro_rules! leave {
    ($self:ident, $part:expr; $($method:ident)*) => {
        $($crate::controller::leave!(@$method $self, $part);)*
    };
    (@name $self:ident, $part:expr) => {
        fn name(&$self) -> &str {
            $part.name()
        }
    };
    (@commands $self:ident, $part:expr) => {
        fn commands(&$self) -> usize {
            $part.commands()
        }
    };
    (@finish $self:ident, $part:expr) => {
        fn finish(&mut $self, cost: f64) -> Result<(), $crate::Error> {
            $part.finish(cost)
        }
    };
    (@weights $self:ident, $part:expr) => {
        fn weights(&$self) -> &[f64] {
            $part.weights()
        }
    };
    (@fits $self:ident, $part:expr) => {
        fn fits(&$self, dt_s: f64, delays: $crate::Delays) -> Result<(), $crate::Error> {
            $part.fits(dt_s, delays)
        }
    };
    (@parameters $self:ident, $part:expr) => {
        fn parameters(&$self, to: &mut $crate::StateWriter) {
            $part.parameters(to);
        }
    };
    (@write_learned $self:ident, $part:expr) => {
        fn write_learned(&$self, to: &mut $crate::StateWriter) {
            $part.write_learned(to);
        }
    };
    (@read_learned $self:ident, $part:expr) => {
        fn read_learned(&mut $self, from: &mut $crate::StateReader) -> Result<(), $crate::Error> {
            $part.read_learned(from)
        }
    };
    (@slow $self:ident, $part:expr) => {
        fn slow(&mut $self, factor: f64) -> bool {
            $part.slow(factor)
        }
    };
    (@misfit $self:ident, $part:expr) => {
        fn misfit(&$self) -> Option<f64> {
            $part.misfit()
        }
    };
    (@set_learning $self:ident, $part:expr) => {
        fn set_learning(&mut $self, learns: bool) {
            $part.set_learning(learns);
        }
    };
}
pub(crate) use leave;

impl<C: Controller + ?Sized> Controller for Box<C> {
    leave!(self, (**self); name commands finish weights set_learning fits parameters write_learned read_learned slow misfit);

    fn inputs(&self) -> Inputs {
        (**self).inputs()
    }

    fn reset(&mut self) {
        (**self).reset();
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        (**self).advance(senses, command)
    }
}
