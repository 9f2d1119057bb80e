//! Closed-loop prism adaptation on a spiking cerebellum.
//!
//! Pointing at a target seen through prisms. Two spiking modules close the loop:
//! a forward model (efference copy in, correction of the cortical command out)
//! and an inverse model (planned target in, additional command out).
//!
//! ```text
//! config ──anatomy, calibrate──▶ calibrated seed ──run per condition──▶ PrismResult ──▶ findings, figures, page
//! ```

pub mod arm_run;
pub mod body;
pub mod calibration;
pub mod closed_loop;
pub mod config;
mod figures;
mod findings;
mod page;
pub mod results;
mod run;

pub use figures::figures;
pub use findings::{findings, of_arm};
pub use page::story;
pub use run::{Prism, anatomy};
