//! The reduced single-cell model of perturbation learning: one Purkinje rate P, one
//! inhibition J of the olive, one target R.
//!
//! A trial gives a global error E = |P - R| (with a perturbation: |P + A - R|) and an
//! estimate I = \[J - q P\]+ of it. An error spike tells that E exceeds I. P moves only
//! on perturbed trials, J on all. Because P is tied to the perturbation and J to the mean
//! error, (P, J) drifts toward one of two corridors of the plane and slides along them to
//! P\* = R - A (1 + q) / 2.
//!
//! * [`SingleCell`]: the stochastic trial (19-26);
//! * [`Line`], [`Sector`]: lines C±, D± of the plane and the drift beside them (27, 28);
//! * [`Corridor`], [`Followed`], [`Region`]: which line is followed, and how fast (32-35).
//!
//! All rates in Hz, speeds in Hz per trial, R and A as in Bouvier et al. 2018, eLife 7:e31599,
//! doi:10.7554/eLife.31599, Figure 9 and Appendix 1.

mod model;
mod phase;
mod plane;

pub use model::{SingleCell, SingleCellParameters, SingleCellState, SingleCellTrial};
pub use phase::{Corridor, EndPoint, Followed, Region};
pub use plane::{Line, Sector};
