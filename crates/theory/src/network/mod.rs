//! The cerebellar network of Bouvier et al. 2018: mossy fibers, Purkinje cells
//! in rows and columns, projection and nucleo-olivary neurons of the nuclei.
//!
//! Rates in Hz; a movement is `bins` time bins; weights change after a movement.
//! Index `s` is a sagittal row, `l` a lateral column, `t` a bin, `i` a fiber of a
//! row, `mu` a pattern. Arrays are row-major, shapes given as `[a][b]`.
//!
//! ```text
//! (2,6) PC[s,l](t) = Phi( sum_i w sigma M(t) + perturbation_l(t) )
//! (3)   PN_l(t)    = Phi( sum_{i,s} u M(t) + u_pc sum_s PC[s,l](t) )
//! (4)   NO_l(t)    = Phi( sum_{i,s} v M(t) + q u_pc sum_s PC[s,l](t) )
//! Phi(x) = min(max(x, 0), rate_max)
//! ```
//!
//! # How weights are kept
//!
//! Rules may shift weights only by what is available at a synapse: all fibers
//! active in one bin of the shown pattern, in one column (`w`), all fibers active
//! in the pattern (`v`), or all fibers (`w`). Then
//!
//! - `w`, which has no bound, is `w0 + offset + sum_mu shift[mu,l,t_mu(i,s)]`, and the
//!   drive of a Purkinje cell moves by the shift times the number of fibers that two
//!   bins share, a table made once;
//! - `v`, clipped at zero, is a walk reflected at zero: fibers active in the same set of
//!   patterns take the same steps `x`, and `v = x + max(v0, floor)` with
//!   `floor = max(0, -min x)` over the past (Skorokhod's reflection). Drives move by
//!   counts too, and by what the floor lifts when a walk reaches a new minimum.
//!
//! Both are the weights of the paper's rule, not an approximation:
//! `crates/theory/tests/network.rs` holds them against weights kept one by one.
//!
//! Source: Bouvier et al. 2018, eLife 7:e31599, doi:10.7554/eLife.31599,
//! "Simulation methods" and Table 2.

mod activity;
mod fibers;
mod nucleo_olivary;
mod parameters;
mod perturbation_network;
mod purkinje;

pub(crate) use activity::mean;
pub use activity::{Perturbation, Presentation};
pub use fibers::{Fiber, Fibers};
pub use parameters::NetworkParameters;
pub use perturbation_network::{Drives, NetworkState, PerturbationNetwork};
