//! Waves: which populations of an interval are advanced first.

/// The populations that are advanced together in an exchange interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wave {
    /// Populations that receive nothing and send with a delay shorter than the interval.
    Ahead,
    /// All others.
    Rest,
}
