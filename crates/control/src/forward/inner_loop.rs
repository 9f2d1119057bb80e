//! A feedback law that tries its command on a forward model before it gives it.
//!
//! ```text
//! z = what was sensed; for each command u(j) in flight: z = F(z, u(j))      state now
//! u = C(z)                                                                    first pass
//! N times: y = z; h times: y = F(y, clip(u)); u = u + α C(y)                  correction
//! give actuator(u)
//! ```
//!
//! Corrections add: a model that predicts no change doubles the gain of the law for N = 1. Linearized, one pass
//! multiplies C(y) by `1 + α K c B_h` (K c: gain of the law, B_h: response of the state after h ticks to a held
//! command), so the passes converge, to C(y) = 0, where -2 < α K c B_h < 0: they invert the model. The secant step
//! `u = u - C(y)/(∂C/∂u)` has no such bound.
//!
//! With two actions the passes must work on the continuous command (`is_soft`); on its sign they flip at every pass.
//! Source: htm-rs (ctrl-z-9000-times 2023, `npc.py`, `src/cerebellum.rs`), whose settings are N = 1, h = 1, α = 1 and
//! the first-pass efference copy.

use super::ForwardModel;
use crate::controller::leave;
use crate::plant::Actuator;
use crate::{Controller, Delays, Error, Inputs, Senses, StateWriter, same_delay};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Which command the model is told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Efference {
    /// The one that is given: the model learns the plant.
    Executed,
    /// The one before the passes: the model learns the plant with the passes.
    FirstPass,
}

/// Settings of the inner loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InnerLoopParameters {
    /// N, passes of correction; 0 for the law alone.
    pub passes: usize,
    /// h, ticks that a pass looks ahead.
    pub horizon: usize,
    /// α, part of the correction that is added.
    pub alpha: f64,
    /// Corrects by the secant of the law along the command, in place of adding.
    pub secant: bool,
    /// True if passes try the continuous command rather than what the actuator makes of it.
    pub is_soft: bool,
    /// Which command the model is told about.
    pub efference: Efference,
    /// How the command is cut before it is given.
    pub actuator: Actuator,
    /// Sensory and motor delay of the loop, ticks.
    pub delays: [usize; 2],
    /// Carries what was sensed through the commands in flight.
    pub predicts_now: bool,
    /// The model is left out while its confidence is lower; 0 for never.
    pub min_confidence: f64,
}

impl Default for InnerLoopParameters {
    /// No bounds: those of the plant stand in its signature, and a command that must be cut before the model is told of it says so in `actuator`.
    /// Chosen: h = 5 lies well within the bound for the cart-pole and learns faster than h = 1.
    fn default() -> Self {
        Self {
            passes: 1,
            horizon: 5,
            alpha: 1.0,
            secant: false,
            is_soft: true,
            efference: Efference::Executed,
            actuator: Actuator::Unlimited,
            delays: [0, 0],
            predicts_now: true,
            min_confidence: 0.0,
        }
    }
}

/// A feedback law C: state, reference, command to write.
pub type Law = Box<dyn Fn(&[f64], &[f64], &mut [f64]) + Send>;

/// A feedback law and a forward model in an inner loop; without passes and delays it is the law.
///
/// # Example: an adaptive predictive controller around a plant of your own
/// ```
/// use lobule_control::forward::{InnerLoop, InnerLoopParameters, Linear, LinearRule, Scales};
/// use lobule_control::plant::{Actuator, CartPole, CartPoleParameters};
/// use lobule_control::{ClosedLoop, Drive, Error};
///
/// let plant = CartPole::new(CartPoleParameters::gymnasium(Actuator::Continuous))?.starting_at([0.0, 0.0, 0.05, 0.0]);
/// let model = Linear::new(LinearRule::Rls { forgetting: 0.999, ridge: 1e-3 }, Scales::cart_pole())?;
/// let law = |s: &[f64], _: &[f64], u: &mut [f64]| u[0] = s[2] + 0.01 * s[0] + 0.01 * s[3];
/// // What is sensed is 60 ms old; the model learns to make up for it.
/// let parameters = InnerLoopParameters { delays: [3, 0], actuator: Actuator::Continuous, ..InnerLoopParameters::default() };
/// let controller = InnerLoop::new(parameters, Box::new(law), Box::new(model))?;
/// let mut cart = ClosedLoop::new(Box::new(plant), Box::new(controller), 0, 0.02, [3, 0])?;
/// for _ in 0..500 {
///     cart.tick(&Drive::default())?;
/// }
/// assert!(!cart.status().has_ended());
/// # Ok::<(), Error>(())
/// ```
pub struct InnerLoop {
    parameters: InnerLoopParameters,
    law: Law,
    model: Box<dyn ForwardModel>,
    learns: bool,
    /// Commands as the model is told of them, a ring by tick. `[delays + 1][commands]`
    copies: Vec<f64>,
    /// Senses of the tick before. `[states]`
    last: Vec<f64>,
    /// The model's estimate of the state that was sensed. `[states]`
    then: Vec<f64>,
    /// Estimate of the state when the command of now will act. `[states]`
    now: Vec<f64>,
    /// Predicted states. `[states]`
    ahead: [Vec<f64>; 2],
    /// `[commands]`
    trial: Vec<f64>,
    correction: Vec<f64>,
    no_command: Vec<f64>,
    /// Mean squared error of the last transition.
    error: f64,
}

