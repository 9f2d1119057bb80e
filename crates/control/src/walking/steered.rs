//! A cerebellum on top of a walker: it commands effectors, and is taught by errors of the walk.
//!
//! ```text
//! every 4th tick (50 Hz):
//!   e_i = error_i / scale_i, clipped to ±limit_i       passed through the teaching
//!   y   = cerebellum(senses e, references 0, cues)      so that its error is -e
//!   effector_i = gain_i y_i, clipped to ±limit_i        held until the next time
//! ```
//! The sign of a gain is that of the effect on the error, measured on the body: a cerebellum raises an output whose error
//! (reference minus sense) is positive.

use super::cues::{Cues, Lines};
use super::teaching::Teacher;
use super::{Cue, Effector, Steerable, Teaching, WalkError, WalkErrors};
use crate::{Controller, Delays, Error, Inputs, Senses, StateReader, StateWriter, same_tick};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

const PART: &str = "steered walker";

/// An output of the cerebellum, and the error that teaches it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The effector.
    pub effector: Effector,
    /// Its value for an output of 1, units of the effector; negative where a larger value lowers the error's sense.
    pub gain: f64,
    /// Its largest value, units of the effector. What exceeds it is clipped and counted.
    pub limit: f64,
    /// The error.
    pub error: WalkError,
    /// Error that counts as 1, units of the error.
    pub error_scale: f64,
    /// Largest error, units of the error: what exceeds it counts as much.
    pub error_limit: f64,
}

impl Output {
    /// Lateral step taught by the yaw rate. Source of sign and limit: measured with MH-FLOCKE's generator on a Unitree Go2, where a step
    /// of 0.15 rad turns the body to the right by 45 degrees in a second. Chosen: no limit of the error that a walk could reach.
    pub const LATERAL_STEP: Self = Self {
        effector: Effector::LateralStep,
        gain: -1.0,
        limit: 0.15,
        error: WalkError::YawRate,
        error_scale: 1.0,
        error_limit: 1e3,
    };

    /// Leg lengths taught by the mean roll. Source of sign and linearity: measured on the same body, where a trim of 0.1 rad gives a
    /// mean roll of 10.5 degrees. Chosen: a limit of three times that.
    pub const TRIM: Self = Self {
        effector: Effector::Trim,
        gain: 1.0,
        limit: 0.3,
        error: WalkError::RollMean,
        error_scale: 1.0,
        error_limit: 1e3,
    };

    fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        let Self { gain, limit, error_scale, error_limit, .. } = *self;
        ranges.require(
            gain != 0.0,
            "gain",
            gain,
            "not 0: the effect of the effector on the error has a sign",
        )?;
        let positive = [("limit", limit), ("error_scale", error_scale), ("error_limit", error_limit)];
        Ok(ranges.each(positive, |value| value > 0.0, "more than 0")?)
    }
}

/// Parameters of a cerebellum on top of a walker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SteeredParameters {
    /// Control step of the walker, s.
    pub dt_s: f64,
    /// Ticks from one update of the cerebellum to the next. Source: 50 Hz in the prototype of the tasks.
    pub every_ticks: usize,
    /// Ticks of a gait cycle, over which means are taken. Source: 2 Hz, as of the generator.
    pub cycle_ticks: usize,
    /// Outputs.
    pub outputs: Vec<Output>,
    /// Cues.
    pub cues: Vec<Cue>,
    /// Lines from outside: the last cues that the walker is given.
    pub lines: usize,
    /// Longest time since a line rose, s; also that of a line that never did.
    pub longest_s: f64,
    /// Teaching.
    pub teaching: Teaching,
}

impl Default for SteeredParameters {
    fn default() -> Self {
        Self {
            dt_s: 0.005,
            every_ticks: 4,
            cycle_ticks: 100,
            outputs: vec![Output::LATERAL_STEP],
            cues: vec![Cue::Phases],
            lines: 0,
            longest_s: 1.0,
            teaching: Teaching::Live,
        }
    }
}

