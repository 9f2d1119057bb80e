//! Progress of a run.

/// Progress sink. The library itself draws nothing.
pub trait Progress: Sync {
    /// Shows a line of text, such as the name of the stage that begins.
    fn note(&self, text: &str);

    /// Adds `units` units of work to those expected.
    fn expect(&self, units: u64);

    /// Counts `units` units of work as done.
    fn done(&self, units: u64);

    /// True if the run should end at the next point from which it can go on. Long work asks after every interval, trial and item.
    fn stops(&self) -> bool {
        false
    }
}

/// Progress sink that shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn note(&self, _text: &str) {}
    fn expect(&self, _units: u64) {}
    fn done(&self, _units: u64) {}
}