impl InnerLoop {
    /// A controller that has not moved yet.
    ///
    /// # Errors
    /// [`Error::Parameter`] when h is 0 with passes, α is not a number, the secant is asked for with several
    /// commands, or a delay exceeds a million ticks.
    pub fn new(
        parameters: InnerLoopParameters,
        law: Law,
        model: Box<dyn ForwardModel>,
    ) -> Result<Self, Error> {
        let (ranges, p) = (Ranges::of("inner loop"), &parameters);
        let (states, commands) = (model.states(), model.commands());
        let looks = p.horizon > 0 || p.passes == 0;
        ranges.require(looks, "horizon", p.horizon as f64, "a pass looks at least 1 tick ahead")?;
        ranges.require(true, "alpha", p.alpha, "a finite number is needed; try 1")?;
        let (one, name) = (!p.secant || commands == 1, "commands under the secant step");
        ranges.require(one, name, commands as f64, "it works for one command")?;
        let least = p.min_confidence;
        ranges.require(least <= 1.0, "min_confidence", least, "confidence is at most 1")?;
        let delays = ["sensory delay", "motor delay"].into_iter().zip(p.delays.map(|ticks| ticks as f64));
        ranges.each(delays, |ticks| ticks <= 1e6, "at most 1000000 ticks")?;
        let slots = p.delays[0] + p.delays[1] + 2;
        Ok(Self {
            parameters,
            law,
            model,
            learns: true,
            copies: vec![0.0; slots * commands],
            last: vec![0.0; states],
            then: vec![0.0; states],
            now: vec![0.0; states],
            ahead: [vec![0.0; states], vec![0.0; states]],
            trial: vec![0.0; commands],
            correction: vec![0.0; commands],
            no_command: vec![0.0; commands],
            error: 0.0,
        })
    }

    /// The model.
    pub fn model(&mut self) -> &mut dyn ForwardModel {
        &mut *self.model
    }

    /// Writes the law's answer to the state h ticks after the estimate of now under `command`.
    fn look_ahead(&mut self, command: &[f64], answer: &mut [f64], reference: &[f64]) -> Result<(), Error> {
        let [here, there] = &mut self.ahead;
        here.copy_from_slice(&self.now);
        for _ in 0..self.parameters.horizon {
            self.model.predict(here, command, there)?;
            std::mem::swap(here, there);
        }
        (self.law)(here, reference, answer);
        Ok(())
    }

    /// One pass: tries `command` on the model and corrects it. `room`: for the command that is tried, and the law's answer.
    fn correct(
        &mut self,
        (trial, answer): &mut (Vec<f64>, Vec<f64>),
        command: &mut [f64],
        reference: &[f64],
    ) -> Result<(), Error> {
        let InnerLoopParameters { alpha, secant, .. } = self.parameters;
        trial.iter_mut().zip(&*command).for_each(|(t, u)| *t = self.tried(*u));
        self.look_ahead(trial, answer, reference)?;
        let mut gain = alpha;
        if secant {
            let here = answer[0];
            // Towards the middle of the range, so that both commands are possible.
            let step = if trial[0] > 0.0 { -SECANT } else { SECANT };
            trial[0] += step;
            self.look_ahead(trial, answer, reference)?;
            let slope = (answer[0] - here) / step;
            answer[0] = here;
            if slope.abs() > FLAT {
                gain = -alpha / slope;
            }
        }
        command.iter_mut().zip(&*answer).for_each(|(u, c)| *u += gain * c);
        Ok(())
    }