impl SteeredParameters {
    /// Checks the parameters, as far as they do not depend on the walker.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        ranges.require(self.dt_s > 0.0, "dt_s", self.dt_s, "more than 0 s")?;
        let every = self.every_ticks;
        ranges.require((1..=10_000).contains(&every), "every_ticks", every as f64, "1 to 10000")?;
        ranges.require(!self.outputs.is_empty(), "outputs", 0.0, "at least one")?;
        ranges.require(self.lines <= 1000, "lines", self.lines as f64, "at most 1000")?;
        self.outputs.iter().try_for_each(Output::check)
    }
}

/// A walker, and a cerebellum that steers it.
///
/// # Example: an integrator of the yaw rate stabilizes the heading
/// ```
/// use lobule_control::walking::{FixedCorrections, OneWeight, SteeredParameters, SteeredWalker, Walker, WalkerParameters};
/// use lobule_control::{Controller, Senses};
///
/// let parameters = WalkerParameters::default();
/// let walker = Walker::new(&parameters, Box::new(FixedCorrections::none(12)?), 1)?;
/// let cerebellum = OneWeight::new(&[0.03], 0.02)?;
/// let mut steered = SteeredWalker::new(&SteeredParameters::default(), walker, Box::new(cerebellum), 1)?;
///
/// let mut sensed = vec![0.0; 41];
/// (sensed[2], sensed[3], sensed[12]) = (0.27, 1.0, 0.5); // it turns to the left
/// for tick in 0..200 {
///     let senses = Senses { tick, sensed: &sensed, reference: &[], reference_then: &[], cues: &[] };
///     steered.advance(&senses, &mut [0.0; 12])?;
/// }
/// assert!(steered.effect()[0] > 0.0); // and is steered to the right
/// # Ok::<(), lobule_control::Error>(())
/// ```
pub struct SteeredWalker<B = Box<dyn Steerable>> {
    parameters: SteeredParameters,
    base: B,
    cerebellum: Box<dyn Controller>,
    errors: WalkErrors,
    cues: Cues,
    teacher: Teacher,
    ticks: u64,
    /// Reports of the climbing fibers. `[outputs]`
    reported: Vec<f64>,
    /// References of the errors, all 0. `[outputs]`
    none: Vec<f64>,
    /// Values of the cues. `[values]`
    cue_values: Vec<f64>,
    /// Outputs of the cerebellum. `[outputs]`
    answer: Vec<f64>,
    /// Values of the effectors. `[outputs]`
    effect: Vec<f64>,
    /// Updates in which an effector was clipped. `[outputs]`
    clipped: Vec<u64>,
    /// True while the sensors of the errors are lost.
    is_blind: bool,
}

crate::snapshot!([B: Steerable] SteeredWalker<B> {
    base, cerebellum, errors, cues, teacher, ticks, reported, answer, effect, clipped, is_blind,
});

