//! Findings, figures and the report.

pub mod chart;
mod figure;
mod finding;
pub mod html;
pub mod numbers;
pub mod palette;
pub mod plot;
pub mod raster;
pub mod svg;
pub mod tables;

pub use figure::Figure;
pub use finding::{Finding, Findings, Judge, Measured};