    /// Command that a pass tries: within its limits, or as the actuator applies it.
    fn tried(&self, command: f64) -> f64 {
        let actuator = self.parameters.actuator;
        if self.parameters.is_soft { actuator.soft(command) } else { actuator.act(command) }
    }
}

/// Step of the command along which the secant is taken, relative to its range.
const SECANT: f64 = 1e-3;
/// Below this slope the command does not reach what the law looks at within the horizon; the correction is added.
const FLAT: f64 = 1e-9;

crate::snapshot!(InnerLoop { model, learns, copies, last, then, error });

impl Controller for InnerLoop {
    fn name(&self) -> &str {
        "inner loop"
    }

    fn commands(&self) -> usize {
        self.trial.len()
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(self.last.len(), 0, 0)
    }

    fn reset(&mut self) {
        self.copies.fill(0.0);
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        let sensed = &senses.sensed[..self.last.len()];
        let InnerLoopParameters { passes, delays: [sensory, motor], .. } = self.parameters;
        let n = self.trial.len();
        let slots = self.copies.len() / n;
        // Where the command that acts on the plant in tick `k` is kept; before the first one nothing acts.
        let copy = |k: u64| -> Option<usize> {
            k.checked_sub(motor as u64).map(|given| (given % slots as u64) as usize * n)
        };

        let acted = |at: Option<usize>| at.map_or(&self.no_command[..], |at| &self.copies[at..at + n]);

        // Learn from what is newly known: tick `seen` is the one that was sensed.
        let seen = senses.tick.saturating_sub(sensory as u64);
        if seen > 0 && self.learns {
            self.error = self.model.learn(&self.last, acted(copy(seen - 1)), sensed)?;
        }
        if seen > 0 || senses.tick == 0 {
            self.then.copy_from_slice(sensed);
            self.model.estimate(acted(seen.checked_sub(1).and_then(copy)), seen == 0, &mut self.then)?;
        }
        self.now.copy_from_slice(&self.then);
        self.last.copy_from_slice(sensed);
        let trusted = self.model.confidence() >= self.parameters.min_confidence;

        // Carry it to the tick in which the command of now will act.
        if self.parameters.predicts_now && trusted {
            for k in seen..senses.tick + motor as u64 {
                let [_, next] = &mut self.ahead;
                self.model.predict(&self.now, acted(copy(k)), next)?;
                std::mem::swap(&mut self.now, next);
            }
        }

        // The law, then its corrections.
        (self.law)(&self.now, senses.reference, command);
        let at = (senses.tick % slots as u64) as usize * n;
        if self.parameters.efference == Efference::FirstPass {
            for (kept, u) in self.copies[at..at + n].iter_mut().zip(&*command) {
                *kept = self.parameters.actuator.act(*u);
            }
        }
        if trusted {
            // Room for the passes is taken out and put back, whatever becomes of them.
            let mut room = (std::mem::take(&mut self.trial), std::mem::take(&mut self.correction));
            let done = (0..passes).try_for_each(|_| self.correct(&mut room, command, senses.reference));
            (self.trial, self.correction) = room;
            done?;
        }

        // Give it.
        for u in &mut *command {
            *u = self.parameters.actuator.act(*u);
        }
        Error::finite(self.name(), std::iter::repeat("command"), command, f64::NAN)?;
        if self.parameters.efference == Efference::Executed {
            self.copies[at..at + n].copy_from_slice(command);
        }
        Ok(())
    }

    fn fits(&self, dt_s: f64, delays: Delays) -> Result<(), Error> {
        let [sensory, motor] = self.parameters.delays;
        same_delay(self.name(), "sensory delay", sensory, delays.sensory)?;
        same_delay(self.name(), "motor delay", motor, delays.motor)?;
        self.model.fits(dt_s)
    }

    fn parameters(&self, to: &mut StateWriter) {
        to.section(self.model.name());
        self.model.parameters(to);
    }

    leave!(self, self.model; write_learned read_learned slow);

    fn misfit(&self) -> Option<f64> {
        Some(self.error)
    }

    fn set_learning(&mut self, learns: bool) {
        self.learns = learns;
    }
}
