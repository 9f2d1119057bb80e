//! Feedback laws: controllers that answer an error and learn nothing.

mod pid;
mod trim;

pub use pid::{Pid, PidGains, Reflex};
pub use trim::Trimmed;
