//! The contract that errors of every room fulfill.

use std::error::Error;

/// An error of a room. Rooms above wrap it without knowing its type and ask it three questions.
pub trait RoomError: Error + Send + Sync + 'static {
    /// True if the input is at fault, and the remedy is the user's: a value out of range, a damaged file.
    fn is_input(&self) -> bool {
        true
    }

    /// The error of a lower room that this one wraps unchanged.
    fn wrapped(&self) -> Option<&dyn RoomError> {
        None
    }

    /// Ranks that have this error.
    fn reach(&self) -> Reach {
        Reach::Here
    }
}

/// Ranks, of those that run together, that have an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This rank, as far as it knows.
    Here,
    /// Every rank.
    Everywhere,
    /// Every rank that is left; no further exchange is possible.
    Cut,
}
