//! A feedback law and an adaptive filter beside it. What the filter adds to makes two controllers of one:
//!
//! ```text
//! ε[n] = r[n-d] - y[n-d]            the sensed error, late
//! o[n] = Σ w_j x_j                  output of the filter
//! adds to the error:    u = K(ε + o)       Δw_j = η e_j ε        counterfactual predictive control (CFPC)
//! adds to the command:  u = K(ε) + o       Δw_j = η e_j K(ε)     feedback-error learning
//! ```
//! K is the feedback law, e_j = g * x_j the eligibility trace.
//!
//! CFPC: the filter tells the law what error to expect, and never touches the command. With h the response of the sensed
//! output to o, `∂ε/∂w_j = -(h * x_j)`: the gradient asks for g = h. It converges for small steps where the phase of g
//! stays within 90 deg of that of h ([`crate::oracle`]). Source: the rule and the architecture of Herreros-Alonso,
//! Arsiwalla & Verschure 2016 (arXiv:1701.07775), from the abstract; derivation and numbers are ours.
//!
//! Feedback-error learning: the feedback command is the teacher. Functions of time or of the reference learn an inverse
//! model, the actual state ([`crate::filter::Basis::state`]) learns a nonlinear regulator. Without a trace this is the
//! published rule; with the trace of CFPC the two have the same condition of stability, because `∂K(ε)/∂w_j = -(h * x_j)`
//! with the same h. Source: Kawato, Furukawa & Suzuki 1987, doi:10.1007/BF00364149; Gomi & Kawato 1993,
//! doi:10.1016/S0893-6080(09)80004-X; stability: Nakanishi & Schaal 2004, doi:10.1016/j.neunet.2004.05.003.

use crate::controller::leave;
use crate::feedback::{Pid, PidGains};
use crate::filter::AdaptiveFilter;
use crate::{Controller, Delays, Error, Inputs, Senses, StateWriter, same_tick};
use serde::{Deserialize, Serialize};

/// Signal that the filter's output is added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddsTo {
    /// The error that the law is given: counterfactual predictive control.
    Error,
    /// The command of the law: feedback-error learning.
    Command,
}

impl AddsTo {
    fn controller(self) -> &'static str {
        match self {
            Self::Error => "cfpc",
            Self::Command => "fel",
        }
    }
}

/// A feedback law and an adaptive filter: one sense, one reference, one command.
#[derive(Debug, Clone, PartialEq)]
pub struct Adaptive {
    law: Pid,
    filter: AdaptiveFilter,
    adds_to: AddsTo,
    dt_s: f64,
    ticks: u64,
}

impl Adaptive {
    /// A controller in ticks of `dt_s`.
    pub fn new(law: Pid, filter: AdaptiveFilter, adds_to: AddsTo, dt_s: f64) -> Self {
        Self { law, filter, adds_to, dt_s, ticks: 0 }
    }

    /// Counterfactual predictive control.
    pub fn cfpc(law: Pid, filter: AdaptiveFilter, dt_s: f64) -> Self {
        Self::new(law, filter, AddsTo::Error, dt_s)
    }

    /// Feedback-error learning.
    pub fn feedback_error_learning(law: Pid, filter: AdaptiveFilter, dt_s: f64) -> Self {
        Self::new(law, filter, AddsTo::Command, dt_s)
    }
}

crate::snapshot!(Adaptive { law, filter, ticks });

impl Controller for Adaptive {
    leave!(self, self.filter; weights set_learning write_learned read_learned);

    fn name(&self) -> &str {
        self.adds_to.controller()
    }

    fn commands(&self) -> usize {
        1
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(1, 1, 0).and(self.filter.inputs())
    }

    fn reset(&mut self) {
        self.law.reset();
        self.filter.reset();
        self.ticks = 0;
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        let error = senses.error(0);
        let teacher = match self.adds_to {
            AddsTo::Error => {
                let expected = self.filter.answer(senses)?;
                command[0] = self.law.answer(error + expected);
                error
            }
            AddsTo::Command => {
                let feedback = self.law.answer(error);
                command[0] = feedback + self.filter.answer(senses)?;
                feedback
            }
        };
        self.ticks += 1;
        self.filter.teach(self.adds_to.controller(), teacher)
    }

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick(self.name(), self.dt_s, dt_s)?;
        self.law.fits(dt_s)?;
        self.filter.fits(dt_s)
    }

    fn parameters(&self, to: &mut StateWriter) {
        let PidGains { kp, kd, ki, filter_s } = self.law.gains();
        to.put(&[kp, kd, ki, filter_s, self.dt_s]);
        self.filter.parameters(to);
    }

    fn slow(&mut self, factor: f64) -> bool {
        self.filter.slow(factor);
        true
    }

    fn finish(&mut self, _cost: f64) -> Result<(), Error> {
        self.filter.finish(self.adds_to.controller(), self.ticks as f64 * self.dt_s)
    }
}