impl<B: Steerable> SteeredWalker<B> {
    /// A walker `base` that is steered by `cerebellum`, one command for each output. What is drawn depends on `seed`.
    ///
    /// # Errors
    /// As [`SteeredParameters::check`]; [`Error::Unknown`] for an effector that the walker does not have, [`Error::Parameter`] for an
    /// effector that is commanded twice, a cue that there is not, or a cerebellum with another number of commands or that reads more
    /// than it is given.
    pub fn new(
        parameters: &SteeredParameters,
        mut base: B,
        mut cerebellum: Box<dyn Controller>,
        seed: u64,
    ) -> Result<Self, Error> {
        parameters.check()?;
        let p = parameters.clone();
        let n = p.outputs.len();
        for (i, output) in p.outputs.iter().enumerate() {
            let effector = output.effector;
            if !base.effectors().contains(&effector) {
                let known = base.effectors().iter().map(|effector| effector.name());
                return Err(Error::unknown("effector of the walker", effector.name(), known));
            }
            let is_first = p.outputs[..i].iter().all(|other| other.effector != effector);
            let allowed = format!("one for `{}`", effector.name());
            Ranges::of(PART).require(is_first, "outputs", 2.0, allowed)?;
            base.steer(effector, 0.0)?;
        }
        let lines = Lines { count: p.lines, longest_s: p.longest_s };
        let cues = Cues::new(&p.cues, lines, base.phases().len(), p.dt_s)?;
        let teacher = Teacher::new(p.teaching, n, p.dt_s * p.every_ticks as f64, seed)?;
        Self::check_cerebellum(&*cerebellum, n, cues.values())?;
        if p.teaching == Teaching::Frozen {
            cerebellum.set_learning(false);
        }
        Ok(Self {
            errors: WalkErrors::new(p.cycle_ticks)?,
            cue_values: vec![0.0; cues.values()],
            reported: vec![0.0; n],
            none: vec![0.0; n],
            answer: vec![0.0; n],
            effect: vec![0.0; n],
            clipped: vec![0; n],
            is_blind: false,
            ticks: 0,
            parameters: p,
            base,
            cerebellum,
            cues,
            teacher,
        })
    }

    fn check_cerebellum(cerebellum: &dyn Controller, outputs: usize, cues: usize) -> Result<(), Error> {
        let (ranges, reads, name) = (Ranges::of(PART), cerebellum.inputs(), cerebellum.name());
        let commands = cerebellum.commands();
        let allowed = format!("{outputs}: one of `{name}` for each output");
        ranges.require(commands == outputs, "commands of the cerebellum", commands as f64, allowed)?;
        let given = [
            ("senses", reads.senses, outputs),
            ("references", reads.references, outputs),
            ("cues", reads.cues, cues),
        ];
        for (what, reads, given) in given {
            let allowed = format!("at most {given}, which `{name}` is given");
            ranges.require(reads <= given, format!("{what} of the cerebellum"), reads as f64, allowed)?;
        }
        Ok(())
    }

    /// The walker.
    pub fn base(&self) -> &B {
        &self.base
    }

    /// The walker, to be changed.
    pub fn base_mut(&mut self) -> &mut B {
        &mut self.base
    }

    /// The cerebellum.
    pub fn cerebellum(&self) -> &dyn Controller {
        &*self.cerebellum
    }

    /// Says that the body was put back to its start while the walk goes on.
    pub fn relocated(&mut self) {
        self.base.relocated();
    }

    /// Loses the sensors of the errors, or finds them again: while they are lost, the cerebellum is given errors of 0, so that what it
    /// commands is what it has stored. A reset finds them.
    pub fn lose_senses(&mut self, are_lost: bool) {
        self.is_blind = are_lost;
    }

    /// Errors that climbing fibers reported at the last update. `[outputs]`
    pub fn reported(&self) -> &[f64] {
        &self.reported
    }

    /// Values of the cues at the last update. `[values]`
    pub fn cue_values(&self) -> &[f64] {
        &self.cue_values
    }

    /// Values of the effectors, units of each. `[outputs]`
    pub fn effect(&self) -> &[f64] {
        &self.effect
    }

    /// Updates of this walk in which an effector was clipped. `[outputs]`
    pub fn clipped(&self) -> &[u64] {
        &self.clipped
    }

    /// Errors of the walk now.
    pub fn errors(&self) -> &WalkErrors {
        &self.errors
    }

