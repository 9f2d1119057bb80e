//! Theory of learning from trial to trial: pure functions of the loop's response, the trace and the basis.
//!
//! ```text
//! ε_k = ε_0 - M w_k,   w_{k+1} = w_k + η Gᵀ ε_k,   M = [h * x_j],   G = [g * x_j]     [ticks, signals]
//! ```
//!
//! With an exact trace (G = M) the error falls in every trial for 0 < η < 2 / λ_max. With any other it converges in the end if all
//! eigenvalues of GᵀM have positive real parts, but may grow by orders of magnitude before: T is causal and late, so
//! GᵀM is far from normal. What decides in practice is the phase: `Re[T conj G] > 0` at every frequency that is there,
//! i.e. the trace stays within 90 deg of the loop.
//!
//! Source: filtered-x LMS (Widrow & Stearns 1985) with the closed loop as secondary path, and iterative learning control
//! (Bristow, Tharayil & Alleyne 2006, doi:10.1109/MCS.2006.1636313), restricted to the span of a basis.

mod lifted;
mod phase;

pub use lifted::{Course, Lifted};
pub use phase::{Cause, alignment, cause, gain, phase_deg, phase_error_deg};
