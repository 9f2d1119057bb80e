//! Feedback-error learning: an adaptive filter adds to the command, and the feedback command teaches it.
//!
//! ```text
//! u[n] = K(ε) + Σ w_j x_j         Δw_j = η e_j[n] K(ε)
//! ```
//!
//! The basis tells the two variants apart: functions of time or of the reference learn an inverse model, the actual
//! state ([`crate::filter::Basis::state`]) learns a nonlinear regulator. Without a trace this is the published rule; with the
//! trace of CFPC the two have the same condition of stability, because `∂u_fb/∂w_j = -(h * x_j)` with the same h.
//!
//! Source: Kawato, Furukawa & Suzuki 1987, doi:10.1007/BF00364149; Gomi & Kawato 1993, doi:10.1016/S0893-6080(09)80004-X;
//! stability: Nakanishi & Schaal 2004, doi:10.1016/j.neunet.2004.05.003.

mod joints;

pub use joints::{JointLearning, JointLearningParameters, Role};

use crate::controller::{Controller, Senses};
use crate::error::Error;
use crate::feedback::Pid;
use crate::filter::AdaptiveFilter;

/// A feedback law and a filter that adds to its command.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedbackErrorLearning {
    law: Pid,
    filter: AdaptiveFilter,
    dt_s: f64,
    ticks: u64,
}

impl FeedbackErrorLearning {
    /// A controller of one command in ticks of `dt_s`.
    pub fn new(law: Pid, filter: AdaptiveFilter, dt_s: f64) -> Self {
        Self { law, filter, dt_s, ticks: 0 }
    }
}

impl Controller for FeedbackErrorLearning {
    fn name(&self) -> &'static str {
        "fel"
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
        let feedback = self.law.answer(senses.error(0));
        command[0] = feedback + self.filter.answer(senses);
        self.filter.teach(feedback);
        self.ticks += 1;
        Ok(())
    }

    fn finish(&mut self, _cost: f64) -> Result<(), Error> {
        self.filter.finish("fel", self.ticks as f64 * self.dt_s)
    }

    fn set_learning(&mut self, learns: bool) {
        self.filter.set_learning(learns);
    }

    fn weights(&self) -> &[f64] {
        self.filter.weights()
    }
}
