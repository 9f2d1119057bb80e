//! A target that has to be seen: the controller inside is told of it only as late as of everything else, or, with
//! foresight, as it is expected to be now.
//!
//! Pursuit is of this kind. What the eye sees is slip; with a copy of its own movement of then it is the target of then:
//! `seen = slip + eye movement of then`, which is [`Senses::reference_then`]. The reference of now is never looked at.
//! Foresight is an [`Anticipator`] of one line over past values of the target. While the target is hidden (first cue 0), what
//! was expected stands for what is seen; without foresight nothing seems to slip. Further cues go to the controller inside.
//! Source: copy of the eye's movement, Young 1971 and Robinson, Gordon & Gordon 1986, doi:10.1007/BF00363977.

use super::{Anticipator, AnticipatorParameters};
use crate::controller::leave;
use crate::{Controller, DelayLine, Error, Inputs, Senses, Snapshot, StateReader, StateWriter};
use lobule_signal::Ranges;

/// How a target is foreseen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Foresight {
    /// How far ahead, ticks.
    pub lead: usize,
    /// Past values of the target that it is foreseen from, the newest first.
    pub taps: usize,
    /// Ticks between two of them.
    pub every: usize,
    /// A large value of the target, its units.
    pub scale: f64,
    /// Learning rate, 0 to 2.
    pub rate: f64,
}

/// A controller that sees its target.
#[derive(Debug, Clone)]
pub struct Seen<C> {
    inner: C,
    foresight: Option<Foreseer>,
    /// Reference for the inner controller. `[references]`
    reference: Vec<f64>,
    then: Vec<f64>,
}

#[derive(Debug, Clone)]
struct Foreseer {
    parameters: Foresight,
    anticipator: Anticipator,
    /// Seen values of every tick, the newest first, relative to the scale.
    past: Vec<f64>,
    /// `[taps + 1]`: the taps, 1.
    context: Vec<f64>,
    /// Value that was predicted for this tick, a lead ago.
    expected: DelayLine,
}

impl<C: Controller> Seen<C> {
    /// `inner` with a target of `references` values that is seen late.
    pub fn new(inner: C, references: usize) -> Self {
        Self { inner, foresight: None, reference: vec![0.0; references], then: vec![0.0; references] }
    }

    /// The same for one reference, which is foreseen.
    ///
    /// # Errors
    /// [`Error::Parameter`] when there is no tap, ticks between taps or positive scale, or as [`Anticipator::new`].
    pub fn foreseeing(inner: C, foresight: Foresight) -> Result<Self, Error> {
        let Foresight { lead, taps, every, scale, rate } = foresight;
        let ranges = Ranges::of("foresight");
        ranges.require((1..=10_000).contains(&taps), "taps", taps as f64, "1 to 10000")?;
        ranges.require((1..=10_000).contains(&every), "every", every as f64, "1 to 10000 ticks")?;
        ranges.require(scale > 0.0, "scale", scale, "more than 0")?;
        let anticipator = Anticipator::new(AnticipatorParameters::fixed(1, taps + 1, lead, rate))?;
        let foreseer = Foreseer {
            parameters: foresight,
            anticipator,
            past: vec![0.0; (taps - 1) * every + 1],
            context: vec![1.0; taps + 1],
            expected: DelayLine::new(lead, 1)?,
        };
        Ok(Self { foresight: Some(foreseer), ..Self::new(inner, 1) })
    }

    fn section(&self) -> &'static str {
        if self.foresight.is_some() { "foreseen target" } else { "seen target" }
    }

    /// The controller inside.
    pub fn inner(&self) -> &C {
        &self.inner
    }
}

impl Foreseer {
    /// Takes what is seen, or none of a hidden target; returns the target of then and of now.
    fn look(&mut self, is_first: bool, seen: Option<f64>) -> Result<(f64, f64), Error> {
        let scale = self.parameters.scale;
        // The expectation of now is put in below, once it is known.
        let mut slot = [0.0];
        if is_first {
            let start = [seen.unwrap_or(0.0) / scale];
            self.past.fill(start[0]);
            self.expected.flood(&start);
        }
        self.expected.pass(&mut slot);
        let then = seen.map_or(slot[0], |s| s / scale);
        let last = self.past.len() - 1;
        self.past.copy_within(..last, 1);
        self.past[0] = then;
        for (k, x) in self.context[..self.parameters.taps].iter_mut().enumerate() {
            *x = self.past[k * self.parameters.every];
        }
        let mut now = [0.0];
        self.anticipator.tick(&[then], &self.context, &mut now)?;
        self.expected.replace_newest(&now)?;
        Ok((then * scale, now[0] * scale))
    }
}

crate::snapshot!(Foreseer { anticipator, past, expected });

impl<C: Controller> Snapshot for Seen<C> {
    fn write_state(&self, to: &mut StateWriter) {
        to.section(self.section());
        if let Some(foreseer) = &self.foresight {
            to.put(foreseer);
        }
        to.put(&self.inner);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.section(self.section())?;
        if let Some(foreseer) = &mut self.foresight {
            from.take("foresight", foreseer)?;
        }
        from.take("inner", &mut self.inner)
    }
}

impl<C: Controller> Controller for Seen<C> {
    leave!(self, self.inner; name commands finish weights fits misfit);

    fn parameters(&self, to: &mut StateWriter) {
        to.section(self.section());
        if let Some(Foreseer { parameters: p, anticipator, .. }) = &self.foresight {
            [p.lead, p.taps, p.every].iter().for_each(|n| to.put(n));
            to.put(&p.scale);
            anticipator.parameters(to);
        }
        self.inner.parameters(to);
    }

    fn write_learned(&self, to: &mut StateWriter) {
        if let Some(f) = &self.foresight {
            f.anticipator.write_learned(to);
        }
        self.inner.write_learned(to);
    }

    fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        if let Some(f) = &mut self.foresight {
            f.anticipator.read_learned(from)?;
        }
        self.inner.read_learned(from)
    }

    fn slow(&mut self, factor: f64) -> bool {
        if let Some(f) = &mut self.foresight {
            f.anticipator.slow(factor);
        }
        self.inner.slow(factor) || self.foresight.is_some()
    }

    fn inputs(&self) -> Inputs {
        let inner = self.inner.inputs();
        Inputs::new(self.reference.len(), self.reference.len(), 0).and(Inputs { cues: 0, ..inner })
    }

    fn reset(&mut self) {
        self.inner.reset();
        if let Some(f) = &mut self.foresight {
            f.anticipator.reset();
        }
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        let n = self.reference.len();
        let is_hidden = senses.cues.first() == Some(&0.0);
        match &mut self.foresight {
            None => {
                let seen = if is_hidden { &senses.sensed[..n] } else { &senses.reference_then[..n] };
                self.then.copy_from_slice(seen);
                self.reference.copy_from_slice(seen);
            }
            Some(f) => {
                let seen = (!is_hidden).then(|| senses.reference_then[0]);
                (self.then[0], self.reference[0]) = f.look(senses.tick == 0, seen)?;
            }
        }
        let cues = senses.cues.get(1..).unwrap_or(&[]);
        let told = Senses { reference: &self.reference, reference_then: &self.then, cues, ..*senses };
        self.inner.advance(&told, command)
    }

    fn set_learning(&mut self, learns: bool) {
        self.inner.set_learning(learns);
        if let Some(f) = &mut self.foresight {
            f.anticipator.set_learning(learns);
        }
    }
}
