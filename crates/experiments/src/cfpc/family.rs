//! Parts that the studies of the family share: their vocabulary in one import, sources, the card that each fills in, and the count of their
//! progress.

pub use super::{bench::*, figures::*, probe::Probe, push::CuedPush};
pub use lobule_control::filter::{Step, TraceModel};
pub use lobule_control::oracle::{Lifted, gain, phase_error_deg};
pub use lobule_study::{prelude::*, report::drawing::*};

use serde::de::DeserializeOwned;
pub use serde::{Deserialize, Serialize};

/// The card that each study fills in.
pub const CARD: Card = Card {
    source: "counterfactual predictive control, Herreros-Alonso et al. 2016",
    sources: &[
        "CFPC: Herreros-Alonso, Arsiwalla & Verschure 2016, arXiv:1701.07775; rule and architecture from the abstract",
        "Feedback-error learning: Kawato, Furukawa & Suzuki 1987, doi:10.1007/BF00364149; Gomi & Kawato 1993, doi:10.1016/S0893-6080(09)80004-X",
        "Convergence over trials: Bristow, Tharayil & Alleyne 2006, doi:10.1109/MCS.2006.1636313",
        "Cascade and anticipatory postural adjustment: Maffei, Herreros, Sanchez-Fibla, Friston & Verschure 2017, doi:10.1098/rspb.2017.1780",
        "Minimum jerk: Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985",
        "Expected values: a numpy program of the same bench, written independently; no numbers of the paper are quoted",
    ],
    ..Card::BLANK
};

/// The bound that the specification of the reference sets for an identified model.
pub const IDENTIFIED: Source = Source::chosen_before(
    "acceptance test 7 of the numpy reference: within a factor of 2 of the exact model at trial 50",
);

/// Works on every item as [`Run::each`] does; the progress counts items.
pub fn counted<I: Sync, T: Serialize + DeserializeOwned + Send>(
    run: &Run,
    items: &[I],
    work: impl Fn(&I) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    run.progress.expect(items.len() as u64);
    run.each_counted("items", items, work)
}

/// A range around an expected value, from `low` to `high` times it, with ends of `digits` decimals.
pub fn around(expected: f64, [low, high]: [f64; 2], digits: i32) -> std::ops::RangeInclusive<f64> {
    let unit = 10f64.powi(digits);
    let rounded = |v: f64| (unit * v).round() / unit;
    rounded(low * expected)..=rounded(high * expected)
}
