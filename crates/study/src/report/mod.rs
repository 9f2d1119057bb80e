//! Findings, figures and the report.

mod axes;
mod basis;
mod chart;
pub mod drawing;
mod figure;
mod finding;
pub(crate) mod html;
mod markup;
pub(crate) mod numbers;
mod palette;
mod plot;
pub mod raster;
mod svg;
pub(crate) mod tables;

pub use basis::{Basis, Source};
pub use figure::Figure;
pub use finding::{Expected, Finding, Findings, Judge, Measured};
pub use markup::{Html, Table};
