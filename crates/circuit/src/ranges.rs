//! Ranges that parameters of several models and rules have.

use lobule_signal::Range;

pub(crate) const POSITIVE: Range = (|x| x > 0.0, "a positive number is needed");
pub(crate) const NOT_NEGATIVE: Range = (|x| x >= 0.0, "0 or more is needed");
pub(crate) const FINITE: Range = (|_| true, "a finite number is needed");
