//! The contract of errors that one room hands to another.

use std::error::Error;

/// An error of a room. Rooms above wrap it without knowing its type; three questions are all they ask.
pub trait RoomError: Error + Send + Sync + 'static {
    /// True if the input is at fault, and the remedy is the user's: a value out of range, a damaged file.
    fn is_input(&self) -> bool {
        false
    }

    /// The error of a room below that this one wraps unchanged.
    fn wrapped(&self) -> Option<&dyn RoomError> {
        None
    }

    /// Which of several ranks have this error.
    fn reach(&self) -> Reach {
        Reach::Here
    }
}

/// Which of the ranks that run together have an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This rank, as far as it knows.
    Here,
    /// Every rank.
    Everywhere,
    /// Every rank that is left; no further exchange is possible.
    Cut,
}
