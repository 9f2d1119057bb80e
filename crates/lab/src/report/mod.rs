//! Findings, figures and the report.

mod finding;

pub use finding::{Finding, Findings};
