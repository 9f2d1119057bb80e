//! How far a run is, for whoever watches.

/// Receives progress. The library draws nothing itself.
pub trait Progress: Sync {
    /// A line of news, e.g. what begins.
    fn note(&self, text: &str);

    /// Announces that `units` further units of work will be done.
    fn expect(&self, units: u64);

    /// Tells that `units` of work are done.
    fn done(&self, units: u64);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn note(&self, _text: &str) {}
    fn expect(&self, _units: u64) {}
    fn done(&self, _units: u64) {}
}
