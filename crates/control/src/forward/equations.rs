//! The perfect model: the plant's own equations.

use super::{ForwardModel, fits};
use crate::Error;
use crate::plant::{CartPoleParameters, DrivenEye};

/// One tick of a plant: state, command, state after it.
type Step = Box<dyn Fn(&[f64], &[f64], &mut [f64]) + Send>;

/// A model that is told the equations and learns nothing: what the best forward model could do.
pub struct Equations {
    states: usize,
    commands: usize,
    step: Step,
}

impl Equations {
    /// A model of `states` states and `commands` commands that predicts by `step`.
    pub fn new(
        states: usize,
        commands: usize,
        step: impl Fn(&[f64], &[f64], &mut [f64]) + Send + 'static,
    ) -> Self {
        Self { states, commands, step: Box::new(step) }
    }

    /// The equations of a pole on a cart in ticks of `dt_s` seconds. The command is the part of the largest
    /// force, whatever the actuator.
    pub fn cart_pole(parameters: CartPoleParameters, dt_s: f64) -> Self {
        Self::new(4, 1, move |state, command, next| {
            let state = [state[0], state[1], state[2], state[3]];
            next.copy_from_slice(&parameters.step(state, command[0], dt_s));
        })
    }

    /// The equations of an eye behind its brainstem in ticks of `dt_s` seconds; the states are its senses.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the discretization is not finite: the tick is too long.
    pub fn driven_eye(plant: &DrivenEye, dt_s: f64) -> Result<Self, Error> {
        let (eye, brainstem) = plant.parts();
        let (eye, brainstem) = (eye.system(dt_s)?, brainstem.system()?);
        Ok(Self::new(3, 1, move |state, command, next| {
            let [decay, step, through, direct] = brainstem.matrices().map(|m| m[(0, 0)]);
            let [a, b, _, _] = eye.matrices();
            let motor = through * state[2] + direct * command[0];
            let (velocity, position) = (state[0], state[1]);
            next[0] = a[(1, 0)] * position + a[(1, 1)] * velocity + b[(1, 0)] * motor;
            next[1] = a[(0, 0)] * position + a[(0, 1)] * velocity + b[(0, 0)] * motor;
            next[2] = decay * state[2] + step * command[0];
        }))
    }
}

crate::snapshot!(Equations {});

impl ForwardModel for Equations {
    fn name(&self) -> &str {
        "equations"
    }

    fn states(&self) -> usize {
        self.states
    }

    fn commands(&self) -> usize {
        self.commands
    }

    fn predict(&mut self, state: &[f64], command: &[f64], next: &mut [f64]) -> Result<(), Error> {
        fits(self, state, command, next)?;
        (self.step)(state, command, next);
        Ok(())
    }

    fn learn(&mut self, state: &[f64], command: &[f64], next: &[f64]) -> Result<f64, Error> {
        fits(self, state, command, next)?;
        Ok(0.0)
    }

    fn confidence(&self) -> f64 {
        1.0
    }
}
