//! Findings, figures and the report.

pub mod axes;
mod basis;
pub mod chart;
pub mod drawing;
mod figure;
mod finding;
pub mod html;
pub mod numbers;
pub mod palette;
pub mod plot;
pub mod raster;
pub mod svg;
pub mod tables;

pub use basis::{Basis, Source};
pub use figure::Figure;
pub use finding::{Expected, Finding, Findings, Judge, Measured};