    fn update(&mut self, lines: &[f64]) -> Result<(), Error> {
        let p = &self.parameters;
        for (error, output) in self.reported.iter_mut().zip(&p.outputs) {
            let limit = output.error_limit;
            *error = self.errors.get(output.error).clamp(-limit, limit) / output.error_scale;
        }
        self.errors.forget_means();
        self.teacher.report(&mut self.reported)?;
        if self.is_blind {
            self.reported.fill(0.0);
        }
        self.cues.write(self.base.phases(), lines, &mut self.cue_values);
        let given = Senses {
            tick: self.ticks / p.every_ticks as u64,
            sensed: &self.reported,
            reference: &self.none,
            reference_then: &self.none,
            cues: &self.cue_values,
        };
        self.cerebellum.advance(&given, &mut self.answer)?;
        let names = p.outputs.iter().map(|output| output.effector.name());
        Error::finite(self.cerebellum.name(), names, &self.answer, f64::NAN)?;
        for (i, output) in p.outputs.iter().enumerate() {
            let wanted = output.gain * self.answer[i];
            self.effect[i] = wanted.clamp(-output.limit, output.limit);
            self.clipped[i] += u64::from(self.effect[i] != wanted);
            self.base.steer(output.effector, self.effect[i])?;
        }
        Ok(())
    }
}

impl<B: Steerable> Controller for SteeredWalker<B> {
    fn name(&self) -> &str {
        "steered_walker"
    }

    fn commands(&self) -> usize {
        self.base.commands()
    }

    fn inputs(&self) -> Inputs {
        let base = self.base.inputs();
        let senses = self.base.body().senses().max(base.senses);
        Inputs::new(senses, base.references, base.cues + self.parameters.lines)
    }

    fn reset(&mut self) {
        self.base.reset();
        self.cerebellum.reset();
        self.errors.reset();
        self.cues.reset();
        self.teacher.reset();
        self.ticks = 0;
        self.is_blind = false;
        [&mut self.reported, &mut self.answer, &mut self.effect]
            .into_iter()
            .for_each(|values| values.fill(0.0));
        self.clipped.fill(0);
        for output in &self.parameters.outputs {
            // It has this effector, and 0 is a number.
            let _ = self.base.steer(output.effector, 0.0);
        }
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        let view = self.base.body().view(senses.sensed)?;
        senses.check(self, command)?;
        let (own, lines) = senses.cues.split_at(self.base.inputs().cues);
        let lines = &lines[..self.parameters.lines];
        self.errors.put(&view);
        self.cues.put(&view, lines);
        if self.ticks.is_multiple_of(self.parameters.every_ticks as u64) {
            self.update(lines)?;
        }
        self.ticks += 1;
        self.base.advance(&Senses { cues: own, ..*senses }, command)
    }

    fn finish(&mut self, cost: f64) -> Result<(), Error> {
        self.base.finish(cost)?;
        self.cerebellum.finish(cost)
    }

    fn weights(&self) -> &[f64] {
        self.cerebellum.weights()
    }

    fn set_learning(&mut self, learns: bool) {
        self.base.set_learning(learns);
        self.cerebellum.set_learning(learns && self.parameters.teaching != Teaching::Frozen);
    }

    fn fits(&self, dt_s: f64, delays: Delays) -> Result<(), Error> {
        let SteeredParameters { dt_s: own, every_ticks: every, .. } = self.parameters;
        same_tick(PART, own, dt_s)?;
        self.base.fits(dt_s, delays)?;
        let updates = Delays { sensory: delays.sensory / every, motor: delays.motor / every };
        self.cerebellum.fits(dt_s * every as f64, updates)
    }

    fn parameters(&self, to: &mut StateWriter) {
        for part in [&self.base as &dyn Controller, &*self.cerebellum] {
            to.section(part.name());
            part.parameters(to);
        }
        for output in &self.parameters.outputs {
            to.section(output.effector.name());
            to.put(&[output.gain, output.error_scale]);
        }
    }

    fn write_learned(&self, to: &mut StateWriter) {
        self.base.write_learned(to);
        self.cerebellum.write_learned(to);
    }

    fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        self.base.read_learned(from)?;
        self.cerebellum.read_learned(from)
    }

    fn slow(&mut self, factor: f64) -> bool {
        let slowed = [self.base.slow(factor), self.cerebellum.slow(factor)];
        slowed.contains(&true)
    }

    fn misfit(&self) -> Option<f64> {
        self.cerebellum.misfit()
    }
}
