//! Closed-loop prism adaptation on a spiking cerebellum.
//!
//! Pointing at a target seen through prisms. Two spiking modules close the loop:
//! a forward model (efference copy in, correction of the cortical command out)
//! and an inverse model (planned target in, additional command out).
//!
//! ```text
//! config ──anatomy, calibrate──▶ calibrated seed ──run per condition──▶ PrismResult ──▶ findings, figures, page
//! ```

mod body;
mod config;
mod figures;
mod findings;
mod page;
mod rates;
mod rehearsal;
mod run;

// Parts that the tests take apart.
#[doc(hidden)]
pub mod calibration;
#[doc(hidden)]
pub mod circuit;
#[doc(hidden)]
pub mod condition_run;
#[doc(hidden)]
pub mod keys;
#[doc(hidden)]
pub mod pair;
#[doc(hidden)]
pub mod pointing_loop;
#[doc(hidden)]
pub mod record;

pub use config::{Condition, PlantKind, PrismConfig};
pub use figures::figures;
pub use page::story;
pub use run::{Prism, anatomy};
