//! Measures on recordings: rates, regularity, adaptation, regression, statistics. All are pure functions of data, in the
//! units of the data unless a name carries another unit.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod adaptation;
mod bootstrap;
mod error;
pub mod folds;
pub mod regression;
pub mod smoothing;
mod spikes;
pub mod state_prediction;
mod statistics;

pub use adaptation::{Adaptation, adaptation};
pub use bootstrap::{Ratio, paired_ratio};
pub use error::Error;
pub use spikes::{count_correlation, interval_cv, mean_rate_hz, rate_histogram_hz, rates_hz};
pub use statistics::{Fit, histogram, linear_fit, mean, mean_of, median, quantile, sd};
