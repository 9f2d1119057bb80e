//! `classic/force_field`: reaching in a force field proportional to the velocity of the hand.
//!
//! ```text
//! Config ──Session (order of trials, probes)──▶ Reacher: ReachingArm + InverseDynamics beside JointLearning ──▶ Trial
//!                                                                                     Trials ──▶ findings, figures
//! ```

mod config;
mod figures;
mod findings;
mod measures;
mod reacher;
mod record;
mod session;
mod study;
mod switching;

pub use study::ForceField;
