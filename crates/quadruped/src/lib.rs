//! Experiments on legs: cerebella on a quadruped in MuJoCo (`quadruped/*`), in a catalogue of their own.
#![forbid(unsafe_code)]

mod body_change;
mod bout;
mod cued_push;
mod effectors;
mod heading;
mod learner;
mod replication;
mod robot;

pub use body_change::BodyChange;
pub use cued_push::CuedPush;
pub use effectors::Effectors;
pub use heading::Heading;
pub use replication::Replication;

use lobule_study::Experiment;
use lobule_study::report::Finding;

/// The experiments on legs, in the order in which they are listed.
pub static ALL: &[&dyn Experiment] = &[&Replication, &Effectors, &Heading, &BodyChange, &CuedPush];

/// Findings as they are after a whole protocol; after a shorter one, which the ranges are not about, they are reported only.
fn whole_or_reported(findings: Vec<Finding>, is_whole: bool) -> Vec<Finding> {
    let reported = |f: Finding| Finding::new(f.name, f.meaning, f.by_seed).unit(&f.unit);
    if is_whole { findings } else { findings.into_iter().map(reported).collect() }
}
