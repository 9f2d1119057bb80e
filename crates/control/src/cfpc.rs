//! Counterfactual predictive control: an adaptive filter tells the feedback controller what error to expect.
//!
//! ```text
//! ε[n] = r[n-d] - y[n-d]          the sensed error, late
//! v[n] = ε[n] + o[n]              o: counterfactual error, output of the filter
//! u[n] = K(v)                     K: the feedback law; the filter never touches the command
//! Δw_j = η e_j[n] ε[n]            e_j = g * x_j
//! ```
//!
//! With T the response of the sensed output to o, `∂ε/∂w_j = -(h * x_j)`: the gradient asks for g = h. It converges for
//! small steps where the phase of g stays within 90 deg of that of T ([`crate::oracle`]).
//!
//! Source: the rule and the architecture of Herreros-Alonso, Arsiwalla & Verschure 2016 (arXiv:1701.07775), from the
//! abstract; derivation and numbers are ours.

use crate::controller::{Controller, Senses};
use crate::error::Error;
use crate::feedback::Pid;
use crate::filter::AdaptiveFilter;

/// A feedback law and a filter that talks to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cfpc {
    law: Pid,
    filter: AdaptiveFilter,
    dt_s: f64,
    ticks: u64,
}

impl Cfpc {
    /// A controller of one command in ticks of `dt_s`.
    pub fn new(law: Pid, filter: AdaptiveFilter, dt_s: f64) -> Self {
        Self { law, filter, dt_s, ticks: 0 }
    }
}

impl Controller for Cfpc {
    fn name(&self) -> &'static str {
        "cfpc"
    }

    fn commands(&self) -> usize {
        1
    }

    fn reset(&mut self) {
        self.law.reset();
        self.filter.reset();
        self.ticks = 0;
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        let error = senses.error(0);
        let expected = self.filter.answer(senses);
        command[0] = self.law.answer(error + expected);
        self.filter.teach(error);
        self.ticks += 1;
        Ok(())
    }

    fn finish(&mut self, _cost: f64) -> Result<(), Error> {
        self.filter.finish("cfpc", self.ticks as f64 * self.dt_s)
    }

    fn set_learning(&mut self, learns: bool) {
        self.filter.set_learning(learns);
    }

    fn weights(&self) -> &[f64] {
        self.filter.weights()
    }
}
