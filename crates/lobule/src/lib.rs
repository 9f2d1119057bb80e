//! The cerebellum as software: any cerebellum, any loop, any body.
//!
//! This is the front door: every room under one name.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub use lobule_analysis as analysis;
pub use lobule_cerebellum as cerebellum;
pub use lobule_circuit as circuit;
pub use lobule_control as control;
pub use lobule_exchange as exchange;
pub use lobule_experiments as experiments;
#[cfg(feature = "mujoco")]
pub use lobule_mujoco as mujoco;
#[cfg(feature = "mujoco")]
pub use lobule_quadruped as quadruped;
pub use lobule_scaffold as scaffold;
pub use lobule_signal as signal;
pub use lobule_study as study;
pub use lobule_theory as theory;

pub use exchange::Ranks;
pub use signal::{Progress, Quiet};
pub use study::Error;

/// The code of the README is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
