//! The perfect model: the plant's own equations.

use super::ForwardModel;
use crate::plant::CartPoleParameters;

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
}

impl ForwardModel for Equations {
    fn name(&self) -> &'static str {
        "equations"
    }

    fn states(&self) -> usize {
        self.states
    }

    fn commands(&self) -> usize {
        self.commands
    }

    fn predict(&mut self, state: &[f64], command: &[f64], next: &mut [f64]) {
        (self.step)(state, command, next);
    }

    fn learn(&mut self, _state: &[f64], _command: &[f64], _next: &[f64]) -> f64 {
        0.0
    }

    fn confidence(&self) -> f64 {
        1.0
    }
}
